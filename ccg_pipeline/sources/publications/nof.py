"""NHS Oversight Framework: NHS England's data files of a quarter, one row a trust and metric.

Belongs here: the layout of these files (CSV, or a workbook with the same table), what their rows say of whom.
Does not belong here: any rule of the framework (its editions are data), which quarter is asked for.

A metric is the measure ``nof/OF0086``, its published place ``nof/OF0086.place``, the type of a trust the
judgement ``nof/trust_type``. The data period is the quarter of the column Quarter; Reporting_date, a metric's
own period in seven forms, stays in the note. Units are not read, for they come wrong: the Metric_ID says what
a figure is. Published quartiles are read only to see whether figures are of their unit, and rows of England
are no trust's.
"""

import re
from dataclasses import replace

import numpy as np
import pandas as pd

from ccg_pipeline.framework.model import Publication
from ccg_pipeline.framework.wanted import Wanted
from ccg_pipeline.sources.cells import figure, heading, read_figures, texts
from ccg_pipeline.sources.claims import KEY, claim_each_row
from ccg_pipeline.sources.dates import Period as Days
from ccg_pipeline.sources.dates import quarter_of, read_period
from ccg_pipeline.sources.declaration import Reader
from ccg_pipeline.sources.layouts import Layout
from ccg_pipeline.sources.observing import observe
from ccg_pipeline.sources.periods import Ends, Period
from ccg_pipeline.sources.row_accounting import RowAccounting
from ccg_pipeline.sources.tables import Table

PUBLICATION = Publication(
    key="nof",
    title="NHS Oversight Framework data",
    publisher="NHS England",
    layout="published",
    cadence="quarterly",
    level="trust",
    stale_after_days=200,
    stale_provenance="assumed",
    stale_source="a quarter, and as long again until it is out",
    provenance="found",
    source="data files of the quarters 1 to 3 of 2025/26",
)
TRUST_TYPE = "trust_type"
PLACE = ".place"
_ENGLAND = frozenset({"eng", "england", "e92000001", "national"})
_TRUST_CODE = re.compile(r"[RT][A-Z0-9]{2}|[A-Z][0-9][A-Z][0-9][A-Z]")  # RRU, TAD; since 2020 also G6V2S
_METRIC = re.compile(r"[A-Z]{2}[0-9]{3,5}[A-Z]?")
_QUARTER = re.compile(r"\bq(?:uarter)?\s*([1-4])\b")
_YEAR = re.compile(r"(?<![0-9])(?:20)?([0-9]{2})\s*[/–-]\s*(?:20)?([0-9]{2})(?![0-9])")


def _called(name: str) -> tuple[str, ...]:
    return name, name.replace("_", " ")


LAYOUT = Layout(
    publication=PUBLICATION.key,
    what="a data file of the NHS Oversight Framework",
    kind="csv",
    columns={
        "quarter": ("Quarter",),
        "trust_type": _called("Trust_type"),
        "code": _called("Trust_code"),
        "name": _called("Trust_name"),
        "metric": _called("Metric_ID"),
        "value": ("Value",),
    },
    optional={
        "region": ("Region",),
        "trust_subtype": _called("Trust_subtype"),
        "reporting_date": _called("Reporting_date"),
        "place": ("Rank",),
        "median": _called("Median_value"),
        "lower": _called("Lower_quartile"),
        "upper": _called("Upper_quartile"),
    },
)


def quarter_in(word: str) -> Days | None:
    """First and last day of a quarter of a financial year: "Q3 2025/26", "2025-26 Quarter 3"."""
    said = word.casefold()
    quarter, year = _QUARTER.search(said), _YEAR.search(said)
    whole = read_period(f"20{year[1]}-{year[2]}") if year else None
    return quarter_of(whole, int(quarter[1])) if quarter and whole else None


def _ends(table: Table) -> Ends:
    """First and last days of the quarters of the rows; NaT where a cell names none."""
    said = texts(table.rows["quarter"])
    found = {word: quarter_in(word) or (None, None) for word in said.unique()}
    first, last = (said.map({word: days[end] for word, days in found.items()}) for end in (0, 1))
    return pd.to_datetime(first).astype("datetime64[ns]"), pd.to_datetime(last).astype("datetime64[ns]")


def is_note(table: Table) -> "pd.Series[bool]":
    """True for lines without trust, metric and value that do not begin as a row of the table does."""
    rows = table.rows
    cells = pd.DataFrame({name: texts(rows[name]).eq("") for name in ("code", "name", "metric", "value")})
    return cells.all(axis=1) & _ends(table)[1].isna()


def kinds(account: RowAccounting) -> "pd.Series[str]":
    """Set each row's trust and metric; rows of England, and notes, are no trust's."""
    rows = account.rows
    code, name = texts(rows["code"]).str.upper(), texts(rows["name"])
    account.organisation, account.indicator = code, texts(rows["metric"]).str.upper()
    is_england = code.str.casefold().isin(_ENGLAND) | name.str.casefold().isin(_ENGLAND)
    is_nobody = is_england | is_note(account.table)
    account.set_aside(is_nobody, "not_an_organisation")
    account.doubt_where(~is_nobody & code.eq(""), "the row has figures but no Trust_code")
    is_trust = code.str.fullmatch(_TRUST_CODE)
    account.doubt_where(~is_nobody & code.ne("") & ~is_trust, "Trust_code {} is no code of a trust", code)
    is_metric = account.indicator.str.fullmatch(_METRIC)
    account.doubt_where(~is_nobody & ~is_metric, "Metric_ID {} is no number of a metric", rows["metric"])
    is_other = ~is_nobody & is_trust & _is_of_another(code, name.map(heading))
    account.doubt_where(is_other, "Trust_code {} is not that of the name beside it", code)
    return pd.Series("none", index=rows.index, dtype=object).mask(~is_nobody & is_trust, "trust")


