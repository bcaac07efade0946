"""From the bytes of a file to sheets of cells, within bounds of memory and time.

Belongs here: telling workbooks, CSV, JSON and archives apart by what they hold, and archives. ``documents``
calls ``parse``, or has a process apart ``answer`` (``apart``). It imports nothing of this project but its
own parts, so that starting it costs 50 ms.
Does not belong here: what the sheets mean, sentences that name the file (``documents``).

Why a process: a single damaged byte in an .xls can put a cell in column 56,000 or in row 65,000, and the
reader then asks for 100 GB at once, which ends the whole process without an exception. Here only this one
ends.
"""

import contextlib
import io
import re
import resource
import zipfile
import zlib

from ccg_pipeline.sources.apart import serve
from ccg_pipeline.sources.file_kinds import (
    AGAIN,
    MAX_BYTES,
    OLE,
    OLE_PARTS,
    OTHER_KINDS,
    ZIP,
    Parsed,
    Unreadable,
    bound,
    words,
)
from ccg_pipeline.sources.text_files import decode, parse_csv, parse_json
from ccg_pipeline.sources.workbooks import parse_workbook

MEMORY = 2 * 2**30  # bytes of address space; the largest published workbook here needs less than a tenth
MAX_RATIO = 200  # unpacked to packed; real workbooks unpack to about ten times their size
MEMBERS = 1_000  # files in an archive


OF_NOBODY = re.compile(r"(^|/)(__MACOSX/.*|\.DS_Store|\._[^/]*|desktop\.ini|Thumbs\.db)$", re.IGNORECASE)
LOCKS = (162, 165)
"""Bytes of the file next to an open document and workbook: the length of a name, the name, blanks."""


def answer(data: bytes) -> tuple[object, ...]:
    """Return ``("read", kind, sheets)`` or ``("refused", reason)``, within limits from now on."""
    with contextlib.suppress(ValueError, OSError):  # a system that sets its own limits keeps them
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        kind, sheets = parse(data)
    except Unreadable as unreadable:
        return "refused", str(unreadable)
    except MemoryError:
        return "refused", "needs more memory than any publication known here"
    return "read", kind, [tuple(sheet) for sheet in sheets]


def parse(data: bytes, *, in_archive: bool = False) -> tuple[str, list[Parsed]]:
    """The kind of a file and its sheets. Raises Unreadable."""
    if not data.strip():
        raise Unreadable(f"is empty; {AGAIN}")
    for beginning, said in OTHER_KINDS.items():
        if data.startswith(beginning):
            raise Unreadable(said)
    if data.startswith(ZIP):
        return _parse_zip(data, in_archive)
    if data.startswith(OLE):
        return "workbook", parse_workbook(data)
    if len(data) in LOCKS and data[0] <= 54 and data.count(b" ") > len(data) / 2:
        raise Unreadable("is left by a spreadsheet program while a workbook is open; close the workbook")
    text = decode(data)
    begins = text.lstrip()[:1]
    if begins == "{" or (begins == "[" and not re.match(r"\s*\[[\w.]+\]\s*[\r\n]", text)):
        return "json", [parse_json(text)]
    return "csv", [Parsed("", parse_csv(text))]


def _parse_zip(data: bytes, in_archive: bool) -> tuple[str, list[Parsed]]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _parse_members(archive, data, in_archive)
    except (
        zipfile.BadZipFile,
        NotImplementedError,
        RuntimeError,
        OSError,
        EOFError,
        ValueError,
        zlib.error,
    ) as error:
        raise Unreadable(f"is a damaged workbook or archive ({words(error)}); {AGAIN}") from error


def _parse_members(archive: zipfile.ZipFile, data: bytes, in_archive: bool) -> tuple[str, list[Parsed]]:
    """A workbook (.xlsx, .xlsb, .ods); the one file of an archive of one; or the CSV files of an archive."""
    members = [each for each in archive.infolist() if not each.is_dir()]
    unpacked = sum(each.file_size for each in members)
    if unpacked > MAX_BYTES or unpacked > MAX_RATIO * len(data):
        raise Unreadable(
            f"would unpack from {len(data):,} to {unpacked:,} bytes, as a zip bomb does; it was not unpacked"
        )
    if any(each.flag_bits & 1 for each in members):
        raise Unreadable(
            "is protected by a password; unpack it with the password and put the file itself here"
        )
    names = {each.filename for each in members}
    if names & {"xl/workbook.xml", "xl/workbook.bin"} or {"content.xml", "META-INF/manifest.xml"} <= names:
        damaged = archive.testzip()  # unpacks no more than the sizes just checked
        if damaged is not None:
            raise Unreadable(f"is a damaged workbook (its part {damaged!r}); {AGAIN}")
        if "META-INF/manifest.xml" in names and b"encryption-data" in archive.read("META-INF/manifest.xml"):
            raise Unreadable(OLE_PARTS["EncryptedPackage"])
        return "workbook", parse_workbook(data, archive)
    for name, said in (
        ("word/document.xml", "WordDocument"),
        ("ppt/presentation.xml", "PowerPoint Document"),
    ):
        if name in names and "[Content_Types].xml" in names:
            raise Unreadable(OLE_PARTS[said])
    members = [each for each in members if not OF_NOBODY.search(each.filename)]
    if in_archive:
        raise Unreadable("is an archive in an archive; unpack it and put the files themselves here")
    if not members:
        raise Unreadable(OTHER_KINDS[b"PK\x05\x06"])
    if len(members) > MEMBERS:
        raise Unreadable(
            f"is an archive of {len(members):,} files; unpack it and put those here that are needed"
        )
    parsed = [(each.filename, *_parse_member(archive, each)) for each in members]
    if len(parsed) == 1:
        ((name, kind, sheets),) = parsed
        return ("archive", [sheets[0]._replace(name=name)]) if kind == "csv" else (kind, sheets)
    for name, kind, _ in parsed:
        if kind != "csv":
            raise Unreadable(f"is an archive of several files, and {name!r} in it is no CSV; unpack it here")
    sheets = [sheets[0]._replace(name=name) for name, _, sheets in parsed]
    bound(sum(len(row) for sheet in sheets for row in sheet.rows))
    return "archive", sheets


def _parse_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> tuple[str, list[Parsed]]:
    try:
        return parse(archive.read(member), in_archive=True)
    except Unreadable as unreadable:
        raise Unreadable(f"is an archive, and {member.filename!r} in it {unreadable}") from unreadable


if __name__ == "__main__":
    serve(answer)
