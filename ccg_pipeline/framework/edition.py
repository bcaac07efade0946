"""An edition of any framework: its nodes in order, its scales, rounds, gates and leagues.

Belongs here: the models of these, and what must agree between them.
Does not belong here: the rules of a node (vocabulary/), reading a folder (families.py), arithmetic on data.
"""

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Annotated, Literal

from pydantic import Field

from ccg_pipeline.framework.provenance import Frozen, Number, Provenance, Stated, Text, numbers_of
from ccg_pipeline.framework.vocabulary.grading import BEGINS, GRADES, Adjustment, Cap, Put, Step
from ccg_pipeline.framework.vocabulary.rule import Way, of_pool, plain
from ccg_pipeline.framework.vocabulary.scoring import Distance, Labels, Read, SpreadByRank, Standardise


class Node(Frozen):
    """Something that is worked out for each organisation, by its steps in their order.

    `level` is the framework's own word for such a thing (indicator, area, domain, …). `scale` names the
    labels of its grades.
    """

    key: Text
    name: str = ""
    level: Text
    scale: Text | None = None
    steps: Annotated[tuple[Step, ...], Field(min_length=1)]

    @property
    def title(self) -> str:
        """What people call it."""
        return self.name or self.key

    def nodes_used(self) -> tuple[str, ...]:
        """Return the other nodes that its steps use."""
        return tuple(
            dict.fromkeys(key for step in self.steps for key in step.nodes_used() if key != self.key)
        )

    def measures_used(self) -> tuple[str, ...]:
        """Return the measures that its own steps read."""
        found = [step.measure for step in self.steps if isinstance(step, Read | Labels)]
        found += [step.untie for step in self.steps if isinstance(step, SpreadByRank) and step.untie]
        for step in self.steps:
            when = getattr(step, "when", None)
            if when is not None:
                found += [one.of for one in when.conditions if one.says]
        return tuple(dict.fromkeys(found))


class Scale(Frozen):
    """Grades with their labels, best first, and a colour each where there are any."""

    key: Text
    labels: Annotated[tuple[Text, ...], Field(min_length=2)]
    colours: tuple[Text, ...] = ()


class StatedByFields(Frozen):
    """What is stated has a provenance and a source."""

    provenance: Provenance
    source: Text
    note: str = ""


class Gate(StatedByFields):
    """Which body verifies which nodes, after which other gates, and which judgements it may moderate."""

    key: Text
    name: str = ""
    body: Text
    verifies: Annotated[tuple[Text, ...], Field(min_length=1)]
    after: tuple[Text, ...] = ()
    may_moderate: tuple[Text, ...] = ()

    def stated(self) -> Iterator[Stated]:
        """Who verifies what."""
        yield Stated("body", self.body, "", self.provenance, self.source)


class Round(StatedByFields):
    """How often there is a round, which levels it shows (all, where none is named), in which words.

    `words` puts one scale in another's place. `release`: ``each`` gate lets its own nodes out, or all go out
    ``together``.
    """

    key: Text
    title: str = ""
    every: Literal["month", "quarter", "year"]
    levels: tuple[Text, ...] = ()
    words: Mapping[Text, Text] = Field(default_factory=dict)
    gates: tuple[Gate, ...] = ()
    release: Literal["each", "together"] = "each"

    def stated(self) -> Iterator[Stated]:
        """How often, and how it goes out."""
        yield Stated("every", self.every, "", self.provenance, self.source)
        yield Stated("release", self.release, "", self.provenance, self.source)


class League(StatedByFields):
    """Places of a node's organisations, by grade and score or by score alone, within a pool.

    Scores are equal that are equal once rounded to `unit`, halves up.
    """

    of: Text
    name: str = ""
    by: Annotated[tuple[Literal["grade", "score"], ...], Field(min_length=1)] = ("score",)
    unit: Annotated[float, Field(gt=0)] = 1e-9
    pool: Text | None = None

    def stated(self) -> Iterator[Stated]:
        """By what places are given."""
        yield Stated("by", ", then ".join(self.by), "", self.provenance, self.source)
        if "unit" in self.model_fields_set:
            yield Stated("unit", self.unit, "score", self.provenance, self.source)


