"""What was published of grades, next to what an edition gives: organisations by grade, grades of one by name.

Belongs here: an edition's `node_counts.csv` and `named_counts.csv`, where it has them, and the comparisons.
Does not belong here: the counts of the edition of 2016/17 (describe.py), printing. Nothing feeds back into
a rule.
"""

from pathlib import Path
from typing import Annotated, TypeVar

import pandas as pd
from pydantic import Field

from ccg_pipeline.framework.edition import Edition
from ccg_pipeline.framework.files import Table
from ccg_pipeline.framework.provenance import Frozen, Provenance, Text
from expert_panels.foundation.fault import Fault

FILE = "node_counts.csv"
COLUMNS = ["node", "grade", "here", "published", "provenance", "source"]
NAMED_FILE = "named_counts.csv"
NAMED_COLUMNS = ["organisation_code", "level", *COLUMNS[1:]]
M = TypeVar("M", bound=Frozen)


class NodeCount(Frozen):
    """How many organisations were published in a grade of a node."""

    node: Text
    label: Text
    count: Annotated[int, Field(ge=0)]
    provenance: Provenance
    source: Text


class NamedCount(Frozen):
    """In how many nodes of a level one organisation was published to have a grade."""

    organisation_code: Text
    level: Text
    label: Text
    count: Annotated[int, Field(ge=0)]
    provenance: Provenance
    source: Text


def node_counts(folder: Path, edition: Edition) -> tuple[NodeCount, ...]:
    """Return the published counts in an edition's folder, none without a file.

    Fault names file, line and row for a node or a grade that the edition does not have.
    """
    counts = _read(folder / FILE, NodeCount)
    for where, one in counts:
        if one.node not in edition.node:
            raise Fault(f"{where}: {one.node} is no node of {edition.key}.")
        if one.label not in edition.labels(one.node):
            labels = ", ".join(edition.labels(one.node)) or "none"
            raise Fault(f"{where}: {one.label!r} is no grade of {one.node}, which has {labels}.")
    return tuple(one for _, one in counts)


def named_counts(folder: Path, edition: Edition) -> tuple[NamedCount, ...]:
    """Return what was published of organisations by name in an edition's folder, none without a file.

    Fault names file, line and row for a level or a grade that the edition does not have.
    """
    counts = _read(folder / NAMED_FILE, NamedCount)
    for where, one in counts:
        graded = [node.key for node in edition.nodes if node.level == one.level and node.scale]
        if not any(one.label in edition.labels(node) for node in graded):
            raise Fault(f"{where}: no node of the level {one.level!r} has the grade {one.label!r}.")
    return tuple(one for _, one in counts)


def _read(path: Path, model: type[M]) -> list[tuple[str, M]]:
    """The rows of a file, each with its file and line; none without the file."""
    table = Table(path) if path.is_file() else None
    return [(table.where(at), one) for at, one in enumerate(table.models(model))] if table else []


def fit_of_named(scores: pd.DataFrame, counts: tuple[NamedCount, ...]) -> pd.DataFrame:
    """Return NAMED_COLUMNS: in how many nodes of a level an organisation has a grade, and was published.

    `scores` has a row a node and organisation, with level and label. `here` is NA for one that is not there.
    """
    rows = []
    for one in counts:
        own = scores[(scores["organisation_code"] == one.organisation_code) & (scores["level"] == one.level)]
        here = int((own["label"] == one.label).sum()) if len(own) else None
        told = [one.label, here, one.count, one.provenance, one.source]
        rows.append([one.organisation_code, one.level, *told])
    return pd.DataFrame(rows, columns=NAMED_COLUMNS).astype({"here": "Int64"})


def fit_by_label(scores: pd.DataFrame, edition: Edition, counts: tuple[NodeCount, ...]) -> pd.DataFrame:
    """Return COLUMNS: how many organisations are in each grade of each graded node, and were published.

    `scores` has a row a node and organisation, with node and label ('' for none). Of nodes with published
    counts alone, where there are any. `published` is NA where no count was published.
    """
    known = {(one.node, one.label): one for one in counts}
    wanted = dict.fromkeys(one.node for one in counts) or [one.key for one in edition.nodes if one.scale]
    rows = []
    for node in wanted:
        own = scores.loc[scores["node"] == node, "label"]
        for label in (*edition.labels(node), ""):
            said = known.get((node, label))
            told = [said.count, said.provenance, said.source] if said else [None, "", ""]
            rows.append([edition.node[node].title, label or "none", int((own == label).sum()), *told])
    return pd.DataFrame(rows, columns=COLUMNS).astype({"published": "Int64"})
