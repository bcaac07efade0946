"""What several organisations come to together: a function of arrays (draws, organisations).

Belongs here: what the model of vocabulary/others.py does, and of how many it does it.
Does not belong here: what it means (there), who is with whom (work.py), the order of steps (run.py).
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np

from ccg_pipeline.framework.vocabulary.others import Together
from ccg_pipeline.framework.vocabulary.rule import plain
from ccg_pipeline.method.engine.facts import State
from ccg_pipeline.method.engine.work import Work
from ccg_pipeline.method.statistics.grid import Floats, Integers

SHARE = 1e-9
"""By so little a share may miss what is asked, which is rounding."""


def _deviation(x: Floats) -> Floats:
    n = np.isfinite(x).sum(axis=1)
    many = np.where((n > 1)[:, None], x, 0.0)  # of one there is none, and numpy would warn
    return np.where(n > 1, np.nanstd(many, axis=1, ddof=1 if x.shape[1] > 1 else 0), np.nan)


HOW: Mapping[str, Callable[[Floats], Floats]] = {
    "total": lambda x: np.nansum(x, axis=1),
    "median": lambda x: np.nanmedian(x, axis=1),
    "deviation": _deviation,
    "least": lambda x: np.nanmin(x, axis=1),
    "most": lambda x: np.nanmax(x, axis=1),
}


def together(work: Work, state: State, rule: Together) -> State:
    """The mean, total, … of those of each organisation who have a score, in every draw."""
    x = work.member(rule.of[0])
    weights = None
    if rule.weights is not None:
        weights = np.nan_to_num(np.asarray(work.peers.attribute(rule.weights), dtype=float))
    out = np.full(x.shape, np.nan)
    for group in work.peers.groups(rule):
        own = x[:, group.own]
        there = np.isfinite(own)
        enough = there.any(axis=1) & (there.sum(axis=1) >= plain(rule.least_share) * group.n - SHARE)
        found = np.full(len(x), np.nan)
        if rule.how == "mean":
            w = there * (np.ones(len(group.own)) if weights is None else weights[group.own])
            total = w.sum(axis=1)
            found[enough] = (
                (w * np.where(there, own, 0.0)).sum(axis=1) / np.where(total > 0, total, np.nan)
            )[enough]
        elif enough.any():
            found[enough] = HOW[rule.how](own[enough])
        out[:, group.of] = found[:, None]
    return replace(state, score=out)


def counted(work: Work, rule: Together) -> tuple[Integers, Integers]:
    """How many of each organisation's have a published score, and how many they are, (organisations,)."""
    there = np.isfinite(work.member(rule.of[0])[0])
    n, every = np.zeros((2, len(there)), dtype=np.int64)
    for group in work.peers.groups(rule):
        n[group.of], every[group.of] = there[group.own].sum(), group.n
    return n, every
