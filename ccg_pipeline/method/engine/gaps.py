"""What is missing, at its worst and at its best: between which scores an organisation's own would lie.

Belongs here: which members are gaps, at which ends they are filled, the two runs of the same rules.
Does not belong here: filling an array (work.py), any rule, draws (certainty/).

No figure is guessed: a score that rests on less than all of its members is what its rule makes of those that
are there, and next to it is said what it would be were the missing ones the worst or the best of their kind.
"""

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from ccg_pipeline.framework.edition import Edition, Node
from ccg_pipeline.framework.vocabulary.combining import Combination, LookUp, Pick, Tallies
from ccg_pipeline.framework.vocabulary.grading import GRADES, Adjustment
from ccg_pipeline.framework.vocabulary.rule import of_pool, plain
from ccg_pipeline.framework.vocabulary.scoring import (
    Goalposts,
    Labels,
    SpreadByRank,
    Standardise,
    Steps,
    Take,
)
from ccg_pipeline.method.engine.run import Run
from ccg_pipeline.method.engine.turning import up
from ccg_pipeline.method.engine.work import Gaps
from ccg_pipeline.method.statistics.grid import Booleans, Floats

ORGANISATIONS = 50
"""So many organisations at once: more leave the cache."""
MOST = 0.5
"""The least share of a pool whose scores say how bad or good a missing one of it may be (assumed)."""
BOUNDS = ("node", "organisation", "with_gaps_worst", "with_gaps_best")


def bounds_of_gaps(run: Run, organisation: str | None = None) -> pd.DataFrame:
    """Return the score of each node with all that is missing under it at the worst, and at the best.

    Columns BOUNDS; a row for each node and organisation that has a score which rests, itself or through its
    members, on less than all. `run` is of the published figures, whose references and limits are held; the
    other organisations stay as they are. A gap is a member without a score; none is one that nobody of the
    organisation's own pools has while others do, for it is not asked of its kind. At the ends are the least
    and the most that the member's rule gives, or else that any organisation has; where the rule does not say
    and fewer than MOST of a pool have it, it is left out for that pool. Of one `organisation` where it is
    named.
    """
    ends = _ends(run)
    gaps = _gaps(run, ends)
    own = np.flatnonzero(np.any(list(gaps.values()), axis=0)) if gaps else np.array([], dtype=np.int64)
    if organisation is not None:
        own = own[own == list(run.facts.organisations).index(organisation)]
    edition, moved = _without_last_grades(run.edition), _resting_on_gaps(run.edition, gaps)
    given = {key: state for key, state in run.states.items() if key not in moved}
    empty = np.full((2, len(run.facts.organisations)), np.nan)
    found: dict[str, Floats] = {key: empty.copy() for key in run.states if key in moved}
    for begin in range(0, len(own), ORGANISATIONS):
        at = own[begin : begin + ORGANISATIONS]
        for end in (0, 1):
            gap = Gaps(at, ends, end, run.states)
            filled = Run(edition, run.facts, run.learned, run.states, gap, given)
            for key, both in found.items():
                score = np.broadcast_to(filled.states[key].score, (len(at), both.shape[1]))
                both[end, at] = score[np.arange(len(at)), at]
    tables = [_table(run, key, both, gaps.get(key)) for key, both in found.items()]
    rows = [one for one in tables if len(one)] or [pd.DataFrame(columns=list(BOUNDS))]
    return pd.concat(rows, ignore_index=True).astype(dict.fromkeys(BOUNDS[2:], "float64"))


def _table(run: Run, key: str, both: Floats, gaps: Booleans | None) -> pd.DataFrame:
    state = run.states[key]
    score = state.score[0]
    turned = up(state.better, both)
    worst, best = np.where(turned[0] <= turned[1], both, both[::-1])
    moved = ~(np.isclose(worst, score) & np.isclose(best, score))
    is_shown = np.isfinite(score) & np.isfinite(worst) & np.isfinite(best)
    is_shown &= moved if gaps is None else moved | gaps
    names = np.asarray(run.facts.organisations, dtype=object)[is_shown]
    return pd.DataFrame(dict(zip(BOUNDS, (key, names, worst[is_shown], best[is_shown]), strict=True)))


