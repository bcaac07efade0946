"""What the assets are given: the landing folder, the edition, the database, the panels' terms.

Belongs here: Dagster resources, configured by environment variables with defaults below `.ccg/`.
Does not belong here: reading a file (sources), writing a table (storage).
"""

import getpass
import hashlib
import os
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import dagster as dg
import pandas as pd

from ccg_pipeline.demo.year import is_made_up_year
from ccg_pipeline.framework.load import load_edition
from ccg_pipeline.framework.model import Edition
from ccg_pipeline.landing.downloads.addresses import Addresses, DownloadFault, load_addresses
from ccg_pipeline.landing.downloads.outcomes import Fetched, Policy, Progress
from ccg_pipeline.landing.downloads.publications import fetch_publication
from ccg_pipeline.sources.catalogue import files_in, read_file
from ccg_pipeline.sources.corrections import Amendment
from ccg_pipeline.sources.result import Reading, Refused
from ccg_pipeline.sources.sidecar import SUFFIX
from expert_panels.terms import Terms, load_terms

HOME = ".ccg"
"""Folder of the embedded database, the Dagster instance and the made-up year, below the working directory."""


@dataclass(frozen=True)
class Found:
    """A file in the landing folder, known by its bytes, its sidecar's, and what was said of its rows."""

    path: Path
    sha256: str
    sidecar_sha256: str
    amendments: tuple[Amendment, ...] = ()


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

    @property
    def months(self) -> frozenset[str]:
        """The months in which the data periods of its figures end."""
        if isinstance(self.outcome, Refused):
            return frozenset()
        return frozenset(pd.to_datetime(self.outcome.observations["period_end"]).dt.strftime("%Y-%m"))


class LandingFolder(dg.ConfigurableResource[None]):
    """The folder into which publishers' files are put as they were downloaded.

    `amended_on` is the day whose amendments are in force, in ISO 8601; empty stands for today (UTC).
    """

    path: str
    amended_on: str = ""

    def day(self) -> date:
        """Return the day whose amendments are in force."""
        return date.fromisoformat(self.amended_on) if self.amended_on else datetime.now(UTC).date()

    def files(self) -> tuple[Found, ...]:
        """Return every source file below the folder, which need not exist yet.

        Raises OSError when a file cannot be read just now, so that the step is retried.
        """
        folder = Path(self.path)
        return tuple(_found(path) for path in files_in(folder)) if folder.is_dir() else ()

    def read(self, found: Found, edition: Edition) -> Landed:
        """Return what is in a file; looked into once a process, since the steps of a run ask again."""
        key = (found, edition.key)
        if key not in _LANDED:
            try:
                _LANDED[key] = Landed(found, read_file(found.path, edition, found.amendments))
            except Refused as refused:
                _LANDED[key] = Landed(found, refused)
        return _LANDED[key]


class Downloads(dg.ConfigurableResource[None]):
    """Where publishers' files are to be had; `path` is the file of addresses, which need not be there."""

    path: str

    def addresses(self, edition: Edition) -> Addresses:
        """Return the addresses by publication. Raises DownloadFault."""
        return load_addresses(Path(self.path), tuple(one.key for one in edition.publications))

    def fetch(
        self,
        edition: Edition,
        publication: str,
        months: Collection[str],
        landing: str,
        progress: Progress = lambda *_: None,
    ) -> list[Fetched]:
        """Fetch a publication's files of `months` into the landing folder. Raises DownloadFault."""
        addresses = self.addresses(edition)
        if publication in addresses and is_made_up_year(Path(landing)):
            raise DownloadFault(
                f"{publication}: {landing} holds the made-up year, and no publisher's file goes in there; "
                "name another landing folder."
            )
        return fetch_publication(addresses, publication, months, Path(landing), Policy(), progress)


_LANDED: dict[tuple[Found, str], Landed] = {}
_SHA256: dict[tuple[str, int, int], str] = {}


def _found(path: Path) -> Found:
    sidecar = path.with_name(path.name + SUFFIX)
    return Found(path, _sha256(path), _sha256(sidecar) if sidecar.is_file() else "")


def _sha256(path: Path) -> str:
    stat = path.stat()
    key = (str(path), stat.st_size, stat.st_mtime_ns)
    if key not in _SHA256:
        _SHA256[key] = hashlib.sha256(path.read_bytes()).hexdigest()
    return _SHA256[key]


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


def downloads_path() -> str:
    """Return the file of addresses in use: CCG_DOWNLOADS, or `downloads.yaml` in the home folder."""
    return os.environ.get("CCG_DOWNLOADS") or str(home() / "downloads.yaml")
