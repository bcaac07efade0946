"""How far organisations spread beyond chance: winsorising, phi and tau², by hand."""

import math

import numpy as np
import pytest

from ccg_pipeline.method.statistics.dispersion import dispersion, kept_when_truncated, winsorise
from tests.support.notations.method_tables import lines

# Eleven z-scores, so that the quantiles at 10 % and 90 % are the second and the tenth.
PULLED = """
    share | z                                  | pulled
    0     | -9 -4 -3 -2 -1 0 1 2 3 4 9         | -9 -4 -3 -2 -1 0 1 2 3 4 9
    0.1   | -9 -4 -3 -2 -1 0 1 2 3 4 9         | -4 -4 -3 -2 -1 0 1 2 3 4 4
    0.2   | -9 -4 -3 -2 -1 0 1 2 3 4 9         | -3 -3 -3 -2 -1 0 1 2 3 3 3
    0.1   | 5                                  | 5
    0.25  | 0 1                                | 0.25 0.75
"""


@pytest.mark.parametrize("given", lines(PULLED), ids=lambda given: given["share"])
def test_the_outer_share_is_pulled_to_its_quantile(given: dict[str, str]) -> None:
    z = np.array(given["z"].split(), dtype=float)
    assert winsorise(z, float(given["share"])).tolist() == [float(one) for one in given["pulled"].split()]


# phi = Σ z² / n; with equal standard errors s, tau² = s² · (n·phi − (n − 1)) / (n − 1), not below 0
SPREADS = """
    what                             | z          | s | phi | tau2
    no more than chance              | -1 1 -1 1  | 1 | 1   | 0.3333
    less than chance                 | -0.5 0 0.5 | 1 | 0.1667 | 0
    four times chance                | -2 2 -2 2  | 1 | 4   | 4.3333
    the same, in another unit        | -2 2 -2 2  | 3 | 4   | 39
    one organisation has no spread   | 3          | 1 | 9   | 0
    just n − 1                       | 1 1 1 0    | 1 | 0.75 | 0
"""


@pytest.mark.parametrize("given", lines(SPREADS), ids=lambda given: given["what"])
def test_phi_and_tau2_by_hand(given: dict[str, str]) -> None:
    z = np.array(given["z"].split(), dtype=float)
    found = dispersion(z, np.full(len(z), float(given["s"])), share=0)
    assert found.phi == pytest.approx(float(given["phi"]), abs=5e-5)
    assert found.tau2 == pytest.approx(float(given["tau2"]), abs=5e-5)


def test_unequal_standard_errors_weigh_by_precision() -> None:
    # weights 1 and 1/4: Σw − Σw²/Σw = 1.25 − 1.0625/1.25 = 0.4; (2·phi − 1)/0.4 with phi = 4 is 17.5
    found = dispersion(np.array([-2.0, 2.0]), np.array([1.0, 2.0]), share=0)
    assert (found.phi, found.tau2) == (4, pytest.approx(17.5))


def test_what_has_no_z_or_no_standard_error_is_left_out() -> None:
    z = np.array([-2.0, 2.0, math.nan, math.inf, 5.0, 5.0])
    errors = np.array([1.0, 1.0, 1.0, 0.0, math.nan, 0.0])
    assert dispersion(z, errors, 0.1) == dispersion(z[:2], errors[:2], 0.1)


def test_nobody_has_no_dispersion() -> None:
    found = dispersion(np.array([math.nan]), np.array([1.0]), 0.1)
    assert math.isnan(found.phi)
    assert (found.tau2, found.n) == (0, 0)
    assert winsorise(np.array([]), 0.1).tolist() == []


@pytest.mark.parametrize("share", [-0.01, 0.5])
def test_a_share_outside_0_to_a_half_is_refused(share: float) -> None:
    with pytest.raises(ValueError, match="must be at least 0 and below"):
        winsorise(np.array([1.0]), share)


# what is left of ten, of eleven and of five when a share goes at each end
TRUNCATED = """
    z                       | share | left
    9 8 7 6 5 4 3 2 1 0     | 0     | 0 1 2 3 4 5 6 7 8 9
    9 8 7 6 5 4 3 2 1 0     | 0.1   | 1 2 3 4 5 6 7 8
    10 9 8 7 6 5 4 3 2 1 0  | 0.1   | 1 2 3 4 5 6 7 8
    0 1 2 3 4               | 0.1   | 0 1 2 3
    0 1 2 3 4               | 0.2   | 1 2 3
    5 5 5 1 9               | 0.2   | 5 5 5
"""


@pytest.mark.parametrize("given", lines(TRUNCATED), ids=lambda given: f"{given['z']} at {given['share']}")
def test_truncating_leaves_the_middle(given: dict[str, str]) -> None:
    z = np.array([float(one) for one in given["z"].split()])
    left = z[kept_when_truncated(z, float(given["share"]))]
    assert sorted(left.tolist()) == [float(one) for one in given["left"].split()]


@pytest.mark.parametrize("share", [-0.1, 0.5])
def test_there_must_be_a_middle_to_leave(share: float) -> None:
    with pytest.raises(ValueError, match="truncated share must be at least 0 and below"):
        kept_when_truncated(np.array([1.0]), share)


def test_truncated_organisations_do_not_count() -> None:
    z, errors = np.array([-9.0, -1, 0, 1, 9]), np.ones(5)
    found = dispersion(z, errors, 0.2, "truncate")
    assert (found.n, found.phi) == (3, pytest.approx(2 / 3))
    assert dispersion(z, errors, 0.2).n == 5
