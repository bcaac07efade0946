"""Restating figures of other years' CCGs for the CCGs of the edition.

Belongs here: of which April's CCGs a file speaks, adding up and apportioning their counts, and saying so.
Does not belong here: who became whom and the shares (``reference.changes``), how a count is divided exactly
(``apportionment``), which of several files counts (``latest``).

A CCG is its code and its dates. Joining on the code alone would give Cumbria the figures of North Cumbria,
because 01H means the one until March 2017 and the other from April 2017.
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from ccg_pipeline.framework.model import Edition
from ccg_pipeline.method.scoring.references import COUNTED
from ccg_pipeline.method.statistics.apportionment import divide, worst_status
from ccg_pipeline.reference.changes import restating_weights
from ccg_pipeline.reference.organisations import FIRST_YEAR, LAST_YEAR, OF_FRAMEWORK, ccgs

FIGURES = ["numerator", "denominator", "value", "lower_95", "upper_95"]
_PERIOD = ["source_sha256", "source_name", "period_start", "period_end"]
_SAID = [*_PERIOD, "indicator_code"]
_FIGURE = ["indicator_code", "organisation_code", "period_start", "period_end"]
_APRILS = range(FIRST_YEAR, LAST_YEAR + 1)
_SAME = ("unchanged", "boundary")
_OWN, _ESTIMATED, _UNKNOWN = range(3)
"""How good a figure is for the organisation: published for it or added up, apportioned, or not restatable."""


def restate(said: pd.DataFrame, edition: Edition, year: int = OF_FRAMEWORK) -> pd.DataFrame:
    """Give every CCG's figures in `said` as figures of the CCGs of April `year`.

    `said`: observations as files say them, of any CCGs, in any order; other kinds of organisation pass as
    they are, and so do CCGs that are the same in both years. Columns and their types stay. For the others:

    - counts of CCGs that merged are added up; counts of a CCG that was divided are apportioned by residents.
      Sums over all CCGs stay exactly as they were. A value is made again where the indicator's comes from its
      counts, as is a count itself; it has no interval;
    - any other value (a standardised rate, an index, a judgement) is missing, and the note says why;
    - a CCG is refused, missing or suppressed when any CCG that feeds it is; one that the file leaves out is
      missing. Nothing is made up for CCGs of whose predecessors or successors the file has none.

    The note of each row that was restated begins with "restated" or "not restated". Where one file has a
    figure for the organisation itself, no apportioned or missing one of another file is next to it.
    """
    is_ccg = said["organisation_kind"] == "ccg"
    rows = said[is_ccg]
    spoken = years_of(rows)
    better = [said[~is_ccg].assign(_worth=_OWN)]
    for origin, own in rows.groupby(spoken):
        better.extend(_restated(own, edition, int(origin), year))
    found = pd.concat(better)
    best = found.groupby(_FIGURE)["_worth"].transform("min")
    kept = found.loc[found["_worth"] == best, list(said.columns)]
    return kept.astype(said.dtypes).reset_index(drop=True)


def years_of(rows: pd.DataFrame) -> "pd.Series[int]":
    """The April of whose CCGs each row speaks: the same for all rows of a file about a period.

    It is the last April before the period's end, unless the codes are not all of that year: then it is the
    nearest of which they all are (of two as near the later, as publishers restate forwards); where they are
    of no single year, the one of which most are.
    """
    ends = rows["period_end"].dt
    force = pd.Series((ends.year - (ends.month < 4)).clip(FIRST_YEAR, LAST_YEAR), index=rows.index)
    codes = {april: set(ccgs(april)["ccg_code"]) for april in _APRILS}
    is_valid = pd.Series(False, index=rows.index)
    for april in force.unique():
        of_it = force == april
        is_valid[of_it] = rows.loc[of_it, "organisation_code"].isin(codes[april])
    doubtful = ~is_valid.groupby([rows[name] for name in _PERIOD]).transform("all")
    for _, own in rows[doubtful].groupby(_PERIOD):
        found, at = set(own["organisation_code"]), int(force[own.index[0]])
        force[own.index] = min(
            _APRILS, key=lambda april: (len(found - codes[april]), abs(april - at), -april)
        )
    return force.astype("int64")


def _restated(rows: pd.DataFrame, edition: Edition, origin: int, year: int) -> Iterator[pd.DataFrame]:
    """`rows`, which speak of the CCGs of April `origin`, as rows of April `year`, with their worth."""
    weights = restating_weights(origin, year)
    same = weights[weights["how"].isin(_SAME)].set_index("from_code")["how"]
    how = rows["organisation_code"].map(same)
    own = rows[how.notna()].assign(_worth=_OWN)
    has_moved = how[how.notna()] == "boundary"
    own.loc[has_moved, "note"] = _joined(
        own.loc[has_moved, "note"],
        "restated: small areas not known here crossed its boundary, and it is carried as published (assumed)",
    )
    strays = rows[~rows["organisation_code"].isin(weights["from_code"])]
    made = _combined(rows[how.isna()].drop(strays.index), weights, edition, origin)
    for frame in (own, made):
        yield _without_doubled(frame, strays, origin, year)


def _combined(rows: pd.DataFrame, weights: pd.DataFrame, edition: Edition, origin: int) -> pd.DataFrame:
    """Rows of the CCGs that were made of others, or are parts of others, of which `rows` has any."""
    moved = weights[~weights["how"].isin(_SAME)]
    fed = rows.merge(moved, left_on="organisation_code", right_on="from_code")
    whole = [*_SAID, "to_code"]
    if fed.empty:
        return rows.assign(_worth=_OWN)
    parts = fed[whole].drop_duplicates().merge(moved, on="to_code")
    figures = ["numerator", "denominator", "value", "status", "note", "cell"]
    parts = parts.merge(
        rows[[*_SAID, "organisation_code", *figures]].rename(columns={"organisation_code": "from_code"}),
        how="left", on=[*_SAID, "from_code"],
    )  # fmt: skip
    parts["is_absent"] = parts["status"].isna()
    parts["status"] = parts["status"].fillna("missing")
    of = parts.groupby([*_SAID, "from_code"]).ngroup()
    parts["is_count"] = (parts["value"] == parts["numerator"]) & parts["denominator"].isna()
    for name in ("numerator", "denominator"):
        parts[name] = divide(parts[name].to_numpy(), parts["share"].to_numpy(), of)

    by = parts.groupby(whole, sort=False)
    made = fed.groupby(whole, sort=False).first()
    made["numerator"], made["denominator"] = (_total(by[name]) for name in ("numerator", "denominator"))
    made["value"] = _values(made, by["is_count"].all(), edition)
    made["lower_95"] = made["upper_95"] = np.nan
    made["judgement"] = ""
    made["status"] = worst_status(parts["status"], [parts[name] for name in whole])
    made["cell"] = by["cell"].agg(lambda cells: "; ".join(dict.fromkeys(cells.dropna())))
    is_lost = (made["status"] == "published") & made["value"].isna()
    made["status"] = made["status"].mask(is_lost, "missing")
    is_published = made["status"] == "published"
    made.loc[~is_published, FIGURES] = np.nan
    is_shared = by["how"].agg(lambda hows: "apportioned" in set(hows))
    made["_worth"] = np.where(is_published, np.where(is_shared, _ESTIMATED, _OWN), _UNKNOWN)
    made["note"] = [
        _note(own, origin, bool(shared), bool(published), bool(lost))
        for (_, own), shared, published, lost in zip(by, is_shared, is_published, is_lost, strict=True)
    ]
    made = made.drop(columns="organisation_code").reset_index()
    return made.rename(columns={"to_code": "organisation_code"})


def _total(parts: "pd.api.typing.SeriesGroupBy[float, tuple[object, ...]]") -> "pd.Series[float]":
    """The sum of the parts; NaN where one is missing."""
    return parts.sum().where(parts.count() == parts.size())


def _values(made: pd.DataFrame, is_count: "pd.Series[bool]", edition: Edition) -> "pd.Series[float]":
    """scale × numerator / denominator, or the count itself; NaN for values that come from no counts."""
    scales = {one.code: one.scale for one in edition.indicators if one.standard_error in COUNTED}
    scales |= {one.code: 100.0 for one in edition.supplementary if one.unit == "%"}
    scale = made.index.get_level_values("indicator_code").map(scales).astype("float64")
    ratio = scale * made["numerator"] / made["denominator"].where(made["denominator"] > 0)
    return ratio.where(~is_count, made["numerator"])


def _note(parts: pd.DataFrame, origin: int, is_shared: bool, is_published: bool, is_lost: bool) -> str:
    """What a row that was made of `parts` has to say for itself."""
    codes = ", ".join(parts["from_code"])
    if is_published:
        done = "apportioned by residents (assumed) from" if is_shared else "added up from"
        said = f"restated: {done} {codes} of April {origin}"
    elif is_lost:
        said = f"not restated: published for {codes} of April {origin}, and " + (
            "which part of it this is is not known here"
            if parts["share"].isna().any()
            else "not as counts that can be added up or divided"
        )
    else:
        without = parts[parts["status"] != "published"]
        absent = ["not in the file" if absent else status for absent, status in
                  zip(without["is_absent"], without["status"], strict=True)]  # fmt: skip
        which = ", ".join(f"{code} {why}" for code, why in zip(without["from_code"], absent, strict=True))
        said = f"not restated from {codes} of April {origin}: {which}"
    return "; ".join([*dict.fromkeys(note for note in parts["note"].dropna() if note), said])


def _without_doubled(frame: pd.DataFrame, strays: pd.DataFrame, origin: int, year: int) -> pd.DataFrame:
    """Take the figures from CCGs that a file has twice over: as CCGs of April `origin` and in `strays`."""
    for code, own in strays.groupby("organisation_code"):
        valid = min(
            (april for april in _APRILS if code in set(ccgs(april)["ccg_code"])),
            key=lambda april: abs(april - origin),
        )
        weights = restating_weights(valid, year)
        touched = set(weights.loc[weights["from_code"] == code, "to_code"])
        keys = pd.MultiIndex.from_frame(own[_SAID])
        doubled = pd.MultiIndex.from_frame(frame[_SAID]).isin(keys)
        doubled &= frame["organisation_code"].isin(touched).to_numpy()
        frame = frame.copy()
        frame.loc[doubled, FIGURES] = np.nan
        frame.loc[doubled, "judgement"] = ""
        frame.loc[doubled, "status"] = "missing"
        frame.loc[doubled, "_worth"] = _UNKNOWN
        frame.loc[doubled, "note"] = _joined(
            frame.loc[doubled, "note"],
            f"not restated: the file has {code} of April {valid} beside CCGs of April {origin}",
        )
    return frame


def _joined(notes: "pd.Series[str]", said: str) -> "pd.Series[str]":
    return notes.where(notes == "", notes + "; ") + said
