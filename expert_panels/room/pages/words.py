"""The room's words: what each state of a gate is called, what it means, how long something has waited.

Belongs here: turning keys and times into what is on a page, colour next to the word and never instead.
Does not belong here: pages, markup, what a signature means (decision.MEANINGS).
"""

from datetime import UTC, datetime
from typing import NamedTuple

from expert_panels.ledger.gate_state import GateState

SHORT = 12
"""Signs of a fingerprint that a page shows."""


class StateWords(NamedTuple):
    """A state as the board shows it: the word, the colour of its tag, and what it means for the panel."""

    word: str
    colour: str
    meaning: str


STATES = {
    "not_ready": StateWords("Not ready", "grey", "No table has been submitted to the panel yet."),
    "awaiting": StateWords("Awaiting the panel", "yellow", "Nobody has signed yet; nothing is released."),
    "partial": StateWords("Partly signed", "blue", "More signatures are needed; nothing is released."),
    "moderated": StateWords(
        "Moderated", "blue", "A judgement has been moderated: the moderated table is being worked out."
    ),
    "approved": StateWords("Verified", "green", "The panel has verified this table, and it is released."),
    "returned": StateWords("Returned", "orange", "The panel has returned this table to those who made it."),
    "withdrawn": StateWords("Withdrawn", "red", "The panel has withdrawn its verification."),
    "superseded": StateWords(
        "Changed since it was verified",
        "purple",
        "The data have changed. What was verified before stays released until the panel decides again.",
    ),
    "overridden": StateWords(
        "Overridden", "pink", "Released by override, without the panel's verification, and marked so."
    ),
}
"""State of a gate -> its words. The keys are those of GateState.state."""

_OVERRIDDEN_BEFORE = StateWords(
    "Changed since it was overridden",
    "purple",
    "The data have changed. What was released by override stays out, marked so, until the panel decides.",
)

_NOT_YET = {
    "approved": "The panel has verified this table. It is not released yet: the next release shows it, once "
    "all that its round needs is decided.",
    "overridden": "Two officers have let this table out without the panel. It is not released yet: the next "
    "release shows it, marked so.",
    "superseded": "The data have changed since the panel decided, and nothing of this table is released: the "
    "panel is asked again.",
}
"""What a state means while no release shows what was let out."""


def words_of(state: GateState, is_out: bool) -> StateWords:
    """Return the words of a gate's state.

    `is_out`: the newest release shows what was let out. Of a superseded one also whether that was overridden.
    """
    words = STATES[state.state] if state.described == state.state else _OVERRIDDEN_BEFORE
    return words if is_out else words._replace(meaning=_NOT_YET.get(state.state, words.meaning))


RATING_COLOURS = ("green", "aqua-green", "orange", "red")
"""The colours of four ratings, best first; next to each is its label."""

_UNITS = (("day", 86_400), ("hour", 3_600), ("minute", 60))


def waited(since: datetime, now: datetime) -> str:
    """Return how long ago `since` was, in the largest whole unit: `3 days`, `less than a minute`."""
    seconds = int((now - since).total_seconds())
    for name, length in _UNITS:
        if (count := seconds // length) > 0:
            return f"{count:,} {name}" if count == 1 else f"{count:,} {name}s"
    return "less than a minute"


def moment(at: datetime | None) -> str:
    """Return a time as pages show it: `5 April 2017, 09:00 UTC`; '' for none."""
    if at is None:
        return ""
    at = at.astimezone(UTC)
    return f"{at.day} {at:%B %Y, %H:%M} UTC"


def panel_word(panel: str) -> str:
    """Return a panel's key as a word: `mental health`."""
    return panel.replace("_", " ")
