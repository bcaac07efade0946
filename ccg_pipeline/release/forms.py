"""The canonical form of what a body decides on: the same figures in another form are the same subject.

Belongs here: whether two parts say the same, and letting what was recorded stay where they do.
Does not belong here: what a part holds (parts.py, round_parts.py), its bytes (storage/fingerprint.py).

The bytes of a part name its tables and their columns; these are the form. A newer version may add some, and
no figure has changed by that: what was recorded stays before its body, and what was signed stays signed. So
it does where draws say otherwise how sure the same figures are. A table or a column that went, and any other
figure, makes another subject.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Engine

from ccg_pipeline.release.archive import StorageFault, candidate_fingerprints, fetch
from ccg_pipeline.release.parts import OPEN
from ccg_pipeline.storage.database import reading
from ccg_pipeline.storage.fingerprint import sha256_of
from ccg_pipeline.tables.areas import AREA_SCORE
from ccg_pipeline.tables.candidates import CANDIDATE_RATING
from ccg_pipeline.tables.overall import OVERALL_RATING
from ccg_pipeline.tables.uncertainty import DRAWN

SCORED = (AREA_SCORE.name, CANDIDATE_RATING.name, OVERALL_RATING.name)
"""The tables of parts that hold what comes of draws with what the rules give."""


def is_same_subject(before: str, now: str) -> bool:
    """Return whether the bytes of a part say what those of an earlier one say, and add columns at most."""
    said, says = json.loads(before), json.loads(now)
    tables, newer = said.pop("tables"), says.pop("tables")
    return all(name in says and says[name] == value for name, value in said.items()) and all(
        name in newer and _agrees(name, table, newer[name]) for name, table in tables.items()
    )


def _agrees(name: str, before: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    """Whether a table has the rows of an earlier one, in those of its columns that are no draws."""
    if not set(before["columns"]) <= set(now["columns"]):
        return False
    drawn = DRAWN if name in SCORED else ()
    names = [column for column in before["columns"] if column not in drawn]
    return _rows(before, names) == _rows(now, names)


def _rows(table: Mapping[str, Any], names: Sequence[str]) -> list[str]:
    places = [table["columns"].index(name) for name in names]
    return sorted(repr([row[place] for place in places]) for row in table["rows"])


def says(connection: Connection, sha256: str, content: str) -> bool:
    """Return whether the part recorded under `sha256` says what these bytes say."""
    if sha256 == sha256_of(content):
        return True
    try:
        return is_same_subject(fetch(connection, sha256), content)
    except StorageFault:
        return False


def as_recorded(engine: Engine, lane: str, part: str, contents: Mapping[str, str]) -> dict[str, str]:
    """Return the bytes of a part by partition, those last recorded where the new ones say the same.

    The open part, which nobody signs, is always the new one.
    """
    if part == OPEN:
        return dict(contents)
    recorded = candidate_fingerprints(engine, lane)
    own = recorded[recorded["part"] == part].set_index("partition_key")["sha256"]
    found = dict(contents)
    with reading(engine) as connection:
        for key, content in contents.items():
            if key in own.index and says(connection, str(own[key]), content):
                found[key] = content if own[key] == sha256_of(content) else fetch(connection, str(own[key]))
    return found
