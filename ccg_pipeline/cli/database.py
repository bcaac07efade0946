"""`ccg database`: a database's version, bringing it to this one, copying it, what it need not keep for ever.

Belongs here: the verbs and what they print.
Does not belong here: what an upgrade changes (storage/migrations), opening a database (storage/database.py),
how it is copied (storage/backup.py), what may be taken away (release/retention.py).
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from pandas import DateOffset

from ccg_pipeline.cli.options import Database, console, verbs_of
from ccg_pipeline.cli.typed import as_typed
from ccg_pipeline.framework.families import named_editions
from ccg_pipeline.framework.round_dates import round_title
from ccg_pipeline.release.retention import outdated, take_away
from ccg_pipeline.settings import database_url, editions_in_force, keep_months
from ccg_pipeline.storage.backup import back_up, restore
from ccg_pipeline.storage.database import (
    WHAT_TO_DO,
    open_for_reading,
    open_for_writing,
    status_of,
    upgrade_database,
)
from expert_panels.clock import utc_now
from expert_panels.foundation.fault import WrongUse
from expert_panels.ledger import record as ledger

app = verbs_of(
    "The version of a database, bringing an older one to this version, copying and restoring it, and what it "
    "need not keep for ever.",
)


def _say(sentence: str) -> None:
    console.print(as_typed(sentence), markup=False, highlight=False, soft_wrap=True)


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


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(help="File to write; it must not be there.", metavar="FILE")],
    database: Database = "",
) -> None:
    """Copy a whole database into one file, as it is at one moment, while others go on writing."""
    back_up(database or database_url(), file)
    _say(f"Wrote {file}. Keys, source files and reports are folders next to the database: copy them too.")


@app.command("restore")
def restore_copy(
    file: Annotated[Path, typer.Argument(help="A file that `ccg database backup` wrote.", metavar="FILE")],
    database: Database = "",
) -> None:
    """Make a database of such a copy, where there is none, and say how far its ledger goes."""
    url = database or database_url()
    restore(file, url)
    _tell_status(url)
    engine = open_for_reading(url)
    head = ledger.head(engine)
    engine.dispose()
    _say(f"Its ledger ends with line {head.seq}, {head.hash}: `ccg panel verify` checks all of it.")


@app.command()
def retention(
    keep: Annotated[
        int | None,
        typer.Option("--keep-months", help="Months that are kept; without, CCG_KEEP_MONTHS.", min=1),
    ] = None,
    is_done: Annotated[bool, typer.Option("--take-away", help="Take it away; without, only say it.")] = False,
    database: Database = "",
) -> None:
    """Say what need not be kept for ever, and take it away when told to.

    Of what ended before the months that are kept: the candidates of rounds of which nothing is released and
    on which nobody decided, findings that no round rests on, and runs of Dagster that made no newest piece of
    an asset. The ledger, releases, what bodies saw, source files and their figures are kept for ever.
    """
    months = keep_months() if keep is None else keep
    if months is None:
        raise WrongUse("All is kept for ever: name a number of months, --keep-months or CCG_KEEP_MONTHS.")
    from ccg_pipeline.orchestration.instance import dagster_instance
    from ccg_pipeline.orchestration.retention import outdated_runs, take_away_runs

    url = database or database_url()
    before = (utc_now().date().replace(day=1) - DateOffset(months=months)).date()
    editions = named_editions(editions_in_force())
    engine = open_for_writing(url) if is_done else open_for_reading(url)
    found = outdated(engine, editions, before)
    with dagster_instance(url) as instance:
        runs = outdated_runs(instance, datetime(before.year, before.month, before.day, tzinfo=UTC))
        if is_done:
            take_away(engine, found, editions, before)
            take_away_runs(instance, runs)
    engine.dispose()
    names = ", ".join(round_title(lane, key, editions) for lane, key in found.rounds) or "none"
    _say(f"From before {before:%d %B %Y}{', taken away' if is_done else ''}:")
    _say(f"  candidates of rounds that nobody decided on: {names}; {found.n_rows:,} rows")
    _say(f"  findings that no round rests on: {found.n_findings:,} rows")
    _say(f"  runs of Dagster that made nothing that is newest: {len(runs):,}")
    if not is_done:
        _say("Nothing was taken away: --take-away does that.")
