"""A few files of the made-up year, and spoiling one of them in a single respect.

Belongs here: writing chosen files of the year, and taking a workbook or a declared file apart and back.
Does not belong here: what is spoilt and what must come of it (each test says), whole years.
"""

import csv
import io
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path

import xlwt
from python_calamine import CalamineWorkbook

from ccg_pipeline.demo.year import year_files
from ccg_pipeline.framework.load import load_edition

Sheets = dict[str, list[list[object]]]
Rows = list[dict[str, str]]


@cache
def _year() -> dict[str, Callable[[], bytes]]:
    return dict(year_files(2016, "2016-17", load_edition()))


def write_files(folder: Path, names: Iterable[str]) -> Path:
    """Write these files of the made-up year, each with its sidecar where it has one."""
    for name in names:
        for each in (name, f"{name}.meta.yaml"):
            if each in _year():
                path = folder / each
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(_year()[each]())
    return folder


def rows_of(name: str) -> Rows:
    """The rows of a declared file of the made-up year."""
    return list(csv.DictReader(io.StringIO(_year()[name]().decode("utf-8"))))


def respoil_workbook(path: Path, spoil: Callable[[Sheets], object]) -> None:
    """Write a workbook again, cell by cell, after `spoil` has changed its sheets in place."""
    book = CalamineWorkbook.from_path(path)
    sheets: Sheets = {
        name: [list(row) for row in book.get_sheet_by_name(name).to_python(skip_empty_area=False)]
        for name in book.sheet_names
    }
    spoil(sheets)
    made = xlwt.Workbook()
    for name, rows in sheets.items():
        sheet = made.add_sheet(name)
        for at, cells in enumerate(rows):
            for column, cell in enumerate(cells):
                if cell != "":
                    sheet.write(at, column, cell)
    made.save(str(path))


def respoil_rows(path: Path, spoil: Callable[[Rows], object]) -> None:
    """Write a declared file again after `spoil` has changed its rows in place."""
    with path.open(newline="", encoding="utf-8") as file:
        reader = csv.DictReader(file)
        names, rows = list(reader.fieldnames or ()), list(reader)
    spoil(rows)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, names, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def of(rows: Rows, code: str, indicator: str = "") -> dict[str, str]:
    """The row of an organisation."""
    (row,) = (
        one
        for one in rows
        if one["organisation_code"] == code and (not indicator or one["indicator"] == indicator)
    )
    return row
