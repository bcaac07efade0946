"""A line of the ledger, its hash, and the check of a chain of lines from their stored rows alone.

Belongs here: what a line holds, the canonical form that is hashed, naming each line that breaks a chain.
Pure, so that somebody who trusts neither the database nor us can run it over an export of the rows.
Does not belong here: reading the rows (record.py), whether a decision was allowed (refusal.py).
"""

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any

GENESIS = "0" * 64
"""What the first line of a ledger carries as the hash of the line before it."""

LATER_FIELDS = (
    "about",
    "item",
    "before",
    "after",
    "minuted_on",
    "minutes_sha256",
    "recorded_by",
    "record_sha256",
    "terms",
    "data_kind",
    "signed_by",
)
"""Fields that lines did not always have. An empty one is not hashed, so that a line written before it was
thought of gives the hash that it carries; one that holds anything is hashed like every other."""


def text_of(at: datetime) -> str:
    """Return an aware time as the UTC text that is hashed: 2017-04-05T09:00:00.000000Z, with microseconds."""
    if at.tzinfo is None:
        raise ValueError(f"{at.isoformat()} has no time zone: give an aware time.")
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def hash_of(content: Mapping[str, Any]) -> str:
    """Return the sha256 of a line's fields as sorted JSON without spaces, in UTF-8.

    All fields but `hash` and `signature`, and but those of LATER_FIELDS that are empty. Values that no
    ledger writes, such as bytes put in by hand, hash to something rather than fail.
    """
    fields = {
        name: value
        for name, value in content.items()
        if name not in ("hash", "signature") and (value != "" or name not in LATER_FIELDS)
    }
    text = json.dumps(fields, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=repr)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of the ledger; before it is sealed, `seq`, `prev` and `hash` are empty.

    A round is a lane, a partition and a serial. The `actor` of an `open` line is whoever launched the run
    that made the candidate; of any other, the e-mail address of the person who decides. `about` is the code
    of the one organisation that a comment or a moderation is about; `item` the code of the judgement that is
    moderated, from `before` to `after`. `minuted_on` (ISO date) and `minutes_sha256` say in which meeting's
    minutes a decision stands that came that way; `recorded_by` the address of who recorded it from them, and
    `record_sha256` the bytes that she signed to prove it. `terms` are the terms of reference in full, which
    opening a round and a change of them carry; `data_kind` is what the database holds, `real` or `made_up`.
    `signed_by` is the public key whose `signature` is over the hash (signing.py); the line of a person alone
    has one.
    """

    seq: int = 0
    prev: str = ""
    hash: str = ""
    at: datetime
    panel: str
    lane: str
    partition_key: str
    serial: int
    decision: str
    subject_sha256: str
    actor: str
    role: str = ""
    meaning: str = ""
    interests: str = ""
    reason: str = ""
    via: str = ""
    terms_version: str = ""
    about: str = ""
    item: str = ""
    before: str = ""
    after: str = ""
    minuted_on: str = ""
    minutes_sha256: str = ""
    recorded_by: str = ""
    record_sha256: str = ""
    terms: str = ""
    data_kind: str = ""
    signed_by: str = ""
    signature: str = ""

    def content(self) -> dict[str, Any]:
        """Return the fields as they are stored and hashed: plain text and whole numbers."""
        return {**asdict(self), "at": text_of(self.at)}

    def sealed(self, seq: int, prev: str) -> "Line":
        """Return the line as number `seq` after the line whose hash is `prev`."""
        line = replace(self, seq=seq, prev=prev)
        return replace(line, hash=hash_of(line.content()))


def faults_of(rows: Sequence[Mapping[str, Any]], known_heads: Collection[str] = ()) -> list[str]:
    """Return one sentence for everything that is wrong with a ledger's `rows`; none when it is whole.

    A row has the fields of `Line`, `at` as text, with or without LATER_FIELDS; one that could not be read has
    `seq` alone.
    `known_heads` are hashes that were once those of a last line: each must still be carried by some line.
    """
    rows = sorted(rows, key=lambda row: int(row["seq"]))
    places = _places(rows)
    replaced = {str(row["prev"]): int(row["seq"]) - 1 for row in rows if "prev" in row}
    carried = {GENESIS}
    faults: list[str] = []
    last, link, link_is_sound = 0, GENESIS, True
    for row in rows:
        seq = int(row["seq"])
        if seq < 1:
            faults.append(f"Line {seq} is forged: a ledger begins with line 1.")
            continue
        if seq > last + 1:
            faults.append(_missing(last + 1, seq - 1))
        fault = _fault_of(row, places.get(seq), replaced.get(str(row.get("hash"))))
        follows = seq > last + 1 or row.get("prev") == link
        if fault:
            faults.append(fault)
        elif not follows and link_is_sound:
            before = f"line {last}" if last else "the beginning"
            faults.append(f"Line {seq} does not follow {before}: one of them has been replaced or forged.")
        last, link, link_is_sound = seq, str(row.get("hash", "")), not fault
        carried |= set() if _is_of_another(row, replaced) else {link}
    faults.extend(
        f"No line carries the hash {known}, which is known from elsewhere: the ledger ends at line {last}, "
        f"so its tail has been cut off or rewritten."
        for known in sorted(set(known_heads) - carried)
    )
    return faults


def _places(rows: Sequence[Mapping[str, Any]]) -> dict[int, int]:
    """Number in the table -> number by following the hashes from the first line, as far as they lead."""
    after = {row["prev"]: row for row in rows if "prev" in row}
    places: dict[int, int] = {}
    link: object = GENESIS
    while link in after and len(places) < len(rows):
        row = after[link]
        places[int(row["seq"])] = len(places) + 1
        link = row["hash"]
    return places


def _is_of_another(row: Mapping[str, Any], replaced: Mapping[str, int]) -> bool:
    """Whether a row carries the hash of a line before it, which it does not give."""
    return (
        replaced.get(str(row.get("hash")), int(row["seq"])) < int(row["seq"]) and hash_of(row) != row["hash"]
    )


def _fault_of(row: Mapping[str, Any], place: int | None, replaced: int | None) -> str:
    """What is wrong with a line by itself; `replaced` is the number of the line that had its hash."""
    seq = row["seq"]
    if "hash" not in row:
        return f"Line {seq} cannot be read: its bytes are not text."
    if hash_of(row) == row["hash"]:
        return ""
    if place and place != seq and hash_of({**row, "seq": place}) == row["hash"]:
        return f"Line {seq} has been moved: it was written as line {place}."
    if replaced is not None and replaced < seq:
        return f"Line {seq} has been forged: it carries the hash of line {replaced}, to take its place."
    return f"Line {seq} has been edited: it does not give the hash that it carries."


def _missing(first: int, last: int) -> str:
    return f"Line {first} is missing." if first == last else f"Lines {first} to {last} are missing."
