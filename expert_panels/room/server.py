"""How the room is served over HTTP: the server's settings, and its patience with who does not finish.

Belongs here: what is between the network and the application, and has to be the same wherever the room is
served.
Does not belong here: the application (app.py), what protects its pages (sign_in/protection.py).
"""

import asyncio
from collections.abc import Sequence
from typing import Any

from uvicorn.protocols.http.auto import AutoHTTPProtocol

from expert_panels.room.logs import LOGGING

LONGEST_HEADERS = 20.0
"""Seconds in which the headers of a request have to come; a form has its own time (LONGEST_SENDING)."""


class Bounded(AutoHTTPProtocol):  # type: ignore[valid-type, misc]  # one of two classes, by what is installed
    """Closes a connection on which no request comes to the end of its headers in time.

    Uvicorn bounds the silence after an answer alone, and waits for the first request for ever.
    """

    _given_up: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:
        """Begin to wait for a request."""
        super().connection_made(transport)
        self._watch()

    def data_received(self, data: bytes) -> None:
        """Go on to wait, unless this was the end of the headers."""
        super().data_received(data)
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        super().connection_lost(exc)
        self._stop_watching()

    def _watch(self) -> None:
        if not self._awaits_request():
            self._stop_watching()
        elif self._given_up is None:
            self._given_up = self.loop.call_later(LONGEST_HEADERS, self._give_up)

    def _awaits_request(self) -> bool:
        return self.cycle is None or bool(self.cycle.response_complete)

    def _give_up(self) -> None:
        self._given_up = None
        if self._awaits_request():
            self.transport.close()

    def _stop_watching(self) -> None:
        if self._given_up is not None:
            self._given_up.cancel()
            self._given_up = None


def served_as(trusted_proxies: Sequence[str] = ()) -> dict[str, Any]:
    """Return how the room is served, as options of uvicorn.

    What `X-Forwarded-For` says of where a request came from is believed of `trusted_proxies` (addresses and
    networks) alone: of anybody else it would be a way round the limit of tries.
    """
    return {
        "http": Bounded,
        "ws": "none",
        "log_config": LOGGING,
        "access_log": False,  # the access record is a table, and needs no second one in a log
        "server_header": False,
        "proxy_headers": bool(trusted_proxies),
        "forwarded_allow_ips": list(trusted_proxies),
    }
