"""The gates: the panels' decisions, mirrored, and what each gate shows.

Belongs here: laying a candidate before its panel when it is new or has changed, showing the ledger's state.
Does not belong here: the rules of a decision (expert_panels), what a closed gate keeps back (assessment.py),
what is laid before the committee over the overall rating (committee.py).
"""

from collections.abc import Iterator, Sequence
from typing import Any

import dagster as dg
import pandas as pd
from sqlalchemy import Engine

from ccg_pipeline.assets.candidates import candidate_key
from ccg_pipeline.assets.lanes import partitions_of
from ccg_pipeline.assets.metadata import PANELS, code_version, table_of
from ccg_pipeline.framework.model import Edition
from ccg_pipeline.framework.rules import LaneRule
from ccg_pipeline.orchestration.io_manager import Database, Piece
from ccg_pipeline.orchestration.resources import Panels
from ccg_pipeline.storage import frames
from ccg_pipeline.storage.database import reading
from ccg_pipeline.storage.fingerprint import sha256_of
from ccg_pipeline.storage.sql import lane_fingerprint
from expert_panels.ledger import record as ledger
from expert_panels.ledger import table as ledger_table
from expert_panels.ledger.gate_state import GateState
from expert_panels.terms import Terms

VERIFIED_BY_PANEL = "verified_by_panel"


def decision_key(panel: str) -> dg.AssetKey:
    """Return the key of the external asset that mirrors a panel's ledger lines."""
    return dg.AssetKey(["decision", panel])


def gate_key(lane: str, panel: str) -> dg.AssetKey:
    """Return the asset key of a panel's gate in a lane."""
    return dg.AssetKey([lane, "gate", panel])


def decision_specs(edition: Edition) -> list[dg.AssetSpec]:
    """Return the external assets of all bodies' decisions; only the sensor reports on them."""
    bodies = {rule.key: f"panel for {rule.name.lower()}" for rule in edition.panels}
    gates = [lane.overall_gate for lane in edition.lanes if lane.overall_gate is not None]
    bodies |= {gate.key: gate.name.lower() for gate in gates}
    return [
        dg.AssetSpec(
            decision_key(body),
            group_name="decisions",
            owners=PANELS,
            kinds={"person"},
            description=(
                f"What the {name} decided, line by line as the ledger has it. "
                "A mirror: an event reported here by anyone else changes nothing."
            ),
        )
        for body, name in bodies.items()
    ]


def candidate_fingerprints(engine: Engine) -> pd.DataFrame:
    """Return what stands now: lane, partition_key, part, sha256, launched_by, is_made_up."""
    with reading(engine) as connection:
        return frames.read(connection, lane_fingerprint, {})


def gate_row(
    lane: str, partition_key: str, state: GateState, terms: Terms, is_made_up: bool
) -> dict[str, Any]:
    """Return what a gate shows of a state: one row of table `gate`."""
    return {
        "lane": lane,
        "partition_key": partition_key,
        "panel": terms.panel,
        "state": state.described,
        "subject_sha256": state.subject,
        "round": f"{lane}/{partition_key}/{state.serial}",
        "last_line": state.last_hash,
        "n_approvals": len(state.votes),
        "quorum": terms.quorum.members,
        "missing": "; ".join(state.missing),
        "is_made_up": is_made_up,
    }


