"""A site as a folder: what is written, what is left as it is, and what goes.

Belongs here: all files of a site from its publications, and writing only those that changed.
Does not belong here: what a file says (pages.py, data.py, feed.py), which rounds there are (publications.py).
"""

import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from itertools import chain
from pathlib import Path

from ccg_pipeline.publish.site.content import Publication
from ccg_pipeline.publish.site.data import api_files, data_files, listed, tables_of
from ccg_pipeline.publish.site.feed import feed
from ccg_pipeline.publish.site.pages import Pages
from ccg_pipeline.publish.site.workbook import workbooks
from ccg_pipeline.reference.special_measures.register import Register
from expert_panels.foundation.fault import Fault
from expert_panels.foundation.whole_file import write_whole

STATIC = ("site.css", "site.js", "icon.svg")
LIST = "files.txt"
"""The file that lists all files of a site. What is not in it is not ours and is never removed."""

PART = ".part"
"""The folder within a site's in which files are written before they take their places."""


@dataclass(frozen=True)
class Built:
    """What became of a folder: its files, how many were written or removed, and its size in bytes."""

    n_files: int
    n_written: int
    n_removed: int
    size: int


def files_of(
    publications: Sequence[Publication],
    styles: Mapping[str, bytes],
    announced: Sequence[tuple[str, str]] = (),
    contact: str = "",
    register: Register | None = None,
) -> Iterator[tuple[str, bytes]]:
    """Yield address and bytes of every file of a site; `styles` are a stylesheet and its images by name."""
    pages = Pages(publications, next(iter(styles)), announced, contact, register)
    static = files("ccg_pipeline.publish.site") / "static"
    yield from ((f"static/{name}", (static / name).read_bytes()) for name in STATIC)
    yield from ((f"static/{name}", content) for name, content in styles.items())
    yield "feed.xml", feed(publications, pages.site)
    yield from pages.of_site()
    for publication in publications:
        yield from of_round(pages, publication)


def of_round(pages: Pages, publication: Publication) -> Iterator[tuple[str, bytes]]:
    """Yield address and bytes of every file of a round: its pages, and its data."""
    round_ = publication.round
    yield from pages.of_round(publication)
    tables = tables_of(round_)
    sizes: dict[str, int] = {}
    for address, content in chain(data_files(round_, tables), workbooks(round_, tables)):
        sizes[address] = len(content)
        yield address, content
    yield pages.data_page(publication, listed(round_, tables, sizes))
    yield from api_files(round_)


def write_site(folder: Path, content: Iterable[tuple[str, bytes]]) -> Built:
    """Write files into `folder`, those alone whose bytes changed, and remove those of before that are gone.

    All are written into a part of the folder first, and take their places when the last one is there: who is
    interrupted before that leaves the site as it was, and after it what the next call finishes.
    Raises Fault where the folder holds files and no list of ours: it is somebody else's.
    """
    part = folder / PART
    if folder.is_dir() and any(folder.iterdir()) and not (folder / LIST).is_file() and not part.is_dir():
        raise Fault(f"{folder} is not empty and holds no site: name a new or an empty folder.")
    before = _names(folder) | _names(part)  # the second are of who was interrupted
    _begin(part, before)
    now: dict[str, int] = {}
    changed: list[str] = []
    for address, one in content:
        if address in now:
            raise ValueError(f"two files of the site have the address {address}")
        now[address] = len(one)
        if not _holds(folder / address, one):
            _write(part / address, one)
            changed.append(address)
    _list(part, before | set(now))
    for address in changed:
        _move(part / address, folder / address)
    gone = before - set(now)
    for address in sorted(gone):
        (folder / address).unlink(missing_ok=True)
    _list(folder, now)
    shutil.rmtree(part)
    return Built(len(now), len(changed), len(gone), sum(now.values()))


def _begin(part: Path, before: Iterable[str]) -> None:
    """Empty the part in which files are written first; it lists what is ours in the folder all the while."""
    part.mkdir(parents=True, exist_ok=True)
    _list(part, before)
    for one in part.iterdir():
        if one.is_dir():
            shutil.rmtree(one)
        elif one.name != LIST:
            one.unlink()


def _names(folder: Path) -> set[str]:
    listed = folder / LIST
    return (
        {one for one in listed.read_text(encoding="utf-8").split("\n") if one} if listed.is_file() else set()
    )


def _list(folder: Path, names: Iterable[str]) -> None:
    write_whole(folder / LIST, "".join(f"{one}\n" for one in sorted(names)).encode("utf-8"))


def _holds(path: Path, content: bytes) -> bool:
    return path.is_file() and path.stat().st_size == len(content) and path.read_bytes() == content


def _write(path: Path, content: bytes) -> None:
    # no fsync: whoever is interrupted builds once more, and 700 of them would take minutes
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def _move(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    source.replace(target)