def _combinations(edition: Edition) -> Iterator[tuple[Node, Combination]]:
    """The nodes that would come to something else if a member that is missing were there."""
    for node in edition.nodes:
        first = node.steps[0]
        if isinstance(first, Combination) and first.needs_its_members:
            yield node, first


def _gaps(run: Run, ends: Mapping[tuple[str, str], Floats]) -> dict[str, Booleans]:
    """By node, which organisations have a gap among its members, (organisations,); no node without any."""
    found = {}
    for node, rule in _combinations(run.edition):
        if node.key in run.states:
            lacks = [
                np.isnan(run.states[one.node].score[0]) & np.isfinite(ends[one.node, one.by][0])
                for one in rule.of
            ]
            if (any_of := np.any(lacks, axis=0)).any():
                found[node.key] = any_of
    return found


def _resting_on_gaps(edition: Edition, gaps: Mapping[str, Booleans]) -> frozenset[str]:
    """The nodes with gaps, and those that use one."""
    moved = set(gaps)
    for node in edition.nodes:
        if moved.intersection(node.nodes_used()):
            moved.add(node.key)
    return frozenset(moved)


def _is_asked(run: Run, key: str, share: float) -> Booleans:
    """Whether a node is asked of each organisation: some, and `share`, of its pool have it, or nobody has."""
    has = np.isfinite(run.states[key].score[0])
    asked = np.ones(has.shape, dtype=bool)
    if has.any():
        for pool in run.edition.pools or (None,):
            for own in run.peers.pools(pool):
                asked[own] &= bool(has[own].any() and has[own].mean() >= share)
    return asked


def _ends(run: Run) -> dict[tuple[str, str], Floats]:
    """At what a gap of each member is filled, as `Gaps` has it."""
    found = {}
    for key in dict.fromkeys(one.node for _, rule in _combinations(run.edition) for one in rule.of):
        if key not in run.states:
            continue
        state, span = run.states[key], _span(run.edition, run.edition.node[key])
        score, asked = state.score[0], _is_asked(run, key, 0.0 if span else MOST)
        known = span or tuple(score[np.isfinite(score)])
        low, high = (min(known), max(known)) if known else (np.nan, np.nan)
        of_score = (high, low) if state.better == "lower" else (low, high)
        labels = len(run.edition.labels(key)) or np.nan
        for by, ends in (("score", of_score), ("grade", (labels, 1.0))):
            found[key, by] = np.where(asked, np.array(ends)[:, None], np.nan)
    return found


def _span(edition: Edition, node: Node) -> tuple[float, ...]:
    """The scores between which a node's rules say that its own lie; () where they do not say."""
    last = [one for one in node.steps if not isinstance(one, (*GRADES, Adjustment))][-1]
    match last:
        case Take():
            return _span(edition, edition.node[last.of[0].node])
        case Steps():
            return (*(plain(one.points) for one in last.levels), plain(last.below))
        case Labels():
            return tuple(plain(one) for one in last.points.values())
        case LookUp():
            return tuple(plain(one.gives) for one in last.cells)
        case Tallies():
            return tuple(plain(one.gives) for one in last.cases)
        case SpreadByRank():
            return plain(last.best), plain(last.worst)
        case Goalposts() if last.inside:
            return plain(last.low), plain(last.high)
        case Standardise() if last.by == "min_max":
            return plain(last.low), plain(last.high)
        case Pick():
            members = [_span(edition, edition.node[one.node]) for one in last.of if one.by == "score"]
            return tuple(one for each in members for one in each) if all(members) else ()
    return ()


def _without_last_grades(edition: Edition) -> Edition:
    """The edition without the steps that only grade what no other node asks the grade of: scores stay."""
    used = {key for node in edition.nodes for step in node.steps for key in step.grades_used()}
    pools = {
        key for node in edition.nodes for step in node.steps for key in of_pool(getattr(step, "pool", None))
    }

    def shortened(node: Node) -> Node:
        if node.key in used | pools:
            return node
        n = len(node.steps)
        while n > 1 and isinstance(node.steps[n - 1], GRADES):
            n -= 1
        return node if n == len(node.steps) else node.model_copy(update={"steps": node.steps[:n]})

    return edition.model_copy(update={"nodes": tuple(shortened(node) for node in edition.nodes)})
