"""What is due: rounds in which something is shown that the ledger does not say, or the other way round.

Belongs here: the comparison of what is shown with what the ledger and the candidates say.
Does not belong here: launching anything (orchestration/automation.py), the rules of a decision
(expert_panels).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlalchemy import Engine

from ccg_pipeline.framework.model import Edition
from ccg_pipeline.release.archive import candidate_fingerprints, latest_release
from ccg_pipeline.release.committee import bodies_of, content_before_committee
from ccg_pipeline.release.header import NothingToRelease, proposed_header
from ccg_pipeline.release.holds import (
    HELD_BACK,
    blocking_lane,
    reason_of,
    records_of,
    shown_line,
    to_submit,
)
from ccg_pipeline.storage import frames
from ccg_pipeline.storage.database import reading
from ccg_pipeline.storage.fingerprint import canonical_json, sha256_of
from ccg_pipeline.storage.sql import gate
from expert_panels.ledger import record as ledger
from expert_panels.ledger.gate_state import GateState
from expert_panels.terms import Terms


@dataclass(frozen=True)
class Due:
    """A round in which something is shown that the ledger does not say, or the other way round.

    `panels` are those (the committee among them) whose gate is behind; `release` says whether the released
    table is; `wanted` is the fingerprint of what should be shown, so that failures for the same wish can be
    counted.
    """

    lane: str
    partition_key: str
    panels: tuple[str, ...]
    release: bool
    wanted: str


def due(
    engine: Engine,
    edition: Edition,
    terms: Mapping[str, Terms],
    is_doubtful: Callable[[str], bool] = lambda _: False,
    settled: dict[tuple[str, str], str] | None = None,
) -> list[Due]:
    """Return every round that has to catch up with the ledger and the candidates, whoever moved them.

    `is_doubtful` says of a partition key whether all gates of it have to be shown again: what a run that was
    killed has written last may be missing from Dagster's own record. `settled` is kept here between calls: by
    lane and partition, from what a round was worked out that had nothing to catch up with; while that is the
    same its parts are not read.
    """
    settled = {} if settled is None else settled
    current = candidate_fingerprints(engine)
    states = ledger.states(engine, terms)
    last_lines = gates_shown(engine)
    found = []
    own = {rule.key for rule in edition.lanes}  # what has no gate waits for nobody
    for (lane, key), parts in current[current["lane"].isin(own)].groupby(["lane", "partition_key"]):
        lane, key, rule = str(lane), str(key), edition.lane(str(lane))
        candidates = dict(zip(parts["part"], parts["sha256"], strict=True))
        of_round = {
            body: states.get(ledger.Gate(body, lane, key), GateState(panel=body))
            for body in bodies_of(edition, rule)
        }
        is_in_doubt = is_doubtful(key)
        with reading(engine) as connection:
            before = latest_release(connection, lane, key)
            blocks = blocking_lane(connection, edition, lane, key)
            held, through = reason_of(blocks), records_of(blocks)
            seen = [last_lines.get((lane, key, body), "") for body in of_round]
            basis = sha256_of(repr((parts.to_csv(), of_round, seen, before and before.sha256, held, through)))
            if settled.get((lane, key)) == basis and not is_in_doubt:
                continue
            content = content_before_committee(connection, edition, rule, key, candidates, of_round)
        submitted = sha256_of(content) if content else ""
        if rule.overall_gate is not None:
            candidates[rule.overall_gate.key] = submitted
        behind = tuple(
            body
            for body, state in of_round.items()
            if body in candidates
            and (
                is_in_doubt
                or state.subject != to_submit(state, candidates[body], bool(held))
                or last_lines.get((lane, key, body), "") != shown_line(state.last_hash, bool(held))
            )
        )
        try:
            header = proposed_header(edition, rule, key, parts, of_round, before, submitted, held, through)
        except NothingToRelease as reason:
            release, wish = False, str(reason)
        else:
            wish = canonical_json(header)
            # A gate that is behind opens a new round first, and with it the header changes once more.
            release = bool(behind) or before is None or before.sha256 != sha256_of(wish)
        if behind or release:
            last = {body: state.last_hash for body, state in of_round.items()}
            wanted = sha256_of(wish + canonical_json(candidates) + canonical_json(last))[:16]
            found.append(Due(lane, key, behind, release, wanted))
        else:
            settled[lane, key] = basis
    return found


def gates_shown(engine: Engine) -> dict[tuple[str, str, str], str]:
    """Return what each gate shows, as `shown_line` has it, by lane, partition key and body."""
    with reading(engine) as connection:
        shown = frames.read(connection, gate, {})
    gates = zip(shown["lane"], shown["partition_key"], shown["panel"], strict=True)
    lines = zip(shown["last_line"], shown["state"].str.endswith(HELD_BACK), strict=True)
    return dict(zip(gates, (shown_line(*one) for one in lines), strict=True))
