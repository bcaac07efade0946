"""What shows only of all organisations together: their distribution, and how their counts end."""

import pandas as pd
import pytest

from ccg_pipeline.framework.load import load_edition
from ccg_pipeline.quality.distributions import distribution, endings
from tests.unit.quality.test_comparisons import FEBRUARY, MARCH, failing, observed

EDITION = load_edition()
CODES = [f"{n:02d}A" for n in range(40)]
JANUARY = {"period_start": "2017-01-01", "period_end": "2017-01-31"}
QUARTER = {"period_start": "2016-10-01", "period_end": "2016-12-31"}


def counted(times: int = 1, code: str = "129a", **period: str) -> pd.DataFrame:
    """People seen and waiting, `times` as many: no ratio tells how many there are."""
    counts = {one: {"numerator": times * (100 + 7 * n), "denominator": times * 1001.0} for n, one in
              enumerate(CODES)}  # fmt: skip
    frame = observed(counts, code, **period)
    return frame.assign(
        value=frame["numerator"] / (1 if code == "gp_referrals_made" else frame["denominator"])
    )


PERIODS = [
    # this period, the last one, its counts' times, whether the counts stand out
    (MARCH, FEBRUARY, 10, True),  # 31 days after 28
    (MARCH, FEBRUARY, 1, False),
    (FEBRUARY, JANUARY, 10, True),
    (JANUARY, QUARTER, 10, False),  # a month is not compared with a quarter
    ({**MARCH, "period_start": MARCH["period_end"]}, {**FEBRUARY, "period_start": "2017-02-28"}, 10, True),
]


@pytest.mark.parametrize(("now", "then", "times", "stands_out"), PERIODS)
def test_counts_of_all_that_are_ten_times_those_of_the_last_period_stand_out(
    now: dict[str, str], then: dict[str, str], times: int, stands_out: bool
) -> None:
    found = distribution(counted(times, **now), counted(**then), EDITION, 4, 4, 30)
    failed = found.rows.loc[failing(found), "figure"].to_list()
    assert failed == (["numerator"] if stands_out else [])  # all have one denominator: it is not compared


def test_a_measure_that_is_no_indicator_has_a_distribution_too() -> None:
    now, then = (counted(t, "gp_referrals_made", **p) for t, p in ((10, MARCH), (1, FEBRUARY)))
    found = distribution(now, then, EDITION, 4, 4, 30)
    assert "value" in found.rows.loc[failing(found), "figure"].to_list()


def ending_in_0(n: int, of: int = 40) -> pd.DataFrame:
    """Numerators of which `n` end in 0, and one denominator for all."""
    counts = {code: {"numerator": 100.0 + 10 * i + (i >= n), "denominator": 1000.0}
              for i, code in enumerate(CODES[:of])}  # fmt: skip
    return observed(counts)


@pytest.mark.parametrize(
    ("rows", "percent", "fails"),
    [
        (ending_in_0(20), [50.0], False),  # rounded to 5
        (ending_in_0(30), [75.0], False),
        (ending_in_0(31), [77.5], True),
        (ending_in_0(40), [100.0], True),
        (ending_in_0(40).assign(organisation_kind="local_authority"), [100.0], True),
        (ending_in_0(29, of=29), [], False),  # too few
        (ending_in_0(40).assign(numerator=0.0), [], False),
        (ending_in_0(40).assign(status="refused"), [], False),
    ],
)
def test_counts_of_which_nearly_all_end_in_0_were_multiplied(
    rows: pd.DataFrame, percent: list[float], fails: bool
) -> None:
    found = endings(rows, 75, 30)
    assert found.rows["percent_ending_in_0"].to_list() == percent
    assert bool(failing(found)) is fails


def test_what_is_said_of_counts_that_were_multiplied() -> None:
    found = endings(ending_in_0(40), 75, 30)
    assert found.say(found.rows, found.rows) == (
        "numerator: 100 % of 40 counts end in 0: were they multiplied by ten or more, or rounded?"
    )
