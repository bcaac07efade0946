"""The gates as assets: the decisions of panels and committee, mirrored, and what each gate shows.

Belongs here: thin steps that submit what is new and show the ledger's state; waiting is no failure.
Does not belong here: what a gate shows (release/gates.py), the rules of a decision (expert_panels).
"""

from collections.abc import Iterator, Mapping, Sequence

import dagster as dg
import pandas as pd
from sqlalchemy import Engine

from ccg_pipeline.assets.candidates import open_key
from ccg_pipeline.assets.edition_round import EditionRound
from ccg_pipeline.assets.lane import Lane
from ccg_pipeline.assets.metadata import PANELS, in_the_room, table_of
from ccg_pipeline.framework.model import Edition
from ccg_pipeline.framework.rules import OverallGate
from ccg_pipeline.release.bodies import RECORDS, recording_body
from ccg_pipeline.release.gates import SHOWS_THE_LEDGER, show_committee, submit_to_panel
from ccg_pipeline.storage.fingerprint import sha256_of
from ccg_pipeline.storage.pieces import Piece
from expert_panels.terms import Terms


def decision_key(body: str) -> dg.AssetKey:
    """Return the key of the external asset that mirrors the ledger lines of a panel or committee."""
    return dg.AssetKey(["decision", body])


def decision_specs(edition: Edition, rounds: Sequence[EditionRound]) -> list[dg.AssetSpec]:
    """Return the external assets of all bodies' decisions; only the sensor reports on them."""
    bodies = {rule.key: f"panel for {rule.name.lower()}" for rule in edition.panels}
    gates = [lane.overall_gate for lane in edition.lanes if lane.overall_gate is not None]
    bodies |= {gate.key: gate.name.lower() for gate in gates}
    others = [gate for of in rounds for gate in of.round.gates]
    bodies |= {gate.panel: gate.name or gate.panel for gate in others if gate.panel not in bodies}
    bodies[RECORDS] = recording_body().title
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


def gates_asset(lane: Lane) -> dg.AssetsDefinition:
    """Build `<lane>/gate/<panel>` for each panel; they always materialise, since waiting is no failure."""
    panels = lane.edition.panels
    specs = {
        rule.key: dg.AssetSpec(
            **lane.spec(
                "gate",
                rule.key,
                group="gates",
                owners=PANELS,
                kinds=["person"],
                made_by=["expert_panels"],
                description=(
                    f"The gate of the panel for {rule.name.lower()}: open only while the ledger holds a live "
                    "approval of exactly the rows that stand in its candidate."
                ),
            )
        )
        for rule in panels
    }
    upstream = {rule.key: {lane.key("candidate", rule.key), decision_key(rule.key)} for rule in panels}

    @dg.multi_asset(
        name=f"{lane.name}_gates",
        outs={key: dg.AssetOut.from_spec(spec, is_required=False) for key, spec in specs.items()},
        deps=sorted(set[dg.AssetKey]().union(*upstream.values())),
        internal_asset_deps=upstream,
        can_subset=True,
        check_specs=[
            gate_check(lane.key("gate", rule.key), f"panel for {rule.name.lower()}") for rule in panels
        ],
        **lane.step,
    )
    def gates(
        context: dg.AssetExecutionContext,
        database: dg.ResourceParam[Engine],
        terms: dg.ResourceParam[Mapping[str, Terms]],
    ) -> Iterator[dg.MaterializeResult]:
        keys = list(context.partition_keys)
        for panel in specs:
            if lane.key("gate", panel) in context.selected_asset_keys:
                rows, remarks = submit_to_panel(database, lane.edition, terms[panel], lane.name, keys)
                yield gate_shown(lane.key("gate", panel), lane.scope(keys, panel=panel), rows, remarks)

    return gates


def committee_gate_asset(lane: Lane, gate: OverallGate) -> dg.AssetsDefinition:
    """Build `<lane>/gate/<committee>`; it always materialises, since waiting is no failure."""

    @lane.asset(
        lane.spec(
            "gate",
            gate.key,
            group="gates",
            owners=PANELS,
            kinds=["person"],
            made_by=["expert_panels"],
            description=(
                f"The gate of the {gate.name.lower()} over the overall rating: open only while the ledger "
                "holds a live confirmation of exactly the moderated table, resting on what each panel has "
                "decided now."
            ),
        ),
        deps=[
            *(lane.key("gate", rule.key) for rule in lane.edition.panels),
            open_key(lane),
            decision_key(gate.key),
        ],
        check_specs=[gate_check(lane.key("gate", gate.key), gate.name.lower())],
    )
    def committee_gate(
        context: dg.AssetExecutionContext,
        database: dg.ResourceParam[Engine],
        terms: dg.ResourceParam[Mapping[str, Terms]],
    ) -> dg.MaterializeResult:
        keys = list(context.partition_keys)
        rows, remarks, table = show_committee(database, lane.edition, lane.rule, keys, terms)
        scope = lane.scope(keys, panel=gate.key)
        return gate_shown(lane.key("gate", gate.key), scope, rows, remarks, [table])

    return committee_gate


def gate_check(asset: dg.AssetKey, body: str) -> dg.AssetCheckSpec:
    """Return the check of a gate, whoever decides there."""
    return dg.AssetCheckSpec(
        SHOWS_THE_LEDGER,
        asset=asset,
        description=(
            f"The gate of the {body} is as the sign-off ledger has it. Waiting is no failure; a table that "
            "was let out without its body is marked."
        ),
    )


def gate_shown(
    asset: dg.AssetKey,
    scope: Mapping[str, str | Sequence[str]],
    rows: pd.DataFrame,
    remarks: pd.DataFrame,
    also: Sequence[Piece] = (),
) -> dg.MaterializeResult:
    """Return what a gate shows: its rows of table `gate`, and one check that says its state in words.

    The check is amber only where two officers let the rows out without the body. `also` is written in the
    same transaction.
    """
    versions = [f"{row.state}:{row.subject_sha256}:{row.last_line}" for row in rows.itertuples(index=False)]
    closed = rows[rows["state"] != "approved"]
    needs = closed["missing"].where(closed["missing"] == "", ", needs " + closed["missing"])
    waiting = "; ".join(closed["partition_key"] + ": " + closed["state"] + needs)
    return dg.MaterializeResult(
        asset_key=asset,
        value=[Piece("gate", scope, rows), *also],
        metadata={
            "state": ", ".join(sorted(set(rows["state"]))),
            "round": ", ".join(rows["round"].head(12)),
            "table": table_of(rows[["partition_key", "state", "n_approvals", "quorum", "missing"]]),
            "remarks": table_of(remarks, rows=len(remarks)),
            "is_made_up": bool(rows["is_made_up"].any()),
            **in_the_room(rows),
        },
        # one partition: `state:subject:last line`; several: the hash of those
        data_version=dg.DataVersion(versions[0] if len(versions) == 1 else sha256_of("\n".join(versions))),
        check_results=[
            dg.AssetCheckResult(
                asset_key=asset,
                check_name=SHOWS_THE_LEDGER,
                passed=not rows["state"].str.contains("overridden").any(),
                severity=dg.AssetCheckSeverity.WARN,
                description=waiting or "Decided: exactly these rows may go out.",
            )
        ],
    )
