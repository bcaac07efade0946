"""Damaging a sound file at random, in any layout, and what a damaged file then may say.

Belongs here: a sound file as grids of cells, each way to damage it, and which figures are wrong silently.
Does not belong here: the sound files themselves, how many are damaged and what is counted (the tests).
"""

import csv
import io
import json
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import xlwt

from ccg_pipeline.framework.families import edition_named
from ccg_pipeline.framework.model import Edition
from ccg_pipeline.framework.wanted import wanted_by
from ccg_pipeline.sources.catalogue import read_file
from ccg_pipeline.sources.documents import Document, Kind, open_document
from ccg_pipeline.sources.result import Reading, Refused

Grids = dict[str, list[list[object]]]
KEY = ["indicator_code", "organisation_code", "period_start", "period_end"]
FIGURES = ["numerator", "denominator", "value", "lower_95", "upper_95", "judgement"]
WORDS = (
    "", " ", "*", "-", ":", "NULL", "N/A", "#VALUE!", "[note 3]", "0", "1", "41", "1e9", "-3", "1,5", "x",
    "00D", "00K", "99Z", "14L", "ENG", "England", "Wales", "UNKNOWN", "2016-13-01", "May 2016", "2015-16",
    '"',
)  # fmt: skip


@dataclass(frozen=True)
class Sound:
    """A sound file: its bytes, its cells by sheet, and what it says."""

    data: bytes
    document: Document
    grids: Grids
    reading: Reading

    @property
    def kind(self) -> Kind:
        """What sort of file it is."""
        return self.document.kind


def sound_file(path: Path, edition: Edition) -> Sound:
    """The file at ``path``, which must be read without a row in quarantine."""
    document = open_document(path)
    grids = {sheet.name: [list(row) for row in sheet.rows] for sheet in document.sheets}
    reading = read_file(path, wanted_by(edition, edition_named("nof_2025_26")))
    assert reading.quarantine.empty, path
    return Sound(path.read_bytes(), document, grids, reading)


def written(kind: Kind, grids: Grids) -> bytes:
    """The bytes of a file of that kind with these cells."""
    if kind == "workbook":
        book = xlwt.Workbook()
        for name, rows in grids.items():
            sheet = book.add_sheet(name)
            for at, cells in enumerate(rows):
                for column, cell in enumerate(cells):
                    if cell != "":
                        sheet.write(at, column, cell)
        stream = io.BytesIO()
        book.save(stream)
        return stream.getvalue()
    if kind == "json":
        ((header, *rows),) = grids.values()
        return json.dumps([dict(zip(map(str, header), row, strict=False)) for row in rows]).encode()
    if kind == "archive":
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, rows in grids.items():
                archive.writestr(zipfile.ZipInfo(name), _csv(rows), zipfile.ZIP_DEFLATED)
        return stream.getvalue()
    return _csv(next(iter(grids.values()))).encode()


def _csv(rows: list[list[object]]) -> str:
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\n").writerows(rows)
    return stream.getvalue()


Damage = Callable[[Sound, np.random.Generator], bytes]


def bytes_overwritten(sound: Sound, rng: np.random.Generator) -> bytes:
    data = bytearray(sound.data)
    for at in rng.integers(0, len(data), rng.choice([1, 4, 30])):
        data[at] = rng.integers(0, 256)
    return bytes(data)


def cut_off(sound: Sound, rng: np.random.Generator) -> bytes:
    """The beginning of the file, but never whole lines of it.

    A text file cut at the very end of a line is a sound file of fewer rows, and nothing in it can tell. What
    finds it is the size that the publisher's server states, and that CCGs are missing.
    """
    data = sound.data[: rng.integers(1, len(sound.data))]
    while sound.kind == "csv" and b"\n" in (data[-1:], sound.data[len(data) : len(data) + 1]):
        data = data[:-1]
    return data


def encoding_broken(sound: Sound, rng: np.random.Generator) -> bytes:
    if sound.kind in ("csv", "json") and rng.random() < 0.5:
        return sound.data.decode().encode("utf-16" if rng.random() < 0.5 else "cp037")
    at = int(rng.integers(0, len(sound.data)))
    return sound.data[:at] + "é£".encode("cp1252") + sound.data[at:]


def sheet_renamed(sound: Sound, rng: np.random.Generator) -> bytes:
    """A sheet under another name; a file without names of sheets gets another line on top."""
    if sound.kind != "workbook":
        return _moved(sound, rng)
    chosen = str(rng.choice(list(sound.grids)))
    return written(sound.kind, {name + "_" * (name == chosen): rows for name, rows in sound.grids.items()})


def _moved(sound: Sound, rng: np.random.Generator) -> bytes:
    if sound.kind == "json":
        return cut_off(sound, rng)
    return written(
        sound.kind, {name: [["A line that was not there"], *rows] for name, rows in sound.grids.items()}
    )


