"""Minutes of a meeting: a form that says which decisions were minuted, read and turned into decisions.

Belongs here: the frozen model of the form, reading it from YAML or from Markdown that begins with YAML, the
hash of the minutes, and what must agree between the form and the terms of reference.
Does not belong here: whether each decision may be taken (refusal.py), writing the lines (ledger/record.py),
who records them and how she proves it (recorder.py).

The form is a YAML file, or the written minutes themselves in Markdown with the form between two lines `---`:

    meeting: 2017-07-05
    panel: cancer
    year: 2016-17              # or month: 2017-03, or quarter: 2025-Q3
    entry: KEY                 # or the key of an entry of a register, in the place of a round
    edition: nof_2025_26       # of another edition than that of 2016/17; with `round` where it has several
    table: 0123…               # all 64 characters, as `ccg panel show` prints them
    minutes: signed.pdf        # next to the form; without, the form's own file is the minutes
    recorder: secretary@board.example    # who records them; on real data somebody must
    present: [cancer.chair@panel.example, cancer.deputy@panel.example]
    decisions:
      - {who: cancer.chair@panel.example, decision: approve, interests: none}

A committee that moderates has two forms with the same minutes. The first names the table that was moderated
and holds `decision: moderate` with about, judgement, to and reason; the second names the moderated table that
is submitted to the committee then, and holds what was decided on it.
"""

import hashlib
from collections.abc import Callable, Mapping
from datetime import UTC, date
from pathlib import Path
from typing import Annotated, Literal, NamedTuple, Self

from pydantic import Field, model_validator

from expert_panels.declared import Frozen, parse
from expert_panels.foundation.fault import Fault
from expert_panels.ledger.gate_state import GateState
from expert_panels.ledger.record import Decision
from expert_panels.terms import Terms

BESIDE_A_MODERATION = {"moderate", "comment", "recuse"}
"""Decisions of a form that moderates: any other would be about a table that is not there yet."""

Address = Annotated[str, Field(pattern=r"^[^\s@A-Z]+@[^\s@A-Z]+$")]


class MinutesFault(Fault):
    """Minutes that cannot be recorded: one sentence that names the file and the offender."""


class MinutedDecision(Frozen):
    """What one person decided in the meeting.

    `about` is the organisation, by its code, of a comment or a moderation, which puts another `judgement`
    (leadership or finance) of it: the one in `to`.
    """

    who: Address
    decision: Literal["approve", "return", "recuse", "comment", "moderate", "withdraw", "override"]
    interests: str = ""
    reason: str = ""
    about: str = ""
    judgement: str = ""
    to: str = ""

    @model_validator(mode="after")
    def _moderates_or_not(self) -> Self:
        moderates = self.decision == "moderate"
        if moderates and not (self.about and self.judgement and self.to):
            raise ValueError("a decision to moderate says about whom, which judgement, and to what")
        if not moderates and (self.judgement or self.to):
            raise ValueError(f"a decision to {self.decision} moderates no judgement")
        return self


