"""Opening a file safely: bytes in, sheets of cells out, whatever the file's name says it is.

Belongs here: telling workbooks, CSV, JSON and archives of CSV apart by what they hold, and refusing what
cannot be trusted as a whole (empty, a web page, truncated, a zip bomb, not text).
Does not belong here: which publication it is, headers, marks, dates.
"""

import csv
import hashlib
import io
import json
import pickle
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Literal

from ccg_pipeline.sources.cells import heading
from ccg_pipeline.sources.corrections import Amendment
from ccg_pipeline.sources.result import Refused
from ccg_pipeline.sources.sidecar import Sidecar, read_sidecar

MAX_BYTES = 200 * 2**20  # of a file, packed and unpacked
MAX_RATIO = 200  # unpacked to packed; real workbooks unpack to about ten times their size
MAX_SECONDS = 60  # for a workbook; the largest published one here takes 0.2
Kind = Literal["workbook", "csv", "json", "archive"]
_XLS = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = b"PK\x03\x04"


@dataclass(frozen=True)
class Sheet:
    """A sheet of cells. ``rows[0]`` is row ``first_row`` as Excel shows it. Rows may differ in length."""

    name: str
    rows: Sequence[Sequence[Hashable]]
    first_row: int = 1
    amendments: Mapping[int, Amendment] = field(default_factory=dict)

    def amended_by(self, amendments: Iterable[Amendment]) -> "Sheet":
        """The sheet with what was said of rows of it, by their number; its cells stay the file's own."""
        return replace(self, amendments={each.row: each for each in amendments if each.sheet == self.name})

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
        return self.path.name

    def sheet(self, name: str) -> Sheet | None:
        """The sheet of that name, whatever its case and spaces; without a name the first.

        CSV and JSON have one sheet, an archive one for each file in it.
        """
        wanted = heading(name)
        return next((each for each in self.sheets if wanted in ("", heading(each.name))), None)


def open_document(path: Path) -> Document:
    """Read the whole file. Raises Refused with one sentence that names it and says what to do."""
    name = path.name
    try:
        if path.stat().st_size > MAX_BYTES:
            raise Refused(f"{name}: is larger than {MAX_BYTES // 2**20} MB; no publication known here is.")
        data = path.read_bytes()
    except OSError as error:
        raise Refused(
            f"{name}: cannot be opened ({error.strerror}); check that it is there and readable."
        ) from error
    if not data.strip():
        raise Refused(f"{name}: is empty; download it again.")
    kind: Kind = "workbook"
    if data.startswith(_ZIP):
        sheets = _read_archive(name, data)
        if sheets:
            kind = "archive"
        else:
            sheets = _read_workbook(name, data)
    elif data.startswith(_XLS):
        sheets = _read_workbook(name, data)
    else:
        text = _decode(name, data)
        kind = "json" if text.lstrip()[:1] in ("[", "{") else "csv"
        sheets = (_read_json(name, text) if kind == "json" else _read_csv(name, text),)
    digest = hashlib.sha256(data).hexdigest()
    return Document(path, digest, len(data), kind, sheets, read_sidecar(path))


def _read_archive(name: str, data: bytes) -> tuple[Sheet, ...]:
    """The CSV files of a zip archive, a sheet each; none of an .xlsx, which is a zip archive too.

    Refuses an archive that unpacks to more than anyone publishes, is damaged, or holds anything else.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = [each for each in archive.infolist() if not each.is_dir()]
            unpacked = sum(each.file_size for each in members)
            if unpacked > MAX_BYTES or unpacked > MAX_RATIO * len(data):
                raise Refused(
                    f"{name}: would unpack from {len(data):,} to {unpacked:,} bytes, as a zip bomb does; "
                    "it was not unpacked."
                )
            if "xl/workbook.xml" not in archive.namelist():
                return tuple(_read_member(name, each.filename, archive.read(each)) for each in members)
            damaged = archive.testzip()  # unpacks no more than the sizes just checked
    except (
        zipfile.BadZipFile,
        NotImplementedError,
        RuntimeError,
        OSError,
        EOFError,
        ValueError,
        zlib.error,
    ) as error:
        raise Refused(f"{name}: is a damaged workbook or archive ({error}); download it again.") from error
    if damaged is not None:
        raise Refused(f"{name}: is a damaged workbook (its part {damaged!r}); download it again.")
    return ()


def _read_member(name: str, member: str, data: bytes) -> Sheet:
    try:
        return _read_csv(name, _decode(name, data), member)
    except Refused as refused:
        raise Refused(
            f"{name}: is a zip archive that is no workbook, and {member!r} in it no proper CSV; "
            "unpack it and put the data itself here."
        ) from refused


def _read_workbook(name: str, data: bytes) -> tuple[Sheet, ...]:
    script = Path(__file__).with_name("workbook_process.py")
    try:
        done = subprocess.run(
            [sys.executable, "-P", str(script)],
            input=data,
            capture_output=True,
            timeout=MAX_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise Refused(f"{name}: took more than {MAX_SECONDS} seconds to read; download it again.") from error
    if done.returncode != 0:  # the reader gave up or was stopped by its memory limit
        raise Refused(f"{name}: is a damaged workbook that cannot be read; download it again.")
    outcome, answer = pickle.loads(done.stdout)  # written by our own script, not by the file
    if outcome == "refused":
        raise Refused(f"{name}: is a damaged workbook ({' '.join(answer.split())}); download it again.")
    return tuple(Sheet(sheet, rows) for sheet, rows in answer)


def _decode(name: str, data: bytes) -> str:
    if data.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<"):
        raise Refused(f"{name}: is a web page, whatever its name says; download the file itself.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Refused(
            f"{name}: is neither a workbook nor UTF-8 text (byte {error.start:,}); "
            "save it as CSV UTF-8 or download it again."
        ) from error
    if "\0" in text:
        raise Refused(f"{name}: is neither a workbook nor text; download it again.")
    return text


def _read_csv(name: str, text: str, sheet: str = "") -> Sheet:
    lines = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        # Codes and names repeat from row to row: each is kept in memory once.
        rows = [list(map(sys.intern, cells)) for cells in lines]
    except csv.Error as error:
        raise Refused(f"{name}: is no proper CSV ({error}); download it again.") from error
    return Sheet(sheet, rows)


def _read_json(name: str, text: str) -> Sheet:
    """A JSON list of records as a sheet: row 0 holds the keys, row n the nth record."""
    try:
        records = json.loads(text, object_pairs_hook=_record)
    except (ValueError, RecursionError) as error:
        raise Refused(f"{name}: is no proper JSON ({error}); download it again.") from error
    if not isinstance(records, list) or not all(isinstance(each, dict) for each in records):
        raise Refused(f"{name}: is JSON, but not a list of records; give one record a row.")
    keys = list(dict.fromkeys(key for each in records for key in each))
    rows = [[_flat(each.get(key, "")) for key in keys] for each in records]
    return Sheet("", [keys, *rows], first_row=0)


def _record(pairs: list[tuple[str, object]]) -> dict[str, object]:
    record = dict(pairs)
    if len(record) != len(pairs):
        raise ValueError("a record gives a key twice")
    return record


def _flat(value: object) -> Hashable:
    return value if isinstance(value, (str, float, int, bool, type(None))) else json.dumps(value)
