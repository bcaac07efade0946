"""What holds of every rule: of order, of direction, of who has no figures, and of draws.

Belongs here: properties of whole small editions. Does not belong here: what a rule makes of a figure.
"""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccg_pipeline.method.engine.facts import State
from ccg_pipeline.method.engine.run import Run
from tests.support.notations.rule_tables import run

# Each rule that compares or grades, on its own and after one another
CHAINS = (
    "standardise then cuts at: [1, 0, -1]",
    "standardise by: min_max then quantiles shares: [0.25, 0.5, 0.75]",
    "standardise by: percentile then cuts at: [0.75, 0.5, 0.25]",
    "distance error: binomial, widen: true then cuts at: [1.96, 0, -1.96]",
    "spread_by_rank best: 1, worst: 4 then cuts at: [1.5, 2, 3]",
    "quantiles shares: [0.2, 0.5, 0.8]",
    "clusters",
)
OF_MEMBERS = (
    "mean then cuts at: [6, 4, 2]",
    "mean of: [x*2, y], least: 2 then quantiles shares: [0.25, 0.5, 0.75]",
    "pick which: best then cuts at: [6, 4, 2]",
    "mean then cuts at: [6, 4, 2] then put when: y >= 5, value: 4 then require when: x > 1",
)

FIGURE = st.integers(0, 9)
ORGANISATIONS = st.lists(st.tuples(FIGURE, st.one_of(st.none(), FIGURE)), min_size=4, max_size=9)
few = settings(max_examples=15)


def written(figures: list[int | None]) -> str:
    return " ".join("-" if one is None else str(one) for one in figures)


def run_on(chain: str, pairs: list[tuple[int, int | None]], better: str = "higher", sign: int = 1) -> Run:
    x, y = ([None if one is None else sign * one for one in member] for member in zip(*pairs, strict=True))
    counts = {"numerator": written(x), "denominator": "100 " * len(x)}
    return run(chain, {"x": written(x), "y": written(y)}, better, counts=counts)


def same(one: State, other: State, by: Callable[[np.ndarray], np.ndarray] = lambda x: x) -> None:
    assert one.grade is not None
    assert other.grade is not None
    assert by(one.grade) == pytest.approx(other.grade, nan_ok=True)
    assert by(one.score) == pytest.approx(other.score, nan_ok=True, abs=1e-9)


@pytest.mark.parametrize("chain", CHAINS + OF_MEMBERS)
@given(pairs=ORGANISATIONS, data=st.data())
@few
def test_the_order_of_organisations_decides_nothing(
    chain: str, pairs: list[tuple[int, int | None]], data: st.DataObject
) -> None:
    order = data.draw(st.permutations(range(len(pairs))))
    before = run_on(chain, pairs).states["it"]
    after = run_on(chain, [pairs[one] for one in order]).states["it"]
    same(before, after, lambda x: x[:, order])
    assert before.why is not None
    assert after.why is not None
    assert before.why[order].tolist() == after.why.tolist()


@pytest.mark.parametrize("chain", [one for one in CHAINS if "binomial" not in one] + ["pick", "mean"])
@given(pairs=ORGANISATIONS)
@few
def test_a_measure_with_its_sign_and_its_way_turned_gives_the_same_grades(
    chain: str, pairs: list[tuple[int, int | None]]
) -> None:
    graded = chain if "cuts" in chain or chain in CHAINS else f"{chain} then quantiles shares: [0.3, 0.5]"
    one = run_on(graded, pairs).states["it"].grade
    other = run_on(graded, pairs, "lower", sign=-1).states["it"].grade
    assert one is not None
    assert one == pytest.approx(other, nan_ok=True)


@pytest.mark.parametrize("chain", CHAINS + OF_MEMBERS)
@given(pairs=ORGANISATIONS)
@few
def test_who_has_no_figures_changes_nobody(chain: str, pairs: list[tuple[int, int | None]]) -> None:
    x, y = (list(member) for member in zip(*pairs, strict=True))
    alone = run_on(chain, pairs).states["it"]
    counts = {"numerator": f"{written(x)} -", "denominator": "100 " * len(x) + "-"}
    others = run(chain, {"x": f"{written(x)} -", "y": f"{written(y)} -"}, counts=counts).states["it"]
    same(others, alone, lambda figures: figures[:, :-1])
    assert np.isnan(others.outcome[0, -1])


@pytest.mark.parametrize("chain", CHAINS + OF_MEMBERS)
@given(
    draws=st.lists(st.lists(FIGURE, min_size=4, max_size=4), min_size=3, max_size=3),
    pairs=st.lists(st.tuples(FIGURE, FIGURE), min_size=4, max_size=4),
)
@few
def test_draws_together_are_those_of_a_run_each(
    chain: str, draws: list[list[int]], pairs: list[tuple[int, int | None]]
) -> None:
    learned = run_on(chain, pairs).learned
    y = written([one for _, one in pairs])
    together = run(chain, {"x": " / ".join(map(written, draws)), "y": y}, learned=learned).states["it"]
    for number, draw in enumerate(draws):
        alone = run(chain, {"x": written(list(draw)), "y": y}, learned=learned).states["it"]
        same(together, alone, lambda x, number=number: x[number : number + 1])  # type: ignore[misc]  # bound now
        assert alone.why is None or not any(alone.why)


def test_a_run_of_some_nodes_works_out_what_they_rest_on_and_no_others() -> None:
    whole = run("mean of: [p]", {"x": "1 2", "y": "3 4"}, before={"p": "read measure: x", "q": "read"})
    part = Run(whole.edition, whole.facts, only=["it"])
    assert list(part.states) == ["p", "it"]
    assert part.states["it"].score.tolist() == whole.states["it"].score.tolist()
