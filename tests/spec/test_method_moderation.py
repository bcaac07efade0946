"""The overall rating with moderated judgements, as tables: what is there, what is moderated, what follows."""

import pandas as pd
import pytest

from ccg_pipeline.method.scoring.rated import OVERALL_COLUMNS, rate_blocks
from ccg_pipeline.method.uncertainty.moderation import Moderated, moderate_overall
from tests.support.notations.method_tables import EDITION

POINTS = {"Green Star": 2.0, "Green": 1.33, "Amber": 0.67, "Red": 0.0}
FINANCE = {"Green": 2.0, "Amber": 1.0, "Red": 0.0}
CCGS = [  # code, performance, leadership, finance
    ("01C", 1.0, "Red", "Red"),
    ("02N", 1.2, "Green", "Green"),
    ("03R", 0.9, "Amber", "Amber"),
    ("04Y", 1.1, "", "Green"),
]


def overall() -> pd.DataFrame:
    rows = [
        {
            "ccg_code": code,
            "performance_score": performance,
            "n_performance_used": 50,
            "n_performance_expected": 57,
            "leadership_judgement": leadership,
            "leadership_points": POINTS.get(leadership, float("nan")),
            "finance_judgement": finance,
            "finance_points": FINANCE[finance],
            "why_no_rating": "" if leadership else "Without 165a there is no overall rating: not published.",
            "is_made_up": True,
        }
        for code, performance, leadership, finance in CCGS
    ]
    return rate_blocks(pd.DataFrame(rows), EDITION, "annual")[list(OVERALL_COLUMNS)]


BOTH = [True, True]
# moderations as (CCG, indicator, before, after); the CCG looked at; rating, score; which moderations apply
CASES = [
    ([], "01C", "Inadequate", 0.5, []),  # both red
    # half of 1.0 and a quarter of 1.33: the rule of both reds no longer holds, the lower line is not reached
    ([("01C", "165a", "Red", "Green")], "01C", "Requires improvement", 0.8325, [True]),
    ([("01C", "141b", "Red", "Amber")], "01C", "Requires improvement", 0.75, [True]),
    # 0.5 + 0.5 + 0.25 = 1.25, from the lower line 1.0 up
    (
        [("01C", "165a", "Red", "Green Star"), ("01C", "141b", "Red", "Amber")],
        "01C",
        "Good",
        1.25,
        [True, True],
    ),
    ([], "02N", "Good", 1.4325, []),
    # 0.6 + 0.5 + 0.5, over the upper line 1.45
    ([("02N", "165a", "Green", "Green Star")], "02N", "Outstanding", 1.6, [True]),
    ([("02N", "165a", "Green", "Red"), ("02N", "141b", "Green", "Red")], "02N", "Inadequate", 0.6, BOTH),
    # another CCG's moderation moves nobody else
    ([("01C", "165a", "Red", "Green")], "02N", "Good", 1.4325, [True]),
    # one after the other, and back
    ([("01C", "165a", "Red", "Amber"), ("01C", "165a", "Amber", "Red")], "01C", "Inadequate", 0.5, BOTH),
    ([("02N", "165a", "Green", "Red"), ("02N", "165a", "Red", "Green")], "02N", "Good", 1.4325, BOTH),
    # what does not apply: the data say otherwise, no such label, CCG or block, no judgement at all
    ([("02N", "165a", "Amber", "Red")], "02N", "Good", 1.4325, [False]),
    ([("02N", "165a", "Green", "Red"), ("02N", "165a", "Green", "Amber")], "02N", "Good", 1.1, [True, False]),
    ([("02N", "165a", "Green", "Gold")], "02N", "Good", 1.4325, [False]),
    ([("02N", "141b", "Green", "Green Star")], "02N", "Good", 1.4325, [False]),
    ([("99Z", "165a", "Green", "Red")], "02N", "Good", 1.4325, [False]),
    ([("02N", "122a", "Green", "Red")], "02N", "Good", 1.4325, [False]),
    ([("04Y", "165a", "Green", "Red")], "04Y", "", float("nan"), [False]),
    ([("04Y", "141b", "Green", "Red")], "04Y", "", float("nan"), [True]),
]  # fmt: skip


@pytest.mark.parametrize(("made", "code", "rating", "score", "applied"), CASES)
def test_rating_after(
    made: list[tuple[str, str, str, str]], code: str, rating: str, score: float, applied: list[bool]
) -> None:
    moderations = [Moderated(*one, reason="A reason.") for one in made]
    found, applies = moderate_overall(overall(), EDITION, "annual", moderations)
    row = found.set_index("ccg_code").loc[code]
    assert applies == applied
    assert (row["rating"] or "") == rating
    assert row["overall_score"] == pytest.approx(score, nan_ok=True)
    # it is the very rating that the method gives where the data had said so
    again = rate_blocks(found, EDITION, "annual").set_index("ccg_code")
    pd.testing.assert_series_equal(row, again.loc[code, row.index], check_names=False)


def test_before_and_reason_stand_beside_what_was_moderated_and_nowhere_else() -> None:
    made = [
        Moderated("01C", "165a", "Red", "Amber", "New chair."),
        Moderated("01C", "165a", "Amber", "Green", "And a plan."),
        Moderated("03R", "141b", "Amber", "Green", "Surplus."),
    ]
    before = overall()
    found, _ = moderate_overall(before, EDITION, "annual", made)
    said = found.set_index("ccg_code")
    columns = ["leadership_judgement_before", "leadership_judgement", "leadership_moderation_reason"]
    assert list(said.loc["01C", columns]) == ["Red", "Green", "New chair.; And a plan."]
    columns = [name.replace("leadership", "finance") for name in columns]
    assert list(said.loc["01C", columns]) == ["", "Red", ""]
    assert list(said.loc["03R", columns]) == ["Amber", "Green", "Surplus."]
    others = found["ccg_code"].isin(["02N", "04Y"])
    pd.testing.assert_frame_equal(found.loc[others, list(before.columns)], before[others])
    assert list(found.columns[: len(before.columns)]) == list(before.columns)
    assert before.equals(overall())  # what it was given is as it was


def test_how_sure_a_moderated_rating_is_is_not_said_and_nobody_elses_moves() -> None:
    sure = {"lower_95": 0.4, "p_grade_1": 0.1, "is_told_apart": True, "nearest_indicator": "122a"}
    before = overall().assign(**sure, rank=pd.array([3, 1, 4, 2], dtype="Int64"))
    moderations = [Moderated("01C", "165a", "Red", "Green", "a reason")]
    after, _ = moderate_overall(before, EDITION, "annual", moderations)
    first, rest = after.iloc[0], after.iloc[1:]
    assert first[["lower_95", "p_grade_1", "rank"]].isna().all()
    assert (first["is_told_apart"], first["nearest_indicator"]) == (False, "")
    columns = [*sure, "rank"]
    assert rest[columns].equals(before[columns].iloc[1:])
    assert after[columns].dtypes.equals(before[columns].dtypes)
