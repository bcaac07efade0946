"""Small counts: exact chances in the place of the normal law, in bands as they are used.

Deaths of the newborn (125a) are some twenty of a CCG, first psychoses (123b) some ten. Where the reference is
true of all of them, how many CCGs are outside their limits, on either side?
"""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from ccg_pipeline.framework.model import Edition
from ccg_pipeline.method.engine.run import Run
from ccg_pipeline.method.scoring.banding import band_indicators
from ccg_pipeline.method.scoring.on_bands import run_of_indicators
from ccg_pipeline.method.statistics.small_counts import Curve, distance, events_at
from ccg_pipeline.reference.populations import population_mid_2015
from tests.support.notations.method_tables import EDITION, edition_of, lines, observations, one_by_code

BIRTHS = (population_mid_2015() * 12.2 / 1000).round()
"""Births of each of the 209 CCGs in a year, of which seven in a thousand are stillborn or die."""


def normal(code: str) -> Edition:
    """The edition without exact chances."""
    own = {"exact": False, "exact_provenance": None, "exact_source": ""}
    return edition_of(EDITION.indicator(code).model_copy(update=own))


def flagged(edition: Edition, worlds: int = 400) -> tuple[float, float]:
    """Which shares of equal CCGs have the lowest and the highest band of 125a, of many worlds."""
    n, codes = BIRTHS.to_numpy(dtype=float), BIRTHS.index.tolist()
    rows = [f"125a | {code} | 7 | {7 * own / 1000} | {own}" for code, own in zip(codes, n, strict=True)]
    latest = observations(
        "\n".join(["indicator | ccg | value | numerator | n", *rows, "125a | ENG | 7 | | "])
    )
    run = run_of_indicators(latest, edition, codes)
    deaths = np.random.default_rng(1).poisson(7 * n / 1000, (worlds, len(n)))
    measure = EDITION.indicator("125a").measure
    facts = replace(run.facts, values={measure: 1000 * deaths / n})
    points = Run(edition.nodes, facts, run.learned, ["125a"]).states["125a"].score
    return float((points == 0).mean()), float((points == 2).mean())


def test_of_equals_as_many_are_flagged_as_is_meant_on_either_side() -> None:
    exact, by_normal_law = flagged(edition_of(EDITION.indicator("125a"))), flagged(normal("125a"))
    print(
        f"125a among equals: {exact[0]:.1%} flagged as worse and {exact[1]:.1%} as better; by the normal law "
        f"{by_normal_law[0]:.1%} and {by_normal_law[1]:.1%}"
    )
    assert exact == (pytest.approx(0.025, abs=0.002), pytest.approx(0.025, abs=0.002))
    assert by_normal_law[0] > 0.029


# 7 of 1,000 births are expected to end so. The chance of fewer and half of as many: 2.5 % is the limit
EDGES = """
    indicator | n    | reference | events | band
    125a      | 3000 | 7         | 11     | 2
    125a      | 3000 | 7         | 12     | 2
    125a      | 3000 | 7         | 13     | 1
    125a      | 3000 | 7         | 22     | 1
    125a      | 3000 | 7         | 30     | 1
    125a      | 3000 | 7         | 31     | 0
    123b      | 10   | 50        | 1      | 0
    123b      | 10   | 50        | 2      | 1
    123b      | 10   | 50        | 8      | 1
    123b      | 10   | 50        | 9      | 2
    122b      | 20   | 85        | 13     | 0
    122b      | 20   | 85        | 14     | 1
    122b      | 20   | 85        | 19     | 1
    122b      | 20   | 85        | 20     | 2
"""


def of_so_many(given: dict[str, str]) -> "pd.Series[object]":
    one, n, events = EDITION.indicator(given["indicator"]), float(given["n"]), float(given["events"])
    value = one.scale * events / n
    latest = observations(
        "indicator | ccg | value | numerator | n\n"
        f"{one.code} | 01A | {value!r} | {events} | {n}\n{one.code} | ENG | {given['reference']} | | "
    )
    return one_by_code(band_indicators(latest, edition_of(one), ["01A"]), one.code).loc["01A"]


@pytest.mark.parametrize("given", lines(EDGES), ids=lambda given: f"{given['events']} of {given['n']}")
def test_the_first_count_beyond_the_limit(given: dict[str, str]) -> None:
    row, one = of_so_many(given), EDITION.indicator(given["indicator"])
    n, events, share = float(given["n"]), float(given["events"]), float(given["reference"]) / one.scale
    law = stats.poisson(n * share) if one.standard_error == "poisson" else stats.binom(n, share)
    fewer = law.cdf(events) - law.pmf(events) / 2
    better = fewer if one.better == "higher" else 1 - fewer
    assert row["band"] == int(given["band"]) == (0 if better <= 0.025 else 2 if better >= 0.975 else 1)
    assert stats.norm.cdf(row["z"]) == pytest.approx(better, abs=1e-6)


@pytest.mark.parametrize(("value", "side"), [(84.9, -1), (85.0, 0), (85.1, 1)])
def test_who_is_above_the_reference_is_never_told_to_be_below_it(value: float, side: int) -> None:
    """Of a skewed count the middle is not the mean: of 150 people more than half the chance is above 85 %."""
    latest = observations(f"indicator | ccg | value | n\n122b | 01A | {value} | 150")
    row = one_by_code(band_indicators(latest, EDITION, ["01A"]), "122b").loc["01A"]
    assert np.sign(row["z"]) == side


@pytest.mark.parametrize("error", ["poisson", "binomial"])
def test_curves_and_inverses_are_the_exact_chances(error: str) -> None:
    exposed, share = np.array([10.0, 40.0, 300.0, 5000.0]), np.array([0.5, 0.9, 0.02, 0.004])
    events = exposed * np.linspace(0, 1, 60)[:, None] if error == "binomial" else np.arange(60.0)[:, None]
    exact = distance(error, np.broadcast_to(events, (60, 4)), exposed, share)
    found = Curve.of(error, exposed, share).distance(np.broadcast_to(events, (60, 4)))
    near = np.abs(exact) < 5
    assert np.abs(found - exact)[near].max() < 0.002
    for z in (-1.96, 0.5, 1.96):
        at = events_at(error, np.full(4, z), exposed, share)
        there = np.isfinite(at)
        assert there.sum() >= 3
        assert distance(error, at, exposed, share)[there] == pytest.approx(z)


def test_small_counts_are_those_of_fewer_than_sixty_on_average() -> None:
    exact = " ".join(one.code for one in EDITION.indicators if one.exact)
    assert exact == "103b 122b 123b 125a 142a 142b"
