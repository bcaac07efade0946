"""The record of amendments on SQLite: insert-only, and in force up to and with its last day."""

from pathlib import Path

import pytest
from sqlalchemy import Engine

from ccg_pipeline.storage.database import open_database
from tests.support.notations import correction_cases as amendment_cases


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    return open_database(f"sqlite:///{tmp_path}/a.db")


def test_the_record_is_insert_only(engine: Engine) -> None:
    amendment_cases.is_insert_only(engine)


def test_an_amendment_holds_up_to_and_with_its_last_day(engine: Engine) -> None:
    amendment_cases.holds_up_to_its_last_day(engine)
