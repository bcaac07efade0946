"""An ASGI application behind real HTTP on loopback, for as long as a test needs it.

Belongs here: starting and stopping the server, in a thread of the test.
Does not belong here: any application.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn

from tests.support.patience import SECONDS, wait_until
from tests.support.servers.ports import free_port


@contextmanager
def served(app: Any, port: int = 0, **options: Any) -> Iterator[str]:
    """Serve `app` on 127.0.0.1, with `options` of uvicorn; yields its address."""
    port = port or free_port()
    options = {"log_level": "error", **options}
    config = uvicorn.Config(app, host="127.0.0.1", port=port, lifespan="off", **options)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    wait_until("the server starts", lambda: server.started or not thread.is_alive())
    assert server.started, "the server did not start"
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(SECONDS)
