"""Observations by their latest period: what jumps along the index find is what a look at every row finds."""

import random
from collections.abc import Iterator
from datetime import date

import pandas as pd
import pytest
from sqlalchemy import Engine

from ccg_pipeline.quality.comparisons import compared_with, newest
from ccg_pipeline.storage.database import open_database, reading
from ccg_pipeline.storage.observations import known_before, latest_observations
from ccg_pipeline.storage.pieces import Piece, rows_of, write
from tests.support.notations.storage_cases import observations

KEY = ["indicator_code", "organisation_code", "period_end", "period_start"]
STATUS = ("published", "published", "suppressed", "missing")


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """Three indicators of five organisations and England, over thirty months, with gaps."""
    chance, rows = random.Random(2016), []
    one = observations().iloc[0].to_dict()
    for code in ("101a", "102a", "103a"):
        for organisation in ("01C", "01D", "01E", "01F", "ENG"):
            for month in pd.period_range("2014-10", "2017-03", freq="M"):
                if chance.random() < 0.4:
                    continue
                status = chance.choice(STATUS)
                rows.append(
                    one
                    | {
                        "partition_key": str(month),
                        "indicator_code": code,
                        "organisation_code": organisation,
                        "organisation_kind": "england" if organisation == "ENG" else "ccg",
                        "period_start": (month - chance.randrange(3)).start_time.normalize(),
                        "period_end": month.end_time.normalize(),
                        "status": status,
                        "value": chance.random() if status == "published" and chance.random() < 0.8 else None,
                    }
                )
    engine = open_database(database_url)
    frame = pd.DataFrame(rows).astype({"value": "float64"})
    write(engine, [Piece("observation", {}, frame)])
    yield engine
    engine.dispose()


def keys(rows: pd.DataFrame) -> list[tuple[object, ...]]:
    return sorted(rows[KEY].itertuples(index=False, name=None))


@pytest.mark.parametrize("first", [date(2014, 1, 1), date(2015, 3, 1), date(2017, 4, 1)])
def test_what_a_month_is_compared_with(engine: Engine, first: date) -> None:
    every = rows_of(engine, "observation")
    before = every[every["period_end"] < pd.Timestamp(first)]
    with reading(engine) as connection:
        found = known_before(connection, first)
    assert keys(found) == keys(compared_with(before))
    assert len(found) < max(len(before), 1)


def test_what_a_round_takes(engine: Engine) -> None:
    every = rows_of(engine, "observation")
    codes, begin, end = ["101a", "103a"], date(2015, 4, 1), date(2016, 3, 31)
    known = every[every["indicator_code"].isin(codes) & (every["period_end"] <= pd.Timestamp(end))]
    of_the_year = (known["indicator_code"] == "103a") & (known["period_end"] >= pd.Timestamp(begin))
    asked_for = (
        known.index.isin(newest(known).index) | of_the_year | (known["organisation_kind"] == "england")
    )
    assert keys(latest_observations(engine, codes, begin, end, ["103a"])) == keys(known[asked_for])
