"""Fixtures of the framework's tests: an edition, or a small one, with one fault planted in it."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from ccg_pipeline.framework.families import edition_in
from ccg_pipeline.framework.files import EDITIONS
from expert_panels.foundation.fault import Fault
from tests.support.notations.orchards import EDITION, FRUIT


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


@pytest.fixture
def orchards(tmp_path: Path) -> Path:
    """The folder of a small edition."""
    (tmp_path / "edition.yaml").write_text(EDITION, encoding="utf-8")
    (tmp_path / "fruit.csv").write_text(FRUIT, encoding="utf-8")
    return tmp_path


@pytest.fixture
def refused(orchards: Path) -> Callable[[str, str, str], str]:
    """Replace the first ``old`` of a file of the small edition by ``new``; return the sentence about it."""

    def said_of(file: str, old: str, new: str) -> str:
        text = (orchards / file).read_text(encoding="utf-8")
        assert old in text, f"{file} does not hold {old!r}, so nothing was planted"
        (orchards / file).write_text(text.replace(old, new, 1), encoding="utf-8")
        with pytest.raises(Fault) as caught:
            edition_in(orchards)
        said = str(caught.value)
        assert "\n" not in said
        assert said.endswith(".")
        return said

    return said_of
