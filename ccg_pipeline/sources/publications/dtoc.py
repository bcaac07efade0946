"""Delayed transfers of care by local authority, apportioned to CCGs (127e).

Belongs here: the layout of NHS England's monthly workbook, and carrying its delayed days from authorities
to CCGs.
Does not belong here: the weights (``reference.authorities``), the mean of twelve months (the lanes).

Layout seen in the files of April 2016 to April 2017: header about row 14, an England row, a blank row, 151
authorities, then residents of Scotland, Wales and elsewhere. From April 2017 a second group of columns
holds beds under the same headings; only delayed days are read.

Files of 2011 to 2015 were not seen. What is read of them is what a public script that reads all months from
April 2011 on says: the same sheet, header row and place of the period; SHA in the place of Region; in some
months no ONS code, so that the publisher's own code says whose a row is (assumed).
"""

import numpy as np
import pandas as pd

from ccg_pipeline.framework.wanted import Wanted
from ccg_pipeline.method.statistics.apportionment import divide, worst_status
from ccg_pipeline.reference.authorities import authority_weights, dtoc_authorities
from ccg_pipeline.reference.populations import adults_mid_2015
from ccg_pipeline.sources.cells import heading, read_figures, texts
from ccg_pipeline.sources.declaration import Reader
from ccg_pipeline.sources.layouts import Layout
from ccg_pipeline.sources.organisations import ENGLAND
from ccg_pipeline.sources.periods import in_preamble
from ccg_pipeline.sources.row_accounting import RowAccounting

INDICATOR = "127e"
APPORTIONED = "apportioned by adults (assumed)"
ONE_RATE = "the rate of {authority}, which {others} share"
WHOLE = "the days of whole authorities"
OUTSIDE_ENGLAND = ("9900", "9901", "9902")  # residents of Wales, of Scotland, of elsewhere
LAYOUT = Layout(
    publication="dtoc",
    what="the delayed transfers of care workbook by local authority",
    kind="workbook",
    sheet="LA - by responsible org",
    title="Delayed Transfer of Care, NHS Organisations, England",
    under="Delayed Days",
    columns={
        "code": ("Code",),
        "name": ("Name",),
        "nhs": ("NHS",),
        "social_care": ("Social Care",),
        "both": ("Both",),
        "total": ("Total",),
    },
    optional={"ons_code": ("ONS Geography",)},
)
RECODED = {"E06000048": "E06000057", "E08000020": "E08000037"}
"""ONS codes of Northumberland and Gateshead before and after 1 April 2013 (ONS, Code History Database)."""


def kinds(account: RowAccounting) -> "pd.Series[str]":
    """Set each row's organisation. England has marks for codes, residents elsewhere no ONS code."""
    rows = account.rows
    code = texts(rows["code"])
    if "ons_code" in rows:
        ons_code = texts(rows["ons_code"]).str.upper().replace(RECODED)
    else:
        known = dtoc_authorities().set_index("dtoc_code")["authority_code"]
        ons_code = code.map(known).fillna(code)
    is_england = rows["name"].map(heading).eq("england") & ~ons_code.str.match("E[0-9]")
    is_outside = code.isin(OUTSIDE_ENGLAND)
    is_authority = ons_code.isin(dtoc_authorities()["authority_code"])
    own = code.mask(code.isin(["-"]), "")
    coded = ons_code.where(~ons_code.isin(["-", ""]), own)
    account.organisation = coded.mask(is_outside, code).mask(is_england, ENGLAND)
    unknown = pd.Series("unknown", index=rows.index).mask(coded.eq(""), "blank")
    return (
        unknown.mask(is_authority, "local_authority")
        .mask(is_outside, "outside_england")
        .mask(is_england, "england")
    )


def check(account: RowAccounting) -> None:
    """Quarantine rows whose codes and name are not one authority's, or whose parts are not their total."""
    known = dtoc_authorities()
    for column, attribute in (("code", "dtoc_code"), ("name", "authority_name")):
        whose = dict(zip(known[attribute].map(heading), known["authority_code"], strict=True))
        said = account.rows[column].map(heading).map(whose)
        other = said.notna() & said.ne(account.organisation)
        account.doubt_where(other, f"the {column} {{}} is another authority's", account.rows[column])
    parts = [read_figures(account.rows[name]).values for name in ("nhs", "social_care", "both")]
    total = read_figures(account.rows["total"]).values
    # NaN, a mark, disagrees with nothing, but what is there next to it may be no more than the total: cells
    # that were moved by one have another part where the total should be
    disagree = np.abs(np.sum(parts, axis=0) - total) > 0.5
    disagree |= np.nansum(parts, axis=0) - total > 0.5
    account.doubt_where(disagree, "NHS, social care and both do not add up to the total")


