"""The ccg command: runs a verb, and turns whatever it raises into one sentence and an exit code.

Belongs here: what holds for all verbs, which is warnings, errors, --debug and the exit codes: 0 done, 1 the
data or the method refused, 2 wrong use, 130 interrupted.
Does not belong here: the verbs themselves (verbs.py, panel.py).
"""

import atexit
import gc
import sys
import warnings
from typing import NoReturn

from rich.console import Console

from ccg_pipeline.cli.typed import as_typed
from ccg_pipeline.cli.verbs import app
from expert_panels.foundation.fault import Fault, Interrupted

STILL_BETA = (
    "Parameter `backfill_policy` of function",
    "Parameter `allow_nonexistent_upstream_partitions` of",
    "Specifying a partitions_def on an AssetCheckSpec",
)
"""Dagster says of these three that a later release may change them. The lock holds the release that they were
tried on, and whoever assesses CCGs can do nothing about it; any other warning is shown."""

DEBUG = "--debug"

COLLECTED_AFTER = (50_000, 50, 100)
"""After how many new objects Python looks for circles among them. By default it looks after 700, and
through the 400,000 that importing makes and nobody gives up again: a fifth of what importing takes."""


def main() -> None:
    """Run the command; a fault is one sentence on standard error, a traceback only with --debug."""
    gc.set_threshold(*COLLECTED_AFTER)
    atexit.register(gc.freeze)  # else Python looks through all there is, for circles, before it ends
    for beginning in STILL_BETA:
        warnings.filterwarnings("ignore", message=beginning)
    arguments = [one for one in sys.argv[1:] if one != DEBUG]
    try:
        app(arguments, prog_name="ccg")
    except SystemExit as end:
        if end.code == Interrupted.exit_code:  # as Typer ends where nobody else takes Ctrl-C
            _end(Interrupted())
        raise
    except Exception as error:  # whatever it is, it ends as one sentence
        if len(arguments) < len(sys.argv) - 1:
            raise
        _end(error)


def _end(error: Exception) -> NoReturn:
    said = as_typed(sentence_of(error))
    Console(stderr=True).print(said, markup=False, highlight=False, soft_wrap=True)
    sys.exit(error.exit_code if isinstance(error, Fault) else Fault.exit_code)


def sentence_of(error: Exception) -> str:
    """Return the one sentence of whatever ended a verb."""
    if isinstance(error, Fault):
        return str(error)
    first = (str(error).splitlines() or [""])[0]
    if isinstance(error, OSError) and error.strerror:
        where = f"{error.filename}: " if error.filename else ""
        return f"{where}{error.strerror}: the machine refused, and what was not finished is as it was."
    if type(error).__module__ == "sqlalchemy.exc":  # of a storage of Dagster's, which has no door of ours
        from sqlalchemy.exc import DBAPIError

        from ccg_pipeline.storage.trouble import meaning

        if isinstance(error, DBAPIError):
            return f"Dagster's own storage: {meaning(error)}"
    return f"This should not have happened ({type(error).__name__}: {first}); {DEBUG} shows where."
