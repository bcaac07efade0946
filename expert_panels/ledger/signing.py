"""Signatures of lines: making one, checking one, and what outside the database speaks for a ledger.

Belongs here: what is signed, from which line on a signature is demanded, which lines count, and the folder
that keeps public keys and heads where whoever writes to the database does not.
Does not belong here: private keys (certificates/signing_key.py), the chain of hashes (line.py).

The room signs each line of a person as it records it (Ed25519, over the line's hash, which covers all lines
before it). The pipeline has no such key: its own lines, which open and close rounds, carry no signature.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from securesystemslib.signer import Signer
from sqlalchemy import Connection

from expert_panels.foundation.fault import Fault
from expert_panels.ledger.gate_state import OF_THE_PIPELINE
from expert_panels.ledger.line import Line, hash_of

OUTSIDE = "outside"
"""The execution option of an engine that says how to find what is known outside its database."""

_HEADS = "heads.txt"
"""The file in the room's folder of keys with number and hash of every line that it has recorded."""


@dataclass(frozen=True)
class LineSigner:
    """What signs lines: a key, what the database holds (`real`, `made_up`), and the folder of heads."""

    key: Signer
    data_kind: str
    folder: Path | None = None

    @property
    def public(self) -> str:
        """The public key in hexadecimal."""
        return str(self.key.public_key.keyval["public"])

    def named(self, line: Line) -> Line:
        """Return the line with what has to stand in it before it is hashed: the key and the kind of data."""
        return replace(line, signed_by=self.public, data_kind=self.data_kind)

    def signed(self, line: Line) -> Line:
        """Return a sealed line with its signature; Fault where the key gives one that does not hold."""
        made = replace(line, signature=self.key.sign(_message(line.hash)).signature)
        if not is_signed(made):
            raise Fault("The key of the room gives signatures that its public half does not confirm.")
        return made

    def note(self, lines: Sequence[Line]) -> None:
        """Write number and hash of recorded lines to the folder, so that a ledger cut off later shows."""
        if self.folder is None:
            return
        text = "".join(f"{line.seq} {line.hash}\n" for line in lines)
        file = os.open(self.folder / _HEADS, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        try:
            os.write(file, text.encode("ascii"))  # one call: of two processes neither is in the other's line
        finally:
            os.close(file)


@dataclass(frozen=True)
class Outside:
    """How to find what is known of a ledger outside its rows, each asked for when it is needed.

    `keys` gives the public keys that may sign (hexadecimal), `heads` hashes that its lines had (None where
    nobody notes them), `kind` what kind of data the database holds, `signer` what signs lines: it raises
    Fault where this account has no key.
    """

    keys: Callable[[], tuple[str, ...]] = tuple
    heads: Callable[[], tuple[str, ...] | None] = lambda: None
    kind: Callable[[Connection], str] = lambda _: ""
    signer: Callable[[Connection], LineSigner] | None = None


def heads_in(folder: Path) -> tuple[str, ...]:
    """Return the hashes that were noted in a folder; none where it has none, or this account may not read."""
    with suppress(OSError):
        lines = (folder / _HEADS).read_text(encoding="ascii", errors="replace").splitlines()
        return tuple(words[1] for line in lines if len(words := line.split()) == 2)
    return ()


def outside(connection: Connection) -> Outside:
    """Return how to find what is known outside the rows of this connection's database."""
    given: Outside | None = connection.get_execution_options().get(OUTSIDE)
    return given or Outside()


def _message(line_hash: str) -> bytes:
    return f"ccg-pipeline, line of a sign-off ledger: {line_hash}".encode()


@lru_cache(maxsize=4096)
def _holds(public: str, signature: str, line_hash: str) -> bool:
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public))
        key.verify(bytes.fromhex(signature), _message(line_hash))
    except (InvalidSignature, ValueError):
        return False
    return True


def is_signed(line: Line) -> bool:
    """Return whether the line gives its hash, and its signature is that of the key which it names."""
    return hash_of(line.content()) == line.hash and _holds(line.signed_by, line.signature, line.hash)


def fault_of_signature(row: Mapping[str, Any]) -> str:
    """Return what is wrong with the signature of a stored line by itself, as a clause; '' for nothing."""
    public, signature = str(row.get("signed_by", "")), str(row.get("signature", ""))
    if public and not _holds(public, signature, str(row.get("hash", ""))):
        return "its signature is not that of the key which it names"
    return "it carries a signature and names no key" if signature and not public else ""


def counting(lines: Sequence[Line], since: int, keys: Sequence[str]) -> list[Line]:
    """Return the lines that count: what is not signed as it must be was forged, and moves nothing.

    `since` is the number of the first line from which on signatures are demanded, 0 for none; `keys` are
    those that may sign.
    """
    if not since:
        return list(lines)
    return [
        line
        for line in lines
        if line.seq < since
        or (line.decision in OF_THE_PIPELINE and not line.signed_by)
        or (line.signed_by in keys and is_signed(line))
    ]


def signature_faults(rows: Sequence[Mapping[str, Any]], keys: Sequence[str] = ()) -> list[str]:
    """Return one sentence for every stored line, in order, that is not signed as it must be.

    From the first line on that carries its terms of reference or names a key, each line of a person carries
    the signature of one of `keys` (without any: of the first key that is named); an earlier key is not taken
    up again; no line is dated before the one before it, nor says that the data are of another kind.
    """
    faults: list[str] = []
    said: list[str] = []
    before: Mapping[str, Any] = {}
    kind, since = "", next((int(row["seq"]) for row in rows if row.get("terms") or row.get("signed_by")), 0)
    for row in rows:
        public, seq = str(row.get("signed_by", "")), row["seq"]
        if fault := fault_of_signature(row):
            faults.append(f"Line {seq} is forged or was edited: {fault}.")
        elif public and public not in (keys or said[:1] or [public]):
            faults.append(f"Line {seq} is signed by a key that is none of the room's: {public[:16]}.")
        elif public in said[:-1] and public != said[-1]:
            faults.append(f"Line {seq} is signed by an earlier key, {public[:16]}, after it was replaced.")
        elif 0 < since <= seq and not public and row.get("decision") not in OF_THE_PIPELINE:
            faults.append(
                f"Line {seq} carries no signature, as every line of a person must since line {since}: "
                "the room did not record it."
            )
        if 0 < since < seq and str(row.get("at", "")) < str(before.get("at", "")):
            faults.append(f"Line {seq} is dated before line {before['seq']}: lines never go back in time.")
        if public and public not in said:
            said.append(public)
        now = str(row.get("data_kind", ""))
        if kind and now and now != kind:
            faults.append(f"Line {seq} says that this database holds {now} data, where it was {kind} before.")
        kind, before = kind or now, row
    return faults
