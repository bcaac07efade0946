"""A file of other years' CCGs goes through the assets: kept as published, restated for the lanes."""

import csv
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from ccg_pipeline.assets.observations import observations_asset
from ccg_pipeline.assets.sources import sources_asset
from ccg_pipeline.framework.wanted import wanted_by
from ccg_pipeline.landing.downloads.publications import Downloads
from ccg_pipeline.landing.files import LandingFolder
from ccg_pipeline.orchestration.io_manager import FrameStore
from ccg_pipeline.orchestration.partitions import MONTHS
from ccg_pipeline.orchestration.resources import engine_of
from ccg_pipeline.reference.organisations import ccgs
from tests.support.worlds.small_pipeline import EDITION, SmallPipeline, copy_files

QOF = "qof/qof_2017-03-31.csv"
CODE, NUMERATOR, DENOMINATOR = "126b", 3_000, 4_000


@pytest.fixture
def landing(made_up_year: Path, tmp_path: Path) -> Path:
    """The Quality and Outcomes Framework as if published for the 207 CCGs of April 2017."""
    folder = copy_files(made_up_year, tmp_path / "landing", [QOF])
    with (folder / QOF).open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    names = ccgs(2017).set_index("ccg_code")["ccg_name"]
    rows = [row for row in rows if row["organisation_code"] not in ("01M", "01N")]
    for row in rows:
        if row["organisation_code"] == "00W":
            row["organisation_code"], row["organisation_name"] = "14L", names["14L"]
            row |= {"numerator": str(NUMERATOR), "denominator": str(DENOMINATOR), "value": "75"}
    with (folder / QOF).open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return folder


def test_figures_of_the_207_are_kept_as_published_and_restated_for_the_209(
    landing: Path, sqlite: Any, instance: dg.DagsterInstance
) -> None:
    pipeline = SmallPipeline(sqlite.empty(), landing, instance)
    database = engine_of(pipeline.url)
    result = dg.materialize(
        [
            sources_asset([EDITION.publication("qof")], EDITION, wanted_by(EDITION), MONTHS),
            observations_asset(EDITION, wanted_by(EDITION), MONTHS),
        ],
        partition_key="2017-03",
        instance=instance,
        resources={
            "landing": LandingFolder(str(landing)),
            "downloads": Downloads(""),
            "database": database,
            "io_manager": FrameStore(database),
        },
        run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
    )
    said, known = (
        pipeline.rows(table, indicator_code=CODE, organisation_kind="ccg").set_index("organisation_code")
        for table in ("source_observation", "observation")
    )
    pipeline.engine.dispose()
    assert sorted(said.index) == list(ccgs(2017)["ccg_code"])
    assert sorted(known.index) == list(ccgs(2016)["ccg_code"])
    assert said.loc["14L", ["numerator", "denominator"]].to_list() == [NUMERATOR, DENOMINATOR]
    assert (said["note"] == "").all()
    manchester = known.loc[["00W", "01M", "01N"]]
    assert manchester[["numerator", "denominator"]].sum().to_list() == [NUMERATOR, DENOMINATOR]
    assert manchester["value"].to_numpy() == pytest.approx(75, abs=1e-3)
    assert set(manchester["note"]) == {"restated: apportioned by residents (assumed) from 14L of April 2017"}
    for name in ("numerator", "denominator"):
        assert known[name].sum() == said[name].sum()
    assert known.loc["01H", "denominator"] > said.loc["01H", "denominator"]  # south Cumbria is back
    (shown,) = result.asset_materializations_for_node("observations")
    assert shown.metadata["restated"].value == 7
