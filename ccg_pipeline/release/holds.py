"""What holds a round back before its gates: figures that do not meet an expectation which blocks.

Belongs here: which kept findings block a round, which of them somebody has let through, and that record.
Does not belong here: finding anything (checks), severities (the edition), gates and releases, which ask here.

A finding is let through as it was found: when the data change and it is found in another way, it blocks
again.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Literal

from sqlalchemy import Connection, Engine, insert, select

from ccg_pipeline.framework.edition import Edition as AnyEdition
from ccg_pipeline.framework.edition import Round
from ccg_pipeline.framework.model import Edition
from ccg_pipeline.framework.round_dates import days_of, rounds_by_lane
from ccg_pipeline.framework.rounds import last_day
from ccg_pipeline.release.blocking_findings import BlockingFinding, of_row, open_findings
from ccg_pipeline.storage.database import reading, writing
from ccg_pipeline.storage.figures import figures_between
from ccg_pipeline.storage.sql import indicator_band, lane_fingerprint, let_through, plausibility
from expert_panels.foundation.fault import Fault, WrongUse
from expert_panels.ledger.gate_state import GateState

HELD_BACK = "held back"
"""How the state of a gate says that what is newest is not submitted to its body."""

SIGNS = 12
"""Signs of a finding's sha256 by which it is known."""


class NotLetThrough(Fault):
    """A finding that cannot be let through, or held again: one sentence, and nothing was written."""


@dataclass(frozen=True)
class LetThrough:
    """Who let a finding through, when (UTC, ISO 8601) and why."""

    actor: str
    at: str
    reason: str


@dataclass(frozen=True)
class Blocking:
    """A finding that blocks; `let_through` says who let it through, None where it holds rounds back."""

    sha256: str
    expectation: str
    title: str
    indicator: str
    period_end: date
    observed: str
    let_through: LetThrough | None = None

    @property
    def id(self) -> str:
        """By what it is known to who lets it through."""
        return self.sha256[:SIGNS]

    @property
    def about(self) -> str:
        """The figures that it is about, in words."""
        return _about(self.indicator, self.period_end)

    @property
    def sentence(self) -> str:
        """What does not hold, of which figures."""
        return f"{self.about}: {self.title} does not hold. {self.observed}"

    @property
    def record(self) -> dict[str, str]:
        """What a release says of it that was let through."""
        assert self.let_through is not None
        found = {"finding": self.sha256, "expectation": self.expectation, "about": self.about}
        return found | {"observed": self.observed} | vars(self.let_through)


def _about(indicator: str, period_end: date) -> str:
    return f"{indicator}, period to {period_end}"


def blocking(connection: Connection, month: str = "9999-12") -> list[Blocking]:
    """Return what blocks, as it was found last up to `month`, let through or not, in order.

    What is open in the record of findings blocks too, when the table of findings does not say it any more.
    """
    column = plausibility.c
    statement = (
        select(plausibility)
        .where(column.suite == "observations", column.severity == "block", column.partition_key <= month)
        .order_by(column.indicator_code, column.period_end, column.expectation, column.partition_key)
    )
    newest: dict[Any, list[Any]] = {}
    for row in connection.execute(statement):
        about = row.expectation, row.indicator_code, row.period_end
        same = [one for one in newest.get(about, []) if one.partition_key == row.partition_key]
        newest[about] = [*same, row]
    now = [of_row(row) for rows in newest.values() for row in rows if not row.holds]
    failed = {one.sha256: one for one in (*now, *open_findings(connection, month))}
    passed = _let_through(connection) if failed else {}
    return [
        Blocking(
            sha256, one.expectation, one.title, one.indicator_code, one.period_end, one.observed,
            passed.get(sha256),
        )
        for sha256, one in sorted(failed.items(), key=lambda item: _order(item[1]))
    ]  # fmt: skip


def _order(one: BlockingFinding) -> tuple[str, date, str, str]:
    return one.indicator_code, one.period_end, one.expectation, one.partition_key


def _let_through(connection: Connection) -> dict[str, LetThrough]:
    """Return what is let through now: of several lines about a finding the last one counts."""
    rows = connection.execute(select(let_through).order_by(let_through.c.seq)).all()
    last = {str(row.finding): row for row in rows}
    return {
        finding: LetThrough(row.actor, row.at, row.reason)
        for finding, row in last.items()
        if row.action == "let through"
    }


def blocking_lane(connection: Connection, edition: Edition, lane: str, key: str) -> list[Blocking]:
    """Return what blocks a lane's partition: of the figures that its bands rest on, let through or not.

    A mean of months rests on every period that ends within its own.
    """
    found = blocking(connection, f"{last_day(key):%Y-%m}")
    if not found:
        return []
    averaged = {one.code for one in edition.indicators if one.annual_value == "mean_of_months"}
    column = indicator_band.c
    used = connection.execute(
        select(column.indicator_code, column.period_start, column.period_end)
        .where(column.lane == lane, column.partition_key == key, column.period_end.is_not(None))
        .distinct()
    ).all()

    def is_used(one: Blocking) -> bool:
        return any(
            code == one.indicator and (start if code in averaged and start else end) <= one.period_end <= end
            for code, start, end in used
        )

    return [one for one in found if is_used(one)]


def blocking_round(connection: Connection, edition: AnyEdition, one: Round, key: str) -> list[Blocking]:
    """Return what blocks a round of any edition: of the newest figures of its own days."""
    first, last = days_of(edition, one, key)
    found = blocking(connection, f"{last:%Y-%m}")
    if not found:
        return []
    figures = figures_between(connection, edition.measures, first, last)
    codes = figures["measure"].str.partition("/")[2]
    used = set(zip(codes, figures["period_end"].dt.date, strict=True))
    return [each for each in found if (each.indicator, each.period_end) in used]