def fill(claims: pd.DataFrame) -> pd.DataFrame:
    """England's denominator: its adults."""
    is_england = claims["organisation_kind"].eq("england")
    adults = pd.Series(float(adults_mid_2015().sum()), index=claims.index, dtype=object)
    return claims.assign(denominator=adults.where(is_england, ""))


def derive(observations: pd.DataFrame, wanted: Wanted) -> pd.DataFrame:
    """Next to what the authorities say, what each CCG then has."""
    measure = wanted.measure(LAYOUT.publication, INDICATOR)
    if observations.empty or measure is None:
        return observations
    period = {name: observations[name].iloc[0] for name in ("period_start", "period_end")}
    of_ccgs = apportion(observations, measure.scale)
    return pd.concat([of_ccgs.assign(indicator_code=INDICATOR, **period), observations], ignore_index=True)


def apportion(authorities: pd.DataFrame, scale: float) -> pd.DataFrame:
    """Carry authorities' delayed days to the 209 CCGs: per ``scale`` adults of mid-2015.

    ``authorities`` are observations with organisation_code, status, numerator and rows. A CCG is refused
    when any authority that feeds it is, missing when any has no figure or no row, suppressed when any is.
    The CCGs together have the days of the authorities exactly. Those that lie in one authority alone have its
    rate, which the note of each says, as it says where days were apportioned.
    """
    columns = ["organisation_code", "status", "numerator", "rows"]
    fed = authority_weights().merge(
        authorities[columns], how="left", left_on="authority_code", right_on="organisation_code"
    )
    fed["status"] = fed["status"].fillna("missing")
    fed["numerator"] = divide(fed["numerator"].to_numpy(), fed["weight"].to_numpy(), of=fed["authority_code"])
    by_ccg = fed.groupby("ccg_code")
    adults = adults_mid_2015()
    frame = pd.DataFrame({"numerator": by_ccg["numerator"].sum(), "denominator": adults.astype(float)})
    frame["value"] = scale * frame["numerator"] / frame["denominator"]
    frame["status"] = worst_status(fed["status"], [fed["ccg_code"]])
    resting_on = {code: sum(rows, ()) for code, rows in fed.dropna(subset="rows").groupby("ccg_code")["rows"]}
    everywhere = sum(authorities["rows"], ())  # where a row was looked for and not found
    frame["rows"] = pd.Series([resting_on.get(code, everywhere) for code in frame.index], index=frame.index)
    without = fed[fed["status"] != "published"].groupby("ccg_code")["authority_name"].agg(", ".join)
    frame["note"] = _apportioned(fed) + ("; no figure for " + without).reindex(frame.index).fillna("")
    frame.loc[frame["status"] != "published", ["numerator", "denominator", "value"]] = np.nan
    frame[["lower_95", "upper_95"]] = np.nan
    frame["organisation_kind"], frame["judgement"] = "ccg", ""
    return frame.rename_axis("organisation_code").reset_index()


def _apportioned(fed: pd.DataFrame) -> "pd.Series[str]":
    """What a row a part has to say of each CCG: whether it shares a rate, and whether days were divided."""
    parts = fed.groupby("ccg_code")["weight"]
    said = parts.min().lt(1).map({True: APPORTIONED, False: WHOLE})
    alone = fed[parts.transform("size").eq(1) & fed["weight"].lt(1)]
    for authority, codes in alone.groupby("authority_name")["ccg_code"]:
        for code in codes if len(codes) > 1 else []:
            others = ", ".join(one for one in codes if one != code)
            said[code] = f"{ONE_RATE.format(authority=authority, others=others)}; {APPORTIONED}"
    return said


READER = Reader(
    LAYOUT,
    period=in_preamble(),
    figures={INDICATOR: {"numerator": "total"}},
    needs="numerator",
    kinds=kinds,
    check=check,
    fill=fill,
    derive=derive,
)