def _evaluate(
    engine: Engine, terms: Terms, lane: str, standing: pd.DataFrame, keys: list[str]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Lay what is new before the panel; return the gate's rows for partitions `keys`, and the comments."""
    rows, remarks = [], [remarks_on("", GateState(panel=terms.panel))]
    for key in keys:
        candidate = standing[(standing["partition_key"] == key) & (standing["part"] == terms.panel)]
        if candidate.empty:
            rows.append(gate_row(lane, key, GateState(panel=terms.panel), terms, False))
            continue
        now = candidate.iloc[0]
        ledger.open_round(
            engine,
            terms,
            lane=lane,
            partition_key=key,
            subject=str(now["sha256"]),
            launched_by=str(now["launched_by"]),
        )
        state = ledger.state_of(engine, terms, lane, key)
        rows.append(gate_row(lane, key, state, terms, bool(now["is_made_up"])))
        remarks.append(remarks_on(key, state))
    return pd.DataFrame(rows), pd.concat(remarks, ignore_index=True)


def remarks_on(partition_key: str, state: GateState) -> pd.DataFrame:
    """Return what was said to those who made a table, a row each: partition_key, about, said, by."""
    said = [["the table", f"returned: {one.reason}", one.role] for one in state.returns]
    said += [[one.about, one.text, one.role] for one in state.comments]
    rows = [[partition_key, about, " ".join(text.split()), role] for about, text, role in said]
    return pd.DataFrame(rows, columns=["partition_key", "about", "said", "by"])


def gates_asset(lane: LaneRule, edition: Edition) -> dg.AssetsDefinition:
    """Build the six assets `<lane>/gate/<panel>`; they always materialise, since waiting is no failure."""
    specs = {
        rule.key: dg.AssetSpec(
            gate_key(lane.key, rule.key),
            group_name=f"{lane.key}/gates",
            owners=PANELS,
            kinds={"person"},
            code_version=code_version("expert_panels"),
            description=(
                f"The gate of the panel for {rule.name.lower()}: open only while the ledger holds a live "
                "approval of exactly the rows that stand in its candidate."
            ),
        )
        for rule in edition.panels
    }

    @dg.multi_asset(
        name=f"{lane.key}_gates",
        outs={key: dg.AssetOut.from_spec(spec, is_required=False) for key, spec in specs.items()},
        deps=[
            *(candidate_key(lane.key, rule.key) for rule in edition.panels),
            *(decision_key(rule.key) for rule in edition.panels),
        ],
        internal_asset_deps={
            rule.key: {candidate_key(lane.key, rule.key), decision_key(rule.key)} for rule in edition.panels
        },
        partitions_def=partitions_of(lane.key),
        backfill_policy=dg.BackfillPolicy.single_run(),
        can_subset=True,
        check_specs=[
            dg.AssetCheckSpec(
                VERIFIED_BY_PANEL,
                asset=gate_key(lane.key, rule.key),
                description=f"The panel for {rule.name.lower()} has verified exactly these rows.",
            )
            for rule in edition.panels
        ],
    )
    def gates(
        context: dg.AssetExecutionContext, database: Database, panels: Panels
    ) -> Iterator[dg.MaterializeResult]:
        engine, keys, all_terms = database.engine(), list(context.partition_keys), panels.all_terms()
        ledger_table.create(engine)
        standing = candidate_fingerprints(engine)
        standing = standing[standing["lane"] == lane.key]
        for panel in specs:
            if gate_key(lane.key, panel) not in context.selected_asset_keys:
                continue
            rows, remarks = _evaluate(engine, all_terms[panel], lane.key, standing, keys)
            yield gate_result(lane.key, panel, keys, rows, remarks, VERIFIED_BY_PANEL)

    return gates


def gate_result(
    lane: str,
    body: str,
    keys: list[str],
    rows: pd.DataFrame,
    remarks: pd.DataFrame,
    check: str,
    also: Sequence[Piece] = (),
) -> dg.MaterializeResult:
    """Return what a gate shows: its rows of table `gate`, and one check, amber until the body has verified.

    Amber also where two officers let the rows out instead, which the check says. `remarks` as `remarks_on`
    gives them; `also` is written in the same transaction.
    """
    versions = [f"{row.state}:{row.subject_sha256}:{row.last_line}" for row in rows.itertuples(index=False)]
    is_verified = rows["state"] == "approved"
    shut = rows[~is_verified]
    needs = shut["missing"].where(shut["missing"] == "", ", needs " + shut["missing"])
    waiting = "; ".join(shut["partition_key"] + ": " + shut["state"] + needs)
    return dg.MaterializeResult(
        asset_key=gate_key(lane, body),
        value=[Piece("gate", {"lane": lane, "partition_key": keys, "panel": body}, rows), *also],
        metadata={
            "state": ", ".join(sorted(set(rows["state"]))),
            "round": ", ".join(rows["round"].head(12)),
            "table": table_of(rows[["partition_key", "state", "n_approvals", "quorum", "missing"]]),
            "remarks": table_of(remarks, rows=len(remarks)),
            "is_made_up": bool(rows["is_made_up"].any()),
        },
        # one partition: `state:subject:last line`; several: the hash of those
        data_version=dg.DataVersion(versions[0] if len(versions) == 1 else sha256_of("\n".join(versions))),
        check_results=[
            dg.AssetCheckResult(
                asset_key=gate_key(lane, body),
                check_name=check,
                passed=bool(is_verified.all()),
                severity=dg.AssetCheckSeverity.WARN,
                description=waiting or "Decided: exactly these rows may go out.",
            )
        ],
    )
