"""The main job on the real published files: the figures that come out are those that were published.

Each lane's month runs once; every figure here was published, or is a reference calculation's.
"""

import io
import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
import pandas as pd
import pytest
from rich.console import Console
from sqlalchemy import Engine

from ccg_pipeline.cli.prints import figures as printed_figures
from ccg_pipeline.cli.prints import lists as printed_lists
from ccg_pipeline.cli.prints import organisation as printed
from ccg_pipeline.framework.load import load_edition
from ccg_pipeline.orchestration.main_job import MainJob, Outcome
from ccg_pipeline.publish.explanation import explain
from ccg_pipeline.publish.export import exported
from ccg_pipeline.release.released import Tables, released, unreleased
from ccg_pipeline.sources.folder import files_in
from ccg_pipeline.storage import frames
from ccg_pipeline.storage.database import open_database, reading
from ccg_pipeline.storage.outside import kind_of
from ccg_pipeline.storage.sql import BY_NAME

EDITION = load_edition()
MARCH, MAY = "2017-03", "2015-05"
UNKNOWN = "beds_on_wards.csv"
"""A file of no publication, put among the published ones."""

MONTHS = [str(month) for month in pd.period_range("2016-04", "2017-03", freq="M")]


@dataclass
class SmallPipeline:
    """A database in which the real files were taken to the gates, for two months."""

    engine: Engine
    landing: Path
    outcomes: dict[str, Outcome]
    told: list[str]

    def rows(self, table: str, **scope: str) -> pd.DataFrame:
        with reading(self.engine) as connection:
            return frames.read(connection, BY_NAME[table], scope)

    def tables(self, month: str) -> Tables:
        return released(self.engine, EDITION, "interim", month)

    def summary(self, month: str) -> str:
        console = Console(file=io.StringIO(), width=200, no_color=True)
        printed_lists.summary(console, self.engine, EDITION, [("interim", month)], self.outcomes[month])
        return str(console.file.getvalue())  # type: ignore[attr-defined]  # a Console's file is any text file


@pytest.fixture(scope="module")
def pipeline(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SmallPipeline]:
    home = tmp_path_factory.mktemp("real")
    landing = shutil.copytree(shared / "landing", home / "landing")
    (landing / UNKNOWN).write_text("Ward,Beds\nElm,12\n", encoding="utf-8")
    url, told, outcomes = f"sqlite:///{home / 'ccg.db'}", list[str](), {}
    with pytest.MonkeyPatch.context() as patch, dg.DagsterInstance.ephemeral() as instance:
        patch.setenv("CCG_HOME", str(home))
        for month in (MARCH, MAY):
            outcomes[month] = MainJob(instance, url, str(landing), told.append).run("interim", month)
        yield SmallPipeline(open_database(url), landing, outcomes, told)


def days(pipeline: SmallPipeline, month: str) -> pd.DataFrame:
    """The observations of 127e of a month."""
    return pipeline.rows("observation", indicator_code="127e", partition_key=month)


@pytest.mark.parametrize("month", MONTHS)
def test_127e_of_each_month_adds_up_to_the_published_england_row(pipeline: SmallPipeline, month: str) -> None:
    rows = days(pipeline, month)
    assert rows["organisation_kind"].value_counts().to_dict() == {
        "ccg": 209, "local_authority": 151, "outside_england": 3, "england": 1,
    }  # fmt: skip
    by_kind = rows.groupby("organisation_kind")["numerator"].sum()
    assert by_kind["ccg"] == pytest.approx(by_kind["local_authority"], rel=1e-12)
    assert by_kind["local_authority"] + by_kind["outside_england"] == by_kind["england"]
    assert (rows["status"] == "published").all()


def test_127e_of_march_is_the_published_number_of_days(pipeline: SmallPipeline) -> None:
    march, april = days(pipeline, "2017-03"), days(pipeline, "2016-04")
    assert march.set_index("organisation_code").loc["ENG", "numerator"] == 199_641
    assert april.set_index("organisation_code").loc["ENG", "numerator"] == 168_018


def test_127e_of_every_ccg_is_banded_in_march_with_its_apportionment_said(pipeline: SmallPipeline) -> None:
    bands = pipeline.tables(MARCH).frames["bands"]
    own = bands[bands["indicator_code"] == "127e"]
    assert own["ccg_code"].nunique() == len(own) == 209
    assert own["band"].isin([0, 1, 2]).all()
    assert set(own["period_end"].dt.strftime("%Y-%m-%d")) == {"2017-03-31"}
    said = own["note"].str.contains("apportioned by adults (assumed)", regex=False)
    assert (said | (own["note"] == "the days of whole authorities")).all()
    assert set(own["limits"]) == {"overdispersed"}
    march = days(pipeline, "2017-03").set_index("organisation_kind")
    assert own["numerator"].sum() == pytest.approx(march.loc["local_authority", "numerator"].sum(), rel=1e-10)
    assert own["value"].to_numpy() == pytest.approx(
        100_000 * own["numerator"] / own["denominator"], rel=1e-10
    )


