"""From observations, one row a measure and organisation, to the arrays that the engine works on.

Belongs here: which figures count as published, and the figures of organisations that others are set against.
Does not belong here: which of several periods or files counts (`latest`), any rule.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

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
    missing, and its status is the reason. `others` are organisations that are not assessed, such as England:
    the figure of one counts where it is of the newest period of those that are.
    """
    cells = row_of_each_cell(latest, measures, [*organisations, *others], "organisation_code", "measure")
    status = np.where(cells < 0, "", words(latest, "status", cells))
    is_published = status == "published"
    number = {name: np.where(is_published, figures(latest, name, cells), np.nan) for name in NUMBERS}
    judgement = np.where(is_published, words(latest, "judgement", cells), "")
    n = len(organisations)
    why = np.where(is_published | (status == ""), "", "its figure is " + status)
    newest = _newest(latest, cells, number["value"])
    is_as_new = newest[:, n:] >= newest[:, :n].max(axis=1, initial=-np.inf, keepdims=True)
    other = np.where(is_as_new, number["value"][:, n:], np.nan)
    return Facts(
        organisations=tuple(organisations),
        values={key: number["value"][i : i + 1, :n] for i, key in enumerate(measures)},
        judgements={key: judgement[i : i + 1, :n] for i, key in enumerate(measures)},
        counts={
            key: Counts(*(number[name][i, :n] for name in NUMBERS[1:])) for i, key in enumerate(measures)
        },
        others={code: dict(zip(measures, other[:, j], strict=True)) for j, code in enumerate(others)},
        attributes=attributes or {},
        why={key: why[i, :n] for i, key in enumerate(measures)},
    )


def _newest(latest: pd.DataFrame, cells: Any, values: Floats) -> Floats:
    """Days on which the periods of figures ended, as numbers; −inf where there is no figure."""
    ends = days(latest, "period_end", cells).astype("datetime64[D]").astype("float64")
    return np.where(np.isfinite(values), ends, -np.inf)
