"""What must fit together in an edition: its nodes, scales, rounds, gates and leagues.

Belongs here: whatever does not, each with its place and a sentence.
Does not belong here: what one model by itself refuses (edition.py, vocabulary/), reading files (families.py).
"""

import re
from collections.abc import Iterator, Sequence

from ccg_pipeline.framework.edition import Edition, Gate, Node
from ccg_pipeline.framework.limits import unknown_measures
from ccg_pipeline.framework.reach import Reach, lines_of, reach_after
from ccg_pipeline.framework.round_dates import first_month
from ccg_pipeline.framework.vocabulary.combining import Mean
from ccg_pipeline.framework.vocabulary.grading import (
    BEGINS,
    GRADES,
    Adjustment,
    Cap,
    Cuts,
    Put,
    Step,
)
from ccg_pipeline.framework.vocabulary.rule import Way, of_pool, plain
from ccg_pipeline.framework.vocabulary.scoring import Distance, Read
from expert_panels.foundation.fault import Fault

OF_ONE = 0.011
"""By so much shares may miss one: two of 0.335 and one of 0.34, rounded."""
_COLOUR = re.compile("#[0-9a-fA-F]{6}|[a-zA-Z]+")

Place = tuple[str | int, ...]
"""Where something is in an edition: ``("nodes", 3, "steps", 0)``."""


def disagreements(edition: Edition) -> Iterator[tuple[Place, str]]:
    """Whatever does not fit together in an edition: its place, and a sentence without its full stop."""
    for field in ("nodes", "scales", "rounds"):
        keys = [one.key for one in getattr(edition, field)]
        for place, key in enumerate(keys):
            if key in keys[:place]:
                yield (field, place), f"{key} is there twice among the {field}"
    for place, scale in enumerate(edition.scales):
        if len(set(scale.labels)) < len(scale.labels):
            yield ("scales", place, "labels"), f"a label of {scale.key} is there twice"
        if scale.colours and len(scale.colours) != len(scale.labels):
            many = f"{len(scale.labels)} labels and {len(scale.colours)} colours"
            yield ("scales", place, "colours"), f"{scale.key} has {many}"
        for at, colour in enumerate(scale.colours):
            if not _COLOUR.fullmatch(colour):
                said = f"{colour!r} is no colour: write its name, or # and six characters, such as #00703c"
                yield ("scales", place, "colours", at), said
    try:
        first_month(edition)
    except Fault as fault:
        yield ("year",), str(fault).removeprefix(f"{edition.key}: ").rstrip(".")
    if "year_begins" in edition.model_fields_set and edition.year.isdigit():
        said = f"year_begins is of a year such as 2025-26, and {edition.year} is one that begins in January"
        yield ("year_begins",), said
    known = _Known(edition)
    yield from _of_nodes(edition, known)
    yield from _of_rounds(edition)
    yield from _of_leagues(edition, known)
    for place, said in unknown_measures(edition.limits, edition.measures):
        yield ("limits", place, "measure"), said


def notes(edition: Edition) -> Iterator[str]:
    """What agrees and may not be meant, a sentence each without its full stop: scales and weights."""
    used = {node.scale for node in edition.nodes}.union(*(one.words.values() for one in edition.rounds))
    for scale in edition.scales:
        if scale.key not in used:
            yield f"nothing is graded on {scale.key}"
    for node in edition.nodes:
        for step in node.steps:
            if isinstance(step, Mean) and not step.total and (whole := _broken_shares(step)) is not None:
                yield f"weights of {node.key} sum to {whole:g}, and are brought to 1"


def unreadable(edition: Edition) -> Iterator[tuple[Place, str]]:
    """Measures that no file can tell of, or not apart: where each is read, and a sentence."""
    by_code: dict[str, str] = {}
    for place, node in enumerate(edition.nodes):
        for measure in node.measures_used():  # observations are kept by code
            if (other := by_code.setdefault(measure.partition("/")[2], measure)) != measure:
                yield ("nodes", place), f"{node.key}: {measure} and {other} have one code: give one another"
        if lost := [one for one in node.measures_used() if not re.fullmatch(r"[^/\s]+/\S(.*\S)?", one)]:
            said = f"{lost[0]!r} is no measure: it begins with its publication, as in visitors/loans"
            yield ("nodes", place), f"{node.key}: {said}"


