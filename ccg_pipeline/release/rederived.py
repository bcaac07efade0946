"""A release recomputed: whether the ledger, the terms and the kept parts give the header that is stored.

Belongs here: the comparison of a stored release of a lane with what may be said of it, whoever wrote it.
Does not belong here: the rules of a header (header.py, round_gates.py) and of a decision (expert_panels),
reading a release (released.py, rounds.py).

What no ledger speaks of is not proved here: the open part of a release is signed by nobody.
"""

from collections.abc import Mapping, Sequence

import pandas as pd
from sqlalchemy import Connection

from ccg_pipeline.framework.edition import Edition as AnyEdition
from ccg_pipeline.framework.edition import Round
from ccg_pipeline.framework.model import Edition
from ccg_pipeline.release.archive import (
    Release,
    StorageFault,
    fetch,
    latest_release,
    numbers_released,
    release_numbered,
)
from ccg_pipeline.release.committee import bodies_of
from ccg_pipeline.release.header import NothingToRelease, proposed_header
from ccg_pipeline.release.holds import are_recorded
from ccg_pipeline.release.parts import OPEN, OVERALL, tables_of
from ccg_pipeline.release.round_gates import difference, shown_parts
from ccg_pipeline.release.tables import NO_COMMITTEE, SHOWN
from ccg_pipeline.release.verification import is_decided, verification
from ccg_pipeline.storage.fingerprint import canonical_json
from ccg_pipeline.storage.outside import kind_of
from expert_panels.ledger import record as ledger
from expert_panels.ledger.fold import fold
from expert_panels.ledger.gate_state import GateState
from expert_panels.ledger.line import Line, hash_of
from expert_panels.terms import Terms


def check_release(
    connection: Connection, edition: Edition, found: Release, terms: Mapping[str, Terms]
) -> None:
    """Raise StorageFault, naming the release, unless it says what the ledger gave when it was made.

    The ledger is read up to the line whose hash the release carries as its head. `terms` has those of every
    body of the lane.
    """
    if reason := _difference(connection, edition, found, terms):
        raise _altered(found, reason)


def check_round(
    connection: Connection, edition: AnyEdition, one: Round, found: Release, terms: Mapping[str, Terms]
) -> None:
    """Raise as `check_release` does for a release of a round; `terms` as there, of its gates."""
    bodies = [gate.panel for gate in one.gates]
    known = _states(connection, found, bodies, terms)
    reason = known if isinstance(known, str) else ""
    if not isinstance(known, str):
        try:
            reason = difference(connection, edition, one, found, _before(connection, found), known)
        except (KeyError, TypeError, AttributeError):
            reason = "its header is not one of ours."
    if reason:
        raise _altered(found, reason)


def _altered(found: Release, reason: str) -> StorageFault:
    return StorageFault(
        f"Release {found.serial} of {found.lane} {found.partition_key} is not what the sign-off ledger "
        f"and the terms of reference give, and is not shown: {reason}"
    )


def faults_of_releases(
    connection: Connection,
    edition: Edition,
    terms: Mapping[str, Terms],
    rounds: Mapping[str, tuple[AnyEdition, Round]] | None = None,
) -> list[str]:
    """Return one sentence for each release that is not what the ledger gives.

    Each release that was ever made is recomputed, and of the parts that it shows the bytes are read. `rounds`
    are those of other editions, by the lane of their releases; one whose edition is not there is named.
    """
    lanes, faults, unknown = {rule.key for rule in edition.lanes}, [], dict[str, None]()
    for lane, key, serial in numbers_released(connection):
        try:
            found = release_numbered(connection, lane, key, serial)
            if found is None:
                continue
            if lane in lanes:
                check_release(connection, edition, found, terms)
                shown = list(_shown_parts(found))
            elif lane in (rounds or {}):
                its, one = (rounds or {})[lane]
                check_round(connection, its, one, found, terms)
                shown = shown_parts(found.header)
            else:
                unknown[lane] = None
                continue
            for sha256 in shown:
                fetch(connection, sha256)
        except StorageFault as fault:
            faults.append(str(fault))
    return faults + [
        f"Releases of {lane} were not looked at: name their edition in CCG_EDITIONS." for lane in unknown
    ]


def released_as(
    connection: Connection,
    edition: Edition,
    gate: tuple[str, str],
    subject: str,
    terms: Mapping[str, Terms],
    rounds: Mapping[str, tuple[AnyEdition, Round]] | None = None,
) -> tuple[int, str]:
    """Return the number of a gate's newest release, and the word with which it shows a table.

    `gate`: lane and partition; `subject`: the fingerprint of the table. 0 and '' where it is not shown.
    Raises as `check_release`.
    """
    found = latest_release(connection, *gate)
    if found is None:
        return 0, ""
    if found.lane in (rounds or {}):
        check_round(connection, *(rounds or {})[found.lane], found, terms)
    else:
        check_release(connection, edition, found, terms)
    bodies = [*found.header["panels"].values(), found.header["overall"] or {}]
    words = (str(one["verification"]) for one in bodies if one.get("subject") == subject)
    shown = next((word for word in words if word in SHOWN), "")
    return (found.serial, shown) if shown else (0, "")


