"""How long one file is tried for, and what came of it.

Belongs here: the limits of a download and its outcome, as values.
Does not belong here: the network (fetching.py, attempts.py).
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Progress = Callable[[str, int, int | None], None]
"""Told the file's name, the bytes there are so far, and how many there will be where the server says so."""

State = Literal["new", "revised", "unchanged", "offline", "refused"]


@dataclass(frozen=True)
class Policy:
    """How long and how often to try. Times in seconds.

    `connect` and `read` are the longest silences, `whole` the longest that one file may take: a server that
    sends a byte a minute is not waited for. `clock` says how much time has gone by.
    """

    attempts: int = 5
    connect: float = 10.0
    read: float = 30.0
    whole: float = 900.0
    first_wait: float = 1.0
    longest_wait: float = 30.0
    max_bytes: int = 200 * 2**20  # as large as a source file may be
    clock: Callable[[], float] = time.monotonic


@dataclass(frozen=True)
class Fetched:
    """What came of it: a sentence for people, and the file, which is None where none is there."""

    state: State
    sentence: str
    path: Path | None = None