@pytest.mark.parametrize("file_format", ["csv", "json", "parquet"])
def test_106a_is_the_reference_gradient_in_every_export(pipeline: SmallPipeline, file_format: str) -> None:
    content = exported(pipeline.tables(MARCH).frames["bands"], file_format)
    read = {"csv": pd.read_csv, "parquet": pd.read_parquet}.get(file_format)
    rows = pd.DataFrame(json.loads(content)) if read is None else read(io.BytesIO(content))
    row = rows[(rows["indicator_code"] == "106a") & (rows["ccg_code"] == "02N")].iloc[0]
    assert row["value"] == pytest.approx(1332.213406, abs=1e-6)
    assert row["lower_95"] == pytest.approx(961.749932, abs=1e-6)
    assert row["upper_95"] == pytest.approx(1702.676881, abs=1e-6)
    assert row["source_name"] == "ind106a_lsoa_admissions_2015-16.csv"
    assert str(row["cell"]).startswith("row")
    assert not row["is_made_up"]


def test_an_explanation_of_a_real_figure_goes_down_to_its_file(pipeline: SmallPipeline) -> None:
    tables, console = pipeline.tables(MARCH), Console(file=io.StringIO(), width=120, no_color=True)
    found = explain(tables.frames, EDITION, "02N", EDITION.area("106"))
    printed_figures.explanation(console, tables, EDITION, "02N", found)
    said = str(console.file.getvalue())  # type: ignore[attr-defined]  # a Console's file is any text file
    assert "NHS Airedale, Wharfedale and Craven CCG (02N): 106 Health inequalities" in said
    assert "1,332.2" in said
    assert "961.7 to 1,702.7" in said
    assert "ind106a_lsoa_admissions_2015-16.csv, row" in said
    assert "none, missing" in said  # 106b, of which no file is here


def test_129a_of_may_2015_is_the_published_national_figure(pipeline: SmallPipeline) -> None:
    rows = pipeline.rows("observation", indicator_code="129a", partition_key=MAY)
    england = rows.set_index("organisation_code").loc["ENG"]
    assert (england["numerator"], england["denominator"]) == (2_965_989, 3_172_627)
    parts = rows.groupby("organisation_kind")[["numerator", "denominator"]].sum()
    assert parts.loc["ccg"].tolist() == [2_755_315, 2_945_794]
    assert (parts.loc["ccg"] + parts.loc["nhs_england"]).tolist() == [2_965_989, 3_172_627]
    assert rows["organisation_kind"].value_counts().to_dict() == {"ccg": 209, "england": 1, "nhs_england": 1}


def test_129a_of_may_2015_is_released_for_each_of_the_209(pipeline: SmallPipeline) -> None:
    bands = pipeline.tables(MAY).frames["bands"]
    own = bands[bands["indicator_code"] == "129a"]
    assert (own["numerator"].sum(), own["denominator"].sum()) == (2_755_315, 2_945_794)
    assert own["band"].notna().all()
    assert set(own["reference_value"]) == {92.0}
    assert set(own["source_name"]) == {"Incomplete-Commissioner-May15-revised-XLS-2102K.xls"}
    assert own["cell"].is_unique


def test_figures_of_older_ccgs_are_restated_on_the_way_and_stay_in_the_source_as_published(
    pipeline: SmallPipeline,
) -> None:
    said = pipeline.rows("source_observation", indicator_code="129a", partition_key="2015-03")
    known = pipeline.rows("observation", indicator_code="129a", partition_key="2015-03")
    assert {"00F", "00G", "00H"} <= set(said["organisation_code"])
    own = known[known["organisation_kind"] == "ccg"].set_index("organisation_code")
    assert len(own) == 209
    assert (
        own.loc["13T", "numerator"]
        == said.loc[said["organisation_code"].isin(["00F", "00G", "00H"]), "numerator"].sum()
    )
    (band,) = pipeline.rows(
        "indicator_band", lane="interim", partition_key=MAY, indicator_code="122a", ccg_code="13T"
    ).to_dict("records")
    assert band["note"] == "restated: added up from 00F, 00G, 00H of April 2013"
    assert band["numerator"] == 475 + 281 + 269
    assert band["band"] in (0, 1, 2)
    tables, console = (
        unreleased(pipeline.engine, EDITION, "interim", MAY),
        Console(file=io.StringIO(), width=120),
    )
    printed_figures.explanation(
        console, tables, EDITION, "13T", explain(tables.frames, EDITION, "13T", EDITION.area("122"))
    )
    assert "restated: added up from 00F, 00G, 00H of April 2013" in str(console.file.getvalue())  # type: ignore[attr-defined]  # a Console's file is any text file


