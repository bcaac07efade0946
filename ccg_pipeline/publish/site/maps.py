"""Maps of a subject: by boundaries and by tiles of the same size, each place a link to its page.

Belongs here: which class a place is drawn in, the two maps, their key.
Does not belong here: where a place lies (reference/boundaries.py), colours and patterns (static/site.css).

A class has a colour and, in the worse half, a pattern; the key says each in words, with its number of places.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from html import escape
from itertools import pairwise

from ccg_pipeline.publish.site.content import NOTHING, Organisation, Outcome, Round, Subject
from ccg_pipeline.publish.site.findings import sides_of
from ccg_pipeline.reference.boundaries import SIZE, TILES, boundaries

NONE = "none"
TILE = 40
PATTERNS = (
    '<defs><pattern id="lines" width="14" height="14" patternUnits="userSpaceOnUse"><path class="fill3" '
    'd="M0 0h14v14H0z"/>'
    '<path class="hatch" d="M0 14L14 0"/></pattern><pattern id="cross" width="14" height="14" '
    'patternUnits="userSpaceOnUse"><path class="fill4" d="M0 0h14v14H0z"/><path class="hatch" d="M0 14L14 '
    '0M0 0l14 14"/>'
    "</pattern></defs>"
)
"""The patterns of the third and the fourth class: the first map of a page has them for both."""


@dataclass(frozen=True)
class Entry:
    """An entry of a map's key: its class, its words, and how many places are in it."""

    name: str
    words: str
    count: int


def class_of(one: Outcome, subject: Subject) -> str:
    """Return the class of a place: g1 (best) to g4 by grade, a side of the reference, or none."""
    if subject.labels:
        return f"g{spread_grade(one.grade, len(subject.labels))}" if one.grade else NONE
    if not subject.is_compared:
        return _quarter(one.number, subject)
    return one.side or NONE


def _quarter(number: float, subject: Subject) -> str:
    """Return g1 for a number in the best quarter of all to g4; the highest first, where none is better."""
    if number != number or not subject.quarters:
        return NONE
    at = sum(number > line for line in subject.quarters[1:4])
    return f"g{at + 1 if subject.better == 'lower' else 4 - at}"


def spread_grade(grade: int, n: int) -> int:
    """Return which of the four colours a grade of `n` has: the best the first, the worst the fourth."""
    return 1 + round(3 * (grade - 1) / max(n - 1, 1))


def key_of(subject: Subject) -> list[Entry]:
    """Return the entries of the key in order; an entry without a place is left out."""
    if subject.labels:
        classes = [
            (f"g{spread_grade(grade, len(subject.labels))}", label)
            for grade, label in enumerate(subject.labels, 1)
        ]
        found = [Entry(name, label, subject.counts[label]) for name, label in classes]
    elif not subject.is_compared:
        classes_of = [class_of(one, subject) for one in subject.outcomes.values()]
        found = [
            Entry(name, words, classes_of.count(name)) for name, words in sorted(_quarters(subject).items())
        ]
    else:
        sides = [one.side for one in subject.outcomes.values()]
        found = [Entry(side, words, sides.count(side)) for side, words in sides_of(subject).items()]
    n = sum(class_of(one, subject) == NONE for one in subject.outcomes.values())
    without = "no rating" if subject.labels else "not compared" if subject.is_compared else "no figure"
    return [one for one in [*found, Entry(NONE, without, n)] if one.count]


def _quarters(subject: Subject) -> dict[str, str]:
    """Return the words of each class of a subject that nothing is compared with."""
    lines = subject.quarters
    return {
        _quarter(high, subject): f"{'up to' if not at else f'above {low:,.4g}, up to'} {high:,.4g}"
        for at, (low, high) in enumerate(pairwise(lines))
        if low < high or not at  # where many are equal two lines may be one, with nobody in between
    }


def _is_drawn(subject: Subject, round_: Round) -> bool:
    """Whether there is a map, and anything on it to tell places by."""
    return bool(round_.map_key) and any(class_of(one, subject) != NONE for one in subject.outcomes.values())


@cache
def _outlines(key: str) -> dict[str, str]:
    places = boundaries(key)
    return dict(zip(places["organisation_code"], places["outline"], strict=True))


@cache
def _tiles(key: str) -> dict[str, tuple[int, int]]:
    places = boundaries(key)
    at = zip(places["tile_column"].tolist(), places["tile_row"].tolist(), strict=True)
    return dict(zip(places["organisation_code"], at, strict=True))


def boundary_map(subject: Subject, round_: Round, to: Callable[[str], str]) -> str:
    """Return the map by boundaries; '' where the round has none. `to` makes a link of an address."""
    if not _is_drawn(subject, round_):
        return ""
    outlines = _outlines(round_.map_key)
    places = [(one, f'd="{outlines[one.code]}"') for one in round_.organisations if one.code in outlines]
    return _drawn(subject, round_, places, to, SIZE, "map", PATTERNS)


def tile_map(subject: Subject, round_: Round, to: Callable[[str], str]) -> str:
    """Return the map by tiles, on which each place is as large as any other; '' where there is none.

    It is drawn with the patterns of `boundary_map`, which is before it on a page.
    """
    if not _is_drawn(subject, round_):
        return ""
    tiles = _tiles(round_.map_key)
    size = TILE - 4
    places = [
        (one, f'd="M{TILE * tiles[one.code][0] + 2} {TILE * tiles[one.code][1] + 2}h{size}v{size}h-{size}z"')
        for one in round_.organisations
        if one.code in tiles
    ]
    return _drawn(subject, round_, places, to, (TILE * TILES[0], TILE * TILES[1]), "tiles")


def _drawn(
    subject: Subject,
    round_: Round,
    places: list[tuple[Organisation, str]],
    to: Callable[[str], str],
    size: tuple[int, int],
    name: str,
    patterns: str = "",
) -> str:
    parts: dict[str, list[str]] = {}
    for place, shape in places:
        one = subject.outcomes.get(place.code, NOTHING)
        said = f"{place.name}: {one.text or 'none'}"  # what its colour says is in the key
        drawn = f"<path {shape}><title>{escape(said)}</title></path>"
        parts.setdefault(class_of(one, subject), []).append(
            f'<a href="{to(place.address)}" tabindex="-1">{drawn}</a>'
        )
    groups = "".join(f'<g class="{each}">{"".join(own)}</g>' for each, own in parts.items())
    summary = "; ".join(f"{one.count} {one.words}" for one in key_of(subject))
    title = f"{subject.title} of {len(places)} {round_.nouns} on a map: {summary}. The table has each."
    # a group and no image, since an image would hide its links from who uses a keyboard or hears the page
    return (
        f'<svg class="{name}" viewBox="0 0 {size[0]} {size[1]}" role="group" aria-labelledby="{name}-title">'
        f'<title id="{name}-title">{escape(title)}</title>{patterns}{groups}</svg>'
    )
