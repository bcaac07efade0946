"""The assessment asset: checks everything again, then releases what the panels have verified.

Belongs here: which parts a release may show, and refusing to release at all.
Does not belong here: putting the parts together (publish/), the rules of a decision (expert_panels).
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import dagster as dg
import pandas as pd
from sqlalchemy import Connection, Engine, select

from ccg_pipeline.assets.candidates import open_key
from ccg_pipeline.assets.committee import bodies_of, content_before_committee
from ccg_pipeline.assets.gates import candidate_fingerprints, gate_key
from ccg_pipeline.assets.lanes import partitions_of, standing
from ccg_pipeline.assets.metadata import METHODOLOGISTS, PIECES, code_version, picture_of, table_of, told
from ccg_pipeline.framework.model import Edition
from ccg_pipeline.framework.rules import LaneRule
from ccg_pipeline.orchestration.io_manager import Database, Piece
from ccg_pipeline.orchestration.resources import Methodology, Panels
from ccg_pipeline.publish.naming import words
from ccg_pipeline.release import tables as published
from ccg_pipeline.release.archive import Release, latest_release, next_header
from ccg_pipeline.release.parts import OPEN, OVERALL, overall_part, panel_part
from ccg_pipeline.release.verification import is_decided, verification
from ccg_pipeline.storage.database import reading
from ccg_pipeline.storage.fingerprint import canonical_json, sha256_of
from ccg_pipeline.storage.sql import gate, release
from expert_panels.ledger import record as ledger
from expert_panels.ledger import table as ledger_table
from expert_panels.ledger.gate_state import GateState


class NothingToRelease(Exception):
    """Why no table may be released: one sentence that names each area that is not decided."""


def assessment_key(lane: str) -> dg.AssetKey:
    """Return the asset key of a lane's assessment."""
    return dg.AssetKey([lane, "assessment"])


def known_heads(connection: Connection) -> list[str]:
    """Return the hashes of lines that releases and gates carry, by which a cut-off tail shows."""
    headers = [latest_release(connection, lane, key) for lane, key in _released(connection)]
    released = {one.header["ledger_head"] for one in headers if one is not None}
    shown = set(connection.execute(select(gate.c.last_line)).scalars())
    return sorted((released | shown) - {""})


def _released(connection: Connection) -> list[tuple[str, str]]:
    rows = connection.execute(select(release.c.lane, release.c.partition_key).distinct()).all()
    return [(str(lane), str(key)) for lane, key in rows]


def _sound_or_fail(engine: Engine) -> None:
    with reading(engine) as connection:
        known = known_heads(connection)
    faults = ledger.verify(engine, known)
    if faults:
        raise dg.Failure(
            "Nothing is released, the sign-off ledger is broken: " + " ".join(faults), allow_retries=False
        )


def _recompute(database: Database, edition: Edition, lane: str, key: str, recorded: dict[str, str]) -> None:
    """Fail when the rows of a candidate, as they stand, are not those whose fingerprint was recorded."""
    bands = standing(database, "indicator_band", lane, key)
    scores = standing(database, "area_score", lane, key)
    for rule in edition.panels:
        candidate = standing(database, "candidate_rating", lane, key, panel=rule.key)
        content = panel_part(edition, lane, key, rule.key, candidate, bands, scores)
        if sha256_of(content) != recorded.get(rule.key):
            raise dg.Failure(
                f"Nothing is released: the candidate of the panel for {rule.name.lower()} in "
                f"{words(lane, key)} is not what its own run recorded; run the lane's candidates again.",
                allow_retries=False,
            )
    if not edition.lane(lane).has_overall_rating:
        return
    content = overall_part(edition, lane, key, standing(database, "overall_rating", lane, key))
    if sha256_of(content) != recorded.get(OVERALL):
        raise dg.Failure(
            f"Nothing is released: the overall rating of {words(lane, key)} is not what its own run "
            "recorded; run the lane's overall rating again.",
            allow_retries=False,
        )


def proposed_header(
    edition: Edition,
    lane: LaneRule,
    key: str,
    stands: pd.DataFrame,
    states: Mapping[str, GateState],
    before: Release | None,
    laid: str = "",
) -> dict[str, Any]:
    """Return the header of the release that the ledger allows now, or raise NothingToRelease.

    `stands` has the fingerprints of this lane and partition, `states` the state of every panel and, where the
    lane has one, of its committee; `laid` is the fingerprint of what is to be before the committee, '' while
    a panel has not decided. In a lane that releases all areas together none goes out before all are decided,
    and once out, what no panel verifies stays as it was for as long as one of them is not.
    """
    recorded = dict(zip(stands["part"], stands["sha256"], strict=True))
    if OPEN not in recorded:
        raise NothingToRelease(f"{lane.key} {words(lane.key, key)} has not been scored yet.")
    said = {rule.key: verification(states[rule.key], recorded.get(rule.key, "")) for rule in edition.panels}
    undecided = [
        f"{rule.name}: {said[rule.key]}" for rule in edition.panels if not is_decided(said[rule.key])
    ]
    gate, bodies = lane.overall_gate, "every panel has"
    if gate is not None:
        said[gate.key], bodies = (
            verification(states[gate.key], laid),
            f"every panel and the {gate.name.lower()} have",
        )
        if not is_decided(said[gate.key]):
            undecided.append(f"{gate.name}: {published.by_committee(said[gate.key])}")
    is_held = lane.release == "all_areas" and bool(undecided)
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
        overall = {"gate": "", "verification": published.NO_COMMITTEE, "subject": as_it_was}
    return {
        "lane": lane.key,
        "partition_key": key,
        "edition": edition.key,
        "is_made_up": bool(stands["is_made_up"].any()),
        "open": before.header["open"] if is_held and before else recorded[OPEN],
        "panels": {rule.key: entry(rule.key) for rule in edition.panels},
        "overall": overall,
        "ledger_head": max(states.values(), key=lambda state: state.decision_seq).decision_line,
    }


