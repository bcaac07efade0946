"""One page that opens offline: frame and style of every page that is handed out as a file.

Belongs here: title, banner of made-up data, and style.
Does not belong here: what a page says (validation_report.py, robustness_page.py), the panels' room.

A page holds everything itself: no script, no font, no link that leaves it. What is said by colour is said in
words too. Equal content gives equal bytes: nothing of a page comes from a clock.
"""

from collections.abc import Sequence
from html import escape

from ccg_pipeline.release.tables import MADE_UP

STYLE = """
body { font: 1rem/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 75rem; padding: 1rem; }
.made-up { border: .25rem solid #d5281b; padding: .5rem 1rem; font-weight: bold; }
table { border-collapse: collapse; margin: 1rem 0 2rem; }
caption { text-align: left; font-weight: bold; padding: .25rem 0; }
th, td { border-bottom: 1px solid #aeb7bd; padding: .25rem .75rem .25rem 0; }
th, td { text-align: left; vertical-align: top; }
td.number { text-align: right; font-variant-numeric: tabular-nums; }
.wide { overflow-x: auto; }
.failed { font-weight: bold; color: #9c1710; }
""".strip()


def page(title: str, about: Sequence[str], main: Sequence[str], is_made_up: bool) -> str:
    """Return the page as HTML: `title` and sentences `about` it as text, `main` as sections of HTML."""
    banner = f'<p class="made-up" role="note">{escape(MADE_UP)}</p>' if is_made_up else ""
    sentences = "\n".join(f"<p>{escape(one)}</p>" for one in about)
    sections = "\n".join(main)
    return f"""<!DOCTYPE html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)}</title>
<style>
{STYLE}
</style>
</head>
<body>
<header>
<h1>{escape(title)}</h1>
{banner}
{sentences}
</header>
<main>
{sections}
</main>
</body>
</html>
"""
