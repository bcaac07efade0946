"""Each packaged fact table, derived again from its published files: the record of how it was made."""

import json
from itertools import chain, pairwise, permutations
from pathlib import Path

import pandas as pd
import pytest

from ccg_pipeline.reference.authorities import authority_weights, dtoc_authorities
from ccg_pipeline.reference.changes import ccg_changes
from ccg_pipeline.reference.deprivation import deprivation_imd_2015
from ccg_pipeline.reference.neighbours import neighbours
from ccg_pipeline.reference.organisations import (
    ccg_history,
    ccgs,
    commissioning_hubs,
    similar_organisations,
    stps,
)
from ccg_pipeline.reference.populations import (
    adults_mid_2015,
    aged_65_and_over_mid_2015,
    population_mid_2015,
)


def _text(path: Path, **options: object) -> pd.DataFrame:
    return pd.read_csv(path, dtype=str, keep_default_na=False, **options)  # type: ignore[call-overload, no-any-return]  # options pass through


@pytest.fixture(scope="module")
def history(shared: Path) -> pd.DataFrame:
    return _text(shared / "domain" / "ccg_reference_2016_2019.csv")


@pytest.fixture(scope="module")
def ods(shared: Path) -> pd.DataFrame:
    """The ODS list has no header: 0 is the code, 10 opened, 11 closed, 13 C for a CCG or H for a hub."""
    return _text(shared / "reference" / "eccg_2016-02.csv", header=None)


def test_ccgs_and_plans(history: pd.DataFrame, ods: pd.DataFrame) -> None:
    published = history.sort_values("ods_2016").reset_index(drop=True)
    ours = ccgs()
    for column, source in {
        "ccg_code": "ods_2016",
        "ons_code": "ccg16cd",
        "ccg_name": "ccg16nm",
        "region_code": "region_ods_2016",
        "local_office_code": "local_office_ods_2016",
        "stp_code": "stp17cd",
        "stp_name": "stp17nm",
    }.items():
        assert list(ours[column]) == list(published[source]), column
    assert set(zip(ours["stp_code"], ours["stp_name"], strict=True)) == set(
        zip(stps()["stp_code"], stps()["stp_name"], strict=True)
    )
    opened = ods.set_index(0)[10].reindex(ours["ccg_code"])
    # 13T was opened on paper on 26 November 2014 and began on 1 April 2015, when its three CCGs ended; 09G
    # and 09N were the same body all along, with another boundary from then.
    for code, day in {"13T": "20150401", "09G": "20150401", "09N": "20150401"}.items():
        opened[code] = day
    assert list(opened) == list(ours["valid_from"].dt.strftime("%Y%m%d"))


@pytest.mark.parametrize("year", [2017, 2018, 2019])
def test_ccgs_of_later_aprils(history: pd.DataFrame, year: int) -> None:
    names = {"ccg_code": f"ods_{year}", "ons_code": f"ccg{year % 100}cd", "ccg_name": f"ccg{year % 100}nm"}
    published = history[list(names.values())].drop_duplicates().sort_values(names["ccg_code"])
    ours = ccgs(year)[list(names)]
    if year < 2018:  # the April in which two names began to be spelt with "and"
        published = published.replace("NHS Fylde and Wyre CCG", "NHS Fylde & Wyre CCG")
    assert ours.to_numpy().tolist() == published.to_numpy().tolist()


def test_plans_regions_and_offices_of_april_2017(shared: Path) -> None:
    ons = shared / "reference" / "ons"
    began = ccgs(2017).set_index("ons_code").query("valid_from == '2017-04-01'")
    plans = _text(ons / "CCG_to_STP_Apr2017_v3__066.csv").set_index("CCG17CD").loc[began.index]
    assert list(began["stp_code"]) == list(plans["STP17CD"])
    offices = _text(ons / "CCG_to_NHSRLO_to_NHSER_Apr2017_v3__222.csv").set_index("CCG17CD").loc[began.index]
    for ours, theirs in zip(began["local_office_name"], offices["NHSRLO17NM"], strict=True):
        assert f"({ours})" in theirs
    for ours, theirs in zip(began["region_name"], offices["NHSER17NM"], strict=True):
        assert theirs.startswith(ours)


