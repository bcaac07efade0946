"""What the code of the two lanes asks of an edition's nodes: its panels, its overall rating, its points.

Belongs here: keys of these nodes, and answers that are read from their steps; ValueError, in a sentence,
where a node has not the steps that a lane can say in its words.
Does not belong here: the rules themselves, which are nodes (edition.yaml), doing them (the method's engine).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise, product
from math import nan
from typing import Literal

from ccg_pipeline.framework.edition import Edition, Node
from ccg_pipeline.framework.vocabulary.combining import LookUp, Mean
from ccg_pipeline.framework.vocabulary.grading import AsScored, Cuts, Put
from ccg_pipeline.framework.vocabulary.rule import Number, OwnSource, Rule, plain
from ccg_pipeline.framework.vocabulary.scoring import Labels, Steps, Take

PANEL, OVERALL, PERFORMANCE = "panel", "overall", "performance"
"""The level of a panel's node; the keys of the overall rating's and of its block of all that counts."""
GRADES = (1, 2, 3, 4)


def z_of(code: str) -> str:
    """Return the node of an indicator's distance from its reference."""
    return f"{code}.z"


def area_of(code: str) -> str:
    """Return the node of an area's score."""
    return f"area.{code}"


def reading_of(panel: str, code: str) -> str:
    """Return the node of a panel's own reading of an indicator, in four grades."""
    return f"{panel}.{code}"


def sourced(number: Number, rule: Rule) -> OwnSource:
    """Return a number of a rule with where it comes from: its own source, or the rule's."""
    if isinstance(number, OwnSource):
        return number
    return OwnSource(value=number, provenance=rule.provenance, source=rule.source)


@dataclass(frozen=True)
class PointsScale:
    """How a judgement's label, or a count of milestones, becomes 0 to 2 points.

    ``points`` by label, best first, empty for milestones; ``edges`` of these, from the best on: the least
    value of each level but the lowest.
    """

    key: str
    points: Mapping[str, float]
    edges: Sequence[float]

    @property
    def is_judgement(self) -> bool:
        """Whether there are labels (a judgement) and not edges (milestones)."""
        return bool(self.points)

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels of a judgement, best first; empty for milestones."""
        return tuple(self.points)


def points_scale(key: str, node: Node) -> PointsScale:
    """Return the points scale of that key as the node of an indicator has it."""
    step = node.steps[-1]
    if isinstance(step, Labels):
        points = {label: plain(one) for label, one in step.points.items()}
        edges: tuple[float, ...] = ()
        steps = list(points.values())
    elif isinstance(step, Steps):
        points, edges = {}, tuple(level.edge for level in step.levels)
        steps = [*(plain(level.points) for level in step.levels), plain(step.below)]
    else:
        raise ValueError(f"{node.key} earns points by labels or by steps, and not by {step.do}")
    if any(later >= earlier for earlier, later in pairwise(steps)):
        raise ValueError("points must fall from one level to the next")
    if steps[0] > 2 or steps[-1] < 0:
        raise ValueError(f"points are 0 to 2, and not {steps[0]:g} to {steps[-1]:g}")
    return PointsScale(key, points, edges)


@dataclass(frozen=True)
class MinimumData:
    """A panel's rule for organisations with too little data: below ``below`` the rating is ``grade``."""

    measure: str
    below: OwnSource
    grade: int


@dataclass(frozen=True)
class PanelRule:
    """How one panel's area is rated. ``indicators`` decide the rating; ``shown`` are next to it only.

    An indicator is significantly better or worse from ``significant_at`` standard errors on. ``scores`` of
    the four grades and falling ``cuts`` on their mean are empty where a matrix combines the grades. With
    fewer than ``minimum_indicators`` graded there is no rating.
    """

    key: str
    name: str
    area: str
    indicators: tuple[str, ...]
    shown: tuple[str, ...]
    combine: Literal["matrix", "mean"]
    significant_at: OwnSource
    scores: tuple[OwnSource, ...]
    cuts: tuple[OwnSource, ...]
    minimum_indicators: int
    minimum_data: MinimumData | None


def panel_rule(nodes: Edition, node: Node, area: str, of_area: Iterable[str]) -> PanelRule:
    """Return how a panel rates `area`, which has the indicators `of_area`, as its nodes say."""
    first, graded, *others = node.steps
    by_mean = isinstance(first, Mean) and isinstance(graded, Cuts)
    if not (by_mean or (isinstance(first, LookUp) and isinstance(graded, AsScored))):
        raise ValueError("a panel takes the mean and cuts, or looks up its grade, and that as scored")
    assert isinstance(first, Mean | LookUp)
    codes = tuple(one.node.removeprefix(f"{node.key}.") for one in first.of)
    readings = [_reading(nodes, reading_of(node.key, code)) for code in codes]
    if any(one != readings[0] for one in readings):
        raise ValueError("a panel reads all of its indicators in one way")
    steps = readings[0]
    if isinstance(first, LookUp):
        _check_matrix(first)
        scores: tuple[OwnSource, ...] = ()
    else:
        points = (*(level.points for level in steps.levels), steps.below)
        scores = tuple(sourced(one, steps) for one in points)
    return PanelRule(
        node.key,
        node.title,
        area,
        codes,
        tuple(code for code in of_area if code not in codes),
        "mean" if by_mean else "matrix",
        sourced(steps.levels[0].at_least or nan, steps),
        scores,
        tuple(sourced(one, graded) for one in graded.at) if isinstance(graded, Cuts) else (),
        int(plain(first.least)) if isinstance(first, Mean) else len(codes),
        _minimum_data(others),
    )


