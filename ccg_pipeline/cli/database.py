"""`ccg database`: of which version a database is, and bringing an older one to this version.

Belongs here: the two verbs and what they print.
Does not belong here: what an upgrade changes (storage/migrations), opening a database (storage/database.py).
"""

import typer

from ccg_pipeline.cli.options import Database, console
from ccg_pipeline.settings import database_url
from ccg_pipeline.storage.database import WHAT_TO_DO, status_of, upgrade_database

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
    help="The version of a database, and bringing an older one to this version.",
)


def _say(sentence: str) -> None:
    console.print(sentence, markup=False, highlight=False, soft_wrap=True)


def _tell_status(url: str) -> None:
    state = status_of(url)
    _say(f"The database {WHAT_TO_DO.get(state, 'is of this version.')}")
    if state in ("older", "newer"):
        raise typer.Exit(1)


@app.command()
def status(database: Database = "") -> None:
    """Print whether the database is of this version; where it is not, what to do, and exit with 1."""
    _tell_status(database or database_url())


@app.command()
def upgrade(database: Database = "") -> None:
    """Bring a database of an older version to this one: all of it, or nothing. Save a copy first."""
    url = database or database_url()
    if mended := upgrade_database(url):
        _say(
            f"The ledger lacked {', '.join(mended)}, which kept its lines from being changed: made again. "
            "`ccg panel verify` says whether the lines are as they were."
        )
    _tell_status(url)