def _broken_shares(step: Mean) -> float | None:
    """The sum of weights that are written as shares of 1 and make no 1; equal weights are no shares."""
    weights = [plain(one.weight) for one in step.of]
    are_shares = max(weights) < 1 and len(set(weights)) > 1
    return sum(weights) if are_shares and abs(sum(weights) - 1) > OF_ONE else None


def _of_nodes(edition: Edition, known: "_Known") -> Iterator[tuple[Place, str]]:
    for place, node in enumerate(edition.nodes):
        if known.faulty.intersection(node.nodes_used()):
            known.faulty.add(node.key)  # what it rests on has been said
            continue
        faults = list(known.faults_of(node))
        known.faulty.update([node.key] if faults else [])
        yield from ((("nodes", place, *where), said) for where, said in faults)


class _Known:
    """What is known of nodes so far: which way each is better, which are graded, which are faulty."""

    def __init__(self, edition: Edition) -> None:
        self._edition = edition
        self.ways: dict[str, Way] = {}
        self._graded: set[str] = set()
        self._reaches: dict[str, Reach] = {}
        self.faulty: set[str] = set()

    def faults_of(self, node: Node) -> Iterator[tuple[Place, str]]:
        """What is wrong with a node, given those above it: where in the node, and a sentence."""
        if node.scale is not None and node.scale not in self._edition.scale:
            yield ("scale",), f"{node.key} is graded on {node.scale}, which is no scale of the edition"
            return
        n_labels = len(self._edition.labels(node.key))
        is_graded = False
        way: Way = "none"
        reach: Reach | None = None
        for number, step in enumerate(node.steps):
            here: Place = ("steps", number)
            if said := self._of_use(node, number, is_graded):
                yield here, f"{node.key}{said}"
                return
            try:
                way = step.way_after(way, self.ways)
            except ValueError as error:
                yield here, f"{node.key}: {error}"
                return
            yield from ((here, f"{node.key}: {said}") for said in _of_grades(step, n_labels, is_graded))
            yield from ((here, f"{node.key}: {said}") for said in _out_of_reach(step, way, reach))
            reach = reach_after(step, reach, self._reaches)
            is_graded = is_graded or isinstance(step, GRADES)
        if is_graded != (n_labels > 0):
            said = "gives grades and names no scale" if is_graded else "has a scale and no step that grades"
            yield (), f"{node.key} {said}"
        self.ways[node.key] = way
        self._reaches |= {node.key: reach} if reach is not None else {}
        if is_graded:
            self._graded.add(node.key)

    def _why_not(self, key: str) -> str:
        """Why a node cannot be used where it is."""
        if key in self._edition.node:
            return "is below it"
        is_measure = key in self._edition.measures
        return "is a measure: read it in a node, and use that" if is_measure else "is no node of the edition"

    def _of_use(self, node: Node, number: int, is_graded: bool) -> str:
        """What is wrong with what a step uses, or with its place among the steps; '' where nothing is."""
        step = node.steps[number]
        for key in step.nodes_used():
            if key == node.key:
                if not isinstance(step, Adjustment):  # which looks at what the steps before it came to
                    return " uses itself"
            elif key not in self.ways:
                return f" uses {key}, which {self._why_not(key)}"
        for key in step.grades_used():
            if not (is_graded if key == node.key else key in self._graded):
                return f" uses the grade of {key}, which has none"
        if isinstance(step, BEGINS) != (number == 0):
            what = "comes first, and has no figure" if number == 0 else "begins a second time"
            return f": {step.do} {what}; the first step reads, takes or combines, no other"
        if isinstance(step, Distance) and not isinstance(node.steps[0], Read):
            return ": a distance needs the counts of a measure, so it must follow a read"
        return ""


def _of_grades(step: Step, n_labels: int, is_graded: bool) -> Iterator[str]:
    """What is wrong with a step's grades, given how many labels there are and whether there is a grade."""
    lines = len(lines_of(step))
    if lines >= n_labels > 0:
        yield f"{lines} lines make {lines + 1} grades, and its scale has {n_labels} labels"
    if isinstance(step, GRADES) and is_graded:
        yield f"{step.do} grades what has a grade already"
    names = ("at_best", "at_worst") if isinstance(step, Cap) else ("value",)
    if isinstance(step, Cap) or (isinstance(step, Put) and step.by == "grade"):
        if not is_graded:
            yield f"{step.do} changes a grade before there is one"
        for name in names:
            number = getattr(step, name)
            if number is not None and n_labels and plain(number) not in range(1, n_labels + 1):
                yield f"{name} is {plain(number):g}, and its scale has the grades 1 to {n_labels}"


