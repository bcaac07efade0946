"""`ccg method`: what is assumed.

Belongs here: its options. Does not belong here: what it prints (prints/assumed.py, prints/lists.py).
"""

from typing import Annotated

import typer

from ccg_pipeline.cli.asked_tables import tables_asked
from ccg_pipeline.cli.options import Database, EditionNamed, Month, Quarter, RoundNamed, Year, console
from ccg_pipeline.cli.prints import lists as printed_lists
from ccg_pipeline.cli.prints.assumed import assumed
from ccg_pipeline.cli.rounds import asked_for, fit_round
from ccg_pipeline.framework.load import load_edition


def method(
    text: Annotated[
        str,
        typer.Argument(
            help="Those alone with this text in file, name or value, or else in the reason.", metavar="TEXT"
        ),
    ] = "",
    *,
    fit: Annotated[bool, typer.Option("--fit", help="Counts by grade next to the published counts.")] = False,
    month: Month = "",
    year: Year = "",
    database: Database = "",
    edition_named: EditionNamed = "",
    quarter: Quarter = "",
    round_name: RoundNamed = "",
) -> None:
    """List every number of the method that is assumed, under the reason for it.

    With `--fit`, of a month or year that was scored: how many CCGs are in each grade, next to the published
    counts, and in which bands the CCGs are for each indicator. It is not released, so it is logged.
    With `--edition`, of another framework: what is assumed in it, or with `--fit` the counts by grade of a
    round that was released.
    """
    if asked := asked_for(edition_named, month, quarter, year, round_name):
        if fit:
            fit_round(asked, database)
        else:
            assumed(console, f"{asked.edition.title}: what is assumed", asked.edition.numbers(), text)
        return
    edition = load_edition()
    if not fit:
        title = f"{edition.title}: what is assumed, and not NHS England's"
        assumed(console, title, edition.numbers(), text)
        return
    tables = tables_asked(database, month, year, True, "method --fit")
    printed_lists.fit(console, tables, edition)
