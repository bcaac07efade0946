"""The pictures of a site as SVG: one figure against its reference, its trend, and all organisations together.

Belongs here: from the numbers of a subject to marks, with a sentence that says what the picture shows.
Does not belong here: maps (maps.py), the words of a figure (of_lanes.py), colours (static/site.css).

They are written by hand and not by a library of charts: a site has some 12,000 small ones, and a library took
0.13 s and 100 kB for each large one, a hundred times what these take. All dots of a picture are one path, so
that it stays small. What colour says, shape and words say too.
"""

import math
from collections.abc import Iterable, Sequence
from html import escape

import numpy as np

from ccg_pipeline.method.statistics.grid import Floats
from ccg_pipeline.method.statistics.small_counts import events_at
from ccg_pipeline.publish.site.addresses import slug
from ccg_pipeline.publish.site.content import NOTHING, Outcome, Subject
from ccg_pipeline.publish.site.findings import finding

WIDE, TALL, LEFT, RIGHT, TOP, BOTTOM = 720, 300, 56, 16, 26, 40
SMALL, LINE, EDGE = 170, 18, 8
STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
LIMITS = (1.96, 3.09)


def dot(one: Outcome, subject: Subject) -> str:
    """Return a figure as a mark on the range of all organisations, with its interval and its reference.

    A triangle that points up is better, one that points down worse, a diamond is outside a range, a circle
    is none of these. What it shows is said in words next to it, so that it is hidden from who hears the page.
    '' without a figure.
    """
    if math.isnan(one.number):
        return ""
    low, high = subject.scale

    def across(value: float) -> int:
        return round(EDGE + (SMALL - 2 * EDGE) * min(max((value - low) / (high - low), 0), 1))

    x, y = across(one.number), LINE // 2
    parts = []
    if not math.isnan(one.reference):
        parts.append(f'<path class="r" d="M{across(one.reference)} 1v{LINE - 2}"/>')
    if not (math.isnan(one.lower) or math.isnan(one.upper)):
        parts.append(f'<path class="i" d="M{across(one.lower)} {y}H{across(one.upper)}"/>')
    shape = {
        "better": f'<path class="up" d="M{x - 6} {y + 5}h12l-6-10z"/>',
        "worse": f'<path class="down" d="M{x - 6} {y - 5}h12l-6 10z"/>',
        "outside": f'<path class="outside" d="M{x} {y - 6}l6 6-6 6-6-6z"/>',
    }
    parts.append(shape.get(one.side, f'<path class="dot" d="M{x} {y}h0"/>'))
    # its size and the line under it are of the stylesheet, since a page has hundreds
    return f'<svg aria-hidden="true">{"".join(parts)}</svg>'


def place_bar(one: Outcome, n: int) -> str:
    """Return the set of places of an organisation among `n` as a bar, and its place as a dot on it."""
    if not one.set_first:
        return ""

    def across(place: int) -> int:
        return round(EDGE + (SMALL - 2 * EDGE) * (place - 1) / max(n - 1, 1))

    y = LINE // 2
    place = f'<path class="dot" d="M{across(one.place)} {y}h0"/>' if one.place else ""
    bar = f'<path class="i" d="M{across(one.set_first)} {y}H{across(one.set_last)}"/>'
    return f'<svg aria-hidden="true">{bar}{place}</svg>'


def spark(trend: Sequence[tuple[str, float]]) -> str:
    """Return a trend as a small line; '' for fewer than two points."""
    if len(trend) < 2:
        return ""
    values = [value for _, value in trend]
    low, span = min(values), (max(values) - min(values)) or 1.0
    step = 60 / (len(trend) - 1)
    points = [
        f"{round(4 + step * at)} {round(14 - 10 * (value - low) / span)}" for at, value in enumerate(values)
    ]
    return (
        '<svg class="spark" aria-hidden="true">'
        f'<path class="t" d="M{"L".join(points)}"/><path class="dot" d="M{points[-1]}h0"/></svg>'
    )


