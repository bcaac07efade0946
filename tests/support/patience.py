"""Waiting for what other processes and threads do, however slow the machine is.

Belongs here: how long nothing may move before a test gives up, and waiting until something holds.
Does not belong here: how fast anything should be (benchmarks/).
"""

import time
from collections.abc import Callable

SECONDS = 600.0
"""A test fails when nothing has moved for so long. It is no promise: only a test that fails waits for it."""


class Patience:
    """Ends when `moves()` has said the same for SECONDS."""

    def __init__(self, moves: Callable[[], object] = lambda: None) -> None:
        self._moves, self._last, self._since = moves, moves(), time.monotonic()

    def has_ended(self) -> bool:
        now = self._moves()
        if now != self._last:
            self._last, self._since = now, time.monotonic()
        return time.monotonic() - self._since > SECONDS


def wait_until(
    what: str,
    holds: Callable[[], object],
    moves: Callable[[], object] = lambda: None,
    more: Callable[[], str] = str,
) -> float:
    """Wait until something holds; the seconds that took. Fails, saying `more`, when nothing moves."""
    begun, patience = time.monotonic(), Patience(moves)
    while not holds():
        assert not patience.has_ended(), f"For {SECONDS:.0f} s nothing moved: {what}.\n{more()}"
        time.sleep(0.1)
    return time.monotonic() - begun
