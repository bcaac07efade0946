"""How CQC makes one rating of five: 1,024 combinations, of which the published rules leave 240 unsettled."""

from collections import Counter
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from ccg_pipeline.framework.families import edition_in
from ccg_pipeline.method.engine.facts import Facts
from ccg_pipeline.method.engine.run import Run
from tests.support.notations.method_tables import lines

CQC = edition_in(Path(__file__).parent / "cqc")
RATINGS = CQC.labels("overall")
QUESTIONS = [node.key for node in CQC.nodes if node.level == "key_question"]


def overall(combinations: list[tuple[str, ...]], breach: str = "No") -> list[str]:
    """The overall rating of each combination of five ratings; '' where the rules do not settle it."""
    said = np.array(combinations, dtype=object).T
    judgements = {f"cqc/{key}": said[i][None] for i, key in enumerate(QUESTIONS)}
    judgements["cqc/breach_of_regulations"] = np.full((1, len(combinations)), breach, dtype=object)
    run = Run(CQC, Facts([str(n) for n in range(len(combinations))], judgements=judgements))
    return ["" if np.isnan(one) else RATINGS[int(one) - 1] for one in run.states["overall"].outcome[0]]


# O, G, R, I: the five ratings, at and on either side of each rule's edge.
EDGES = """
    five  | without a breach     | with one
    OOOOO | Outstanding          | Requires improvement
    OOGGG | Outstanding          | Requires improvement
    OGGGG | Good                 | Requires improvement
    OOGGR | Good                 | Requires improvement
    GGGGG | Good                 | Requires improvement
    GGGGR | Good                 | Requires improvement
    GGGRR | Requires improvement | Requires improvement
    OOORR | Requires improvement | Requires improvement
    GGRRI | Requires improvement | Requires improvement
    GGGGI |                      |
    OOOOI |                      |
    GGGRI |                      |
    GGGII | Inadequate           | Inadequate
    RRRII | Inadequate           | Inadequate
    IIIII | Inadequate           | Inadequate
"""


@pytest.mark.parametrize("given", lines(EDGES), ids=lambda given: given["five"])
def test_five_ratings_make_one(given: dict[str, str]) -> None:
    named = {label[0]: label for label in RATINGS}
    for five in (given["five"], given["five"][::-1]):  # each question weighs the same
        combination = tuple(named[letter] for letter in five)
        assert overall([combination]) == [given["without a breach"]]
        assert overall([combination], "Yes") == [given["with one"]]


def by_hand(five: tuple[str, ...]) -> str:
    """The rules as they are printed."""
    n = Counter(five)
    if n["Inadequate"] >= 2:
        return "Inadequate"
    if n["Requires improvement"] >= 2:
        return "Requires improvement"
    if n["Inadequate"] == 0:
        return "Outstanding" if n["Outstanding"] >= 2 and n["Requires improvement"] == 0 else "Good"
    return ""


def test_all_1024_combinations_are_as_by_hand_and_240_are_not_settled() -> None:
    every = list(product(RATINGS, repeat=5))
    found = overall(every)
    equal = sum(one == by_hand(five) for one, five in zip(found, every, strict=True))
    counts = Counter(found)
    print(f"CQC: {equal:,} of {len(every):,} combinations, {counts['']} not settled")
    assert equal == len(every) == 1024
    assert counts == {
        "Outstanding": 26,
        "Good": 86,
        "Requires improvement": 296,
        "Inadequate": 376,
        "": 240,
    }


def test_a_question_without_a_rating_leaves_no_overall_rating() -> None:
    assert overall([("Good", "Good", "", "Good", "Good"), ("Good", "good", "Good", "Good", "Good")]) == [
        "",
        "",
    ]
