"""The committee's table: the overall ratings as moderated, bound to what each panel decided.

Belongs here: its bytes, submitting them to the committee or taking them away when a panel moves, and what may
be moderated in it.
Does not belong here: the panels' gates (gates.py), the rules of a decision (expert_panels), the arithmetic of
a moderation (method/).
"""

from collections.abc import Mapping

import pandas as pd
from sqlalchemy import Connection, Engine

from ccg_pipeline.framework.model import Edition
from ccg_pipeline.framework.rules import LaneRule
from ccg_pipeline.method.uncertainty.moderation import Moderated, moderate_overall
from ccg_pipeline.release.archive import FINGERPRINT, candidate_fingerprints, fetch, keep
from ccg_pipeline.release.holds import to_submit
from ccg_pipeline.release.parts import OVERALL, committee_part, tables_of
from ccg_pipeline.release.verification import is_decided, verification
from ccg_pipeline.storage.database import reading, writing
from ccg_pipeline.storage.fingerprint import sha256_of
from ccg_pipeline.storage.frames import typed
from ccg_pipeline.storage.sql import overall_rating
from expert_panels.foundation.fault import WrongUse
from expert_panels.ledger import record as ledger
from expert_panels.ledger.gate_state import GateState
from expert_panels.terms import Terms

_MODERATION = ["serial", "ccg_code", "indicator_code", "before", "after", "reason", "role", "applies"]
_RESTS_ON = ["panel", "verification", "subject", "line"]


def bodies_of(edition: Edition, lane: LaneRule) -> list[str]:
    """Return the keys of all whose decision a lane's table waits for: the panels, then its committee."""
    panels = [rule.key for rule in edition.panels]
    return panels if lane.overall_gate is None else [*panels, lane.overall_gate.key]


def content_before_committee(
    connection: Connection,
    edition: Edition,
    lane: LaneRule,
    key: str,
    recorded: Mapping[str, str],
    states: Mapping[str, GateState],
) -> str:
    """Return the bytes that are to be before the committee now; '' while a panel has not decided.

    `recorded` has the fingerprint of each current part, `states` the state of each body of the lane. The
    same ledger and candidates give the same bytes. Raises StorageFault when what is kept was altered.
    """
    if lane.overall_gate is None or OVERALL not in recorded:
        return ""
    said = {rule.key: verification(states[rule.key], recorded.get(rule.key, "")) for rule in edition.panels}
    if not all(is_decided(word) for word in said.values()):
        return ""
    rests_on = [
        [panel, word, states[panel].published_subject, states[panel].published_line]
        for panel, word in said.items()
    ]
    made = states[lane.overall_gate.key].moderations
    base = typed(tables_of(fetch(connection, recorded[OVERALL]))["overall_rating"], overall_rating)
    wanted = [Moderated(one.about, one.item, one.before, one.after, one.reason) for one in made]
    overall, applied = moderate_overall(base, edition, lane.key, wanted)
    moderations = [
        [one.serial, one.about, one.item, one.before, one.after, one.reason, one.role, applies]
        for one, applies in zip(made, applied, strict=True)
    ]
    return committee_part(
        edition,
        lane.key,
        key,
        lane.overall_gate.key,
        overall,
        pd.DataFrame(moderations, columns=_MODERATION),
        pd.DataFrame(rests_on, columns=_RESTS_ON),
    )


def submit_to_committee(
    engine: Engine,
    edition: Edition,
    lane: LaneRule,
    key: str,
    terms: Mapping[str, Terms],
    is_held: bool = False,
) -> tuple[GateState, pd.DataFrame]:
    """Submit to the committee what it is to decide on now, or take it away; return its state and that table.

    The table is a row of `lane_fingerprint`, or none. Its bytes are kept before the line that names them.
    Nothing that is held back is submitted.
    """
    assert lane.overall_gate is not None
    body = lane.overall_gate.key
    current = candidate_fingerprints(engine, lane.key, key)
    recorded = dict(zip(current["part"], current["sha256"], strict=True))
    states = {one: ledger.state_of(engine, terms[one], lane.key, key) for one in bodies_of(edition, lane)}
    with reading(engine) as connection:
        content = content_before_committee(connection, edition, lane, key, recorded, states)
    rows = []
    launched_by = "".join(current.loc[current["part"] == OVERALL, "launched_by"])
    if content:
        with writing(engine) as connection:
            keep(connection, body, content)
        rows.append([lane.key, key, body, sha256_of(content), launched_by, bool(current["is_made_up"].any())])
    subject = to_submit(states[body], sha256_of(content) if content else "", is_held)
    if subject or states[body].subject:
        ledger.open_round(
            engine,
            terms[body],
            lane=lane.key,
            partition_key=key,
            subject=subject,
            launched_by=launched_by or states[body].launched_by,
        )
    state = ledger.state_of(engine, terms[body], lane.key, key)
    return state, pd.DataFrame(rows, columns=FINGERPRINT)


def judgement_before_committee(
    engine: Engine, state: GateState, ccg_code: str, block: str, indicator_code: str
) -> str:
    """Return the judgement of a CCG in the table before the committee, as moderated since; '' for none.

    Raises WrongUse for a CCG that is not in it.
    """
    if not state.subject:
        return ""
    with reading(engine) as connection:
        shown = tables_of(fetch(connection, state.subject))["overall_rating"].set_index("ccg_code")
    if ccg_code not in shown.index:
        raise WrongUse(f"There is no CCG {ccg_code!r} in the table before the committee: give its code.")
    return state.judgement(ccg_code, indicator_code, str(shown.loc[ccg_code, f"{block}_judgement"]))


def moderation_asked(
    engine: Engine,
    edition: Edition,
    gate: tuple[str, str, str],
    state: GateState,
    ccg_code: str,
    judgement: str,
    to: str,
) -> tuple[str, str]:
    """Return which indicator somebody asks to moderate, and its judgement in the table before the committee.

    `gate` is body, lane and partition key, `judgement` leadership or finance, `to` what it is to be. Raises
    WrongUse for a body that moderates nothing, and for a judgement, label or CCG that is not there.
    """
    body, lane, _ = gate
    committee = edition.lane(lane).overall_gate
    if committee is None or committee.key != body:
        raise WrongUse(f"{body} moderates no judgement: only who confirms the overall rating does.")
    block = next((one for one in edition.overall.blocks if one.indicator and one.key == judgement), None)
    if block is None:
        raise WrongUse(f"{judgement!r} cannot be moderated: say leadership or finance.")
    code = str(block.indicator)
    labels = edition.points_scale(str(edition.indicator(code).points_scale)).labels
    if to not in labels:
        raise WrongUse(f"{to!r} is no judgement of {judgement}: choose one of {', '.join(labels)}.")
    return code, judgement_before_committee(engine, state, ccg_code, judgement, code)
