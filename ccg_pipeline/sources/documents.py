"""Opening a file safely: bytes in, sheets of cells out, whatever the file's name says it is.

Belongs here: a file as a document, within bounds of size, memory and time; its name as it may be printed.
Does not belong here: the formats (``parsing``), which publication it is, headers, marks, dates.
"""

import errno
import hashlib
import os
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Literal, cast

from ccg_pipeline.sources.apart import Apart, GaveUp, Gone, OutOfTime, TookTooLong
from ccg_pipeline.sources.cells import heading
from ccg_pipeline.sources.corrections import ALL_ROWS, Amendment
from ccg_pipeline.sources.file_kinds import MAX_BYTES, OLE, ZIP, Parsed, Rows, Unreadable
from ccg_pipeline.sources.parsing import parse
from ccg_pipeline.sources.result import Refused
from ccg_pipeline.sources.sidecar import Sidecar, read_sidecar

MAX_SECONDS = 60  # of a processor, for a file; the largest published one here takes 0.2
PATIENCE = 10  # times as long by the clock: a machine may be busy with something else
SHORT = 2**19  # bytes of a text that cannot take more memory or time than is at hand
Kind = Literal["workbook", "csv", "json", "archive"]


@dataclass(frozen=True)
class Sheet:
    """A sheet of cells. ``rows[0]`` is row ``first_row`` as Excel shows it. Rows may differ in length."""

    name: str
    rows: Sequence[Sequence[Hashable]]
    first_row: int = 1
    is_hidden: bool = False
    amendments: Mapping[int, Amendment] = field(default_factory=dict)

    def amended_by(self, amendments: Iterable[Amendment]) -> "Sheet":
        """The sheet with what was said of rows of it, by their number; its cells stay the file's own."""
        own = {each.row: each for each in amendments if each.sheet == self.name}
        if of_all := own.pop(ALL_ROWS, None):
            every = range(self.first_row, self.first_row + len(self.rows))
            own = dict.fromkeys(every, of_all) | own
        return replace(self, amendments=own)

    @cached_property
    def headings(self) -> list[list[str]]:
        """The rows near the top, where a header may stand, each cell normalised as a heading."""
        return [[heading(cell) for cell in row] for row in self.rows[:HEADER_WITHIN]]


HEADER_WITHIN = 100  # rows from the top; the deepest header of a published file here is in row 26


@dataclass(frozen=True)
class Document:
    """An opened file: what it holds, before anybody knows of which publication it is."""

    path: Path
    sha256: str
    size_bytes: int
    kind: Kind
    sheets: tuple[Sheet, ...]
    sidecar: Sidecar

    @property
    def name(self) -> str:
        """The file's name without its folder, as sentences call it."""
        return printable(self.path)

    def is_a(self, kind: Kind) -> bool:
        """True for a file of that kind; an archive of one CSV is that CSV as well."""
        return self.kind == kind or (kind == "csv" and self.kind == "archive" and len(self.sheets) == 1)

    def sheets_called(self, name: str) -> list[Sheet]:
        """The sheets of that name, whatever its case and spaces; without a name all."""
        wanted = heading(name)
        return [each for each in self.sheets if wanted in ("", heading(each.name))]

    def sheet(self, name: str) -> Sheet | None:
        """The sheet of that name, whatever its case and spaces; without a name the first.

        One that is shown goes before one that is hidden. CSV and JSON have one sheet, an archive one for
        each file in it.
        """
        found = self.sheets_called(name)
        return next((each for each in found if not each.is_hidden), found[0] if found else None)


def open_document(path: Path) -> Document:
    """Read the whole file. Raises Refused with one sentence that names it and says what to do.

    ChildProcessError, an OSError, where nothing was learnt of the file: another try may read it.
    """
    name = printable(path)
    data = _bytes_of(path, name)
    try:
        kind, sheets = _parsed(data)
    except Unreadable as unreadable:
        raise Refused(f"{name}: {unreadable}.") from unreadable
    digest = hashlib.sha256(data).hexdigest()
    return Document(path, digest, len(data), kind, sheets, read_sidecar(path))


def _bytes_of(path: Path, name: str) -> bytes:
    """Never more than MAX_BYTES, whatever the file's size is said to be, or grows to meanwhile."""
    try:
        with path.open("rb") as file:
            data = b"" if os.fstat(file.fileno()).st_size > MAX_BYTES else file.read(MAX_BYTES + 1)
            is_larger = os.fstat(file.fileno()).st_size > MAX_BYTES
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", "") or str(error)
        raise Refused(f"{name}: cannot be opened ({why}); check that it is there and readable.") from error
    if is_larger:
        raise Refused(f"{name}: is larger than {MAX_BYTES // 2**20} MB; no publication known here is.")
    return data


def _parsed(data: bytes) -> tuple[Kind, tuple[Sheet, ...]]:
    """The kind and sheets of a file: a short text as it is, all else in a process with limits."""
    if len(data) <= SHORT and not data.startswith((ZIP, OLE)):
        kind, sheets = parse(data)
    else:
        kind, sheets = _parsed_apart(data)
    return cast("Kind", kind), tuple(
        Sheet(one.name, one.rows, one.first_row, one.is_hidden) for one in sheets
    )


_APART = Apart("ccg_pipeline.sources.parsing")


def _parsed_apart(data: bytes) -> tuple[str, list[Parsed]]:
    try:
        said, *answer = _APART(data, MAX_SECONDS, PATIENCE * MAX_SECONDS)
    except TookTooLong as error:
        raise Unreadable(f"took more than {PATIENCE * MAX_SECONDS} seconds to read") from error
    except OutOfTime as error:
        raise Unreadable(
            f"takes more than {MAX_SECONDS} seconds of a processor to read, and no publication "
            "known here does; check what it holds"
        ) from error
    except Gone as error:  # which says nothing of the file
        raise ChildProcessError(errno.ECHILD, "the process that reads workbooks ended") from error
    except GaveUp as error:  # the reader gave up or was stopped by its memory limit
        raise Unreadable("is a damaged workbook that cannot be read; download it again") from error
    if said == "refused":
        raise Unreadable(str(answer[0]))
    kind, sheets = cast("tuple[str, list[tuple[str, Rows, int, bool]]]", answer)
    return kind, [Parsed(*each) for each in sheets]


def printable(path: Path) -> str:
    """The name of a file as a sentence may say it, whatever bytes it is made of."""
    name = os.fsencode(path.name).decode("utf-8", "backslashreplace")
    return "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in name)
