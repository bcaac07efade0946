"""What critics of a league ask of it: places after deprivation and age, and under other weights.

Belongs here: both, next to the places of an edition's leagues of CCGs.
Does not belong here: the places and their sets (method), least squares (method/statistics), printing.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from ccg_pipeline.framework.edition import Edition, Node
from ccg_pipeline.framework.vocabulary.combining import Mean
from ccg_pipeline.framework.vocabulary.rule import plain
from ccg_pipeline.method.statistics.adjusting import after_covariates
from ccg_pipeline.reference.deprivation import deprivation_imd_2015
from ccg_pipeline.reference.populations import aged_65_and_over_mid_2015, population_mid_2015

COLUMNS = ("place_after_deprivation_and_age", "first_place_by_weights", "last_place_by_weights")
MEANING = (
    "After deprivation and age: the place by what is left of the score after a straight line in the Index of "
    "Multiple Deprivation 2015 and the share of residents aged 65 and over. By weights: the first and last "
    "place when each member in its turn counts double. Neither says what a CCG could change."
)

NOT_REAL = (
    " Made-up figures know nothing of the deprivation and age of real places, so that little is explained."
)


@dataclass(frozen=True)
class Critics:
    """COLUMNS by league and CCG, and which share of each league's scores deprivation and age explain."""

    places: pd.DataFrame
    explained: dict[str, float]


def critics(edition: Edition, scores: pd.DataFrame) -> Critics | None:
    """Return what critics ask of an edition's leagues; None where it does not rate CCGs or has no league.

    `scores`: a row a node and organisation. Leagues by grade, within pools, or from the worst, are left out:
    a score has to decide among all.
    """
    leagues = [one for one in edition.leagues if one.by == ("score",) and one.pool is None and not one.order]
    if edition.organisation != "ccg" or not leagues:
        return None
    by_node = scores.pivot(index="organisation_code", columns="node", values="score").astype("float64")
    covariates = _covariates([str(code) for code in by_node.index])
    rows, explained = [], {}
    for league in leagues:
        title = edition.league_title(league)
        score: pd.Series[float] = by_node[league.of]
        left, explained[title] = after_covariates(np.asarray(score, dtype=np.float64), covariates)
        first, last = _under_other_weights(edition.node[league.of], by_node)
        places = [_places(pd.Series(left, score.index)), first, last]
        found = pd.DataFrame(dict(zip(COLUMNS, places, strict=True))).astype("Int64")
        rows.append(found.assign(league=title).reset_index())
    table = pd.concat(rows, ignore_index=True)
    return Critics(table.set_index(["league", "organisation_code"])[list(COLUMNS)], explained)


def _covariates(codes: list[str]) -> npt.NDArray[np.float64]:
    deprived = deprivation_imd_2015()["average_score"].reindex(codes)
    old = (aged_65_and_over_mid_2015() / population_mid_2015()).reindex(codes)
    return np.column_stack([deprived.to_numpy(dtype=float), old.to_numpy(dtype=float)])


def _places(score: "pd.Series[float]") -> "pd.Series[float]":
    """Places, the highest score first; equals share the best."""
    return score.round(9).rank(ascending=False, method="min")


def _under_other_weights(node: Node, by_node: pd.DataFrame) -> tuple["pd.Series[float]", "pd.Series[float]"]:
    """The first and last place of each when each member of a mean or sum in its turn counts double."""
    step = node.steps[0]
    nothing = pd.Series(np.nan, by_node.index)
    if not isinstance(step, Mean) or plain(step.power) != 1:
        return nothing, nothing
    members = by_node[[one.node for one in step.of]]
    if step.fill is not None:
        members = members.fillna(plain(step.fill))
    weights = np.array([plain(one.weight) for one in step.of])
    tried = [_places(_weighted(members, weights))]
    for at in range(len(weights)):
        tried.append(
            _places(_weighted(members, np.where(np.arange(len(weights)) == at, 2 * weights, weights)))
        )
    every = pd.concat(tried, axis=1)
    return every.min(axis=1), every.max(axis=1)


def _weighted(members: pd.DataFrame, weights: npt.NDArray[np.float64]) -> "pd.Series[float]":
    counted = members.notna() * weights
    return (members * weights).sum(axis=1, min_count=1) / counted.sum(axis=1)
