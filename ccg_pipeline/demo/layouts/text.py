"""Text files of the made-up year: CSV as publishers write it, sidecars of files without room for dates.

Belongs here: rows to the bytes of a CSV file, numbers as text, the sidecar.
Does not belong here: what is in any publication's file.
"""

import csv
from collections.abc import Iterable, Sequence
from datetime import date
from io import StringIO

import numpy as np


def csv_bytes(header: Sequence[str], rows: Iterable[Sequence[str | int]]) -> bytes:
    """A CSV file in UTF-8 with a header and Unix line ends."""
    stream = StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return stream.getvalue().encode()


def number(figure: float) -> str:
    """The shortest text that reads back as the same number; '' for NaN, no decimals for a whole number."""
    figure = float(figure)
    if np.isnan(figure):
        return ""
    return str(int(figure)) if figure.is_integer() else repr(figure)


def sidecar(published_on: date, period_start: date | None = None, period_end: date | None = None) -> bytes:
    """The YAML next to a file: it is made up, when it came out, and its period where the file has none."""
    lines = ["is_made_up: true", f"published_on: {published_on}"]
    if period_start is not None and period_end is not None:
        lines += [f"period_start: {period_start}", f"period_end: {period_end}"]
    lines.append('note: "Made up by ccg demo; no figure in this file is real."')
    return ("\n".join(lines) + "\n").encode()
