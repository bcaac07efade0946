"""The wheel holds every file of both packages, and works where there is no checkout and no environment."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.support.wheel import PACKAGES, ROOT, build
from tests.support.worlds.older_databases import restore


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    with zipfile.ZipFile(build(folder)) as wheel:
        wheel.extractall(folder / "unpacked")
    return folder / "unpacked"


def test_every_file_of_the_packages_is_in_the_wheel(unpacked: Path) -> None:
    def files(folder: Path) -> set[str]:
        found = (path for name in PACKAGES for path in (folder / name).rglob("*") if path.is_file())
        return {str(path.relative_to(folder)) for path in found if "__pycache__" not in path.parts}

    assert files(unpacked) == files(ROOT)


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        (("edition", "list"), "nof_2025_26"),
        (("edition", "new", "libraries"), "ccg edition check libraries"),
        (("database", "upgrade", "--database", "sqlite:///older.db"), "is of this version"),
    ],
)
def test_the_command_works_outside_a_checkout(
    unpacked: Path, typed: tuple[str, ...], says: str, tmp_path: Path
) -> None:
    restore(f"sqlite:///{tmp_path}/older.db")
    done = subprocess.run(
        [sys.executable, "-m", "ccg_pipeline.cli", *typed],
        cwd=tmp_path,
        env={"PYTHONPATH": str(unpacked), "PYTHONSAFEPATH": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert says in done.stdout


def test_it_is_the_wheel_that_was_tried(unpacked: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import ccg_pipeline as p, expert_panels as e; print(p.__file__, e.__file__)"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(unpacked)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert [Path(one).parents[1] for one in done.stdout.split()] == [unpacked, unpacked]
