"""A landing folder as people fill it: what cannot be read is refused one by one, and the rest is read."""

from pathlib import Path

import pytest

from ccg_pipeline.framework.load import load_edition
from ccg_pipeline.landing.files import LandingFolder
from ccg_pipeline.sources.folder import DEPTH, entries_in
from ccg_pipeline.sources.result import Reading, Refused
from tests.unit.sources.small_files import DECLARED_HEADER, declared_row, write_lines


@pytest.fixture
def landing(tmp_path: Path) -> Path:
    folder = tmp_path / "landing"
    folder.mkdir()
    write_lines(folder / "good.csv", DECLARED_HEADER, declared_row("101a", "00C", "10", "40"))
    return folder


def outcomes(folder: Path) -> dict[str, str]:
    """What became of each file: nothing to say of one that was read."""
    landing, edition = LandingFolder(str(folder)), load_edition()
    landed = [landing.read(found, edition) for found in landing.files()]
    read = [one.found.name for one in landed if isinstance(one.outcome, Reading)]
    assert read == ["good.csv"]
    return {one.found.name: str(one.outcome) for one in landed if isinstance(one.outcome, Refused)}


def test_links_lead_nowhere_outside(landing: Path) -> None:
    outside = write_lines(landing.parent / "outside.csv", "a,b", "1,2")
    (landing / "out.csv").symlink_to(outside)
    (landing / "nothing.csv").symlink_to(landing / "gone.csv")
    (landing / "round.csv").symlink_to(landing / "round.csv")
    (landing / "folder").symlink_to(landing.parent)
    assert outcomes(landing) == {
        "out.csv": "out.csv: is a link to a place outside the folder; put the file itself here.",
        "nothing.csv": "nothing.csv: is a link to nothing; put the file itself here.",
        "round.csv": "round.csv: is a link to nothing; put the file itself here.",
        "folder": "folder: is a link to a folder, which is not followed; put its files here.",
    }


def test_a_link_within_the_folder_is_the_file(landing: Path) -> None:
    (landing / "again.csv").symlink_to(landing / "good.csv")
    assert {one.path.name: one.problem for one in entries_in(landing)} == {"again.csv": "", "good.csv": ""}


def test_folders_too_deep_files_too_large_and_names_of_any_bytes(landing: Path) -> None:
    deep = landing
    for _ in range(DEPTH):
        deep = deep / "d"
        deep.mkdir()
    write_lines(deep / "deep.csv", "a,b", "1,2")
    with (landing / "large.csv").open("wb") as file:
        file.truncate(30 * 2**30)  # takes no room on the disk, and would take all memory
    Path(str(landing) + "/bad\udcff\n.csv").write_bytes(b"")
    assert outcomes(landing) == {
        "d": "d: lies 30 folders deep; put its files higher up.",
        "large.csv": "large.csv: is larger than 200 MB; no publication known here is.",
        r"bad\xff\n.csv": r"bad\xff\n.csv: is empty; download it again.",
    }


def test_a_file_of_which_the_name_leaves_no_room_for_a_sidecar(landing: Path) -> None:
    write_lines(landing / ("n" * 251 + ".csv"), "a,b", "1,2")
    (said,) = outcomes(landing).values()
    assert "cannot be opened (File name too long)" in said
