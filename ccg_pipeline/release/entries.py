"""Entries of the register of special measures that a body records at a gate, in this database.

Belongs here: what is submitted to the body, which entries it has recorded, and the register of both lists.
Does not belong here: what events come to (reference/special_measures), the rules of a decision
(expert_panels), who is proposed (special_measures.py).

The pipeline submits an entry and can do no more: an entry counts once its body has approved exactly those
bytes, by lines of the ledger that are signed, and for as long as it has not withdrawn them.
"""

import json
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, Engine

from ccg_pipeline.framework.round_dates import REGISTER
from ccg_pipeline.reference.special_measures.events import Event, events_of
from ccg_pipeline.reference.special_measures.register import (
    IN_WORDS,
    Register,
    cannot_be,
    register_with,
    the_register,
)
from ccg_pipeline.reference.special_measures.replay import Remark
from ccg_pipeline.release.archive import Release, StorageFault, fetch, keep, made_at
from ccg_pipeline.release.bodies import RECORDS, recording_body
from ccg_pipeline.storage.database import reading, writing
from ccg_pipeline.storage.fingerprint import canonical_json, sha256_of
from ccg_pipeline.storage.outside import kind_of
from expert_panels.foundation.fault import Fault
from expert_panels.ledger import record as ledger
from expert_panels.ledger.gate_state import GateState
from expert_panels.ledger.line import Line

_COLUMNS = ("event", "regime", "kind", "given_to", "source", "detail", "dated", "provenance")


class Entry(NamedTuple):
    """What is submitted: an event of one CCG, why it should be recorded, and whether it is made up."""

    event: Event
    evidence: str
    is_made_up: bool


@dataclass(frozen=True)
class Submitted:
    """An entry and its body: its key, what is submitted now, and what it has recorded.

    `before` is None once it was taken away, `recorded` is None while nothing of it is in the register; the
    event of `recorded` names the decision in its source.
    """

    key: str
    state: GateState
    before: Entry | None
    recorded: Event | None


def key_of(event: Event) -> str:
    """Return by what an entry is known: ``2017-07-21-05N-special-measures-entered``."""
    return "-".join((f"{event.day.first}", event.ccg_code, event.regime, event.what)).replace(" ", "-")


def content_of(entry: Entry) -> str:
    """Return the bytes that the body decides on: a row of the packaged list, with the evidence."""
    one = entry.event
    row = {name: str(getattr(one, "what" if name == "event" else name)) for name in _COLUMNS} | {
        "first_day": one.day.first.isoformat(),
        "last_day": one.day.last.isoformat(),
        "ccg_codes": one.ccg_code,
        "parts": ";".join(one.parts),
        "until": one.until.isoformat() if one.until else "",
        "confidence": f"{one.confidence:g}",
    }
    return canonical_json(
        {"part": RECORDS, "entry": row, "evidence": entry.evidence, "is_made_up": entry.is_made_up}
    )


def entry_in(content: str) -> Entry | None:
    """Return the entry that kept bytes hold; None for those of anything else."""
    found = json.loads(content)
    if found.get("part") != RECORDS or "entry" not in found:
        return None
    (event,) = events_of([found["entry"]])
    return Entry(event, str(found["evidence"]), bool(found["is_made_up"]))


def unfitting(register: Register, event: Event) -> list[Remark]:
    """Return what would not fit in the register with an event, and does fit without it."""
    there = set(register.replayed.remarks)
    return [
        one for one in replace(register, here=(*register.here, event)).replayed.remarks if one not in there
    ]


def submit(engine: Engine, event: Event, evidence: str, launched_by: str) -> Line:
    """Submit an entry to the body that records entries, and return the line that opens its round.

    One that was returned or withdrawn is submitted once more. Fault for an event that cannot have been, for
    one without evidence or source, in a database that holds no data yet, and for one that is submitted
    or recorded already, unchanged.
    """
    if why_not := cannot_be(event.ccg_code, event.regime, event.day.first):
        raise Fault(
            f"{event.ccg_code} cannot have been {IN_WORDS[event.regime]} on {event.day.first}: {why_not}."
        )
    if not (evidence.strip() and event.source.strip()):
        raise Fault("An entry says why it is recorded, and by whose paper: give --evidence and --source.")
    with writing(engine) as connection:
        if not (kind := kind_of(connection)):
            raise Fault("This database holds no data yet, neither real nor made up: run the pipeline first.")
        content = content_of(Entry(event, evidence.strip(), kind == "made_up"))
        keep(connection, RECORDS, content)
    body = recording_body()
    line = ledger.open_round(
        engine, body, lane=REGISTER, partition_key=key_of(event), subject=sha256_of(content),
        launched_by=launched_by, again=True,
    )  # fmt: skip
    if line is None:
        raise Fault(f"{key_of(event)}: this entry was submitted to the {body.title} already, unchanged.")
    return line


def submitted(engine: Engine) -> list[Submitted]:
    """Return every entry that was ever submitted, by its key; StorageFault for bytes that were altered."""
    with reading(engine) as connection:
        states = ledger.states_of_lane(connection, recording_body(), REGISTER)
        return [
            Submitted(key, state, _kept(connection, state.subject), _recorded(connection, state))
            for key, state in states.items()
        ]


def register_of(engine: Engine) -> Register:
    """Return the register: the packaged list, and what the body has recorded in this database."""
    with reading(engine) as connection:
        return register_at(connection)


def register_at(connection: Connection, at: datetime | None = None) -> Register:
    """Return the register as it was known at a time, and without one as it is known now."""
    states = ledger.states_of_lane(connection, recording_body(), REGISTER, at)
    here = (_recorded(connection, state) for state in states.values())
    return register_with(tuple(event for event in here if event is not None))


def register_known_to(connection: Connection, release: Release) -> Register:
    """Return the register as it was known when a release was made.

    What is recorded later changes nothing of a release; one of unknown time knows the packaged list alone.
    """
    made = made_at(connection, release)
    return the_register() if made is None else register_at(connection, made)


def faults_of_entries(engine: Engine) -> list[str]:
    """Return a sentence for each entry whose kept bytes are absent, altered, or another entry's."""
    faults = []
    with reading(engine) as connection:
        states = ledger.states_of_lane(connection, recording_body(), REGISTER)
        for key, state in states.items():
            for subject in sorted({state.subject, state.published_subject} - {""}):
                try:
                    entry = _kept(connection, subject)
                except StorageFault as fault:
                    faults.append(f"Entry {key} of the register: {fault}")
                    continue
                if entry is None or key_of(entry.event) != key:
                    faults.append(f"Entry {key} of the register: what was submitted is no entry of that key.")
    return faults


def _kept(connection: Connection, subject: str) -> Entry | None:
    return entry_in(fetch(connection, subject)) if subject else None


def _recorded(connection: Connection, state: GateState) -> Event | None:
    entry = _kept(connection, state.published_subject)
    if entry is None or state.decided_at is None:
        return None
    by = f"the {recording_body().title}" if state.published_as == "approved" else "override"
    said = f"recorded here by {by} on {state.decided_at:%Y-%m-%d}{', made up' if entry.is_made_up else ''}"
    return replace(entry.event, source=f"{entry.event.source}; {said}")
