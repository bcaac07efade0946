"""Files that are there whole or not at all.

Belongs here: writing a file so that a kill, or a second writer, leaves the old file or the new one.
Does not belong here: files that grow (downloads), a file that must never be replaced (a private key).
"""

import os
import re
from pathlib import Path


def write_whole(path: Path, content: bytes) -> None:
    """Write `content` to `path`: next to it first, then moved there. Raises OSError."""
    partial = path.with_name(f".{path.name}.{os.getpid()}.part")  # hidden, so that no reader takes it
    try:
        with partial.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


def whole_name(name: str) -> str:
    """Return the name that a file was to get whose writer was killed; any other name as it is."""
    found = re.fullmatch(r"\.(.+)\.\d+\.part", name)
    return found[1] if found else name