def _checked_header(
    database: Database, panels: Panels, edition: Edition, lane: LaneRule, key: str
) -> dict[str, Any]:
    """Return the proposed header, after the fingerprint of every candidate was checked again."""
    engine = database.engine()
    stands = candidate_fingerprints(engine)
    stands = stands[(stands["lane"] == lane.key) & (stands["partition_key"] == key)]
    states = {
        body: ledger.state_of(engine, panels.all_terms()[body], lane.key, key)
        for body in bodies_of(edition, lane)
    }
    recorded = dict(zip(stands["part"], stands["sha256"], strict=True))
    with reading(engine) as connection:
        before = latest_release(connection, lane.key, key)
        content = content_before_committee(connection, edition, lane, key, recorded, states)
    try:
        laid = sha256_of(content) if content else ""
        header = proposed_header(edition, lane, key, stands, states, before, laid)
    except NothingToRelease as reason:
        raise dg.Failure(str(reason), allow_retries=False) from None
    _recompute(database, edition, lane.key, key, recorded)
    return header


def _timed(news: pd.DataFrame) -> pd.DataFrame:
    """Return when these releases are made, to the second: now."""
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return news[["lane", "partition_key", "serial"]].assign(at=now)


def assessment_asset(lane: LaneRule, edition: Edition) -> dg.AssetsDefinition:
    """Build `<lane>/assessment`: the released table, verified again whoever launches it."""

    @dg.asset(
        dagster_type=PIECES,
        key=assessment_key(lane.key),
        deps=[
            *(gate_key(lane.key, body) for body in bodies_of(edition, lane)),
            open_key(lane),
        ],
        partitions_def=partitions_of(lane.key),
        backfill_policy=dg.BackfillPolicy.single_run(),
        group_name=f"{lane.key}/release",
        owners=METHODOLOGISTS,
        kinds={"python", "pandas"},
        code_version=code_version("ccg_pipeline.publish", "expert_panels"),
        description=(
            f"{lane.title}: one row a CCG, {len(edition.areas)} areas, {len(edition.panels)} panel ratings"
            + (", the overall rating" if lane.has_overall_rating else "")
            + (
                "; nothing before all panels have decided"
                + (f" and the {lane.overall_gate.name.lower()} has confirmed." if lane.overall_gate else ".")
                if lane.release == "all_areas"
                else "; an area that its panel has not verified stands as awaiting the panel."
            )
        ),
    )
    def assessment(
        context: dg.AssetExecutionContext, database: Database, methodology: Methodology, panels: Panels
    ) -> dg.MaterializeResult:
        edition = methodology.edition()
        ledger_table.create(database.engine())
        _sound_or_fail(database.engine())
        headers = {
            key: _checked_header(database, panels, edition, lane, key) for key in context.partition_keys
        }
        with reading(database.engine()) as connection:
            news = pd.concat(
                [next_header(connection, header) for header in headers.values()], ignore_index=True
            )
        said = pd.DataFrame(
            [
                {"partition": words(lane.key, key)}
                | {panel: entry["verification"] for panel, entry in header["panels"].items()}
                | ({"overall": header["overall"]["verification"]} if header["overall"] else {})
                for key, header in headers.items()
            ]
        )
        words_said = [
            entry["verification"] for header in headers.values() for entry in header["panels"].values()
        ]
        overridden = sum(published.is_overridden(word) for word in words_said)
        verified = sum(word in published.SHOWN for word in words_said) - overridden
        heads = [(header["open"], header["ledger_head"]) for header in headers.values()]
        return told(
            [
                Piece("release", {"lane": lane.key, "partition_key": [], "serial": []}, news),
                Piece("release_time", {"lane": lane.key, "partition_key": [], "serial": []}, _timed(news)),
            ],
            about=pd.DataFrame({"header": [canonical_json(header) for header in headers.values()]}),
            metadata={
                "new releases": len(news),
                "panels": table_of(said),
                "verified": picture_of(
                    "Panel areas",
                    {
                        "verified": verified,
                        "overridden": overridden,
                        "withheld": len(words_said) - verified - overridden,
                    },
                ),
                "ledger head": heads[-1][1],
                "is_made_up": any(header["is_made_up"] for header in headers.values()),
            },
        )

    return assessment
