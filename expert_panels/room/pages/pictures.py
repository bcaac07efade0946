"""Pictures for the pages, made on the server: a distribution and the lines that part its grades.

Belongs here: turning a spread into bars and lines, and the same in words for who cannot see it.
Does not belong here: which spreads there are (the pipeline says), pages.
"""

from dataclasses import dataclass
from itertools import pairwise

from expert_panels.papers import Spread

WIDTH, HEIGHT, LEFT, BOTTOM, TOP = 480, 220, 34, 40, 52
LABEL = 13
BINS = 30


@dataclass(frozen=True)
class Bar:
    """A bar of the histogram, in the picture's own units."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Mark:
    """A line across the picture at `x`, or a figure under the axis, and what is next to it."""

    x: float
    label: str
    y: float = 0.0

    @property
    def anchor(self) -> str:
        """Which end of the label is at the line: it is kept within the picture."""
        return "end" if self.x > WIDTH * 0.6 else "start"

    @property
    def text_x(self) -> float:
        """Where the label begins or ends, a little to the side of the line."""
        return self.x - 4 if self.anchor == "end" else self.x + 4


@dataclass(frozen=True)
class Picture:
    """A histogram ready to be drawn. `said` is the same in words, segment by segment."""

    title: str
    scale: str
    bars: tuple[Bar, ...]
    cuts: tuple[Mark, ...]
    ticks: tuple[Mark, ...]
    most: int
    left: float
    floor: float
    top: float
    said: tuple[str, ...]


def picture(spread: Spread) -> Picture | None:
    """Return the histogram of a spread, or None where there is no value to show."""
    if not spread.values:
        return None
    low = min(*spread.values, *(cut.at for cut in spread.cuts), spread.values[0])
    high = max(*spread.values, *(cut.at for cut in spread.cuts), spread.values[0])
    low, high = (low, high) if high > low else (low - 1, high + 1)
    step = (high - low) / BINS
    counts = [0] * BINS
    for value in spread.values:
        counts[min(int((value - low) / step), BINS - 1)] += 1
    most = max(counts)

    def across(value: float) -> float:
        return round(LEFT + (value - low) / (high - low) * (WIDTH - LEFT - 10), 1)

    floor, tall = HEIGHT - BOTTOM, HEIGHT - BOTTOM - TOP
    bars = tuple(
        Bar(
            across(low + place * step),
            round(floor - tall * count / most, 1),
            round(across(low + step) - across(low) - 1, 1),
            round(tall * count / most, 1),
        )
        for place, count in enumerate(counts)
        if count
    )
    return Picture(
        spread.title,
        spread.scale,
        bars,
        tuple(Mark(across(cut.at), cut.label, LABEL * (place + 1)) for place, cut in enumerate(spread.cuts)),
        tuple(Mark(across(value), f"{value:.3g}".replace("-", "−")) for value in (low, high)),
        most,
        LEFT,
        floor,
        TOP,
        tuple(_in_words(spread)),
    )


def _in_words(spread: Spread) -> list[str]:
    """Return how many values lie in each segment between the cuts."""
    edges = [float("-inf"), *(cut.at for cut in spread.cuts), float("inf")]
    names = ["", *(cut.label for cut in spread.cuts), ""]
    said = []
    for (low, high), (below, above) in zip(pairwise(edges), pairwise(names), strict=True):
        count = sum(low <= value < high for value in spread.values)
        said.append(" ".join(part for part in (str(count), _between(below, above)) if part))
    return said


def _between(below: str, above: str) -> str:
    if below and above:
        return f"from {below} to below {above}"
    return f"below {above}" if above else f"from {below}" if below else "in all"
