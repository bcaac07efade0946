"""How the ccg command lays out a table on a terminal, whatever it is of.

Belongs here: a cell in words, a table whose cells are folded and never cut.
Does not belong here: what is printed of a thing (a module each); databases, so that what prints is quick.
"""

from collections.abc import Iterable, Sequence

import pandas as pd
from rich import box
from rich.markup import escape
from rich.table import Table


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
        table.add_row(*(text_of(value) for value in row))
    return table
