"""The databases of the tests of storage: each kind in turn.

Belongs here: the engine. Does not belong here: frames (storage_cases.py), any expectation.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from ccg_pipeline.storage.database import open_database


@pytest.fixture(params=["memory", "file", pytest.param("postgres", marks=pytest.mark.postgres)])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    if request.param == "postgres":
        url = str(request.getfixturevalue("postgres_url"))
    else:
        url = "sqlite://" if request.param == "memory" else f"sqlite:///{tmp_path}/a/b.db"
    engine = open_database(url)
    yield engine
    engine.dispose()
