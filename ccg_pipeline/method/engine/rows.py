"""What a run came to as tables for people: a row a node and organisation, a row a place in a league.

Belongs here: the columns of these two tables, of the published figures.
Does not belong here: tables of the database (the room tables), files, words of a rule (wording.py).
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from ccg_pipeline.framework.edition import League, Node
from ccg_pipeline.framework.vocabulary.grading import Adjustment
from ccg_pipeline.framework.vocabulary.others import Together
from ccg_pipeline.method.engine.run import Run
from ccg_pipeline.method.statistics.grid import Booleans

PLACES = ("edition", "league", "pool", "organisation", "place", "label", "score")


def score_table(run: Run) -> pd.DataFrame:
    """Return each node's score of each organisation of whom it is asked, in the edition's order.

    Columns: edition, node, level, organisation, score and grade (NaN where there is none), label, n_used of
    n_expected members (missing where no rule combines), changed_by (why an adjustment changed it), why (there
    is none).
    """
    asked = asked_of(run)
    return pd.concat(
        [_of_node(run, node)[asked[node.key]] for node in run.edition.nodes if node.key in run.states]
    )


def place_table(run: Run) -> pd.DataFrame:
    """Return the places of each league, best first within each pool.

    Columns: edition, league, pool (None where there is none), organisation, place (NaN where there is none),
    label, score.
    """
    asked = asked_of(run)
    found = [_of_league(run, league, asked[league.of]) for league in run.edition.leagues]
    return pd.concat(found) if found else pd.DataFrame(columns=list(PLACES))


def labels_of(run: Run, node: str) -> list[str]:
    """Return the label of each organisation's grade; '' where it has none."""
    grade, labels = run.states[node].grade, run.edition.labels(node)
    if grade is None:
        return [""] * len(run.facts.organisations)
    return ["" if np.isnan(one) else labels[int(one) - 1] for one in grade[0]]


def changed_by(run: Run, node: str) -> list[str]:
    """Return why adjustments changed each organisation's score or grade; '' where none did."""
    steps, n = run.edition.node[node].steps, len(run.facts.organisations)
    reasons: list[list[str]] = [[] for _ in range(n)]
    for changed in run.states[node].changed:
        rule = steps[changed.step]
        assert isinstance(rule, Adjustment)  # no other rule is said to change something
        for at in np.flatnonzero(np.broadcast_to(changed.where, n)):
            reasons[at].append(rule.because)
    return ["; ".join(one) for one in reasons]


def _of_node(run: Run, node: Node) -> pd.DataFrame:
    state, n = run.states[node.key], len(run.facts.organisations)
    nothing = np.full(n, np.nan)
    n_used = pd.array([pd.NA] * n if state.n_used is None else state.n_used, dtype="Int64")
    n_expected = pd.array([pd.NA if state.n_used is None else state.n_expected] * n, dtype="Int64")
    return pd.DataFrame(
        {
            "edition": run.edition.key,
            "node": node.key,
            "level": node.level,
            "organisation": list(run.facts.organisations),
            "score": state.score[0],
            "grade": nothing if state.grade is None else state.grade[0],
            "label": labels_of(run, node.key),
            "n_used": n_used,
            "n_expected": n_expected,
            "changed_by": changed_by(run, node.key),
            "why": "" if state.why is None else list(state.why),
        }
    )


def asked_of(run: Run) -> Mapping[str, Booleans]:
    """Return by node of whom it is asked, (organisations,): of all, unless some are parts of others.

    What parts come to together is asked of those who have parts; the rest is not asked of an organisation of
    which nothing is published but who its parts are.
    """
    organisations, facts = list(run.facts.organisations), run.facts
    is_told = np.zeros(len(organisations), dtype=bool)
    for measure in run.edition.measures:
        is_told |= np.isfinite(facts.value(measure)[0]) | (facts.judgement(measure)[0] != "")
        is_told |= facts.reason(measure) != ""
    found: dict[str, Booleans] = {}
    for node in run.edition.nodes:
        first = node.steps[0]
        found[node.key] = is_told if run.edition.parts else np.ones_like(is_told)
        if isinstance(first, Together) and first.parts is not None:
            found[node.key] = np.isin(
                organisations, [one for one in facts.attributes[first.parts] if isinstance(one, str)]
            )
        elif used := first.nodes_used():
            found[node.key] = np.any([found[key] for key in used], axis=0)
    return found


def _of_league(run: Run, league: League, asked: Booleans) -> pd.DataFrame:
    columns = (
        run.edition.key,
        run.edition.league_title(league),
        pools_of(run, league.pool),
        list(run.facts.organisations),
        run.league(league)[0],
        labels_of(run, league.of),
        run.states[league.of].score[0],
    )
    found = pd.DataFrame(dict(zip(PLACES, columns, strict=True)))[asked]
    return found.sort_values(["pool", "place", "organisation"], kind="stable", na_position="last")


def pools_of(run: Run, pool: str | None) -> list[str | None]:
    """Return what tells the pool of each organisation; None where it is in none."""
    found: list[str | None] = [None] * len(run.facts.organisations)
    if pool is not None:
        for own in run.peers.pools(pool):
            by = run.learned.pools[pool][own[0]]
            for at in own:
                found[at] = f"{by:g}" if isinstance(by, float) else str(by)
    return found
