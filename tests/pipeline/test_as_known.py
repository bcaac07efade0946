"""Tables as they were known, and what a revision moved: on the database of a scored month and year."""

from collections.abc import Iterator
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import dagster as dg
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from ccg_pipeline.framework.rounds import last_day
from ccg_pipeline.release.as_known import (
    as_rows,
    assess_source_observations,
    moved_by_file,
    moved_since,
    source_observations_until,
    tables_as_known,
)
from ccg_pipeline.release.released import released, unreleased
from ccg_pipeline.storage.frames import typed
from ccg_pipeline.storage.sql import BY_NAME
from expert_panels.foundation.fault import Fault
from tests.support.worlds.small_pipeline import EDITION, MONTH, PANELS, YEAR, SmallPipeline, land_again

WAITS = "cancer_waits/cancer_waits_2017-03-31.csv"
BOTH = [pytest.param(*MONTH, id="interim"), pytest.param(*YEAR, id="annual")]
LAYERS = {"bands": "indicator_band", "areas": "area_score", "ratings": "candidate_rating"}


KEY = (
    "lane",
    "partition_key",
    "indicator_code",
    "area_code",
    "panel",
    "organisation_code",
    "ccg_code",
)


def in_order(frame: pd.DataFrame) -> pd.DataFrame:
    key = [name for name in KEY if name in frame]
    return frame.sort_values(key, ignore_index=True)


@pytest.fixture(scope="module")
def on_sqlite(sqlite: Any, sqlite_scored_url: str, small_landing: Path) -> Iterator[SmallPipeline]:
    """The scored pipeline on SQLite, for what is worked out of figures that both databases give alike."""
    with dg.DagsterInstance.ephemeral() as instance:
        pipeline = SmallPipeline(sqlite.copy(sqlite_scored_url), small_landing, instance)
        yield pipeline
        pipeline.engine.dispose()


@pytest.mark.parametrize(("lane", "key"), BOTH)
def test_both_databases_give_the_same_figures(
    scored: SmallPipeline, on_sqlite: SmallPipeline, lane: str, key: str
) -> None:
    """So that what is worked out of them below is worked out once, and what is current is held on each."""
    figures = [
        source_observations_until(each.engine, last_day(key)).drop(columns="landed_at")  # each at its moment
        for each in (scored, on_sqlite)
    ]
    assert len(figures[0]) > 200
    assert_frame_equal(*figures)
    for table in (*LAYERS.values(), "overall_rating", "observation"):
        one, other = (each.rows(table) for each in (scored, on_sqlite))
        assert_frame_equal(in_order(one), in_order(other), rtol=1e-12)
    one, other = (unreleased(each.engine, EDITION, lane, key).frames for each in (scored, on_sqlite))
    for name, frame in one.items():
        assert_frame_equal(frame, other[name], rtol=1e-12)


@pytest.mark.parametrize(("lane", "key"), BOTH)
def test_the_chain_gives_what_the_assets_wrote(on_sqlite: SmallPipeline, lane: str, key: str) -> None:
    """The one function of the whole chain and the assets' steps are the same method."""
    scored = on_sqlite
    assessed = assess_source_observations(
        source_observations_until(scored.engine, last_day(key)), EDITION, lane, last_day(key), True
    )
    tables = dict(LAYERS) if lane == "interim" else LAYERS | {"overall": "overall_rating"}
    for name, table in tables.items():
        stands = scored.rows(table, lane=lane, partition_key=key).drop(columns=["lane", "partition_key"])
        made = typed(getattr(assessed, name), BY_NAME[table])
        assert len(made) > 200
        assert_frame_equal(
            in_order(made), in_order(stands)[list(made.columns)], check_dtype=False, rtol=1e-12
        )


@pytest.mark.parametrize(("lane", "key"), BOTH)
def test_as_known_after_all_was_out_is_what_stands_now(on_sqlite: SmallPipeline, lane: str, key: str) -> None:
    scored = on_sqlite
    now = unreleased(scored.engine, EDITION, lane, key).frames
    then = tables_as_known(scored.engine, EDITION, lane, key, last_day(key), date(2030, 1, 1)).frames
    for name, frame in now.items():
        assert_frame_equal(then[name], frame, check_dtype=False)


