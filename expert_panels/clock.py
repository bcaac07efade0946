"""What time it is, as whoever needs to know it is given it.

Belongs here: the real clock, which is the default everywhere that a clock can be given.
Does not belong here: how old a thing may be (that is said where it is decided).
"""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
"""Returns the time now, aware; tests give one that they set."""


def utc_now() -> datetime:
    """Return the time now, in UTC."""
    return datetime.now(UTC)
