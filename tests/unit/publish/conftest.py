"""Fixtures of the publish room's tests: the layers of a small lane (publish_layers.py)."""

import pytest
from publish_layers import Layers, made_of


@pytest.fixture
def layers() -> Layers:
    """An interim month."""
    return made_of("interim")


@pytest.fixture
def year() -> Layers:
    """A financial year."""
    return made_of("annual")
