"""Tables as they were known: what the files that were out on a date give, or all files but one.

Belongs here: choosing what files say from the database, assessing it, laying it out as the released tables
are, and what moves between two such states.
Does not belong here: the method (`method.assess`), releases as they stood (released.py), printing.

Nothing here is released: whoever shows it logs the view (`released.log_view`) and stamps what comes out.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time

import pandas as pd
from sqlalchemy import Engine

from ccg_pipeline.framework.model import Edition
from ccg_pipeline.framework.rounds import words
from ccg_pipeline.method.assess import MOVES, Assessed, assess, current_observations, moved, published_by
from ccg_pipeline.reference.organisations import ccgs
from ccg_pipeline.release.entries import register_at
from ccg_pipeline.release.parts import OPEN, OVERALL, open_part, overall_part, panel_part, tables_of
from ccg_pipeline.release.released import NOT_VERIFIED, Tables, typed_tables
from ccg_pipeline.release.tables import assessed_tables
from ccg_pipeline.storage.database import reading
from ccg_pipeline.storage.observations import said_by_files
from ccg_pipeline.storage.sql import source_observation
from expert_panels.foundation.fault import Fault


def source_observations_until(engine: Engine, end: date) -> pd.DataFrame:
    """Return what files say, file by file, of every period that ends on or before `end`."""
    with reading(engine) as connection:
        said = said_by_files(connection, {}, source_observation.c.period_end <= end)
    return said.drop(columns="partition_key")


def assess_source_observations(
    said: pd.DataFrame, edition: Edition, lane: str, end: date, with_certainty: bool = False
) -> Assessed:
    """Assess every CCG from what files say (columns of a source observation)."""
    key, codes = edition.lane(lane).key, list(ccgs()["ccg_code"])
    return assess(current_observations(said, edition), edition, key, end, codes, with_certainty)


def tables_as_known(
    engine: Engine, edition: Edition, lane: str, partition_key: str, end: date, day: date
) -> Tables:
    """Return a lane's tables from what was out on `day`, nothing withheld and nothing of it released.

    The overall ratings are the method's, before anybody moderated any.

    `end` is the last day of the partition. Raises Fault where nothing was out by then.
    """
    said = published_by(source_observations_until(engine, end), day)
    if said.empty:
        raise Fault(
            f"Nothing that had been published by {day} tells of {lane} {words(lane, partition_key)}: "
            "give a later --as-at."
        )
    assessed = assess_source_observations(said, edition, lane, end, with_certainty=True)
    header = {
        "lane": lane,
        "partition_key": partition_key,
        "edition": edition.key,
        "is_made_up": bool(said["is_made_up"].any()),
        "panels": {rule.key: {"verification": NOT_VERIFIED} for rule in edition.panels},
        "overall": {"verification": NOT_VERIFIED} if len(assessed.overall) else None,
        "as_at": f"{day}",
        "as_at_note": _assumed_dates(assessed.known),
    }
    parts = _parts(assessed, edition, lane, partition_key)
    with reading(engine) as connection:
        register = register_at(connection, datetime.combine(day, time.max, UTC))
    frames = assessed_tables(header, parts, edition, ccgs(), register)
    return Tables(lane, partition_key, frames, header, None, register)


def _parts(
    assessed: Assessed, edition: Edition, lane: str, partition_key: str
) -> dict[str, Mapping[str, pd.DataFrame]]:
    where = {"lane": lane, "partition_key": partition_key}
    bands, areas = assessed.bands.assign(**where), assessed.areas.assign(**where)
    overall, ratings = assessed.overall.assign(**where), assessed.ratings.assign(**where)
    contents = {OPEN: open_part(edition, lane, partition_key, bands, areas, assessed.plans)}
    if len(overall):
        contents[OVERALL] = overall_part(edition, lane, partition_key, overall)
    for rule in edition.panels:
        own = ratings[ratings["panel"] == rule.key]
        contents[rule.key] = panel_part(edition, lane, partition_key, rule.key, own, bands, areas)
    return {part: typed_tables(tables_of(content)) for part, content in contents.items()}


def _assumed_dates(observations: pd.DataFrame) -> str:
    """Return how many of the figures are of files whose dates are assumed: '' where none is."""
    assumed = observations[observations["dates_provenance"] == "assumed"]
    if assumed.empty:
        return ""
    files = sorted(set(assumed["source_name"]))
    some = ", ".join(files[:3]) + (f" and {len(files) - 3} more" if len(files) > 3 else "")
    return (
        f"the dates of {len(assumed):,} of {len(observations):,} figures are assumed, "
        f"those of {len(files)} files: {some}"
    )


def moved_since(
    engine: Engine, edition: Edition, lane: str, end: date, since: date, until: date
) -> dict[str, pd.DataFrame]:
    """Return by layer what moved between what was out on `since` and what was out on `until`."""
    said = source_observations_until(engine, end)
    before, after = (
        assess_source_observations(published_by(said, day), edition, lane, end) for day in (since, until)
    )
    return moved(before, after)


def moved_by_file(
    engine: Engine, edition: Edition, lane: str, end: date, file: str
) -> dict[str, pd.DataFrame]:
    """Return by layer what one file moved: all files but this one, against all.

    `file` is a file's name, or the beginning of its sha256 (eight characters at least). Raises Fault where
    no figure up to `end` is of such a file, or several files bear the name.
    """
    said = source_observations_until(engine, end)
    is_its = said["source_name"] == file
    if len(file) >= 8 and not is_its.any():
        is_its = said["source_sha256"].str.startswith(file.lower())
    found = sorted(set(said.loc[is_its, "source_sha256"]))
    if not found:
        raise Fault(f"No figure is from a file {file!r}: `ccg files` lists the files.")
    if len(found) > 1:
        raise Fault(
            f"{len(found)} files are called {file!r}: give the beginning of a sha256, one of "
            + ", ".join(sha256[:12] for sha256 in found)
            + "."
        )
    before, after = (assess_source_observations(rows, edition, lane, end) for rows in (said[~is_its], said))
    return moved(before, after)


def narrowed(
    moves: Mapping[str, pd.DataFrame], code: str = "", organisation: str = ""
) -> dict[str, pd.DataFrame]:
    """Return of moves those of one indicator, area or panel, and of one organisation; '' for all of them."""
    found = {}
    for layer, rows in moves.items():
        of = [name for name in ("indicator_code", "area_code", "panel") if name in rows]
        own = rows if not code else rows[(rows[of] == code).any(axis="columns")]
        who = next((name for name in ("organisation_code", "ccg_code") if name in rows), "")
        found[layer] = own[own[who] == organisation] if organisation and who else own
    return found


def as_rows(moves: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return moves as one long table: a row for each figure that moved, before and after as text.

    Columns: layer, code (of the indicator, area or panel), organisation_code, period_start, period_end, what
    (the column that moved), before, after, file_before, file_after; '' where there is none.
    """
    pieces = []
    for layer, rows in moves.items():
        key, columns = MOVES[layer]
        where = {
            "code": next((one for one in key if one in ("indicator_code", "area_code", "panel")), ""),
            "organisation_code": "organisation_code" if layer == "observations" else "ccg_code",
            "period_start": "period_start",
            "period_end": "period_end",
            "file_before": "source_name_before",
            "file_after": "source_name_after",
        }
        shared = {
            name: rows[column].map(_as_text) if column in rows else "" for name, column in where.items()
        }
        for what in columns:
            before, after = (rows[f"{what}_{side}"].map(_as_text) for side in ("before", "after"))
            piece = pd.DataFrame({"layer": layer, **shared, "what": what, "before": before, "after": after})
            pieces.append(piece[before != after])
    together = pd.concat(pieces, ignore_index=True)
    order = ["layer", "code", "organisation_code", "period_end", "period_start"]
    return together.sort_values(order, kind="stable", ignore_index=True)


def _as_text(value: object) -> str:
    if value is None or value is pd.NA or value is pd.NaT or value != value:
        return ""
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat()
    return f"{value:.12g}" if isinstance(value, float) else str(value)
