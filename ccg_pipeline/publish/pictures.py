"""Pictures: small charts as SVG text, without a drawing library or a script.

Belongs here: turning counts into a chart that also reads without colour.
Does not belong here: counting, Dagster metadata, pages.
"""

from collections.abc import Mapping
from html import escape

_WIDTH, _ROW, _LEFT, _LONGEST = 520, 22, 230, 280


def bar_chart(counts: Mapping[str, int]) -> str:
    """Return an SVG of horizontal bars, one a name in the order given, each labelled with name and count.

    The text is kept short, all bars being one path, because it travels inside an address: five bars take some
    600 characters.
    """
    most = max(counts.values(), default=0) or 1
    height = _ROW * len(counts) + 8
    bars, labels = [], []
    for place, (name, count) in enumerate(counts.items()):
        middle = _ROW * place + 15
        bars.append(f"M{_LEFT} {middle}h{round(_LONGEST * count / most)}")
        labels.append(f"<text x='{_LEFT - 9}' y='{middle + 5}'>{escape(name)}: {count:,}</text>")
    return (
        f"<svg xmlns='http://www.w3.org/2000/svg' width='{_WIDTH}' height='{height}' "
        "font-family='Arial' font-size='13' text-anchor='end'>"
        f"<path fill='#fff' d='M0 0h{_WIDTH}v{height}H0z'/>"
        f"<path stroke='#005eb8' stroke-width='15' d='{''.join(bars)}'/>{''.join(labels)}</svg>"
    )
