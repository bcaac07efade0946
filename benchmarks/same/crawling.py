"""The pages of the panels' room, read as some of its people see them.

Belongs here: starting the room, signing in without a browser, going where the pages lead.
Does not belong here: decisions, which `ccg panel` takes (asks.py).
"""

import http.cookiejar
import re
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections import Counter, deque
from collections.abc import Iterator, Mapping, Sequence
from html import unescape
from pathlib import Path
from urllib.parse import urlencode

OPENS_SECONDS, STOPS_SECONDS = 90, 15
OF_A_KIND = 2
"""So many pages that differ only in the CCG, and so many of the rest of an address, are read."""

PAGES = 90
"""Pages at most that one person reads."""

_HIDDEN = r'<input type="hidden" name="(\w+)" value="([^"]*)">'


class Visitor:
    """Somebody with a cookie jar; every answer is a page, whatever its status."""

    def __init__(self, address: str) -> None:
        self._address = address
        jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self._opener = urllib.request.build_opener(jar)

    def read(self, path: str, form: Mapping[str, str] | None = None) -> bytes:
        """Return status, type and body of a page."""
        data = urlencode(form).encode() if form is not None else None
        try:
            with self._opener.open(self._address + path, data, timeout=60) as answer:
                return self._said(answer.status, answer.headers.get("content-type", ""), answer.read())
        except urllib.error.HTTPError as refused:
            return self._said(refused.code, refused.headers.get("content-type", ""), refused.read())

    @staticmethod
    def _said(status: int, kind: str, body: bytes) -> bytes:
        return body if body.startswith(b"{") else f"{status} {kind}\n".encode() + body


def pages(
    command: Sequence[str], environment: Mapping[str, str], folder: Path, paths: dict[str, str]
) -> Iterator[tuple[str, bytes]]:
    """Start the room by `command` with its options, and yield the name and bytes of every page.

    Notes in `paths` the address that it was given.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    paths[f"127.0.0.1:{port}"] = "<room>"
    room = subprocess.Popen(
        [*command, "room", "--port", str(port)],
        env={**environment}, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        sign_in = _opened(room, address)
        yield "room sign-in", sign_in
        people = sorted(set(re.findall(r"[\w.]+@[\w.]+\.example", sign_in.decode())))
        for person in (*people[:1], *people[-1:]):
            yield from _as_seen_by(person, address)
    finally:
        room.send_signal(signal.SIGINT)
        try:
            room.wait(STOPS_SECONDS)
        except subprocess.TimeoutExpired:
            room.kill()
            room.wait()


def _opened(room: "subprocess.Popen[bytes]", address: str) -> bytes:
    begun = time.monotonic()
    while True:
        try:
            return Visitor(address).read("/sign-in")
        except OSError:
            if room.poll() is not None or time.monotonic() - begun > OPENS_SECONDS:
                raise SystemExit("The room did not open.") from None
            time.sleep(0.3)


def _as_seen_by(person: str, address: str) -> Iterator[tuple[str, bytes]]:
    visitor = Visitor(address)
    hidden = re.findall(_HIDDEN, visitor.read("/sign-in").decode())
    form = {**{name: unescape(value) for name, value in hidden}, "email": person}
    yield f"room / after signing in, as {person}", visitor.read("/sign-in", form)
    kinds: Counter[str] = Counter()
    ahead, known, number = deque(["/"]), {"/"}, 0
    while ahead and number < PAGES:
        path = ahead.popleft()
        kind = re.sub(r"/ccgs/\w+|/\d+$|=[^&]*", "/*", path)
        kinds[kind] += 1
        if kinds[kind] > OF_A_KIND:
            continue
        number += 1
        page = visitor.read(path)
        yield f"room {path} as {person}", page
        for href in re.findall(r'(?:href|src|action)="(/[^"#]*)', page.decode("utf-8", "replace")):
            led = unescape(href)
            if led not in known and not led.startswith("/sign-"):
                known.add(led)
                ahead.append(led)
