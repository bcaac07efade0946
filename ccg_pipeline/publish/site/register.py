"""The register of special measures on the site: entries as intervals, and what contradicts them.

Belongs here: what its page and the page of an organisation are given.
Does not belong here: the register (reference/special_measures), its tables (publish/special_measures.py).
"""

from functools import lru_cache
from typing import Any

from ccg_pipeline.publish.naming import day_in_words
from ccg_pipeline.publish.special_measures import (
    INCOMPLETE,
    contradiction_table,
    count_table,
    name_of,
    spell_table,
)
from ccg_pipeline.reference.special_measures.register import Register

REGISTER_PAGE, REGISTER_FILE = "special-measures.html", "special-measures.csv"
"""Where the register is on a site: its page, and its spells as a file."""


@lru_cache(maxsize=8)
def _entries(register: Register) -> list[dict[str, Any]]:
    return _rows(spell_table(register.replayed.spells))


def _rows(frame: Any) -> list[dict[str, Any]]:
    return [
        {str(name).replace(" ", "_"): value for name, value in row.items()}
        for row in frame.to_dict("records")
    ]


def entries_of(register: Register, code: str) -> list[dict[str, Any]]:
    """Return the entries of an organisation, a row each, as the register's page has them."""
    return [row for row in _entries(register) if row["ccg_code"] == code]


def spells_file(register: Register) -> bytes:
    """Return the spells as a CSV file, by which it is also known whether a site has them as they are now."""
    return spell_table(register.replayed.spells).to_csv(index=False, lineterminator="\n").encode("utf-8")


def register_page(register: Register) -> dict[str, Any]:
    """Return what the register's page is given: entries, published counts, contradictions, its limits."""
    unfitting = _rows(contradiction_table(register))
    return {
        "entries": _entries(register),
        "n_recorded": len(register.here),
        "counts": _rows(count_table(register)),
        "unfitting": [
            {**row, "ccg_name": name_of(row["ccg_code"]) if row["ccg_code"] else ""} for row in unfitting
        ],
        "incomplete": INCOMPLETE,
        "horizon": day_in_words(register.replayed.horizon),
    }
