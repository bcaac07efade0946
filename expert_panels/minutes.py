"""Minutes of a meeting: a form that says which decisions were minuted, read and turned into decisions.

Belongs here: the frozen model of the form, reading it from YAML or from Markdown that begins with YAML, the
hash of the minutes, and what must agree between the form and the terms of reference.
Does not belong here: whether each decision may be taken (refusal.py), writing the lines (ledger.py).

The form is a YAML file, or the written minutes themselves in Markdown with the form between two lines `---`:

    meeting: 2017-07-05
    panel: cancer
    year: 2016-17              # or month: 2017-03
    table: 0123456789ab        # as `ccg panel show` prints it
    minutes: signed.pdf        # beside the form; without, the form's own file is the minutes
    present: [cancer.chair@panel.example, cancer.deputy@panel.example]
    decisions:
      - {who: cancer.chair@panel.example, decision: approve, interests: none}
"""

import hashlib
from datetime import date
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from expert_panels.declared import Frozen, parse
from expert_panels.ledger import Decision
from expert_panels.terms import Terms

Address = Annotated[str, Field(pattern=r"^[^\s@A-Z]+@[^\s@A-Z]+$")]


class MinutesFault(Exception):
    """Minutes that cannot be recorded: one sentence that names the file and the offender."""


class MinutedDecision(Frozen):
    """What one person decided in the meeting; `about` is the organisation of a comment."""

    who: Address
    decision: Literal["approve", "return", "recuse", "comment", "withdraw", "override"]
    interests: str = ""
    reason: str = ""
    about: str = ""


class Minutes(Frozen):
    """The form: one panel's meeting about one table, who was present, and what was decided in order."""

    meeting: date
    panel: str
    month: str = ""
    year: str = ""
    table: Annotated[str, Field(pattern=r"^[0-9a-f]{12,64}$")]
    minutes: str = ""
    present: Annotated[tuple[Address, ...], Field(min_length=1)]
    decisions: Annotated[tuple[MinutedDecision, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _of_who_was_there(self) -> Self:
        absent = [one.who for one in self.decisions if one.who not in self.present]
        if absent:
            raise ValueError(f"{absent[0]} decided but is not among those present")
        if bool(self.month) == bool(self.year):
            raise ValueError("say which round: month: 2017-03 or year: 2016-17, and not both")
        return self


def read_minutes(path: Path) -> tuple[Minutes, str]:
    """Return the form in a file and the sha256 of the minutes. Raises MinutesFault."""
    try:
        content = path.read_bytes()
        text = content.decode("utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        raise MinutesFault(f"{path.name}: cannot be read as UTF-8 text.") from fault
    if path.suffix == ".md":
        begin, form, rest = (*text.split("---\n", 2), "", "")[:3]
        if begin or not rest.strip():
            raise MinutesFault(
                f"{path.name}: does not begin with the form between two lines ---, then the written minutes."
            )
        text = form
    minutes = parse(text, path.name, Minutes, MinutesFault, "holds no form; write `meeting: DAY` and so on")
    if minutes.minutes:
        try:
            content = (path.parent / minutes.minutes).read_bytes()
        except OSError as fault:
            raise MinutesFault(
                f"{path.name}: minutes: {minutes.minutes!r} cannot be read beside the form."
            ) from fault
    elif path.suffix != ".md":
        raise MinutesFault(f"{path.name}: name the file of the minutes beside the form, as `minutes: FILE`.")
    return minutes, hashlib.sha256(content).hexdigest()


def decisions_of(
    minutes: Minutes, sha256: str, terms: Terms, lane: str, partition_key: str, shown: str, today: date
) -> list[tuple[Terms, Decision]]:
    """Return what the ledger is asked to record, in order. Raises MinutesFault.

    `shown` is the fingerprint, in full, of the table that the decisions are about. Who decided must have held
    the seat on the day of the meeting; the ledger asks the same of the day on which it records.
    """
    if minutes.meeting > today:
        raise MinutesFault(f"The meeting of {minutes.meeting} has not been held yet.")
    seen = shown if shown.startswith(minutes.table) else minutes.table
    taken = []
    for one in minutes.decisions:
        asked = terms.officer if one.decision == "override" else terms.member
        if asked(one.who, minutes.meeting) is None:
            raise MinutesFault(f"{one.who} held no such seat on the {terms.title} on {minutes.meeting}.")
        taken.append(
            Decision(
                lane=lane,
                partition_key=partition_key,
                decision=one.decision,
                subject=seen,
                actor=one.who,
                interests=one.interests,
                reason=one.reason,
                about=one.about,
                via="minutes",
                minuted_on=minutes.meeting.isoformat(),
                minutes_sha256=sha256,
            )
        )
    return [(terms, one) for one in taken]