def held_back(engine: Engine, edition: Edition, lane: str, key: str) -> str:
    """Return why a lane's partition is held back, as `reason_of` says it; '' where nothing holds it."""
    with reading(engine) as connection:
        return reason_of(blocking_lane(connection, edition, lane, key))


def rounds_held(engine: Engine, edition: Edition, others: Iterable[AnyEdition]) -> list[tuple[str, str, str]]:
    """Return lane, partition key and reason of each scored round that is held back, the newest first.

    `others` are the editions that run by their rounds; rounds of any other are left out.
    """
    own, column, found = {rule.key for rule in edition.lanes}, lane_fingerprint.c, []
    by_lane = rounds_by_lane(others)
    scored = select(column.lane, column.partition_key).distinct()
    with reading(engine) as connection:
        for lane, key in connection.execute(
            scored.order_by(column.partition_key.desc(), column.lane.desc())
        ).all():
            if lane in own:
                why = reason_of(blocking_lane(connection, edition, lane, key))
            elif lane in by_lane:
                why = reason_of(blocking_round(connection, *by_lane[lane], key))
            else:
                continue
            if why:
                found.append((str(lane), str(key), why))
    return found


def reason_of(found: Iterable[Blocking]) -> str:
    """Return why a round is held back, as a sentence that says what to do; '' where nothing holds it."""
    left = [one for one in found if one.let_through is None]
    if not left:
        return ""
    said = "; ".join(f"{one.about} ({one.expectation}, {one.id})" for one in left)
    return (
        f"{said}: correct or withdraw the file, or let it through with a reason (`ccg checks` says what was "
        "found, `ccg checks let-through ID` lets it through)"
    )


def records_of(found: Iterable[Blocking]) -> list[dict[str, str]]:
    """Return what a release says of what was let through."""
    return [one.record for one in found if one.let_through is not None]


def released_although(said: Iterable[Mapping[str, str]]) -> tuple[str, ...]:
    """Return a sentence for each finding that a release's header says was let through: which, why, by whom.

    A header of before has no `observed`.
    """
    return tuple(
        f"Released although {one['about']}, does not meet {one['expectation'].replace('_', ' ')}"
        f"{_in_brackets(one.get('observed', ''))}, because: {one['reason'].rstrip('.')}. "
        f"Let through by {one['actor']} on {one['at'][:10]}."
        for one in said
    )


def _in_brackets(observed: str) -> str:
    return f" ({observed.rstrip('.')})" if observed else ""


def are_recorded(connection: Connection, said: Sequence[Mapping[str, str]]) -> bool:
    """Return whether each of what a release says was let through is what a line of the record says."""
    if not said:
        return True
    rows = connection.execute(select(let_through).where(let_through.c.action == "let through")).mappings()
    lines = [{**row, "about": _about(row["indicator_code"], row["period_end"])} for row in rows]
    return all(
        {"finding", "actor", "at", "reason"} <= one.keys()
        and any(one.items() <= line.items() for line in lines)
        for one in said
    )


def to_submit(state: GateState, wanted: str, is_held: bool) -> str:
    """Return the fingerprint that is to be before a body, which would be `wanted` were nothing held back.

    What is held back is not submitted to a body, and taken away where it is there and not decided; what was
    decided stays.
    """
    if not is_held:
        return wanted
    return "" if state.is_open and state.subject == wanted else state.subject


def shown_line(last_line: str, is_held: bool) -> str:
    """Return by what a shown gate is compared with the ledger: its last line, and whether it is held back."""
    return f"{last_line} {HELD_BACK}" if is_held else last_line


def known_as(found: Iterable[Blocking], wanted: str) -> Blocking:
    """Return the finding whose sha256 begins with `wanted`; WrongUse for none, and for several of them."""
    known = [one for one in found if one.sha256.startswith(wanted.lower())]
    if len(wanted) < 8 or not known:
        raise WrongUse(f"Nothing that blocks has the ID {wanted!r}: `ccg checks` lists what does.")
    if len(known) > 1:
        listed = "; ".join(f"{one.sha256} ({one.about}, {one.expectation})" for one in known)
        raise WrongUse(f"The ID {wanted!r} is of {len(known)} findings, type more of the one: {listed}.")
    return known[0]


def change(
    engine: Engine,
    wanted: str,
    action: Literal["let through", "hold"],
    actor: str,
    reason: str,
    recorded_by: str,
) -> Blocking:
    """Record that a finding, known by how its sha256 begins, is let through or holds again; return it.

    Raises as `known_as` does, and NotLetThrough where there is nothing to change.
    """
    who, why = " ".join(actor.split()), " ".join(reason.split())
    if not who or not why:
        raise NotLetThrough("To let a finding through needs a person (--as) and a reason (--reason).")
    with writing(engine) as connection:
        one = known_as(blocking(connection), wanted)
        if (one.let_through is not None) == (action == "let through"):
            state = "let through already" if one.let_through else "not let through"
            raise NotLetThrough(f"{one.about} ({one.expectation}) is {state}.")
        connection.execute(
            insert(let_through).values(
                at=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
                action=action,
                finding=one.sha256,
                expectation=one.expectation,
                indicator_code=one.indicator,
                period_end=one.period_end,
                observed=one.observed,
                actor=who,
                recorded_by=recorded_by,
                reason=why,
            )
        )
    return one


def all_blocking(engine: Engine) -> list[Blocking]:
    """Return what blocks in a database, let through or not, in order."""
    with reading(engine) as connection:
        return blocking(connection)
