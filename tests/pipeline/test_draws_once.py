"""Draws are taken once: a run that finds the same figures, edition and code keeps what was drawn from them.

Belongs here: when a lane's step of draws draws, and that what it keeps is what it would draw.
Does not belong here: what is drawn (tests/spec/test_method_certainty.py).
"""

from typing import Any

import dagster as dg
import pytest

from ccg_pipeline.assets import uncertainty
from ccg_pipeline.storage.database import writing
from ccg_pipeline.storage.fingerprint import data_version
from ccg_pipeline.storage.pieces import rows_of
from ccg_pipeline.storage.sql import certainty, indicator_band
from tests.support.worlds.small_pipeline import MONTH, SmallPipeline

LANE, KEY = MONTH
ONE_ROW = {"measure": "area", "code": "122", "ccg_code": "02N"}


@pytest.mark.parametrize(
    ("remembered", "table", "changed", "draws"),
    [
        (True, None, {}, 0),  # by this process
        (False, None, {}, 0),  # by the database alone, as another process finds it
        (False, certainty, {"lower_95": 0.125}, 1),  # what is stored is no longer what was drawn
        (True, indicator_band, {"numerator": 3.0}, 1),  # another figure
    ],
)
def test_draws_are_taken_where_what_they_rest_on_or_gave_has_changed(
    sqlite: Any,
    sqlite_scored_url: str,
    small_landing: Any,
    instance: dg.DagsterInstance,
    monkeypatch: pytest.MonkeyPatch,
    remembered: bool,
    table: Any,
    changed: dict[str, float],
    draws: int,
) -> None:
    pipeline = SmallPipeline(sqlite.copy(sqlite_scored_url), small_landing, instance)
    drawn: list[str] = []
    draw = uncertainty.estimate_uncertainty

    def counted(*given: Any) -> Any:
        drawn.append(KEY)
        return draw(*given)

    monkeypatch.setattr(uncertainty, "estimate_uncertainty", counted)

    def run() -> str:
        pipeline.launch(f"{LANE}_lane", KEY, [dg.AssetKey([LANE, "certainty"])])
        return data_version(rows_of(pipeline.engine, "certainty", lane=LANE, partition_key=KEY))

    before = run()
    drawn.clear()
    if not remembered:
        uncertainty._DRAWN.clear()
    if table is not None:
        own = [table.c[name] == value for name, value in ONE_ROW.items() if name in table.c]
        with writing(pipeline.engine) as connection:
            connection.execute(table.update().where(*own).values(**changed))
    after = run()
    assert len(drawn) == draws
    assert (after == before) == (table is not indicator_band)
