"""Pages that open offline: what is handed out as one file.

Belongs here: the Jinja environment of the pages, and the frame that all of them have (templates/page.html).
Does not belong here: what a page says (validation_report.py, robustness_page.py), the panels' room.

A page holds everything itself: no script, no font, no link that leaves it. What is said by colour is said in
words too. Equal content gives equal bytes: nothing of a page comes from a clock.
"""

from collections.abc import Sequence
from functools import cache
from html import escape
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from ccg_pipeline.release.tables import MADE_UP


def _escaped(value: Any) -> Markup:
    # Quotes as the standard library escapes them, not as Jinja does: pages out there stay the same.
    return value if isinstance(value, Markup) else Markup(escape(str(value)))


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("ccg_pipeline.publish"),
        autoescape=True,
        finalize=_escaped,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
    )


def page(template: str, title: str, about: Sequence[str], is_made_up: bool, **context: Any) -> str:
    """Return the page as HTML: `title`, the sentences `about` it, and what `template` makes of `context`.

    All of it is text and is escaped.
    """
    return (
        _environment()
        .get_template(template)
        .render(title=title, about=about, is_made_up=is_made_up, made_up=MADE_UP, **context)
    )
