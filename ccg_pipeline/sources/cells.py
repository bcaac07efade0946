"""What one cell means: a figure, a mark, a heading, a code.

Belongs here: reading numbers (also as text, "209,005") and the marks that publishers put in place of them.
Does not belong here: dates (``dates``), which column holds what (``layouts``), whether a figure is plausible.

Suppressed (a figure exists and is withheld), missing (there is none) and a fault (something that is neither a
figure nor a mark) are three different things, and none of them is ever zero.
"""

import re
from collections.abc import Hashable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pandas as pd

SUPPRESSED = frozenset({"*", "**", "[c]"})
_NOTE = re.compile(r"\[?note [0-9]+\]?")  # "[note 3]" says why there is no figure
MISSING = frozenset(
    {"", "-", "--", "–", "—", ".", "..", ":", "na", "n/a", "null", "none", "nan", "[x]", "[z]"}
    | {"#n/a", "#value!", "#ref!", "#div/0!", "#name?", "#num!", "#null!"}
)
_NUMBER = re.compile(r"[+-]?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+|(?=\.[0-9]))(?:\.[0-9]*)?(?:[eE][+-]?[0-9]+)?")


@dataclass(frozen=True)
class Figures:
    """A column of figures: ``values`` (NaN where there is none), and what each cell was."""

    values: npt.NDArray[np.float64]
    is_suppressed: npt.NDArray[np.bool_]
    is_fault: npt.NDArray[np.bool_]

    @property
    def is_number(self) -> npt.NDArray[np.bool_]:
        """True where the cell held a finite number."""
        return ~np.isnan(self.values)


def text(cell: object) -> str:
    """The cell as trimmed text; 2013.0 is "2013", a date is ISO."""
    if type(cell) is str:
        return cell.strip()
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, datetime):
        return (
            cell.date().isoformat()
            if (cell.hour, cell.minute, cell.second) == (0, 0, 0)
            else cell.isoformat()
        )
    if isinstance(cell, date):
        return cell.isoformat()
    return "" if cell is None else str(cell).strip()


@lru_cache(maxsize=100_000, typed=True)  # files of a publication repeat each other, and one file itself
def heading(cell: Hashable) -> str:
    """The cell as a heading: one case, single spaces, "and" for "&", no closing colon."""
    return " ".join(text(cell).casefold().replace("&", " and ").split()).removesuffix(":").rstrip()


def texts(cells: "pd.Series[str]") -> "pd.Series[str]":
    """A column as trimmed text."""
    return pd.Series([text(cell) for cell in cells], index=cells.index, dtype=object)


def is_mark(word: str) -> bool:
    """True for a word that stands where a figure would, and for an empty one."""
    return word.casefold() in SUPPRESSED or _is_missing(word.casefold())


def _is_missing(word: str) -> bool:
    return word in MISSING or _NOTE.fullmatch(word) is not None


def figure(cell: object) -> float | None:
    """The cell as a finite number, or None."""
    if isinstance(cell, bool):
        return None
    word = text(cell)
    if not _NUMBER.fullmatch(word):
        return None
    number = float(word.replace(",", ""))
    return number if np.isfinite(number) else None


def half_of_last_digit(cell: object) -> float:
    """By how much a printed figure may differ from what it was rounded from: 0.05 for "52.4".

    NaN for no figure. A whole number counts as rounded to whole numbers, and nothing as more exact than to
    one in a million.
    """
    number = figure(cell)
    if number is None:
        return np.nan
    # a float of a workbook carries binary dust: 42.199999999999996 was printed as 42.2
    printed = repr(round(cell, 9)) if isinstance(cell, float) else text(cell).replace(",", "")
    exponent = Decimal(printed).as_tuple().exponent
    digits = exponent if isinstance(exponent, int) else 0
    return max(0.5 * 10.0 ** min(digits, 0) * (1 + 1e-9), 1e-6 * max(abs(number), 1.0))


def times(cells: pd.Series, factor: float) -> pd.Series:
    """The figures of a column times ``factor`` (a share as percent); marks and faults stay as they are."""
    products = [cell if (number := figure(cell)) is None else round(number * factor, 10) for cell in cells]
    return pd.Series(products, index=cells.index, dtype=object)


def no_figures(length: int) -> Figures:
    """A column that the file does not have."""
    none = np.zeros(length, dtype=bool)
    return Figures(np.full(length, np.nan), none, none)


def read_figures(cells: "pd.Series[str]") -> Figures:
    """Read a column of cells as they were in the file: floats of a workbook, text of a CSV."""
    values = np.full(len(cells), np.nan)
    is_suppressed = np.zeros(len(cells), dtype=bool)
    is_fault = np.zeros(len(cells), dtype=bool)
    for place, cell in enumerate(cells.to_numpy(dtype=object)):
        number = cell if type(cell) is float and -1e300 < cell < 1e300 else figure(cell)
        if number is not None:
            values[place] = number
            continue
        word = text(cell).casefold()
        is_suppressed[place] = word in SUPPRESSED
        is_fault[place] = word not in SUPPRESSED and not _is_missing(word)
    return Figures(values, is_suppressed, is_fault)