def test_codes_of_2013(shared: Path, ods: pd.DataFrame) -> None:
    closed = set(ods.loc[(ods[13] == "C") & (ods[11] != ""), 0])
    assert closed == set(ccgs(2013)["ccg_code"]) - set(ccgs(2016)["ccg_code"])
    assert set(commissioning_hubs()["hub_code"]) == set(ods.loc[ods[13] == "H", 0])
    similar = _text(shared / "reference" / "rightcare_similar10_ccg16.csv").set_index("CCG16CDH")
    ours = ccgs(2013).set_index("ccg_code")["ons_code"]
    lasted = similar.index.drop("13T")  # its code of 2013 is given as that of 2015
    assert ours[lasted].to_dict() == similar.loc[lasted, "CCG13CD"].to_dict()
    # ONS numbered the 211 by name, so those of the three are the numbers between their neighbours'.
    by_number = ccgs(2013).sort_values("ons_code")
    assert list(by_number["ons_code"]) == [f"E38{number:06d}" for number in range(1, 212)]
    newcastle = by_number["ccg_name"].str.contains("NHS Ga|NHS Fy|NHS Gl|NHS New")
    assert by_number.loc[newcastle, "ccg_name"].str.replace("&", "and").is_monotonic_increasing


def test_codes_of_2020_and_2021(shared: Path) -> None:
    workbook = pd.read_excel(
        shared / "landing" / "ccgois" / "CCG_1_2_I00754_D.xls",
        sheet_name="Data", header=17, engine="calamine", dtype=str,
    )  # fmt: skip
    rows = workbook[workbook["Breakdown"] == "CCG"]
    by_year = {period: own.drop_duplicates("Level") for period, own in rows.groupby("Reporting period")}
    for period, year in {"2016": 2019, "2018": 2019, "2019": 2020}.items():
        published = by_year[period].set_index("Level")["ONS code"].to_dict()
        assert ccgs(year).set_index("ccg_code")["ons_code"].to_dict() == published
    began = ccgs(2020).query("valid_from == '2020-04-01'").set_index("ccg_code")["ccg_name"]
    assert (
        began.to_dict() == by_year["2019"].set_index("Level").loc[began.index, "Level description"].to_dict()
    )

    (path,) = (shared / "landing" / "dementia").iterdir()
    sheet = pd.read_excel(path, sheet_name="Table 4", header=None, engine="calamine", dtype=str)
    locations = sheet[sheet[0] == "SUB_ICB_LOC"]
    assert len(locations) == 106  # places of integrated care boards, by the codes of the CCGs they followed
    assert set(locations[1]) == set(ccgs(2021)["ccg_code"])
    theirs = locations.set_index(1)[2]
    theirs = theirs[theirs <= "E38000257"]  # later numbers are of boundaries that changed from July 2022 on
    assert len(theirs) == 98
    assert ccgs(2021).set_index("ccg_code")["ons_code"][theirs.index].to_dict() == theirs.to_dict()


def test_changes_are_those_of_the_look_ups(shared: Path, history: pd.DataFrame) -> None:
    changes = ccg_changes()
    ons = shared / "reference" / "ons"
    before = _text(ons / "LSOA11_to_CCG_to_LAD_Apr2016__211.csv")
    after = _text(ons / "LSOA11_to_CCG_to_LAD_Apr2017_v4__226.csv")
    moved = before.merge(after, on="LSOA11CD")
    ended = moved["CCG16CD"] != moved["CCG17CD"]
    counted = moved[moved["CCG16CDH"].isin(moved.loc[ended, "CCG16CDH"])]
    ours = changes[changes["change_date"] == "2017-04-01"].set_index(["from_code", "to_code"])["n_lsoas"]
    assert ours.to_dict() == counted.groupby(["CCG16CDH", "CCG17CDH"]).size().to_dict()
    assert ours["06Y", "06W"] == 8
    assert (ours["01H", "01H"], ours["01H", "01K"], ours["01K", "01K"]) == (207, 117, 99)
    for year in (2018, 2019):
        was, became = year % 100 - 1, year % 100
        own = history[history[f"ccg{was}cd"] != history[f"ccg{became}cd"]]
        published = set(zip(own[f"ods_{year - 1}"], own[f"ods_{year}"], strict=True))
        ours_then = changes[changes["change_date"].dt.year == year].query("kind != 'renamed'")
        assert set(zip(ours_then["from_code"], ours_then["to_code"], strict=True)) == published


def test_every_change_ends_one_ccg_and_begins_another() -> None:
    ccg, changes = ccg_history(), ccg_changes()
    began = ccg[ccg["valid_from"] > "2013-04-01"]
    assert set(zip(began["ccg_code"], began["valid_from"], strict=True)) == set(
        zip(changes["to_code"], changes["change_date"], strict=True)
    )
    ended = ccg.dropna(subset="valid_to")
    after = ended["valid_to"] + pd.Timedelta(days=1)
    assert set(zip(ended["ccg_code"], after, strict=True)) == set(
        zip(changes["from_code"], changes["change_date"], strict=True)
    )


