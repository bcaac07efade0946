"""`ccg doctor`: is all there that a deployment needs.

Belongs here: its option and how what was found is printed.
Does not belong here: what is looked at (orchestration/doctor.py).
"""

import typer

from ccg_pipeline.cli.options import Database, console
from ccg_pipeline.cli.typed import as_typed
from ccg_pipeline.orchestration.doctor import examined
from ccg_pipeline.settings import database_url


def doctor(database: Database = "") -> None:
    """Say of settings, database, keys, folders, disk, clock, daemon and schedules whether they hold.

    A sentence a line; what does not hold begins with `!`, and then the exit code is 1. Nothing is changed.
    """
    found = list(examined(database or database_url()))
    for holds, sentence in found:
        line = f"{' ' if holds else '!'} {as_typed(sentence)}"
        console.print(line, markup=False, highlight=False, soft_wrap=True)
    if not all(holds for holds, _ in found):
        raise typer.Exit(1)
