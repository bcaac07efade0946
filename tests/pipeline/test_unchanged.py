"""A lane that stands as its run left it runs its gates alone; after any change it runs whole.

Belongs here: each thing that the rows of a lane rest on, changed, and each table of those rows.
Does not belong here: draws that their step keeps (test_draws_once.py), what a gate shows.
"""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Table, func, select

from ccg_pipeline.framework.load import load_edition
from ccg_pipeline.orchestration import unchanged
from ccg_pipeline.orchestration.definitions import lanes_of
from ccg_pipeline.orchestration.unchanged import left, rests_on
from ccg_pipeline.storage.database import reading, writing
from ccg_pipeline.storage.sql import BY_NAME, observation
from tests.support.worlds.small_pipeline import MONTH, YEAR, SmallPipeline, halve, land_again

NAME, KEY = MONTH
LANE = next(one for one in lanes_of(load_edition()) if one.name == NAME)
FILE = "cancer_waits/cancer_waits_2017-03-31.csv"
WHOLE, GATES = f"{NAME}__indicator_bands", f"{NAME}_gates"
TABLES = ["indicator_band", "certainty", "area_score", "candidate_rating", "lane_fingerprint"]


def steps(pipeline: SmallPipeline) -> set[str]:
    """Which of the two steps a run of the month takes."""
    pipeline.told.clear()
    pipeline.run(MONTH)
    return {WHOLE, GATES} & set(pipeline.told)


def alter(pipeline: SmallPipeline, table: Table, key: str) -> None:
    """Change one row of a partition: its last column of text, else of its kind of data."""
    with writing(pipeline.engine) as connection:
        in_lane = [table.c.lane == NAME] if "lane" in table.c else []
        row = (
            connection.execute(select(table).where(*in_lane, table.c.partition_key == key).limit(1))
            .mappings()
            .one()
        )
        same = [table.c[name] == value for name, value in row.items() if value is not None]
        connection.execute(table.update().where(*same).values(is_made_up=not row["is_made_up"]))


def test_a_lane_runs_its_gates_alone_where_a_run_left_it_so_and_nothing_is_new(
    sqlite_pipeline: SmallPipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where somebody else took in figures or scored during a run, nobody knows on what its rows rest."""
    said = iter(["before", "meanwhile"])
    with monkeypatch.context() as patched:
        patched.setattr("ccg_pipeline.orchestration.main_job.rests_on", lambda *_: next(said))
        assert steps(sqlite_pipeline) == {WHOLE, GATES}
    looks: list[str] = []

    def look(*asked: Any) -> str:
        """The second finds the figures as they were, and the rows as another run wrote them meanwhile."""
        looks.append(rests_on(*asked))
        if len(looks) == 2:
            alter(sqlite_pipeline, BY_NAME["indicator_band"], KEY)
        return looks[-1]

    with monkeypatch.context() as patched:
        patched.setattr("ccg_pipeline.orchestration.main_job.rests_on", look)
        assert steps(sqlite_pipeline) == {WHOLE, GATES}
    assert len(set(looks)) == 1
    assert steps(sqlite_pipeline) == {WHOLE, GATES}
    assert steps(sqlite_pipeline) == {GATES}
    land_again(sqlite_pipeline.landing / FILE, sqlite_pipeline.landing / "again.csv", "2017-09-01", halve)
    assert steps(sqlite_pipeline) == {WHOLE, GATES}


def test_what_a_lane_rests_on_follows_figures_of_its_time_the_edition_and_every_file(
    sqlite_pipeline: SmallPipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = sqlite_pipeline.engine

    def change(code: str, upto: date) -> None:
        rows = observation.c
        end = select(func.max(rows.period_end)).where(rows.indicator_code == code, rows.period_end <= upto)
        with writing(engine) as connection:
            own = rows.indicator_code == code, rows.period_end == end.scalar_subquery()
            value = connection.execute(select(rows.value).where(*own).limit(1)).scalar_one()
            assert value is not None
            connection.execute(observation.update().where(*own).values(value=value + 1))

    with reading(engine) as connection:
        there = set(connection.execute(select(observation.c.indicator_code).distinct()).scalars())
    indicator = next(code for code in LANE.edition.indicator_codes if code in there)
    supplementary = next(one.code for one in LANE.edition.supplementary if one.code in there)
    found = [rests_on(engine, LANE, KEY)]
    assert rests_on(engine, LANE, KEY) == found[0]
    for code in (indicator, supplementary):
        change(code, date(2017, 3, 31))
        found.append(rests_on(engine, LANE, KEY))
    other = LANE.edition.model_copy(update={"title": "Another"})
    found.append(rests_on(engine, replace(LANE, edition=other), KEY))
    monkeypatch.setattr(unchanged, "package_version", lambda: "another")
    found.append(rests_on(engine, LANE, KEY))
    assert len(set(found)) == len(found)


def test_what_a_run_left_follows_each_of_its_tables_and_nothing_of_another_partition(
    sqlite_pipeline: SmallPipeline,
) -> None:
    engine = sqlite_pipeline.engine
    found = [left(engine, LANE, KEY, "the same"), left(engine, LANE, KEY, "another")]
    assert {table.name for table in unchanged._ROWS} == {*TABLES, "overall_rating"}
    for name in TABLES:
        alter(sqlite_pipeline, BY_NAME[name], KEY)
        found.append(left(engine, LANE, KEY, "the same"))
    assert len(set(found)) == len(found)
    year = LANE.__class__(**{**vars(LANE), "rule": load_edition().lane(YEAR[0])})
    assert left(engine, year, YEAR[1], "the same") not in found
    with writing(engine) as connection:
        connection.execute(BY_NAME["certainty"].delete().where(BY_NAME["certainty"].c.lane == YEAR[0]))
    assert left(engine, LANE, KEY, "the same") == found[-1]
