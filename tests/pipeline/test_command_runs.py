"""`ccg run` and `ccg demo`: what they print and leave, the made-up year, real files next to made-up ones."""

from pathlib import Path

import pytest
from sqlalchemy import insert, select, text

from ccg_pipeline.demo.year import year_files
from ccg_pipeline.storage.database import open_database
from ccg_pipeline.storage.sql import database_kind
from tests.support.worlds.planted_files import Rows, respoil_rows, write_files
from tests.support.worlds.terminal import (
    EDITION,
    MARCH,
    NAMES,
    Answer,
    Terminal,
    database,
    fits_and_is_stamped,
)


def test_a_run_ends_with_a_short_table_and_where_to_look(scored_home: Path) -> None:
    out = (scored_home / "run.out").read_text(encoding="utf-8")
    said = " ".join(out.split())
    assert "interim 2017-03" in said
    assert "CCGs 209" in said
    assert "areas scored 4 of 29" in said
    assert "Cancer ratings 203, awaiting" in said  # three indicators are needed, and six CCGs have fewer
    assert "Dementia ratings 0, awaiting" in said
    assert "released table release 1" in said
    assert "rows quarantined 1" in said
    assert "files refused 0" in said
    assert "Warned: source/cancer_waits: every_file_is_sound" in said
    assert "shows_the_ledger" not in said  # which the table says in better words
    assert str(scored_home / "validation" / "2017-03.html") in "".join(out.split())
    assert (scored_home / "validation" / "2017-03.html").is_file()
    fits_and_is_stamped(Answer(0, out, ""), 80)
    assert len(out.splitlines()) < 45


def test_a_run_leaves_an_instance_for_the_ui_with_telemetry_off(scored_home: Path) -> None:
    settings = (scored_home / "dagster" / "dagster.yaml").read_text(encoding="utf-8")
    assert "telemetry:\n  enabled: false" in settings


def test_nothing_but_the_progress_is_on_standard_error(scored_home: Path) -> None:
    err = (scored_home / "run.err").read_text(encoding="utf-8")
    assert "Warning" not in err
    lines = err.splitlines()
    assert lines[0] == "looking into the landing folder"
    steps = ("reading files", "interim__indicator_bands", "interim_areas", "interim_gates")
    assert [step for step in steps if lines.count(step) != 1] == []  # a line a step where nobody watches


def test_a_second_run_finds_nothing_new_and_says_the_same(home: Path, ccg: Terminal) -> None:
    first = Answer(0, (home / "run.out").read_text(encoding="utf-8"), "")
    again = ccg.at(home).wide(120).type("run", *MARCH)
    fits_and_is_stamped(again, 120)
    assert again.said.split("checks warned")[0] == first.said.split("checks warned")[0]
    assert "released table release 1" in again.said
    assert "checks warned in this run 0" in again.said


@pytest.fixture
def a_short_year(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A made-up year of a few files, so that writing it takes a moment."""
    files = year_files(2016, "2016-17", EDITION)
    wanted = [*NAMES, "_truth/README.txt", "_truth/latent.csv"]

    def few(seed: int, *_: object) -> dict[str, object]:
        return {name: files[name] for name in wanted} | {"_truth/README.txt": lambda: f"{seed}\n".encode()}

    monkeypatch.setattr("ccg_pipeline.demo.year.year_files", few)
    return wanted


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_made_up_year_written_twice_is_the_same(
    ccg: Terminal, tmp_path: Path, a_short_year: list[str]
) -> None:
    folder = tmp_path / "year"
    first = ccg.type("demo", "--landing", str(folder))
    assert (first.code, first.out) == (
        0,
        f"Wrote {len(a_short_year)} made-up files into {folder} from seed 2016.\n",
    )
    before = contents(folder)
    assert sorted(before) == sorted(a_short_year)
    assert ccg.type("demo", "--landing", str(folder)).code == 0
    assert contents(folder) == before
    other = ccg.type("demo", "--landing", str(folder), "--seed", "7")
    assert "from seed 7." in other.out
    assert contents(folder) != before


def test_the_made_up_year_never_lies_among_other_files(ccg: Terminal, tmp_path: Path) -> None:
    (tmp_path / "mine.xls").write_bytes(b"mine")
    answer = ccg.type("demo", "--landing", str(tmp_path))
    assert (answer.code, answer.err.count("\n")) == (2, 1)
    assert "already holds mine.xls, which is not of this made-up year; name an empty folder." in answer.err
    assert (tmp_path / "mine.xls").read_bytes() == b"mine"
    answer = ccg.type("demo", "--landing", str(tmp_path / "mine.xls"))
    assert (answer.code, answer.err.count("\n")) == (2, 1)
    assert "is a file; name a folder to write the made-up year into." in answer.err


@pytest.mark.usefixtures("a_short_year")
def test_a_run_without_options_makes_up_the_year_and_takes_its_last_month_and_the_year(
    ccg: Terminal, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    answer = ccg.type("run")
    assert answer.code == 0, answer.err
    assert (home / "landing" / "_truth" / "latent.csv").is_file()
    assert "interim 2017-03 annual 2016-17" in answer.said
    assert "released table release 1 none" in answer.said  # no annual table before all six panels
    assert ccg.type("show", "02N", "--year", "2016-17").err.startswith("No annual table of 2016-17 has been")
    signed = ccg.type("panel", "demonstrate", "--year", "2016-17")
    assert (signed.code, "Release 1 of the annual assessment, 2016-17." in signed.said) == (0, True)
    shown = ccg.type("show", "02N", "--year", "2016-17")
    assert shown.code == 0
    assert "overall rating" in shown.said
    assert shown.said.count("verified") >= 6
    assert "plan's progress" in shown.said
    assert "Release 1 (made-up data; annual 2016-17" in shown.said


def test_a_real_file_is_not_let_into_a_made_up_database(ccg: Terminal, copy: Path, tmp_path: Path) -> None:
    def by_a_publisher(rows: Rows) -> None:
        for row in rows:
            row["layout"] = "declared"

    name = "cancer_waits/cancer_waits_2016-12-31.csv"
    landing = write_files(tmp_path / "real", [name])
    respoil_rows(landing / name, by_a_publisher)
    answer = ccg.at(copy).type("run", "--landing", str(landing), *MARCH)
    assert answer.code == 1
    assert answer.err.endswith(
        "\ncancer_waits_2016-12-31.csv holds real data but this database holds made-up data: "
        "give --database another file or URL for it.\n"
    )
    with open_database(database(copy)).connect() as connection:
        held = connection.execute(
            text("SELECT count(*) FROM source_observation WHERE NOT is_made_up")
        ).scalar_one()
        assert connection.execute(select(database_kind.c.kind)).scalar_one() == "made_up"
    assert held == 0


def test_a_real_database_says_nothing_of_made_up_data(ccg: Terminal, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'real.db'}"
    with open_database(url).begin() as connection:
        connection.execute(insert(database_kind).values(only=1, kind="real", decided_by="a.csv"))
    for typed in (("files",), ("quarantine",), ("panel", "status")):
        assert "MADE-UP" not in ccg.type(*typed, "--database", url).out
