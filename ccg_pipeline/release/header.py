"""The header of a release: which parts may be shown now, and why nothing may be.

Belongs here: the header that ledger and candidates allow, after everything was checked again.
Does not belong here: putting the parts together (tables.py), keeping them (archive.py), the rules of a
decision (expert_panels).
"""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from sqlalchemy import Engine

from ccg_pipeline.framework.model import Edition
from ccg_pipeline.framework.rounds import words
from ccg_pipeline.framework.rules import LaneRule
from ccg_pipeline.release.archive import Release, candidate_fingerprints, known_heads, latest_release
from ccg_pipeline.release.committee import bodies_of, content_before_committee
from ccg_pipeline.release.forms import says
from ccg_pipeline.release.holds import HELD_BACK, blocking_lane, reason_of, records_of
from ccg_pipeline.release.parts import OPEN, OVERALL, overall_part, panel_part
from ccg_pipeline.release.tables import NO_COMMITTEE, by_committee
from ccg_pipeline.release.verification import is_decided, verification
from ccg_pipeline.storage.database import reading
from ccg_pipeline.storage.fingerprint import sha256_of
from ccg_pipeline.storage.outside import kind_of
from ccg_pipeline.storage.pieces import rows_of
from expert_panels.foundation.fault import Fault
from expert_panels.ledger import record as ledger
from expert_panels.ledger.gate_state import GateState
from expert_panels.ledger.verify import verify
from expert_panels.terms import Terms

FAULTS_NAMED = 3
"""Of a broken ledger a sentence names so many faults: one lost file can break every line."""


class NothingToRelease(Fault):
    """Why no table may be released: one sentence that names each area that is not decided."""


def proposed_header(
    edition: Edition,
    lane: LaneRule,
    key: str,
    candidates: pd.DataFrame,
    states: Mapping[str, GateState],
    before: Release | None,
    submitted: str,
    held: str = "",
    let_through: Sequence[Mapping[str, str]] = (),
) -> dict[str, Any]:
    """Return the header of the release that the ledger allows now, or raise NothingToRelease.

    `held` says why the round is held back, '' where it is not, `let_through` what was let through of it.
    `candidates` has the fingerprints of this lane and partition, `states` the state of every panel and, where
    the lane has one, of its committee; `submitted` is the fingerprint of what is to be before the committee,
    '' while a panel has not decided. In a lane that releases all areas together none goes out before all are
    decided, and once out, what no panel verifies stays as it was for as long as one of them is not.
    """
    recorded = dict(zip(candidates["part"], candidates["sha256"], strict=True))
    if OPEN not in recorded:
        raise NothingToRelease(f"{lane.key} {words(lane.key, key)} has not been scored yet.")
    said = {rule.key: verification(states[rule.key], recorded.get(rule.key, "")) for rule in edition.panels}
    undecided = [
        f"{rule.name}: {said[rule.key]}" for rule in edition.panels if not is_decided(said[rule.key])
    ]
    gate, bodies = lane.overall_gate, "every panel has"
    if gate is not None:
        said[gate.key], bodies = (
            verification(states[gate.key], submitted),
            f"every panel and the {gate.name.lower()} have",
        )
        if not is_decided(said[gate.key]):
            undecided.append(f"{gate.name}: {by_committee(said[gate.key])}")
    is_held = bool(held) or (lane.release == "together" and bool(undecided))
    if held and before is None:
        raise NothingToRelease(f"{lane.key} {words(lane.key, key)} is {HELD_BACK}. {held}.")
    if is_held and before is None:
        raise NothingToRelease(
            f"No {lane.key} table of {words(lane.key, key)} before {bodies} decided. {'; '.join(undecided)}."
        )

    def entry(body: str) -> dict[str, Any]:
        state = states[body]
        return {
            "verification": said[body],
            "subject": state.published_subject,
            "serial": state.serial,
            "by": [[one.role, one.actor] for one in state.decided_by],
            "last_line": state.decision_line,
        }

    overall: dict[str, Any] | None = None
    if gate is not None:
        overall = {"gate": gate.key, **entry(gate.key)}
    elif lane.has_overall_rating:
        as_it_was = before.header["overall"]["subject"] if is_held and before else recorded[OVERALL]
        overall = {"gate": "", "verification": NO_COMMITTEE, "subject": as_it_was}
    return {
        "lane": lane.key,
        "partition_key": key,
        "edition": edition.key,
        "is_made_up": bool(candidates["is_made_up"].any()),
        "open": before.header["open"] if is_held and before else recorded[OPEN],
        "panels": {rule.key: entry(rule.key) for rule in edition.panels},
        "overall": overall,
        "ledger_head": max(states.values(), key=lambda state: state.decision_seq).decision_line,
        **said_through(let_through, before if is_held else None),
    }


