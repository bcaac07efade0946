"""The measures that an edition reads, as a table: which they are, and how it reads them.

Belongs here: filling this table, and what people call a measure.
Does not belong here: figures themselves, formats (export.py), rules.
"""

import pandas as pd

from ccg_pipeline.framework.edition import Edition, Node
from ccg_pipeline.framework.vocabulary.scoring import Labels, Read
from ccg_pipeline.method.certainty.errors import errors_of

COLUMNS = (
    "measure", "publication", "code", "node", "title", "level", "reads", "better", "error", "organisations",
    "period_start", "period_end",
)  # fmt: skip


def measures_of(edition: Edition, figures: pd.DataFrame) -> pd.DataFrame:
    """Return the measures of an edition in its order; columns COLUMNS.

    ``node``: the first that reads it, with title, level, and which way is better there. ``reads``: figure,
    judgement or place. ``error``: of which kind its error is, '' where it has none. Of `figures`, as a round
    releases them: ``organisations`` with a published one, and over which days its periods reach.
    """
    errors, rows = errors_of(edition), []
    published = figures[figures["status"] == "published"]
    for measure in edition.measures:
        node = next(one for one in edition.nodes if measure in one.measures_used())
        reads, better = _reading(node, measure)
        own = published[published["measure"] == measure]
        publication, _, code = measure.partition("/")
        error = errors[measure].kind if measure in errors else ""
        days = own["period_start"].min(), own["period_end"].max()
        rows.append(
            (
                measure,
                publication,
                code,
                node.key,
                node.title,
                node.level,
                reads,
                better,
                error,
                len(own),
                *days,
            )
        )
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(
        dict.fromkeys(COLUMNS[-2:], "datetime64[ns]") | dict.fromkeys(COLUMNS[:9], "str")
    )


def title_of(edition: Edition, measure: str) -> str:
    """Return what people call a measure: the title of the first node that reads it."""
    return next(
        (
            node.title
            for node in edition.nodes
            for step in node.steps
            if isinstance(step, Read | Labels) and step.measure == measure
        ),
        measure,
    )


def _reading(node: Node, measure: str) -> tuple[str, str]:
    for step in node.steps:
        if isinstance(step, Read | Labels) and step.measure == measure:
            return ("judgement" if isinstance(step, Labels) else "figure"), step.better
    return ("place" if any(getattr(one, "untie", None) == measure for one in node.steps) else "judgement"), ""
