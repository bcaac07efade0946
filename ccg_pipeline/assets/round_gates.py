"""The gates of an edition's round as assets, and its release: what each shows of the ledger.

Belongs here: thin steps that submit what is new, show the state of a gate, and hand on what may go out.
Does not belong here: what is before a body and what a release shows (release/round_gates.py), the rules of a
decision (expert_panels).
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import dagster as dg
import pandas as pd
from sqlalchemy import Engine

from ccg_pipeline.assets.edition_round import EditionRound
from ccg_pipeline.assets.gates import decision_key, gate_check, gate_shown
from ccg_pipeline.assets.lane import Decorator
from ccg_pipeline.assets.metadata import PANELS, PIECES, in_the_room, materialize_result, on_the_site
from ccg_pipeline.framework.edition import Gate
from ccg_pipeline.publish.site.addresses import address_of
from ccg_pipeline.release.archive import release_new
from ccg_pipeline.release.header import NothingToRelease, check_ledger
from ccg_pipeline.release.round_gates import NO_GATE
from ccg_pipeline.release.round_state import release_of, submit_to_body
from ccg_pipeline.storage.fingerprint import canonical_json
from expert_panels.terms import Terms


def gate_assets(of: EditionRound) -> list[dg.AssetsDefinition]:
    """Build `<edition>/<round>/gate/<body>` for each gate; they always materialise: waiting is no failure."""
    return [_gate(of, gate) for gate in of.round.gates]


def _gate(of: EditionRound, gate: Gate) -> dg.AssetsDefinition:
    body_of = {one.key: one.panel for one in of.round.gates}
    after = [of.key("gate", body_of[key]) for key in gate.after]
    key = of.key("gate", gate.panel)
    described = of.described(
        f"The gate of the {gate.name or gate.panel.replace('_', ' ')}: open only while the ledger holds a "
        "live approval of exactly the rows that stand.",
        "ccg_pipeline.release",
        "expert_panels",
    )

    decorator: Decorator = dg.asset(
        key=key,
        dagster_type=PIECES,
        deps=[of.key("scores"), *after, decision_key(gate.panel)],
        check_specs=[gate_check(key, gate.name or gate.panel.replace("_", " "))],
        **described | {"owners": PANELS, "kinds": {"person"}},
        **of.step,
    )

    @decorator
    def shows(
        context: dg.AssetExecutionContext,
        database: dg.ResourceParam[Engine],
        terms: dg.ResourceParam[Mapping[str, Terms]],
    ) -> dg.MaterializeResult:
        keys = list(context.partition_keys)
        rows, remarks = submit_to_body(database, of.edition, of.round, gate, keys, terms)
        scope: dict[str, str | Sequence[str]] = {"lane": of.lane, "partition_key": keys, "panel": gate.panel}
        return gate_shown(key, scope, rows, remarks)

    return shows


def release_asset(of: EditionRound) -> dg.AssetsDefinition:
    """Build `<edition>/<round>/release`: what the ledger lets out; without gates, what was scored."""
    edition, one = of.edition, of.round
    held = "what its gates have let out" if one.gates else NO_GATE

    decorator: Decorator = dg.asset(
        key=of.key("release"),
        dagster_type=PIECES,
        deps=[of.key("scores"), *(of.key("gate", gate.panel) for gate in one.gates)],
        **of.described(f"{edition.title}, released: {held}.", "ccg_pipeline.release"),
        **of.step,
    )

    @decorator
    def release(
        context: dg.AssetExecutionContext,
        database: dg.ResourceParam[Engine],
        terms: dg.ResourceParam[Mapping[str, Terms]],
    ) -> dg.MaterializeResult:
        found, without = [], []
        for key in context.partition_keys:
            try:
                check_ledger(database)
                found.append(release_of(database, edition, one, key, terms))
            except NothingToRelease as reason:
                without.append(str(reason))
        if not found:  # of several partitions those of which nothing may go out are named
            raise dg.Failure(" ".join(without), allow_retries=False)
        headers = [each.header for each in found]
        parts = [part for each in found for part in each.contents.items()]
        news = release_new(database, headers, datetime.now(UTC), parts)
        return materialize_result(
            [],
            about=pd.DataFrame({"header": [canonical_json(header) for header in headers]}),
            metadata={
                "new releases": news,
                "verification": "; ".join(dict.fromkeys(str(header["verification"]) for header in headers)),
            }
            | ({"not released": " ".join(without)} if without else {})
            | in_the_room()
            | on_the_site(
                *(address_of(edition.key, one.key, str(header["partition_key"])) for header in headers)
            ),
        )

    return release
