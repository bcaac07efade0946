"""Where a command's output goes: to a file or to standard output.

Belongs here: refusing a format or a folder before any work is done, and writing bytes.
Does not belong here: the formats themselves (publish/export.py), tables for a terminal (prints/).
"""

import sys
from pathlib import Path

from ccg_pipeline.publish.export import FORMATS
from expert_panels.foundation.fault import WrongUse
from expert_panels.foundation.whole_file import write_whole


def refuse_output(file_format: str, output: Path | None) -> None:
    """Raise WrongUse for a format that there is not, or a folder that there is not."""
    if file_format not in FORMATS:
        raise WrongUse(f"--format {file_format!r} is not known: choose one of {', '.join(FORMATS)}.")
    refuse_path(output)


def refuse_path(path: Path | None, option: str = "--output") -> None:
    """Raise WrongUse where the folder of `path` is not there; None is standard output."""
    if path is not None and not path.parent.is_dir():
        raise WrongUse(f"{option} {path}: there is no folder {path.parent}.")


def write(content: bytes, output: Path | None, option: str = "--output") -> None:
    """Write to a file, the old or the new whatever happens, or to standard output."""
    if output is None:
        sys.stdout.buffer.write(content)
        return
    refuse_path(output, option)
    write_whole(output, content)
