"""The ledger of rows adds up in the database, whatever is wrong with files and however often they come."""

import hashlib
import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import dagster as dg
import pandas as pd
import pytest
from sqlalchemy import text

from ccg_pipeline.assets.observations import OBSERVATIONS
from ccg_pipeline.assets.sources import UNRECOGNISED, source_key
from ccg_pipeline.quality.row_ledger import FATES, row_ledger, unaccounted
from ccg_pipeline.storage.database import reading
from tests.support.worlds.planted_files import Rows, Sheets, respoil_rows, respoil_workbook, write_files
from tests.support.worlds.small_pipeline import SmallPipeline, land_again

DECLARED = (
    "cancer_waits/cancer_waits_2017-03-31.csv",
    "eip/eip_2017-03-31.csv",
    "qof/qof_2017-03-31.csv",
    "satod/satod_2017-03-31.csv",
)
WORKBOOKS = ("rtt/Incomplete-Commissioner-Mar17.xls", "dtoc/LA_March_17.xls")
PUBLICATIONS = ("cancer_waits", "eip", "qof", "satod", "rtt", "dtoc")
WAITS = DECLARED[0]
CELLS = ("", "*", "-", "see note 4", "-1", "1e999", "99Z", "209,005", "=1+1", "ENG")


def spoil_rows(chance: random.Random) -> Callable[[Rows], None]:
    """Cells replaced, rows doubled, rows taken away: as often as not several of them at once."""

    def spoil(rows: Rows) -> None:
        names = [name for name in rows[0] if name not in ("layout", "publication")]
        for _ in range(chance.randrange(1, 30)):
            chance.choice(rows)[chance.choice(names)] = chance.choice(CELLS)
        for _ in range(chance.randrange(3)):
            rows.insert(chance.randrange(len(rows)), dict(chance.choice(rows)))
        del rows[chance.randrange(len(rows))]

    return spoil


