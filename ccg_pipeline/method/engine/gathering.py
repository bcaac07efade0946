"""From observations, one row a measure and organisation, to the arrays that the engine works on.

Belongs here: which figures count as published, and the figures of organisations that others are set against.
Does not belong here: which of several periods or files counts (`latest`), any rule.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ccg_pipeline.method.engine.facts import Counts, Facts
from ccg_pipeline.method.statistics.grid import Floats, days, figures, row_of_each_cell, words

NUMBERS = ("value", "numerator", "denominator", "lower_95", "upper_95")


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
