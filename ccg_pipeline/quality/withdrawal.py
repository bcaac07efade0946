"""Withdrawing a whole file: its figures go from the next run on, and come back when that is taken back.

Belongs here: finding the file that is meant, and the record's line. Callable from Python, as every verb is.
Does not belong here: what a run makes of it (landing/record.py), options and prints.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy import Engine, select

from ccg_pipeline.landing.record import withdrawn
from ccg_pipeline.quality.corrections import NotAmended
from ccg_pipeline.settings import launched_by
from ccg_pipeline.storage.corrections import WHOLE_FILE, record
from ccg_pipeline.storage.database import reading
from ccg_pipeline.storage.sql import source_file
from expert_panels.foundation.fault import WrongUse


@dataclass(frozen=True)
class Met:
    """A file that was met before."""

    sha256: str
    name: str
    publication: str


def file_met(engine: Engine, wanted: str) -> Met:
    """Return the file of a name, or whose sha256 begins so; WrongUse where there is none, or several."""
    column = source_file.c
    is_it = column.name == wanted
    if len(wanted) >= 8:
        is_it |= column.sha256.startswith(wanted, autoescape=True)
    statement = select(column.sha256, column.name, column.publication).where(is_it)
    with reading(engine) as connection:
        found = [Met(*row) for row in connection.execute(statement.order_by(column.name)).all()]
    several = sorted({one.sha256 for one in found})
    if not found:
        raise WrongUse(f"No file {wanted!r} was met: `ccg files` lists them, each with its name and sha256.")
    if len(several) > 1:
        begin = ", ".join(sha256[:12] for sha256 in several)
        raise WrongUse(f"{len(several)} files are called {wanted!r}: name one by its sha256, {begin}.")
    return found[0]


def withdraw(engine: Engine, wanted: str, actor: str, reason: str, day: date | None = None) -> Met:
    """Record that a file is withdrawn, in the folder or not. Raises NotAmended, WrongUse."""
    met = file_met(engine, wanted)
    if _is_withdrawn(engine, met, day):
        raise NotAmended(f"{met.name} is withdrawn already.")
    _record(engine, met, "withdraw", actor, reason)
    return met


def take_back(engine: Engine, wanted: str, actor: str, reason: str, day: date | None = None) -> Met:
    """Record that a file is withdrawn no more. Raises NotAmended, WrongUse."""
    met = file_met(engine, wanted)
    if not _is_withdrawn(engine, met, day):
        raise NotAmended(f"{met.name} is not withdrawn.")
    _record(engine, met, "revoke", actor, reason)
    return met


def _is_withdrawn(engine: Engine, met: Met, day: date | None) -> bool:
    today = day or datetime.now(UTC).date()
    return met.sha256 in {sha256 for sha256, _ in withdrawn(engine, today)}


def _record(engine: Engine, met: Met, action: str, actor: str, reason: str) -> None:
    if not actor.strip() or not reason.strip():
        raise NotAmended("To withdraw a file needs a person (--as) and a reason (--reason).")
    sheet, row = WHOLE_FILE
    about = {"source_sha256": met.sha256, "source_name": met.name, "publication": met.publication}
    record(
        engine,
        "withdraw" if action == "withdraw" else "revoke",
        {**about, "sheet": sheet, "row": row},
        cells={},
        actor=" ".join(actor.split()),
        recorded_by=launched_by({}),
        reason=" ".join(reason.split()),
        until=date.max,
    )
