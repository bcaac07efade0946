"""The outbox: what is to be sent to whom, once, and how far that has come.

Belongs here: filling it (twice adds nothing), handing each message to one deliverer at a time, its outcome.
Does not belong here: how a message travels (mail.py, webhook.py).

A deliverer takes a message on lease, hands it over, and settles it at once. One that dies before it hands
over leaves a lease that ends, and the message goes out later. One that dies between the other side's
"accepted" and the commit that settles it leaves a message that is handed over again, under the same id:
nothing is ever lost, and a mail store or webhook that knows the id (Message-ID, Idempotency-Key) shows it
once. No sender can do better over SMTP; nothing else is done in between.
"""

import hashlib
import secrets
from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from expert_panels.tables import notice

MAIL, WEBHOOK = "mail", "webhook"
"""The channels by name."""

LEASE = timedelta(minutes=10)
"""How long a deliverer may take over one message; all its time limits together are far below."""

TOO_OLD = timedelta(days=1)
"""When a channel is new, what happened longer ago is on record as passed and not sent."""

_FIRST_WAIT, _LONGEST_WAIT = timedelta(seconds=30), timedelta(hours=1)


@dataclass(frozen=True)
class Message:
    """One event for one recipient by one channel; `attachment` is a certificate, or ''."""

    key: str
    channel: str
    recipient: str
    kind: str
    happened_at: datetime
    subject: str
    text: str
    link: str
    attachment: str = ""

    @property
    def id(self) -> str:
        """The same for the same event, channel and recipient, for ever."""
        return hashlib.sha256("\n".join((self.key, self.channel, self.recipient)).encode()).hexdigest()


@dataclass(frozen=True)
class Leased:
    """A message that this deliverer alone has now, under `lease`."""

    message: Message
    lease: str
    attempts: int


def fill(engine: Engine, messages: Iterable[Message], now: datetime) -> int:
    """Put into the outbox what is not there yet; return how many messages are new and to be sent."""
    wanted = {one.id: one for one in messages}
    with engine.connect().execution_options(reading=True) as connection:
        there = set(connection.execute(select(notice.c.id)).scalars())
    new = [one for key, one in wanted.items() if key not in there]
    if not new:
        return 0
    with engine.begin() as connection:
        known = set(connection.execute(select(notice.c.channel).distinct()).scalars())
        rows = [_row(one, one.channel in known, now) for one in new]
        insert = postgresql.insert if engine.dialect.name == "postgresql" else sqlite.insert
        connection.execute(insert(notice).on_conflict_do_nothing(), rows)
    return sum(row["state"] == "waiting" for row in rows)


def _row(message: Message, channel_is_known: bool, now: datetime) -> dict[str, Any]:
    passed = not channel_is_known and message.happened_at < now - TOO_OLD
    state = {
        "state": "passed" if passed else "waiting",
        "attempts": 0,
        "next_at": now,
        "lease": "",
        "error": "",
    }
    return {**asdict(message), "id": message.id, **state}


def lease(engine: Engine, channels: Collection[str], now: datetime) -> Leased | None:
    """Take the next message of `channels` that is due, or return None; until it is settled it is this one's.

    The lease of a deliverer that died ends by itself.
    """
    token = secrets.token_hex(16)
    due = (
        select(notice.c.id)
        .where(
            notice.c.channel.in_(channels),
            notice.c.state.in_(("waiting", "leased")),
            notice.c.next_at <= now,
        )
        .order_by(notice.c.happened_at, notice.c.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    statement = (
        update(notice)
        .where(notice.c.id == due.scalar_subquery())
        .values(state="leased", lease=token, next_at=now + LEASE, attempts=notice.c.attempts + 1)
        .returning(notice)
    )
    with engine.begin() as connection:
        row = connection.execute(statement).mappings().first()
    if row is None:
        return None
    kept = {each.name: row[each.name] for each in fields(Message)}
    if kept["happened_at"].tzinfo is None:  # SQLite keeps no zone; what it was given was UTC
        kept["happened_at"] = kept["happened_at"].replace(tzinfo=UTC)
    return Leased(Message(**kept), token, int(row["attempts"]))


def sent(engine: Engine, leased: Leased, now: datetime) -> None:
    """Settle a message that was accepted."""
    _settle(engine, leased, state="sent", next_at=now, error="")


def refused(engine: Engine, leased: Leased, why: str, now: datetime) -> None:
    """Settle a message that its recipient's server will never take; it stays on record with the reason."""
    _settle(engine, leased, state="refused", next_at=now, error=why)


def put_back(engine: Engine, leased: Leased, why: str, now: datetime) -> None:
    """Let a message that could not be delivered just now be tried again, later each time, at most an hour."""
    wait = min(_FIRST_WAIT * 2 ** min(leased.attempts - 1, 10), _LONGEST_WAIT)
    _settle(engine, leased, state="waiting", next_at=now + wait, error=why)


def _settle(engine: Engine, leased: Leased, **values: Any) -> None:
    own = (notice.c.id == leased.message.id) & (notice.c.lease == leased.lease)
    with engine.begin() as connection:
        connection.execute(update(notice).where(own).values(lease="", **values))


def counts(connection: Connection) -> dict[tuple[str, str], int]:
    """Return how many messages of a channel are in a state: (channel, state) -> number."""
    columns = notice.c.channel, notice.c.state
    rows = connection.execute(select(*columns, func.count()).group_by(*columns).order_by(*columns)).all()
    return {(str(channel), str(state)): int(number) for channel, state, number in rows}


def keys_there(connection: Connection, wanted: Collection[str]) -> set[str]:
    """Return those of some keys of which there is a message, whatever became of it."""
    return set(connection.execute(select(notice.c.key).where(notice.c.key.in_(wanted))).scalars())


def unsent(connection: Connection) -> list[dict[str, Any]]:
    """Return what is not sent yet or was refused, oldest first, with the last reason."""
    names = ("happened_at", "channel", "recipient", "subject", "state", "error")
    columns = [notice.c[name] for name in names]
    statement = select(*columns).where(notice.c.state.in_(("waiting", "leased", "refused")))
    return [dict(row) for row in connection.execute(statement.order_by(notice.c.happened_at)).mappings()]
