"""What the environment says, once: which database, which folders, who acts.

Belongs here: the variables with their defaults, and the home of a database, in which all that belongs to it
alone is kept (reports, Dagster's instance, keys).
Does not belong here: how the panels' room is served (expert_panels/settings.py), the method (framework/).
"""

import getpass
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from expert_panels.foundation.fault import WrongUse

IN_PROCESS, CELERY = "in_process", "celery"


class Settings(BaseSettings):
    """The environment's variables: `CCG_HOME`, `CCG_DATABASE`, `CCG_LANDING`, …, and `DAGSTER_HOME`."""

    model_config = SettingsConfigDict(env_prefix="CCG_", frozen=True, extra="ignore", env_ignore_empty=True)

    home: Path = Path(".ccg")
    database: str = ""
    landing: str = ""
    downloads: str = ""
    actor: str = ""
    editions: str = ""
    executor: str = ""
    broker: str = ""
    site: str = ""
    site_calendar: str = ""
    site_address: str = ""
    site_contact: str = ""
    log: str = ""
    keep_months: str = ""
    dagster_home: str = Field("", validation_alias="DAGSTER_HOME")


def home() -> Path:
    """Return the folder of all that this project keeps: CCG_HOME, or `.ccg` below the working directory."""
    return Settings().home.absolute()


def database_url() -> str:
    """Return the database in use: CCG_DATABASE, or an SQLite file in the home folder."""
    return Settings().database or f"sqlite:///{home() / 'ccg.db'}"


def landing_path() -> str:
    """Return the landing folder in use: CCG_LANDING, or `landing` in the home folder."""
    return Settings().landing or str(home() / "landing")


def editions_in_force() -> tuple[str, ...]:
    """Return the editions in force besides that of 2016/17: CCG_EDITIONS, keys or folders with commas."""
    return tuple(one for one in (part.strip() for part in Settings().editions.split(",")) if one)


def executor_name() -> str:
    """Return what executes the steps of a run: CCG_EXECUTOR, `in_process` or `celery`; `in_process` without.

    Raises WrongUse for any other word.
    """
    said = Settings().executor or IN_PROCESS
    if said not in (IN_PROCESS, CELERY):
        raise WrongUse(f"CCG_EXECUTOR is {said!r}: write {IN_PROCESS} or {CELERY}.")
    return said


def broker_url() -> str:
    """Return the broker of the Celery workers: CCG_BROKER, a URL such as `redis://HOST:6379/0`.

    Raises WrongUse where there is none.
    """
    if not (said := Settings().broker):
        raise WrongUse(
            "CCG_EXECUTOR is celery and CCG_BROKER is not set: name the broker, redis://HOST:6379/0."
        )
    return said


@dataclass(frozen=True)
class SitePlace:
    """Where a pipeline publishes: a folder ('' for nowhere), a calendar, and whom readers write to.

    `address`: the site's own address, where the folder is served; '' where nobody said it.
    """

    folder: str
    calendar: str
    contact: str
    address: str = ""


def published_to() -> SitePlace:
    """Return where a pipeline publishes: CCG_SITE, CCG_SITE_CALENDAR, CCG_SITE_CONTACT, CCG_SITE_ADDRESS."""
    said = Settings()
    return SitePlace(said.site, said.site_calendar, said.site_contact, said.site_address)


def log_format() -> str:
    """Return how steps are logged: CCG_LOG, `json` for a line each on standard error, or not at all.

    Raises WrongUse for any other word.
    """
    if (said := Settings().log) not in ("", "json"):
        raise WrongUse(f"CCG_LOG is {said!r}: write json, or leave it out.")
    return said


def keep_months() -> int | None:
    """Return for how many months all is kept: CCG_KEEP_MONTHS, None for ever.

    Raises WrongUse for what is no whole number from 1 on.
    """
    said = Settings().keep_months
    if said and not (said.isdecimal() and int(said) > 0):
        raise WrongUse(f"CCG_KEEP_MONTHS is {said!r}: write a whole number of months, or leave it out.")
    return int(said) if said else None


def downloads_path() -> str:
    """Return the file of addresses in use: CCG_DOWNLOADS, or `downloads.yaml` in the home folder."""
    return Settings().downloads or str(home() / "downloads.yaml")


def home_of(url: str) -> Path:
    """Return the folder of what belongs to one database: its reports, its Dagster instance, its keys.

    The home folder itself for the SQLite file in it; for every other database a folder of its name below
    `databases`, so that two of them share nothing. `url` is an SQLAlchemy URL; its password plays no part.
    """
    try:
        parsed = make_url(url)
    except ArgumentError:
        return home() / "databases" / "unknown"  # whoever opens it says what is wrong with the URL
    database = parsed.database or "memory"
    if parsed.get_backend_name() == "sqlite":
        # a database that is only read is opened by the URI of its file
        path = Path(unquote(urlsplit(database).path) if database.startswith("file:") else database).resolve()
        if path == (home() / "ccg.db").resolve():
            return home()
        known_by, name = str(path), path.stem
    else:
        known_by, name = f"{parsed.host}:{parsed.port}/{database}", f"{parsed.host}-{database}"
    digest = hashlib.sha256(known_by.encode()).hexdigest()[:8]
    return home() / "databases" / f"{re.sub(r'[^A-Za-z0-9.-]+', '-', name)}-{digest}"


def dagster_home(url: str) -> Path:
    """Return the folder of the Dagster instance of a database: DAGSTER_HOME, or `dagster` in its home."""
    named = Settings().dagster_home
    return Path(named) if named else home_of(url) / "dagster"


def keys_of(url: str) -> Path:
    """Return the folder of the key that signs a database's certificates.

    Earlier versions kept it in the home folder: there it stays in use where no other database is its owner.
    """
    shared, own = home() / "keys", home_of(url) / "keys"
    is_of_earlier_version = shared.is_dir() and not own.is_dir() and not (home() / "ccg.db").exists()
    return shared if is_of_earlier_version else own


def report_path(url: str, month: str) -> Path:
    """Return where the validation report of a database's month (`2017-03`) is written."""
    return home_of(url) / "validation" / f"{month}.html"


def actor() -> str:
    """Return who is said to act: CCG_ACTOR, or nobody in particular."""
    return Settings().actor


def launched_by(tags: Mapping[str, str]) -> str:
    """Return who launched a run: its tag `ccg/launched_by`, else CCG_ACTOR or this process's user."""
    return tags.get("ccg/launched_by") or actor() or getpass.getuser()
