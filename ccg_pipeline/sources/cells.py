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

SUPPRESSED = frozenset({"*", "**", "***", "[c]", "[low]", "[u]", "c", "‡", "suppressed", "[suppressed]"})
_BELOW = re.compile(  # "<5", "1-5", "fewer than 5": a count too small to say
    r"(?:[<≤]|<=|fewer than|less than) ?[0-9]{1,2}|[0-9]{1,2} or (?:fewer|less)|[01] ?(?:[-–]|to) ?[0-9]"
)
_NOTE = re.compile(r"\[?note [0-9]+\]?")  # "[note 3]" says why there is no figure
MISSING = frozenset(
    {"", "-", "--", "–", "—", ".", "..", "...", "…", ":", "na", "n/a", "n.a.", "null", "none", "nan"}
    | {"[x]", "[z]", "not available", "not applicable"}
    | {"#n/a", "#value!", "#div/0!"}
)
"""Of the errors of a spreadsheet those to which a mark or a 0 leads; "#REF!" is a formula that broke."""
_FLAG = re.compile(
    r"\s*(?:\[(?:p|r|e|b|u|note [0-9]+|[0-9]+)\]|\([pre]\)|[*†‡#¹²³⁴-⁹]+|(?<=[0-9])\s?[pr])$", re.IGNORECASE
)
"""A mark behind a figure: provisional, revised, estimated, a break in the series, unreliable, a footnote."""
_NOTED = re.compile(r"\s*(?:\[(?:note )?[0-9]+\]|[*†‡¹²³⁴-⁹])$")  # behind a heading
MARKS = 10  # behind one heading at most (assumed)
LONGEST = 100  # signs of a date and of the marks behind a figure; a longer cell is no date (assumed)
_NUMBER = re.compile(
    r"[+-]?(?:[0-9]{1,3}(?:(?P<thousands>[,\s])[0-9]{3})(?:(?P=thousands)[0-9]{3})*|[0-9]+|(?=\.[0-9]))"
    r"(?:\.[0-9]*)?(?:[eE][+-]?[0-9]+)?"
)
_THOUSANDS_BY_POINTS = re.compile(r"[+-]?[0-9]{1,3}(?:\.[0-9]{3}){2,}")
_EXPONENT = re.compile(r"[0-9.][eE]\+?[0-9]")
_NOT_THOUSANDS = re.compile(r"[+-]?(?:[0-9]+,(?:[0-9]{1,2}|[0-9]{4,})|0[0-9]*,[0-9]+)")
"""A comma that can only stand for a point: where most of a column do, so may "12,345"."""


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
    """The cell as a heading: one case, single spaces, "and" for "&", no closing colon or mark of a note."""
    word = " ".join(text(cell).casefold().replace("&", " and ").split()).removesuffix(":").rstrip()
    bare = word
    for _ in range(MARKS):  # one by one from the end, so that a cell of a million signs takes no longer
        if (found := _NOTED.search(bare, len(bare) - LONGEST)) is None:
            break
        bare = bare[: found.start()]
    return bare or word


def texts(cells: "pd.Series[str]") -> "pd.Series[str]":
    """A column as trimmed text."""
    return pd.Series([text(cell) for cell in cells], index=cells.index, dtype=object)


def is_mark(word: str) -> bool:
    """True for a word that stands where a figure would, and for an empty one."""
    return _is_suppressed(word.casefold()) or _is_missing(word.casefold())


def _is_suppressed(word: str) -> bool:
    return word in SUPPRESSED or _BELOW.fullmatch(word) is not None


def is_flagged(cell: object) -> bool:
    """True for a figure with a mark behind it, as "1,234*" or "42 [r]"."""
    return type(cell) is str and figure(cell) is not None and not _NUMBER.fullmatch(cell.strip())


def is_rounded(cell: object) -> bool:
    """True for a figure that a program wrote as text with an exponent, as 2.29E+03 for 2,294."""
    return type(cell) is str and _EXPONENT.search(cell) is not None and figure(cell) is not None


def _digits(word: str) -> str:
    """A figure's text without a mark behind it and what parts its thousands."""
    return re.sub(r"[,\s]", "", word if _NUMBER.fullmatch(word) else _without_flag(word))


def _without_flag(word: str) -> str:
    """A figure's text without a mark behind it, which is looked for at its end alone: cells may be long."""
    begins = max(len(word) - LONGEST, 0)
    return word[:begins] + _FLAG.sub("", word[begins:])


def _is_missing(word: str) -> bool:
    return word in MISSING or _NOTE.fullmatch(word) is not None


def figure(cell: object) -> float | None:
    """The cell as a finite number, or None."""
    if isinstance(cell, bool):
        return None
    word = text(cell)
    if not _NUMBER.fullmatch(word) and not _NUMBER.fullmatch(_without_flag(word)):
        return None
    number = float(_digits(word))
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
    printed = repr(round(cell, 9)) if isinstance(cell, float) else _digits(text(cell))
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
    """Read a column of cells as they were in the file: floats of a workbook, text of a CSV.

    Where most commas of a column can only stand for points, as in "12,5", each cell with one is a fault; and
    each with a point where some points can only part thousands, as in "1.234.567".
    """
    values = np.full(len(cells), np.nan)
    is_suppressed = np.zeros(len(cells), dtype=bool)
    is_fault = np.zeros(len(cells), dtype=bool)
    every = cells.to_numpy(dtype=object)
    commas = [cell for cell in every if type(cell) is str and "," in cell]
    has_points = 2 * sum(_NOT_THOUSANDS.fullmatch(cell.strip()) is not None for cell in commas) > len(commas)
    parts = any(type(cell) is str and _THOUSANDS_BY_POINTS.fullmatch(cell.strip()) for cell in every)
    unclear = "," * has_points + "." * parts
    for place, cell in enumerate(every):
        number = cell if type(cell) is float and -1e300 < cell < 1e300 else figure(cell)
        if number is not None and not (unclear and type(cell) is str and any(map(cell.count, unclear))):
            values[place] = number
            continue
        word = text(cell).casefold()
        is_suppressed[place] = _is_suppressed(word)
        is_fault[place] = not is_suppressed[place] and not _is_missing(word)
    return Figures(values, is_suppressed, is_fault)
