"""Getting one file over HTTP(S) into the landing folder: whole or not at all.

Belongs here: the client, one process at a time, how often to try and when to give up.
Does not belong here: what an answer is (attempts.py), which publications a run wants.

A file lands in one step, after its last byte was written down; until then it grows in a hidden folder, from
where a download that was cut off goes on. What changed at the publisher lands next to what was there before.
"""

import fcntl
import ipaddress
import logging
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import urlsplit

import httpx
import stamina

from ccg_pipeline.landing.downloads.addresses import Wanted
from ccg_pipeline.landing.downloads.attempts import DECLARED, Download, RefusedAnswer, TryAgain
from ccg_pipeline.landing.downloads.outcomes import Fetched, Policy, Progress
from ccg_pipeline.landing.downloads.record import FOLDER
from expert_panels.foundation.fault import Fault

# Each retry would be a line on standard output, among what was asked for; the outcome says how often it was.
stamina.instrumentation.set_on_retry_hooks(())

# It logs each address whole, with whatever key or password is in it.
logging.getLogger("httpx").setLevel(logging.WARNING)


def client(policy: Policy) -> httpx.Client:
    """Return a client that follows redirects, but not inwards, and takes proxies from the environment."""
    return httpx.Client(
        follow_redirects=True,
        event_hooks={"request": [_refuse_inwards]},
        timeout=httpx.Timeout(policy.read, connect=policy.connect),
        # Bytes as they lie there: what is compressed on the way can be neither counted nor resumed.
        headers={"Accept-Encoding": "identity", "User-Agent": "ccg-pipeline"},
    )


def _refuse_inwards(request: httpx.Request) -> None:
    """Raise RefusedAnswer for a redirect to this machine or a private network that nobody has declared.

    A publisher, or whoever sits in its place, could otherwise have what only this machine may read fetched.
    The hook sees each request of a chain; the first one's host is what somebody wrote down. Whoever answers
    for a name may give another address to who connects than to who checks, so that what was connected to is
    checked too, before a byte is sent.
    """
    host = request.url.host
    declared = request.extensions.get(DECLARED, ())
    first = request.extensions.setdefault("first host", host)
    request.extensions.pop("trace", None)  # of the request that was redirected
    if host == first or host in declared:
        return
    refusal = RefusedAnswer(
        f"{first} redirects to {host}, which is this machine or in a private network, so it was not asked; "
        "correct the address, or name the host under redirects_to in the file of addresses."
    )
    if _is_inside(host):
        raise refusal
    request.extensions["trace"] = _Connecting(request.url.raw_host.decode("ascii"), refusal)


@dataclass
class _Connecting:
    """Watch a connection being made (httpcore's `trace`); raise `refusal` for one to an address inside.

    `host` is who is asked: a proxy of the environment, which may well be inside, has another name.
    """

    host: str
    refusal: RefusedAnswer
    asked: str = ""

    def __call__(self, event: str, info: Mapping[str, Any]) -> None:
        if event == "connection.connect_tcp.started":
            self.asked = info["host"]
        elif event == "connection.connect_tcp.complete" and self.asked == self.host:
            stream = info["return_value"]
            if not _is_public(stream.get_extra_info("server_addr")[0]):
                stream.close()
                raise self.refusal


def _is_inside(host: str) -> bool:
    """Return whether a host has an address that is not of the public internet; not, where it has none."""
    try:
        found = {str(each[4][0]) for each in socket.getaddrinfo(host, None)}
    except (OSError, UnicodeError):  # a proxy may know it, and connecting says what is wrong
        return False
    return not all(map(_is_public, found))


def _is_public(address: str) -> bool:
    found = ipaddress.ip_address(address.partition("%")[0])
    return (getattr(found, "ipv4_mapped", None) or found).is_global


def fetch(
    http: httpx.Client,
    wanted: Wanted,
    folder: Path,
    policy: Policy = Policy(),
    progress: Progress = lambda *_: None,
) -> Fetched:
    """Fetch one file into `folder`, or learn that it is there already, or say why not.

    Never raises for what the network does. Fault where the folder cannot be written, or another
    process fetches the same file.
    """
    hidden = folder / FOLDER
    try:
        hidden.mkdir(parents=True, exist_ok=True)
        with _alone(hidden / f"{wanted.name}.part", wanted.name) as partial:
            return _settled(http, wanted, folder, partial, policy, progress)
    except OSError as error:
        raise Fault(
            f"{wanted.name}: cannot be written into {folder} ({error.strerror}); check the folder."
        ) from error


@contextmanager
def _alone(path: Path, name: str) -> Iterator[BinaryIO]:
    """Open the growing file for this process alone; the lock goes with the process, however it ends."""
    with path.open("a+b") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Fault(f"{name}: another process is fetching it just now; wait for it.") from None
        yield file


def _settled(
    http: httpx.Client, wanted: Wanted, folder: Path, partial: BinaryIO, policy: Policy, progress: Progress
) -> Fetched:
    download = Download(http, wanted, folder, partial, policy, progress)
    host = urlsplit(wanted.url).hostname

    def is_worth_another(error: Exception) -> bool | float:
        if isinstance(error, TryAgain) and error.after is not None:
            return min(error.after, policy.longest_wait)
        if isinstance(error, httpx.UnsupportedProtocol):  # a redirect out of the web
            return False
        return isinstance(error, TryAgain | httpx.TransportError)

    try:
        for attempt in stamina.retry_context(
            on=is_worth_another,
            attempts=policy.attempts,
            timeout=policy.whole,
            wait_initial=policy.first_wait,
            wait_max=policy.longest_wait,
            wait_jitter=policy.first_wait,
        ):
            with attempt:
                return download.attempt()
    except (httpx.InvalidURL, httpx.TooManyRedirects, httpx.UnsupportedProtocol) as error:
        return Fetched("refused", f"{wanted.name}: {wanted.shown}: {_of(error)}; correct the address.")
    except (httpx.ConnectError, httpx.ConnectTimeout):
        return Fetched(
            "offline", f"{wanted.name}: {host} cannot be reached; what has landed stands.", download.standing
        )
    except httpx.TransportError as error:
        reason = str(error) or type(error).__name__
        return Fetched(
            "refused",
            f"{wanted.name}: {host} broke off {policy.attempts} times ({reason}); fetch it again later.",
            download.standing,
        )
    except (TryAgain, RefusedAnswer) as error:
        return Fetched("refused", str(error), download.standing)
    raise AssertionError("stamina either returns, retries or raises")


def _of(error: Exception) -> str:
    """Return what is wrong with an address, without any of it: a redirect's may hold a key."""
    if isinstance(error, httpx.TooManyRedirects):
        return "redirects without end"
    if isinstance(error, httpx.UnsupportedProtocol):
        return "leads out of the web, to neither http nor https"
    return "is no address, or leads to none"
