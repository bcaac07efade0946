"""The pages of a site: from what is said of each round to addresses and bytes.

Belongs here: which pages there are, and what each is given.
Does not belong here: what is said of a round (of_lanes.py, of_rounds.py), words that all pages share
(frame.py), markup (templates/), files (build.py).

Nothing of a page comes from a clock, so that equal releases give equal bytes. No page but those of releases,
data and method names the release's number: a correction changes the pages alone whose figures it changes.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from markupsafe import Markup

from ccg_pipeline.publish.naming import figure_in_words
from ccg_pipeline.publish.site import findings, maps, pictures
from ccg_pipeline.publish.site.content import NOTHING, Organisation, Outcome, Publication, Round, Subject
from ccg_pipeline.publish.site.frame import (
    CONTACT,
    GLOSSARY,
    environment,
    link_from,
    menu_of,
    moment_in_words,
    title_of,
)
from ccg_pipeline.publish.site.register import (
    REGISTER_FILE,
    REGISTER_PAGE,
    entries_of,
    register_page,
    spells_file,
)
from ccg_pipeline.reference.boundaries import ATTRIBUTION
from ccg_pipeline.reference.special_measures.register import Register, the_register


class Pages:
    """The pages of a site of `publications`, the first of which its home shows."""

    def __init__(
        self,
        publications: Sequence[Publication],
        styles: str,
        announced: Sequence[tuple[str, str]] = (),
        contact: str = "",
        register: Register | None = None,
    ) -> None:
        """`styles` names the stylesheet; `announced` are times and titles of what is still to come.

        `register` is shown as it is now where any round tells of it; without it, the packaged list.
        """
        self.publications, self.styles, self.announced = publications, styles, announced
        self.contact = contact or CONTACT
        self.site = title_of([one.round for one in publications])
        is_told = any(place.standings for one in publications for place in one.round.organisations)
        self.register = (register or the_register()) if is_told else None

    def of_site(self) -> Iterator[tuple[str, bytes]]:
        """Yield address and bytes of what belongs to no round: its pages, and the register as a file."""
        if self.publications:
            yield self._home("index.html", self.publications[0])
        else:
            yield self._calendar_page("index.html", self.site)
        yield self._calendar_page("calendar.html", "Calendar of releases")
        yield self._page(
            "about.html", "about.html", "About this site",
            publications=self.publications, glossary=self._glossary(), contact=self.contact,
            has_contact=self.contact != CONTACT,
            attribution=ATTRIBUTION,
        )  # fmt: skip
        if self.register:
            yield self._page(
                "register.html", REGISTER_PAGE, "Special measures and directions",
                file=REGISTER_FILE, **register_page(self.register),
            )  # fmt: skip
            yield REGISTER_FILE, spells_file(self.register)

    def _glossary(self) -> list[tuple[str, str]]:
        own = [pair for one in self.publications for pair in one.round.glossary]
        return list({word: (word, meaning) for word, meaning in [*reversed(own), *GLOSSARY]}.values())

    def of_round(self, publication: Publication) -> Iterator[tuple[str, bytes]]:
        """Yield address and bytes of the pages of a round."""
        round_ = publication.round
        yield self._home(f"{round_.address}/index.html", publication)
        for place in round_.organisations:
            yield self._organisation(publication, place)
        for subject in round_.subjects:
            yield self._subject(publication, subject)
            if subject.has_places:
                yield self._league(publication, subject)
        yield self._page(
            "releases.html", f"{round_.address}/releases.html", f"Releases, {round_.title}",
            publication=publication, round=round_, is_made_up=round_.is_made_up, crumbs=_crumbs(round_),
        )  # fmt: skip
        for one in publication.releases:
            path, title = (
                f"{round_.address}/release/{one.serial}.html",
                f"Release {one.serial}, {round_.title}",
            )
            crumbs = [*_crumbs(round_), ("Releases", f"{round_.address}/releases.html")]
            yield self._page(
                "release.html",
                path,
                title,
                one=one,
                round=round_,
                is_made_up=round_.is_made_up,
                crumbs=crumbs,
            )
        yield self._page(
            "method.html", f"{round_.address}/about.html", f"How it is worked out, {round_.title}",
            round=round_, is_made_up=round_.is_made_up, crumbs=_crumbs(round_),
        )  # fmt: skip

    def data_page(self, publication: Publication, files: Sequence[Any]) -> tuple[str, bytes]:
        """Return the page that lists the files of a round."""
        round_ = publication.round
        return self._page(
            "data.html", f"{round_.address}/data.html", f"Data, {round_.title}",
            round=round_, files=files, is_made_up=round_.is_made_up, crumbs=_crumbs(round_),
        )  # fmt: skip

    def _page(self, template: str, path: str, title: str, **context: Any) -> tuple[str, bytes]:
        shared = {
            "title": title, "site": self.site, "styles": self.styles, "to": link_from(path),
            "menu": menu_of(self.register is not None),
        }  # fmt: skip
        return path, environment().get_template(template).render({**shared, **context}).encode("utf-8")

    def _home(self, path: str, publication: Publication) -> tuple[str, bytes]:
        round_ = publication.round
        to = link_from(path)
        links = [
            *(
                (f"Places by {one.title.lower()}", f"{round_.address}/{one.league}")
                for one in round_.subjects[:1]
                if one.has_places
            ),
            ("Download the data", f"{round_.address}/data.html"),
            ("How it is worked out, and what is assumed", f"{round_.address}/about.html"),
            ("Releases, corrections, and who saw figures before", f"{round_.address}/releases.html"),
        ]
        return self._page(
            "home.html", path, round_.title,
            publication=publication, round=round_, is_made_up=round_.is_made_up, links=links,
            map=Markup(maps.boundary_map(round_.headline, round_, _within(round_, to))),
            entries=maps.key_of(round_.headline), attribution=ATTRIBUTION,
            findings=[
                findings.finding(one, round_.nouns) for one in round_.levels[round_.headline.level]
            ],
            others=[
                (one.round.title, f"{one.round.address}/index.html")
                for one in self.publications
                if one is not publication
            ],
        )  # fmt: skip

    def _calendar_page(self, path: str, title: str) -> tuple[str, bytes]:
        has_calendar = bool(self.announced) or any(one.publish_at for one in self.publications)
        return self._page("calendar.html", path, title, entries=self._calendar(), has_calendar=has_calendar)

    def _calendar(self) -> list[tuple[str, str, str, str]]:
        out = [
            (
                one.publish_at or moment_in_words(one.releases[0].made_at) if one.releases else "",
                one.round.title,
                f"{one.round.address}/index.html",
                "published",
            )
            for one in self.publications
        ]
        return [*((when, what, "", "announced") for when, what in self.announced), *out]

    def _organisation(self, publication: Publication, place: Organisation) -> tuple[str, bytes]:
        round_ = publication.round
        rated = [
            (one, one.outcomes.get(place.code, NOTHING), findings.around(one, place, round_))
            for one in round_.subjects
            if one.labels
        ]
        similar = [one for one in round_.organisations if one.code in place.similar]
        similar.sort(key=lambda one: place.similar.index(one.code))
        headline = round_.headline
        path = f"{round_.address}/{place.address}"
        return self._page(
            "organisation.html", path, f"{place.name or place.code}, {round_.title}",
            place=place, round=round_, is_made_up=round_.is_made_up, crumbs=_crumbs(round_), rated=rated,
            picture=Markup(pictures.distribution(headline, round_.nouns, headline.outcomes.get(place.code))),
            sections=[
                (level, _groups(own, place), any(one.outcomes.get(place.code, NOTHING).where for one in own))
                for level, own in round_.ungraded.items()
            ],
            entries=entries_of(round_.register, place.code) if round_.register and place.standings else [],
            similar=[
                (other, [(one, one.outcomes.get(other.code, NOTHING)) for one, _, _ in rated])
                for other in similar
            ],
        )  # fmt: skip

    def _subject(self, publication: Publication, subject: Subject) -> tuple[str, bytes]:
        round_ = publication.round
        path = f"{round_.address}/{subject.address}"
        marks = findings.marks_of(subject)
        has_intervals = any(one.lower == one.lower for one in subject.outcomes.values())
        drawn = (
            (
                f"By how many are counted, with the limits of chance{marks}",
                pictures.funnel(subject, round_.nouns),
            ),
            (
                f"In order{', each with its 95 % interval' * has_intervals}{marks}",
                pictures.in_order(subject, round_.nouns),
            ),
            (
                f"How the scores are spread{', and the lines between the grades' * bool(subject.cuts)}",
                pictures.distribution(subject, round_.nouns) if subject.labels or subject.has_places else "",
            ),
            ("What it is compared with, over the periods that are released", pictures.trend(subject)),
        )
        within = _within(round_, link_from(path))
        shown = not subject.is_withheld
        outcomes = [(one, subject.outcomes.get(one.code, NOTHING)) for one in round_.organisations]
        periods = {one.period for _, one in outcomes if one.period}
        return self._page(
            "subject.html", path, f"{subject.title}, {round_.title}",
            subject=subject, round=round_, is_made_up=round_.is_made_up, rows=outcomes,
            crumbs=_crumbs(round_),
            pictures=[(caption, Markup(one)) for caption, one in drawn if one and shown],
            finding=findings.finding(subject, round_.nouns) if shown else "",
            map=Markup(maps.boundary_map(subject, round_, within)) if shown else "",
            tiles=Markup(maps.tile_map(subject, round_, within)) if shown else "",
            entries=maps.key_of(subject), attribution=ATTRIBUTION,
            members=[round_.by_key[key] for key in subject.members if key in round_.by_key],
            period=periods.pop() if len(periods) == 1 else "",
            has_counts=any(one.counts for _, one in outcomes),
            has_source=any(one.where or one.period for _, one in outcomes),
        )  # fmt: skip

    def _league(self, publication: Publication, subject: Subject) -> tuple[str, bytes]:
        round_ = publication.round
        rows = [(one, subject.outcomes.get(one.code, NOTHING)) for one in round_.organisations]
        rows.sort(
            key=lambda row: (
                *(row[1].pool, row[1].place or 10**6, row[1].set_first or 10**6, row[1].set_last),
                row[0].code,
            )
        )
        pools = [one.pool for _, one in rows]
        crumbs = [*_crumbs(round_), (subject.title, f"{round_.address}/{subject.address}")]
        return self._page(
            "league.html", f"{round_.address}/{subject.league}", f"Places: {subject.title}, {round_.title}",
            subject=subject, round=round_, is_made_up=round_.is_made_up, crumbs=crumbs,
            rows=[(*row, pools.count(row[1].pool)) for row in rows], has_pools=any(pools),
            has_sets=any(one.set_first for _, one in rows),
        )  # fmt: skip


def _within(round_: Round, to: Callable[[str], str]) -> Callable[[str], str]:
    return lambda address: to(f"{round_.address}/{address}")


def _crumbs(round_: Round) -> list[tuple[str, str]]:
    return [("Home", "index.html"), (round_.title, f"{round_.address}/index.html")]


def _groups(
    subjects: Sequence[Subject], place: Organisation
) -> list[tuple[str, list[tuple[Subject, Outcome, str]]]]:
    """Return the subjects of a level under their parents' names, with the similar ten's middle."""
    found: dict[str, list[tuple[Subject, Outcome, str]]] = {}
    for one in subjects:
        middle = _middle(one, place.similar)
        found.setdefault(one.parent, []).append((one, one.outcomes.get(place.code, NOTHING), middle))
    return list(found.items())


def _middle(subject: Subject, codes: Sequence[str]) -> str:
    """Return the median of the figures of `codes` in words; '' for fewer than three."""
    values = [subject.outcomes[code].number for code in codes if code in subject.outcomes]
    values = [value for value in values if value == value]
    if len(values) < 3:
        return ""
    return figure_in_words(float(np.median(values)), subject.unit)
