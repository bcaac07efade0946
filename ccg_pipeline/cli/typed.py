"""What can be typed next: commands in prints, by the name with which this process was called.

Belongs here: that name, and putting it into a text.
Does not belong here: the texts (prints/), files and messages, which are read elsewhere and say `ccg`.
"""

import re
import shutil
import sys
from pathlib import Path

from ccg_pipeline.cli.verbs import VERBS

COMMAND = re.compile(rf"(?<![\w./-])ccg (?=(?:{'|'.join(VERBS)})\b)")


def called(name: str, folder: Path, path: str | None = None) -> str:
    """Return how the command `name` (as `sys.argv[0]` says) can be typed in a folder: `.venv/bin/ccg`.

    It is `ccg` where the shell finds that very one by its search path (`path`, or PATH of the environment),
    and where no `ccg` was called, such as with `python -m`.
    """
    script = folder / name
    if script.name != "ccg":
        return "ccg"
    found = shutil.which("ccg", path=path)
    if found and Path(found).resolve() == script.resolve():
        return "ccg"
    return str(script.relative_to(folder)) if script.is_relative_to(folder) else str(script)


def as_typed(text: str) -> str:
    """Return a text in which every command begins with what can be typed here: `.venv/bin/ccg show 02N`."""
    name = called(sys.argv[0], Path.cwd())
    return COMMAND.sub(lambda _: f"{name} ", text)
