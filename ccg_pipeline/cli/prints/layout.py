"""How the ccg command lays out a table on a terminal, whatever it is of.

Belongs here: a cell in words, a table whose cells are folded and never cut.
Does not belong here: what is printed of a thing (a module each); databases, so that what prints is quick.
"""

from collections.abc import Iterable, Sequence

import pandas as pd
from rich import box
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


def table_of(
    names: Sequence[str], rows: Iterable[Sequence[object]], title: str = "", numbers: Sequence[str] = ()
) -> Table:
    """Return a table of `rows` under `names`; those in `numbers` stand right. An empty row is a line."""
    table = Table(
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