def _is_of_another(code: "pd.Series[str]", name: "pd.Series[str]") -> "pd.Series[bool]":
    """True where most rows of that code have another name, and most rows of that name another code."""
    pairs = code + "|" + name
    own = pairs.map(pairs.value_counts())
    return (own * 2 < code.map(code.value_counts())) & (own * 2 < name.map(name.value_counts()))


def observe_trusts(account: RowAccounting, kinds: "pd.Series[str]", wanted: Wanted) -> pd.DataFrame:
    """Figures, places and types of trusts. Rows that say the same twice are taken once; others contradict."""
    rows, metric = account.rows, account.indicator
    asked = {one.code for one in wanted.of(PUBLICATION.key)}
    place = metric + PLACE
    account.set_aside(~metric.isin(asked) & ~place.isin(asked), "not_asked_for")
    places = rows["place"] if "place" in rows else pd.Series("", index=rows.index, dtype=object)
    account.doubt_where(account.kept & read_figures(places).is_fault, "Rank {} is no figure", places)
    _doubt_other_units(account)
    values = rows["value"].map(
        lambda cell: cell.strip().removesuffix("%").strip() if type(cell) is str else cell
    )
    trust_types = texts(rows["trust_type"]).map(lambda word: " ".join(word.split()).capitalize())
    start = account.period_start
    claims = [
        claim_each_row(account, kinds, start, value=values, judgement=values),
        claim_each_row(account, kinds, start, value=places).assign(judgement=""),
        claim_each_row(account, kinds, start, judgement=trust_types).assign(value=""),
    ]
    claims[1]["indicator_code"] += PLACE
    claims[2]["indicator_code"] = TRUST_TYPE
    claims[1] = claims[1][read_figures(claims[1]["value"]).is_number]
    claims[2] = _of_one_type(account, claims[2])
    told = _once(
        pd.concat([frame[frame["indicator_code"].isin(asked)] for frame in claims], ignore_index=True)
    )
    found = observe(told, account, wanted, PUBLICATION.key)
    if "reporting_date" not in rows:
        return found
    dated = texts(rows["reporting_date"])
    notes = [
        "" if code == TRUST_TYPE or not (said := dated[numbers[0]]) else f"Reporting_date: {said}"
        for code, numbers in zip(found["indicator_code"], found["rows"], strict=True)
    ]
    return found.assign(note=notes)


OTHER_UNIT = 3
"""Times the middle of a metric's figures may be the largest of its published quartiles, or less (assumed).

In six published files it is their middle one to a thirtieth.
"""


def _doubt_other_units(account: RowAccounting) -> None:
    """Quarantine a metric of a quarter whose figures are of another unit than its published quartiles."""
    rows = account.rows
    if not {"median", "lower", "upper"} <= set(rows):
        return
    size = pd.DataFrame(
        {name: np.abs(read_figures(rows[name]).values) for name in ("value", "median", "lower", "upper")},
        index=rows.index,
    )
    size = size[account.kept].assign(metric=account.indicator, ends=account.period_end)
    middle = size.groupby(["metric", "ends"], dropna=False).transform("median")
    quartiles = middle[["median", "lower", "upper"]].max(axis=1)
    is_other = (middle["value"] > OTHER_UNIT * quartiles) & (quartiles > 0)
    is_other |= middle["value"] * OTHER_UNIT < middle[["median", "lower", "upper"]].min(axis=1)
    account.doubt(
        size.index[is_other], "the figures of the metric are not in the unit of its published quartiles"
    )


def _of_one_type(account: RowAccounting, types: pd.DataFrame) -> pd.DataFrame:
    """Quarantine the rows of a trust that the file gives two types in one quarter: its pool is not known."""
    whose = ["organisation_code", "period_end"]
    n_types = types.groupby(whose)["judgement"].transform("nunique")
    for numbers in types.loc[n_types > 1, "rows"]:
        account.doubt(numbers, "the file gives the trust more than one Trust_type in this quarter")
    return types[n_types <= 1]


def _once(claims: pd.DataFrame) -> pd.DataFrame:
    """Claims that say the same as one claim, which rests on the rows of all."""
    said = [cell if (number := figure(cell)) is None else number for cell in claims["value"]]
    keyed = claims.assign(said=[f"{one}|{word}" for one, word in zip(said, claims["judgement"], strict=True)])
    is_figure = keyed["judgement"].map(lambda cell: figure(cell) is not None)
    keyed.loc[is_figure, "said"] = [str(one) for one, flag in zip(said, is_figure, strict=True) if flag]
    resting_on: dict[tuple[object, ...], tuple[int, ...]] = {}
    keys = list(keyed[[*KEY, "said"]].itertuples(index=False, name=None))
    for key, rows in zip(keys, keyed["rows"], strict=True):
        resting_on[key] = (*resting_on.get(key, ()), *rows)
    once = claims[~keyed.duplicated([*KEY, "said"])].reset_index(drop=True)
    return once.assign(rows=pd.Series(list(resting_on.values()), index=once.index, dtype=object))


READER = Reader(
    LAYOUT,
    period=Period(of_rows=_ends, column="quarter", what="quarter of a financial year, such as Q3 2025/26"),
    is_note=is_note,
    kinds=kinds,
    observe=observe_trusts,
    attributes=("name", "region", "trust_type", "trust_subtype"),
)
WORKBOOK_READER = replace(READER, layout=replace(LAYOUT, kind="workbook", every_sheet=True, any_order=True))
