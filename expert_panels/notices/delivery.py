"""Delivering what is in the outbox, one message at a time, by the channels there are.

Belongs here: the loop, and what each outcome does to a message.
Does not belong here: a channel (mail.py, webhook.py), the outbox's own transactions (outbox.py).
"""

import time
from collections.abc import Mapping
from typing import Protocol

from sqlalchemy import Engine

from expert_panels.clock import Clock, utc_now
from expert_panels.foundation.fault import Fault
from expert_panels.notices import outbox
from expert_panels.notices.outbox import Message
from expert_panels.one_line import one_line


class NotNow(Fault):
    """A message that could not be handed over: try it again. `channel_is_down`: so would any other be."""

    def __init__(self, why: str, channel_is_down: bool) -> None:
        super().__init__(why)
        self.channel_is_down = channel_is_down


class Never(Fault):
    """A message that the other side says it will never take."""


class Channel(Protocol):
    """One way for messages to travel."""

    def send(self, message: Message) -> None:
        """Hand a message over; return as soon as it is accepted. Raises NotNow or Never."""
        ...


def deliver(
    engine: Engine,
    channels: Mapping[str, Channel],
    seconds: float = 600.0,
    clock: Clock = utc_now,
) -> int:
    """Deliver what is due, and return how many messages were accepted; begins none after `seconds`.

    Several deliverers may run at once. A channel that is down is left alone until the next call.
    """
    accepted, up, until = 0, set(channels), time.monotonic() + seconds
    while up and time.monotonic() < until:
        leased = outbox.lease(engine, up, clock())
        if leased is None:
            break
        try:
            channels[leased.message.channel].send(leased.message)
        except Never as fault:
            outbox.refused(engine, leased, one_line(str(fault)), clock())
        except NotNow as fault:
            outbox.put_back(engine, leased, one_line(str(fault)), clock())
            if fault.channel_is_down:
                up.discard(leased.message.channel)
        else:
            outbox.sent(engine, leased, clock())
            accepted += 1
    return accepted
