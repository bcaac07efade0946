"""A mail server whose process is killed at one step of its first conversation.

Belongs here: the server as its own process, the steps, what it had taken before it died.
Does not belong here: a mail server that lives (mail_server.py), any expectation.
"""

import asyncio
import multiprocessing
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP

from tests.support.patience import SECONDS
from tests.support.servers.ports import free_port

STEPS = [
    "before the greeting",
    "after MAIL",
    "after RCPT",
    "within DATA",
    "before the answer",
    "after the answer",
]


class _Dying(SMTP):
    """Conducts a conversation up to `step`; a mail that is whole is first kept, by its Message-ID."""

    def __init__(self, step: str, folder: Path) -> None:
        super().__init__(self, enable_SMTPUTF8=False)
        self._step, self._folder = step, folder

    def _reach(self, step: str) -> None:
        if step == self._step:
            os.kill(os.getpid(), signal.SIGKILL)

    def connection_made(self, transport: Any) -> None:
        self._reach("before the greeting")
        super().connection_made(transport)

    async def smtp_RCPT(self, arg: Any) -> None:
        self._reach("after MAIL")
        await super().smtp_RCPT(arg)

    async def smtp_DATA(self, arg: Any) -> None:
        self._reach("after RCPT")
        if self._step == "within DATA":
            await self.push("354 go on")
            await self._reader.readline()
            self._reach("within DATA")
        await super().smtp_DATA(arg)

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        mail = message_from_bytes(envelope.content)
        (self._folder / "taken").write_text(str(mail["Message-ID"]), encoding="utf-8")
        self._reach("before the answer")
        return "250 OK"

    async def smtp_QUIT(self, arg: Any) -> None:
        self._reach("after the answer")
        await super().smtp_QUIT(arg)


def _serve(step: str, folder: Path, port: int, is_ready: Event) -> None:
    async def serve() -> None:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: _Dying(step, folder), "127.0.0.1", port)
        is_ready.set()
        await server.serve_forever()

    asyncio.run(serve())


@contextmanager
def dying_mail_server(folder: Path, step: str) -> Iterator[int]:
    """Serve SMTP on 127.0.0.1 and die at `step`; yields the port. A mail's Message-ID is kept in `folder`."""
    folder.mkdir()
    context, port = multiprocessing.get_context("spawn"), free_port()
    is_ready = context.Event()
    process = context.Process(target=_serve, args=(step, folder, port, is_ready))
    process.start()
    try:
        assert is_ready.wait(SECONDS)
        yield port
        process.join(SECONDS)
        assert process.exitcode == -signal.SIGKILL, step
    finally:
        process.kill()
        process.join()
