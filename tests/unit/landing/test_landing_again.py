"""A file that is overwritten under its own name, with the same dates: what landed last counts."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine

from ccg_pipeline.framework.load import load_edition
from ccg_pipeline.framework.wanted import wanted_by
from ccg_pipeline.landing.files import Found, LandingFolder
from ccg_pipeline.landing.record import look_into, to_write_again, with_landings
from ccg_pipeline.landing.write_plan import write_plan
from ccg_pipeline.method.assess import current_observations
from ccg_pipeline.storage.database import reading
from ccg_pipeline.storage.observations import said_by_files
from ccg_pipeline.storage.pieces import rows_of, write
from tests.unit.sources.small_files import DECLARED_HEADER, declared_row, write_lines

EDITION = load_edition()
WANTED = wanted_by(EDITION)
MONTHS = ["2016-06"]


def run(engine: Engine, folder: Path) -> tuple[float, str]:
    """The numerator that counts after a run over the folder, and its note."""
    landed = look_into(LandingFolder(str(folder)), engine, WANTED).landed_of("satod", MONTHS)
    write(engine, write_plan(landed, MONTHS, EDITION, to_write_again(engine, landed, WANTED), WANTED))
    with reading(engine) as connection:
        (row,) = current_observations(said_by_files(connection, {}), EDITION).to_dict("records")
    return row["numerator"], row["note"]


def land(path: Path, numerator: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    write_lines(path, DECLARED_HEADER, declared_row("101a", "00C", numerator, "40"))


@pytest.mark.parametrize(("first", "second"), [("10", "11"), ("11", "10"), ("10", "*"), ("*", "10")])
def test_what_landed_last_counts_in_whichever_order_their_sha256_are(
    engine: Engine, tmp_path: Path, first: str, second: str
) -> None:
    """Seen before: of 10 and 11 the same one counted, whichever came last, and 10 before a mark."""
    folder, same = tmp_path / "landing", "same.csv of the same date, which landed before, said otherwise"
    land(folder / "same.csv", first)
    run(engine, folder)
    for content in (second, first, second):  # and each again, which was there before
        land(folder / "same.csv", content)
        numerator, note = run(engine, folder)
        assert (
            (numerator, note) == (pytest.approx(float(content), nan_ok=True), same)
            if content != "*"
            else True
        )
        assert content != "*" or numerator != numerator


def test_a_file_of_the_same_name_in_another_folder_is_another_one(engine: Engine, tmp_path: Path) -> None:
    for name, numerator in (("a", "10"), ("b", "11")):
        land(tmp_path / "landing" / name / "same.csv", numerator)
    said = run(engine, tmp_path / "landing")
    assert said[1] == "same.csv of the same date says otherwise"
    assert run(engine, tmp_path / "landing") == said
    assert len(rows_of(engine, "file_landed")) == 2


BEGAN, LATER = "2017-01-01T00:00:00.000000+00:00", "2017-02-01T00:00:00.000000+00:00"
NOW = "2017-03-01T09:00:00.000000+00:00"


@pytest.mark.parametrize(
    ("there", "known", "landed_at"),
    [
        ("a", {}, NOW),
        ("a", {"a": BEGAN}, BEGAN),
        ("a", {"a": BEGAN, "b": LATER}, NOW),  # b has gone, and a is back in its place
        ("ab", {"a": BEGAN, "b": LATER}, BEGAN),  # both are there, in two folders
        ("a", {"a": LATER, "b": BEGAN}, LATER),
        ("a", {"b": NOW}, NOW),  # of this very run
        (
            "a",
            {"b": "2017-03-01T09:00:00.000001+00:00"},
            "2017-03-01T09:00:00.000002+00:00",
        ),  # the clock went back
    ],
)
def test_when_a_file_landed(there: str, known: dict[str, str], landed_at: str) -> None:
    files = [Found(Path("same.csv"), sign * 64, "") for sign in there]
    before = {(sign * 64, "same.csv"): at for sign, at in known.items()}
    first, *_ = with_landings(files, before, datetime(2017, 3, 1, 9, tzinfo=UTC))
    assert first.landed_at == landed_at
