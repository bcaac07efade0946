"""What the tests of the readers share: the edition, and reading a file or rows in the declared layout.

Belongs here: fixtures. Does not belong here: making small files (small_files.py).
"""

from collections.abc import Callable
from pathlib import Path

import pytest

from ccg_pipeline.framework.load import load_edition
from ccg_pipeline.framework.model import Edition
from ccg_pipeline.sources.catalogue import read_file
from ccg_pipeline.sources.result import Reading
from tests.unit.sources.small_files import DECLARED_HEADER, write_lines


@pytest.fixture(scope="session")
def edition() -> Edition:
    return load_edition()


@pytest.fixture
def read_declared(tmp_path: Path, edition: Edition) -> Callable[..., Reading]:
    """Reads rows in the declared layout, given as lines below its header."""

    def reading(*rows: str) -> Reading:
        return read_file(write_lines(tmp_path / "declared.csv", DECLARED_HEADER, *rows), edition)

    return reading
