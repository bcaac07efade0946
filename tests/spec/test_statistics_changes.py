"""The change since the last period, and testing many at once: by hand, around each edge."""

import numpy as np
import pytest

from ccg_pipeline.method.statistics.changes import (
    benjamini_hochberg,
    change,
)
from tests.support.notations.method_tables import lines


def numbers(text: str) -> list[float]:
    return [float(one) for one in text.split()]


# (value − previous) / √(se₁² + se₂² − 2·r·se₁·se₂)
CHANGES = """
    what                     | value | se | previous | se2 | r    | error  | z
    other people each time   | 58    | 3  | 50       | 4   | 0    | 5      | 1.6
    half the same            | 58    | 3  | 50       | 4   | 0.5  | 3.6056 | 2.2188
    mostly the same          | 58    | 3  | 50       | 4   | 1    | 1      | 8
    against each other       | 58    | 3  | 50       | 4   | -1   | 7      | 1.1429
    nothing changed          | 50    | 3  | 50       | 4   | 0    | 5      | 0
    no error of the one      | 58    | 0  | 50       | 4   | 0    | 4      | 2
    no error is left         | 58    | 4  | 50       | 4   | 1    | nan    | nan
    no error at all          | 58    | 0  | 50       | 0   | 0    | nan    | nan
    an error below 0         | 58    | -3 | 50       | 4   | 0    | nan    | nan
    nothing before           | 58    | 3  | nan      | 4   | 0    | 5      | nan
"""


@pytest.mark.parametrize("given", lines(CHANGES), ids=lambda given: given["what"])
def test_the_change_since_the_last_period(given: dict[str, str]) -> None:
    found = change(*(float(given[name]) for name in ("value", "se", "previous", "se2", "r")))
    assert found.standard_error == pytest.approx(float(given["error"]), abs=5e-5, nan_ok=True)
    assert found.z == pytest.approx(float(given["z"]), abs=5e-5, nan_ok=True)
    assert np.isnan(found.p_value) == np.isnan(found.z)


def test_p_is_two_sided() -> None:
    p = change(np.array([1.959963984540054, -1.959963984540054, 0, 40]), 1, 0, 0).p_value
    assert p == pytest.approx([0.05, 0.05, 1, 0], abs=1e-12)


@pytest.mark.parametrize("correlation", [-1.001, 1.001])
def test_a_correlation_beyond_1_is_refused(correlation: float) -> None:
    with pytest.raises(ValueError, match="must lie between −1 and 1"):
        change(1, 1, 1, 1, correlation)


# p·m/k, or what a larger one gets if that is less
TESTS = """
    what                      | p                    | adjusted
    one is itself             | 0.04                 | 0.04
    two                       | 0.01 0.04            | 0.02 0.04
    in any order              | 0.04 0.01            | 0.04 0.02
    a larger one helps        | 0.03 0.031           | 0.031 0.031
    ties                      | 0.02 0.02 0.02       | 0.02 0.02 0.02
    never beyond 1            | 0.5 1                | 1 1
    missing does not count    | 0.01 nan 0.04        | 0.02 nan 0.04
    nothing was tested        | nan                  | nan
    certain ones              | 0 0.5 1              | 0 0.75 1
"""


@pytest.mark.parametrize("given", lines(TESTS), ids=lambda given: given["what"])
def test_false_discovery_rates(given: dict[str, str]) -> None:
    np.testing.assert_allclose(
        benjamini_hochberg(numbers(given["p"])), numbers(given["adjusted"]), rtol=1e-12
    )


def test_the_shape_of_the_tests_does_not_matter() -> None:
    p = np.array([[0.01, 0.2, 0.03], [0.04, 0.5, 0.6]])
    assert benjamini_hochberg(p).tolist() == benjamini_hochberg(p.ravel()).reshape(2, 3).tolist()


@pytest.mark.parametrize("p", [-0.001, 1.001])
def test_a_p_that_is_none_is_refused(p: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        benjamini_hochberg([0.5, p])
