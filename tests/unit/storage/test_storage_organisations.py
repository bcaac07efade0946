"""Organisations by what files told of them last, up to a day."""

from datetime import date
from pathlib import Path

from sqlalchemy import Engine

from ccg_pipeline.framework.families import edition_named
from ccg_pipeline.framework.load import load_edition
from ccg_pipeline.framework.wanted import wanted_by
from ccg_pipeline.landing.files import LandingFolder
from ccg_pipeline.landing.record import look_into, recorded, to_write_again
from ccg_pipeline.landing.write_plan import write_plan
from ccg_pipeline.storage.organisations import organisations
from ccg_pipeline.storage.pieces import rows_of, write

IAF = load_edition()
BOTH = wanted_by(IAF, edition_named("nof_2025_26"))
HEADER = "Quarter,Region,Trust_type,Trust_code,Trust_name,Metric_ID,Value"
ROW = "{},{},Ambulance trust,RRU,{},OF1017,30.88"
Q3, Q4 = "Q3 2025/26", "Q4 2025/26"


def take_in(engine: Engine, folder: Path, *files: str) -> None:
    """Write files, each its rows, and take them in for the two quarters."""
    folder.mkdir(exist_ok=True)
    for number, rows in enumerate(files):
        (folder / f"{number}.csv").write_text(f"{HEADER}\n{rows}\n", encoding="utf-8")
    months = ["2025-12", "2026-03"]
    landed = look_into(LandingFolder(str(folder)), engine, BOTH).landed_of("nof", months)
    write(engine, write_plan(landed, months, IAF, to_write_again(engine, landed, BOTH), BOTH))


def test_the_latest_period_up_to_the_day_counts(engine: Engine, tmp_path: Path) -> None:
    later = ROW.format(Q4, "London", "London Ambulance Service")
    take_in(engine, tmp_path / "landing", later, ROW.format(Q3, "South", "London Ambulance"))
    known = {
        day: organisations(engine, "trust", date.fromisoformat(day)).to_dict("index")
        for day in ("2025-12-30", "2025-12-31", "2026-03-30", "2026-03-31")
    }
    before = {"RRU": {"name": "London Ambulance", "region": "South", "trust_type": "Ambulance trust"}}
    after = {"RRU": {**before["RRU"], "name": "London Ambulance Service", "region": "London"}}
    assert list(known.values()) == [{}, before, before, after]
    assert organisations(engine, "hospital", date(2026, 3, 31)).empty


def test_figures_are_stored_as_those_of_trusts(engine: Engine, tmp_path: Path) -> None:
    take_in(engine, tmp_path / "landing", ROW.format(Q3, "London", "London"))
    stored = rows_of(engine, "source_observation")
    assert stored[
        ["partition_key", "publication", "organisation_kind"]
    ].drop_duplicates().to_numpy().tolist() == [["2025-12", "nof", "trust"]]
    assert stored.set_index("indicator_code")["value"]["OF1017"] == 30.88


def test_an_edition_that_asks_for_nothing_of_a_file_leaves_what_another_took(
    engine: Engine, tmp_path: Path
) -> None:
    take_in(engine, tmp_path / "landing", ROW.format(Q3, "London", "London"))
    files = LandingFolder(str(tmp_path / "landing")).files()
    assert len(recorded(engine, files, IAF)) == len(recorded(engine, files, BOTH)) == 1


def test_a_file_of_which_nothing_was_asked_is_read_again_when_something_is(
    engine: Engine, tmp_path: Path
) -> None:
    folder = tmp_path / "landing"
    folder.mkdir()
    (folder / "0.csv").write_text(f"{HEADER}\n{ROW.format(Q3, 'London', 'London')}\n", encoding="utf-8")
    landing = LandingFolder(str(folder))
    write(engine, write_plan(look_into(landing, engine, IAF).landed_of("", []), [], IAF, {}))
    assert rows_of(engine, "source_file")["rows_not_asked_for"].to_list() == [1]
    files = landing.files()
    assert (len(recorded(engine, files, IAF)), len(recorded(engine, files, BOTH))) == (1, 0)
    take_in(engine, folder)
    assert rows_of(engine, "source_file")["rows_used"].to_list() == [1]
    assert len(recorded(engine, files, BOTH)) == 1
