"""Databases for the tests of storage: SQLite in memory and in a file.

Belongs here: engines.
Does not belong here: PostgreSQL (pipeline tests), frames (storage_cases.py).
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from ccg_pipeline.storage.database import open_database


@pytest.fixture(params=["memory", "file"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    engine = open_database("sqlite://" if request.param == "memory" else f"sqlite:///{tmp_path}/a/b.db")
    yield engine
    engine.dispose()
