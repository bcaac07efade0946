"""The special-cause rules of Making Data Count, drawn as series: one point short, and just enough."""

import numpy as np
import pytest

from ccg_pipeline.method.statistics.special_cause import ProcessLimits, process_limits, special_cause
from tests.support.notations.method_tables import lines

LETTERS = {"": ".", "outside": "o", "trend": "t", "near_limit": "n", "one_side": "s"}
SIGNS = {1.0: "+", -1.0: "-", 0.0: "."}

# Rules about a mean of 0 and a moving range of 1: limits ± 2.66, near them beyond ± 1.7733.
ABOUT_0 = ProcessLimits(mean=np.array(0.0), moving_range=np.array(1.0))

RULES = """
    what                               | y                             | rule          | side
    nothing                            | 1 -1 1 -1 1 -1 1 -1           | ........      | ........
    on the limits                      | 2.66 0 -2.66                  | ...           | ...
    beyond the limits                  | 2.661 0 -2.661                | o.o           | +.-
    six on one side                    | -1 1 .9 1 .9 1 .9 -1          | ........      | ........
    seven on one side                  | -1 1 .9 1 .9 1 .9 1 -1        | .sssssss.     | .+++++++.
    eight below                        | -1 -.9 -1 -.9 -1 -.9 -1 -.9   | ssssssss      | --------
    one of seven on the mean           | 1 .9 1 0 1 .9 1               | .......       | .......
    one of seven missing               | 1 .9 1 nan 1 .9 1 .9          | ........      | ........
    six rising                         | -1 -.6 -.2 .2 .6 1 -1         | .......       | .......
    seven rising                       | -1.2 -.8 -.4 0 .4 .8 1.2 -1   | ttttttt.      | +++++++.
    seven falling                      | 1.2 .8 .4 0 -.4 -.8 -1.2 1    | ttttttt.      | -------.
    seven that once stand still        | -1.2 -.8 -.4 -.4 .4 .8 1.2    | .......       | .......
    up to a peak and down | -2 -1 0 .5 1 2 2.5 2 1 .5 0 -1 -2 | ttttttttttttt | +++++++------
    down and up again     | 2 1 0 -.5 -1 -2 -2.5 -2 -1 -.5 0 1 2 | ttttttttttttt | -------++++++
    near the limit once                | 1.8 1 -1                      | ...           | ...
    twice in a row, the third here too | 1.8 1.8 1 -1                  | nn..          | ++..
    with one between                   | -1 1.8 1 1.8 -1               | .n.n.         | .+.+.
    with two between                   | 1.8 1 1 1.8                   | ....          | ....
    three of three                     | -1 -1.8 -1.9 -2 1             | .nnn.         | .---.
    the third on the other side        | -1 1.8 1.8 -1                 | ....          | ....
    the third on the mean              | 0 1.8 1.8 0                   | ....          | ....
    on both sides                      | 1.8 -1.8 1.8                  | ...           | ...
    not quite near                     | 1.773 1.773 1                 | ...           | ...
    just near                          | 1.774 1.774 1                 | nn.           | ++.
    outside is not near                | 2.7 1.8 1                     | o..           | +..
    outside counts before a trend      | -1.2 -.8 -.4 0 .4 .8 2.7      | tttttto       | +++++++
    a trend before near the limit      | -2 -1.9 -1 0 1 1.1 1.2        | ttttttt       | +++++++
    near the limit before one side     | 1 1.8 1.9 1 .9 1 .9           | snnssss       | +++++++
    a trend before one side            | .1 .2 .3 .4 .5 .6 .7 .6       | ttttttts      | ++++++++
    too few for anything               | 1                             | .             | .
"""


def drawn(values: str, limits: ProcessLimits = ABOUT_0) -> tuple[str, str]:
    """A letter a point for its rule, and a sign for its side."""
    found = special_cause(np.array(values.split(), dtype=float), limits)
    return "".join(LETTERS[one] for one in found.rule), "".join(SIGNS[one] for one in found.side)


@pytest.mark.parametrize("given", lines(RULES), ids=lambda given: given["what"])
def test_the_rules(given: dict[str, str]) -> None:
    assert drawn(given["y"]) == (given["rule"], given["side"])


def test_limits_by_hand() -> None:
    # mean 11; every moving range is 2, so that the limits are 11 ± 5.32
    found = process_limits([10, 12, 10, 12, 10, 12])
    assert (found.mean, found.lower, found.upper) == pytest.approx((11, 5.68, 16.32))


# Eight moving ranges of 1 and one leap: screened when leap ≥ 3.267 · (8 + leap) / 9, from 4.5588 on
LEAPS = """
    leap   | moving_range
    4.558  | 1.3953
    4.5589 | 1
    50     | 1
"""


@pytest.mark.parametrize("given", lines(LEAPS), ids=lambda given: given["leap"])
def test_a_great_moving_range_is_left_out(given: dict[str, str]) -> None:
    leap = float(given["leap"])
    found = process_limits([0, 1, 0, 1, 0, leap, leap + 1, leap, leap + 1, leap])
    assert found.moving_range == pytest.approx(float(given["moving_range"]), abs=5e-5)


def test_they_are_left_out_once_only() -> None:
    # of ranges 1 ×6, 5 and 50 the last is screened; 5 is beyond 3.267 · 11/7 too, but stays
    assert process_limits([0, 1, 0, 1, 0, 1, 0, 5, 55]).moving_range == pytest.approx(11 / 7)


@pytest.mark.parametrize(
    "y", ["5 5 5 5 5 5 5 5", "0.1 0.1 0.1 0.1 0.1 0.1 0.1", "5", "5 nan 6 nan 7", "nan nan"]
)
def test_a_series_that_never_moves_has_no_limits_and_no_special_cause(y: str) -> None:
    limits = process_limits(np.array(y.split(), dtype=float))
    assert np.isnan([limits.lower, limits.upper]).all()
    assert set(drawn(y, limits)[0]) == {"."}


def test_a_missing_period_is_nowhere() -> None:
    whole, broken = process_limits([1, 3, 2, 2]), process_limits([np.nan, 1, 3, np.nan, 2, 2, np.nan])
    assert (whole.mean, whole.moving_range) == (2, 1)
    assert (broken.mean, broken.moving_range) == (2, 1)  # of 2 and 0, none across the gap


def test_many_series_at_once() -> None:
    y = np.random.default_rng(3).normal(size=(4, 5, 24))
    found, limits = special_cause(y), process_limits(y)
    assert limits.mean.shape == (4, 5)
    for place in np.ndindex(4, 5):
        one = special_cause(y[place])
        assert found.rule[place].tolist() == one.rule.tolist()
        assert found.side[place].tolist() == one.side.tolist()
