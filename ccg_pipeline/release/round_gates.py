"""The gates of a round of any edition: what is before each body, and which parts a release shows.

Belongs here: what is to be decided on now, the header that ledger and candidates allow, and the comparison of
a stored header with them.
Does not belong here: what a part holds (round_parts.py), the rules of a decision (expert_panels), the gates
of the two lanes of 2016/17 (gates.py, header.py).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection

from ccg_pipeline.framework.edition import Edition, Round
from ccg_pipeline.framework.round_dates import lane_of
from ccg_pipeline.framework.round_parts import OPEN, RoundPart, parts_of
from ccg_pipeline.release.archive import Release, fetch
from ccg_pipeline.release.header import NothingToRelease, said_through
from ccg_pipeline.release.holds import HELD_BACK, blocking_round, reason_of, records_of
from ccg_pipeline.release.round_parts import (
    Moderation,
    has_figures_of,
    moderated_content,
    part_tables,
)
from ccg_pipeline.release.tables import AWAITING, SHOWN
from ccg_pipeline.release.verification import is_decided, verification
from ccg_pipeline.storage.fingerprint import canonical_json, sha256_of
from expert_panels.ledger.gate_state import GateState

NO_GATE = "no panel verifies it, for the edition has no gate"
"""What the header of a release says where an edition is released without anybody's signature."""


@dataclass(frozen=True)
class BeforeGate:
    """What is to be before a body now: its bytes, and '' while a body before it has not decided."""

    body: str
    content: str

    @property
    def sha256(self) -> str:
        """The fingerprint of the bytes; '' where there is nothing to decide on."""
        return sha256_of(self.content) if self.content else ""


def before_gates(
    connection: Connection,
    edition: Edition,
    one: Round,
    key: str,
    recorded: Mapping[str, str],
    states: Mapping[str, GateState],
) -> dict[str, BeforeGate]:
    """Return for each body of a round what it is to decide on now, with what was moderated in it.

    `recorded` has the fingerprint of each part that the last run made, `states` the state of each body. A
    body gets its table when those before it have decided, and the table names what they decided on: when one
    of them decides on other rows, it is another table. The same ledger and candidates give the same bytes.
    """
    found: dict[str, BeforeGate] = {}
    for part in parts_of(edition, one):
        if part.gate is None:
            continue
        earlier, body = part.waits_for[:-1], part.gate.panel
        ready = part.name in recorded and all(
            is_decided(verification(states[each], found[each].sha256)) for each in earlier
        )
        content = ""
        if ready:
            content = fetch(connection, recorded[part.name])
            rests_on = {each: states[each].published_subject for each in earlier}
            content = _as_decided(edition, one, key, part, content, rests_on, states)
        found[body] = BeforeGate(body, content)
    return found


def _as_decided(
    edition: Edition,
    one: Round,
    key: str,
    part: RoundPart,
    scored: str,
    rests_on: Mapping[str, str],
    states: Mapping[str, GateState],
) -> str:
    """The bytes of a part as scored, with what it rests on and what its bodies have moderated."""
    made = [
        Moderation(each.about, each.item, each.before, each.after, each.reason, each.role)
        for body in part.waits_for
        for each in states[body].moderations
    ]
    if not (rests_on or made):
        return scored
    bare = replace(part_tables(scored), rests_on=rests_on)
    return moderated_content(edition, one, key, part, bare, made)


@dataclass(frozen=True)
class Allowed:
    """The header of the release that may be made now, and the bytes of the parts that it shows for the first
    time: those that no body verifies and that rest on what several have."""

    header: dict[str, Any]
    contents: Mapping[str, str]


def allowed_release(
    connection: Connection,
    edition: Edition,
    one: Round,
    key: str,
    recorded: Mapping[str, str],
    states: Mapping[str, GateState],
    before: Release | None,
    is_made_up: bool,
) -> Allowed:
    """Return the release that the ledger and the parts of the last run allow, or raise NothingToRelease.

    `recorded` and `states` as `before_gates` takes them. StorageFault for a kept part that was altered.
    """
    blocks = blocking_round(connection, edition, one, key)
    if OPEN not in recorded:
        raise NothingToRelease(f"{lane_of(edition, one)} {key} has not been scored yet.")
    submitted = {
        body: found.sha256
        for body, found in before_gates(connection, edition, one, key, recorded, states).items()
    }
    said = words_of(edition, one, states, submitted)
    resting: dict[str, str] = {}
    contents: dict[str, str] = {}
    for part in _resting(edition, one):
        rests_on = {body: states[body].published_subject for body in part.waits_for}
        if all(is_decided(said[body]) for body in part.waits_for):
            scored = fetch(connection, recorded[part.name])
            content = _as_decided(edition, one, key, part, scored, rests_on, states)
            contents[part.name], resting[part.name] = content, sha256_of(content)
        elif (earlier := _as_before(before, part.name)) and (
            part_tables(fetch(connection, earlier)).rests_on == rests_on
        ):
            resting[part.name] = earlier
    header = header_of(
        edition, one, key, recorded[OPEN], states, said, resting, before, is_made_up, reason_of(blocks),
        records_of(blocks),
    )  # fmt: skip
    return Allowed(header, {part: text for part, text in contents.items() if part in header["resting"]})


def _as_before(before: Release | None, part: str) -> str:
    """The fingerprint of a part as the last release showed it; '' where it showed none."""
    return "" if before is None else str(before.header.get("resting", {}).get(part, ""))


