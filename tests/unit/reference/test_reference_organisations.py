"""The packaged facts about organisations hang together."""

import pandas as pd
import pytest

from ccg_pipeline.reference.authorities import authority_weights, dtoc_authorities
from ccg_pipeline.reference.deprivation import deprivation_imd_2015
from ccg_pipeline.reference.organisations import (
    ccg_history,
    ccgs,
    commissioning_hubs,
    similar_organisations,
    stps,
)
from ccg_pipeline.reference.populations import adults_mid_2015, population_mid_2015


def test_there_are_209_ccgs_in_13_offices_and_4_regions_sorted_by_code() -> None:
    frame = ccgs()
    assert len(frame) == 209
    assert frame["ccg_code"].is_unique
    assert frame["ccg_code"].is_monotonic_increasing
    assert frame["local_office_code"].nunique() == 13
    assert sorted(frame["region_code"].unique()) == ["Y54", "Y55", "Y56", "Y57"]
    assert not (frame.drop(columns=["valid_from", "valid_to"]) == "").any(axis=None)


@pytest.mark.parametrize("code", ["01H", "01K", "06W", "06Y", "00W", "01M", "01N"])
def test_a_ccg_whose_area_changed_in_april_2017_ends_the_day_before(code: str) -> None:
    frame = ccgs().set_index("ccg_code")
    assert frame.loc[code, "valid_to"] == pd.Timestamp("2017-03-31")


@pytest.mark.parametrize(
    ("year", "count"),
    [
        (2013, 211), (2014, 211), (2015, 209), (2016, 209), (2017, 207), (2018, 195), (2019, 191),
        (2020, 135), (2021, 106),
    ],
)  # fmt: skip
def test_how_many_ccgs_there_were_each_april(year: int, count: int) -> None:
    frame = ccgs(year)
    assert len(frame) == count
    assert frame["ccg_code"].is_unique
    assert frame["ons_code"].is_unique


def test_a_ccg_is_its_code_and_its_dates() -> None:
    history = ccg_history()
    assert not history.duplicated(["ccg_code", "valid_from"]).any()
    cumbria, north_cumbria = (row for row in history.itertuples() if row.ccg_code == "01H")
    assert (cumbria.ons_code, cumbria.ccg_name) == ("E38000041", "NHS Cumbria CCG")
    assert (north_cumbria.ons_code, north_cumbria.ccg_name) == ("E38000215", "NHS North Cumbria CCG")
    assert north_cumbria.valid_from == cumbria.valid_to + pd.Timedelta(days=1)
    for _, own in history[history["ccg_code"].duplicated(keep=False)].groupby("ccg_code"):
        follows = own["valid_to"].shift() + pd.Timedelta(days=1)
        assert (own["valid_from"].iloc[1:] == follows.iloc[1:]).all()


def test_newcastle_gateshead_begins_when_its_three_ccgs_end() -> None:
    begins = ccgs().set_index("ccg_code").loc["13T", "valid_from"]
    ends = ccg_history().set_index("ccg_code").loc[["00F", "00G", "00H"], "valid_to"]
    assert begins == pd.Timestamp("2015-04-01")
    assert (ends == pd.Timestamp("2015-03-31")).all()


@pytest.mark.parametrize("year", [2012, 2022])
def test_another_year_is_refused_by_name(year: int) -> None:
    with pytest.raises(ValueError, match=f"CCGs of April {year} are not known"):
        ccgs(year)


def test_no_code_is_two_kinds_of_organisation() -> None:
    assert not set(ccg_history()["ccg_code"]) & set(commissioning_hubs()["hub_code"])


def test_deprivation_is_of_the_209_and_ranks_them_from_the_most_deprived() -> None:
    frame = deprivation_imd_2015()
    assert list(frame.index) == list(ccgs()["ccg_code"])
    most = frame["rank_of_average_score"] == 1
    assert frame.loc[most, "average_score"].item() == frame["average_score"].max()
    assert frame[["share_in_most_deprived_tenth", "extent"]].max().max() <= 1


def test_each_ccg_has_ten_others_like_it() -> None:
    frame = similar_organisations()
    codes = set(ccgs()["ccg_code"])
    assert frame.groupby("ccg_code")["rank"].agg(list).map(lambda ranks: ranks == list(range(1, 11))).all()
    assert set(frame["ccg_code"]) == codes
    assert set(frame["similar_ccg_code"]) <= codes
    assert (frame["ccg_code"] != frame["similar_ccg_code"]).all()


def test_each_ccg_has_one_of_44_plans() -> None:
    assert len(stps()) == 44
    assert set(ccgs()["stp_code"]) == set(stps()["stp_code"])


def test_populations_are_of_the_209_and_sum_to_england() -> None:
    assert list(population_mid_2015().index) == list(ccgs()["ccg_code"])
    assert population_mid_2015().sum() == 54_786_327
    assert (adults_mid_2015() < population_mid_2015()).all()


def test_each_of_151_authorities_is_divided_wholly_among_ccgs() -> None:
    weights = authority_weights()
    assert len(dtoc_authorities()) == 151
    assert set(weights["authority_code"]) == set(dtoc_authorities()["authority_code"])
    assert set(weights["ccg_code"]) == set(ccgs()["ccg_code"])
    assert weights.groupby("authority_code")["weight"].sum().to_numpy() == pytest.approx(1.0, abs=1e-12)
    assert weights["n_lsoas"].sum() == 32_844


def test_a_caller_cannot_spoil_the_facts() -> None:
    mine, people = ccgs(), adults_mid_2015()
    mine["ccg_code"] = "XXX"
    people[:] = 0
    assert "XXX" not in set(ccgs()["ccg_code"])
    assert adults_mid_2015().gt(0).all()