class Edition(Frozen):
    """A framework as data. A node may use only nodes before it, so that none can rest on itself.

    `organisation` is the kind of organisation that is assessed.
    """

    key: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    title: Text
    year: Text
    organisation: Text
    scales: tuple[Scale, ...] = ()
    nodes: Annotated[tuple[Node, ...], Field(min_length=1)]
    rounds: Annotated[tuple[Round, ...], Field(min_length=1)]
    leagues: tuple[League, ...] = ()

    @cached_property
    def node(self) -> Mapping[str, Node]:
        """Nodes by their keys."""
        return {one.key: one for one in self.nodes}

    @cached_property
    def scale(self) -> Mapping[str, Scale]:
        """Scales by their keys."""
        return {one.key: one for one in self.scales}

    @cached_property
    def measures(self) -> tuple[str, ...]:
        """Every measure that a node reads, in the order of the nodes."""
        return tuple(dict.fromkeys(key for node in self.nodes for key in node.measures_used()))

    @cached_property
    def weights(self) -> tuple[str, ...]:
        """The attributes of organisations by which a step weighs them."""
        steps = [step for node in self.nodes for step in node.steps]
        found = [one.weights for one in steps if isinstance(one, Standardise) and one.weights is not None]
        return tuple(dict.fromkeys(found))

    @cached_property
    def attributes(self) -> tuple[str, ...]:
        """The attributes of organisations by which pools are made, then those by which they are weighed."""
        steps = [step for node in self.nodes for step in node.steps]
        pools = [getattr(one, "pool", None) for one in (*steps, *self.leagues)]
        named = [one for one in pools if one is not None and not of_pool(one)]
        return tuple(dict.fromkeys([*named, *self.weights]))

    def labels(self, node: str) -> tuple[str, ...]:
        """Return the labels of a node's grades, best first; none where it has no scale."""
        scale = self.node[node].scale
        return self.scale[scale].labels if scale is not None else ()

    def numbers(self) -> Iterator[Number]:
        """Every rule, number and choice, with its place and where it comes from."""
        for field in ("nodes", "rounds", "leagues"):
            yield from numbers_of(getattr(self, field), "edition.yaml", field)


Place = tuple[str | int, ...]
"""Where something is in an edition: ``("nodes", 3, "steps", 0)``."""


def disagreements(edition: Edition) -> Iterator[tuple[Place, str]]:
    """Whatever does not fit together in an edition: its place, and a sentence without its full stop."""
    for field in ("nodes", "scales", "rounds"):
        keys = [one.key for one in getattr(edition, field)]
        for place, key in enumerate(keys):
            if key in keys[:place]:
                yield (field, place), f"{key} stands twice among the {field}"
    for place, scale in enumerate(edition.scales):
        if len(set(scale.labels)) < len(scale.labels):
            yield ("scales", place, "labels"), f"a label of {scale.key} stands twice"
        if scale.colours and len(scale.colours) != len(scale.labels):
            many = f"{len(scale.labels)} labels and {len(scale.colours)} colours"
            yield ("scales", place, "colours"), f"{scale.key} has {many}"
    yield from _of_nodes(edition)
    yield from _of_rounds(edition)


def _of_nodes(edition: Edition) -> Iterator[tuple[Place, str]]:
    known = _Known(edition)
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
        self._ways: dict[str, Way] = {}
        self._graded: set[str] = set()
        self.faulty: set[str] = set()

    def faults_of(self, node: Node) -> Iterator[tuple[Place, str]]:
        """What is wrong with a node, given those above it: where in the node, and a sentence."""
        if node.scale is not None and node.scale not in self._edition.scale:
            yield ("scale",), f"{node.key} is graded on {node.scale}, which is no scale of the edition"
            return
        n_labels = len(self._edition.labels(node.key))
        is_graded = False
        way: Way = "none"
        for number, step in enumerate(node.steps):
            here: Place = ("steps", number)
            if said := self._of_use(node, number, is_graded):
                yield here, f"{node.key}{said}"
                return
            try:
                way = step.way_after(way, self._ways)
            except ValueError as error:
                yield here, f"{node.key}: {error}"
                return
            yield from ((here, f"{node.key}: {said}") for said in _of_grades(step, n_labels, is_graded))
            is_graded = is_graded or isinstance(step, GRADES)
        if is_graded != (n_labels > 0):
            said = "gives grades and names no scale" if is_graded else "has a scale and no step that grades"
            yield (), f"{node.key} {said}"
        self._ways[node.key] = way
        if is_graded:
            self._graded.add(node.key)

    def _of_use(self, node: Node, number: int, is_graded: bool) -> str:
        """What is wrong with what a step uses, or with its place among the steps; '' where nothing is."""
        step = node.steps[number]
        for key in step.nodes_used():
            if key == node.key:
                if not isinstance(step, Adjustment):  # which looks at what the steps before it came to
                    return " uses itself"
            elif key not in self._ways:
                why = "stands below it" if key in self._edition.node else "is no node of the edition"
                return f" uses {key}, which {why}"
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
    lines = len(getattr(step, "at", getattr(step, "shares", ())))
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
                yield here, f"the gate {gate.key} stands twice"
            if lost := [key for key in gate.verifies + gate.may_moderate if key not in edition.node]:
                yield here, f"the gate {gate.key} names {lost[0]}, which is no node"
            if lost := [key for key in gate.after if key not in keys[:number]]:
                yield here, f"the gate {gate.key} comes after {lost[0]}, which is no gate above it"
    for place, league in enumerate(edition.leagues):
        node = edition.node.get(league.of)
        if node is None:
            yield ("leagues", place, "of"), f"a league is of {league.of}, which is no node"
        elif "grade" in league.by and node.scale is None:
            yield ("leagues", place, "by"), f"a league is by grade, and {league.of} has none"
        if lost := [key for key in of_pool(league.pool) if key not in edition.node]:
            yield ("leagues", place, "pool"), f"a league's pool is {lost[0]}, which is no node"
