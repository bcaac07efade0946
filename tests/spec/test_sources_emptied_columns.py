"""A column of counts that is blank in every row, next to figures: cells that were moved."""

from pathlib import Path

import pytest

from ccg_pipeline.framework.load import load_edition
from ccg_pipeline.sources.catalogue import read_file
from tests.unit.sources.small_files import ois_row, ois_sheets, write_workbook

FIGURES = {"value": 4.8, "denominator": 1250, "numerator": 6}
CODES = ("00C", "00D", "00J")


@pytest.mark.parametrize(
    ("emptied", "rows", "by", "quarantined"),
    [
        (("denominator",), 3, "", 3),
        (("numerator",), 3, "", 3),
        (("value",), 3, "", 0),  # the counts give it
        (("numerator", "denominator"), 3, "", 3),
        (("denominator",), 2, "", 0),  # one of three has it
        (("denominator",), 3, "*", 0),  # withheld, which is said
        (("denominator",), 3, "-", 0),
        (("numerator", "denominator", "value"), 3, "", 0),  # no figure at all
        ((), 3, "", 0),
    ],
)
def test_rows_beside_a_column_that_is_empty_throughout_are_quarantined(
    tmp_path: Path, emptied: tuple[str, ...], rows: int, by: str, quarantined: int
) -> None:
    """Seen before: the numerator of all rows was read as their denominator, and nothing was said."""
    said = [FIGURES | (dict.fromkeys(emptied, by) if at < rows else {}) for at in range(len(CODES))]
    sheets = ois_sheets(
        *(
            ois_row(code, one["numerator"], one["denominator"], one["value"])
            for code, one in zip(CODES, said, strict=True)
        )
    )
    reading = read_file(write_workbook(tmp_path / "ois.xls", sheets), load_edition())
    assert len(reading.quarantine) == quarantined
    assert reading.quarantine["reasons"].str.contains("cells seem to have moved").all()


@pytest.mark.parametrize(("rows", "quarantined"), [(1, 0), (2, 2)])
def test_of_one_row_alone_nothing_is_concluded(tmp_path: Path, rows: int, quarantined: int) -> None:
    sheets = ois_sheets(*(ois_row(code, 6, "", 4.8) for code in CODES[:rows]))
    reading = read_file(write_workbook(tmp_path / "ois.xls", sheets), load_edition())
    assert len(reading.quarantine) == quarantined
