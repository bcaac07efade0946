"""Parsing files in a process apart, within limits that end it and not this one.

Belongs here: one process that has imported the parser and makes a copy of itself for each file, which costs
a tenth of starting Python; handing over bytes, and taking the answer or its lack.
Does not belong here: parsing (``parsing``), the limits of memory that a copy sets itself (there too), what a
sentence says of a file (``documents``).

It imports nothing of this project but its own parts, so that starting it costs 50 ms.
"""

import atexit
import os
import pickle
import resource
import select
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import IO

_LENGTH = struct.Struct(">Q")
Answer = tuple[object, ...]
_ENDED, _STOPPED = ("ended",), ("stopped",)


class GaveUp(Exception):
    """The process ended without an answer: a limit stopped it, or what it read."""


class OutOfTime(GaveUp):
    """It was stopped by its limit of seconds of a processor."""


class Gone(GaveUp):
    """The process that makes the copies ended: nothing is known of the file, and asking again may help."""


class TookTooLong(Exception):
    """There was no answer in time, by the clock."""


class Apart:
    """Answers by ``module``, run as a program that calls `serve`; one file at a time, whoever asks."""

    def __init__(self, module: str) -> None:
        self._module, self._lock = module, Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = 0
        atexit.register(self.close)

    def __call__(self, data: bytes, seconds: int, by_the_clock: float) -> Answer:
        """Return what the program answers to ``data`` within so many ``seconds`` of a processor.

        Raises GaveUp, OutOfTime after these, TookTooLong after those ``by_the_clock``, and Gone.
        """
        with self._lock:
            process = self._running()
            until = time.monotonic() + by_the_clock
            try:
                assert process.stdin is not None
                assert process.stdout is not None
                with suppress(BrokenPipeError):
                    process.stdin.write(_LENGTH.pack(seconds))
                    _send(process.stdin, data)
                answer = _receive(process.stdout, until)
            except BaseException:  # also Ctrl-C: half an answer must not be taken for that of the next file
                self._end(process)
                raise
            if answer is None:
                self._end(process)
                raise Gone
            said: Answer = pickle.loads(answer)  # written by our own program, not by the file
            if said == _ENDED:
                raise GaveUp
            if said == _STOPPED:
                raise OutOfTime
            return said

    def _running(self) -> "subprocess.Popen[bytes]":
        if self._process is not None and (self._owner != os.getpid() or self._process.poll() is not None):
            _close_pipes(self._process)  # of whoever forked this one, or gone
            self._process = None
        if self._process is None:
            package = str(Path(__file__).parents[2])
            self._owner = os.getpid()  # a fork of this process starts its own
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", self._module],
                env={**os.environ, "PYTHONPATH": package},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                start_new_session=True,  # so that it and its copies can be ended together
            )
        return self._process

    def _end(self, process: "subprocess.Popen[bytes]") -> None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        _close_pipes(process)
        process.wait()
        self._process = None

    def close(self) -> None:
        """End the process, where this one started it."""
        if self._process is not None and self._owner == os.getpid():
            self._end(self._process)


def serve(answer: Callable[[bytes], Answer]) -> None:
    """Answer each message on standard input on standard output, each in a copy of this process, to the end.

    A copy that ends without a whole answer has given up, which is said in its place.
    """
    requests, answers = sys.stdin.buffer, sys.stdout.buffer
    while (seconds := _exactly(requests, _LENGTH.size, None)) and (data := _receive(requests)) is not None:
        reading, writing = os.pipe()
        copy = os.fork()
        if copy == 0:
            _limit(_LENGTH.unpack(seconds)[0])
            with open(writing, "wb") as pipe:
                pipe.write(pickle.dumps(answer(data), protocol=5))
            os._exit(0)
        del data
        os.close(writing)
        with open(reading, "rb") as pipe:
            said = pipe.read()
        _, status = os.waitpid(copy, 0)
        if status != 0:  # what it wrote may be cut anywhere
            is_out_of_time = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGXCPU
            said = pickle.dumps(_STOPPED if is_out_of_time else _ENDED)
        _send(answers, said)


def _limit(seconds: int) -> None:
    with suppress(ValueError, OSError):  # a system that sets its own limits keeps them
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))


def _close_pipes(process: "subprocess.Popen[bytes]") -> None:
    for pipe in (process.stdin, process.stdout):
        with suppress(OSError):
            if pipe is not None:
                pipe.close()


def _send(pipe: IO[bytes], data: bytes) -> None:
    pipe.write(_LENGTH.pack(len(data)))
    pipe.write(data)
    pipe.flush()


def _receive(pipe: IO[bytes], until: float | None = None) -> bytes | None:
    """Return the next message; None where there is none to come. Raises TookTooLong after ``until``."""
    length = _exactly(pipe, _LENGTH.size, until)
    return None if length is None else _exactly(pipe, _LENGTH.unpack(length)[0], until)


def _exactly(pipe: IO[bytes], length: int, until: float | None) -> bytes | None:
    if until is None:
        read = pipe.read(length)
        return read if len(read) == length else None
    parts, missing = [], length
    while missing:
        left = until - time.monotonic()
        if left <= 0 or not select.select([pipe], [], [], left)[0]:
            raise TookTooLong
        part = os.read(pipe.fileno(), min(missing, 2**20))
        if not part:
            return None
        parts.append(part)
        missing -= len(part)
    return b"".join(parts)
