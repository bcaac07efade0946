"""Scores and grades of everything that a lane rates, at once: of the published figures or of draws of them.

Belongs here: which nodes these are, in which order, and on which side of its references an area lies.
Does not belong here: any other rule (the engine), draws (`simulation`), frames and sentences (`rated`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ccg_pipeline.framework.lane_rules import OVERALL, area_of
from ccg_pipeline.framework.model import Edition
from ccg_pipeline.method.engine.facts import State
from ccg_pipeline.method.engine.turning import ROUNDING
from ccg_pipeline.method.scoring.on_bands import OnBands
from ccg_pipeline.method.statistics.grid import Floats

AS_REFERENCE = 1.0  # the area score of who is like the reference on every indicator


@dataclass(frozen=True)
class Outcomes:
    """What nodes come to, (nodes, draws, organisations) each, in the order that was asked for.

    ``score`` is NaN for a panel that a matrix decides; ``grade`` of an area is `area_grade`.
    """

    score: Floats
    grade: Floats


def area_grade(scores: Floats) -> Floats:
    """1 where an area score lies above 1, its references; 2 on it, 3 below; NaN stays. No official grade."""
    found = 2.0 - (scores > AS_REFERENCE + ROUNDING) + (scores < AS_REFERENCE - ROUNDING)
    return np.where(np.isnan(scores), np.nan, found)


def areas_of(edition: Edition) -> list[str]:
    """Return the nodes of an edition's areas."""
    return [area_of(one.code) for one in edition.areas]


def ratings_of(edition: Edition, has_overall: bool = True) -> list[str]:
    """Return the nodes that panels rate, and that of the overall rating where there is one."""
    return [*(one.key for one in edition.panels), *([OVERALL] if has_overall else [])]


def outcomes(on: OnBands, given: Mapping[str, State], nodes: Sequence[str], edition: Edition) -> Outcomes:
    """Run nodes of areas and of what is rated on what is `given` (distances at least) of bands.

    `edition` is that of the bands, or a version of it with other numbers.
    """
    states = on.run(nodes, given, edition).states
    by_matrix = {one.key for one in edition.panels if one.combine == "matrix"}
    nothing = np.full((1, len(on.organisations)), np.nan)
    scores = [nothing if key in by_matrix else states[key].score for key in nodes]
    grades = [
        area_grade(one.score) if one.grade is None else one.grade for one in (states[key] for key in nodes)
    ]
    return Outcomes(np.stack(np.broadcast_arrays(*scores)), np.stack(np.broadcast_arrays(*grades)))
