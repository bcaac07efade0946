"""The table before a body of any edition's round, as the room shows it, from the bytes that are kept of it.

Belongs here: nodes and figures of one kept part put into the words of the room's protocol.
Does not belong here: finding the bytes (papers.py), the panels of 2016/17 (panel_table.py), any rule.
"""

from collections.abc import Hashable, Iterable, Iterator, Mapping
from typing import Any

import pandas as pd

from ccg_pipeline.framework.edition import Edition, Gate, Node, Round
from ccg_pipeline.framework.provenance import Number
from ccg_pipeline.framework.vocabulary.scoring import Labels, Read
from ccg_pipeline.method.certainty.nearest import nearest_other_grade
from ccg_pipeline.method.certainty.saying import NOT_REPEATED
from ccg_pipeline.method.engine.run import Run, measures_under, resting_on
from ccg_pipeline.method.engine.wording import figure
from ccg_pipeline.method.round_assessment import with_bounds
from ccg_pipeline.panel_papers.panel_table import similar_by_kind
from ccg_pipeline.publish.measures import title_of
from ccg_pipeline.publish.naming import noun_of
from ccg_pipeline.publish.uncertainty_words import measured_again
from ccg_pipeline.release.round_parts import PartTables, run_again
from expert_panels.papers import CandidateTable, Figure, Measure, MethodNumber, Organisation, Spread

BETTER = {"higher": "higher is better", "lower": "lower is better", "none": "neither direction is better"}
Rows = Mapping[str, Mapping[Hashable, Any]]
"""Rows of a table by the node, or the measure, that they are of."""

MOST_SEARCHED = 300
"""Organisations up to which the nearest other grade of each is looked for, a search of seconds (assumed)."""


def round_table(
    edition: Edition,
    one: Round,
    key: str,
    gate: Gate,
    sha256: str,
    part: PartTables,
    names: Mapping[str, str],
) -> CandidateTable:
    """Return the table of a kept part before its gate; `names` are those of the organisations by code.

    Its rating is that of the first node which the gate verifies; other nodes of the part and the figures
    are next to it.
    """
    main = edition.node[gate.verifies[0]]
    run = run_again(edition, part)
    scores = {
        str(code): {str(row["node"]): row for row in own.to_dict("records")}
        for code, own in with_bounds(part.tables["scores"], run).groupby("organisation_code")
    }
    figures: dict[str, Rows] = {
        str(code): {str(row["measure"]): row for row in own.to_dict("records")}
        for code, own in part.tables["figures"].groupby("organisation_code")
    }
    chances = part.tables["chances"]
    of_main = dict(list(chances[chances["node"] == main.key].groupby("organisation_code")))
    other_nodes = [node for node in edition.nodes if node.key in _nodes(part) and node.key != main.key]
    measures = list(measures_under(edition, gate.verifies))

    def figures_of(code: str) -> tuple[Figure, ...]:
        own = figures.get(code, {})
        nodes = _of_nodes(gate, other_nodes, scores[code], own)
        return (*nodes, *(_of_measure(each, own) for each in measures))

    organisations = tuple(
        _organisation(code, names.get(code, ""), run, main, scores[code], figures_of(code), of_main, key)
        for code in sorted(scores)
    )
    values = tuple(
        float(row[main.key]["score"]) for row in scores.values() if pd.notna(row[main.key]["score"])
    )
    return CandidateTable(
        panel=gate.panel,
        lane=f"{edition.key}/{one.key}",
        partition_key=key,
        subject_sha256=sha256,
        labels=edition.labels(main.key),
        measures=(*(_node(each, gate) for each in reversed(other_nodes)), *_measures(edition, measures)),
        organisations=organisations,
        spreads=(Spread(main.title, f"score of {main.title}", values, ()),) if values else (),
        is_made_up=bool(part.tables["scores"]["is_made_up"].any()),
        notes=tuple(_notes(edition, main, part)),
        kind=noun_of(edition.organisation),
        similar_by=similar_by_kind(edition.organisation)[0],
    )


def _nodes(part: PartTables) -> set[str]:
    return set(part.tables["scores"]["node"])


