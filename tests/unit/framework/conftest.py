"""Fixtures of the framework's tests: a copy of the edition with one fault planted in it."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from ccg_pipeline.framework.load import EDITIONS


@pytest.fixture
def plant(tmp_path: Path) -> Callable[[str, str, str], tuple[Path, int]]:
    """Copy the edition, replace the first ``old`` of a file by ``new``, return the folder and the line."""

    def planted(file: str, old: str, new: str) -> tuple[Path, int]:
        folder = tmp_path / "edition"
        shutil.copytree(EDITIONS / "iaf_2016_17", folder)
        text = (folder / file).read_text(encoding="utf-8")
        assert old in text, f"{file} does not hold {old!r}, so nothing was planted"
        (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")
        start = text.index(old) + len(old) - len(old.lstrip("\n"))
        return folder, text.count("\n", 0, start) + 1

    return planted
