"""What several frameworks made of the same CCGs in the same year, where they disagree, and why.

Belongs here: pure functions from scores of released rounds to answers, places and disagreements.
Does not belong here: reading releases, printing.

Frameworks have other scales, so their answers about a CCG as a whole are compared by place: from the first
place that a CCG shares with its equals to the last.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd

from ccg_pipeline.framework.edition import Edition
from ccg_pipeline.release.tables import OVERRIDDEN

WHOLE = ("overall", "draft")
"""The levels of nodes that are about a CCG as a whole."""
NO_BETTER = "Equals share their places; a disagreement is a place in the other half of the CCGs."


@dataclass(frozen=True)
class Answers:
    """What a node came to for every CCG: results in words, and what orders them (1 or less is better)."""

    framework: str
    what: str
    results: "pd.Series[str]"
    order: "pd.Series[float]"
    measures: frozenset[str]
    members: Mapping[str, "Answers"]

    @property
    def n(self) -> int:
        """How many CCGs have an answer."""
        return int(self.order.notna().sum())

    def places(self, ccg_code: str) -> tuple[int, int] | None:
        """Return the first and last place that a CCG shares with its equals; None where it has none."""
        own = self.order.get(ccg_code, np.nan)
        if pd.isna(own):
            return None
        return 1 + int((self.order < own).sum()), int((self.order <= own).sum())

    def half(self, ccg_code: str) -> str:
        """Return the half of the CCGs in which all its places are; '' where they are in both, or none."""
        places = self.places(ccg_code)
        if places is None:
            return ""
        return "better" if places[1] <= self.n / 2 else "worse" if places[0] > self.n / 2 else ""

    def lowest(self, ccg_code: str, most: int = 2) -> list[str]:
        """Return the members in which a CCG is lowest, in words."""
        found = [
            (places[0] / one.n, f"{one.what} {one.results[ccg_code]} (place {shown(places)} of {one.n})")
            for one in self.members.values()
            if (places := one.places(ccg_code)) is not None
        ]
        return [said for _, said in sorted(found, reverse=True)[:most]]


def shown(places: tuple[int, int]) -> str:
    """Return places in words."""
    return str(places[0]) if places[0] == places[1] else f"{places[0]} to {places[1]}"


def answers_of(edition: Edition, scores: pd.DataFrame) -> list[Answers]:
    """Return what an edition's nodes about the whole of a CCG came to; `scores` as a round releases them."""
    return [_answers(edition, scores, node.key) for node in edition.nodes if node.level in WHOLE]


def _answers(edition: Edition, scores: pd.DataFrame, key: str, depth: int = 1) -> Answers:
    node = edition.node[key]
    own = scores[scores["node"] == key].set_index("organisation_code")
    score = own["score"].astype("float64")
    words = score.map("{:g}".format, na_action="ignore").fillna("")
    members = {
        used: _answers(edition, scores, used, depth - 1) for used in (node.nodes_used() if depth else ())
    }
    return Answers(
        edition.title,
        titled(node.title, own),
        own["label"].astype("str") if node.scale else words,
        own["grade"].astype("float64") if node.scale else -score,
        frozenset(_measures(edition, key)),
        members,
    )


def titled(title: str, rows: pd.DataFrame) -> str:
    """Return a title, with the word for it where what it names is out without a verification."""
    said = str(rows["verification"].iloc[0]) if "verification" in rows and len(rows) else ""
    return f"{title}, {said}" if OVERRIDDEN in said else title


def _measures(edition: Edition, key: str) -> set[str]:
    node = edition.node[key]
    return set(node.measures_used()).union(*(_measures(edition, used) for used in node.nodes_used()))


def disagreements(every: Sequence[Answers], ccg_code: str) -> list[str]:
    """Return a sentence for each two answers that put a CCG into other halves of all, and why they do."""
    return [
        _why(one, other, ccg_code)
        for one, other in combinations(every, 2)
        if {one.half(ccg_code), other.half(ccg_code)} == {"better", "worse"}
    ]


def _why(one: Answers, other: Answers, ccg_code: str) -> str:
    if one.half(ccg_code) == "worse":
        one, other = other, one
    shared = one.measures & other.measures
    if one.measures == other.measures:
        read = "they read the same measures by another rule"
    elif not shared:
        read = f"they read no measure in common ({len(one.measures)} and {len(other.measures)})"
    else:
        counts = f"{len(one.measures)} and {len(other.measures)} measures"
        read = f"they read {counts}, {len(shared)} of them in common"
    lowest = "; ".join(other.lowest(ccg_code))
    return (
        f"{_named(one)} has it in the better half ({one.results[ccg_code]}), {_named(other)} in the worse "
        f"({other.results[ccg_code]}): {read}" + (f"; lowest there: {lowest}." if lowest else ".")
    )


def _named(one: Answers) -> str:
    return f"{one.framework}, {one.what}"


def compared_groups(every: Sequence[Answers], groups: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    """Return the middle place of groups of CCGs under each answer: framework, what, and a column a group."""
    rows = []
    for one in every:
        ranks = one.order.rank()
        middles = [ranks.reindex(list(codes)).median() for codes in groups.values()]
        rows.append([one.framework, one.what, *middles])
    return pd.DataFrame(rows, columns=["framework", "what", *groups])
