"""A file is there whole or not at all, whatever happens to its writer."""

import os
from pathlib import Path

import pytest

from expert_panels.foundation.whole_file import whole_name, write_whole


def test_a_file_is_replaced_whole_and_leaves_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "figures.csv"
    for content in (b"old", b"new and longer", b""):
        write_whole(path, content)
        assert path.read_bytes() == content
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_writer_that_fails_leaves_the_old_file_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    path = tmp_path / "figures.csv"
    path.write_bytes(b"old")

    def full(*_: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(*((os, step) if step == "fsync" else (Path, step)), full)
    with pytest.raises(OSError, match="no space left"):
        write_whole(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("name", "whole"),
    [(".a.csv.12.part", "a.csv"), ("a.csv", "a.csv"), (".a.csv.part", ".a.csv.part")],
)
def test_what_a_killed_writer_left_is_known_by_its_name(name: str, whole: str) -> None:
    assert whole_name(name) == whole