def _organisation(
    code: str,
    name: str,
    run: Run,
    main: Node,
    rows: Rows,
    figures: tuple[Figure, ...],
    chances: Mapping[Any, pd.DataFrame],
    key: str,
) -> Organisation:
    row, close, closeness, firm, again = rows[main.key], "", None, "", ""
    if code in chances:
        firm, again = measured_again(chances[code], str(row["label"]), key)
    if len(run.facts.organisations) <= MOST_SEARCHED and row["label"]:
        near = nearest_other_grade(run, main.key, code)
        if near is not None:
            close, closeness = near.sentence(title_of(run.edition, near.measure)), near.errors
    return Organisation(
        code=code,
        name=name or code,
        region="",
        grade=None if pd.isna(row["grade"]) else int(row["grade"]),
        rating=str(row["label"]),
        score="" if pd.isna(row["score"]) else figure(float(row["score"])),
        used=" ".join(
            ["" if pd.isna(row["n_used"]) else f"{row['n_used']} of {row['n_expected']}", _with_gaps(row)]
        ).strip(),
        why=str(row["why"]) or str(row["changed_by"]),
        figures=figures,
        close=close,
        closeness=closeness,
        again=again,
        is_unlikely=firm == NOT_REPEATED,
        similar=tuple(similar_by_kind(run.edition.organisation)[1].get(code, ())),
    )


def _of_nodes(
    gate: Gate,
    other_nodes: list[Node],
    rows: Rows,
    figures: Rows,
) -> Iterator[Figure]:
    """Each other node of the part as a figure; a judgement that may be moderated with its choices."""
    for node in reversed(other_nodes):
        row = rows[node.key]
        first, said = node.steps[0], figures.get(node.judgement or "", {})
        choices = tuple(first.points) if node.key in gate.may_moderate and isinstance(first, Labels) else ()
        value = str(said.get("judgement", "")) if choices else _number(row["score"])
        order: float | None = None if pd.isna(row["score"]) else float(row["score"])
        yield _figure(
            node.key, value, grade=str(row["label"]), why=str(row["why"]),
            note=" ".join([str(row["changed_by"]), _with_gaps(row)]).strip(), order=order, choices=choices,
        )  # fmt: skip


def _of_measure(measure: str, figures: Rows) -> Figure:
    row = figures.get(measure)
    if row is None:
        return _figure(measure, "", why="There is no figure.")
    if row["status"] != "published":
        return _figure(measure, "", why=f"The figure is {row['status']}.")
    counts: str = "" if pd.isna(row["numerator"]) else _number(row["numerator"])
    if counts and pd.notna(row["denominator"]):
        counts = f"{counts} of {_number(row['denominator'])}"
    lower, upper = _number(row["lower_95"]), _number(row["upper_95"])
    interval = f"{lower} to {upper}" if lower and upper else ""
    order: float | None = None if pd.isna(row["value"]) else float(row["value"])
    value = str(row["judgement"]) or _number(row["value"])
    return _figure(
        measure,
        value,
        counts=counts,
        interval=interval,
        period=f"to {row['period_end']:%Y-%m-%d}",
        order=order,
    )


def _figure(measure: str, value: str, **more: Any) -> Figure:
    words = ("counts", "interval", "reference", "period", "band", "grade", "better", "worse", "why", "note")
    return Figure(measure=measure, value=value, **dict.fromkeys(words, "") | more)


def _with_gaps(row: Mapping[Hashable, Any]) -> str:
    """Between which scores it would lie with what is missing at its worst and best; '' where nothing is."""
    if pd.isna(row["with_gaps_worst"]):
        return ""
    return f"({figure(row['with_gaps_worst'])} to {figure(row['with_gaps_best'])} with what is missing)"


def _number(value: Any) -> str:
    return "" if pd.isna(value) else figure(float(value))


def _node(node: Node, gate: Gate) -> Measure:
    return Measure(node.key, node.title, node.level, "", "", node.key in gate.verifies)


def _measures(edition: Edition, measures: list[str]) -> Iterator[Measure]:
    for key in measures:
        read = next(
            (node, step) for node in edition.nodes for step in node.steps
            if isinstance(step, Read | Labels) and step.measure == key
        )  # fmt: skip
        node, step = read
        yield Measure(key, node.title, "", BETTER[step.better], "", True)


def _notes(edition: Edition, main: Node, part: PartTables) -> Iterator[str]:
    own = part.tables["scores"]
    own = own[own["node"] == main.key]
    if missing := int((own["label"] == "").sum()) if edition.labels(main.key) else 0:
        yield f"{missing} of {len(own)} have no rating; the table says why of each."
    if any(one.provenance == "assumed" for one in edition.numbers()):
        yield "Some rules of this edition are assumed; all of them are listed below."
    for each in part.moderations:
        said = " ".join(each.reason.split())
        yield f"{each.organisation}: {each.node} was moderated from {each.before} to {each.after} ({said})."


def numbers_under(edition: Edition, gate: Gate) -> list[MethodNumber]:
    """Return every rule, number and choice by which what a gate verifies is rated, with where it is from."""
    return as_read(edition.numbers(resting_on(edition, gate.verifies)))


def as_read(numbers: Iterable[Number]) -> list[MethodNumber]:
    """Return numbers of a method as a body reads them."""
    return [MethodNumber(one.item, one.text, one.unit, one.provenance, one.source) for one in numbers]
