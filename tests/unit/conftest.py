"""Fixtures that the unit tests share: databases, and the layers of a small lane.

Belongs here: engines of SQLite in memory and in a file; publish_layers.py as fixtures.
Does not belong here: PostgreSQL (database_url in tests/conftest.py), frames (storage_cases.py).
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from ccg_pipeline.storage.database import open_database
from tests.support.worlds.publish_layers import Layers, made_of


@pytest.fixture(params=["memory", "file"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    engine = open_database("sqlite://" if request.param == "memory" else f"sqlite:///{tmp_path}/a/b.db")
    yield engine
    engine.dispose()


@pytest.fixture
def layers() -> Layers:
    """An interim month."""
    return made_of("interim")


@pytest.fixture
def year() -> Layers:
    """A financial year."""
    return made_of("annual")
