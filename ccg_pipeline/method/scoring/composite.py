"""Composite: from normalised indicators to one score, up a hierarchy that is data.

Belongs here: weighted means, how much data a mean must rest on.
Does not belong here: the hierarchy itself (the framework's `hierarchy`), scales and turning, grades
(`cutpoints`, `clusters`), a whole edition run at once (the engine).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from ccg_pipeline.framework.hierarchy import Hierarchy
from ccg_pipeline.method.statistics.grid import Floats, Integers

Mean = Literal["arithmetic", "geometric", "harmonic"]


@dataclass(frozen=True)
class Aggregation:
    """How the members of an aggregate become its score.

    ``at_least``: share of the members, by number, that must be there, else there is no score; one must be
    there always.
    """

    mean: Mean = "arithmetic"
    at_least: float = 0.0

    def __post_init__(self) -> None:
        """Refuse a mean or a share that is none: ValueError."""
        if self.mean not in get_args(Mean):
            raise ValueError(f"There is no mean {self.mean!r}; there are {', '.join(get_args(Mean))}.")
        if not 0 <= self.at_least <= 1:
            raise ValueError(f"The share of members that must be there is 0 to 1, not {self.at_least}.")


def aggregate(values: Floats, weights: Floats, rule: Aggregation) -> Floats:
    """Weighted mean over the last axis of what is there, weights re-proportioned; NaN where too little is.

    `values` (…, c), `weights` (c,), result (…): arithmetic Σwx / Σw, geometric exp(Σw·ln x / Σw), harmonic
    Σw / Σ(w/x). ValueError where a geometric or harmonic mean meets a value that is not above 0.
    """
    there = np.isfinite(values)
    if rule.mean != "arithmetic" and (values[there] <= 0).any():
        raise ValueError(
            f"A {rule.mean} mean needs values above 0, not {values[there].min():g}: "
            "normalise to a scale that begins above 0."
        )
    enough = there.any(axis=-1) & (there.mean(axis=-1) >= rule.at_least)
    weight = np.where(there & enough[..., None], weights, 0.0)
    total = np.where(enough, weight.sum(axis=-1), np.nan)
    filled = np.where(there, values, 1.0)
    if rule.mean == "geometric":
        score = np.exp((weight * np.log(filled)).sum(axis=-1) / total)
    elif rule.mean == "harmonic":
        score = total / np.where(enough, (weight / filled).sum(axis=-1), np.nan)
    else:
        score = (weight * filled).sum(axis=-1) / total
    return np.asarray(score)


def available(values: Floats, hierarchy: Hierarchy) -> dict[str, Integers]:
    """Number of direct members of each aggregate that are there, by code: `values` (…, n, m), each (…, n).

    A member that is an aggregate is there where anything below it is.
    """
    there = {node.code: np.isfinite(values[..., i]) for i, node in enumerate(hierarchy.indicators)}
    found: dict[str, Integers] = {}
    for code in hierarchy.aggregates:
        found[code] = np.stack([there[one.code] for one in hierarchy.members[code]]).sum(axis=0)
        there[code] = found[code] > 0
    return found


def composite(
    normalised: Floats,
    hierarchy: Hierarchy,
    rule: Aggregation | Mapping[str, Aggregation] = Aggregation(),
) -> dict[str, Floats]:
    """Score of every aggregate by code, the top last: `normalised` (…, n, m), each score (…, n).

    `normalised`: indicators on one scale, higher is better, in the order of `hierarchy.indicators`
    (ValueError where their number differs); NaN is missing. `rule`: one for all, or one by code of the
    aggregate (ValueError where one has none). A weight is its share of what is there; an aggregate without
    enough is missing above.
    """
    if normalised.shape[-1] != len(hierarchy.indicators):
        raise ValueError(
            f"The hierarchy has {len(hierarchy.indicators)} indicators, the values {normalised.shape[-1]}."
        )
    column = {node.code: normalised[..., i] for i, node in enumerate(hierarchy.indicators)}
    for code in hierarchy.aggregates:
        how = rule if isinstance(rule, Aggregation) else rule.get(code)
        if how is None:
            raise ValueError(f"No rule says how the members of {code} become its score.")
        members = hierarchy.members[code]
        weights = np.array([member.weight for member in members])
        column[code] = aggregate(np.stack([column[member.code] for member in members], axis=-1), weights, how)
    return {code: column[code] for code in hierarchy.aggregates}
