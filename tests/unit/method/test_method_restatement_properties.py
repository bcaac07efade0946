"""What must hold of restating whatever the counts are: nothing is lost, to the last person.

Exact means ==: sums of floats, in whatever order, and no tolerance.
"""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccg_pipeline.method.scoring.restatement import restate
from ccg_pipeline.method.statistics.apportionment import divide, worst_status
from ccg_pipeline.reference.authorities import authority_weights
from ccg_pipeline.reference.organisations import ccgs
from tests.support.notations.method_tables import EDITION, observations

COUNTS = st.integers(0, 50_000_000)
CHANGED = ["00W", "01M", "01N", "01H", "01K", "06W", "06Y"]  # of April 2017
TOUCHED = {*CHANGED, "14L"}


def _of_april(year: int, denominators: "pd.Series[float]", numerators: "pd.Series[float]") -> pd.DataFrame:
    codes = ccgs(year)["ccg_code"]
    frame = observations("indicator | ccg\n" + "\n".join(f"129a | {code}" for code in codes))
    frame["numerator"] = numerators.reindex(codes, fill_value=7.0).to_numpy()
    frame["denominator"] = denominators.reindex(codes, fill_value=9.0).to_numpy()
    frame["value"] = 100 * frame["numerator"] / frame["denominator"].where(frame["denominator"] > 0)
    frame.loc[frame["value"].isna(), ["numerator", "denominator"]] = np.nan
    frame.loc[frame["value"].isna(), "status"] = "missing"
    frame["period_start"], frame["period_end"] = pd.Timestamp(year, 4, 1), pd.Timestamp(year, 4, 30)
    return frame


def _exact(before: pd.DataFrame, after: pd.DataFrame) -> None:
    for name in ("numerator", "denominator"):
        assert after[name].sum() == before[name].sum()
        assert after[name].sort_values().sum() == before[name].sum()
    assert (after["numerator"] >= 0).all()
    assert (after["numerator"] <= after["denominator"]).all()


@settings(max_examples=12)  # each restates 209 CCGs twice
@given(st.lists(st.tuples(COUNTS, COUNTS), min_size=len(CHANGED), max_size=len(CHANGED)))
def test_to_the_207_of_2017_and_back_counts_keep_their_national_totals(drawn: list[tuple[int, int]]) -> None:
    smaller = pd.Series({code: float(min(pair)) for code, pair in zip(CHANGED, drawn, strict=True)})
    larger = pd.Series({code: float(max(pair) + 1) for code, pair in zip(CHANGED, drawn, strict=True)})
    before = _of_april(2016, larger, smaller)
    there = restate(before, EDITION, 2017)
    assert set(there["organisation_code"]) == set(ccgs(2017)["ccg_code"])
    _exact(before, there)
    april = {"period_start": pd.Timestamp(2017, 4, 1), "period_end": pd.Timestamp(2017, 4, 30)}
    back = restate(there.assign(note="", **april), EDITION, 2016)
    assert set(back["organisation_code"]) == set(ccgs(2016)["ccg_code"])
    _exact(before, back)
    columns = ["organisation_code", "numerator", "denominator", "value", "note"]
    lasted = [
        frame.loc[~frame["organisation_code"].isin(TOUCHED), columns].sort_values("organisation_code")
        for frame in (before, back)
    ]
    pd.testing.assert_frame_equal(lasted[0].reset_index(drop=True), lasted[1].reset_index(drop=True))


@pytest.mark.parametrize(
    ("origin", "year"),
    [
        *((origin, 2016) for origin in (2013, 2015, 2017, 2018, 2019, 2020, 2021)),
        *((2016, year) for year in (2018, 2020, 2021)), (2013, 2021), (2021, 2015),
    ],
)  # fmt: skip
def test_between_any_two_years_counts_keep_their_national_totals(origin: int, year: int) -> None:
    codes = ccgs(origin)["ccg_code"]
    rng = np.random.default_rng(origin * year)
    larger = pd.Series(rng.integers(1, 10**6, len(codes)).astype(float), index=codes)
    before = _of_april(origin, larger, (larger * rng.random(len(codes))).round())
    after = restate(before, EDITION, year)
    assert set(after["organisation_code"]) == set(ccgs(year)["ccg_code"])
    assert after["organisation_code"].is_unique
    _exact(before, after)


@given(
    st.lists(st.integers(1, 1000), min_size=1, max_size=9),
    st.tuples(COUNTS, COUNTS),
    st.floats(0, 1e9, allow_nan=False),
)
def test_parts_add_up_to_the_whole(sizes: list[int], counts: tuple[int, int], any_amount: float) -> None:
    shares, of = np.array(sizes) / sum(sizes), pd.Series("whole", index=range(len(sizes)))
    smaller, larger = (divide(np.full(len(sizes), float(one)), shares, of) for one in sorted(counts))
    assert (smaller.sum(), larger.sum()) == (min(counts), max(counts))
    assert (smaller <= larger).all()
    parts = divide(np.full(len(sizes), any_amount), shares, of)
    assert (parts >= 0).all()
    assert parts == pytest.approx(any_amount * shares, abs=len(sizes) / 65536)
    assert np.isclose(parts.sum(), any_amount, rtol=1e-15)


@settings(max_examples=20)
@given(st.lists(COUNTS, min_size=151, max_size=151))
def test_delayed_days_of_authorities_all_reach_a_ccg(days: list[int]) -> None:
    weights = authority_weights()
    codes = weights["authority_code"].drop_duplicates()
    own = weights["authority_code"].map(dict(zip(codes, map(float, days), strict=True))).to_numpy()
    parts = pd.Series(divide(own, weights["weight"].to_numpy(), of=weights["authority_code"]))
    assert parts.groupby(weights["ccg_code"]).sum().sum() == sum(days)


def test_a_whole_without_an_amount_or_a_share_has_no_parts() -> None:
    parts = divide(
        np.array([np.nan, np.nan, 5.0, 5.0]), np.array([0.5, 0.5, np.nan, np.nan]), pd.Series([1, 1, 2, 2])
    )
    assert np.isnan(parts).all()
    assert divide(np.array([]), np.array([]), pd.Series([], dtype="int64")).size == 0


@given(st.lists(st.sampled_from(["refused", "missing", "suppressed", "published"]), min_size=1, max_size=5))
def test_the_worst_status_of_the_parts_is_that_of_the_whole(statuses: list[str]) -> None:
    (found,) = worst_status(pd.Series(statuses), [pd.Series(1, index=range(len(statuses)))])
    order = ["refused", "missing", "suppressed", "published"]
    assert found == min(statuses, key=order.index)
