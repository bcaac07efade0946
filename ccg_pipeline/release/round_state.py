"""A round of any edition in the database: submitting it to its bodies, what may go out, what is behind.

Belongs here: these with an engine in hand.
Does not belong here: what they rest on (round_gates.py), launching anything (orchestration/automation.py),
the rules of a decision (expert_panels).
"""

from collections.abc import Callable, Mapping, Sequence

import pandas as pd
from sqlalchemy import Connection, Engine

from ccg_pipeline.framework.edition import Edition, Gate, Round
from ccg_pipeline.framework.round_dates import lane_of
from ccg_pipeline.framework.round_parts import OPEN
from ccg_pipeline.framework.vocabulary.scoring import Labels
from ccg_pipeline.release.archive import candidate_fingerprints, fetch, keep, latest_release
from ccg_pipeline.release.due import Due, gates_shown
from ccg_pipeline.release.gates import gate_row, remarks_on
from ccg_pipeline.release.header import NothingToRelease
from ccg_pipeline.release.holds import blocking_round, reason_of, shown_line, to_submit
from ccg_pipeline.release.round_gates import Allowed, BeforeGate, allowed_release, before_gates
from ccg_pipeline.release.round_parts import moderated_figures, part_tables
from ccg_pipeline.storage.database import reading
from ccg_pipeline.storage.fingerprint import canonical_json, sha256_of
from expert_panels.foundation.fault import WrongUse
from expert_panels.ledger import record as ledger
from expert_panels.ledger.gate_state import GateState
from expert_panels.terms import Terms


def states_of(
    engine: Engine, one: Round, lane: str, key: str, terms: Mapping[str, Terms]
) -> dict[str, GateState]:
    """Return the state of each body of a round."""
    return {gate.panel: ledger.state_of(engine, terms[gate.panel], lane, key) for gate in one.gates}


def tables_now(
    engine: Engine, edition: Edition, one: Round, key: str, terms: Mapping[str, Terms]
) -> dict[str, BeforeGate]:
    """Return what is to be before each body of a round now."""
    lane = lane_of(edition, one)
    recorded = _recorded(candidate_fingerprints(engine, lane, key))
    states = states_of(engine, one, lane, key, terms)
    with reading(engine) as connection:
        return before_gates(connection, edition, one, key, recorded, states)


def _recorded(current: pd.DataFrame) -> dict[str, str]:
    return dict(zip(current["part"], current["sha256"], strict=True))


