"""Publishing: from a database's releases to the files of a folder, for whoever asks, a person or a pipeline.

Belongs here: building the whole site into a folder, one at a time, and saying what became of it.
Does not belong here: which folder and calendar (cli/publish.py, assets/publication.py), what a site is made
of (build.py).
"""

import fcntl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ccg_pipeline.publish.naming import how_many
from ccg_pipeline.publish.site.build import LIST, Built, files_of, write_site
from ccg_pipeline.publish.site.calendar import due, read_calendar
from ccg_pipeline.publish.site.content import NOTHING, Round
from ccg_pipeline.publish.site.publications import Found, Source, publications_due
from ccg_pipeline.publish.site.register import REGISTER_FILE, REGISTER_PAGE, spells_file
from ccg_pipeline.release.entries import register_of

LOCK = ".publishing"
"""How the file begins, next to the folder, that whoever publishes holds."""


@dataclass(frozen=True)
class Published:
    """What became of a site: its files, how many rounds it has, and what is to be said of others."""

    folder: Path
    built: Built
    n_rounds: int
    remarks: tuple[str, ...]
    headline: tuple[tuple[str, str, str, str], ...] = ()
    """Of the newest round, by its first subject: code, name, rating, and how sure it is."""

    @property
    def sentence(self) -> str:
        """What was done, in a sentence."""
        built = self.built
        return (
            f"{self.folder / 'index.html'}: {how_many(self.n_rounds, 'round')}, "
            f"{built.n_files:,} files, {built.size / 1e6:.1f} MB; {built.n_written:,} written, "
            f"{built.n_removed:,} removed."
        )


def publish_into(
    folder: Path,
    source: Source,
    styles: Mapping[str, bytes],
    now: datetime,
    calendar: Path | None,
    contact: str,
) -> Published:
    """Write all that is released and due at `now` (with a time zone) into `folder`, and nothing else.

    `calendar` is a CSV of what was announced; without one all is due. Raises as reading a release does, and
    Fault for a folder that is somebody else's.
    """
    found = publications_due(source, None if calendar is None else read_calendar(calendar), now)
    to_come = [(one.words, source.title(one.lane, one.name)) for one in found.to_come]
    with _alone_in(folder):
        register = register_of(source.engine)
        built = write_site(folder, files_of(found.publications, styles, to_come, contact, register))
    remarks = [f"Not before {when}: {what}." for when, what in to_come]
    remarks += [
        f"What is released of {lane} is not on the site: name its edition in CCG_EDITIONS."
        for lane in source.unknown()
    ]
    newest = [headline_of(one.round) for one in found.publications[:1]]
    return Published(folder, built, len(found.publications), tuple(remarks), *newest)


def behind(folder: Path, source: Source, now: datetime, calendar: Path | None = None) -> list[Found]:
    """Return the released partitions that are due at `now` and not in the folder, or there and not due.

    The newest first; it alone where nothing but the register is another than in the folder. No release is
    read for it.
    """
    by_name = {(one[0], source.name(one)): one for one in source.found()}
    published = due(list(by_name), None if calendar is None else read_calendar(calendar), now).published
    there = set((folder / LIST).read_text(encoding="utf-8").split("\n")) if (folder / LIST).is_file() else ()
    late = [
        one
        for name, one in by_name.items()
        if (name in published) != (f"{source.address(one)}/index.html" in there)
    ]
    if late or REGISTER_PAGE not in there:
        return late
    file = folder / REGISTER_FILE
    is_current = file.is_file() and file.read_bytes() == spells_file(register_of(source.engine))
    return [] if is_current else [one for name, one in by_name.items() if name in published][:1]


def headline_of(newest: Round) -> tuple[tuple[str, str, str, str], ...]:
    """Return of each organisation of a round what it is rated first: code, name, rating, how sure it is."""
    outcomes = newest.headline.outcomes
    own = ((one, outcomes.get(one.code, NOTHING)) for one in newest.organisations)
    return tuple((place.code, place.name, one.text, one.sure or one.why) for place, one in own)


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Wait for whoever else publishes into the folder; the lock is next to it, so that it stays as it is."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with (folder.parent / f"{LOCK}-{folder.name}").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
