"""Between which values a score can lie, and which grades there are, as far as a node's own rules say.

Belongs here: what each rule does to that span, and gives. Does not belong here: figures; what is said of a
line that no score reaches (consistency.py).
"""

from collections.abc import Mapping, Sequence

from ccg_pipeline.framework.edition import Node
from ccg_pipeline.framework.vocabulary.combining import LookUp, Mean, Pick, Tallies
from ccg_pipeline.framework.vocabulary.grading import (
    GRADES,
    Bound,
    Cap,
    Clusters,
    Cuts,
    Put,
    Quantiles,
    Require,
    Step,
)
from ccg_pipeline.framework.vocabulary.others import Together
from ccg_pipeline.framework.vocabulary.rule import Member, plain
from ccg_pipeline.framework.vocabulary.scoring import (
    Goalposts,
    Labels,
    SpreadByRank,
    Standardise,
    Steps,
    Take,
)

Reach = tuple[float, float]
"""The least and the most that a score can be."""


def reach_after(step: Step, before: Reach | None, members: Mapping[str, Reach]) -> Reach | None:
    """Return between which values scores lie after a step; None where its rule does not say.

    `before`: between which they lay before it, `members`: those of other nodes of which it is known.
    """
    match step:
        case Cuts() | Quantiles() | Clusters() | Cap() | Require():
            return before  # grades change, scores do not
        case Goalposts(inside=True) | Standardise(by="min_max", held=False):
            return _span([plain(step.low), plain(step.high)])
        case Standardise(by="percentile"):
            return 0.0, 1.0
        case SpreadByRank():
            return _span([plain(step.best), plain(step.worst)])
        case Steps():
            return _span([plain(step.below), *(plain(one.points) for one in step.levels)])
        case Labels():
            return _span([plain(one) for one in step.points.values()])
        case LookUp():
            return _span([plain(one.gives) for one in step.cells])
        case Tallies():
            return _span([plain(one.gives) for one in step.cases])
        case Bound(low=low, high=high) if low is not None and high is not None:
            return _span([plain(low), plain(high)])
        case Together(how="mean" | "median" | "least" | "most"):
            return _of_members(step.of, members)
        case Take() | Pick():
            return _of_members(step.of, members)
        case Mean(total=False, fill=None, power=1):
            return _of_members(step.of, members)
    return None


def lines_of(step: Step) -> tuple[object, ...]:
    """Return the lines, or shares, that part the grades of a step."""
    return step.at if isinstance(step, Cuts) else step.shares if isinstance(step, Quantiles) else ()


def never_given(node: Node, labels: Sequence[str]) -> list[str]:
    """Return the labels of a node's scale that none of its steps gives, as far as its lines say."""
    given: set[int] = set()
    for step in node.steps:
        if lines := lines_of(step):
            given.update(range(1, len(lines) + 2))
        elif isinstance(step, GRADES):
            return []  # as many as there are labels, or whatever was scored
        put = (step.value if step.by == "grade" else None,) if isinstance(step, Put) else ()
        capped = (step.at_best, step.at_worst) if isinstance(step, Cap) else ()
        given.update(int(plain(one)) for one in (*put, *capped) if one is not None)
    return [label for grade, label in enumerate(labels, start=1) if given and grade not in given]


def _of_members(of: Sequence[Member], members: Mapping[str, Reach]) -> Reach | None:
    found = [members.get(one.node) if one.by == "score" else None for one in of]
    known = [one for one in found if one is not None]
    return _span([end for one in known for end in one]) if len(known) == len(found) else None


def _span(values: Sequence[float]) -> Reach:
    return min(values), max(values)
