"""How the ccg command lays out a table on a terminal, whatever it is of.

Belongs here: a cell in words, a table whose cells are folded, between words wherever that is possible, and
never cut.
Does not belong here: what is printed of a thing (a module each); databases, so that what prints is quick.
"""

from collections.abc import Iterable, Sequence

import pandas as pd
from rich import box
from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.markup import escape
from rich.table import Table
from rich.text import Text


def text_of(value: object) -> str:
    """Return a cell as people write it: nothing for what is missing, four digits for a small figure."""
    if value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and pd.isna(value)):
        return ""
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat()
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        if value.is_integer():
            return f"{value:,.0f}"
        return f"{value:,.4g}" if abs(value) < 1000 else f"{value:,.1f}"
    return escape(str(value))


GRADE_STYLES = ("bold green", "cyan", "yellow", "bold red")
"""Colours from the best grade to the worst; a terminal without colours (or NO_COLOR) has the words alone."""


def grade_text(label: str, grade: object, n: int) -> Text:
    """Return a grade of `n`, 1 the best, in its words and its colour; the words alone without a grade."""
    if not isinstance(grade, int) or not 1 <= grade <= n:
        return Text(label)
    return Text(label, style=GRADE_STYLES[round(3 * (grade - 1) / max(n - 1, 1))])


LONGEST_WORD, SHORT_CELL = 40, 12
"""Characters up to which a word is kept whole (a web address is longer), and a cell of several words."""


class WholeWords(Table):
    """A table whose columns are narrowed as far as their longest words allow, before any word is folded."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Give each column its width for this terminal, then print as any table does."""
        cells = [[_plain(one) for one in (column.header, *column.cells)] for column in self.columns]
        padding = 2 * len(cells) + 1  # a space behind each cell, between columns, and at both edges
        widths = narrowed(
            [max(cell_len(line) for one in own for line in one.split("\n")) for own in cells],
            [max(cell_len(word) for one in own for word in _words(one)) for own in cells],
            options.max_width - padding,
        )
        for column, width in zip(self.columns, widths, strict=True):
            column.width = width
        yield from super().__rich_console__(console, options)


def _plain(cell: object) -> str:
    return cell.plain if isinstance(cell, Text) else Text.from_markup(str(cell)).plain


def _words(cell: str) -> list[str]:
    return [cell] if len(cell) <= SHORT_CELL else cell.split()


def narrowed(widths: Sequence[int], words: Sequence[int], room: int) -> list[int]:
    """Return column widths that add up to `room` or less: first down to the longest words, then to what fits.

    `widths` are those without folding, `words` those of the longest words, in characters; each is at least 1.
    """
    found = [max(one, 1) for one in widths]
    floors = [max(min(one, LONGEST_WORD), 1) for one in words]
    while sum(found) > room and max(found) > 1:
        spare = [width - floor for width, floor in zip(found, floors, strict=True)]
        order = spare if max(spare) > 0 else found
        found[order.index(max(order))] -= 1
    return found


def table_of(
    names: Sequence[str], rows: Iterable[Sequence[object]], title: str = "", numbers: Sequence[str] = ()
) -> Table:
    """Return a table of `rows` under `names`; those in `numbers` stand right. An empty row is a line."""
    table = WholeWords(
        title=escape(title) or None,
        title_justify="left",
        title_style="bold",
        box=box.SIMPLE_HEAD,
        padding=(0, 1, 0, 0),
    )
    for name in names:
        table.add_column(name, overflow="fold", justify="right" if name in numbers else "left")
    for row in rows:
        table.add_row(*(value if isinstance(value, Text) else text_of(value) for value in row))
    return table
