"""Small frames for the tests of storage on both databases, and what must hold of them on either.

Belongs here: one frame a table with every kind of column and of missing value, and the round trip through it.
Does not belong here: engines and fixtures (tests/unit/storage/conftest.py).
"""

from collections.abc import Callable
from typing import Any

import pandas as pd
from pandas.testing import assert_frame_equal
from sqlalchemy import Engine, text

from ccg_pipeline.storage import frames
from ccg_pipeline.storage.database import reading
from ccg_pipeline.storage.fingerprint import data_version
from ccg_pipeline.storage.insert_only import guard
from ccg_pipeline.storage.schema import GUARDED
from ccg_pipeline.storage.sql import area_score, indicator_band, observation, quarantine


def damage(engine: Engine, statement: str, **values: Any) -> int:
    """Run a statement as somebody who takes the triggers away and puts them back; how many rows it met."""
    on_postgres = engine.dialect.name == "postgresql"
    with engine.begin() as connection:
        for one in GUARDED:
            for what in ("change",) if on_postgres else ("insert", "update", "delete"):
                on = f" ON {one.name}" if on_postgres else ""
                connection.execute(text(f"DROP TRIGGER {one.name}_{what}{on}"))
        met = connection.execute(text(statement), values).rowcount
        for one in GUARDED:
            guard(connection, one)
    return met


NAN, NAT, NA = float("nan"), pd.NaT, pd.NA
MARCH = pd.Timestamp("2017-03-31")


def _filled(table: Any, rows: list[dict[str, Any]], dtypes: dict[str, str]) -> pd.DataFrame:
    """A frame with every column of `table`: what a row leaves out is empty text, no number, no date."""
    empty = {"TEXT": "", "FLOAT": NAN, "DATE": NAT, "INTEGER": 0, "BOOLEAN": True}
    base = {column.name: empty[str(column.type)] for column in table.columns}
    frame = pd.DataFrame([{**base, **row} for row in rows])
    kinds = {"TEXT": "str", "FLOAT": "float64", "DATE": "datetime64[ns]", "BOOLEAN": "bool"}
    known = {column.name: kinds[str(column.type)] for column in table.columns if str(column.type) in kinds}
    return frame.astype({**known, **dtypes})


def observations() -> pd.DataFrame:
    """Figures, a suppressed cell, a month without dates, quotes and accents, a nought, both kinds of flag."""
    figure = {"partition_key": "2017-03", "indicator_code": "129a", "period_end": MARCH}
    rows = [
        {
            "organisation_code": "01C",
            "numerator": 0.0,
            "denominator": 3.0,
            "value": 1 / 3,
            "is_made_up": True,
        },
        {"organisation_code": "01D", "status": "suppressed", "is_made_up": False},
        {"organisation_code": "01E", "value": -1e-300, "note": 'naïve – O\'Brien; DROP "%s" :x ?\n2'},
        {
            "organisation_code": "01F",
            "value": 1.7976931348623157e308,
            "published_on": pd.Timestamp("2017-05-11"),
        },
        {"organisation_code": "01G", "value": 0.1 + 0.2, "period_start": NAT, "revised_on": NAT},
    ]
    return _filled(observation, [{**figure, **row} for row in rows], {})


def bands() -> pd.DataFrame:
    """Whole numbers of which some are missing."""
    row = {"lane": "interim", "partition_key": "2017-03", "indicator_code": "129a", "period_end": MARCH}
    rows = [{**row, "ccg_code": code, "band": band} for code, band in (("01C", 0), ("01D", NA), ("01E", 2))]
    return _filled(indicator_band, rows, {"band": "Int64"})


def refused_rows() -> pd.DataFrame:
    """Whole numbers that are never missing."""
    row = {"partition_key": "", "source_sha256": "ab" * 32, "raw": '{"a": "*"}'}
    return _filled(quarantine, [{**row, "row": number} for number in (9, 14, 30)], {"row": "int64"})


ROUND_TRIPS: list[tuple[str, Any, Callable[[], pd.DataFrame]]] = [
    ("dates, numbers, text, flags", observation, observations),
    ("whole numbers that may be missing", indicator_band, bands),
    ("whole numbers", quarantine, refused_rows),
]


def come_back_as_they_went_in(engine: Engine, table: Any, frame: pd.DataFrame) -> None:
    """Write a frame back to front and read it: same values, same dtypes, same fingerprint."""
    with engine.begin() as connection:
        frames.replace(connection, table, {}, frame.iloc[::-1, ::-1])
    with reading(engine) as connection:
        found = frames.read(connection, table, {})
    assert_frame_equal(found, frame)
    assert data_version(found) == data_version(frame)


def scores(lane: str, key: str, area: str, score: float, n: int = 2) -> pd.DataFrame:
    """Scores of `n` CCGs in one area of one partition."""
    row = {"lane": lane, "partition_key": key, "area_code": area, "score": score}
    rows = [{**row, "ccg_code": f"01{place}"} for place in range(n)]
    ranks = dict.fromkeys(("rank", "rank_lower_95", "rank_upper_95", "n_not_told_apart"), "Int64")
    return _filled(area_score, rows, {"n_used": "int64", "n_expected": "int64", **ranks})


def held_scores(engine: Engine, **scope: Any) -> list[tuple[str, str, str, float]]:
    """Lane, partition, area and score of every row in a scope."""
    with reading(engine) as connection:
        found = frames.read(connection, area_score, scope)
    columns = ["lane", "partition_key", "area_code", "score"]
    return sorted(set(found[columns].itertuples(index=False, name=None)))


def only_its_scope_is_replaced(engine: Engine) -> None:
    """Two areas in two months of two lanes: what is not named stays."""
    everything = [
        (lane, key, area) for lane in ("annual", "interim") for key in ("2017-02", "2017-03") for area in "AB"
    ]
    with engine.begin() as connection:
        frames.replace(connection, area_score, {}, pd.concat([scores(*one, 1.0) for one in everything]))
        new = pd.concat([scores("interim", key, "A", 2.0) for key in ("2017-02", "2017-03")])
        scope = {"lane": "interim", "partition_key": ["2017-02", "2017-03"], "area_code": "A"}
        frames.replace(connection, area_score, scope, new)
        # an empty frame empties its scope; a scope of no partitions is of nothing
        frames.replace(connection, area_score, {"lane": "annual", "partition_key": "2017-02"}, new.iloc[:0])
        frames.replace(connection, area_score, {"lane": "annual", "partition_key": []}, new.iloc[:0])
    assert held_scores(engine) == [
        ("annual", "2017-03", "A", 1.0),
        ("annual", "2017-03", "B", 1.0),
        ("interim", "2017-02", "A", 2.0),
        ("interim", "2017-02", "B", 1.0),
        ("interim", "2017-03", "A", 2.0),
        ("interim", "2017-03", "B", 1.0),
    ]
    assert held_scores(engine, lane="interim", area_code=["A"]) == [
        ("interim", "2017-02", "A", 2.0),
        ("interim", "2017-03", "A", 2.0),
    ]
    assert held_scores(engine, lane=[]) == []
