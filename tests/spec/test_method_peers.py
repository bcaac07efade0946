"""Against the similar ten: small leagues by hand."""

import math
from random import Random

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ccg_pipeline.method.statistics.peers import (
    against_peers,
    places_of_peers,
)
from tests.support.notations.method_tables import lines


def number(text: str) -> float:
    return math.nan if text == "-" else float(text)


# an organisation and its ten; MADs: distance from their median in their median absolute deviation
ELEVEN = """
    own | ten                    | better | n  | median | mad | mads | rank
    10  | 1 2 3 4 5 5 6 7 8 9    | 1      | 10 | 5      | 2   | 2.5  | 1
    5   | 1 2 3 4 5 5 6 7 8 9    | 1      | 10 | 5      | 2   | 0    | 5
    9   | 1 2 3 4 5 5 6 7 8 9    | 1      | 10 | 5      | 2   | 2    | 1
    0   | 1 2 3 4 5 5 6 7 8 9    | 1      | 10 | 5      | 2   | -2.5 | 11
    0   | 1 2 3 4 5 5 6 7 8 9    | -1     | 10 | 5      | 2   | 2.5  | 1
    7   | 1 2 3 - - - 6 7 - -    | 1      | 5  | 3      | 2   | 2    | 1
    7   | 1 2 3 - - - 6 - - -    | 1      | 4  | -      | -   | -    | -
    -   | 1 2 3 4 5 5 6 7 8 9    | 1      | 10 | 5      | 2   | -    | -
    5   | 5 5 5 5 5 5 5 5 5 5    | 1      | 10 | 5      | 0   | 0    | 1
    6   | 5 5 5 5 5 5 5 5 5 5    | 1      | 10 | 5      | 0   | -    | 1
    4   | 5 5 5 5 5 5 5 5 5 5    | 1      | 10 | 5      | 0   | -    | 11
"""


@pytest.mark.parametrize(
    "row", lines(ELEVEN), ids=lambda row: f"{row['own']} among {row['ten']} {row['better']}"
)
def test_one_among_its_ten(row: dict[str, str]) -> None:
    values = np.array([number(row["own"]), *(number(one) for one in row["ten"].split())])
    peers = np.array([list(range(1, 11))] + [[-1] * 10] * 10)
    found = against_peers(values, peers, float(row["better"]))
    for name, column in (
        ("n_peers", "n"), ("peer_median", "median"), ("peer_mad", "mad"),
        ("mads_from_median", "mads"), ("rank_among_peers", "rank"),
    ):  # fmt: skip
        assert found[name][0] == pytest.approx(number(row[column]), nan_ok=True), name
    assert (found["n_peers"][1:] == 0).all()
    assert np.isnan(found["rank_among_peers"][1:]).all()


def ring(n: int) -> pd.DataFrame:
    """A league in which everybody resembles the ten that follow."""
    rows = [(f"{i:02}A", rank, f"{(i + rank) % n:02}A") for i in range(n) for rank in range(1, 11)]
    return pd.DataFrame(rows, columns=["ccg_code", "rank", "similar_ccg_code"])


def test_who_is_not_in_the_league_is_no_peer_in_it() -> None:
    places = places_of_peers(["00A", "03A"], ring(12))
    assert (places >= 0).sum(axis=1).tolist() == [1, 1]
    assert places[0].tolist() == [-1, -1, 1] + [-1] * 7


@pytest.mark.parametrize("other", ["00A", "01A"])
def test_a_peer_stands_once_and_nobody_is_its_own(other: str) -> None:
    more = pd.DataFrame({"ccg_code": ["00A"], "rank": [11], "similar_ccg_code": [other]})
    with pytest.raises(ValueError, match=f"{other} cannot be a peer of 00A"):
        places_of_peers(["00A"], pd.concat([ring(12), more]))


@settings(max_examples=25)
@given(st.lists(st.integers(0, 20), min_size=12, max_size=12), st.randoms(use_true_random=False))
def test_order_never_matters_and_turning_mirrors(whole: list[int], random: Random) -> None:
    codes, values = [f"{i:02}A" for i in range(12)], np.array(whole, dtype=float)
    found = against_peers(values, places_of_peers(codes, ring(12)))
    mixed = random.sample(range(12), 12)
    again = against_peers(values[mixed], places_of_peers([codes[i] for i in mixed], ring(12)))
    turned = against_peers(-values, places_of_peers(codes, ring(12)), -1)
    for name, one in found.items():
        np.testing.assert_array_equal(again[name], one[mixed])
        if name in ("mads_from_median", "rank_among_peers"):
            np.testing.assert_array_equal(turned[name], one)


@given(st.lists(st.integers(0, 20), min_size=12, max_size=12), st.integers(1, 9))
def test_a_better_value_never_lowers_the_rank_or_the_distance(whole: list[int], gain: int) -> None:
    values = np.array(whole, dtype=float)
    peers = np.array([list(range(1, 11))] + [[-1] * 10] * 11)
    before = against_peers(values, peers)
    values[0] += gain
    after = against_peers(values, peers)
    assert after["rank_among_peers"][0] <= before["rank_among_peers"][0]
    assume(np.isfinite(before["mads_from_median"][0]) and np.isfinite(after["mads_from_median"][0]))
    assert after["mads_from_median"][0] >= before["mads_from_median"][0]
