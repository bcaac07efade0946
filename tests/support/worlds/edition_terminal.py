"""`ccg edition` as people type it, and what it answers.

Belongs here: the answer of a command, and changing a file of an edition.
Does not belong here: the folder that it is typed in (tests/unit/cli/conftest.py), any expectation.
"""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

OUTSIDERS = Path(__file__).resolve().parents[2] / "spec" / "outsiders"


class Answer(NamedTuple):
    """What a command left: its exit code and what it wrote, a line as it is."""

    code: int
    out: str
    err: str

    @property
    def words(self) -> str:
        """All that was printed, however it was folded."""
        return " ".join(self.out.split())


Typed = Callable[..., Answer]


def changed(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
