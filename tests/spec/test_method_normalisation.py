"""Scales on which higher is better: by hand, and what must hold whatever the numbers."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccg_pipeline.method.statistics.normalisation import Normalisation, Scale, normalise
from tests.support.notations.method_tables import lines

SCALES = {
    "min_max": Normalisation("min_max"),
    "min_max from 1": Normalisation("min_max", low=1),
    "z": Normalisation("z"),
    "z of all": Normalisation("z", ddof=0),
    "rank": Normalisation("rank"),
    "percentile": Normalisation("percentile"),
    "distance": Normalisation("distance_to_reference", reference=(20,)),
    "posts 20 to 40": Normalisation("goalposts", worst=(20,), best=(40,)),
    "posts 40 to 20": Normalisation("goalposts", worst=(40,), best=(20,)),
}

# One indicator, one organisation after the other; a dash where it has no value.
NORMALISED = """
    scale          | direction | values         | normalised
    min_max        | 1         | 10 20 40 50    | 0 25 75 100
    min_max        | -1        | 10 20 40 50    | 100 75 25 0
    min_max        | 1         | 10 - 40 50     | 0 - 75 100
    min_max        | 1         | 10 10 10       | - - -
    min_max        | 1         | 10             | -
    min_max        | 1         | - -            | - -
    min_max from 1 | 1         | 10 20 40 50    | 1 25.75 75.25 100
    z              | 1         | 1 2 3          | -1 0 1
    z              | -1        | 1 2 3          | 1 0 -1
    z              | 1         | 1 - 2 3        | -1 - 0 1
    z of all       | 1         | 1 2 3          | -1.224745 0 1.224745
    z              | 1         | 5 5            | - -
    z              | 1         | 5              | -
    rank           | 1         | 10 30 20 20    | 1 4 2 2
    rank           | -1        | 10 30 20 20    | 4 1 2 2
    rank           | 1         | 10 - 20        | 1 - 2
    percentile     | 1         | 10 30 20 20 50 | 0 0.75 0.25 0.25 1
    percentile     | 1         | 10 - 20        | 0 - 1
    percentile     | 1         | 7 7            | - -
    distance       | 1         | 19 20 25       | -0.05 0 0.25
    distance       | -1        | 19 20 25       | 0.05 0 -0.25
    posts 20 to 40 | 1         | 19 20 25 40 41 | 0 0 25 100 100
    posts 40 to 20 | -1        | 19 20 25 40 41 | 100 100 75 0 0
"""


def column(text: str) -> np.ndarray:
    return np.array([[math.nan if one == "-" else float(one)] for one in text.split()])


@pytest.mark.parametrize(
    "given", lines(NORMALISED), ids=lambda given: f"{given['scale']} {given['direction']} {given['values']}"
)
def test_a_scale_by_hand(given: dict[str, str]) -> None:
    found = normalise(column(given["values"]), [int(given["direction"])], SCALES[given["scale"]])
    assert found == pytest.approx(column(given["normalised"]), abs=5e-7, nan_ok=True)


def test_indicators_stand_on_their_own_and_draws_are_done_at_once() -> None:
    values = np.array([[1.0, 30.0], [2.0, 10.0], [4.0, 20.0]])
    for rule in (Normalisation("min_max"), Normalisation("z"), Normalisation("percentile")):
        both = normalise(values, [1, -1], rule)
        assert np.array_equal(both[:, :1], normalise(values[:, :1], [1], rule))
        assert np.array_equal(both[:, 1:], normalise(values[:, 1:], [-1], rule))
        stacked = normalise(np.stack([values, values[::-1]]), [1, -1], rule)
        assert np.allclose(stacked, [both, both[::-1]], atol=1e-12)


REFUSED = """
    direction | scale                 | reference | worst | best | said
    0         | z                     |           |       |      | A direction is 1 or -1
    1         | box_cox               |           |       |      | There is no scale 'box_cox'
    1         | distance_to_reference |           |       |      | needs reference for each of 1
    1         | distance_to_reference | 0         |       |      | reference of 0 has no meaning
    1         | goalposts             |           | 20    |      | needs best for each of 1
    -1        | goalposts             |           | 20    | 40   | the other way round
    1         | goalposts             |           | 40    | 20   | indicator 1 has them the other way round
    1         | goalposts             |           | 20    | 20   | best goalpost must lie above the worst
"""


@pytest.mark.parametrize("given", lines(REFUSED), ids=lambda given: given["said"])
def test_what_cannot_be_is_refused(given: dict[str, str]) -> None:
    numbers = {name: tuple(map(float, given[name].split())) for name in ("reference", "worst", "best")}
    scale: Scale = given["scale"]  # type: ignore[assignment]  # one of them is none, on purpose
    with pytest.raises(ValueError, match=given["said"]):
        normalise(column("1 2"), [int(given["direction"])], Normalisation(scale, **numbers))


VALUES = st.lists(st.integers(-50, 50).map(float), min_size=2, max_size=12)
SPREAD = st.sampled_from([Normalisation("min_max"), Normalisation("z"), Normalisation("percentile")])


@given(VALUES, SPREAD)
def test_a_better_value_never_gets_a_lower_number(values: list[float], rule: Normalisation) -> None:
    found = normalise(np.array(values)[:, None], [1], rule)[:, 0]
    if len(set(values)) > 1:
        assert (np.diff(found[np.argsort(values, kind="stable")]) >= -1e-12).all()
    else:
        assert np.isnan(found).all()


@given(VALUES, st.sampled_from([Normalisation("min_max"), Normalisation("z")]))
def test_direction_reversed_is_the_mirror_image(values: list[float], rule: Normalisation) -> None:
    one = np.array(values)[:, None]
    middle = 50 if rule.scale == "min_max" else 0
    up, down = normalise(one, [1], rule), normalise(one, [-1], rule)
    assert np.allclose(up - middle, middle - down, equal_nan=True)


@given(VALUES, SPREAD, st.sampled_from([0.5, 2.0, 1024.0]), st.integers(-8, 8))
def test_the_unit_never_matters(values: list[float], rule: Normalisation, scale: float, shift: int) -> None:
    one = np.array(values)[:, None]
    assert np.allclose(normalise(one, [1], rule), normalise(one * scale + shift, [1], rule), equal_nan=True)
