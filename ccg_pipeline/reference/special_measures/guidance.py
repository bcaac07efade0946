"""The rules by which special measures and directions are entered, reviewed and ended, as data.

Belongs here: the packaged rules, each with its provenance. Does not belong here: applying them (``replay``,
``statements``, ``proposals``).
"""

from dataclasses import dataclass
from datetime import date
from functools import cache

from ccg_pipeline.reference.tables import read_rows


@dataclass(frozen=True)
class Rule:
    """A rule of the guidance: its number, date or word (`value`, '' where it has none) and its sentence."""

    key: str
    value: str
    unit: str
    says: str
    provenance: str
    source: str


@cache
def rules() -> dict[str, Rule]:
    """Return the rules by their keys, in their order."""
    return {row["key"]: Rule(**row) for row in read_rows("special_measures_guidance")}


def oversight_months() -> int:
    """Return for how many months a CCG in special measures is overseen before a decision is due."""
    return int(rules()["oversight"].value)


def persistence() -> int:
    """Return in how many rounds in a row a problem must be there to be persistent."""
    return int(rules()["persistence"].value)


def first_day(regime: str) -> date:
    """Return the day before which nobody can have been in a regime."""
    return date.fromisoformat(rules()[f"first_{regime.replace(' ', '_')}"].value)
