"""One correction of all rows of a file that one cause has refused: tried, recorded, and taken back."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine, insert

from ccg_pipeline.framework.load import load_edition
from ccg_pipeline.landing.files import LandingFolder
from ccg_pipeline.landing.record import amendments_in_force
from ccg_pipeline.quality.corrections import Amending, NotAmended
from ccg_pipeline.reference.organisations import ccgs
from ccg_pipeline.sources.catalogue import read_file
from ccg_pipeline.sources.corrections import ALL_ROWS
from ccg_pipeline.sources.declared import COLUMNS
from ccg_pipeline.sources.result import Reading
from ccg_pipeline.storage.corrections import all_lines
from ccg_pipeline.storage.database import open_database
from ccg_pipeline.storage.sql import quarantine

EDITION = load_edition()
WHO, LAST = ("jo@data.example", "the publisher means per cent"), date(2999, 12, 31)
SHARES = {"value": "*100", "lower_95": "*100", "upper_95": "*100"}


@pytest.fixture
def landing(tmp_path: Path) -> Path:
    """A survey of 30 CCGs as shares of one, where per cent are meant, and one that is suppressed."""
    lines = [",".join(COLUMNS)]
    for place, code in enumerate(ccgs()["ccg_code"][:31]):
        row = dict.fromkeys(COLUMNS, "") | {
            "layout": "declared", "publication": "gp_patient_survey", "indicator": "128b",
            "period_start": "2016-07-01", "period_end": "2017-03-31", "published_on": "2017-07-06",
            "organisation_code": code, "value": f"0.{6900 + place}", "lower_95": "0.66", "upper_95": "0.73",
        }  # fmt: skip
        if place == 30:
            row |= {"value": "*", "lower_95": "", "upper_95": ""}
        lines.append(",".join(row[name] for name in COLUMNS))
    (tmp_path / "landing").mkdir()
    (tmp_path / "landing" / "survival.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return tmp_path / "landing"


@pytest.fixture
def amending(landing: Path, tmp_path: Path) -> Iterator[Amending]:
    """A database in which the rows of that file are in quarantine."""
    engine = open_database(f"sqlite:///{tmp_path}/ccg.db")
    refused = read_file(landing / "survival.csv", EDITION).quarantine
    rows = refused.assign(partition_key="2017-03").to_dict("records")
    with engine.begin() as connection:
        connection.execute(insert(quarantine), [{str(name): row[name] for name in row} for row in rows])
    yield Amending(engine, LandingFolder(str(landing)), EDITION)
    engine.dispose()


def read_now(engine: Engine, landing: Path) -> Reading:
    """What the next run reads of the file."""
    path = landing / "survival.csv"
    sha256 = read_file(path, EDITION).source_file.sha256
    return read_file(path, EDITION, amendments_in_force(engine, date(2998, 1, 1)).get(sha256, ()))


def test_one_correction_is_of_all_rows_and_can_be_taken_back(amending: Amending, landing: Path) -> None:
    before = read_now(amending.engine, landing)
    assert (len(before.quarantine), int((before.observations["status"] == "published").sum())) == (30, 0)
    every = f"{before.source_file.sha256[:12]}::all"
    refusal = amending.correct(every, SHARES, *WHO, LAST)
    assert (refusal.row, refusal.id) == (ALL_ROWS, every)
    assert len(all_lines(amending.engine)) == 1  # one act, and not thirty

    now = read_now(amending.engine, landing)
    assert now.quarantine.empty
    figures = now.observations.set_index("organisation_code")
    first, withheld = figures.iloc[0], figures[figures["status"] == "suppressed"]
    assert first["value"] == pytest.approx(69.0)
    assert (first["lower_95"], first["upper_95"]) == (pytest.approx(66), pytest.approx(73))
    assert first["note"].startswith(
        "amended: all rows corrected to lower_95 *100, upper_95 *100, value *100, by"
    )
    assert len(withheld) == 1

    amending.revoke(every, *WHO)
    assert len(read_now(amending.engine, landing).quarantine) == 30
    with pytest.raises(NotAmended, match="Nothing is in force"):
        amending.revoke(every, *WHO)


def test_what_is_said_of_one_row_goes_before_what_is_said_of_all(amending: Amending, landing: Path) -> None:
    sha256 = read_now(amending.engine, landing).source_file.sha256[:12]
    amending.correct(f"{sha256}::all", SHARES, *WHO, LAST)
    amending.correct(f"{sha256}::2", {"value": "70", "lower_95": "66", "upper_95": "73"}, *WHO, LAST)
    values = read_now(amending.engine, landing).observations.set_index("cell")["value"]
    assert [values["row 2"], values["row 3"]] == [pytest.approx(70), pytest.approx(69.01)]


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"value": "*1"}, "Even so as many rows would be refused, more has to be corrected: value"),
        ({"count": "*100"}, "The sheet has no column 'count'"),
        ({}, "Nothing to correct"),
    ],
)
def test_what_mends_nothing_is_not_recorded(
    amending: Amending, landing: Path, cells: dict[str, str], said: str
) -> None:
    sha256 = read_now(amending.engine, landing).source_file.sha256[:12]
    with pytest.raises(NotAmended, match=said):
        amending.correct(f"{sha256}::all", cells, *WHO, LAST)
    assert all_lines(amending.engine) == []
