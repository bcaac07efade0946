"""What a file may be by its first bytes or parts, why it cannot be read, and the bounds of one that can.

Belongs here: kinds of files that hold no table, each with what to do; a sheet as it is parsed; limits.
Does not belong here: reading any kind (``parsing``, ``workbooks``, ``text_files``).
"""

from collections.abc import Hashable, Sequence
from typing import NamedTuple

CELLS = 5_000_000  # of a workbook, empty ones included; the largest published sheet here has 270,000
TEXT_CELLS = 15_000_000  # of a text, whose cells repeat; the largest published archive here has 6,816,222
MAX_BYTES = 200 * 2**20  # of a file, packed and unpacked
ZIP = b"PK\x03\x04"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
AGAIN = "download it again"
Rows = Sequence[Sequence[Hashable]]


class Parsed(NamedTuple):
    """A sheet: its name, its cells, the number of its first row, whether a spreadsheet program hides it."""

    name: str
    rows: Rows
    first_row: int = 1
    is_hidden: bool = False


class Unreadable(Exception):
    """Why a file cannot be read and what to do: what follows its name in a sentence."""


OTHER_KINDS = {
    b"%PDF": "is a PDF; the figures are needed as a workbook or CSV",
    b"\x1f\x8b": "is packed with gzip; unpack it and put the file itself here",
    b"7z\xbc\xaf": "is packed with 7-Zip; unpack it and put the file itself here",
    b"Rar!": "is packed with RAR; unpack it and put the file itself here",
    b"BZh": "is packed with bzip2; unpack it and put the file itself here",
    b"\xfd7zXZ": "is packed with xz; unpack it and put the file itself here",
    b"PAR1": "is a Parquet file; save its table as CSV",
    b"SQLite format 3": "is a database; save its table as CSV",
    b"\x89PNG": "is a picture; the figures are needed as a workbook or CSV",
    b"\xff\xd8\xff": "is a picture; the figures are needed as a workbook or CSV",
    b"GIF8": "is a picture; the figures are needed as a workbook or CSV",
    b"{\\rtf": "is a text document; the figures are needed as a workbook or CSV",
    b"PK\x05\x06": "is an archive without a file in it; " + AGAIN,
    b"\x00\x05\x16\x07": "is a file that macOS keeps beside another; delete it",
    b"\x00\x00\x00\x01Bud1": "is a file in which macOS keeps how a folder looks; delete it",
}
"""How files begin that hold no table that is read here, and what to do with each."""
OLE_PARTS = {
    "EncryptedPackage": "is protected by a password; open it and save it without one",
    "WordDocument": "is a text document; the figures are needed as a workbook or CSV",
    "PowerPoint Document": "is a presentation; the figures are needed as a workbook or CSV",
    "__properties_version1.0": "is an e-mail; put the file that is attached to it here",
    "Catalog": "is a file in which Windows keeps small pictures; delete it",
}
"""Names of parts that tell what a file of this container is that is no workbook."""


def bound(cells: int) -> None:
    """Raise Unreadable for more cells than anyone publishes."""
    if cells > TEXT_CELLS:
        raise Unreadable(f"has {cells:,} cells, and no publication known here has {TEXT_CELLS:,}")


def words(error: BaseException) -> str:
    """What an error says, in one line."""
    return " ".join(str(error).split()) or type(error).__name__