def test_a_table_as_at_a_date_holds_what_had_been_published_by_then(on_sqlite: SmallPipeline) -> None:
    scored = on_sqlite
    said = source_observations_until(scored.engine, last_day(MONTH[1]))
    waits = said.loc[said["indicator_code"] == "122b", "published_on"]
    (out,) = waits.unique()
    before = (out - pd.Timedelta(days=1)).date()

    def known(day: date) -> pd.DataFrame:
        tables = tables_as_known(scored.engine, EDITION, *MONTH, last_day(MONTH[1]), day)
        bands = tables.frames["bands"]
        assert "are assumed" in tables.header["as_at_note"]
        return bands[(bands["indicator_code"] == "122b") & (bands["status"] == "published")]

    assert known(before).empty
    assert len(known(out.date())) > 200
    with pytest.raises(Fault, match="Nothing that had been published by 2001-01-01"):
        known(date(2001, 1, 1))


def within_limits(pipeline: SmallPipeline) -> str:
    """A CCG that is within limits, so that half its patients seen in time moves its band."""
    bands = pipeline.rows("indicator_band", lane="interim", indicator_code="122b")
    return str(bands.loc[bands["points"] == 1, "ccg_code"].iloc[0])


def halve(row: dict[str, str], ccg: str) -> None:
    if row["organisation_code"] == ccg:
        half = int(row["numerator"]) // 2
        row |= {"numerator": str(half), "value": repr(100 * half / int(row["denominator"]))}


def test_a_revision_shows_what_it_moved_and_the_release_of_before_still_stands(
    pipeline: SmallPipeline,
) -> None:
    """On each database: by date, by file, and the releases of each day."""
    engine, end = pipeline.engine, last_day(MONTH[1])
    original, ccg = pipeline.landing / WAITS, within_limits(pipeline)
    land_again(original, original.with_name("revised.csv"), "2018-06-20", partial(halve, ccg=ccg))
    pipeline.approve(["cancer"], *MONTH)
    pipeline.converge()
    pipeline.run(MONTH)
    by_date = moved_since(engine, EDITION, MONTH[0], end, date(2018, 6, 19), date(2018, 6, 20))
    by_file = moved_by_file(engine, EDITION, MONTH[0], end, "revised.csv")
    for layer, rows in by_file.items():
        assert_frame_equal(rows, by_date[layer])
    (figure,) = by_file["observations"].to_dict("records")
    assert (figure["indicator_code"], figure["organisation_code"]) == ("122b", ccg)
    assert figure["numerator_after"] == figure["numerator_before"] // 2
    assert (figure["source_name_before"], figure["source_name_after"]) == (original.name, "revised.csv")
    own = by_file["bands"]
    assert ("122b", ccg) in set(zip(own["indicator_code"], own["ccg_code"], strict=True))
    assert ccg in set(by_file["area_scores"]["ccg_code"])
    assert by_file["overall"].empty
    rows = as_rows(by_file)
    assert set(rows["layer"]) >= {"observations", "bands", "area_scores"}
    assert (rows["before"] != rows["after"]).all()
    (points,) = rows[(rows["layer"] == "bands") & (rows["organisation_code"] == ccg)].to_dict("records")
    assert (points["code"], points["what"], points["after"]) == ("122b", "points", "0")
    same = moved_since(engine, EDITION, MONTH[0], end, date(2018, 6, 20), date(2018, 6, 30))
    assert all(frame.empty for frame in same.values())
    with pytest.raises(Fault, match="No figure is from a file"):
        moved_by_file(engine, EDITION, MONTH[0], end, "nothing.csv")

    # three releases of the month: as it was awaited, as it was verified, as it was superseded
    assert pipeline.serials() == {MONTH: 3}
    for serial, day in enumerate(("2026-02-01", "2026-02-03", "2026-02-05"), start=1):
        pipeline.change(
            "UPDATE release_time SET at = :at WHERE serial = :serial", at=f"{day}T23:59:59Z", serial=serial
        )
    stood = {
        "2026-02-02": "awaiting the panel",
        "2026-02-03": "verified",
        "2026-02-04": "verified",
        "2026-02-05": "verified, superseded by newer data that await the panel",
    }
    for day, word in stood.items():
        tables = released(engine, EDITION, *MONTH, date.fromisoformat(day))
        assert tables.header["panels"]["cancer"]["verification"] == word
    with pytest.raises(Fault, match="had been released by 2026-01-31"):
        released(engine, EDITION, *MONTH, date(2026, 1, 31))
    assert set(PANELS) == set(tables.header["panels"])
