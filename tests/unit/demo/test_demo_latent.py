import numpy as np
import pytest

from ccg_pipeline.demo.latent import Link, draw_factors, draw_positions, generator, to_rates
from ccg_pipeline.demo.national import national_values

PLANS = np.arange(3000) % 50


@pytest.mark.parametrize(
    ("code", "link"), [("101a", "logit"), ("127a", "logit"), ("128a", "log"), ("122d", "identity")]
)
def test_weighted_mean_is_the_national_value_and_spread_is_the_spread(code: str, link: Link) -> None:
    value = national_values()[code]
    rng = generator(1, "test")
    positions = rng.standard_normal((2, 20_000))
    weights = rng.uniform(1, 5, 20_000)
    national = np.array([value.national_first, value.national_last])
    rates = to_rates(positions, national, value, link, weights)
    assert np.average(rates, axis=1, weights=weights) == pytest.approx(national, rel=1e-9)
    # the logit and the logarithm bend a normal, so the spread is only nearly the one asked for
    assert rates.std(axis=1) == pytest.approx(value.spread, rel=0.15)
    assert rates.argsort(axis=1).tolist() == positions.argsort(axis=1).tolist()


def test_a_percentage_without_top_is_refused() -> None:
    value = national_values()["101a"].model_copy(update={"top": None})
    with pytest.raises(ValueError, match="101a is a percentage or a count of milestones and has no top"):
        to_rates(np.zeros((1, 2)), np.array([10.0]), value, "logit", np.ones(2))


def test_factors_are_standardised_and_neighbours_resemble_each_other() -> None:
    factors = draw_factors(1, PLANS).values
    assert factors.mean(axis=1) == pytest.approx(0, abs=1e-12)
    assert factors.std(axis=1) == pytest.approx(1)
    plan_means = np.stack([factors[:, plan == PLANS].mean(axis=1) for plan in range(50)])
    # 60 neighbours each: without a shared part their means would vary by 1/60
    assert (plan_means.var(axis=0) > 0.2).all()


def test_factors_of_groups_are_standardised_again() -> None:
    grouped = draw_factors(1, PLANS).of_groups(PLANS).values
    assert grouped.shape == (3, 50)
    assert grouped.std(axis=1) == pytest.approx(1)


def test_positions_carry_the_factors_and_persist() -> None:
    value = national_values()["165a"]
    factors = draw_factors(1, PLANS)
    positions = draw_positions(generator(1, "p"), value, factors, 12, 1)
    for row, loading in zip(factors.values, value.loadings, strict=True):
        assert np.corrcoef(row, positions[0])[0, 1] == pytest.approx(loading, abs=0.05)
    assert positions.std(axis=1) == pytest.approx(1, abs=0.06)
    near, far = (np.corrcoef(positions[0], positions[step])[0, 1] for step in (1, 11))
    assert 0.9 < far < near < 1


def test_streams_are_independent_of_each_other() -> None:
    first = generator(1, "a").random(5)
    assert first.tolist() == generator(1, "a").random(5).tolist()
    assert first.tolist() != generator(1, "b").random(5).tolist()
    assert first.tolist() != generator(2, "a").random(5).tolist()
    assert generator(1, "ab", "c").random() != generator(1, "a", "bc").random()


def test_a_stream_is_the_same_in_every_process() -> None:
    # pinned: Python's own hash of a name differs from process to process, so two draws in one show nothing
    assert generator(2016, "101a", "latent").bit_generator.random_raw() == 5763050788313927780