def said_through(records: Sequence[Mapping[str, str]], before: Release | None) -> dict[str, Any]:
    """Return what a header says of findings that were let through: nothing, or the field `let_through`.

    Where what nobody verifies stays as it was `before`, so does what was let through of it.
    """
    said = list(records) if before is None else before.header.get("let_through", [])
    return {"let_through": said} if said else {}


def checked_header(
    engine: Engine, edition: Edition, lane: LaneRule, key: str, terms: Mapping[str, Terms]
) -> dict[str, Any]:
    """Return the header of the release that may be made now, after every candidate was checked again.

    Raises NothingToRelease for an undecided round, and where the rows of a candidate are not those whose
    fingerprint its run recorded.
    """
    candidates = candidate_fingerprints(engine, lane.key, key)
    states = {body: ledger.state_of(engine, terms[body], lane.key, key) for body in bodies_of(edition, lane)}
    recorded = dict(zip(candidates["part"], candidates["sha256"], strict=True))
    with reading(engine) as connection:
        before = latest_release(connection, lane.key, key)
        content = content_before_committee(connection, edition, lane, key, recorded, states)
        found = blocking_lane(connection, edition, lane.key, key)
    submitted = sha256_of(content) if content else ""
    header = proposed_header(
        edition, lane, key, candidates, states, before, submitted, reason_of(found), records_of(found)
    )
    _check_candidates(engine, edition, lane, key, recorded)
    return header


def _check_candidates(
    engine: Engine, edition: Edition, lane: LaneRule, key: str, recorded: Mapping[str, str]
) -> None:
    """Raise NothingToRelease when a candidate's rows are not those whose fingerprint was recorded."""
    in_round = {"lane": lane.key, "partition_key": key}
    bands, scores = rows_of(engine, "indicator_band", **in_round), rows_of(engine, "area_score", **in_round)

    def is_recorded(part: str, content: str) -> bool:
        with reading(engine) as connection:
            return says(connection, recorded.get(part, ""), content)

    for rule in edition.panels:
        candidate = rows_of(engine, "candidate_rating", **in_round, panel=rule.key)
        content = panel_part(edition, lane.key, key, rule.key, candidate, bands, scores)
        if not is_recorded(rule.key, content):
            raise NothingToRelease(
                f"Nothing is released: the candidate of the panel for {rule.name.lower()} in "
                f"{words(lane.key, key)} is not what its own run recorded; run the lane's candidates again."
            )
    if not lane.has_overall_rating:
        return
    content = overall_part(edition, lane.key, key, rows_of(engine, "overall_rating", **in_round))
    if not is_recorded(OVERALL, content):
        raise NothingToRelease(
            f"Nothing is released: the overall rating of {words(lane.key, key)} is not what its own run "
            "recorded; run the lane's overall rating again."
        )


def check_ledger(engine: Engine) -> None:
    """Raise NothingToRelease, naming the first faults, when the sign-off ledger is broken."""
    with reading(engine) as connection:
        known = known_heads(connection)
        kind_of(connection)  # which the lines of the ledger must say too
    if faults := verify(engine, known):
        more = f" `ccg panel verify` lists {len(faults) - FAULTS_NAMED} more." * (len(faults) > FAULTS_NAMED)
        named = " ".join(faults[:FAULTS_NAMED]) + more
        raise NothingToRelease(f"Nothing is released, the sign-off ledger is broken: {named}")
