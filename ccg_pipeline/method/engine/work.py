"""One step at work: what a rule sees besides the state that it is given.

Belongs here: the facts, the nodes before, pools, attributes, what a step learned, what fills a gap.
Does not belong here: any rule (scoring.py, combining.py, grading.py), the order of steps (run.py).
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple, TypeVar

import numpy as np

from ccg_pipeline.framework.edition import Node
from ccg_pipeline.framework.vocabulary.others import Together
from ccg_pipeline.framework.vocabulary.rule import Member
from ccg_pipeline.method.engine.facts import Facts, State
from ccg_pipeline.method.statistics.grid import Floats, Integers
from expert_panels.foundation.fault import Fault

T = TypeVar("T")
_CODE = re.compile(r"[^\s,;]+")


@dataclass(frozen=True)
class Learned:
    """What was learned from the published figures and is held in draws.

    ``steps``: by node and number of the step. ``pools``: what each organisation's pool was told by.
    """

    steps: dict[tuple[str, int], Any] = field(default_factory=dict)
    pools: dict[str, Any] = field(default_factory=dict)


class Group(NamedTuple):
    """Organisations, by number: `own` come to something together, for those `of`; `n` of them are asked."""

    own: Integers
    of: Integers
    n: int


class Peers:
    """Who is compared with whom, in a run. Peers that hang on a node are those of the published figures."""

    def __init__(self, facts: Facts, states: Mapping[str, State], learned: Learned) -> None:
        self._facts, self._states, self._learned = facts, states, learned
        self._found: dict[str, list[Integers]] = {}

    def attribute(self, name: str) -> Any:
        """Return an attribute of each organisation; Fault where nothing is known of it."""
        if name not in self._facts.attributes:
            known = ", ".join(sorted(self._facts.attributes)) or "none"
            raise Fault(f"Organisations have no attribute {name!r}, which a rule asks for; known: {known}.")
        return np.asarray(self._facts.attributes[name], dtype=object)

    def pools(self, pool: str | None) -> list[Integers]:
        """Return the organisations of each pool, by number; who has no attribute is in none."""
        if pool is None:
            return [np.arange(len(self._facts.organisations))]
        if pool not in self._found:
            told_by = self._learned.pools
            if pool not in told_by:
                is_node = pool.startswith("node:")
                told_by[pool] = (
                    self._states[pool.removeprefix("node:")].score[0] if is_node else self.attribute(pool)
                )
            by = told_by[pool]
            known = np.array([one is not None and one == one and one != "" for one in by], dtype=bool)
            self._found[pool] = [np.flatnonzero(known & (by == one)) for one in sorted(set(by[known]))]
        return self._found[pool]

    def groups(self, rule: Together) -> Iterator[Group]:
        """Yield who is together for whom: an organisation's parts, its peers, or all of its pool."""
        if rule.parts is None and rule.peers is None:
            yield from (Group(own, own, len(own)) for own in self.pools(rule.pool))
            return
        number = {code: at for at, code in enumerate(self._facts.organisations)}
        named: dict[int, list[str]] = {}
        for code, said in zip(number, self.attribute(rule.parts or str(rule.peers)), strict=True):
            if rule.peers is not None:
                named[number[code]] = (
                    list(dict.fromkeys(_CODE.findall(said))) if isinstance(said, str) else []
                )
            elif said in number:
                named.setdefault(number[said], []).append(code)
        for at, codes in named.items():
            own = np.array([number[code] for code in codes if code in number], dtype=np.int64)
            yield Group(own, np.array([at]), len(codes))


@dataclass(frozen=True)
class Gaps:
    """Members that are missing, filled at one end: of one organisation in each draw, all else as published.

    `at` (draws,): its number. `ends`: by node, and whether by score or by grade, at what a gap is filled,
    (2, organisations), the worst first; NaN where there is none to fill. `end`: 0 the worst, 1 the best.
    `published`: what nodes came to; what has no score stays without, and is a gap of whoever uses it.
    """

    at: Integers
    ends: Mapping[tuple[str, str], Floats]
    end: int
    published: Mapping[str, State]

    def fill(self, of: Iterable[Member], x: Floats) -> Floats:
        """Return members (members, draws, organisations) with the gaps of each draw's organisation filled."""
        filled = np.array(np.broadcast_to(x, (len(x), len(self.at), x.shape[2])))
        draws = np.arange(len(self.at))
        for member, one in zip(of, filled, strict=True):
            own, end = one[draws, self.at], self.ends[member.node, member.by][self.end, self.at]
            one[draws, self.at] = np.where(np.isnan(own), end, own)
        return filled

    def without_new(self, node: str, state: State) -> State:
        """Return a state with neither score nor grade where there was none of the published figures."""
        was = self.published[node]
        score = np.where(np.isnan(was.score), np.nan, state.score)
        if state.grade is None or was.grade is None:
            return replace(state, score=score)
        return replace(state, score=score, grade=np.where(np.isnan(was.grade), np.nan, state.grade))


@dataclass(frozen=True)
class Work:
    """A step at work: step `number` of `node`. `n_labels`: how many grades the node's scale has."""

    node: Node
    number: int
    facts: Facts
    states: Mapping[str, State]
    peers: Peers
    n_labels: int
    _learned: dict[tuple[str, int], Any]
    gaps: Gaps | None = None

    def member(self, member: Member) -> Floats:
        """Return a member's score or grade: (draws, organisations)."""
        state = self.states[member.node]
        if member.by == "score":
            return state.score
        return np.full(state.score.shape, np.nan) if state.grade is None else state.grade

    def members(self, of: Iterable[Member]) -> Floats:
        """Return scores or grades of members: (members, draws, organisations)."""
        return np.stack(np.broadcast_arrays(*[self.member(one) for one in of]))

    def learned(self, how: Callable[[], T]) -> T:
        """Return what this step learned from the published figures; `how` learns it where it has not."""
        key = (self.node.key, self.number)
        if key not in self._learned:
            self._learned[key] = how()
        found: T = self._learned[key]
        return found

    def learned_at(self, number: int) -> Any:
        """Return what the node's step of that number has learned."""
        return self._learned[self.node.key, number]
