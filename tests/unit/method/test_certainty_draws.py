"""Draws through the engine: where their errors come from, what they keep, and the same bytes for a seed."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from ccg_pipeline.method.certainty.drawing import Drawer
from ccg_pipeline.method.certainty.errors import Error, Sampled, errors_of, sampled
from ccg_pipeline.method.certainty.simulation import Certainty, certainty
from ccg_pipeline.method.engine.facts import Facts
from ccg_pipeline.method.engine.run import Run
from ccg_pipeline.method.statistics.ranks import MOST_UNITS
from tests.support.notations.rule_tables import run

REPEATED = "read error: {value: repeated, provenance: assumed, source: Nothing else is known}"
NUMBERS = " ".join(str(50 + i) for i in range(20))


def rated(numerators: str, denominators: str, draws: int = 400, seed: int = 1, phi: float = 1.0) -> Certainty:
    """A share of counts, against a standard of 50 %, graded at 1.96, 0 and -1.96 standard errors."""
    return certainty(counted(numerators, denominators, phi), draws=draws, seed=seed)


def counted(numerators: str, denominators: str, phi: float = 1.0) -> Run:
    pairs = zip(numerators.split(), denominators.split(), strict=True)
    return run(
        f"distance error: binomial, standard: 50, phi: {phi} then cuts at: [1.96, 0, -1.96]",
        {"x": " ".join("-" if x == "-" else repr(100 * float(x) / float(n)) for x, n in pairs)},
        counts={"numerator": numerators, "denominator": denominators},
        leagues=({"of": "it"},),
    )


def chances(found: Certainty, kind: str) -> pd.DataFrame:
    rows = found.grade_chance
    return rows[rows["kind"] == kind].pivot(index="organisation", columns="grade", values="chance")


HUNDREDS = " ".join(["100"] * 20)


def test_the_same_seed_gives_the_same_bytes_and_another_others() -> None:
    one, two, other = (rated(NUMBERS, HUNDREDS, seed=seed) for seed in (1, 1, 2))
    for name in ("grade_chance", "score_interval", "place"):
        pd.testing.assert_frame_equal(getattr(one, name), getattr(two, name), check_exact=True)
    assert not one.grade_chance.equals(other.grade_chance)


def test_chances_add_up_and_who_has_no_figure_has_no_row() -> None:
    found = rated(NUMBERS.replace("50 51", "- 51"), HUNDREDS)
    for kind in ("underlying", "again"):
        table = chances(found, kind)
        assert table.sum(axis=1).to_numpy() == pytest.approx(1)
        assert "A" not in table.index
        assert len(table) == 19
    assert found.place["p_first_ten"].sum() == pytest.approx(10)
    assert found.place.set_index("organisation").loc["A", "place_first":].isna().all()


def test_a_league_of_more_than_pairs_fit_in_memory_has_sets_too() -> None:
    events = np.random.default_rng(1).integers(20, 980, MOST_UNITS + 1)
    made = counted(" ".join(map(str, events)), " ".join(["1000"] * len(events)))
    found = certainty(made, draws=40).place
    published = made.league(made.edition.leagues[0])[0]
    assert (found["place_first"] <= published).all()
    assert (found["place_last"] >= published).all()
    assert 100 < (found["place_last"] - found["place_first"]).mean() < MOST_UNITS / 2


def test_a_true_value_lies_nearer_to_the_others_than_a_figure_measured_again() -> None:
    found = rated(NUMBERS, HUNDREDS, draws=2000)
    most = found.grade_chance.groupby(["kind", "organisation"])["chance"].max().groupby("kind").mean()
    assert most["underlying"] > most["again"] + 0.05


# Of so many events among 1,000: the true value with Jeffreys' prior, and as many counted again, by SciPy
@pytest.mark.parametrize("x", [0.0, 3.0, 29.0, 31.0, 300.0, 969.0, 1000.0])
@pytest.mark.parametrize("family", ["binomial", "poisson"])
def test_draws_are_those_of_the_distributions_whatever_the_count(family: str, x: float) -> None:
    given = (np.array([[x + 0.5]]), np.array([[1000 - x + 0.5 if family == "binomial" else 1000.0]]))
    figures = Sampled(family, np.array([True]), np.array([x]), np.array([1000.0]), 1.0)
    random, drawer = np.random.default_rng(6), Drawer(figures, *given)
    true = drawer.true(random, 40_000)
    again = drawer.again(random, true)
    if family == "binomial":
        exact = (stats.beta(x + 0.5, 1000.5 - x), stats.betabinom(1000, x + 0.5, 1000.5 - x))
    else:
        exact = (stats.gamma(x + 0.5, scale=1e-3), stats.nbinom(x + 0.5, 0.5))
    for drawn, wanted, unit in ((true, exact[0], 1.0), (again, exact[1], 1e-3)):
        for share in (0.025, 0.25, 0.5, 0.75, 0.975):
            edge = wanted.ppf(share)
            assert (drawn <= edge * unit + 1e-9).mean() == pytest.approx(wanted.cdf(edge), abs=0.01)


def test_phi_widens_limits_and_draws_alike() -> None:
    plain, wide = counted(NUMBERS, HUNDREDS), counted(NUMBERS, HUNDREDS, phi=4)
    assert wide.states["it"].score[0] == pytest.approx(plain.states["it"].score[0] / 2)
    figures = sampled("x", errors_of(wide.edition)["x"], wide.facts, ())
    assert figures is not None
    assert figures.second == pytest.approx(25)
    assert figures.first[0] == 12.5


def test_the_first_error_that_the_steps_say_is_that_of_the_measure() -> None:
    assert errors_of(counted(NUMBERS, HUNDREDS).edition) == {"x": Error("binomial", 100.0, 1.0)}
    assert errors_of(run(REPEATED, {"x": "1 2"}).edition) == {"x": Error("repeated")}
    assert errors_of(run("read", {"x": "1 2"}).edition) == {}


def periods(spread: float) -> tuple[Run, Facts]:
    """Two periods of 400 organisations whose figures differ by chance of that spread, and by 5 for all."""
    random = np.random.default_rng(4)
    true = random.normal(50, 10, 400)
    now, before = (true + spread * random.standard_normal(400) for _ in range(2))
    published = run(f"{REPEATED} then cuts at: [50]", {"x": " ".join(map(repr, now.tolist()))}, labels=2)
    return published, Facts(published.facts.organisations, {"x": (before - 5)[None]})


def test_a_repeated_error_is_that_of_one_period_without_what_all_moved_by() -> None:
    published, before = periods(2.0)
    figures = sampled("x", Error("repeated"), published.facts, [before])
    assert figures is not None
    assert figures.second == pytest.approx(2.0, rel=0.1)


def test_without_a_period_before_nothing_is_said_and_the_measure_is_named() -> None:
    published, before = periods(2.0)
    nothing = certainty(published, draws=100)
    assert nothing.grade_chance.empty
    assert nothing.held["it"] == ("x",)
    assert len(certainty(published, [before], draws=100).grade_chance) == 400 * 2 * 2


def test_nothing_is_said_of_how_often_a_grade_would_come_again_where_no_figure_has_an_error() -> None:
    """Of a judgement no measurement is repeated: that all draws agree is no finding."""
    found = certainty(run("read then cuts at: [2]", {"x": "1 3"}, labels=2), draws=100).grade_chance
    assert found.empty


def test_a_league_of_figures_without_an_error_has_no_sets() -> None:
    exact = run("cuts at: [2]", {"x": "1 3 3"}, labels=2, leagues=({"of": "it"},))
    assert certainty(exact, draws=100).place.empty


def shared(numerators: str, denominators: str, authorities: str) -> Run:
    """Shares against a standard of 50 %, of organisations that share the figure of their authority."""
    pairs = zip(numerators.split(), denominators.split(), strict=True)
    return run(
        "read drawn_by: authority then distance error: binomial, standard: 50 then cuts at: [1.96, 0, -1.96]",
        {"x": " ".join(repr(100 * float(x) / float(n)) for x, n in pairs)},
        counts={"numerator": numerators, "denominator": denominators},
        attributes={"authority": authorities},
        leagues=({"of": "it", "pool": "authority"}, {"of": "it", "name": "all"}),
    )


def test_organisations_that_share_a_figure_have_one_distance_and_one_draw() -> None:
    """Parts of 60 % of 100 and 10 and 40, which are one figure of 150, next to a single one of 150."""
    made = shared("60 6 24 90 80", "100 10 40 150 150", "H H H - S")
    score = made.states["it"].score[0]
    assert score[:3] == pytest.approx([score[3]] * 3)
    found = certainty(made, draws=400)
    for kind in ("underlying", "again"):
        table = chances(found, kind)
        assert (table.loc[["A", "B", "C"]].to_numpy() == table.loc["A"].to_numpy()).all()
    places = found.place[found.place["league"] == "all"].set_index("organisation")
    assert places["place"].isna().all()  # of one figure
    sets = places[["place_first", "place_last"]]
    assert (sets.loc[["A", "B", "C"]].to_numpy() == sets.loc["A"].to_numpy()).all()
    alone = counted("60 6 24 90 80", "100 10 40 150 150").states["it"].score[0]
    assert alone[1] < alone[0] < score[0]


def test_a_shared_figure_counts_once_for_the_spread_of_all() -> None:
    made = shared(NUMBERS, HUNDREDS, " ".join(["H"] * 19 + ["-"]))
    error = errors_of(made.edition)["x"]
    figures = sampled("x", error, made.facts, ())
    assert figures is not None
    assert (len(figures.first), int(figures.there.sum())) == (2, 20)
    assert figures.second.tolist() == [1900, 100]
    assert len(np.unique(figures.standard_errors())) == 2
