"""The ccg command: runs a verb, and turns whatever it raises into one sentence and an exit code.

Belongs here: what holds for all verbs, which is warnings, errors, --debug and the exit codes: 0 done, 1 the
data or the method refused, 2 wrong use.
Does not belong here: the verbs themselves (verbs.py, panel.py).
"""

import sys
import warnings

from rich.console import Console

from ccg_pipeline.cli.verbs import app
from expert_panels.foundation.fault import Fault

STILL_BETA = (
    "Parameter `backfill_policy` of function",
    "Parameter `allow_nonexistent_upstream_partitions` of",
    "Specifying a partitions_def on an AssetCheckSpec",
)
"""Dagster says of these three that a later release may change them. The lock holds the release that they were
tried on, and whoever assesses CCGs can do nothing about it; any other warning is shown."""

DEBUG = "--debug"


def main() -> None:
    """Run the command; a fault is one sentence on standard error, a traceback only with --debug."""
    for beginning in STILL_BETA:
        warnings.filterwarnings("ignore", message=beginning)
    arguments = [one for one in sys.argv[1:] if one != DEBUG]
    try:
        app(arguments, prog_name="ccg")
    except Exception as error:  # whatever it is, it ends as one sentence
        if len(arguments) < len(sys.argv) - 1:
            raise
        sentence = str(error)
        if not isinstance(error, Fault):
            first = (sentence.splitlines() or [""])[0]
            sentence = (
                f"This should not have happened ({type(error).__name__}: {first}); {DEBUG} shows where."
            )
        Console(stderr=True).print(sentence, markup=False, highlight=False, soft_wrap=True)
        sys.exit(error.exit_code if isinstance(error, Fault) else Fault.exit_code)
