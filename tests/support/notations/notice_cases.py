"""What is done to an outbox in the tests of both databases: several deliverers, and killed ones.

Belongs here: messages, and deliverers as functions that other processes can run.
Does not belong here: engines and fixtures (the tests run each on SQLite and PostgreSQL).
"""

import os
import signal
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from typing import Any

from sqlalchemy import Engine, select

from ccg_pipeline.storage.database import open_database
from expert_panels.notices import outbox
from expert_panels.notices.delivery import Channel, deliver
from expert_panels.notices.mail import Mail
from expert_panels.notices.outbox import Message
from expert_panels.notices.webhook import Hook
from expert_panels.settings import MailServer
from expert_panels.tables import notice
from tests.support.notations.ledger_cases import at_once
from tests.support.patience import SECONDS
from tests.support.processes import context
from tests.support.servers.mail_server import Mailboxes, mail_server
from tests.support.servers.ports import free_port
from tests.support.servers.served import served
from tests.support.servers.webhook_receiver import SECRET, Receiver

NOW = datetime(2017, 4, 5, 9, 0, tzinfo=UTC)


def message(number: int = 1, **fields: Any) -> Message:
    told = {
        "key": f"opened/{number}",
        "channel": "mail",
        "recipient": f"m{number}@panel.example",
        "kind": "opened",
        "happened_at": NOW,
        "subject": "Cancer panel, interim assessment, 2017-03: a table awaits you",
        "text": "A table awaits you.\n",
        "link": "https://room.example/panels/cancer/interim/2017-03",
    }
    return Message(**{**told, **fields})


def mail_to(port: int, seconds: float = 5.0) -> Mail:
    server = MailServer(host="127.0.0.1", port=port, starttls=False, sender="room@room.example")
    return Mail(server, seconds=seconds)


def states(engine: Engine) -> dict[str, int]:
    with engine.connect() as connection:
        return dict(Counter(connection.execute(select(notice.c.state)).scalars()))


def channel_to(name: str, port: int) -> Channel:
    return mail_to(port) if name == "mail" else Hook(f"http://127.0.0.1:{port}/in", SECRET)


@contextmanager
def receiving(name: str, seconds: float = 0.0) -> Iterator[tuple[Mailboxes | Receiver, int]]:
    """Take in by a channel, each message within `seconds`; what arrived, and the port."""
    if name == "mail":
        mailboxes = Mailboxes()
        mailboxes.seconds = seconds
        with mail_server(mailboxes) as port:
            yield mailboxes, port
    else:
        receiver, port = Receiver(), free_port()
        receiver.seconds = seconds
        with served(receiver.app(), port):
            yield receiver, port


def messages_by(channel: str, number: int) -> list[Message]:
    return [message(each, channel=channel, recipient=f"m{each}@panel.example") for each in range(number)]


def deliver_all(barrier: Barrier, answers: "Queue[int]", url: str, name: str, port: int) -> None:
    engine = open_database(url)
    barrier.wait(SECONDS)
    accepted = deliver(engine, {name: channel_to(name, port)}, clock=lambda: NOW)
    engine.dispose()
    answers.put(accepted)


def two_deliverers(url: str, channel: str) -> None:
    """Two processes deliver thirty messages at the same instant: both have some, and each arrives once."""
    engine = open_database(url)
    outbox.fill(engine, messages_by(channel, 30), NOW)
    # seconds, so that neither is done before the other has begun
    with receiving(channel, seconds=0.02) as (arrived, port):
        delivered = at_once(deliver_all, (url, channel, port), (url, channel, port))
    assert sum(delivered) == 30
    assert min(delivered) > 0
    assert len(set(arrived.ids)) == len(arrived.ids) == 30
    assert states(engine) == {"sent": 30}
    engine.dispose()


def die(*_: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def deliver_and_die(url: str, name: str, port: int, when: str) -> None:
    """Deliver, and be killed at the first message: before it is handed over, or before that is noted."""
    engine, channel = open_database(url), channel_to(name, port)
    if when == "before it is handed over":
        type(channel).send = die  # type: ignore[method-assign]  # it is killed there
    else:
        outbox.sent = die
    deliver(engine, {name: channel}, clock=lambda: NOW)


def killed_deliverer(url: str, channel: str, when: str) -> None:
    """A deliverer is killed, another comes at once, and a third when the lease has ended."""
    engine, seen = open_database(url), []
    outbox.fill(engine, messages_by(channel, 3), NOW)
    with receiving(channel) as (arrived, port):
        process = context().Process(target=deliver_and_die, args=(url, channel, port, when))
        process.start()
        process.join(SECONDS)
        assert process.exitcode == -signal.SIGKILL
        seen.append(states(engine))
        for later in (timedelta(seconds=1), outbox.LEASE):
            moment = NOW + later
            deliver(engine, {channel: channel_to(channel, port)}, clock=lambda moment=moment: moment)
            seen.append(states(engine))
    engine.dispose()
    assert seen == [{"leased": 1, "waiting": 2}, {"leased": 1, "sent": 2}, {"sent": 3}]
    # killed in between, one was handed over again under the same id: a mailbox or webhook shows it once
    assert len(set(arrived.ids)) == 3
    assert len(arrived.ids) == (3 if when == "before it is handed over" else 4)
