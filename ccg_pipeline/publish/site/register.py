"""The register of special measures on the site: entries as intervals, and what contradicts them.

Belongs here: what its page and the page of an organisation are given.
Does not belong here: the register (reference/special_measures), its tables (publish/special_measures.py).
"""

from functools import cache
from typing import Any

from ccg_pipeline.publish.naming import day_in_words
from ccg_pipeline.publish.special_measures import (
    INCOMPLETE,
    contradiction_table,
    count_table,
    name_of,
    spell_table,
)
from ccg_pipeline.reference.special_measures.register import the_register


@cache
def _entries() -> list[dict[str, Any]]:
    return _rows(spell_table(the_register().replayed.spells))


def _rows(frame: Any) -> list[dict[str, Any]]:
    return [
        {str(name).replace(" ", "_"): value for name, value in row.items()}
        for row in frame.to_dict("records")
    ]


def entries_of(code: str) -> list[dict[str, Any]]:
    """Return the entries of an organisation, a row each, as the register's page has them."""
    return [row for row in _entries() if row["ccg_code"] == code]


@cache
def register_page() -> dict[str, Any]:
    """Return what the register's page is given: entries, published counts, contradictions, its limits."""
    register = the_register()
    unfitting = _rows(contradiction_table(register))
    return {
        "entries": _entries(),
        "counts": _rows(count_table(register)),
        "unfitting": [
            {**row, "ccg_name": name_of(row["ccg_code"]) if row["ccg_code"] else ""} for row in unfitting
        ],
        "incomplete": INCOMPLETE,
        "horizon": day_in_words(register.replayed.horizon),
    }
