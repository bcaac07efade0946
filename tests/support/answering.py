"""A program that answers bytes as its first word asks: for tests of a process apart.

Belongs here: answering, giving up, taking too long. Does not belong here: reading files (sources/parsing.py).
"""

import os
import time

from ccg_pipeline.sources.apart import serve


def answer(data: bytes) -> tuple[object, ...]:
    """Return the process and the length of what came; end without an answer, or much too late."""
    if data.startswith(b"die"):
        os.abort()
    if data.startswith(b"work"):
        while True:
            pass
    if data.startswith(b"sleep"):
        time.sleep(600)
    return os.getpid(), os.getppid(), len(data)


if __name__ == "__main__":
    serve(answer)
