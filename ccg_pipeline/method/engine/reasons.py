"""Why an organisation has no score: one sentence part for each rule that found none.

Belongs here: the words for what is missing, of the published figures.
Does not belong here: working anything out.
"""

import numpy as np

from ccg_pipeline.framework.edition import Edition
from ccg_pipeline.framework.vocabulary import combining, grading, others, scoring
from ccg_pipeline.framework.vocabulary.rule import Rule, plain
from ccg_pipeline.method.engine.facts import State
from ccg_pipeline.method.engine.together import counted
from ccg_pipeline.method.engine.work import Work
from ccg_pipeline.method.statistics.grid import Strings

NOTHING_OF_ALL = {
    "mean": "its members have no such mean",
    "look_up": "the table has nothing for its members",
    "tallies": "no case is that of its members",
}
"""Why a rule found nothing although every member is there."""


_LACKS = "; without "


def in_titles(why: str, edition: Edition) -> str:
    """Return a reason with the titles of the members that are lacking in place of their keys."""
    said, lacks, keys = why.partition(_LACKS)
    titles = {node.key: node.title for node in edition.nodes}
    return said + lacks + ", ".join(titles.get(key, key) for key in keys.split(", "))


def with_reasons(work: Work, rule: Rule, after: State) -> Strings:
    """Return why there is no outcome, (organisations,): '' where there is one; a reason once given stays."""
    missing = np.isnan(after.outcome[0])
    why = np.full(missing.shape, "", dtype=object) if after.why is None else after.why.astype(object)
    is_new = missing & (why == "")
    if is_new.any():
        why = np.where(is_new, _said(work, rule, after), why)
    return np.where(missing, why, "")


def _said(work: Work, rule: Rule, after: State) -> Strings | str:
    pool = getattr(rule, "pool", None)
    if pool is None:
        return _said_of_all(work, rule, after)
    is_in_one = np.zeros(after.score.shape[1], dtype=bool)
    for own in work.peers.pools(pool):
        is_in_one[own] = True
    unknown = f"its {pool.removeprefix('node:')} is unknown, so there is nobody to compare it with"
    return np.where(is_in_one, _said_of_all(work, rule, after), unknown).astype(object)


def _said_of_all(work: Work, rule: Rule, after: State) -> Strings | str:
    match rule:
        case scoring.Read() | scoring.Labels():
            return f"there is no figure of {rule.measure}"
        case scoring.Distance():
            learned = work.learned_at(work.number)
            if np.isnan(learned.tau2):
                return "its limits are to be widened, and too few have a figure to say by how much"
            has_reference = np.isfinite(learned.value)
            why = np.where(has_reference, "it has no standard error", "there is nothing to compare it with")
            return why.astype(object)
        case others.Together():
            pairs = zip(*counted(work, rule), strict=True)
            said = [
                f"{n} of its {of} {rule.who} have a score" if of else f"it has no {rule.who}"
                for n, of in pairs
            ]
            return np.array(said, dtype=object)
        case scoring.Standardise():
            return f"fewer than {plain(rule.least):g} have a figure, or all have the same"
        case scoring.Transform(by="power"):
            return f"its figure has no power of {plain(rule.power):g}"
        case scoring.Transform() | scoring.Goalposts():
            return "its figure has no logarithm"
        case combining.Combination() if after.n_used is not None:
            all_there = NOTHING_OF_ALL.get(rule.do, "")
            said = [
                all_there if n == after.n_expected and all_there else f"{n} of {after.n_expected} are there"
                for n in after.n_used
            ]
            lacks = [f"{_LACKS}{one}" if one else "" for one in _missing(work, rule)]
            return np.array([a + b for a, b in zip(said, lacks, strict=True)], dtype=object)
        case grading.Adjustment():
            return rule.because
        case grading.Quantiles() if plain(rule.least) > 1:
            return f"fewer than {plain(rule.least):g} have a score, and quantiles need so many"
        case grading.FittedCuts():
            return "no grade is published to which lines could be fitted"
        case grading.Clusters():
            return f"it has no peers that can be parted into {work.n_labels} grades"
        case grading.AsScored():
            return f"its score is no grade from 1 to {work.n_labels}"
    return "it is not compared with any"


def _missing(work: Work, rule: combining.Combination) -> Strings:
    """The first two members that an organisation lacks, by name."""
    x = work.members(rule.of)[:, 0]
    names = np.array([one.node for one in rule.of], dtype=object)
    found = [", ".join([*names[lacks][:2], *(["…"] if lacks.sum() > 2 else [])]) for lacks in np.isnan(x).T]
    return np.array(found, dtype=object)
