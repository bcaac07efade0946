"""A mail server on loopback that a test can bend, and what arrived in its mailboxes.

Belongs here: starting and stopping it, refusing, delaying, STARTTLS with its own certificate.
Does not belong here: any expectation.
"""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller

from tests.support.servers.ports import free_port


class Mailboxes:
    """What was accepted, in order; `answer` is what the server says to a mail, `refuse` whom it refuses.

    It answers after so many `seconds`, and where `given_up` is an event, not before that.
    """

    def __init__(self) -> None:
        self.accepted: list[EmailMessage] = []
        self.refuse: dict[str, str] = {}
        self.answer = "250 OK"
        self.seconds = 0.0
        self.given_up: threading.Event | None = None

    async def handle_RCPT(
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: list[str]
    ) -> str:
        if address in self.refuse:
            return self.refuse[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        answer = self.answer
        await asyncio.sleep(self.seconds)
        while self.given_up and not self.given_up.is_set():
            await asyncio.sleep(0.01)
        if answer.startswith("250"):
            mail = message_from_bytes(envelope.content, policy=policy.default)
            assert isinstance(mail, EmailMessage)
            self.accepted.append(mail)
        return answer

    @property
    def recipients(self) -> list[str]:
        return sorted(str(mail["To"]) for mail in self.accepted)

    @property
    def ids(self) -> list[str]:
        return [str(mail["Message-ID"]) for mail in self.accepted]


@contextmanager
def mail_server(mailboxes: Mailboxes, port: int = 0, **options: Any) -> Iterator[int]:
    """Serve SMTP on 127.0.0.1; yields the port."""
    port = port or free_port()
    controller = Controller(mailboxes, hostname="127.0.0.1", port=port, **options)
    controller.start()
    try:
        yield port
    finally:
        controller.stop()
