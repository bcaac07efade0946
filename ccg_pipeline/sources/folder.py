"""The files of a landing folder, one by one: what is to be read, and what cannot be, with the reason.

Belongs here: walking a folder of any depth, links, folders that cannot be looked into.
Does not belong here: what a file holds (``documents``), what was read of it before (landing/).
"""

import os
from dataclasses import dataclass
from pathlib import Path

from ccg_pipeline.sources.sidecar import SUFFIX

DEPTH = 30  # folders within each other; a path has an end


@dataclass(frozen=True)
class Entry:
    """A file, or what is in its place; ``problem`` says why it cannot be read, behind its name."""

    path: Path
    problem: str = ""


def entries_in(folder: Path) -> list[Entry]:
    """Everything below ``folder`` that may be a source file, sorted by its path in it.

    Sidecars, hidden files and folders that begin with ``_`` or ``.`` are no source files.
    """
    root = folder.resolve()
    found: list[Entry] = []
    waiting = [(folder, 1)]
    while waiting:
        inside, depth = waiting.pop()
        try:
            with os.scandir(inside) as scanned:
                each_of = list(scanned)
        except OSError as error:
            if inside == folder:
                raise
            found.append(Entry(inside, f"cannot be looked into ({error.strerror}); let this account read it"))
            continue
        for each in each_of:
            path = inside / each.name
            if not _is_folder(each):
                if not each.name.startswith(".") and not each.name.endswith(SUFFIX):
                    found.append(Entry(path, _problem(each, root)))
            elif not each.name.startswith(("_", ".")):
                if each.is_symlink():
                    found.append(
                        Entry(path, "is a link to a folder, which is not followed; put its files here")
                    )
                elif depth >= DEPTH:
                    found.append(Entry(path, f"lies {depth} folders deep; put its files higher up"))
                else:
                    waiting.append((path, depth + 1))
    return sorted(found, key=lambda one: os.fsencode(one.path.relative_to(folder)))


def files_in(folder: Path) -> list[Path]:
    """The paths of ``entries_in``."""
    return [one.path for one in entries_in(folder)]


def _is_folder(entry: "os.DirEntry[str]") -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link round in a circle, or to a name that is too long
        return False


def _problem(entry: "os.DirEntry[str]", root: Path) -> str:
    """Why a file is not opened; '' where nothing speaks against it."""
    if entry.is_symlink():
        try:
            target = Path(entry.path).resolve(strict=True)
        except (OSError, RuntimeError):
            return "is a link to nothing; put the file itself here"
        if not target.is_relative_to(root):
            return "is a link to a place outside the folder; put the file itself here"
    return "" if entry.is_file() else "is no file; take it away"
