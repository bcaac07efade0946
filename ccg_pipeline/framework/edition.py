"""An edition of any framework: its nodes in order, its scales, rounds, gates and leagues.

Belongs here: the models of these. Does not belong here: what must agree between them (consistency.py),
the rules of a node (vocabulary/), reading a folder (families.py), arithmetic on data.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import groupby
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, PrivateAttr, model_validator

from ccg_pipeline.framework.limits import Limits
from ccg_pipeline.framework.provenance import Frozen, Number, Provenance, Stated, Text, numbers_of
from ccg_pipeline.framework.vocabulary.grading import Step
from ccg_pipeline.framework.vocabulary.rule import Plain, of_pool
from ccg_pipeline.framework.vocabulary.scoring import COUNTS, Labels, Read, SpreadByRank

Key = Annotated[Text, Field(max_length=60)]
"""What goes into names of assets and commands."""


class Node(Frozen):
    """Something that is worked out for each organisation, by its steps in their order.

    `level` is the framework's own word for such a thing (indicator, area, domain, …). `scale` names the
    labels of its grades.
    """

    key: Annotated[Text, Field(max_length=200)]
    name: str = ""
    level: Text
    scale: Text | None = None
    steps: Annotated[tuple[Step, ...], Field(min_length=1)]
    _family: str = PrivateAttr("")

    @property
    def family(self) -> str:
        """What the nodes are called together that are written as one; its key where it is written alone."""
        return self._family or self.key

    def of_family(self, name: str) -> Self:
        """Return it as one of the family of that name."""
        self._family = name
        return self

    @property
    def title(self) -> str:
        """What people call it."""
        return self.name or self.key

    @cached_property
    def _nodes_used(self) -> tuple[str, ...]:
        return tuple(
            dict.fromkeys(key for step in self.steps for key in step.nodes_used() if key != self.key)
        )

    def nodes_used(self) -> tuple[str, ...]:
        """Return the other nodes that its steps use."""
        return self._nodes_used

    def measures_used(self) -> tuple[str, ...]:
        """Return the measures that its own steps read."""
        found = [step.measure for step in self.steps if isinstance(step, Read | Labels)]
        found += [step.untie for step in self.steps if isinstance(step, SpreadByRank) and step.untie]
        for step in self.steps:
            when = getattr(step, "when", None)
            if when is not None:
                found += [one.of for one in when.conditions if one.says]
        return tuple(dict.fromkeys(found))

    @property
    def judgement(self) -> str | None:
        """The measure whose label the node reads, where it reads that one and nothing else."""
        (first, *_), used = self.steps, self.measures_used()
        is_its = isinstance(first, Labels) and set(used) == {first.measure} and not self.nodes_used()
        return first.measure if isinstance(first, Labels) and is_its else None


class Scale(Frozen):
    """Grades with their labels, best first, and a colour each (`#00703c`) where there are any."""

    key: Text
    labels: Annotated[tuple[Text, ...], Field(min_length=2)]
    colours: tuple[Text, ...] = ()


class StatedByFields(Frozen):
    """What is stated has a provenance and a source."""

    provenance: Provenance
    source: Text
    note: str = ""


class Parameter(StatedByFields):
    """A number, or a word, of the rules that several places use, or in whose place others are tried."""

    value: Plain | Text
    unit: str = ""

    def stated(self) -> Iterator[Stated]:
        """It itself."""
        yield Stated("", self.value, self.unit, self.provenance, self.source)


class Gate(StatedByFields):
    """Which body verifies which nodes, after which other gates, and which judgements it may moderate."""

    key: Key
    name: str = ""
    body: Text
    verifies: Annotated[tuple[Text, ...], Field(min_length=1)]
    after: tuple[Text, ...] = ()
    may_moderate: tuple[Text, ...] = ()

    @property
    def panel(self) -> str:
        """The key of the body in ledger and terms: its words in small letters, with _ between."""
        return re.sub(r"[^a-z]+", "_", self.body.lower()).strip("_")

    def stated(self) -> Iterator[Stated]:
        """Who verifies what."""
        yield Stated("body", self.body, "", self.provenance, self.source)


class Round(StatedByFields):
    """How often there is a round, which levels it shows (all, where none is named), in which words.

    `words` puts one scale in another's place. `release`: ``each`` gate lets its own nodes out, or all go out
    ``together``.
    """

    key: Key
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
    """Places of a node's organisations, by grade and then score, or by one of them, within a pool.

    Scores are equal that are equal once rounded to `unit`, halves up. `first`: who has place 1, the ``best``,
    or the ``worst``, as where 1 is the most deprived.
    """

    of: Text
    name: str = ""
    by: Annotated[tuple[Literal["grade", "score"], ...], Field(min_length=1)] = ("score",)
    unit: Annotated[Plain, Field(gt=0)] = 1e-9
    pool: Text | None = None
    first: Literal["best", "worst"] = "best"

    @model_validator(mode="after")
    def _goes_by_grade_first(self) -> Self:
        if self.by not in (("score",), ("grade",), ("grade", "score")):
            raise ValueError("places go by [score], by [grade], or by [grade, score]")
        return self

    @property
    def order(self) -> str:
        """From whom places are counted, where it is not from the best; '' where it is."""
        return "" if self.first == "best" else "place 1 is the worst"

    def stated(self) -> Iterator[Stated]:
        """By what places are given, and from whom."""
        yield Stated("by", ", then ".join(self.by), "", self.provenance, self.source)
        if "first" in self.model_fields_set:
            yield Stated("first", self.first, "", self.provenance, self.source)
        if "unit" in self.model_fields_set:
            yield Stated("unit", self.unit, "score", self.provenance, self.source)


class Edition(Frozen):
    """A framework as data. A node may use only nodes before it, so that none can rest on itself.

    `organisation` is the kind of organisation that is assessed. `year` is written 2025-26 where it begins in
    the month `year_begins` (April, or 9 for a school year), 2022 where it is a calendar year.
    """

    key: Annotated[Key, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    title: Text
    year: Text
    year_begins: Annotated[int, Field(ge=2, le=12)] = 4
    organisation: Text
    scales: tuple[Scale, ...] = ()
    parameters: Mapping[str, Parameter] = Field(default_factory=dict)
    nodes: Annotated[tuple[Node, ...], Field(min_length=1)]
    rounds: Annotated[tuple[Round, ...], Field(min_length=1)]
    leagues: tuple[League, ...] = ()
    limits: tuple[Limits, ...] = ()
    _folder: Path | None = PrivateAttr(None)

    @property
    def folder(self) -> Path | None:
        """Where it was read from; None for one that was read from no folder."""
        return self._folder

    def read_from(self, folder: Path) -> Self:
        """Return it as read from a folder, next to whose files other things of it lie."""
        found = self.model_copy()
        found._folder = folder
        return found

    def remade(self, **changed: Any) -> Self:
        """Return it with other parts, remembering nothing of what was worked out from those before."""
        said = {name: getattr(self, name) for name in self.model_fields_set}
        found = type(self)(**{**said, **changed})
        return found if self.folder is None else found.read_from(self.folder)

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

    def _named_by_steps(self, field: str) -> list[str]:
        """What a field of the steps names, where a step has it."""
        steps = (step for node in self.nodes for step in node.steps)
        return [one for step in steps if (one := getattr(step, field, None)) is not None]

    @cached_property
    def weights(self) -> tuple[str, ...]:
        """The attributes of organisations by which a step weighs them."""
        return tuple(dict.fromkeys(self._named_by_steps("weights")))

    @cached_property
    def parts(self) -> tuple[str, ...]:
        """The attributes in which an organisation names the one that it is part of."""
        return tuple(dict.fromkeys(self._named_by_steps("parts")))

    @cached_property
    def pools(self) -> tuple[str, ...]:
        """The attributes of organisations by which pools are made."""
        named = [*self._named_by_steps("pool"), *(one.pool for one in self.leagues if one.pool is not None)]
        return tuple(dict.fromkeys(one for one in named if not of_pool(one)))

    @cached_property
    def attributes(self) -> tuple[str, ...]:
        """The attributes by which organisations belong together, then those by which one weighs."""
        shared = [one for one in self._named_by_steps("drawn_by") if one and one != COUNTS]
        named = [*self.pools, *self.parts, *self._named_by_steps("peers"), *shared]
        return tuple(dict.fromkeys([*named, *self.weights]))

    def league_title(self, league: League) -> str:
        """Return what a league is called: by its own name, or as its node."""
        return league.name or self.node[league.of].title

    @cached_property
    def leagues_by_title(self) -> Mapping[str, League]:
        """Leagues by what they are called."""
        return {self.league_title(one): one for one in self.leagues}

    def in_words_of(self, one: Round) -> Self:
        """Return it as a round shows it: graded on the scales that the round puts in others' places."""
        if not one.words:
            return self
        nodes = [
            node.model_copy(update={"scale": one.words.get(node.scale, node.scale)}) if node.scale else node
            for node in self.nodes
        ]
        return self.remade(nodes=tuple(nodes))

    def labels(self, node: str) -> tuple[str, ...]:
        """Return the labels of a node's grades, best first; none where it has no scale."""
        scale = self.node[node].scale
        return self.scale[scale].labels if scale is not None else ()

    def numbers(self, of: Collection[str] | None = None, *, of_rows: bool = True) -> Iterator[Number]:
        """Every rule, number and choice, with its place and where it comes from; with `of`, of these nodes.

        A parameter is listed once, and so is what all nodes of a family share; what differs between them,
        with their own keys, but not where it is enough to list it with the rows of a table (not `of_rows`).
        """
        nodes = [one for one in self.nodes if of is None or one.key in of]
        used = {one.parameter for node in nodes for one in numbers_of(node, "")}
        for name, parameter in self.parameters.items():
            if of is None or name in used:
                yield from numbers_of(parameter, "edition.yaml", f"parameters / {name}")
        for family, members in groupby(nodes, key=lambda one: one.family):
            yield from _of_family(family, list(members), of_rows)
        for field in ("rounds", "leagues", "limits") if of is None else ():
            yield from numbers_of(getattr(self, field), "edition.yaml", field)


def _of_family(family: str, nodes: Sequence[Node], of_rows: bool) -> Iterator[Number]:
    """What the nodes of a family state: what is the same in all of them once."""
    listed = [
        [one for one in numbers_of(node.steps, "edition.yaml", "steps") if not one.parameter]
        for node in nodes
    ]
    shared = set(listed[0]).intersection(*listed[1:])
    for node, own in zip(nodes, listed, strict=True):
        for one in own:
            if one not in shared and of_rows:
                yield replace(one, item=f"nodes / {node.key} / {one.item}")
            if one in shared and node is nodes[0]:
                of = family if len(nodes) > 1 else node.key
                yield replace(one, item=f"nodes / {of} / {one.item}")
