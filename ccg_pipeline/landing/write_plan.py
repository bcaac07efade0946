"""The write plan of files that were read: which rows of which months each of them replaces.

Belongs here: pieces of tables from what was read, each held against its shape.
Does not belong here: reading a file (sources/), which of two revisions counts (method/assess.py).
"""

from collections.abc import Iterable
from typing import Any

import pandas as pd
import pandera.pandas as pa

from ccg_pipeline.framework.model import Edition
from ccg_pipeline.framework.wanted import Wanted
from ccg_pipeline.landing.files import Landed
from ccg_pipeline.landing.record import Months, file_rows
from ccg_pipeline.sources.result import (
    ATTRIBUTE_COLUMNS,
    OBSERVATION_COLUMNS,
    QUARANTINE_COLUMNS,
    Reading,
    Refused,
)
from ccg_pipeline.storage.pieces import Piece
from ccg_pipeline.storage.sql import BY_NAME
from ccg_pipeline.tables.column import Basis
from ccg_pipeline.tables.conform import SchemaFault, conform
from ccg_pipeline.tables.observations import SOURCE_OBSERVATION
from ccg_pipeline.tables.organisations import ORGANISATION_ATTRIBUTE
from ccg_pipeline.tables.records import QUARANTINE
from ccg_pipeline.tables.schema import schema_of


def conforms(landed: Iterable[Landed], edition: Edition, wanted: Wanted) -> bool:
    """Return whether what was read of all these files has its shape: held together, it takes no longer."""
    try:
        _conform(_read(landed), Basis(edition, all_wanted=wanted))
    except SchemaFault:
        return False
    return True


def _read(landed: Iterable[Landed]) -> list[Reading]:
    return [one.outcome for one in landed if isinstance(one.outcome, Reading)]


def write_plan(
    landed: list[Landed],
    keys: list[str],
    edition: Edition,
    again: Months,
    wanted: Wanted | None = None,
    *,
    conforms: bool = False,
) -> list[Piece]:
    """Return what the files of a publication put into the months `keys`, file by file.

    A file replaces its own rows alone: an older file of the same figures stays next to it, and one that was
    taken away does not take its figures with it. `wanted` is what the editions in force want together, the
    edition alone where it is not given. Of a file in `again`, which was read in another way before,
    the months that are stored are written again too, and what it no longer tells goes. `conforms`: that the
    files have their shape is known; else they are held against it.
    """
    basis = Basis(edition, all_wanted=wanted)
    files = {(one.found.sha256, one.found.name): one for one in landed}
    if not conforms:
        _conform(_read(files.values()), basis)
    pieces: list[Piece] = []
    months: set[str] = set()
    for (sha256, name), one in files.items():
        pieces.append(Piece("source_file", {"sha256": sha256, "name": name}, file_rows([one], basis.wanted)))
        if one.found.landed_at:
            line = {"sha256": sha256, "name": name, "at": one.found.landed_at}
            pieces.append(Piece("file_landed", {"sha256": sha256, "name": name}, pd.DataFrame([line])))
        own = (one.months & set(keys)) | again.get((sha256, name), frozenset())
        months |= own
        observations, quarantine = _rows(one)
        file = {"source_sha256": sha256, "source_name": name}
        within = observations[observations["partition_key"].isin(own)]
        pieces += [
            Piece("source_observation", {**file, "partition_key": sorted(own)}, within, brings_in_data=True),
            Piece("quarantine", file, quarantine, brings_in_data=True),
        ]
        known = one.outcome.organisations if isinstance(one.outcome, Reading) else pd.DataFrame()
        if len(known) or (sha256, name) in again:
            pieces.append(
                Piece(
                    "organisation_attribute",
                    file,
                    known if len(known) else pd.DataFrame(columns=ATTRIBUTE_COLUMNS),
                )
            )
    return [*pieces, *(Piece(name, {"partition_key": sorted(months)}, _nothing_yet(name)) for name in _LATER)]


_LATER = ("observed", "plausibility")
"""What is said of a month when its sources have been taken in and held against the world, and not before."""


def _nothing_yet(table: str) -> pd.DataFrame:
    return pd.DataFrame(columns=[column.name for column in BY_NAME[table].columns])


def _conform(read: list[Reading], basis: Basis) -> None:
    """Hold the rows of files against their shape; SchemaFault names the first file that has not got it."""
    observations = [(one.source_file.name, one.observations) for one in read]
    quarantines = [(f"quarantine of {one.source_file.name}", one.quarantine) for one in read]
    _conform_each(observations, schema_of(SOURCE_OBSERVATION, basis))
    _conform_each(quarantines, schema_of(QUARANTINE, basis))
    told = [(f"organisations of {one.source_file.name}", one.organisations) for one in read]
    _conform_each([one for one in told if len(one[1])], schema_of(ORGANISATION_ATTRIBUTE, basis))


def _conform_each(named: list[tuple[str, pd.DataFrame]], schema: pa.DataFrameSchema) -> None:
    """The same for frames of one table, those with the same columns and types together.

    To hold ten rows against a schema costs what ten thousand cost; one by one they are held only to say which
    file is at fault.
    """
    of_one_form: dict[tuple[Any, ...], list[tuple[str, pd.DataFrame]]] = {}
    for name, frame in named:
        of_one_form.setdefault((*frame.columns, *frame.dtypes), []).append((name, frame))
    for group in of_one_form.values():
        try:
            conform(pd.concat([frame for _, frame in group]), schema, "what was read")
        except SchemaFault:
            for name, frame in group:
                conform(frame, schema, name)
            raise


def _rows(one: Landed) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the observations and the quarantine of a file, each with its month; none of a refused file."""
    if isinstance(one.outcome, Refused):
        return _none(OBSERVATION_COLUMNS), _none(QUARANTINE_COLUMNS)
    return _by_month(one.outcome.observations), _by_month(one.outcome.quarantine)


def _none(columns: tuple[str, ...]) -> pd.DataFrame:
    return pd.DataFrame(columns=["partition_key", *columns])


def _by_month(rows: pd.DataFrame) -> pd.DataFrame:
    which, ends = pd.factorize(pd.to_datetime(rows["period_end"]))
    months = [*pd.DatetimeIndex(ends).strftime("%Y-%m"), ""]  # the last, at −1, of no period
    own = pd.Series([months[one] for one in which.tolist()], rows.index, dtype="str")
    return rows.assign(partition_key=own)[["partition_key", *rows.columns]]


def planned_observations(pieces: list[Piece]) -> pd.DataFrame:
    """Return all observations among `pieces`."""
    frames = [piece.frame for piece in pieces if piece.table == "source_observation" and len(piece.frame)]
    return pd.concat(frames, ignore_index=True) if frames else _none(OBSERVATION_COLUMNS)