def test_deprivation(shared: Path) -> None:
    published = pd.read_excel(
        shared / "reference" / "imd2015_File_13_CCG_Summaries.xlsx", sheet_name="IMD", engine="calamine"
    )
    codes = published.iloc[:, 0].map(ccgs().set_index("ons_code")["ccg_code"])
    figures = published.iloc[:, 2:].set_axis(deprivation_imd_2015().columns, axis=1).set_index(codes)
    pd.testing.assert_frame_equal(
        deprivation_imd_2015(), figures.sort_index(), check_names=False, check_exact=True
    )


def test_similar_ten(shared: Path) -> None:
    published = _text(shared / "reference" / "rightcare_similar10_ccg16.csv").set_index("CCG16CDH")
    ours = similar_organisations().pivot(index="ccg_code", columns="rank", values="similar_ccg_code")
    for rank in range(1, 11):
        assert ours[rank].to_dict() == published[f"similar_ccg_{rank}"].to_dict()


def test_neighbours(shared: Path) -> None:
    """Two CCGs are neighbours when their boundaries have a piece of line in common, and not just a point."""
    content = json.loads((shared / "reference" / "ccg_2016_wgs84_209.geojson").read_text(encoding="utf-8"))
    codes = ccgs().set_index("ons_code")["ccg_code"]
    whose: dict[frozenset[tuple[float, float]], set[str]] = {}
    for feature in content["features"]:
        geometry = feature["geometry"]
        is_one = geometry["type"] == "Polygon"
        parts = [geometry["coordinates"]] if is_one else geometry["coordinates"]
        for ring in chain.from_iterable(parts):
            for piece in pairwise(tuple(point[:2]) for point in ring):
                whose.setdefault(frozenset(piece), set()).add(codes[feature["properties"]["CCG16CD"]])
    published = {code_pair for both in whose.values() for code_pair in permutations(both, 2)}
    ours = neighbours()
    assert set(zip(ours["ccg_code"], ours["neighbour_code"], strict=True)) == published


def test_populations(shared: Path) -> None:
    sheet = pd.read_excel(
        shared / "reference" / "SAPE18DT5-mid-2015-ccg-syoa-estimates.xls",
        sheet_name="Mid-2015 Persons", header=None, engine="calamine",
    )  # fmt: skip
    rows = sheet[sheet[0].astype(str).str.startswith("E38")].set_index(0)
    by_age = rows.iloc[:, 4:].astype(int)  # 0 to 89, then 90 and over
    ons = ccgs().set_index("ons_code")["ccg_code"]
    everyone = by_age.sum(axis=1).rename(ons).sort_index()
    adults = by_age.iloc[:, 18:].sum(axis=1).rename(ons).sort_index()
    aged = by_age.iloc[:, 65:].sum(axis=1).rename(ons).sort_index()
    assert aged.to_dict() == aged_65_and_over_mid_2015().to_dict()
    assert everyone.to_dict() == population_mid_2015().to_dict()
    assert adults.to_dict() == adults_mid_2015().to_dict()


def test_authorities_and_their_weights(shared: Path) -> None:
    ons = shared / "reference" / "ons"
    counties = _text(ons / "LAD_to_county_Dec2016__015.csv")
    counties = counties[counties["CTY16CD"].str.startswith("E10")]
    collects = dict(zip(counties["LAD16CD"], counties["CTY16CD"], strict=True))
    collects["E06000053"] = "E06000052"  # Isles of Scilly with Cornwall: assumed
    lsoas = _text(ons / "LSOA11_to_CCG_to_LAD_Apr2016__211.csv")
    authority = lsoas["LAD16CD"].map(collects).fillna(lsoas["LAD16CD"])
    counted = lsoas.groupby([authority, "CCG16CDH"]).size()
    weights = authority_weights()
    assert counted.to_dict() == weights.set_index(["authority_code", "ccg_code"])["n_lsoas"].to_dict()

    sheet = pd.read_excel(
        shared / "landing" / "dtoc" / "LA_April_16.xls",
        sheet_name="LA - by responsible org", header=13, engine="calamine", dtype=str,
    )  # fmt: skip
    sheet = sheet[sheet["ONS Geography"].str.startswith("E", na=False)].sort_values("ONS Geography")
    published = sheet[["ONS Geography", "Code", "Name", "Region"]].to_numpy().tolist()
    assert published == dtoc_authorities().to_numpy().tolist()
