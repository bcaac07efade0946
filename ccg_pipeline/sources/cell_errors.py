"""Errors in the cells of binary workbooks ("#REF!"), which python-calamine leaves empty.

Belongs here: where the records of an .xls and an .xlsb say that a cell holds an error, and which.
Does not belong here: errors in an .xlsx (``workbooks``), what an error means for a figure (``cells``).

The layouts are those of [MS-CFB], [MS-XLS] and [MS-XLSB]. What breaks off raises ValueError.
"""

import re
import struct
import zipfile
from collections.abc import Callable, Iterator, Mapping

Errors = dict[tuple[int, int], str]
"""The word of each error by row and column, which count from nought."""
_WORDS = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A"}
_OTHER = "#ERROR!"
_LIKE_ONE = re.compile(  # a cell of truth or error, and a formula that came to an error; walking takes longer
    rb"\x05\x02\x08\x00.{7}\x01|\x06\x00.{8}\x02.{5}\xff\xff", re.DOTALL
)
_BOUNDSHEET, _BOOLERR, _FORMULA, _BOFS, _EOF = 0x85, 0x205, 0x06, {0x809, 0x409, 0x209, 0x009}, 0x0A
_ROW, _CELL, _RESULT, _BUNDLE = 0, 3, 11, 156  # BrtRowHdr, BrtCellError, BrtFmlaError, BrtBundleSh
_NO_SECTOR = 0xFFFFFFFA  # and above: the end of a chain, or none


def errors_in_xls(data: bytes) -> list[Errors] | None:
    """Return the errors of each sheet as the workbook lists them; None where no cell can hold one."""
    try:
        book = _stream(data)
        if not _LIKE_ONE.search(book):
            return None
        return [_of_sheet(book, *struct.unpack_from("<I", of)) for kind, of in _records(book, 0)
                if kind == _BOUNDSHEET]  # fmt: skip
    except (struct.error, LookupError) as error:
        raise ValueError("it breaks off") from error


def errors_in_xlsb(archive: zipfile.ZipFile, part_of: Mapping[str, str]) -> list[Errors]:
    """The same of an .xlsb; `part_of` names the part of each relation of its workbook."""
    try:
        book = _binary_records(archive.read("xl/workbook.bin"))
        ids = [of[12 : 12 + 2 * struct.unpack_from("<I", of, 8)[0]] for kind, of in book if kind == _BUNDLE]
        parts = [part_of.get(one.decode("utf-16-le"), "") for one in ids]
        return [_of_part(archive.read(part)) if part in archive.namelist() else {} for part in parts]
    except (struct.error, LookupError) as error:
        raise ValueError("it breaks off") from error


def _of_sheet(book: bytes, start: int) -> Errors:
    found: Errors = {}
    for kind, of in _records(book, start):
        if kind == _BOOLERR and of[7]:
            found[struct.unpack_from("<HH", of)] = _WORDS.get(of[6], _OTHER)
        if kind == _FORMULA and of[6] == 2 and of[12:14] == b"\xff\xff":
            found[struct.unpack_from("<HH", of)] = _WORDS.get(of[8], _OTHER)
    return found


def _records(book: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    """The records from one place on to the end of what begins there, a chart within a sheet included."""
    depth = 0
    while at + 4 <= len(book):
        kind, length = struct.unpack_from("<HH", book, at)
        yield kind, book[at + 4 : at + 4 + length]
        at += 4 + length
        depth += (kind in _BOFS) - (kind == _EOF)
        if depth < 1:
            return


def _stream(data: bytes) -> bytes:
    """The stream of a compound file that holds the workbook, put together from its sectors."""
    shift, short_shift = struct.unpack_from("<HH", data, 30)
    n_tables, first, _, cutoff, first_short, _, more, _ = struct.unpack_from("<8I", data, 44)
    if not 7 <= shift <= 16 or not 4 <= short_shift < shift:
        raise ValueError("its sectors have no size")

    def sector(number: int) -> bytes:
        return data[(number + 1) << shift : (number + 2) << shift]

    tables = list(struct.unpack_from("<109I", data, 76))
    while more < _NO_SECTOR and len(tables) < n_tables:
        *further, more = _numbers(sector(more))
        tables += further
    following = _numbers(b"".join(map(sector, tables[:n_tables])))
    entries = _chained(first, following, sector)
    streams: dict[str, tuple[int, int]] = {}
    for at in range(0, len(entries) - 127, 128):
        length = struct.unpack_from("<H", entries, at + 64)[0]
        name = entries[at : at + length].decode("utf-16-le", "replace").rstrip("\0")
        streams.setdefault(name, struct.unpack_from("<II", entries, at + 116))
    start, size = streams.get("Workbook") or streams.get("Book") or (_NO_SECTOR, 0)
    if size >= cutoff:
        return _chained(start, following, sector)[:size]
    short = _chained(streams["Root Entry"][0], following, sector)  # short streams lie in sectors of their own
    following = _numbers(_chained(first_short, following, sector))
    return _chained(start, following, lambda one: short[one << short_shift :][: 1 << short_shift])[:size]


def _chained(first: int, following: tuple[int, ...], sector: Callable[[int], bytes]) -> bytes:
    parts, number = list[bytes](), first
    while number < _NO_SECTOR:
        if len(parts) > len(following):
            raise ValueError("its sectors go round in a circle")
        parts.append(sector(number))
        number = following[number]
    return b"".join(parts)


def _numbers(sector: bytes) -> tuple[int, ...]:
    return struct.unpack(f"<{len(sector) // 4}I", sector[: len(sector) // 4 * 4])


def _of_part(data: bytes) -> Errors:
    found, row = Errors(), 0
    for kind, of in _binary_records(data):
        if kind == _ROW:
            row = struct.unpack_from("<I", of)[0]
        elif kind in (_CELL, _RESULT):
            found[row, struct.unpack_from("<I", of)[0]] = _WORDS.get(of[8], _OTHER)
    return found


def _binary_records(data: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at < len(data):
        kind, at = _number(data, at, 2)
        length, at = _number(data, at, 4)
        yield kind, data[at : at + length]
        at += length


def _number(data: bytes, at: int, most: int) -> tuple[int, int]:
    """A number of up to `most` bytes of seven bits each, the last below 128; where it ends."""
    number = 0
    for place in range(most):
        number |= (data[at + place] & 127) << 7 * place
        if data[at + place] < 128:
            break
    return number, at + place + 1
