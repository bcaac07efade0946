"""From observations, one row a measure and organisation, to the arrays that the engine works on.

Belongs here: which figures count as published, which are one figure in a file, and the figures of
organisations that others are set against.
Does not belong here: which of several periods or files counts (`latest`), any rule.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ccg_pipeline.method.engine.facts import Counts, Facts
from ccg_pipeline.method.statistics.grid import Floats, Integers, days, figures, row_of_each_cell, words

NUMBERS = ("value", "numerator", "denominator", "lower_95", "upper_95")
PLACE = ("source_sha256", "sheet", "cell")
SAME = 1e-6
"""Of a figure: parts of a count are rounded, so that the rates of two parts differ by less than this."""


def gathered(
    latest: pd.DataFrame,
    measures: Sequence[str],
    organisations: Sequence[str],
    others: Sequence[str] = (),
    attributes: Mapping[str, Any] | None = None,
) -> Facts:
    """Gather what `latest` says of the measures and organisations of an edition.

    `latest`: at most one row a `measure` and `organisation_code` (ValueError otherwise), with status, value,
    numerator, denominator, lower_95, upper_95, judgement and period_end. A figure that is not published is
    missing, and its status is the reason. `others` are organisations that are not assessed, such as England,
    with at most one row a period: each figure is set against that of the same period.
    """
    cells = row_of_each_cell(latest, measures, organisations, "organisation_code", "measure")
    status = np.where(cells < 0, "", words(latest, "status", cells))
    is_published = status == "published"
    number = {name: np.where(is_published, figures(latest, name, cells), np.nan) for name in NUMBERS}
    judgement = np.where(is_published, words(latest, "judgement", cells), "")
    why = np.where(is_published | (status == ""), "", "its figure is " + status)
    ends = days(latest, "period_end", cells)
    return Facts(
        organisations=tuple(organisations),
        values={key: number["value"][[i]] for i, key in enumerate(measures)},
        judgements={key: judgement[[i]] for i, key in enumerate(measures)},
        counts={key: Counts(*(number[name][i] for name in NUMBERS[1:])) for i, key in enumerate(measures)},
        others={code: dict(_of_own_period(latest, code, measures, ends)) for code in others},
        periods={key: ends[i].astype("datetime64[D]").astype("float64") for i, key in enumerate(measures)},
        attributes=attributes or {},
        why={key: why[i] for i, key in enumerate(measures)},
    )


def _of_own_period(
    latest: pd.DataFrame, code: str, measures: Sequence[str], ends: NDArray[np.datetime64]
) -> Iterator[tuple[str, Floats]]:
    """By measure, the figure of one organisation in the period of each of the others' figures."""
    rows = latest[(latest["organisation_code"] == code) & (latest["status"] == "published")]
    keys = zip(rows["measure"], rows["period_end"].to_numpy(dtype="datetime64[s]"), strict=True)
    found = dict(zip(keys, rows["value"].astype(float), strict=True))
    for i, key in enumerate(measures):
        yield key, np.array([found.get((key, end), np.nan) for end in ends[i]])


def shared_cells(rows: pd.DataFrame, measures: Sequence[str], cells: Integers) -> dict[str, Integers]:
    """Return of each measure in which a published figure reaches several organisations, whose it is.

    `rows` say by PLACE where a figure is from, and `cells` (measures, organisations) which row is whose; −1
    for none. Who has the same rate from the same place of the same file, as organisations have from a row of
    their authority, has the same figure: the number of the first of them, (organisations,). Without PLACE
    nothing.
    """
    if not set(PLACE) <= set(rows):
        return {}
    place = rows.groupby(list(PLACE), sort=False, dropna=False).ngroup().to_numpy()
    where = np.append(np.where(rows["cell"] == "", -1, place), -1)[cells]
    value, found = figures(rows, "value", cells), {}
    for key, at, own in zip(measures, where, value, strict=True):
        there = np.flatnonzero((at >= 0) & np.isfinite(own))
        _, first, of = np.unique(at[there], return_index=True, return_inverse=True)
        if len(first) == len(there):
            continue
        whose = np.arange(len(at))
        whose[there] = there[first[of]]
        found[key] = np.where(np.isclose(own, own[whose], rtol=SAME, atol=0), whose, np.arange(len(at)))
    return found


def with_shared(facts: Facts, shared: Mapping[str, Integers]) -> Facts:
    """Return facts with what `shared_cells` says: a figure that several have is one to the last bit."""
    values = {key: facts.value(key)[:, whose] for key, whose in shared.items()}
    return replace(facts, values={**facts.values, **values}, shared=shared)
