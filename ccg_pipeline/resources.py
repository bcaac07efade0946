"""What the assets are given: the landing folder, the edition, the database, the panels' terms.

Belongs here: Dagster resources, configured by environment variables with defaults below `.ccg/`.
Does not belong here: reading a file (sources), writing a table (storage).
"""

import getpass
import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import dagster as dg

from ccg_pipeline.framework.load import load_edition
from ccg_pipeline.framework.model import Edition
from ccg_pipeline.sources.catalogue import read_landing
from ccg_pipeline.sources.reading import Reading, Refused
from expert_panels.terms import Terms, load_terms

HOME = ".ccg"
"""Folder of the embedded database, the Dagster instance and the made-up year, below the working directory."""


@dataclass(frozen=True)
class Landed:
    """A file in the landing folder: what was read of it, or the sentence that refused it."""

    path: Path
    sha256: str
    outcome: Reading | Refused

    @property
    def publication(self) -> str:
        """Key of the publication the file was recognised as; empty when it was not."""
        if isinstance(self.outcome, Refused):
            return self.outcome.publication
        return self.outcome.source_file.publication


class LandingFolder(dg.ConfigurableResource[None]):
    """The folder into which publishers' files are put as they were downloaded."""

    path: str

    def folder(self) -> Path:
        """Return the folder; it need not exist yet, and then holds nothing."""
        return Path(self.path)

    def files(self, edition: Edition) -> tuple[Landed, ...]:
        """Return every file with what was read of it; read once a process as long as nothing changes.

        Raises OSError when a file cannot be read just now, so that the step is retried.
        """
        folder = self.folder()
        if not folder.is_dir():
            return ()
        key = (edition.key, *_listing(folder))
        if _READ.get(str(folder), (None, ()))[0] != key:
            _READ[str(folder)] = (key, tuple(self._read(edition)))
        return _READ[str(folder)][1]

    def _read(self, edition: Edition) -> Iterator[Landed]:
        for path, outcome in read_landing(self.folder(), edition):
            yield Landed(path, hashlib.sha256(path.read_bytes()).hexdigest(), outcome)


_READ: dict[str, tuple[object, tuple[Landed, ...]]] = {}
# What was read last of each folder: forty source steps of one run look at the same files.


def _listing(folder: Path) -> Iterator[tuple[str, int, int]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            stat = path.stat()
            yield str(path), stat.st_size, stat.st_mtime_ns


class Methodology(dg.ConfigurableResource[None]):
    """The framework edition in force."""

    edition_key: str

    def edition(self) -> Edition:
        """Return the edition, read and checked once a process."""
        return load_edition(self.edition_key)


class Panels(dg.ConfigurableResource[None]):
    """The panels' terms of reference: `terms` is a folder of them, or empty for the ones of this package."""

    terms: str = ""

    def all_terms(self) -> dict[str, Terms]:
        """Return the terms by panel."""
        return load_terms(Path(self.terms)) if self.terms else load_terms()


def launched_by(tags: dict[str, str]) -> str:
    """Return who launched a run: its tag `ccg/launched_by`, else the user this process runs as."""
    return tags.get("ccg/launched_by") or os.environ.get("CCG_ACTOR") or getpass.getuser()


def home() -> Path:
    """Return the folder of all that this project keeps: CCG_HOME, or `.ccg` below the working directory."""
    return Path(os.environ.get("CCG_HOME", HOME)).absolute()


def database_url() -> str:
    """Return the database in use: CCG_DATABASE, or an SQLite file in the home folder."""
    return os.environ.get("CCG_DATABASE") or f"sqlite:///{home() / 'ccg.db'}"


def landing_path() -> str:
    """Return the landing folder in use: CCG_LANDING, or `landing` in the home folder."""
    return os.environ.get("CCG_LANDING") or str(home() / "landing")
