"""What each decision means, and the state of a gate that decisions make.

Belongs here: the vocabulary of the ledger, and the frozen state with what can be read off it.
Does not belong here: the line itself (line.py), who sits on a panel (terms.py), how lines make a state
(fold.py), which line may be the next (refusal.py), the record (record.py).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from expert_panels.terms import Terms

MEANINGS: Mapping[str, str] = {
    "open": "This table is submitted to the panel.",
    "terms": "The terms of reference have changed; they count from the next round on.",
    "close": "This table is taken back from the panel: what it rests on has changed.",
    "approve": "I have examined this table and verify its ratings for publication.",
    "return": "I return this table to those who made it, for the reason given.",
    "recuse": "I have an interest and take no part in the decision on this table.",
    "comment": "I remark on one organisation in this table; it is no vote.",
    "moderate": "I put another judgement of one organisation in the place of the one in this table, for the "
    "reason given; the overall rating is to be worked out again and submitted to the committee.",
    "withdraw": "I withdraw the panel's verification: what was published of this table is to be taken out.",
    "override": "I ask that this table be published without the panel's verification, for the reason given, "
    "and be marked as overridden.",
}
"""Decision -> what a signature under it means. The keys are the vocabulary of the ledger."""


def meaning_of(decision: str, terms: Terms) -> str:
    """Return what a signature under a decision of a body means; '' for what is no decision."""
    return (decision == "approve" and terms.approval) or MEANINGS.get(decision, "")


NEEDS_REASON = ("return", "withdraw", "override", "comment", "moderate")
"""Decisions that nobody takes without saying why."""

OF_THE_PIPELINE = ("open", "close", "terms")
"""Decisions that the pipeline takes and nobody else."""

VIAS = ("pipeline", "page", "cli", "minutes")
"""How a line reached the ledger; `pipeline` for OF_THE_PIPELINE and for them alone."""


@dataclass(frozen=True)
class Signature:
    """A decision of one person that the state rests on."""

    actor: str
    role: str
    at: datetime
    reason: str = ""


@dataclass(frozen=True)
class Comment:
    """What a member said of one organisation, by its code, in the table before the panel."""

    about: str
    text: str
    actor: str
    role: str
    at: datetime


@dataclass(frozen=True)
class Moderation:
    """One judgement (`item`) of one organisation, put from `before` to `after` by a member, for a reason.

    `serial` is that of the round in which it was made.
    """

    serial: int
    about: str
    item: str
    before: str
    after: str
    reason: str
    actor: str
    role: str
    at: datetime


@dataclass(frozen=True)
class GateState:
    """What a ledger says of one panel's gate in one lane and partition.

    `subject` is the candidate before the panel ('' for none), `published_subject` the one whose rows are out
    ('' for none): the two differ, or are of different serials, while a candidate that changed waits to be
    verified again. `missing` says in words what is needed for the quorum, `returns` holds the reasons of a
    return, `comments` what was said of single organisations of this candidate. `moderations` are all that
    were ever made, in order; `is_moderated` says that one came after the candidate was submitted to the
    committee, which therefore has to wait for the moderated one; `moderated_on` the day of the meeting from
    whose minutes the moderation came that made the table before the committee, '' for any other. `decided_by`
    let the rows out, by the line whose hash is `published_line`; `published_by` are they and who signed the
    same rows after them. `decision_line` is the hash of the last line that moved the gate, which neither a
    comment nor a further signature does. `terms` are those under which the round was opened (None where its
    line does not carry them, as lines of before), `newest_terms` the version of those that were said last.
    """

    panel: str
    serial: int = 0
    subject: str = ""
    launched_by: str = ""
    opened_at: datetime | None = None
    votes: tuple[Signature, ...] = ()
    recused: tuple[Signature, ...] = ()
    returns: tuple[Signature, ...] = ()
    overrides: tuple[Signature, ...] = ()
    comments: tuple[Comment, ...] = ()
    moderations: tuple[Moderation, ...] = ()
    is_moderated: bool = False
    moderated_on: str = ""
    withdrawn: bool = False
    published_subject: str = ""
    published_serial: int = 0
    published_as: str = ""
    published_by: tuple[Signature, ...] = ()
    decided_by: tuple[Signature, ...] = ()
    published_line: str = ""
    decided_at: datetime | None = None
    missing: tuple[str, ...] = ()
    decision_seq: int = 0
    decision_line: str = ""
    last_seq: int = 0
    last_hash: str = ""
    terms: Terms | None = None
    newest_terms: str = ""

    @property
    def state(self) -> str:
        """What the gate is.

        not_ready, awaiting, partial, moderated, approved, returned, withdrawn, superseded or overridden.
        """
        if not self.subject:
            return "superseded" if self.published_subject else "not_ready"
        if self.is_moderated:
            return "moderated"
        if self.returns:
            return "returned"
        if self.withdrawn:
            return "withdrawn"
        if self.published_serial == self.serial:
            return self.published_as
        if self.published_subject:
            return "superseded"
        return "partial" if self.votes else "awaiting"

    @property
    def described(self) -> str:
        """The state, and of a superseded one whether what is out went out without the panel."""
        overridden = self.is_superseded and self.published_as == "overridden"
        return f"{self.state}, overridden before" if overridden else self.state

    @property
    def is_open(self) -> bool:
        """Whether the panel can vote on the candidate."""
        return bool(self.subject) and self.state in ("awaiting", "partial", "superseded")

    @property
    def takes_signatures(self) -> bool:
        """Whether a member's approval is recorded: to reach the quorum, or under what has reached it."""
        return self.is_open or self.state == "approved"

    @property
    def signed_by(self) -> tuple[Signature, ...]:
        """Whose signatures the state rests on now: those given, or those that keep it published."""
        if self.state in ("approved", "overridden"):
            return self.published_by
        return self.votes or self.overrides or self.returns or self.published_by

    @property
    def is_superseded(self) -> bool:
        """Whether rows are published that are not those of a candidate now before the panel."""
        return bool(self.published_subject) and not (self.subject and self.published_serial == self.serial)

    @property
    def data_version(self) -> str:
        """`state:subject:last line`, which changes whenever the gate does."""
        return f"{self.state}:{self.subject}:{self.last_hash}"

    def judgement(self, about: str, item: str, shown: str) -> str:
        """Return a judgement that the table before the committee shows as `shown`, as moderated since."""
        of_this_table = [one for one in self.moderations if one.serial == self.serial]
        own = [one.after for one in of_this_table if (one.about, one.item) == (about, item)]
        return own[-1] if own else shown
