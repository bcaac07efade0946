"""What was fetched before: next to each file its URL, validators and checksum, in a hidden folder.

Belongs here: the record of a download and of one that was cut off, written so that a kill leaves old or new.
Does not belong here: the network (fetching.py); the ledger of source files, which knows them by their bytes.
"""

import hashlib
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from expert_panels.foundation.whole_file import write_whole

FOLDER = ".fetched"
"""Hidden, so that nothing in it is taken for a source file."""


Kept = TypeVar("Kept", bound=BaseModel)


class Record(BaseModel):
    """The last download of a name: from where, what the server calls that version, and its checksum.

    `file` is the name in the landing folder: a revision gets one of its own, and the earlier file stays.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: str
    file: str
    sha256: str
    size_bytes: int
    etag: str = ""
    last_modified: str = ""
    fetched_at: str = ""


class Partial(BaseModel):
    """A download that was cut off: of which URL, and of which version of what is there."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: str
    validator: str


def read_record(path: Path, kind: type[Kept]) -> Kept | None:
    """Return the record at `path`; None where there is none, or none that can be read."""
    try:
        return kind.model_validate_json(path.read_bytes())
    except (FileNotFoundError, ValidationError):
        return None  # without a record the file is asked for again, which costs a download and loses nothing


def write_record(path: Path, record: BaseModel) -> None:
    """Put the record where the old one stood, in one step."""
    write_whole(path, record.model_dump_json(indent=2).encode())


def sha256_of_file(path: Path) -> str:
    """Return the checksum of a file, read in pieces."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
