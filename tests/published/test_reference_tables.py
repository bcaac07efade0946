"""Each packaged fact table, derived again from its published files: the record of how it was made."""

from pathlib import Path

import pandas as pd
import pytest

from ccg_pipeline.reference.authorities import authority_weights, dtoc_authorities
from ccg_pipeline.reference.organisations import ccgs, commissioning_hubs, other_ccgs, similar_ten, stps
from ccg_pipeline.reference.populations import adults_mid_2015, population_mid_2015


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
    # A new ONS code is a new area, whether or not the ODS code changed.
    changed = pd.Series("", index=published.index)
    for year in (19, 18, 17):
        before, after = published[f"ccg{year - 1}cd"], published[f"ccg{year}cd"]
        changed = changed.mask(before != after, f"20{year}-03-31")
    assert list(ours["valid_to"].dt.strftime("%Y-%m-%d").fillna("")) == list(changed)
    opened = ods.set_index(0)[10].reindex(ours["ccg_code"])
    # 13T was opened on paper on 26 November 2014 and began on 1 April 2015, when its three CCGs ended.
    assert list(opened.replace("20141126", "20150401")) == list(ours["valid_from"].dt.strftime("%Y%m%d"))


def test_codes_of_other_years(shared: Path, history: pd.DataFrame, ods: pd.DataFrame) -> None:
    closed = set(ods.loc[(ods[13] == "C") & (ods[11] != ""), 0])
    later = set(history[["ods_2017", "ods_2018", "ods_2019"]].to_numpy().ravel()) - set(history["ods_2016"])
    workbook = pd.read_excel(
        shared / "landing" / "ccgois" / "CCG_1_2_I00754_D.xls",
        sheet_name="Data", header=17, engine="calamine", dtype=str,
    )  # fmt: skip
    of_2020 = set(workbook.loc[workbook["Breakdown"] == "CCG", "Level"]) - set(history["ods_2016"]) - later
    ours = other_ccgs()
    assert set(ours["ccg_code"]) == closed | later | of_2020
    assert set(ours.loc[ours["valid_from"] == "2020-04-01", "ccg_code"]) == of_2020
    assert set(commissioning_hubs()["hub_code"]) == set(ods.loc[ods[13] == "H", 0])


def test_similar_ten(shared: Path) -> None:
    published = _text(shared / "reference" / "rightcare_similar10_ccg16.csv").set_index("CCG16CDH")
    ours = similar_ten().pivot(index="ccg_code", columns="rank", values="similar_ccg_code")
    for rank in range(1, 11):
        assert ours[rank].to_dict() == published[f"similar_ccg_{rank}"].to_dict()


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
