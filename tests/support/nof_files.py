"""Reading the data files of the NHS Oversight Framework: long CSV files, one row a trust and metric.

Belongs here: rows to observations, one row a measure and trust; what is known of the trusts.
Does not belong here: any rule of the framework (its editions are data), which quarter is asked for.

A measure is named ``nof/OF0086``, its published place ``nof/OF0086.place``. Units are not read, for they come
wrong; the Metric_ID says what a figure is. Medians, quartiles and rows of England are no trust's figures.
"""

import re
from calendar import monthrange
from collections.abc import Iterable
from datetime import date
from io import StringIO
from pathlib import Path

import numpy as np
import pandas as pd

from ccg_pipeline.framework.edition import Edition
from ccg_pipeline.method.engine.facts import Facts
from ccg_pipeline.method.engine.gathering import NUMBERS, gathered
from ccg_pipeline.sources.cells import heading, read_figures
from expert_panels.foundation.fault import Fault

COLUMNS = (
    "quarter",
    "region",
    "trust_type",
    "trust_code",
    "trust_name",
    "metric_id",
    "reporting_date",
    "value",
)
PLACE = "rank"
NO_TRUST = frozenset({"", "eng", "england", "e92000001", "national"})


def read(path: Path) -> pd.DataFrame:
    """Return the rows of a file as text, by the names in COLUMNS and PLACE; Fault where one is missing."""
    content = path.read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252")
    table = pd.read_csv(StringIO(text), dtype=str, keep_default_na=False)
    table.columns = [re.sub(r"[\s_-]+", "_", heading(name)) for name in table.columns]
    if lost := [name for name in COLUMNS if name not in table]:
        raise Fault(f"{path.name}: there is no column {lost[0]!r}; it has {', '.join(table.columns)}.")
    if PLACE not in table:
        table[PLACE] = ""
    table = table[[*COLUMNS, PLACE]].apply(lambda column: column.str.strip())
    is_blank = (table == "").all(axis=1)
    return table[~is_blank].assign(
        row=[f"{path.name}, row {number}" for number in table.index[~is_blank] + 2]
    )


def quarter_end(said: str) -> date:
    """Return the last day of a quarter of a financial year, "Q3 2025/26"; ValueError where it is none."""
    quarter = re.search(r"\bq(?:uarter)?\s*([1-4])\b", said, re.IGNORECASE)
    year = re.search(r"(?<![0-9])(?:20)?([0-9]{2})\s*[/–-]\s*(?:20)?([0-9]{2})(?![0-9])", said)
    if quarter is None or year is None or (int(year[1]) + 1) % 100 != int(year[2]):
        raise ValueError(f"{said!r} is no quarter of a financial year, such as Q3 2025/26")
    month = int(quarter[1]) * 3 % 12 + 3
    in_year = 2000 + int(year[1]) + (month == 3)
    return date(in_year, month, monthrange(in_year, month)[1])


def observations(tables: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """Return one row a measure, trust and quarter, with the columns that `gathered` asks for.

    Also `reporting_date` as the publisher wrote it, and `row`. Fault names the row where a value is neither a
    figure nor a mark, where a quarter cannot be read, or where two rows contradict each other.
    """
    table = _of_trusts(pd.concat(list(tables), ignore_index=True))
    figures = read_figures(table["value"].str.removesuffix("%").str.strip())
    if figures.is_fault.any():
        wrong = table[figures.is_fault].iloc[0]
        raise Fault(
            f"{wrong.row}: Value {wrong.value!r} of {wrong.metric_id} is neither a figure nor a mark."
        )
    status = np.select([figures.is_number, figures.is_suppressed], ["published", "suppressed"], "missing")
    found = pd.DataFrame(
        {
            "organisation_code": table["trust_code"],
            "measure": "nof/" + table["metric_id"],
            "status": status,
            "value": figures.values,
            "judgement": "",
            "period_end": _ends(table),
            "reporting_date": table["reporting_date"],
            "row": table["row"],
        }
    )
    place = read_figures(table[PLACE])
    places = found.assign(measure=found["measure"] + ".place", value=place.values, status="published")
    types = found.assign(
        measure="nof/trust_type", judgement=table["trust_type"], value=np.nan, status="published"
    )
    every = pd.concat([found, places[place.is_number], types], ignore_index=True)
    every["period_end"] = pd.to_datetime(every["period_end"])
    return _once(every).assign(**dict.fromkeys(NUMBERS[1:], np.nan))


def trusts(tables: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """Return name, region and trust_type of every trust, by its code; of several the last row."""
    known = _of_trusts(pd.concat(list(tables), ignore_index=True)).drop_duplicates("trust_code", keep="last")
    return known.set_index("trust_code")[["trust_name", "region", "trust_type"]].sort_index()


def facts(observed: pd.DataFrame, known: pd.DataFrame, edition: Edition, end: date) -> Facts:
    """Return what is known of the trusts in the quarter that ends so, for an edition."""
    of_quarter = observed[observed["period_end"] == pd.Timestamp(end)]
    codes = known.index[known.index.isin(of_quarter["organisation_code"])].tolist()
    attributes = {name: known.loc[codes, name].to_numpy(dtype=object) for name in ("trust_type",)}
    return gathered(of_quarter, edition.measures, codes, attributes=attributes)


def _of_trusts(table: pd.DataFrame) -> pd.DataFrame:
    """Rows of trusts: codes and metrics in one case, types of trusts in the case of a sentence."""
    is_trust = ~table["trust_code"].str.casefold().isin(NO_TRUST)
    is_trust &= ~table["trust_name"].str.casefold().isin(NO_TRUST - {""})
    table = table[is_trust].reset_index(drop=True)
    return table.assign(
        trust_code=table["trust_code"].str.upper(),
        metric_id=table["metric_id"].str.upper(),
        trust_type=[" ".join(one.split()).capitalize() for one in table["trust_type"]],
    )


def _ends(table: pd.DataFrame) -> list[date]:
    ends: dict[str, date] = {}
    for said, row in zip(table["quarter"], table["row"], strict=True):
        if said not in ends:
            try:
                ends[said] = quarter_end(said)
            except ValueError as error:
                raise Fault(f"{row}: {error}.") from None
    return [ends[said] for said in table["quarter"]]


def _once(every: pd.DataFrame) -> pd.DataFrame:
    """The rows without repetitions; Fault where two of one measure, trust and quarter differ."""
    key = ["organisation_code", "measure", "period_end"]
    once = every.drop_duplicates([*key, "status", "value", "judgement"])
    if (twice := once[once.duplicated(key)]).empty:
        return once.reset_index(drop=True)
    wrong = twice.iloc[0]
    raise Fault(
        f"{wrong.row}: {wrong.measure} of {wrong.organisation_code} is given twice for one quarter, with "
        "different figures; keep the right file."
    )