@pytest.mark.parametrize(("month", "at_least"), [(MARCH, {"106", "127"}), (MAY, {"129"})])
def test_areas_without_data_are_not_assessed_and_say_so(
    pipeline: SmallPipeline, month: str, at_least: set[str]
) -> None:
    scores = pipeline.rows("area_score", lane="interim", partition_key=month)
    assert len(scores) == 29 * 209
    assessed = set(scores.loc[scores["score"].notna(), "area_code"])
    assert at_least <= assessed
    without = sorted({area.code for area in EDITION.areas} - assessed)
    assert without
    of_them = scores[scores["area_code"].isin(without)]
    assert (of_them["n_used"] == 0).all()
    assert of_them["why_no_score"].str.startswith("No indicator of the area has a band").all()
    wide = pipeline.tables(month).frames["assessment"]
    assert wide[[name for name in wide if name[5:8] in without]].isna().all(axis=None)
    assert f"areas scored {len(assessed)} of 29" in " ".join(pipeline.summary(month).split())
    assert ", ".join(without) in " ".join(pipeline.summary(month).split())


def test_no_rating_is_made_from_nothing(pipeline: SmallPipeline) -> None:
    """Of no panel's area is there enough to rate any CCG; each says why."""
    ratings = pipeline.rows("candidate_rating", lane="interim", partition_key=MARCH)
    assert len(ratings) == 6 * 209
    unrated = ratings[ratings["grade"].isna()]
    assert (unrated["rating"] == "").all()
    assert (unrated["why_no_rating"] != "").all()
    assert set(pipeline.tables(MARCH).frames["assessment"]["cancer_verification"]) == {"awaiting the panel"}


def test_nothing_is_marked_as_made_up(pipeline: SmallPipeline) -> None:
    with reading(pipeline.engine) as connection:
        assert kind_of(connection) == "real"
    for name, table in BY_NAME.items():
        if "is_made_up" in table.columns:
            assert not pipeline.rows(name)["is_made_up"].any(), name
    for month in (MARCH, MAY):
        tables = pipeline.tables(month)
        assert not tables.is_made_up
        assert not any(frame["is_made_up"].any() for frame in tables.frames.values())
        assert "made-up" not in printed.provenance(tables)
        assert "MADE-UP" not in pipeline.summary(month)
    assert set(pipeline.rows("source_observation")["layout"]) == {"published"}


def test_every_file_is_on_record_as_read_or_as_refused_with_one_sentence(pipeline: SmallPipeline) -> None:
    files = pipeline.rows("source_file")
    assert sorted(files["name"]) == sorted(path.name for path in files_in(pipeline.landing))
    refused = files[files["state"] == "refused"]
    assert len(files) == len(refused) + (files["state"] == "read").sum()
    assert UNKNOWN in set(refused["name"])  # whatever else is not known yet
    printed_summary = " ".join(pipeline.summary(MARCH).split())
    for row in refused.itertuples(index=False):
        assert str(row.refusal).startswith(f"{row.name}: ")
        assert str(row.refusal).endswith(".")
        assert "\n" not in str(row.refusal)
        assert f"Refused: {row.refusal}" in printed_summary
    read = files[files["state"] == "read"]
    sums = read[["rows_used", "rows_not_asked_for", "rows_not_an_organisation", "rows_quarantined"]].sum(
        axis=1
    )
    assert (sums == read["rows_read"]).all()


def test_the_list_of_files_names_each_of_them(pipeline: SmallPipeline) -> None:
    console = Console(file=io.StringIO(), width=160, no_color=True)
    # wide enough for the longest name: in a narrower terminal it is folded
    printed_lists.files(console, pipeline.engine)
    said = str(console.file.getvalue())  # type: ignore[attr-defined]  # a Console's file is any text file
    assert all(path.name in said for path in files_in(pipeline.landing))
    assert "MADE-UP" not in said


def test_the_second_month_reads_no_file_again(pipeline: SmallPipeline) -> None:
    """What was read for March is on record; May 2015 has only to take its own month from it."""
    readings = [one for one in pipeline.told if one.startswith("reading ")]
    assert len(readings) == len(set(readings))
