"""The landing folder: which files there are, and what is in one that is looked into.

Belongs here: files by their bytes, and reading each of them once.
Does not belong here: how a file is read (sources/), which of them have to be looked into (record.py).
"""

import errno
import hashlib
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path

import pandas as pd

from ccg_pipeline.framework.model import Edition
from ccg_pipeline.framework.wanted import Wanted, wanted_by
from ccg_pipeline.sources.catalogue import read_file
from ccg_pipeline.sources.corrections import Amendment
from ccg_pipeline.sources.documents import printable
from ccg_pipeline.sources.file_kinds import MAX_BYTES
from ccg_pipeline.sources.folder import Entry, entries_in
from ccg_pipeline.sources.result import Reading, Refused
from ccg_pipeline.sources.sidecar import SUFFIX


@dataclass(frozen=True)
class Found:
    """A file in the landing folder, known by its bytes, its sidecar's, and what was said of its rows.

    One with a ``problem`` is not opened: it is known by its name, size and problem instead of its bytes, or
    by what the record says of it, its ``publication`` too. ``landed_at``: when it came into the folder under
    its name, as a run met it (UTC, ISO 8601).
    """

    path: Path
    sha256: str
    sidecar_sha256: str
    amendments: tuple[Amendment, ...] = ()
    problem: str = ""
    publication: str = ""
    size_bytes: int = 0
    landed_at: str = ""

    @property
    def name(self) -> str:
        """Its name without its folder, as it may be printed and stored."""
        return printable(self.path)


@dataclass(frozen=True)
class Landed:
    """A file that was looked into: what was read of it, or the sentence that refused it."""

    found: Found
    outcome: Reading | Refused

    @property
    def publication(self) -> str:
        """Key of the publication the file was recognised as; empty when it was not."""
        if isinstance(self.outcome, Refused):
            return self.outcome.publication
        return self.outcome.source_file.publication

    @cached_property
    def months(self) -> frozenset[str]:
        """The months in which the data periods of its figures end."""
        if isinstance(self.outcome, Refused):
            return frozenset()
        return frozenset(pd.to_datetime(self.outcome.observations["period_end"].unique()).strftime("%Y-%m"))


@dataclass
class LandingFolder:
    """The folder into which publishers' files are put as they were downloaded.

    `amended_on` is the day whose corrections are in force; None stands for today (UTC). `looked_at` is when
    what is new in it is said to have landed. What was read of a
    file is remembered for as long as this object lives, which is one run: its steps ask again.
    """

    path: str
    amended_on: date | None = None
    looked_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    _landed: dict[tuple[Found, str], Landed] = field(default_factory=dict, repr=False)
    _sha256: dict[tuple[str, int, int], str] = field(default_factory=dict, repr=False)

    def day(self) -> date:
        """Return the day whose corrections are in force."""
        return self.amended_on or datetime.now(UTC).date()

    def files(self) -> tuple[Found, ...]:
        """Return every source file below the folder, which need not exist yet.

        Raises OSError when a file cannot be read just now, so that the step is retried.
        """
        folder = Path(self.path)
        return tuple(map(self._found, entries_in(folder))) if folder.is_dir() else ()

    def read(self, found: Found, wanted: Edition | Wanted) -> Landed:
        """Return what is in a file of what is wanted, looked into once."""
        asked = wanted_by(wanted)
        key = (found, asked.fingerprint())
        if key not in self._landed:
            try:
                if found.problem:
                    raise Refused(f"{found.name}: {found.problem}.", found.publication)
                self._landed[key] = Landed(
                    found, read_file(found.path, asked, found.amendments, datetime.now(UTC).date())
                )
            except Refused as refused:
                self._landed[key] = Landed(found, refused)
        return self._landed[key]

    def _found(self, entry: Entry) -> Found:
        path, problem, size = entry.path, entry.problem, 0
        try:
            size = path.lstat().st_size
            if not problem and size > MAX_BYTES:
                problem = f"is larger than {MAX_BYTES // 2**20} MB; no publication known here is"
            if not problem:
                sidecar = path.with_name(path.name + SUFFIX)
                sidecar_sha256 = self._hash(sidecar) if sidecar.is_file() else ""
                return Found(path, self._hash(path), sidecar_sha256, size_bytes=path.stat().st_size)
        except OSError as error:
            if error.errno not in NEVER_READABLE:
                raise
            problem = f"cannot be opened ({error.strerror}); check its name and that this account may read it"
        known_by = hashlib.sha256(f"{printable(path)}:{size}:{problem}".encode()).hexdigest()
        return Found(path, known_by, "", problem=problem, size_bytes=size)

    def _hash(self, path: Path) -> str:
        stat = path.stat()
        key = (str(path), stat.st_size, stat.st_mtime_ns)
        if key not in self._sha256:
            with path.open("rb") as file:
                self._sha256[key] = hashlib.file_digest(file, "sha256").hexdigest()
        return self._sha256[key]


NEVER_READABLE = (errno.EACCES, errno.EPERM, errno.ENAMETOOLONG, errno.ELOOP)
"""Errors that another try does not mend."""