def _out_of_reach(step: Step, way: Way, reach: Reach | None) -> Iterator[str]:
    """The line of a best grade that nobody can have, for scores end before it."""
    if isinstance(step, Cuts) and reach is not None and way != "none":
        line, (least, most) = plain(step.at[0]), reach
        if line < least if way == "lower" else line > most:
            yield f"nobody can reach the line {line:g}, for scores there are from {least:g} to {most:g}"


def _rests_on_any(edition: Edition, key: str, gates: Sequence[Gate]) -> bool:
    """Whether a node rests on what one of `gates` verifies, and it does not verify itself."""
    verified = {one for gate in gates for one in gate.verifies} - {key}
    uses = {node.key: set(node.nodes_used()) for node in edition.nodes}
    under = set(uses.get(key, ()))
    while rests := {one for used in under for one in uses.get(used, ())} - under:
        under |= rests
    return bool(under & verified)


def _of_rounds(edition: Edition) -> Iterator[tuple[Place, str]]:
    levels = {node.level for node in edition.nodes}
    for place, one in enumerate(edition.rounds):
        if lost := [level for level in one.levels if level not in levels]:
            yield ("rounds", place, "levels"), f"{one.key} shows {lost[0]}, which is no level of a node"
        for old, new in one.words.items():
            if unknown := [key for key in (old, new) if key not in edition.scale]:
                yield ("rounds", place, "words"), f"{one.key} names {unknown[0]}, which is no scale"
            elif len(edition.scale[old].labels) != len(edition.scale[new].labels):
                yield ("rounds", place, "words"), f"{old} and {new} have not the same number of labels"
        keys = [gate.key for gate in one.gates]
        for number, gate in enumerate(one.gates):
            here: Place = ("rounds", place, "gates", number)
            if gate.key in keys[:number]:
                yield here, f"the gate {gate.key} is there twice"
            if lost := [key for key in gate.verifies + gate.may_moderate if key not in edition.node]:
                yield here, f"the gate {gate.key} names {lost[0]}, which is no node"
            if lost := [key for key in gate.after if key not in keys[:number]]:
                yield here, f"the gate {gate.key} comes after {lost[0]}, which is no gate above it"
            if not gate.panel:
                yield (
                    here,
                    f"the body {gate.body} of {gate.key} has no letter from a to z to name its terms by",
                )
            if gate.panel in [other.panel for other in one.gates[:number] if other.key != gate.key]:
                yield (
                    here,
                    f"{gate.panel} has two gates in {one.key}: a body has one, over all that it verifies",
                )
            if lost := [key for key in gate.verifies if _rests_on_any(edition, key, one.gates[number + 1 :])]:
                yield (
                    here,
                    f"the gate {gate.key} verifies {lost[0]}, which rests on what a gate below it verifies",
                )
            for key in gate.may_moderate:
                if key in edition.node and edition.node[key].judgement is None:
                    yield here, f"the gate {gate.key} may moderate {key}, which reads no label of one measure"


def _of_leagues(edition: Edition, known: "_Known") -> Iterator[tuple[Place, str]]:
    titles: list[str] = []
    for place, league in enumerate(edition.leagues):
        node = edition.node.get(league.of)
        if node is None:
            yield ("leagues", place, "of"), f"a league is of {league.of}, which is no node"
        elif "grade" in league.by and node.scale is None:
            yield ("leagues", place, "by"), f"a league is by grade, and {league.of} has none"
        elif known.ways.get(league.of) == "none":
            yield ("leagues", place, "of"), f"{league.of} has no way that is better, so nobody in it is first"
        if lost := [key for key in of_pool(league.pool) if key not in edition.node]:
            yield ("leagues", place, "pool"), f"a league's pool is {lost[0]}, which is no node"
        if node is not None and (title := edition.league_title(league)) in titles:
            yield ("leagues", place), f"{title} is there twice among the leagues: give this one a name"
        titles += [edition.league_title(league)] if node is not None else []
