"""Which figures changed from the round before by more than chance would.

Belongs here: the difference of each measure and organisation between two rounds, against its error.
Does not belong here: the test and its adjustment (statistics/changes.py), errors (errors.py), ratings.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from ccg_pipeline.framework.edition import Edition
from ccg_pipeline.framework.vocabulary.scoring import Read
from ccg_pipeline.method.certainty.errors import errors_of, sampled
from ccg_pipeline.method.engine.facts import Facts
from ccg_pipeline.method.engine.run import Run
from ccg_pipeline.method.engine.wording import figure
from ccg_pipeline.method.statistics.changes import benjamini_hochberg, change

FALSE_DISCOVERIES = 0.05
"""Share of the changes found that may be chance (assumed)."""
CHANGES = (
    "node", "measure", "organisation", "value", "previous", "difference", "standard_error", "p_value",
    "p_adjusted", "direction",
)  # fmt: skip


def real_changes(run: Run, history: Sequence[Facts]) -> pd.DataFrame:
    """Return the change of each measure with an error since the last of `history`; columns CHANGES.

    `history`: the facts of the rounds before, the latest first. A row for each organisation with both figures
    and the error of each, under the first node that reads the measure. ``p_adjusted``: of testing all rows at
    once (Benjamini and Hochberg 1995). ``direction``: 1 better, −1 worse, 0 no more than chance at
    `FALSE_DISCOVERIES`, NaN where neither way is better. ValueError without a round before.
    """
    if not history:
        raise ValueError("There is no round before, so nothing can have changed.")
    organisations, before = list(run.facts.organisations), history[0]
    tables = []
    for measure, error in errors_of(run.edition).items():
        of_now = sampled(measure, error, run.facts, history)
        of_then = sampled(measure, error, before, history[1:] or [run.facts])
        if of_now is None or of_then is None:
            continue
        then = pd.DataFrame(
            {"value": before.value(measure)[0], "error": of_then.standard_errors()},
            index=list(before.organisations),
        ).reindex(organisations)
        value = run.facts.value(measure)[0]
        found = change(value, of_now.standard_errors(), then["value"], then["error"], 0.0)
        node, better = _read_by(run.edition, measure)
        table = pd.DataFrame(
            {
                "node": node,
                "measure": measure,
                "organisation": organisations,
                "value": value,
                "previous": then["value"].to_numpy(),
                "difference": found.difference,
                "standard_error": found.standard_error,
                "p_value": found.p_value,
                "better": better,
            }
        )
        tables.append(table[np.isfinite(table["p_value"])])
    if not tables:
        return pd.DataFrame(columns=list(CHANGES))
    rows = pd.concat(tables, ignore_index=True)
    rows["p_adjusted"] = benjamini_hochberg(rows["p_value"])
    side = np.sign(rows["difference"]) * (rows["p_adjusted"] <= FALSE_DISCOVERIES)
    rows["direction"] = side * rows["better"].map({"higher": 1.0, "lower": -1.0, "none": np.nan})
    changes: pd.DataFrame = rows[list(CHANGES)]
    return changes


def sentence_of_change(title: str, value: float, previous: float, direction: float) -> str:
    """Return what is said of a figure that changed by more than chance would."""
    went = "rose" if value > previous else "fell"
    which = {1.0: "better", -1.0: "worse"}.get(direction, "neither better nor worse")
    now, then = figure(value, previous), figure(previous, value)
    return f"{title} {went} from {then} to {now}, which is {which} and more than chance alone would do."


def _read_by(edition: Edition, measure: str) -> tuple[str, str]:
    """The first node that reads a measure, and which way it is better there."""
    return next(
        (node.key, step.better)
        for node in edition.nodes
        for step in node.steps
        if isinstance(step, Read) and step.measure == measure
    )
