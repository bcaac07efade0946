"""Real files of other years' CCGs, restated for the 209 of April 2016: totals stay to the last case."""

from pathlib import Path

import pandas as pd
import pytest

from ccg_pipeline.framework.load import load_edition
from ccg_pipeline.method.scoring.restatement import restate, years_of
from ccg_pipeline.quality.comparisons import totals
from ccg_pipeline.reference.changes import restating_weights
from ccg_pipeline.reference.organisations import ccgs
from ccg_pipeline.sources.catalogue import read_file

EDITION = load_edition()
OF_2016 = list(ccgs()["ccg_code"])


def _said(shared: Path, name: str) -> pd.DataFrame:
    (path,) = (shared / "landing").glob(name)
    return read_file(path, EDITION).observations


@pytest.fixture(scope="module")
def rtt_march(shared: Path) -> pd.DataFrame:
    return _said(shared, "rtt/*Mar15*")


@pytest.fixture(scope="module")
def cancers(shared: Path) -> pd.DataFrame:
    return _said(shared, "cancer/*.json")


@pytest.fixture(scope="module")
def iapt(shared: Path) -> pd.DataFrame:
    return _said(shared, "iapt/*.csv")


def _sums(rows: pd.DataFrame, *kinds: str) -> list[float]:
    own = rows[rows["organisation_kind"].isin(kinds)]
    return [float(own["numerator"].sum()), float(own["denominator"].sum())]


def _england_total_holds(rows: pd.DataFrame) -> bool:
    """The check of the edition, without the slack that it has for CCGs without a figure."""
    compared = totals(rows, rows.iloc[:0], OF_2016, tolerance_percent=0.0).rows
    assert len(compared) == 2
    assert (compared["ccgs_without_figure"] == 0).all()
    return bool((compared["england"] == compared["sum_of_parts"]).all())


def _without_restating(rows: pd.DataFrame) -> pd.DataFrame:
    """What joining on the code alone would give."""
    return rows[(rows["organisation_kind"] != "ccg") | rows["organisation_code"].isin(OF_2016)]


def test_rtt_of_march_2015_is_of_the_209_and_sums_to_england(rtt_march: pd.DataFrame) -> None:
    rows = restate(rtt_march, EDITION)
    of_ccgs = rows[rows["organisation_kind"] == "ccg"].set_index("organisation_code")
    assert sorted(of_ccgs.index) == OF_2016
    assert _sums(rows, "ccg", "nhs_england") == [2_800_845, 3_006_877]
    three = rtt_march.set_index("organisation_code").loc[["00F", "00G", "00H"], ["numerator", "denominator"]]
    assert of_ccgs.loc["13T", ["numerator", "denominator"]].to_list() == three.sum().to_list()
    assert of_ccgs.loc["13T", "note"] == "restated: added up from 00F, 00G, 00H of April 2014"
    assert of_ccgs.loc["13T", "cell"] == "row 774; row 794; row 814"
    assert _england_total_holds(rows)
    assert not _england_total_holds(_without_restating(rtt_march))


@pytest.mark.parametrize(("year", "early", "staged"), [(2012, 84_178, 202_348), (2013, 95_426, 209_005)])
def test_cancers_of_the_209_sum_to_england(cancers: pd.DataFrame, year: int, early: int, staged: int) -> None:
    said = cancers[cancers["period_end"] == f"{year}-12-31"]
    rows = restate(said, EDITION)
    assert sorted(rows.loc[rows["organisation_kind"] == "ccg", "organisation_code"]) == OF_2016
    assert _sums(rows, "ccg") == _sums(rows, "england") == [early, staged]
    assert _england_total_holds(rows)
    assert not _england_total_holds(_without_restating(said))


@pytest.mark.parametrize(("april", "n_ccgs"), [(2017, 207), (2018, 195), (2019, 191)])
def test_iapt_of_later_ccgs_comes_back_to_the_209(iapt: pd.DataFrame, april: int, n_ccgs: int) -> None:
    said = iapt[(iapt["period_end"] == f"{april + 1}-03-31") & (iapt["organisation_kind"] == "ccg")]
    assert len(said) == n_ccgs
    assert set(years_of(said)) == {april}
    rows = restate(said, EDITION).set_index("organisation_code")
    assert sorted(rows.index) == OF_2016
    assert _sums(rows, "ccg") == _sums(said, "ccg")
    is_apportioned = rows["note"].str.contains("apportioned by residents (assumed)", regex=False)
    changed = restating_weights(april, 2016).query("how not in ('unchanged', 'boundary')")
    assert set(rows.index[is_apportioned]) == set(changed["to_code"])
    before = said.set_index("organisation_code")
    untouched = rows.index[rows["note"] == ""]
    assert rows.loc[untouched].equals(before.loc[untouched])


def test_the_four_codes_whose_area_changed_get_the_figures_of_their_area(iapt: pd.DataFrame) -> None:
    said = iapt[iapt["period_end"] == "2018-03-31"]
    before = said.set_index("organisation_code")["denominator"]
    after = restate(said, EDITION).set_index("organisation_code")["denominator"]
    pairs = (["01H", "01K"], ["06W", "06Y"])
    for pair in pairs:
        assert after[pair].sum() == before[pair].sum()
        assert (after[pair] != before[pair]).all()
    # Of Morecambe Bay's 343,475 people 182,019 live in the 117 LSOAs of south Cumbria.
    assert after["01K"] / before["01K"] == pytest.approx(161_456 / (161_456 + 504_052 * 117 / 324), abs=1e-6)
    assert after["06W"] / before["06W"] == pytest.approx(198_234 / (198_234 + 243_357 * 8 / 146), abs=1e-6)


def test_rtt_of_april_2015_to_the_207_of_2017_and_back_keeps_its_totals(shared: Path) -> None:
    said = _said(shared, "rtt/*Apr15*")
    there = restate(said, EDITION, 2017)
    of_ccgs = there["organisation_kind"] == "ccg"
    assert sorted(there.loc[of_ccgs, "organisation_code"]) == list(ccgs(2017)["ccg_code"])
    april = {"period_start": pd.Timestamp("2017-04-01"), "period_end": pd.Timestamp("2017-04-30")}
    back = restate(there.assign(**april), EDITION)
    assert sorted(back.loc[back["organisation_kind"] == "ccg", "organisation_code"]) == OF_2016
    for rows in (said, there, back):
        assert _sums(rows, "ccg", "nhs_england") == _sums(rows, "england") == [2_821_088, 3_022_512]


def test_delayed_days_of_april_2017_are_already_of_the_209(shared: Path) -> None:
    said = _said(shared, "dtoc/LA_April_17.xls")
    assert (
        restate(said, EDITION)
        .sort_values("organisation_code", ignore_index=True)
        .equals(said.sort_values("organisation_code", ignore_index=True))
    )


def test_places_of_2024_are_joined_with_nobody(shared: Path) -> None:
    (england,) = restate(_said(shared, "dementia/*.xlsx"), EDITION).to_dict("records")
    assert (england["organisation_kind"], england["numerator"]) == ("england", 466_610)