def _shown_parts(found: Release) -> dict[str, None]:
    """Return the fingerprints of the parts that a release shows, in order."""
    bodies = [
        *found.header["panels"].values(),
        *([found.header["overall"]] if found.header["overall"] else []),
    ]
    shown = [one["subject"] for one in bodies if one["verification"] in (*SHOWN, NO_COMMITTEE)]
    return dict.fromkeys([found.header["open"], *shown])


def _before(connection: Connection, found: Release) -> Release | None:
    if found.serial == 1:
        return None
    return release_numbered(connection, found.lane, found.partition_key, found.serial - 1)


def _states(
    connection: Connection, found: Release, bodies: Sequence[str], terms: Mapping[str, Terms]
) -> dict[str, GateState] | str:
    """Return the state of each body at the line that a release has as its head, or what contradicts it."""
    header, lines = found.header, ledger.lines_of_round(connection, found.lane, found.partition_key)
    before = _before(connection, found)
    if found.serial > 1 and before is None:
        return f"there is no release {found.serial - 1} before it."
    head = _place(lines, str(header.get("ledger_head")))
    if head is None:
        return "it carries the hash of a line that its rounds of the ledger do not have."
    if before is not None and head < (_place(lines, str(before.header.get("ledger_head"))) or 0):
        return f"it rests on fewer lines of the ledger than release {before.serial}, which was before it."
    known = [line for line in lines if line.seq <= head]
    if edited := next((line.seq for line in known if hash_of(line.content()) != line.hash), 0):
        return f"line {edited} of the ledger, on which it rests, does not give the hash that it carries."
    kind = kind_of(connection)
    if kind and header.get("is_made_up") != (kind == "made_up"):
        return "it says another thing of whether its figures are made up than the database does."
    try:
        if not are_recorded(connection, header.get("let_through", ())):
            return "it says that a finding was let through, of which there is no record."
    except (KeyError, TypeError):
        return "its header is not one of ours."
    return {body: fold([line for line in known if line.panel == body], terms[body]) for body in bodies}


def _difference(connection: Connection, edition: Edition, found: Release, terms: Mapping[str, Terms]) -> str:
    header, rule = found.header, edition.lane(found.lane)
    states = _states(connection, found, bodies_of(edition, rule), terms)
    if isinstance(states, str):
        return states
    before = _before(connection, found)
    try:
        allowed = proposed_header(
            edition, rule, found.partition_key, _candidates(edition, found, states), states, before,
            _before_committee(connection, edition, found, states), "", header.get("let_through", ()),
        )  # fmt: skip
    except (NothingToRelease, KeyError, TypeError) as reason:
        return str(reason) if isinstance(reason, NothingToRelease) else "its header is not one of ours."
    differs = [name for name in sorted({*allowed, *header}) if allowed.get(name) != header.get(name)]
    if canonical_json(allowed) == canonical_json(header):
        return ""
    bodies = [one for one in allowed["panels"] if allowed["panels"][one] != header["panels"].get(one)]
    return f"it differs in {', '.join([name for name in differs if name != 'panels'] + bodies)}."


def _place(lines: Sequence[Line], head: str) -> int | None:
    """Return the number of the line whose hash is `head`; 0 for a release before any line, None for none."""
    return next((line.seq for line in lines if line.hash == head), None) if head else 0


def _candidates(edition: Edition, found: Release, states: Mapping[str, GateState]) -> pd.DataFrame:
    """Return the fingerprints of when the release was made, as far as its words depend on them.

    A panel's was as verified, or had changed: its words depend on nothing else.
    """
    header = found.header
    stood = {OPEN: header["open"]}
    if header["overall"] is not None:
        stood[OVERALL] = header["overall"]["subject"]
    for rule in edition.panels:
        own = states[rule.key].published_subject
        is_as_verified = header["panels"][rule.key]["verification"] == verification(states[rule.key], own)
        stood[rule.key] = own if is_as_verified else ""
    frame = pd.DataFrame({"part": list(stood), "sha256": list(stood.values())})
    return frame.assign(is_made_up=header["is_made_up"])


def _before_committee(
    connection: Connection, edition: Edition, found: Release, states: Mapping[str, GateState]
) -> str:
    """Return the fingerprint of what was before the committee: its table as confirmed, or '' for another.

    It was as confirmed only while every panel's decision was the one on which that table rests.
    """
    gate = edition.lane(found.lane).overall_gate
    if gate is None:
        return ""
    own = states[gate.key].published_subject
    said = found.header["overall"]["verification"]
    if not own or said != verification(states[gate.key], own):
        return ""
    if not is_decided(said):
        return own
    rests_on = tables_of(fetch(connection, own))["rests_on"][["panel", "subject", "line"]]
    now = {
        (rule.key, states[rule.key].published_subject, states[rule.key].published_line)
        for rule in edition.panels
    }
    return own if set(rests_on.itertuples(index=False, name=None)) == now else ""
