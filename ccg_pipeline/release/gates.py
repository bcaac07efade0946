"""The gates: submitting a candidate to its panel or committee, and what each gate shows of the ledger.

Belongs here: a gate's row, the remarks that go back to those who made a table, the names of the checks.
Does not belong here: the rules of a decision (expert_panels), what is submitted to the committee
(committee.py), what a closed gate keeps back (header.py).
"""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from sqlalchemy import Engine

from ccg_pipeline.framework.model import Edition
from ccg_pipeline.framework.rules import LaneRule
from ccg_pipeline.release.archive import candidate_fingerprints
from ccg_pipeline.release.committee import submit_to_committee
from ccg_pipeline.release.holds import HELD_BACK, held_back, to_submit
from ccg_pipeline.storage.pieces import Piece
from expert_panels.ledger import record as ledger
from expert_panels.ledger.gate_state import GateState
from expert_panels.terms import Terms

SHOWS_THE_LEDGER = "shows_the_ledger"
"""The check of every gate: it holds while a body is waited for, and says in words what the gate is."""


def gate_row(
    lane: str, partition_key: str, state: GateState, terms: Terms, is_made_up: bool, held: str = ""
) -> dict[str, Any]:
    """Return what a gate shows of a state: one row of table `gate`; `held` says why a round is held back."""
    described = f"{state.described}, newer data are {HELD_BACK}" if state.subject else HELD_BACK
    return {
        "lane": lane,
        "partition_key": partition_key,
        "panel": terms.panel,
        "state": described if held else state.described,
        "subject_sha256": state.subject,
        "round": f"{lane}/{partition_key}/{state.serial}",
        "last_line": state.last_hash,
        "n_approvals": len(state.votes),
        "quorum": terms.quorum.members,
        "missing": held or "; ".join(state.missing),
        "is_made_up": is_made_up,
    }


def submit_to_panel(
    engine: Engine, edition: Edition, terms: Terms, lane: str, keys: Sequence[str]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Submit what is new to the panel, and nothing that is held back.

    Return the gate's rows for partitions `keys`, and the comments.
    """
    candidates = candidate_fingerprints(engine, lane)
    rows, remarks = [], [remarks_on("", GateState(panel=terms.panel))]
    for key in keys:
        candidate = candidates[(candidates["partition_key"] == key) & (candidates["part"] == terms.panel)]
        if candidate.empty:
            rows.append(gate_row(lane, key, GateState(panel=terms.panel), terms, False))
            continue
        now, held = candidate.iloc[0], held_back(engine, edition, lane, key)
        state = ledger.state_of(engine, terms, lane, key)
        subject = to_submit(state, str(now["sha256"]), bool(held))
        if subject or state.subject:
            ledger.open_round(
                engine,
                terms,
                lane=lane,
                partition_key=key,
                subject=subject,
                launched_by=str(now["launched_by"]),
            )
            state = ledger.state_of(engine, terms, lane, key)
        rows.append(gate_row(lane, key, state, terms, bool(now["is_made_up"]), held))
        remarks.append(remarks_on(key, state))
    return pd.DataFrame(rows), pd.concat(remarks, ignore_index=True)


def remarks_on(partition_key: str, state: GateState) -> pd.DataFrame:
    """Return what was said to those who made a table, a row each: partition_key, about, said, by."""
    said = [["the table", f"returned: {one.reason}", one.role] for one in state.returns]
    said += [[one.about, one.text, one.role] for one in state.comments]
    rows = [[partition_key, about, " ".join(text.split()), role] for about, text, role in said]
    return pd.DataFrame(rows, columns=["partition_key", "about", "said", "by"])


def show_committee(
    engine: Engine, edition: Edition, lane: LaneRule, keys: Sequence[str], terms: Mapping[str, Terms]
) -> tuple[pd.DataFrame, pd.DataFrame, Piece]:
    """Submit what is new to the committee; return the gate's rows for `keys`, the comments, and what is new.

    What is new is the fingerprint of the table before the committee, to be written with the gate.
    """
    assert lane.overall_gate is not None
    body = lane.overall_gate.key
    rows, remarks, current = [], [], []
    for key in keys:
        held = held_back(engine, edition, lane.key, key)
        state, table = submit_to_committee(engine, edition, lane, key, terms, bool(held))
        is_made_up = bool(candidate_fingerprints(engine, lane.key, key)["is_made_up"].any())
        rows.append(gate_row(lane.key, key, state, terms[body], is_made_up, held))
        remarks.append(remarks_on(key, state))
        current.append(table)
    scope = {"lane": lane.key, "partition_key": list(keys), "part": body}
    fingerprints = Piece("lane_fingerprint", scope, pd.concat(current, ignore_index=True))
    return pd.DataFrame(rows), pd.concat(remarks, ignore_index=True), fingerprints
