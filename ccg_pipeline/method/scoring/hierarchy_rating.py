"""A whole edition run on a table of values: from indicators to scores, grades and labels.

Belongs here: the order of the steps, and a reason for whatever is not rated.
Does not belong here: any step (`normalisation`, `composite`, `clusters`, `cutpoints`), any number, which the
edition states.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ccg_pipeline.framework.composite_edition import CompositeEdition, Eligibility, Grades, NodeRow, ScaleRule
from ccg_pipeline.framework.hierarchy import Hierarchy
from ccg_pipeline.method.scoring.composite import Aggregation, available, composite, impute_by_mean
from ccg_pipeline.method.statistics.clusters import cms_clusters, exact_clusters
from ccg_pipeline.method.statistics.cutpoints import grade_by_cuts
from ccg_pipeline.method.statistics.grid import Booleans, Floats, Integers, Strings
from ccg_pipeline.method.statistics.normalisation import Normalisation, normalise

NO_SCORE = "There is no score: too little of the hierarchy has data."


@dataclass(frozen=True)
class Rated:
    """What an edition makes of a table of values; frames have the organisations of the table, in its order.

    ``scores``: a column an aggregate, the top last. ``ratings``: `score` (the top's), `n_qualifying` (NA
    without eligibility), `peers` (text, '' where all are peers), `grade` (Int64, 1 best), `label` ('' if not
    rated), `why_not_rated` ('' or a sentence). ``left_out``: indicator → why it was not used.
    """

    scores: pd.DataFrame
    ratings: pd.DataFrame
    left_out: dict[str, str]


def rate(values: pd.DataFrame, edition: CompositeEdition) -> Rated:
    """Run `edition` on `values`: a row an organisation, a column an indicator, as published, NaN missing.

    Columns that are no indicators are not read (but the one that the edition's peers are told by). ValueError
    names a column that is absent or an organisation that stands twice. Order of rows and columns decides
    nothing.
    """
    whole = edition.hierarchy
    _check(values, edition)
    left_out = _left_out(values, edition)
    if len(left_out) == len(whole.indicators):
        raise ValueError(f"No indicator of edition {edition.key} is reported by enough organisations.")
    hierarchy = whole.without(*left_out)
    codes = [node.code for node in hierarchy.indicators]
    given = values[codes].to_numpy(dtype=float)
    rows = {one.code: one for one in edition.nodes}
    filled = impute_by_mean(given) if edition.measures.missing == "mean_of_the_indicator" else given
    scale = _scale(edition.measures.scale, [rows[code] for code in codes])
    scores = composite(
        normalise(filled, hierarchy.directions, scale), hierarchy, _aggregations(edition, hierarchy)
    )
    top = scores[hierarchy.top]

    why = np.where(np.isfinite(top), "", NO_SCORE).astype(object)
    n_qualifying = np.zeros(len(values), dtype=np.int64)
    rule = edition.eligibility
    if rule is not None:
        n_qualifying, unmet = _eligible(available(given, hierarchy), edition, rule)
        why = np.where(why == "", unmet, why)
    peers = _peers(values, edition.grades, n_qualifying)
    grade, ungraded = _graded(np.where(why == "", top, np.nan), peers, edition.grades)
    why = np.where((why == "") & (ungraded != ""), ungraded, why)
    labels = edition.grades.labels
    ratings = pd.DataFrame(
        {
            "score": top,
            "n_qualifying": pd.Series(
                n_qualifying if rule is not None else pd.NA, values.index, dtype="Int64"
            ),
            "peers": peers,
            "grade": pd.Series(grade, values.index, dtype="Int64"),
            "label": [labels[int(one) - 1] if one > 0 else "" for one in grade],
            "why_not_rated": why,
        },
        index=values.index,
    )
    return Rated(pd.DataFrame(scores, index=values.index), ratings, left_out)


def _check(values: pd.DataFrame, edition: CompositeEdition) -> None:
    wanted = [node.code for node in edition.hierarchy.indicators]
    if edition.grades.peers is not None and edition.grades.peers.column is not None:
        wanted.append(edition.grades.peers.column)
    if absent := sorted(set(wanted) - set(values.columns)):
        raise ValueError(
            f"The table of values has no column {absent[0]!r}, which edition {edition.key} needs."
        )
    if not values.index.is_unique:
        raise ValueError(f"{values.index[values.index.duplicated()][0]} stands twice in the table of values.")


def _left_out(values: pd.DataFrame, edition: CompositeEdition) -> dict[str, str]:
    least = edition.measures.reported_by_more_than
    if least is None:
        return {}
    reported = {node.code: int(values[node.code].count()) for node in edition.hierarchy.indicators}
    return {
        code: f"{n} organisations report it, and it takes more than {least.value:g}."
        for code, n in reported.items()
        if n <= least.value
    }


def _scale(rule: ScaleRule, rows: Sequence[NodeRow] = ()) -> Normalisation:
    """The scale as the step takes it: the rule's own numbers, and those of the indicators in their `rows`."""

    def each(name: str) -> tuple[float, ...]:
        return tuple(value for row in rows if (value := getattr(row, name)) is not None)

    return Normalisation(
        rule.scale,
        low=rule.low.value if rule.low else 0.0,
        high=rule.high.value if rule.high else 100.0,
        ddof=int(rule.ddof.value) if rule.ddof else 1,
        reference=each("reference"),
        worst=each("worst"),
        best=each("best"),
    )


def _aggregations(edition: CompositeEdition, hierarchy: Hierarchy) -> dict[str, Aggregation]:
    """How each aggregate is made of its members, by the rule of its level."""
    found = {}
    for code in hierarchy.aggregates:
        level = edition.level_of(code)
        found[code] = Aggregation(
            level.mean,
            at_least=level.at_least.value if level.at_least else 0.0,
            then=_scale(level.then) if level.then else None,
        )
    return found


def _eligible(
    counts: dict[str, Integers], edition: CompositeEdition, rule: Eligibility
) -> tuple[Integers, Strings]:
    """Number of qualifying aggregates of each organisation, and why it is not rated: '' where it is."""
    members, wanted = int(rule.members.value), int(rule.aggregates.value)
    qualifies = {code: n >= members for code, n in counts.items() if edition.level_of(code).key == rule.level}
    n_qualifying: Integers = np.zeros(len(next(iter(counts.values()))), dtype=np.int64)
    for one in qualifies.values():
        n_qualifying += one
    has_one: Booleans = np.ones(n_qualifying.shape, dtype=bool)
    if rule.one_of:
        has_one = np.any([qualifies[code] for code in rule.one_of if code in qualifies], axis=0)
    have = f"of level {rule.level} have {members} members with data"
    few = np.array([f"{n} {have}, and it takes {wanted}." for n in n_qualifying], dtype=object)
    none = f"None of {', '.join(rule.one_of)} has {members} members with data."
    unmet: Strings = np.select([n_qualifying < wanted, ~has_one], [few, none], "").astype(object)
    return n_qualifying, unmet


def _peers(values: pd.DataFrame, rule: Grades, n_qualifying: Integers) -> list[str]:
    """The name of each organisation's peer group; '' where all are peers."""
    if rule.peers is None:
        return [""] * len(values)
    if rule.peers.column is not None:
        return [str(one) for one in values[rule.peers.column]]
    return [str(n) for n in n_qualifying]


def _graded(scores: Floats, peers: Sequence[str], rule: Grades) -> tuple[Floats, Strings]:
    """Grade of each score within its peer group, NaN where there is none, and why there is none."""
    grade, why = np.full(scores.shape, np.nan), np.full(scores.shape, "", dtype=object)
    if rule.cuts:
        return grade_by_cuts(scores, [cut.value for cut in rule.cuts]), why
    names = np.array(peers, dtype=object)
    k = len(rule.labels)
    for name in sorted(set(peers)):
        own = np.flatnonzero((names == name) & np.isfinite(scores))
        if not len(own):
            continue
        try:
            if rule.radius is not None:
                groups = cms_clusters(scores[own], k, rule.radius.value)
            else:
                groups = exact_clusters(scores[own], k)
        except ValueError as fault:
            why[own] = f"Its peers cannot be parted into {k} grades: {fault}"
            continue
        grade[own] = k + 1 - groups.labels  # clusters are numbered from the lowest, grades from the best
    return grade, why
