"""`ccg method` and `ccg files`: what is assumed, and which files were met.

Belongs here: their options. Does not belong here: what they print (prints/lists.py).
"""

from typing import Annotated

import typer

from ccg_pipeline.cli.asked_tables import tables_asked
from ccg_pipeline.cli.options import Database, Month, Year, console
from ccg_pipeline.cli.prints import lists as printed_lists
from ccg_pipeline.framework.load import load_edition
from ccg_pipeline.settings import database_url
from ccg_pipeline.storage.database import open_for_reading


def method(
    fit: Annotated[bool, typer.Option("--fit", help="Counts by grade beside the published counts.")] = False,
    month: Month = "",
    year: Year = "",
    database: Database = "",
) -> None:
    """List every number of the method that is assumed.

    With `--fit`, of a month or year that was scored: how many CCGs are in each grade, beside the published
    counts, and in which bands the CCGs are for each indicator. It is not released, so it is logged.
    """
    edition = load_edition()
    if not fit:
        printed_lists.method(console, edition)
        return
    tables = tables_asked(database, month, year, True, "method --fit")
    printed_lists.fit(console, tables, edition)


def files(database: Database = "") -> None:
    """Print every file that was met, read or refused, with the account of its rows."""
    printed_lists.files(console, open_for_reading(database or database_url()))