def columns_swapped(sound: Sound, rng: np.random.Generator) -> bytes:
    """Two columns of a table with their headings; not two of one heading, which would change what it says."""
    grids: Grids = {}
    for name, rows in sound.grids.items():
        width = max(map(len, rows), default=0)
        full = [[*row, *[""] * (width - len(row))] for row in rows]
        one, other = rng.integers(0, max(width, 1), 2)
        if any(_is_one_heading(row[one], row[other]) for row in full):
            other = one
        for row in full:
            if sum(cell != "" for cell in row) > 2:  # no line above the table
                row[one], row[other] = row[other], row[one]
        grids[name] = full
    return written(sound.kind, grids)


def _is_one_heading(one: object, other: object) -> bool:
    word = str(one).strip()
    return word == str(other).strip() and word.replace(" ", "").isalpha()


def cells_replaced(sound: Sound, rng: np.random.Generator) -> bytes:
    """One to four cells with another word, or with what another cell says."""
    grids = {name: [list(row) for row in rows] for name, rows in sound.grids.items()}
    cells = [(name, at, column) for name, rows in grids.items() for at, row in enumerate(rows)
             for column, cell in enumerate(row) if cell != ""]  # fmt: skip
    for place in rng.integers(0, len(cells), rng.integers(1, 5)):
        name, at, column = cells[place]
        other, row, beside = cells[rng.integers(0, len(cells))]
        word: object = str(rng.choice(WORDS)) if rng.random() < 0.6 else sound.grids[other][row][beside]
        grids[name][at][column] = word
    return written(sound.kind, grids)


def rows_doubled(sound: Sound, rng: np.random.Generator) -> bytes:
    grids = {name: [list(row) for row in rows] for name, rows in sound.grids.items()}
    for rows in grids.values():
        for at in rng.integers(0, len(rows), 2):
            rows.insert(int(rng.integers(0, len(rows) + 1)), list(rows[at]))
    return written(sound.kind, grids)


DAMAGES: Mapping[str, Damage] = {
    "bytes overwritten": bytes_overwritten,
    "cut off": cut_off,
    "encoding broken": encoding_broken,
    "sheet renamed": sheet_renamed,
    "columns swapped": columns_swapped,
    "cells replaced": cells_replaced,
    "rows doubled": rows_doubled,
}


def wrong_figures(sound: Sound, path: Path, reading: Reading, damage: str) -> Iterator[str]:
    """Figures that are not those of the sound file, though nothing was changed in the rows they rest on."""
    before = sound.reading.observations.set_index(KEY)[FIGURES]
    known = {_cells(row) for rows in sound.grids.values() for row in rows}
    sheets = {sheet.name: sheet for sheet in open_document(path).sheets}
    published = reading.observations[reading.observations["status"] == "published"]
    for row in published.to_dict("records"):
        key = tuple(row[name] for name in KEY)
        if key in before.index and _same(before.loc[[key]].iloc[0], row):
            continue
        sheet = sheets[row["sheet"]]
        resting_on = [sheet.rows[number - sheet.first_row] for number in _numbers(str(row["cell"]))]
        above = [_cells(cells) in known for cells in sheet.rows[: _numbers(str(row["cell"]))[0]]]
        of_another_period = key not in before.index and not all(above)
        if damage == "columns swapped" or not (
            any(_cells(cells) not in known for cells in resting_on) or of_another_period
        ):
            yield f"{key}: {row['value']} in {row['cell']}"


def _cells(row: object) -> tuple[str, ...]:
    words = [str(cell).strip() for cell in row]  # type: ignore[attr-defined]  # a row of cells
    while words and not words[-1]:
        words.pop()
    return tuple(words)


def _same(before: "pd.Series[float]", row: Mapping[object, object]) -> bool:
    """Whether each figure that a row gives is the one that was there; one that is withheld is not wrong."""
    return all(pd.isna(row[name]) or row[name] == before[name] for name in FIGURES)  # type: ignore[call-overload]  # a figure


def _numbers(cell: str) -> list[int]:
    """Rows as a cell reference names them: "row 3", "rows 3, 5", "rows 3-9"."""
    numbers: list[int] = []
    for part in cell.removeprefix("rows ").removeprefix("row ").split(", "):
        first, _, last = part.partition("-")
        numbers += range(int(first), int(last or first) + 1)
    return numbers


def outcome(path: Path, edition: Edition) -> Reading | Refused:
    """What reading gives; anything but a reading or a refusal is a defect and comes through."""
    try:
        return read_file(path, wanted_by(edition, edition_named("nof_2025_26")))
    except Refused as refused:
        return refused
