"""Pictures: small charts as SVG text, without a drawing library or a script.

Belongs here: turning counts into a chart that also reads without colour.
Does not belong here: counting, Dagster metadata, pages.
"""

from collections.abc import Mapping
from html import escape

_WIDTH, _BAR, _GAP, _LEFT, _TOP = 520, 18, 8, 210, 34


def bar_chart(title: str, counts: Mapping[str, int]) -> str:
    """Return an SVG of horizontal bars, one a name in the order given, each labelled with its count."""
    most = max(counts.values(), default=0) or 1
    height = _TOP + len(counts) * (_BAR + _GAP) + 8
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" '
        f'height="{height}" role="img" font-family="Arial, sans-serif" font-size="13">',
        f"<title>{escape(title)}</title>",
        f'<rect width="{_WIDTH}" height="{height}" fill="#ffffff"/>',
        f'<text x="8" y="20" font-weight="bold" fill="#212b32">{escape(title)}</text>',
    ]
    for place, (name, count) in enumerate(counts.items()):
        y = _TOP + place * (_BAR + _GAP)
        width = round((_WIDTH - _LEFT - 60) * count / most, 1)
        parts += [
            f'<text x="{_LEFT - 8}" y="{y + 14}" text-anchor="end" fill="#212b32">{escape(name)}</text>',
            f'<rect x="{_LEFT}" y="{y}" width="{width}" height="{_BAR}" fill="#005eb8"/>',
            f'<text x="{_LEFT + width + 6}" y="{y + 14}" fill="#212b32">{count:,}</text>',
        ]
    return "".join(parts) + "</svg>\n"
