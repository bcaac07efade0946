"""A site built from small released tables, and what is looked up in it.

Belongs here: publications of a lane of four CCGs, the folder that they give, the links of a page.
Does not belong here: any expectation.
"""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from ccg_pipeline.publish.site.build import files_of, write_site
from ccg_pipeline.publish.site.content import Decided, Publication, Round
from ccg_pipeline.publish.site.of_lanes import round_of_lane
from ccg_pipeline.reference.special_measures.register import the_register
from ccg_pipeline.release.archive import Release
from ccg_pipeline.release.released import Tables
from tests.support.notations.method_tables import EDITION
from tests.support.worlds.publish_layers import made_of

STYLES = {"plain.css": b"body { margin: 0 }\n"}


def released_tables(lane: str = "annual", serial: int = 1, **states: str) -> Tables:
    """The tables of a release in which every body has verified, but for those in `states`."""
    layers = made_of(lane)  # type: ignore[arg-type]  # the lanes are those of the edition
    header = layers.header(**states)
    release = Release(lane, layers.key, serial, f"{serial}f" * 32, header)
    return Tables(lane, layers.key, layers.tables(**states), header, release, the_register())


def publication(lane: str = "annual", **states: str) -> Publication:
    """A publication of one release."""
    round_: Round = round_of_lane(released_tables(lane, **states), EDITION)
    return Publication(round_, (Decided(1, "2018-06-01T09:30:00Z", round_.sha256, "current"),))


def built(folder: Path, *publications: Publication, **more: Any) -> Path:
    """The folder with the site of these publications."""
    write_site(folder, files_of(publications, STYLES, **more))
    return folder


@dataclass
class Page(HTMLParser):
    """What a page refers to: addresses, and the ids that it has."""

    text: str
    links: list[str] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()
        self.feed(self.text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - its signature
        """Keep what a tag refers to."""
        for name, value in attrs:
            if name in ("href", "src", "data", "action", "srcset", "poster"):
                self.links.append(value or "")
            if name == "id":
                self.ids.append(value or "")


def broken_links(folder: Path) -> list[str]:
    """Every reference of a page that leads nowhere, or out of the site."""
    pages = {path: Page(path.read_text(encoding="utf-8")) for path in sorted(folder.rglob("*.html"))}
    found = []
    for path, page in pages.items():
        for link in page.links:
            address, _, fragment = link.partition("#")
            target = (path.parent / address).resolve() if address else path
            if ":" in link or not target.is_file() or not target.is_relative_to(folder.resolve()):
                found.append(f"{path.relative_to(folder)}: {link}")
            elif (
                fragment
                and target.suffix == ".html"
                and fragment not in pages[folder / target.relative_to(folder.resolve())].ids
            ):
                found.append(f"{path.relative_to(folder)}: {link} (no such place)")
    return found
