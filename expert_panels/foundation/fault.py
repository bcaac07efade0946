"""The root of every fault that is a sentence for people.

Belongs here: the root, its exit codes, and finding the sentence again in an error that was only printed.
Does not belong here: a class for every room. A fault gets its own class where somebody catches it by
that name, or where it carries more than its sentence.
"""

from collections.abc import Iterator
from typing import ClassVar


class Fault(Exception):
    """What was asked cannot be done: one sentence that names the offender and says what to do."""

    exit_code: ClassVar[int] = 1
    """With which the command ends: the data or the method refused."""


class WrongUse(Fault):
    """The command, its options or its settings cannot be used as they were given: one sentence."""

    exit_code = 2


class Interrupted(Fault):
    """Somebody stopped the command (Ctrl-C)."""

    exit_code = 130
    """As a shell says of a program that an interrupt ended: 128 and the number of the signal."""

    def __init__(self) -> None:
        super().__init__(
            "Interrupted: what was finished is kept, and nothing is half written; run it again to go on."
        )


def sentence_in(printed: str) -> str:
    """Return the sentence of a fault that Python printed as `module.Class: sentence`; '' for any other error.

    Dagster keeps of an exception what Python prints of it, since the step may have run in another process.
    """
    name, _, sentence = printed.strip().partition(": ")
    return sentence if name in {f"{kind.__module__}.{kind.__qualname__}" for kind in _kinds(Fault)} else ""


def _kinds(root: type[Fault]) -> Iterator[type[Fault]]:
    yield root
    for kind in root.__subclasses__():
        yield from _kinds(kind)