class Minutes(Frozen):
    """The form: one panel's meeting about one table, who was present, and what was decided in order."""

    meeting: date
    panel: str
    edition: str = ""
    round: str = ""
    month: str = ""
    quarter: str = ""
    year: str = ""
    entry: str = ""
    table: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    minutes: str = ""
    recorder: Annotated[str, Field(pattern=r"^([^\s@A-Z]+@[^\s@A-Z]+)?$")] = ""
    present: Annotated[tuple[Address, ...], Field(min_length=1)]
    decisions: Annotated[tuple[MinutedDecision, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _of_who_was_there(self) -> Self:
        absent = [one.who for one in self.decisions if one.who not in self.present]
        if absent:
            raise ValueError(f"{absent[0]} decided but is not among those present")
        if sum(map(bool, (self.month, self.quarter, self.year, self.entry))) != 1:
            raise ValueError(
                "say which round: month: 2017-03, quarter: 2025-Q3 or year: 2016-17, or which entry: KEY, "
                "and not two of them"
            )
        if self.entry and (self.edition or self.round):
            raise ValueError("an entry belongs to no edition: leave `edition` and `round` out")
        taken = {one.decision for one in self.decisions}
        if "moderate" in taken and not taken <= BESIDE_A_MODERATION:
            raise ValueError(
                "a form that moderates holds moderations, comments and recusals alone: what was decided on "
                "the moderated table goes into its own form, which names that table"
            )
        return self


class Written(NamedTuple):
    """Minutes as they lie in a folder: the form, the sha256 of the minutes, and that of each file by name."""

    minutes: Minutes
    sha256: str
    files: Mapping[str, str]


def read_minutes(path: Path) -> Written:
    """Return the form in a file, and what the files are by their bytes. Raises MinutesFault."""
    try:
        content = path.read_bytes()
        text = content.decode("utf-8")
    except FileNotFoundError as fault:
        raise MinutesFault(f"{path}: there is no such file.") from fault
    except (OSError, UnicodeDecodeError) as fault:
        raise MinutesFault(f"{path.name}: cannot be read as UTF-8 text.") from fault
    if path.suffix == ".md":
        begin, form, rest = (*text.split("---\n", 2), "", "")[:3]
        if begin or not rest.strip():
            raise MinutesFault(
                f"{path.name}: does not begin with the form between two lines ---, then the written minutes."
            )
        text = form
    files = {path.name: hashlib.sha256(content).hexdigest()}
    minutes = parse(text, path.name, Minutes, MinutesFault, "holds no form; write `meeting: DAY` and so on")
    if minutes.minutes:
        try:
            content = (path.parent / minutes.minutes).read_bytes()
        except OSError as fault:
            raise MinutesFault(
                f"{path.name}: minutes: {minutes.minutes!r} cannot be read next to the form."
            ) from fault
    elif path.suffix != ".md":
        raise MinutesFault(f"{path.name}: name the file of the minutes next to the form, as `minutes: FILE`.")
    sha256 = hashlib.sha256(content).hexdigest()
    return Written(minutes, sha256, files | {minutes.minutes or path.name: sha256})


def decisions_of(
    written: Written,
    terms: Terms,
    lane: str,
    partition_key: str,
    state: GateState,
    today: date,
    judged: Callable[[MinutedDecision], tuple[str, str]] = lambda _: ("", ""),
    record_sha256: str = "",
) -> list[tuple[Terms, Decision]]:
    """Return what the ledger is asked to record, in order. Raises MinutesFault.

    `state` is the gate's, `judged` gives for a moderation the code of the judgement and what it is in the
    table before the committee, `record_sha256` is what the recorder signed. Who decided must have held the
    seat on the day of the meeting; the ledger asks the same of the day on which it records. A meeting held
    before the table was submitted to the panel decided on no such table, however equal its rows; but for the
    table that its own moderation made.
    """
    minutes = written.minutes
    withdraws = {one.decision for one in minutes.decisions} == {"withdraw"}
    since = state.decided_at if withdraws else state.opened_at
    if minutes.meeting > today:
        raise MinutesFault(f"The meeting of {minutes.meeting} has not been held yet.")
    submitted = since.astimezone(UTC).date() if since else minutes.meeting
    if minutes.meeting < submitted and state.moderated_on != minutes.meeting.isoformat():
        what = "was published" if withdraws else f"was submitted to the {terms.title}"
        raise MinutesFault(
            f"The meeting of {minutes.meeting} was held before {submitted}, when that table {what}."
        )
    taken = []
    for one in minutes.decisions:
        asked = terms.officer if one.decision == "override" else terms.member
        if asked(one.who, minutes.meeting) is None:
            raise MinutesFault(f"{one.who} held no such seat on the {terms.title} on {minutes.meeting}.")
        item, before = judged(one) if one.decision == "moderate" else ("", "")
        taken.append(
            Decision(
                lane=lane,
                partition_key=partition_key,
                decision=one.decision,
                subject=minutes.table,
                actor=one.who,
                interests=one.interests,
                reason=one.reason,
                about=one.about,
                item=item,
                before=before,
                after=one.to,
                via="minutes",
                minuted_on=minutes.meeting.isoformat(),
                minutes_sha256=written.sha256,
                recorded_by=minutes.recorder if record_sha256 else "",
                record_sha256=record_sha256,
            )
        )
    return [(terms, one) for one in taken]
