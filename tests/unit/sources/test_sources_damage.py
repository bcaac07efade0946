"""However a file is damaged: refused with a sentence, or read with an account that adds up."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import hypothesis.strategies as st
import pandas as pd
from hypothesis import HealthCheck, example, given, settings

from ccg_pipeline.framework.load import load_edition
from ccg_pipeline.sources.catalogue import read_file
from ccg_pipeline.sources.cells import MISSING, SUPPRESSED, figure, read_figures
from ccg_pipeline.sources.dates import read_day, read_period
from ccg_pipeline.sources.result import Reading, Refused
from tests.unit.sources.small_files import (
    DECLARED_HEADER,
    cancer_record,
    declared_row,
    ld_care_csv,
    rtt_sheets,
    write_archive,
    write_json,
    write_lines,
    write_lsoas,
    write_workbook,
)

CELLS = st.one_of(
    st.text(max_size=12), st.floats(), st.integers(), st.booleans(), st.none(), st.dates(), st.datetimes()
)


@given(st.lists(CELLS, max_size=8))
def test_a_cell_is_exactly_one_of_figure_suppressed_missing_and_fault(cells: list[object]) -> None:
    figures = read_figures(pd.Series(cells, dtype=object))
    for at, cell in enumerate(cells):
        word = "" if cell is None else str(cell).strip().casefold()
        kinds = [figures.is_number[at], figures.is_suppressed[at], word in MISSING, figures.is_fault[at]]
        assert sum(map(bool, kinds)) == 1
        assert figures.is_suppressed[at] == (word in SUPPRESSED)


@given(st.floats(allow_nan=False, allow_infinity=False), st.sampled_from(["{!r}", " {!r} ", "{:,.4f}"]))
def test_a_number_written_as_text_is_read_back(number: float, written: str) -> None:
    assert figure(written.format(number)) == float(written.format(number).replace(",", ""))


@given(CELLS)
@example("31/02/2016")
@example("9" * 400)
@example("April ２０１５")
def test_a_date_is_read_or_is_none(cell: object) -> None:
    day, period = read_day(cell), read_period(cell)
    assert day is None or 1990 <= day.year <= 2100
    assert period is None or period[0] <= period[1]


@cache
def sound() -> dict[str, bytes]:
    """Small sound files by kind; no fixture, because hypothesis shows fixtures whole when a test fails."""
    rows = [declared_row("101a", code, "10", "40", "25") for code in ("00C", "00D", "00J", "ENG")]
    areas = [f'{code},{1000 + n},3,2.5,0.{n},"{n},500.5"' for code in ("00C", "00D") for n in range(1, 6)]
    records = [cancer_record(code, "1,240", "2,480", 50) for code in ("00C", "00D", "National")]
    people = ["00L,LDOB001,12", "U,LDOB001,3", "15A,LDOB002,*"]
    with TemporaryDirectory() as folder:
        here = Path(folder)
        files = [
            write_workbook(
                here / "workbook", rtt_sheets(("00C", 200, 190), ("00D", 300, 240), ("X24", 50, 40))
            ),
            write_json(here / "json", records),
            write_lines(here / "declared", DECLARED_HEADER, *rows),
            write_lsoas(here / "lsoas", *areas),
            write_archive(here / "archive", dict.fromkeys(["2016.csv", "2017.csv"], ld_care_csv(*people))),
        ]
        return {path.name: path.read_bytes() for path in files}


def read_damaged(path: Path, data: bytes) -> None:
    path.write_bytes(data)
    outcome: Reading | Refused
    try:
        outcome = read_file(path, load_edition())  # its account is added up as it is made
    except Refused as refused:
        outcome = refused
    if isinstance(outcome, Reading):
        assert_sound(outcome)
    else:
        assert str(outcome).startswith("damaged: ")
        assert "\n" not in str(outcome)


def assert_sound(reading: Reading) -> None:
    observations, quarantine = reading.observations, reading.quarantine
    assert len(quarantine) == reading.source_file.rows_quarantined
    assert (quarantine["reasons"] != "").all()
    published = observations[observations["status"] == "published"]
    assert published["value"].notna().all()
    others = observations[observations["status"] != "published"]
    assert others[["numerator", "denominator", "value", "lower_95", "upper_95"]].isna().all(axis=None)
    keys = ["indicator_code", "organisation_code", "period_start", "period_end"]
    assert not observations.duplicated(keys).any()


CHANGES = st.lists(
    st.tuples(st.floats(0, 1, exclude_max=True), st.binary(max_size=3)), min_size=1, max_size=4
)


def damage(data: bytes, changes: list[tuple[float, bytes]]) -> bytes:
    """Overwrite, at each place (a share of the length), as many bytes as given; none given: cut off there."""
    for share, new in changes:
        at = int(share * len(data))
        data = data[:at] + new + data[at + len(new) :] if new else data[:at]
    return data


def damage_test(name: str, examples: int) -> Callable[..., None]:
    @settings(
        max_examples=examples, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
    )  # each example overwrites the file of the one before
    @given(changes=CHANGES)
    def test(changes: list[tuple[float, bytes]], tmp_path: Path) -> None:
        read_damaged(tmp_path / "damaged", damage(sound()[name], changes))

    return test


test_a_damaged_workbook = damage_test("workbook", 60)
test_damaged_json = damage_test("json", 150)
test_a_damaged_declared_file = damage_test("declared", 150)
test_a_damaged_long_csv = damage_test("lsoas", 150)
test_a_damaged_archive = damage_test("archive", 150)

WORDS = st.sampled_from(
    ["", "*", "-", "0", "1", "40", "41", "1e9", "-3", "x", "00D", "99Z", "ENG", "2016-13-01", "made_up", '"']
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    replaced=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 14), WORDS), max_size=6),
    doubled=st.lists(st.integers(0, 3), max_size=2),
)
def test_replaced_cells_and_doubled_rows(
    replaced: list[tuple[int, int, str]], doubled: list[int], tmp_path: Path
) -> None:
    header, *rows = [line.split(",") for line in sound()["declared"].decode().splitlines()]
    for row, column, word in replaced:
        rows[row][column] = word
    rows += [rows[row] for row in doubled]
    text = "\n".join(",".join(cells) for cells in [header, *rows])
    read_damaged(tmp_path / "damaged", text.encode())