def spoil_sheets(chance: random.Random) -> Callable[[Sheets], None]:
    def spoil(sheets: Sheets) -> None:
        for rows in (each for each in sheets.values() if len(each) > 20):
            for _ in range(chance.randrange(1, 30)):
                row = rows[chance.randrange(len(rows) // 2, len(rows))]
                if row:
                    row[chance.randrange(len(row))] = chance.choice(CELLS)
            rows.append(list(chance.choice(rows[len(rows) // 2 :])))

    return spoil


def damage(landing: Path, chance: random.Random) -> None:
    """Spoil every file, and cut one of them short."""
    for name in DECLARED:
        respoil_rows(landing / name, spoil_rows(chance))
    for name in WORKBOOKS:
        respoil_workbook(landing / name, spoil_sheets(chance))
    cut = landing / chance.choice(DECLARED)
    cut.write_bytes(cut.read_bytes()[: -chance.randrange(1, 2_000)])


def ingest(pipeline: SmallPipeline, month: str = "2017-03") -> None:
    """Take the sources of a month and its observations in, as a run does."""
    keys = [source_key(publication) for publication in PUBLICATIONS]
    assert pipeline.launch("ingest", month, [*keys, UNRECOGNISED, OBSERVATIONS]).success


def ledger(pipeline: SmallPipeline) -> pd.DataFrame:
    with reading(pipeline.engine) as connection:
        return row_ledger(connection)


@pytest.fixture
def landing(tmp_path: Path) -> Path:
    return write_files(tmp_path / "landing", [*DECLARED, *WORKBOOKS])


@pytest.fixture
def empty(sqlite: Any, landing: Path, instance: dg.DagsterInstance) -> SmallPipeline:
    return SmallPipeline(sqlite.empty(), landing, instance)


def test_every_row_of_files_damaged_at_random_is_accounted_for(
    databases: Any, landing: Path, instance: dg.DagsterInstance
) -> None:
    """Twice: the second time the same names hold other bytes, and both stay."""
    empty = SmallPipeline(databases.empty(), landing, instance)
    chance, whole = random.Random(2016), shutil.copytree(empty.landing, empty.landing.with_name("whole"))
    met = 0
    for _ in range(2):
        shutil.copytree(whole, empty.landing, dirs_exist_ok=True)
        damage(empty.landing, chance)
        ingest(empty)
        found = ledger(empty)
        met += len(DECLARED) + len(WORKBOOKS)
        assert len(found) == met
        assert unaccounted(found) == []
        assert (found[list(FATES)].sum(axis=1) == found["rows_read"]).all()
        assert found["rows_quarantined"].sum() == len(empty.rows("quarantine"))
    assert found["rows_quarantined"].sum() > 20
    assert (found["state"] == "read").sum() >= met - 4
    assert not empty.rows("quarantine").duplicated(["source_sha256", "source_name", "sheet", "row"]).any()


def test_a_revision_supersedes_and_both_stay_though_the_first_was_taken_away(empty: SmallPipeline) -> None:
    ingest(empty)
    first = empty.landing / WAITS
    before = empty.rows("source_observation", publication="cancer_waits")
    land_again(first, first.with_name("revised.csv"), "2017-06-20")
    first.unlink()
    ingest(empty)
    after = empty.rows("source_observation", publication="cancer_waits")
    assert set(after["source_name"]) == {first.name, "revised.csv"}
    pd.testing.assert_frame_equal(
        after[after["source_name"] == first.name].reset_index(drop=True), before, check_dtype=False
    )
    stands = empty.rows("observation", publication="cancer_waits")
    assert set(stands["source_name"]) == {"revised.csv"}
    assert unaccounted(ledger(empty)) == []


def test_the_same_bytes_under_two_names_keep_an_account_each(empty: SmallPipeline) -> None:
    first = empty.landing / WAITS
    respoil_rows(first, lambda rows: rows[3].update(numerator="see note"))
    ingest(empty)
    shutil.copy(first, first.with_name("a copy.csv"))
    ingest(empty)
    found = ledger(empty)
    own = found[found["sha256"] == hashlib.sha256(first.read_bytes()).hexdigest()]
    assert list(own["name"]) == ["a copy.csv", first.name]
    assert list(own["rows_quarantined"]) == list(own["rows_stored"]) == [1, 1]
    assert set(empty.rows("observation", publication="cancer_waits")["source_name"]) == {first.name}


def test_what_a_corrected_sidecar_moves_leaves_its_old_month(empty: SmallPipeline) -> None:
    sidecar = empty.landing / "dtoc" / "LA_March_17.xls.meta.yaml"
    sidecar.write_text("published_on: 2017-05-11\nrevised_on: 2017-06-08\n", encoding="utf-8")
    ingest(empty)
    assert set(empty.rows("source_observation", publication="dtoc")["revised_on"].dt.day) == {8}
    sidecar.write_text("published_on: 2017-05-11\nrevised_on: 2017-06-15\n", encoding="utf-8")
    ingest(empty, "2017-02")  # a run of another month: what is stored of the file is read again all the same
    assert set(empty.rows("source_observation", publication="dtoc")["revised_on"].dt.day) == {15}
    assert not len(empty.rows("observed", partition_key="2017-03"))


def test_a_row_behind_the_ledgers_back_shows(empty: SmallPipeline) -> None:
    respoil_rows(empty.landing / WAITS, lambda rows: rows[3].update(numerator="see note"))
    ingest(empty)
    assert unaccounted(ledger(empty)) == []
    with empty.engine.begin() as connection:
        connection.execute(text("DELETE FROM quarantine"))
    name = Path(WAITS).name
    assert unaccounted(ledger(empty)) == [f"{name}: 1 rows counted as quarantined but 0 in quarantine."]
    with empty.engine.begin() as connection:
        connection.execute(text("UPDATE source_file SET rows_used = rows_used - 1, rows_quarantined = 0"))
    faults = unaccounted(ledger(empty))
    assert len(faults) == 6
    assert all("rows read but" in fault for fault in faults)