def words_of(
    edition: Edition, one: Round, states: Mapping[str, GateState], submitted: Mapping[str, str]
) -> dict[str, str]:
    """Return in the published words what each body has done about what is to be before it (`submitted`).

    What rests on rows that are not shown is awaited, whatever was decided about it before.
    """
    said: dict[str, str] = {}
    for part in parts_of(edition, one):
        if part.gate is not None:
            body = part.gate.panel
            is_based = all(said[each] in SHOWN for each in part.waits_for[:-1])
            said[body] = verification(states[body], submitted[body]) if is_based else AWAITING
    return said


def header_of(
    edition: Edition,
    one: Round,
    key: str,
    opened: str,
    states: Mapping[str, GateState],
    said: Mapping[str, str],
    resting: Mapping[str, str],
    before: Release | None,
    is_made_up: bool,
    held: str = "",
    let_through: Sequence[Mapping[str, str]] = (),
) -> dict[str, Any]:
    """Return the header of a release; NothingToRelease where parts go out together and one is not decided.

    Once out, what no body verifies stays as it was for as long as one of them is not. `opened` is the
    fingerprint of the open part, `resting` those of the parts that rest on gates alone and are shown. `held`
    and `let_through` as `proposed_header` takes them.
    """
    lane = lane_of(edition, one)
    in_words = [f"{gate.name or gate.panel}: {said[gate.panel]}" for gate in one.gates]
    undecided = [
        words for gate, words in zip(one.gates, in_words, strict=True) if not is_decided(said[gate.panel])
    ]
    is_held = bool(held) or (one.release == "together" and bool(undecided))
    if held and before is None:
        raise NothingToRelease(f"{lane} {key} is {HELD_BACK}. {held}.")
    if is_held and before is None:
        raise NothingToRelease(
            f"Nothing of {lane} {key} is released before every body has decided. {'; '.join(undecided)}."
        )
    last = max((states[gate.panel] for gate in one.gates), key=lambda state: state.decision_seq, default=None)
    return {
        "lane": lane,
        "partition_key": key,
        "edition": edition.key,
        "title": f"{edition.title}, {key}",
        "is_made_up": is_made_up,
        "open": before.header["open"] if is_held and before else opened,
        "panels": {gate.panel: _entry(states[gate.panel], said[gate.panel]) for gate in one.gates},
        "overall": None,
        "verification": "; ".join(in_words) or NO_GATE,
        "ledger_head": last.decision_line if last else "",
        **said_through(let_through, before if is_held else None),
    } | ({"resting": dict(resting)} if one.gates else {})


def shown_parts(header: Mapping[str, Any]) -> list[str]:
    """Return the fingerprints of the parts that a round's release shows, in order."""
    signed = [one["subject"] for one in header["panels"].values() if one["verification"] in SHOWN]
    return [header["open"], *signed, *header.get("resting", {}).values()]


def _resting(edition: Edition, one: Round) -> list[RoundPart]:
    """The parts that no body verifies and that rest on what several have verified."""
    return [part for part in parts_of(edition, one) if part.gate is None and part.name != OPEN]


def _entry(state: GateState, words: str) -> dict[str, Any]:
    return {
        "verification": words,
        "subject": state.published_subject,
        "serial": state.serial,
        "by": [[each.role, each.actor] for each in state.decided_by],
        "last_line": state.decision_line,
    }


def difference(
    connection: Connection,
    edition: Edition,
    one: Round,
    found: Release,
    before: Release | None,
    states: Mapping[str, GateState],
) -> str:
    """Return in what a stored header differs from what its ledger lines give; '' where in nothing.

    `states` are those at the line that the release carries as its head, `before` is the release before it.
    What stood before a body was as verified, or had changed: its words depend on nothing else.
    """
    header, key = found.header, found.partition_key
    submitted = {}
    for gate in one.gates:
        state, words = states[gate.panel], header["panels"][gate.panel]["verification"]
        own = state.published_subject
        submitted[gate.panel] = own if words == verification(state, own) else ""
    said = words_of(edition, one, states, submitted)
    resting = header.get("resting", {})
    for name, sha256 in resting.items():
        rests_on = {body: states[body].published_subject for body in name.split("+")}
        part = part_tables(fetch(connection, sha256))
        below = [part_tables(fetch(connection, subject)) for subject in rests_on.values()]
        if part.rests_on != rests_on or not all(has_figures_of(part, each) for each in below):
            return f"its part {name} rests on other rows than those that were verified."
    for body in [gate.panel for gate in one.gates if is_decided(said[gate.panel])]:
        signed = part_tables(fetch(connection, states[body].published_subject))
        if any(states[each].published_subject != sha256 for each, sha256 in signed.rests_on.items()):
            return f"what {body} decided on rests on other rows than those that were verified."
    try:
        allowed = header_of(
            edition, one, key, str(header["open"]), states, said, resting, before,
            bool(header["is_made_up"]), "", header.get("let_through", ()),
        )  # fmt: skip
    except NothingToRelease as reason:
        return str(reason)
    if canonical_json(allowed) == canonical_json(header):
        return ""
    names = sorted(name for name in {*allowed, *header} if allowed.get(name) != header.get(name))
    bodies = [body for body in said if allowed["panels"][body] != header["panels"].get(body)]
    return f"it differs in {', '.join([name for name in names if name != 'panels'] + bodies)}."
