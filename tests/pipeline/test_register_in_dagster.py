"""The register in Dagster: what the committee decides on an entry has it replayed, without anybody asking."""

from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
from sqlalchemy import Engine

from ccg_pipeline.assets.special_measures import REGISTER
from ccg_pipeline.orchestration.definitions import build_definitions
from ccg_pipeline.release.bodies import terms_in_force
from tests.support.worlds.register_entries import CHAIR, DEPUTY, REGIONAL, lay, made_up_database, take


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    with made_up_database(tmp_path, monkeypatch) as made:
        yield made


def test_a_decision_on_an_entry_has_the_register_replayed_once(engine: Engine) -> None:
    definitions = build_definitions(str(engine.url), editions=[])
    sensor = definitions.resolve_sensor_def("follow_the_ledger")
    key = lay(engine, "02N entered 2017-07-21")
    take(engine, key, "approve", CHAIR, DEPUTY, REGIONAL)
    with dg.DagsterInstance.ephemeral() as instance:

        def tick(cursor: str) -> tuple[list[str | None], str]:
            with dg.build_sensor_context(
                instance, cursor, definitions=definitions,
                resources={"database": engine, "terms": terms_in_force()},
            ) as context:  # fmt: skip
                answer = sensor.evaluate_tick(context)
            return [one.job_name for one in answer.run_requests or ()], answer.cursor or ""

        jobs, cursor = tick("")
        assert jobs == ["special_measures"]
        assert tick(cursor) == ([], cursor)
        take(engine, key, "withdraw", CHAIR, reason="Another CCG was meant")
        assert tick(cursor)[0] == ["special_measures"]

        definitions.resolve_job_def("special_measures").execute_in_process(instance=instance)
        shown = instance.get_latest_materialization_event(REGISTER)
        assert shown is not None
        assert shown.asset_materialization is not None
        assert shown.asset_materialization.metadata["recorded here"].value == 0