def _reading(nodes: Edition, key: str) -> Steps:
    """The step by which a panel reads an indicator: at the reference and at both limits."""
    node = nodes.node.get(key)
    steps = None if node is None or len(node.steps) < 2 else node.steps[1]
    if node is None or not isinstance(node.steps[0], Take) or not isinstance(steps, Steps):
        raise ValueError(f"{key} takes a distance, and steps of it, for a panel")
    edges = [(one.edge, one.above is not None) for one in steps.levels]
    limit = edges[0][0]
    if limit <= 0 or edges != [(limit, False), (0.0, False), (-limit, True)]:
        raise ValueError(f"{key} has four grades, from a limit above 0, from 0, above the limit's negative")
    return steps


def _check_matrix(rule: LookUp) -> None:
    """ValueError unless there is a grade for each two grades, and a worse one gives no better one."""
    cells = {cell.when: plain(cell.gives) for cell in rule.cells}
    if len(rule.of) != 2 or set(cells) != set(product(map(float, GRADES), repeat=2)):
        raise ValueError("a panel's table has 16 cells, for the four grades of two indicators")
    if not set(cells.values()) <= set(GRADES):
        raise ValueError("a panel's table gives grades, 1 to 4")
    for row, column in cells:
        if any(cells[row, column] > cells.get(worse, 4) for worse in ((row + 1, column), (row, column + 1))):
            raise ValueError("a worse grade of an indicator may not give a better rating")


def _minimum_data(steps: Sequence[Rule]) -> MinimumData | None:
    if not steps:
        return None
    (put,) = steps
    if not (isinstance(put, Put) and len(put.when.conditions) == 1 and put.value is not None):
        raise ValueError("after a panel's rating there may be one put, where a measure is below a number")
    (condition,) = put.when.conditions
    if condition.below is None:
        raise ValueError("after a panel's rating there may be one put, where a measure is below a number")
    return MinimumData(condition.of, sourced(condition.below, put), int(plain(put.value)))


@dataclass(frozen=True)
class Block:
    """A part of the overall score: one judged indicator or, without ``indicator``, all that count."""

    key: str
    indicator: str | None
    weight: OwnSource


@dataclass(frozen=True)
class OverallRule:
    """The overall rating: weighted mean of the blocks (0 to 2), two lines on it, and the rule of both reds.

    ``points_of_missing``: of an indicator that counts and is missing; NaN where it is left out of the mean.
    Without one of ``required`` there is no rating. ``inadequate``: the judgement that all of
    ``inadequate_when_red`` have for the lowest rating.
    """

    blocks: tuple[Block, ...]
    outstanding_at: OwnSource
    good_at: OwnSource
    inadequate_when_red: tuple[str, ...]
    inadequate: str
    required: tuple[str, ...]
    points_of_missing: float

    def block(self, key: str) -> Block:
        """The block of that key."""
        return next(block for block in self.blocks if block.key == key)


def overall_rule(nodes: Edition) -> OverallRule:
    """Return how organisations are rated overall, as the nodes of the overall rating and of its blocks say.

    A judged block has the name of the publication that its judgement is of.
    """
    mean, cuts, put = nodes.node[OVERALL].steps
    if not (isinstance(mean, Mean) and isinstance(cuts, Cuts) and len(cuts.at) == 2 and isinstance(put, Put)):
        raise ValueError("the overall rating is a mean, two cuts, and what is put where judgements are red")
    judged = {node: nodes.node[node].judgement for node in mean.nodes_used() if node != PERFORMANCE}
    if lost := [node for node, measure in judged.items() if measure is None]:
        raise ValueError(f"{lost[0]} is no judgement")
    codes = {str(measure): node for node, measure in judged.items()}
    red = [one for one in put.when.all_of if one.of in codes and len(one.says) == 1]
    if len(red) != len(put.when.conditions) or len({one.says for one in red}) != 1:
        raise ValueError("the lowest rating is put where judgements of blocks are all the same word")
    performance = nodes.node[PERFORMANCE].steps[0]
    fill = performance.fill if isinstance(performance, Mean) else None
    return OverallRule(
        tuple(
            Block(PERFORMANCE, None, sourced(one.weight, mean))
            if one.node == PERFORMANCE
            else Block(str(judged[one.node]).partition("/")[0], one.node, sourced(one.weight, mean))
            for one in mean.of
        ),
        sourced(cuts.at[0], cuts),
        sourced(cuts.at[1], cuts),
        tuple(codes[one.of] for one in red),
        red[0].says[0],
        mean.required,
        nan if fill is None else plain(fill),
    )


def range_note(node: Node) -> str:
    """Return in words what an indicator without a better direction earns."""
    step = node.steps[-1]
    assert isinstance(step, Steps)  # agreement.py sees to it
    inside, outside = sourced(step.below, step), sourced(step.levels[0].points, step)
    return (
        f"no better direction: {inside.value:g} inside the expected range, "
        f"{outside.value:g} outside on either side ({outside.provenance})"
    )


def band_limit(node: Node) -> float:
    """Return the distance, in standard errors, from which on an indicator is no longer in the middle band.

    NaN for a judgement.
    """
    step = node.steps[-1]
    return step.levels[0].edge if isinstance(step, Steps) else nan
