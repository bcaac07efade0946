"""The room's words: what each state of a gate is called, what it means, how long something has waited.

Belongs here: turning keys and times into what stands on a page, colour beside the word and never instead.
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
    "not_ready": StateWords("Not ready", "grey", "No table has been laid before the panel yet."),
    "awaiting": StateWords("Awaiting the panel", "yellow", "Nobody has signed yet; nothing is published."),
    "partial": StateWords("Partly signed", "blue", "More signatures are needed; nothing is published."),
    "moderated": StateWords(
        "Moderated", "blue", "A judgement has been moderated: the moderated table is being worked out."
    ),
    "approved": StateWords("Verified", "green", "The panel has verified this table, and it is published."),
    "returned": StateWords("Returned", "orange", "The panel has returned this table to those who made it."),
    "withdrawn": StateWords("Withdrawn", "red", "The panel has withdrawn its verification."),
    "superseded": StateWords(
        "Changed since it was verified",
        "purple",
        "The data have changed. What was verified before stays published until the panel decides again.",
    ),
    "overridden": StateWords(
        "Overridden", "pink", "Published by override, without the panel's verification, and marked so."
    ),
}
"""State of a gate -> its words. The keys are those of GateState.state."""

_OVERRIDDEN_BEFORE = StateWords(
    "Changed since it was overridden",
    "purple",
    "The data have changed. What was published by override stays out, marked so, until the panel decides.",
)


def words_of(state: GateState) -> StateWords:
    """Return the words of a gate's state; of a superseded one also whether what is out was overridden."""
    return STATES[state.state] if state.described == state.state else _OVERRIDDEN_BEFORE


RATING_COLOURS = ("green", "aqua-green", "orange", "red")
"""The colours of four ratings, best first; beside each stands its label."""

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
