"""`ccg files`: which files were met, and withdrawing one.

Belongs here: the options of these verbs. Does not belong here: what withdrawing does (quality/withdrawal.py),
what is printed (prints/lists.py).
"""

from typing import Annotated

import typer

from ccg_pipeline.cli.options import Actor, Database, console, say, verbs_of
from ccg_pipeline.cli.prints import lists as printed_lists
from ccg_pipeline.quality import withdrawal
from ccg_pipeline.settings import database_url
from ccg_pipeline.storage.database import open_for_reading, open_for_writing

app = verbs_of(
    "Every file that was met, read or refused, with the account of its rows; withdrawing one.",
    is_said_alone=True,
)
Reason = Annotated[str, typer.Option("--reason", help="Why; the refusal of the file says it.")]


@app.callback()
def listed(context: typer.Context, database: Database = "") -> None:
    """Print every file that was met, read or refused, with the account of its rows."""
    if context.invoked_subcommand is None:
        printed_lists.files(console, open_for_reading(database or database_url()))


@app.command()
def withdraw(
    file: Annotated[str, typer.Argument(help="Its name, or how its sha256 begins.", metavar="FILE")],
    actor: Actor,
    reason: Reason,
    back: Annotated[bool, typer.Option("--back", help="Take the withdrawal back.")] = False,
    database: Database = "",
) -> None:
    """Withdraw a file: its figures go from the next run on, also where the file was taken away. Recorded."""
    engine = open_for_writing(database or database_url())
    change = withdrawal.take_back if back else withdrawal.withdraw
    met = change(engine, file, actor, reason)
    what = "counts again" if back else "is withdrawn"
    said = f"Recorded: {met.name} ({met.sha256[:12]}) {what}, from the next `ccg run` on."
    say(said)
