"""Loading an edition that is a hierarchy with rules: edition.yaml and hierarchy.csv of a folder.

Belongs here: building a CompositeEdition, and what must agree between its lines and its rules.
Does not belong here: the shapes of its parts (composite_edition.py), parsing (files.py), the Improvement and
Assessment Framework's own files (load.py).
"""

from pathlib import Path

from ccg_pipeline.framework.composite_edition import (
    COLUMNS_OF_SCALE,
    CompositeEdition,
    NodeRow,
    Rules,
    listed,
)
from ccg_pipeline.framework.files import Document, Table
from ccg_pipeline.framework.hierarchy import HierarchyFault
from expert_panels.foundation.fault import Fault


def load_composite_from(folder: Path) -> CompositeEdition:
    """The edition in a folder, checked whole; Fault names file, line and offender in one sentence."""
    document, table = Document(folder / "edition.yaml"), Table(folder / "hierarchy.csv")
    rules, nodes = document.model(Rules), table.models(NodeRow)
    edition = CompositeEdition(**{name: getattr(rules, name) for name in Rules.model_fields}, nodes=nodes)
    line = {one.code: table.where(number) for number, one in reversed(list(enumerate(nodes)))}
    try:
        top = edition.hierarchy.top
    except HierarchyFault as fault:
        raise Fault(f"{line.get(fault.code, table.path.name)}: {fault}") from None
    _check_nodes(edition, line)
    _check_rules(edition, document, top)
    return edition


def _check_nodes(edition: CompositeEdition, line: dict[str, str]) -> None:
    aggregates = set(edition.hierarchy.aggregates)
    needs = COLUMNS_OF_SCALE.get(edition.measures.scale.scale, set())
    for node in edition.nodes:
        here = f"{line[node.code]} ({node.code})"
        if (node.code in aggregates) == (node.direction is not None):
            raise Fault(
                f"{here}: an aggregate has members and no direction, an indicator a direction and no members."
            )
        has = {name for name in ("reference", "worst", "best") if getattr(node, name) is not None}
        wanted = needs if node.code not in aggregates else set()
        if has != wanted:
            raise Fault(
                f"{here}: the scale {edition.measures.scale.scale} needs {listed(wanted)} here, "
                f"and there is {listed(has)}."
            )


def _check_rules(edition: CompositeEdition, document: Document, top: str) -> None:
    depths = edition.hierarchy.depths
    deepest = max(depths.values()) + 1
    if deepest != len(edition.levels):
        raise Fault(
            f"{document.where('levels')}: {len(edition.levels)} levels, but the hierarchy below {top} "
            f"has {deepest} of aggregates."
        )
    keys = [level.key for level in edition.levels]
    if len(set(keys)) < len(keys):
        raise Fault(f"{document.where('levels')}: a level stands twice.")
    rule = edition.eligibility
    if rule is not None:
        if rule.level not in keys:
            raise Fault(f"{document.where('eligibility', 'level')}: unknown level {rule.level!r}.")
        for number, code in enumerate(rule.one_of):
            if depths.get(code) != keys.index(rule.level):
                raise Fault(
                    f"{document.where('eligibility', 'one_of', number)}: {code!r} is no aggregate of level "
                    f"{rule.level!r}."
                )
    peers = edition.grades.peers
    if peers is not None and peers.by == "qualifying" and rule is None:
        raise Fault(
            f"{document.where('grades', 'peers')}: without eligibility no aggregate qualifies, "
            "so peers cannot be told by it."
        )
