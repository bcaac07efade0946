"""The pieces of a step go into a database in one transaction, on each kind of database."""

from collections.abc import Iterator
from typing import Any

import dagster as dg
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal
from sqlalchemy import Engine

from ccg_pipeline.orchestration.io_manager import FrameStore
from ccg_pipeline.orchestration.resources import engine_of
from ccg_pipeline.storage.database import DatabaseFault, reading
from ccg_pipeline.storage.outside import kind_of
from ccg_pipeline.storage.pieces import Piece, write
from expert_panels.ledger import table as ledger_table
from tests.support.notations import storage_cases


@pytest.fixture
def url(databases: Any) -> Iterator[str]:
    url = databases.empty()
    yield url
    engine_of(url).dispose()


@pytest.fixture
def engine(url: str) -> Engine:
    return engine_of(url)


def scores(area: str, score: float) -> Piece:
    scope = {"lane": "interim", "partition_key": "2017-03", "area_code": area}
    return Piece("area_score", scope, storage_cases.scores("interim", "2017-03", area, score))


def test_all_pieces_are_written_or_none(engine: Engine) -> None:
    write(engine, [scores("A", 1.0), scores("B", 1.0)])
    broken = Piece("area_score", {"area_code": "B"}, scores("B", 2.0).frame.drop(columns="score"))
    with pytest.raises(ValueError, match="columns not in the frame"):
        write(engine, [scores("A", 2.0), broken])
    assert storage_cases.held_scores(engine) == [
        ("interim", "2017-03", "A", 1.0),
        ("interim", "2017-03", "B", 1.0),
    ]


def observed(file_name: str, is_made_up: bool) -> Piece:
    frame = storage_cases.observations().assign(source_name=file_name, is_made_up=is_made_up)
    scope = {"partition_key": "2017-03", "publication": ""}
    return Piece("source_observation", scope, frame, brings_in_data=True)


@pytest.mark.parametrize(("first", "words"), [(True, ("real", "made-up")), (False, ("made-up", "real"))])
def test_a_file_of_the_other_kind_is_refused_whole(
    engine: Engine, first: bool, words: tuple[str, str]
) -> None:
    write(engine, [observed("a.xls", first), scores("A", 1.0)])
    with pytest.raises(DatabaseFault) as fault:
        write(engine, [scores("A", 2.0), observed("b.xls", not first)])
    assert str(fault.value).startswith(
        f"b.xls holds {words[0]} data but this database holds {words[1]} data: "
    )
    assert storage_cases.held_scores(engine) == [("interim", "2017-03", "A", 1.0)]
    with reading(engine) as connection:
        assert kind_of(connection) == ("made_up" if first else "real")


def test_a_step_that_fails_after_its_first_rows_leaves_no_kind_behind(engine: Engine) -> None:
    broken = Piece("area_score", {}, pd.DataFrame({"score": [1.0]}))
    with pytest.raises(ValueError, match="area_score: "):
        write(engine, [observed("a.xls", True), broken])
    with reading(engine) as connection:
        assert kind_of(connection) == ""


def test_the_next_step_reads_the_partitions_that_it_is_asked_for(url: str) -> None:
    months = dg.StaticPartitionsDefinition(["2017-01", "2017-02", "2017-03"])

    @dg.asset(
        partitions_def=months,
        metadata={"table": "area_score", "scope": {"lane": "interim"}},
        dagster_type=dg.PythonObjectDagsterType(list),
    )
    def above(context: dg.AssetExecutionContext) -> dg.MaterializeResult:  # type: ignore[type-arg]  # Dagster's
        key = context.partition_key
        frames = [storage_cases.scores(lane, key, "A", 1.5) for lane in ("interim", "annual")]
        scope = {"partition_key": key}
        return dg.MaterializeResult(value=[Piece("area_score", scope, pd.concat(frames))])

    read: list[pd.DataFrame] = []

    @dg.asset(partitions_def=months, ins={"rows": dg.AssetIn("above")}, io_manager_key="nothing")
    def below(rows: pd.DataFrame) -> None:
        read.append(rows)

    resources = {"io_manager": FrameStore(engine_of(url)), "nothing": dg.mem_io_manager}
    quiet = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
    with dg.DagsterInstance.ephemeral() as instance:
        for key in ("2017-01", "2017-02"):
            dg.materialize(
                [above], partition_key=key, resources=resources, instance=instance, run_config=quiet
            )
        dg.materialize(
            [above, below],
            partition_key="2017-02",
            resources=resources,
            instance=instance,
            selection=[below],
            run_config=quiet,
        )
    assert_frame_equal(read[0], storage_cases.scores("interim", "2017-02", "A", 1.5))


def test_ledger_and_tables_share_a_database(engine: Engine) -> None:
    """One connection pool, and both kinds of transaction: neither waits for the other for ever."""
    write(engine, [scores("A", 1.0)])
    with ledger_table.writing(engine), reading(engine) as connection:
        assert kind_of(connection) == ""
    write(engine, [scores("A", 2.0)])
    assert storage_cases.held_scores(engine) == [("interim", "2017-03", "A", 2.0)]
