"""An edition's two lanes, as its rounds state them: labels, how they go out, who confirms the overall rating.

Belongs here: these as values, read from a round. Does not belong here: rounds themselves, and rules of
ratings, which are nodes (edition.py).
"""

from dataclasses import dataclass
from typing import Literal, cast

from ccg_pipeline.framework.edition import Edition, Round
from ccg_pipeline.framework.lane_rules import OVERALL

Lane = Literal["interim", "annual"]
LANES: tuple[Lane, ...] = ("interim", "annual")


@dataclass(frozen=True)
class OverallGate:
    """Which body confirms a lane's overall rating after all panels have decided; its terms have the key."""

    key: str
    name: str


@dataclass(frozen=True)
class LaneRule:
    """What a lane calls its four ratings, best first, and how they go out.

    ``each``: an area is released when its own panel has decided. ``together``: nothing before all have, and
    before the body of ``overall_gate``, where there is one, has confirmed the overall rating.
    """

    key: Lane
    title: str
    labels: tuple[str, ...]
    release: Literal["each", "together"]
    has_overall_rating: bool
    overall_gate: OverallGate | None


def lane_rule(nodes: Edition, one: Round) -> LaneRule:
    """Return what a round of an edition of two lanes is as a lane; its key is one of LANES."""
    has_overall = not one.levels or nodes.node[OVERALL].level in one.levels
    committee = next((gate for gate in one.gates if OVERALL in gate.verifies), None)
    return LaneRule(
        cast("Lane", one.key),
        one.title,
        nodes.in_words_of(one).labels(OVERALL),
        one.release,
        has_overall,
        OverallGate(committee.panel, committee.name) if committee is not None else None,
    )
