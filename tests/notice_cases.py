"""What is done to an outbox in the tests of both databases: several deliverers, and killed ones.

Belongs here: messages, and deliverers as functions that other processes can run.
Does not belong here: engines and fixtures (unit tests have SQLite, pipeline tests PostgreSQL).
"""

import multiprocessing
import os
import signal
from collections import Counter
from datetime import UTC, datetime, timedelta
from multiprocessing.synchronize import Barrier
from typing import Any

from ledger_cases import at_once
from mail_server import Mailboxes, mail_server
from sqlalchemy import Engine, select

from ccg_pipeline.storage.database import open_database
from expert_panels.notices import outbox
from expert_panels.notices.delivery import deliver
from expert_panels.notices.mail import Mail
from expert_panels.notices.outbox import Message
from expert_panels.settings import MailServer
from expert_panels.tables import create, notice

NOW = datetime(2017, 4, 5, 9, 0, tzinfo=UTC)
SECONDS = 60


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


def deliver_all(barrier: Barrier, answers: "multiprocessing.Queue[int]", url: str, port: int) -> None:
    engine = open_database(url)
    barrier.wait(SECONDS)
    accepted = deliver(engine, {"mail": mail_to(port)}, clock=lambda: NOW)
    engine.dispose()
    answers.put(accepted)


def two_deliverers(url: str) -> tuple[list[int], Mailboxes, dict[str, int]]:
    """Two processes deliver thirty messages at the same instant; what each delivered, and what arrived."""
    engine, mailboxes = open_database(url), Mailboxes()
    create(engine)
    outbox.fill(engine, [message(number) for number in range(30)], NOW)
    mailboxes.seconds = 0.02  # so that neither is done before the other has begun
    with mail_server(mailboxes) as port:
        delivered = at_once(deliver_all, (url, port), (url, port))
    found = states(engine)
    engine.dispose()
    return delivered, mailboxes, found


def die(*_: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def deliver_and_die(url: str, port: int, when: str) -> None:
    """Deliver, and be killed at the first message: before it is handed over, or before that is noted."""
    engine = open_database(url)
    if when == "before it is handed over":
        Mail.send = die  # type: ignore[method-assign]  # it is killed there
    else:
        outbox.sent = die
    deliver(engine, {"mail": mail_to(port)}, clock=lambda: NOW)


def killed_deliverer(url: str, when: str) -> tuple[Mailboxes, list[dict[str, int]]]:
    """A deliverer is killed, another comes at once, and a third when the lease has ended; what arrived."""
    engine, mailboxes, seen = open_database(url), Mailboxes(), []
    create(engine)
    outbox.fill(engine, [message(number) for number in range(3)], NOW)
    with mail_server(mailboxes) as port:
        process = multiprocessing.get_context("spawn").Process(target=deliver_and_die, args=(url, port, when))
        process.start()
        process.join(SECONDS)
        assert process.exitcode == -signal.SIGKILL
        seen.append(states(engine))
        for later in (timedelta(seconds=1), outbox.LEASE):
            moment = NOW + later
            deliver(engine, {"mail": mail_to(port)}, clock=lambda moment=moment: moment)
            seen.append(states(engine))
    engine.dispose()
    return mailboxes, seen
