"""What holds of bands for any figures: mirror images, scale, order, and that better is never worse."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from ccg_pipeline.framework.indicators import Indicator
from ccg_pipeline.method.scoring.banding import band_indicators
from ccg_pipeline.method.scoring.rated import rate_blocks, score_areas
from ccg_pipeline.method.statistics.dispersion import dispersion
from tests.support.notations.method_tables import (
    EDITION,
    bands,
    edition_of,
    grades_of,
    observations,
    points_of,
)

CCGS = [f"{n:02}A" for n in range(1, 8)]
REVERSED = {"higher": "lower", "lower": "higher"}

z_scores = st.floats(-6, 6)
tenths = st.integers(0, 1000).map(lambda n: n / 10)  # as published: a percentage with one decimal
percents = st.lists(tenths, min_size=2, max_size=len(CCGS))
people = st.integers(20, 50_000)
few = settings(max_examples=20, deadline=None)  # each example makes whole frames


def _banded(
    indicator: Indicator, values: list[float], n: float = 1000, half_width: float = 2
) -> pd.DataFrame:
    frame = observations("indicator | ccg\n" + "\n".join(f"{indicator.code} | {ccg}" for ccg in CCGS))
    counts = np.multiply(values, n) / indicator.scale  # in this order: all of n is n and not a trifle less
    frame = frame.iloc[: len(values)].assign(value=values, numerator=counts, denominator=float(n))
    frame = frame.assign(lower_95=frame["value"] - half_width)
    frame["upper_95"] = frame["value"] + half_width
    return band_indicators(frame, edition_of(indicator), CCGS[: len(values)])


@given(z_scores)
def test_the_mirror_image_of_z_has_the_mirror_image_of_band_and_grade(z: float) -> None:
    assert points_of(z) + points_of(-z) == 2
    assert points_of(z, "131a") == points_of(-z, "131a")
    if abs(z) > 1e-6:  # at the reference both are grade 2
        assert grades_of(z) + grades_of(-z) == 5


@given(z_scores, z_scores)
def test_a_better_z_has_no_worse_band_or_grade(one: float, other: float) -> None:
    worse, better = min(one, other), max(one, other)
    assert points_of(better) >= points_of(worse)
    assert grades_of(better) <= grades_of(worse)


@pytest.mark.parametrize("code", ["129a", "127e", "104a"])
@few
@given(values=percents)
def test_a_reversed_direction_gives_the_mirror_image(code: str, values: list[float]) -> None:
    indicator = EDITION.indicator(code)
    mirror = indicator.model_copy(update={"better": REVERSED[indicator.better]})
    one, other = _banded(indicator, values), _banded(mirror, values)
    assert (one["z"].dropna() == -other["z"].dropna()).all()
    assert (one["points"].dropna() + other["points"].dropna() == 2).all()
    assert (one["why_no_band"] == other["why_no_band"]).all()


@few
@given(values=percents, n=people)
@example(values=[0.0, 0.0], n=1681)  # nobody smokes: there is no spread either way, and so no band
def test_counting_the_others_instead_gives_the_same_band(values: list[float], n: int) -> None:
    # the share who do not smoke, higher is better, says what the share who do smoke says
    smoking = EDITION.indicator("101a")
    not_smoking = smoking.model_copy(update={"better": "higher"})
    one = _banded(smoking, values, n)
    other = _banded(not_smoking, [100 - value for value in values], n)
    assert one["z"].to_numpy() == pytest.approx(other["z"].to_numpy(), nan_ok=True, abs=1e-6)


@pytest.mark.parametrize("code", ["125a", "127e"])
@few
@given(values=st.lists(st.floats(1, 500), min_size=2, max_size=7), factor=st.sampled_from([0.01, 10, 1000]))
def test_the_unit_of_a_rate_never_matters(code: str, values: list[float], factor: float) -> None:
    # England's rate comes from the counts, so that 5 per 1,000 and 500 per 100,000 are the same
    indicator = EDITION.indicator(code)
    rescaled = indicator.model_copy(update={"scale": indicator.scale * factor})
    one, other = _banded(indicator, values), _banded(rescaled, [value * factor for value in values])
    assert one["z"].to_numpy() == pytest.approx(other["z"].to_numpy(), rel=1e-6, abs=1e-9)
    assert one["phi"].to_numpy() == pytest.approx(other["phi"].to_numpy(), rel=1e-6, abs=1e-9)


@few
@given(values=st.lists(st.integers(-500, 500), min_size=2, max_size=7), factor=st.floats(0.01, 100))
def test_the_unit_of_an_index_never_matters(values: list[int], factor: float) -> None:
    indicator = EDITION.indicator("104a")
    one = _banded(indicator, values, half_width=2)
    other = _banded(indicator, [value * factor for value in values], half_width=2 * factor)
    assert one["z"].to_numpy() == pytest.approx(other["z"].to_numpy(), rel=1e-6, abs=1e-6)


@pytest.mark.parametrize("code", ["123a", "101a", "129a", "127c"])
def test_among_209_a_better_value_never_lowers_a_band_though_it_moves_england_and_the_limits(
    code: str,
) -> None:
    rng = np.random.default_rng(5)
    indicator = EDITION.indicator(code)  # the last two have widened limits
    ccgs = [f"{n:03}" for n in range(209)]
    frame = observations("indicator | ccg\n" + "\n".join(f"{code} | {ccg}" for ccg in ccgs))
    frame["denominator"] = rng.integers(200, 40_000, 209).astype(float)
    frame["value"] = np.clip((indicator.standard or 12) + 5 * rng.standard_normal(209), 0, 100)
    edition = edition_of(indicator)

    def points(rows: pd.DataFrame) -> pd.Series:
        rows = rows.assign(numerator=rows["value"] * rows["denominator"] / 100)
        return band_indicators(rows, edition, ccgs)["points"]

    before = points(frame)
    gain = 1 if indicator.direction == "higher_is_better" else -1
    for place in rng.choice(209, 25, replace=False):
        improved = frame.copy()
        improved.loc[place, "value"] = np.clip(
            improved.loc[place, "value"] + gain * rng.exponential(3), 0, 100
        )
        assert points(improved)[place] >= before[place]


@few
@given(values=percents, order=st.randoms(use_true_random=False))
def test_the_order_of_rows_never_matters(values: list[float], order: object) -> None:
    indicator = EDITION.indicator("129a")
    frame = observations("indicator | ccg\n" + "\n".join(f"129a | {ccg}" for ccg in CCGS[: len(values)]))
    frame = frame.assign(value=values, numerator=values, denominator=100.0)
    places = list(range(len(values)))
    order.shuffle(places)  # type: ignore[attr-defined]  # hypothesis hands over a random.Random
    edition = edition_of(indicator)
    one = band_indicators(frame, edition, CCGS)
    pd.testing.assert_frame_equal(one, band_indicators(frame.iloc[places], edition, CCGS), check_exact=True)


@given(z=st.lists(z_scores, min_size=2, max_size=30), factor=st.floats(0.001, 1000))
def test_dispersion_keeps_phi_and_scales_tau2_with_the_unit(z: list[float], factor: float) -> None:
    errors = np.linspace(1, 3, len(z))
    one, other = dispersion(np.array(z), errors, 0.1), dispersion(np.array(z), errors * factor, 0.1)
    assert one.phi == other.phi
    assert other.tau2 == pytest.approx(one.tau2 * factor**2, rel=1e-9, abs=1e-12 * factor**2)
    assert one.tau2 >= 0


@few
@given(st.lists(st.none() | st.floats(0, 2), min_size=4, max_size=4))
def test_an_area_score_lies_among_its_points(points: list[float | None]) -> None:
    there = [one for one in points if one is not None]
    assume(there)
    drawn = [
        f"122{letter} | 01A | {'' if one is None else one}"
        for letter, one in zip("abcd", points, strict=True)
    ]
    scored = score_areas(bands("indicator | ccg | points\n" + "\n".join(drawn)), EDITION)
    score = scored.loc[scored["area_code"] == "122", "score"].item()
    assert min(there) - 1e-12 <= score <= max(there) + 1e-12


@given(
    st.tuples(st.none() | st.floats(0, 2), st.floats(0, 2), st.floats(0, 2)),
    st.integers(0, 2),
    st.floats(0, 2),
)
def test_an_overall_score_never_falls_with_a_better_block(
    blocks: tuple[float | None, float, float], place: int, gain: float
) -> None:
    before = np.array([np.nan if one is None else one for one in blocks])
    after = before.copy()
    after[place] += gain
    names = ["performance_score", "leadership_points", "finance_points"]
    frame = pd.DataFrame([before, after], columns=names).assign(
        ccg_code=["01A", "02B"], leadership_judgement="", finance_judgement="", why_no_rating=""
    )
    scores = rate_blocks(frame, EDITION, "annual")["overall_score"]
    assert scores[1] >= scores[0] - 1e-12
