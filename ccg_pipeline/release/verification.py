"""What a ledger's state means for what may be shown, in the words of every released table.

Belongs here: one function from the state of a gate, and what is in force now, to those words.
Does not belong here: the rules of a decision (expert_panels), what a release shows (assessment.py).
"""

from ccg_pipeline.release import tables as published
from expert_panels.ledger.gate_state import GateState

_WAITING = {
    "returned": published.RETURNED,
    "withdrawn": published.WITHDRAWN,
}


def verification(state: GateState, stands_now: str) -> str:
    """Return in the published words what a panel, or the committee, has done about the rows that stand now.

    `stands_now` is the fingerprint of the candidate's rows as they are in the database at this moment, ''
    where there are none to decide on.
    """
    if not state.published_subject:
        # `superseded` needs published rows, so a changed candidate without any is waiting like a new one
        return _WAITING.get(state.state, published.AWAITING)
    is_overridden = state.published_as == "overridden"
    if state.is_superseded or state.published_subject != stands_now:
        return published.OVERRIDDEN_SUPERSEDED if is_overridden else published.SUPERSEDED
    return published.OVERRIDDEN if is_overridden else published.VERIFIED


def is_decided(word: str) -> bool:
    """Return whether these words say that exactly the rows that stand now may go out."""
    return word in (published.VERIFIED, published.OVERRIDDEN)
