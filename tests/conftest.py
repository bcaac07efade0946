"""Fixtures that every tier of tests shares.

Belongs here: where the published files are, and skipping by name where they are not.
Does not belong here: fixtures of one tier (each has a conftest of its own).
"""

from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[2] / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real published files beside the project; a test that asks for it is skipped without it."""
    if not SHARED.is_dir():
        pytest.skip("published files: no ../shared beside the project")
    return SHARED
