"""Figures in a CSV file that somebody made, as facts on which an edition can be tried.

Belongs here: the two shapes of such a file, long and wide, and one of attributes.
Does not belong here: cells and numbers (csv_table.py), publications (the room sources), running an edition.

Nothing is guessed: an empty cell is missing, a number has a decimal point and no other sign.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ccg_pipeline.cli.csv_table import NUMBER, ORGANISATION, Cell, CsvTable, number_in
from ccg_pipeline.framework.edition import Edition
from ccg_pipeline.framework.vocabulary.scoring import Distance, Labels, Read, SpreadByRank
from ccg_pipeline.method.engine.facts import Counts, Facts
from expert_panels.foundation.fault import Fault

MEASURE, JUDGEMENT = "measure", "judgement"
COUNTS = ("numerator", "denominator", "lower_95", "upper_95")
NUMBERS = ("value", *COUNTS)


@dataclass(frozen=True)
class Figures:
    """What a file says, and what of it an edition does not ask for, or asks for in vain.

    `shape`: ``long`` or ``wide``; `separator` in words. `references`: organisations that are not assessed,
    because others are set against them.
    """

    facts: Facts
    shape: str
    separator: str
    measures: tuple[str, ...]
    not_asked_for: tuple[str, ...]
    not_there: tuple[str, ...]
    references: tuple[str, ...]


@dataclass(frozen=True)
class Asked:
    """How an edition reads its measures: as figures, as judgements, or both.

    `points`: judgements of a measure that have points; `said`: those that conditions name.
    """

    figures: frozenset[str]
    points: dict[str, set[str]]
    said: dict[str, set[str]]
    references: frozenset[str]
    attributes: tuple[str, ...]
    weights: frozenset[str]

    @property
    def judgements(self) -> set[str]:
        """Measures of which a judgement is read."""
        return {*self.points, *self.said}


def read_figures(path: Path, edition: Edition, attributes: Path | None = None) -> Figures:
    """Read a file of figures, and one of attributes, for an edition.

    Long: ``organisation,measure,value``, and where there are any ``numerator``, ``denominator``,
    ``lower_95``, ``upper_95``, ``judgement``. Wide: ``organisation``, and a column a measure. Fault names
    file, row, column and what to do.
    """
    asked, table = _asked(edition), CsvTable(path)
    cells = _long(table, asked) if MEASURE in table.header else _wide(table, asked)
    found: dict[tuple[str, str, str], float | str] = {}
    for organisation, measure, name, value in cells:
        found[organisation, measure, name] = value
    organisations = list(dict.fromkeys(table.organisations()))
    measures = _measures(table)
    if not set(measures) & set(edition.measures):
        raise Fault(
            f"{path.name} has no measure that {edition.key} reads: it has {_some(measures)}, and the "
            f"edition reads {_some(edition.measures)}."
        )
    references = tuple(one for one in organisations if one in asked.references)
    assessed = tuple(one for one in organisations if one not in asked.references)
    about = _about(attributes, asked)
    named = [about[one][name].text for one in assessed if one in about for name in edition.parts]
    assessed = tuple(dict.fromkeys([*assessed, *(one for one in named if one)]))
    if not assessed:
        raise Fault(f"{path.name} has figures of {_some(references)} alone, with whom others are compared.")

    def numbers(measure: str, name: str, of: Sequence[str]) -> "np.ndarray":
        return np.array([float(found.get((one, measure, name), np.nan)) for one in of])

    there = [one for one in edition.measures if one in measures]
    facts = Facts(
        organisations=assessed,
        values={one: numbers(one, "value", assessed)[None] for one in there},
        judgements={
            one: np.array([[found.get((code, one, JUDGEMENT), "") for code in assessed]], dtype=object)
            for one in there
        },
        counts={one: Counts(*(numbers(one, name, assessed) for name in COUNTS)) for one in there},
        others={code: {one: float(numbers(one, "value", [code])[0]) for one in there} for code in references},
        attributes=_attributes(about, asked, assessed),
    )
    return Figures(
        facts,
        "long" if MEASURE in table.header else "wide",
        table.separator,
        tuple(there),
        tuple(one for one in measures if one not in edition.measures),
        tuple(one for one in edition.measures if one not in measures),
        references,
    )


def _asked(edition: Edition) -> Asked:
    steps = [step for node in edition.nodes for step in node.steps]
    conditions = [one for step in steps for one in getattr(getattr(step, "when", None), "conditions", ())]
    points: dict[str, set[str]] = {}
    for step in steps:
        if isinstance(step, Labels):
            points.setdefault(step.measure, set()).update(step.points)
    said: dict[str, set[str]] = {}
    for condition in conditions:
        if condition.says:
            said.setdefault(condition.of, set()).update(condition.says)
    return Asked(
        figures=frozenset(one.measure for one in steps if isinstance(one, Read))
        | frozenset(one.untie for one in steps if isinstance(one, SpreadByRank) and one.untie is not None),
        points=points,
        said=said,
        references=frozenset(
            one.reference for one in steps if isinstance(one, Distance) and one.standard is None
        ),
        attributes=edition.attributes,
        weights=frozenset(edition.weights),
    )


Found = Iterator[tuple[str, str, str, float | str]]
"""Organisation, measure, which of its numbers or its judgement, and that."""


def _long(table: CsvTable, asked: Asked) -> Found:
    known = (ORGANISATION, MEASURE, *NUMBERS, JUDGEMENT)
    if strange := [one for one in table.header if one not in known]:
        raise Fault(
            f"{table.name}, row 1: unknown column {strange[0]!r}; a long file has {', '.join(known)}."
        )
    if not {"value", JUDGEMENT} & set(table.header):
        raise Fault(f"{table.name}, row 1: a long file needs a column value, or {JUDGEMENT}.")
    seen: dict[tuple[str, str], int] = {}
    for number, row in table.cells():
        key = organisation, measure = row[ORGANISATION].text, row[MEASURE].text
        if not measure:
            raise Fault(f"{row[MEASURE].where}: there is no measure; name it or drop the row.")
        if key in seen:
            raise Fault(
                f"{table.name}, row {number}: {organisation} has {measure} in row {seen[key]} too; leave one."
            )
        seen[key] = number
        if measure not in asked.figures | asked.judgements:
            continue
        value, judged = row.get("value", Cell("", "")), row.get(JUDGEMENT, Cell("", ""))
        if value.text and measure not in asked.figures:
            raise Fault(
                f"{value.where}: the edition reads a judgement of {measure}, so {value.text!r} belongs in "
                f"the column {JUDGEMENT}."
            )
        if judged.text and not value.text and measure not in asked.judgements:
            raise Fault(
                f"{judged.where}: the edition reads a figure of {measure}, and not {judged.text!r}; give "
                "its value, or leave both empty if it is missing."
            )
        for name in NUMBERS:
            if name in row and row[name].text:
                yield organisation, measure, name, number_in(row[name], is_above_0=name == "denominator")
        if judged.text and measure in asked.judgements:
            yield organisation, measure, JUDGEMENT, _judgement(judged, measure, asked)


def _wide(table: CsvTable, asked: Asked) -> Found:
    seen: dict[str, int] = {}
    for number, row in table.cells():
        organisation = row[ORGANISATION].text
        if organisation in seen:
            raise Fault(
                f"{table.name}, row {number}: {organisation} is in row {seen[organisation]} too; leave one."
            )
        seen[organisation] = number
        for measure, cell in row.items():
            is_judged = measure in asked.judgements and (
                measure not in asked.figures or not NUMBER.fullmatch(cell.text)
            )
            if cell.text and is_judged:
                yield organisation, measure, JUDGEMENT, _judgement(cell, measure, asked)
            elif cell.text and measure in asked.figures:
                yield organisation, measure, "value", number_in(cell)


def _judgement(cell: Cell, measure: str, asked: Asked) -> str:
    points, said = asked.points.get(measure, set()), asked.said.get(measure, set())
    is_strange = cell.text not in points if points else bool(NUMBER.fullmatch(cell.text))
    if is_strange and cell.text not in said:
        raise Fault(
            f"{cell.where}: {cell.text!r} is no judgement that the edition knows; it knows "
            f"{', '.join(sorted(points | said))}, and a missing one is an empty cell."
        )
    return cell.text


def _about(path: Path | None, asked: Asked) -> dict[str, dict[str, Cell]]:
    """What a file says of organisations: by organisation, a cell an attribute."""
    table = None if path is None else CsvTable(path)
    columns = [] if table is None else table.header[1:]
    if lost := [one for one in asked.attributes if one not in columns]:
        raise Fault(
            f"The edition compares organisations by {lost[0]}, an attribute that it must be given: add "
            "--attributes FILE.csv with the columns organisation, " + ", ".join(asked.attributes) + "."
        )
    found: dict[str, dict[str, Cell]] = {}
    for number, row in [] if table is None else table.cells():
        organisation = row[ORGANISATION].text
        if table is not None and organisation in found:
            raise Fault(f"{table.name}, row {number}: {organisation} is there twice; leave one row.")
        found[organisation] = row
    return found


def _attributes(
    about: Mapping[str, Mapping[str, Cell]], asked: Asked, assessed: Sequence[str]
) -> dict[str, "np.ndarray"]:
    """Attributes of the organisations, in their order; None, or NaN for a weight, where nothing is said."""

    def value(organisation: str, name: str) -> float | str | None:
        cell = about.get(organisation, {}).get(name, Cell("", ""))
        if name in asked.weights:
            return number_in(cell) if cell.text else np.nan
        return cell.text or None

    return {name: np.array([value(one, name) for one in assessed], dtype=object) for name in asked.attributes}


def _measures(table: CsvTable) -> list[str]:
    """Return the measures of a file: its other columns if it is wide, what is in `measure` if it is long."""
    if MEASURE not in table.header:
        return table.header[1:]
    at = table.header.index(MEASURE)
    return list(dict.fromkeys(cells[at] for _, cells in table.rows))


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:5]) + (", …" if len(names) > 5 else "") if names else "none"
