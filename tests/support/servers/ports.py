"""Ports of 127.0.0.1 for what a test starts.

Belongs here: choosing one that stays free until its server has it.
Does not belong here: any server.
"""

import random
import socket

PORTS = range(20_000, 32_000)
"""Below those that Linux gives to whoever connects (32,768 and up): a browser's or a database's connection
cannot take the port between the choice and the server's start."""
TRIES = 200


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on and nobody who connects is given."""
    chosen = random.SystemRandom()
    for _ in range(TRIES):
        port = chosen.choice(PORTS)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port
    raise RuntimeError(
        f"{TRIES} ports between {PORTS.start} and {PORTS.stop} are taken: stop what listens there."
    )