def ticks(low: float, high: float, about: int = 5) -> list[float]:
    """Return round numbers between two ends, some `about` of them."""
    raw = (high - low) / about
    size = 10.0 ** math.floor(math.log10(raw))
    step = next(one * size for one in STEPS if one * size >= raw * 0.999)
    first = math.ceil(low / step - 1e-9)
    return [number * step for number in range(first, math.floor(high / step + 1e-9) + 1)]


class Frame:
    """The axes of a large picture: from numbers to places in it."""

    def __init__(self, across: tuple[float, float], up: tuple[float, float], unit: str, label: str) -> None:
        self.across, self.up, self.unit, self.label = across, up, unit, label

    def x(self, value: float) -> float:
        """Where a number lies from left to right."""
        low, high = self.across
        return round(LEFT + (WIDE - LEFT - RIGHT) * (value - low) / ((high - low) or 1), 1)

    def y(self, value: float) -> float:
        """Where a number lies from top to bottom."""
        low, high = self.up
        return round(TALL - BOTTOM - (TALL - TOP - BOTTOM) * (value - low) / ((high - low) or 1), 1)

    def dots(self, points: Iterable[tuple[float, float]]) -> str:
        """Return one path that draws a dot at each point."""
        return "".join(f"M{self.x(x):g} {self.y(y):g}h0" for x, y in points)

    def triangles(self, points: Iterable[tuple[float, float]], turn: int) -> str:
        """Return one path that draws a triangle at each point, pointing up (1) or down (-1)."""
        return "".join(f"M{self.x(x) - 4:g} {self.y(y) + 3 * turn:g}h8l-4 {-7 * turn}z" for x, y in points)

    def diamonds(self, points: Iterable[tuple[float, float]]) -> str:
        """Return one path that draws a diamond at each point."""
        return "".join(f"M{self.x(x):g} {self.y(y) - 4:g}l4 4-4 4-4-4z" for x, y in points)

    def axes(self, at: Sequence[float] = ()) -> str:
        """Return the axes with their round numbers, and those of the lower one `at` these."""
        floor = TALL - BOTTOM
        up = "".join(
            f'<path class="a" d="M{LEFT} {self.y(v):g}H{WIDE - RIGHT}"/>'
            f'<text x="{LEFT - 6}" y="{self.y(v) + 4:g}" text-anchor="end">{v:,.6g}</text>'
            for v in ticks(*self.up)
        )
        below = "".join(
            f'<text x="{self.x(v):g}" y="{floor + 16}" text-anchor="middle">{v:,.6g}</text>' for v in at
        )
        return (
            f'{up}<path class="f" d="M{LEFT} {floor}H{WIDE - RIGHT}"/>{below}'
            f'<text x="{(LEFT + WIDE - RIGHT) / 2:g}" y="{TALL - 6}" '
            f'text-anchor="middle">{escape(self.label)}</text>'
            f'<text x="4" y="15">{escape(self.unit)}</text>'
        )


def drawn(inside: str, finding: str, number: str = "p") -> str:
    """Return a large picture whose text alternative is the sentence `finding`."""
    return (
        f'<svg class="large" viewBox="0 0 {WIDE} {TALL}" role="img" aria-labelledby="{number}">'
        f'<title id="{number}">{escape(finding)}</title>{inside}</svg>'
    )


def _reference(frame: Frame, value: float, text: str, at_left: bool = False) -> str:
    if math.isnan(value):
        return ""
    y = frame.y(value)
    above = y - 5 if y > TOP + 20 else y + 14
    x, anchor = (LEFT + 4, "start") if at_left else (WIDE - RIGHT, "end")
    return (
        f'<path class="r" d="M{LEFT} {y:g}H{WIDE - RIGHT}"/>'
        f'<text class="b" x="{x}" y="{above:g}" text-anchor="{anchor}">{escape(text)}</text>'
    )


