"""Workbooks as NHS England and NHS Digital publish them: true .xls, with a preamble of labelled cells.

Belongs here: rows of cells to the bytes of a workbook, the preamble above a table, dates as written.
Does not belong here: what is in any publication's table.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from io import BytesIO

import xlwt

Cell = str | float | None
Row = Sequence[Cell]
MADE_UP = "Made up"


def workbook(sheets: Iterable[tuple[str, Iterable[Row]]]) -> bytes:
    """The bytes of an .xls with these sheets; None and '' are empty cells. Equal cells give equal bytes."""
    book = xlwt.Workbook(encoding="utf-8")
    for name, rows in sheets:
        sheet = book.add_sheet(name)
        for number, cells in enumerate(rows):
            row = sheet.row(number)
            for column, cell in enumerate(cells):
                if isinstance(cell, str):
                    if cell:
                        row.set_cell_text(column, cell)
                elif cell is not None:
                    row.set_cell_number(column, cell)
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


def preamble(title: str, summary: str, period: str, source: str, basis: str, published_on: date) -> list[Row]:
    """The twelve rows above a table of NHS England's: labels in column B, what they say in column C."""
    labelled: list[tuple[str, str]] = [
        ("Period:", period),
        ("Source:", source),
        ("Basis:", basis),
        ("Published:", written_date(published_on)),
        ("Revised:", "-"),
        ("Status:", MADE_UP),
        ("Contact:", "None: these figures were made up by a computer"),
    ]
    return [
        [],
        ["", "Title:", title],
        ["", "Summary:", summary],
        [],
        *(["", label, text] for label, text in labelled),
        [],
    ]


def written_date(day: date) -> str:
    """A date as the publishers write it: 9th June 2016."""
    teen = day.day in (11, 12, 13)
    ending = "th" if teen else {1: "st", 2: "nd", 3: "rd"}.get(day.day % 10, "th")
    return f"{day.day}{ending} {day:%B %Y}"