def submit_to_body(
    engine: Engine, edition: Edition, one: Round, gate: Gate, keys: Sequence[str], terms: Mapping[str, Terms]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Submit to a body what it is to decide on now, or take it away; return the gate's rows and the remarks.

    The bytes are kept before the line that names them.
    """
    lane, own = lane_of(edition, one), terms[gate.panel]
    rows, remarks = [], [remarks_on("", GateState(panel=gate.panel))]
    for key in keys:
        current = candidate_fingerprints(engine, lane, key)
        content = tables_now(engine, edition, one, key, terms)[gate.panel].content
        state = ledger.state_of(engine, own, lane, key)
        with reading(engine) as connection:
            held = reason_of(blocking_round(connection, edition, one, key))
        subject = to_submit(state, sha256_of(content) if content else "", bool(held))
        launched_by = "".join(current.loc[current["part"] == gate.panel, "launched_by"])
        if content:
            with engine.begin() as connection:
                keep(connection, gate.panel, content)
        if subject or state.subject:
            ledger.open_round(
                engine,
                own,
                lane=lane,
                partition_key=key,
                subject=subject,
                launched_by=launched_by or state.launched_by,
            )
        state = ledger.state_of(engine, own, lane, key)
        rows.append(gate_row(lane, key, state, own, bool(current["is_made_up"].any()), held))
        remarks.append(remarks_on(key, state))
    return pd.DataFrame(rows), pd.concat(remarks, ignore_index=True)


def release_of(engine: Engine, edition: Edition, one: Round, key: str, terms: Mapping[str, Terms]) -> Allowed:
    """Return the release that may be made of a round now; NothingToRelease where none may."""
    lane = lane_of(edition, one)
    current, states = candidate_fingerprints(engine, lane, key), states_of(engine, one, lane, key, terms)
    with reading(engine) as connection:
        return _allowed(connection, edition, one, key, current, states)


def _allowed(
    connection: Connection,
    edition: Edition,
    one: Round,
    key: str,
    current: pd.DataFrame,
    states: Mapping[str, GateState],
) -> Allowed:
    before = latest_release(connection, lane_of(edition, one), key)
    is_made_up = bool(current["is_made_up"].any())
    return allowed_release(connection, edition, one, key, _recorded(current), states, before, is_made_up)


def rounds_behind(
    engine: Engine,
    rounds: Sequence[tuple[Edition, Round]],
    terms: Mapping[str, Terms],
    is_doubtful: Callable[[str], bool] = lambda _: False,
    settled: dict[tuple[str, str], str] | None = None,
) -> list[Due]:
    """Return every round with gates that has to catch up with the ledger and its parts, whoever moved them.

    `is_doubtful` as `due` takes it. `settled` is kept here between calls: by lane and partition, from what a
    round was worked out that had nothing to catch up with; while that is the same its parts are not read.
    """
    settled = {} if settled is None else settled
    gated = {lane_of(edition, one): (edition, one) for edition, one in rounds if one.gates}
    if not gated:
        return []
    every = candidate_fingerprints(engine)
    states, shown = ledger.states(engine, terms), gates_shown(engine)
    found = []
    for (lane, key), current in every[every["lane"].isin(list(gated))].groupby(["lane", "partition_key"]):
        lane, key, (edition, one) = str(lane), str(key), gated[str(lane)]
        own = {
            gate.panel: states.get(ledger.Gate(gate.panel, lane, key), GateState(panel=gate.panel))
            for gate in one.gates
        }
        with reading(engine) as connection:
            before = latest_release(connection, lane, key)
            held = reason_of(blocking_round(connection, edition, one, key))
            seen = [shown.get((lane, key, body), "") for body in own]
            basis = sha256_of(repr((_recorded(current), own, seen, before and before.sha256, held)))
            if settled.get((lane, key)) == basis and not is_doubtful(key):
                continue
            wanted = before_gates(connection, edition, one, key, _recorded(current), own)
            try:
                wish = canonical_json(_allowed(connection, edition, one, key, current, own).header)
            except NothingToRelease as reason:
                wish, release = str(reason), False
            else:
                release = before is None or before.sha256 != sha256_of(wish)
        behind = tuple(
            body
            for body, state in own.items()
            if is_doubtful(key)
            or state.subject != to_submit(state, wanted[body].sha256, bool(held))
            or shown.get((lane, key, body), "") != shown_line(state.last_hash, bool(held))
        )
        release = release or (bool(behind) and before is not None)
        if behind or release:
            last = {body: [state.last_hash, wanted[body].sha256] for body, state in own.items()}
            found.append(Due(lane, key, behind, release, sha256_of(wish + canonical_json(last))[:16]))
        else:
            settled[lane, key] = basis
    return found


def judgement_in_round(
    engine: Engine, edition: Edition, one: Round, body: str, state: GateState, about: str, node: str, to: str
) -> str:
    """Return the judgement of an organisation in the table before a body, as moderated since.

    Raises WrongUse for what the body may not moderate, and for a label or organisation that is not there.
    """
    gate = next(each for each in one.gates if each.panel == body)
    if node not in gate.may_moderate:
        may = ", ".join(gate.may_moderate) or "no judgement"
        raise WrongUse(f"{body} may moderate {may}, and not {node!r}.")
    first = edition.node[node].steps[0]
    labels = list(first.points) if isinstance(first, Labels) else []
    if to not in labels:
        raise WrongUse(f"{to!r} is no judgement of {node}: choose one of {', '.join(labels)}.")
    if not state.subject:
        return ""
    with reading(engine) as connection:
        figures = moderated_figures(edition, part_tables(fetch(connection, state.subject)))
    is_its = figures["organisation_code"].str.upper() == about.upper()
    own = figures[is_its & (figures["measure"] == edition.node[node].judgement)]
    if own.empty:
        raise WrongUse(f"There is no judgement of {about} in the table before {body}.")
    return state.judgement(about.upper(), node, str(own["judgement"].iloc[0]))


def known_in_round(engine: Engine, edition: Edition, one: Round, key: str) -> pd.DataFrame:
    """Return the organisations of what was last scored of a round, by their codes, with a column `name`."""
    current = _recorded(candidate_fingerprints(engine, lane_of(edition, one), key))
    if OPEN not in current:
        raise WrongUse(f"Nothing of {edition.key} {key} has been scored in this database.")
    with reading(engine) as connection:
        return part_tables(fetch(connection, current[OPEN])).tables["organisations"]
