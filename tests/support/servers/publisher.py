"""A publisher's web server for tests: real HTTP on the loopback address, well and badly behaved.

Belongs here: serving bytes as the test says, and remembering what was asked.
Does not belong here: what is made of the answers.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Behaviour = Callable[["Asked"], None]


class Asked(BaseHTTPRequestHandler):
    """One request; a behaviour answers it with the methods below."""

    server: "_Server"
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Answer by the behaviours of the path, one a request; the last of them answers all that follow."""
        path = self.path.partition("?")[0]
        self.server.asked.append((self.path, dict(self.headers)))
        behaviours = self.server.behaviours.get(path, [not_there])
        with self.server.turn:
            behaviour = behaviours.pop(0) if len(behaviours) > 1 else behaviours[0]
        behaviour(self)

    def answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        """Send a whole answer."""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Print nothing."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Asked)
        self.behaviours: dict[str, list[Behaviour]] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.turn = threading.Lock()

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hung up is what some tests are about."""


@dataclass
class Publisher:
    """The running server: `at` says how a path behaves, `asked` what came."""

    server: _Server
    root: str = field(init=False)

    def __post_init__(self) -> None:
        self.root = f"http://127.0.0.1:{self.server.server_port}"

    def at(self, path: str, *behaviours: Behaviour) -> str:
        """Let `path` behave so, one behaviour a request and the last for good; return its URL."""
        self.server.behaviours[path] = list(behaviours)
        return self.root + path

    @property
    def asked(self) -> list[tuple[str, dict[str, str]]]:
        """Path and headers of every request, in order."""
        return self.server.asked


@contextmanager
def running_publisher() -> Iterator[Publisher]:
    """Run the server in a thread of this process, until the block ends."""
    server = _Server()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield Publisher(server)
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


def not_there(asked: Asked) -> None:
    """404."""
    asked.answer(404, b"no such file")


def fails(status: int, **headers: str) -> Behaviour:
    """An answer without a file."""
    return lambda asked: asked.answer(status, b"", **headers)


def page(asked: Asked) -> None:
    """A page to sign in, said to be one."""
    asked.answer(200, b"<!doctype html><title>Sign in</title>", Content_Type="text/html; charset=utf-8")


def page_as_file(asked: Asked) -> None:
    """A page to sign in, said to be a workbook."""
    asked.answer(200, b"\n <HTML><body>Sign in", Content_Type="application/vnd.ms-excel")


def serves(body: bytes, etag: str = "", last_modified: str = "") -> Behaviour:
    """A publisher as it should be: conditional requests and ranges."""

    def behaviour(asked: Asked) -> None:
        headers = {"ETag": etag, "Last_Modified": last_modified}
        headers = {name: value for name, value in headers.items() if value}
        if etag and asked.headers.get("If-None-Match") == etag:
            asked.answer(304, **headers)
            return
        begin = asked.headers.get("Range", "").removeprefix("bytes=").removesuffix("-")
        if begin and asked.headers.get("If-Range") in (etag, last_modified):
            part = body[int(begin) :]
            asked.answer(206, part, Content_Range=f"bytes {begin}-{len(body) - 1}/{len(body)}", **headers)
            return
        asked.answer(200, body, **headers)

    return behaviour


def cuts_off(body: bytes, after: int, etag: str = "") -> Behaviour:
    """Promises all of `body` and hangs up after some bytes."""

    def behaviour(asked: Asked) -> None:
        asked.send_response(200)
        asked.send_header("Content-Length", str(len(body)))
        if etag:
            asked.send_header("ETag", etag)
        asked.end_headers()
        asked.wfile.write(body[:after])
        asked.wfile.flush()
        asked.close_connection = True

    return behaviour


def dribbles(body: bytes, seconds: float, etag: str = "") -> Behaviour:
    """Sends a byte, waits, sends the next."""

    def behaviour(asked: Asked) -> None:
        asked.send_response(200)
        asked.send_header("Content-Length", str(len(body)))
        if etag:
            asked.send_header("ETag", etag)
        asked.end_headers()
        for byte in body:
            asked.wfile.write(bytes([byte]))
            asked.wfile.flush()
            time.sleep(seconds)

    return behaviour


def without_length(body: bytes) -> Behaviour:
    """Sends pieces and does not say how many bytes there will be."""

    def behaviour(asked: Asked) -> None:
        asked.send_response(200)
        asked.send_header("Transfer-Encoding", "chunked")
        asked.end_headers()
        for begin in range(0, len(body), 1000):
            piece = body[begin : begin + 1000]
            asked.wfile.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
        asked.wfile.write(b"0\r\n\r\n")

    return behaviour
