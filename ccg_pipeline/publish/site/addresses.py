"""Addresses within a site: of a round, and of whatever has a name.

Belongs here: how a text becomes a part of an address. Does not belong here: what a page shows (content.py).
"""

import re
from collections.abc import Iterable
from itertools import count


def address_of(edition: str, lane: str, name: str) -> str:
    """Return the folder of a round's pages: its edition, what it is called there, and its partition."""
    return f"{slug(edition)}/{slug(lane)}/{slug(name)}"


def slug(text: str) -> str:
    """Return a text as a part of an address."""
    return re.sub(r"[^A-Za-z0-9_.-]+", "-", text).strip("-.") or "one"


def slugs(texts: Iterable[str]) -> dict[str, str]:
    """Return a part of an address for each text, no two the same where capitals make no difference."""
    found: dict[str, str] = {}
    taken: set[str] = set()
    for text in texts:
        own = slug(text)
        found[text] = next(
            one for n in count() if (one := f"{own}-{n}" if n else own).casefold() not in taken
        )
        taken.add(found[text].casefold())
    return found