def _span(values: Iterable[float]) -> tuple[float, float]:
    known = [value for value in values if not math.isnan(value)]
    low, high = (min(known), max(known)) if known else (0.0, 1.0)
    pad = (high - low) * 0.05 or 0.5
    return (low if 0 <= low < pad else low - pad, high + pad)


def _by_side(frame: Frame, points: Iterable[tuple[float, float, str]]) -> str:
    kept: dict[str, list[tuple[float, float]]] = {"like": [], "better": [], "worse": [], "outside": []}
    for x, y, side in points:
        kept[side or "like"].append((x, y))
    drawn = {
        "like": frame.dots(kept["like"]),
        "better": frame.triangles(kept["better"], 1),
        "worse": frame.triangles(kept["worse"], -1),
        "outside": frame.diamonds(kept["outside"]),
    }
    return "".join(f'<path class="dots {side}" d="{path}"/>' for side, path in drawn.items() if path)


def in_order(subject: Subject, nouns: str) -> str:
    """Return all organisations from the least to the greatest figure, each with its interval."""
    rows = sorted(
        (one for one in subject.outcomes.values() if not math.isnan(one.number)), key=lambda one: one.number
    )
    if len(rows) < 2:
        return ""
    reference, text = subject.reference
    # the ends of a few very wide intervals would press all the rest together: the widest twentieth is cut
    lows = sorted(one.lower for one in rows if one.lower == one.lower)
    highs = sorted(one.upper for one in rows if one.upper == one.upper)
    ends = [*lows[len(lows) // 20 :][:1], *highs[: len(highs) - len(highs) // 20][-1:]]
    low, high = _span([*(one.number for one in rows), reference, *ends])
    beyond = "; an interval that meets the edge goes on beyond it" * any(
        one.lower < low or one.upper > high for one in rows
    )
    label = f"{nouns}, from the least to the greatest figure{beyond}"
    frame = Frame((0, len(rows) - 1), (low, high), subject.unit, label)
    bars = "".join(
        f"M{frame.x(at):g} {frame.y(max(one.lower, low)):g}V{frame.y(min(one.upper, high)):g}"
        for at, one in enumerate(rows)
        if one.lower == one.lower and one.upper == one.upper
    )
    marks = _by_side(frame, ((at, one.number, one.side) for at, one in enumerate(rows)))
    inside = f'{frame.axes()}<path class="w" d="{bars}"/>{marks}'
    # the figures rise to the right, so that a line in their upper half has room for its words at the left
    inside += _reference(frame, reference, text, at_left=reference > (low + high) / 2)
    return drawn(inside, finding(subject, nouns), "in-order")


def funnel(subject: Subject, nouns: str, own: Outcome = NOTHING) -> str:
    """Return the figures by the number of people behind them, with limits of chance about the reference.

    The limits are the reference ± 1.96 and 3.09 standard errors (95 % and 99.8 %, Spiegelhalter 2005). The
    standard error falls with the root of the denominator, and is widened by the variance between
    organisations. Where bands of small counts are by exact chances, so are the limits. `own` is marked by a
    diamond. '' where no counts are behind the figures.
    """
    rows = [
        one
        for one in subject.outcomes.values()
        if one.denominator > 0 and one.standard_error > 0 and not math.isnan(one.number)
    ]
    reference, text = subject.reference
    if len(rows) < 10 or math.isnan(reference):
        return ""
    spread = sorted(one.standard_error * math.sqrt(one.denominator) for one in rows)[len(rows) // 2]
    most = max(one.denominator for one in rows)
    low, high = _span([*(one.number for one in rows), reference])
    frame = Frame((0, most * 1.02), (low, high), subject.unit, "counted (the denominator)")
    lines, counted = [], most * np.square(np.arange(1, 61) / 60)

    def limit(n: Floats, width: float) -> Floats:
        if subject.exact is None:
            return reference + width * np.sqrt(spread**2 / n + subject.widening)
        error, per = subject.exact
        share = np.full(n.shape, reference / per)
        return per * events_at(error, np.full(n.shape, width), n, share) / n

    for width in LIMITS:
        for side in (-1, 1):
            points = zip(counted, limit(counted, side * width), strict=True)
            inside = [f"{frame.x(n):g} {frame.y(y):g}" for n, y in points if low <= y <= high]
            if len(inside) > 1:
                lines.append(f'<path class="l l{width:.0f}" d="M{"L".join(inside)}"/>')
    n, figures = np.array([(one.denominator, one.number) for one in rows]).T
    outside = ((figures < limit(n, -LIMITS[1])) | (figures > limit(n, LIMITS[1]))).sum()
    marks = _by_side(frame, ((one.denominator, one.number, one.side) for one in rows))
    said = (
        f"{subject.title} by how many are counted: {outside} of {len(rows)} {nouns} lie outside the limits "
        "that chance alone would leave 998 in 1,000 within."
    )
    at = f"{frame.x(own.denominator):g} {frame.y(own.number) - 8:g}"
    mark = "" if math.isnan(own.denominator * own.number) else f'<path class="own" d="M{at}l8 8-8 8-8-8z"/>'
    body = f"{frame.axes(ticks(0, most)[1:])}{''.join(lines)}{marks}{mark}"
    return drawn(f"{body}{_reference(frame, reference, text)}", said, f"funnel-{slug(subject.key)}")


def distribution(subject: Subject, nouns: str, own: Outcome | None = None) -> str:
    """Return how the numbers of a subject are spread, with the cuts between its grades and `own` marked."""
    values = sorted(one.number for one in subject.outcomes.values() if not math.isnan(one.number))
    if len(values) < 2 or values[0] == values[-1]:
        return ""
    low, high = _span([*values, *subject.cuts])
    n_bars = 30
    size = (high - low) / n_bars
    counts = [0] * n_bars
    for value in values:
        counts[min(int((value - low) / size), n_bars - 1)] += 1
    frame = Frame((low, high), (0, max(counts) * 1.15), nouns, subject.unit)
    bars = "".join(
        f"M{frame.x(low + size * (at + 0.5)):g} {TALL - BOTTOM}V{frame.y(count):g}"
        for at, count in enumerate(counts)
        if count
    )
    cuts = "".join(
        f'<path class="cut" d="M{frame.x(cut):g} {TOP}V{TALL - BOTTOM}"/>'
        f'<text class="b" x="{frame.x(cut) + 4:g}" y="{TOP + 10 + 15 * (at % 2)}">{cut:g}</text>'
        for at, cut in enumerate(sorted(subject.cuts))
    )
    mark = ""
    if own is not None and not math.isnan(own.number):
        x = frame.x(own.number)
        mark = f'<path class="own" d="M{x - 8:g} {TALL - BOTTOM + 12}h16l-8-14z"/>'
    return drawn(
        f'{frame.axes(ticks(low, high))}<path class="bars" d="{bars}"/>{cuts}{mark}',
        finding(subject, nouns),
        f"spread-{slug(subject.key)}",
    )


def trend(subject: Subject) -> str:
    """Return the reference's values over the periods that are released; '' for fewer than two."""
    if len(subject.trend) < 2:
        return ""
    values = [value for _, value in subject.trend]
    frame = Frame((0, len(values) - 1), _span(values), subject.unit, "end of the data period")
    line = "L".join(f"{frame.x(at):g} {frame.y(value):g}" for at, value in enumerate(values))
    names = "".join(
        f'<text x="{frame.x(at):g}" y="{TALL - BOTTOM + 16}" '
        f'text-anchor="{anchor}">{escape(subject.trend[at][0])}</text>'
        for at, anchor in ((0, "start"), (len(values) - 1, "end"))
    )
    said = (
        f"England, {subject.title}: {values[0]:,.4g} for the period to {subject.trend[0][0]}, "
        f"{values[-1]:,.4g} to {subject.trend[-1][0]}."
    )
    dots = frame.dots(enumerate(values))
    return drawn(
        f'{frame.axes()}{names}<path class="t" d="M{line}"/><path class="dots like" d="{dots}"/>',
        said,
        "trend",
    )
