"""Withdrawing a file: its figures go at the next run, whether it is in the folder or not, and come back."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine

from ccg_pipeline.framework.load import load_edition
from ccg_pipeline.framework.wanted import wanted_by
from ccg_pipeline.landing.files import LandingFolder
from ccg_pipeline.landing.record import look_into, recorded, to_write_again, withdrawn
from ccg_pipeline.landing.write_plan import write_plan
from ccg_pipeline.quality.corrections import NotAmended
from ccg_pipeline.quality.withdrawal import take_back, withdraw
from ccg_pipeline.storage.pieces import rows_of, write
from expert_panels.foundation.fault import WrongUse
from tests.unit.sources.small_files import DECLARED_HEADER, declared_row, write_lines

EDITION = load_edition()
WANTED = wanted_by(EDITION)
MONTHS = ["2016-06"]
WHO = ("jo@data.example", "a file of another year.")


def take_in(engine: Engine, folder: Path) -> dict[str, list[float]]:
    """What a run does with the folder; the numerators that then are stored, by file."""
    landed = look_into(LandingFolder(str(folder)), engine, WANTED).landed_of("satod", MONTHS)
    write(engine, write_plan(landed, MONTHS, EDITION, to_write_again(engine, landed, WANTED), WANTED))
    stored = rows_of(engine, "source_observation")
    return {str(name): list(rows["numerator"]) for name, rows in stored.groupby("source_name")}


@pytest.mark.parametrize("is_taken_away", [False, True])
def test_its_figures_go_and_come_back(engine: Engine, tmp_path: Path, is_taken_away: bool) -> None:
    (folder := tmp_path / "landing").mkdir()
    write_lines(folder / "good.csv", DECLARED_HEADER, declared_row("101a", "00C", "10", "40"))
    wrong = write_lines(folder / "wrong.csv", DECLARED_HEADER, declared_row("101a", "00C", "11", "40"))
    both = {"good.csv": [10.0], "wrong.csv": [11.0]}
    assert take_in(engine, folder) == both
    withdraw(engine, "wrong.csv", *WHO)
    content = wrong.read_bytes()
    if is_taken_away:
        wrong.unlink()
    assert take_in(engine, folder) == {"good.csv": [10.0]}
    row = rows_of(engine, "source_file").set_index("name").loc["wrong.csv"]
    said = "wrong.csv: was withdrawn by jo@data.example: a file of another year."
    assert (row["state"], row["publication"], row["refusal"]) == ("refused", "satod", said)
    gone = withdrawn(engine, datetime.now(UTC).date()).values()
    assert set(recorded(engine, gone, WANTED)) == set(gone)  # the next run has nothing to read
    wrong.write_bytes(content)
    take_back(engine, str(row["sha256"])[:12], *WHO)
    assert take_in(engine, folder) == both


def test_what_cannot_be_withdrawn(engine: Engine, tmp_path: Path) -> None:
    for name, numerator in (("a", "10"), ("b", "11")):
        (tmp_path / "landing" / name).mkdir(parents=True)
        row = declared_row("101a", "00C", numerator, "40")
        write_lines(tmp_path / "landing" / name / "same.csv", DECLARED_HEADER, row)
    take_in(engine, tmp_path / "landing")
    (first, _) = sorted(rows_of(engine, "source_file")["sha256"])
    with pytest.raises(WrongUse, match=r"No file 'nothing\.csv' was met"):
        withdraw(engine, "nothing.csv", *WHO)
    with pytest.raises(WrongUse, match=r"2 files are called 'same\.csv': name one by its sha256"):
        withdraw(engine, "same.csv", *WHO)
    with pytest.raises(NotAmended, match=r"needs a person"):
        withdraw(engine, first, "jo@data.example", " ")
    with pytest.raises(NotAmended, match=r"is not withdrawn"):
        take_back(engine, first, *WHO)
    withdraw(engine, first, *WHO)
    with pytest.raises(NotAmended, match=r"is withdrawn already"):
        withdraw(engine, first, *WHO)
