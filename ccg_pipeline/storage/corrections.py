"""The record of amendments: who took in or corrected a refused row or withdrew a file, why, and until when.

Belongs here: writing a line, reading them all, and which are in force on a day: a pure fold.
Does not belong here: what an amendment does to a row (sources/corrections.py).
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Literal

from sqlalchemy import Connection, Engine, insert, select

from ccg_pipeline.storage.database import reading, writing
from ccg_pipeline.storage.fingerprint import canonical_json
from ccg_pipeline.storage.sql import amendment

Action = Literal["waive", "correct", "withdraw", "revoke"]
WHOLE_FILE = ("", 0)
"""Sheet and row of a line that is about a whole file, which is withdrawn."""


@dataclass(frozen=True)
class Line:
    """One line of the record. `seq` counts them, `at` is UTC in ISO 8601; `cells` maps headings to values."""

    seq: int
    at: str
    action: Action
    source_sha256: str
    source_name: str
    publication: str
    sheet: str
    row: int
    cells: Mapping[str, str]
    actor: str
    recorded_by: str
    reason: str
    until: str

    @property
    def about(self) -> tuple[str, str, int]:
        """The row that it is about: sha256 of the file, sheet, row number."""
        return self.source_sha256, self.sheet, self.row


def lines(connection: Connection) -> list[Line]:
    """Return the whole record, in order."""
    names = list(Line.__dataclass_fields__)
    statement = select(*(amendment.c[name] for name in names)).order_by(amendment.c.seq)
    return [
        Line(**{**dict(zip(names, row, strict=True)), "cells": json.loads(row[names.index("cells")])})
        for row in connection.execute(statement)
    ]


def all_lines(engine: Engine) -> list[Line]:
    """Return the whole record, in order, through its own connection."""
    with reading(engine) as connection:
        return lines(connection)


def in_force(record: Iterable[Line], day: date) -> list[Line]:
    """Return the amendments that hold on `day`, by row.

    Of several lines about one row the last one that was written on or before `day` decides: it holds up to
    and with its last day, unless it revokes.
    """
    last = {line.about: line for line in record if line.at[:10] <= f"{day}"}
    holding = [line for line in last.values() if line.action != "revoke" and f"{day}" <= line.until]
    return sorted(holding, key=lambda line: line.about)


def record(
    engine: Engine,
    action: Action,
    row: Mapping[str, object],
    *,
    cells: Mapping[str, str],
    actor: str,
    recorded_by: str,
    reason: str,
    until: date,
    at: datetime | None = None,
) -> None:
    """Write one line about a quarantined row (`row`: its columns in table quarantine), at `at` or now."""
    of_row = ("source_sha256", "source_name", "publication", "sheet", "row")
    with writing(engine) as connection:
        connection.execute(
            insert(amendment).values(
                **{name: row[name] for name in of_row},
                at=(at or datetime.now(UTC)).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
                action=action,
                cells=canonical_json(dict(cells)),
                actor=actor,
                recorded_by=recorded_by,
                reason=reason,
                until=f"{until}",
            )
        )
