"""Certificates: a line of the ledger as an in-toto statement in a signed DSSE envelope, and checking one.

Belongs here: what a certificate says and in which form, and what holds of one that somebody hands over. Pure:
bytes in, bytes or sentences out, so that it can be checked without ledger, database or network. Signing and
checking are securesystemslib's.
Does not belong here: where the key is kept (signing_key.py), where the line and its table come from.

A certificate's subjects are files by their sha256: the part that was decided on, and its ratings as exported.
Any verifier of in-toto attestations can check them; `checked` says it in sentences.
"""

import csv
import hashlib
import io
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from securesystemslib.dsse import Envelope
from securesystemslib.exceptions import VerificationError
from securesystemslib.signer import Key, Signer

from expert_panels.ledger.fold import fold
from expert_panels.ledger.line import Line, hash_of
from expert_panels.ledger.signing import fault_of_signature
from expert_panels.terms import Terms

STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
PAYLOAD_TYPE = "application/vnd.in-toto+json"
PREDICATE_TYPE = "urn:ccg-pipeline:panel-decision:v1"
"""The predicate is a line of the ledger, field by field as it is stored and hashed."""

WITH_SIGNATURES = "urn:ccg-pipeline:panel-decision:v2"
"""Next to the line `signatures`: every signature under the same table, the line's own among them."""

_OF_THE_RELEASE = ("verification", "edition", "ledger_head")
_ADDED = (*_OF_THE_RELEASE, "how_sure")
"""Columns that an exported table has next to those decided on; the first ones are one word of all rows."""


@dataclass(frozen=True)
class Finding:
    """One thing that was checked: whether it holds, and the sentence that says so."""

    holds: bool
    sentence: str


def signed_with(lines: Sequence[Line], line: Line, terms: Terms) -> list[Line]:
    """Return the lines by which a table was signed as it was by `line`, of the `lines` of its gate, in order.

    Of a table that was decided those after the quorum too; none for what is no signature.
    """
    if line.decision not in ("approve", "override"):
        return []
    ends = ("open", "close", "return", "moderate", "withdraw")  # what is signed is one table, while it stands
    end = next((one.seq for one in lines if one.seq > line.seq and one.decision in ends), None)
    state = fold([one for one in lines if end is None or one.seq < end], terms)
    signatures = state.votes if line.decision == "approve" else state.overrides
    given = {(one.actor, one.at) for one in signatures}
    return [one for one in lines if one.serial == line.serial and (one.actor, one.at) in given]


def statement(line: Line, tables: Mapping[str, str], signatures: Sequence[Line] = ()) -> dict[str, Any]:
    """Return the in-toto statement of a line; `tables`: name of a file of its ratings -> its sha256.

    `signatures` as `signed_with` gives them.
    """
    part = f"{line.panel}/{line.lane}/{line.partition_key}/{line.serial}.json"
    subjects = {part: line.subject_sha256, **tables}
    return {
        "_type": STATEMENT_TYPE,
        "subject": [{"name": name, "digest": {"sha256": sha256}} for name, sha256 in subjects.items()],
        "predicateType": WITH_SIGNATURES if signatures else PREDICATE_TYPE,
        "predicate": line.content()
        | ({"signatures": [_signature(one) for one in signatures]} if signatures else {}),
    }


def _signature(line: Line) -> dict[str, Any]:
    content = line.content()
    return {name: content[name] for name in ("seq", "hash", "at", "actor", "role")}


def certificate(
    line: Line, tables: Mapping[str, str], signer: Signer, signatures: Sequence[Line] = ()
) -> bytes:
    """Return the certificate of a line as the JSON of a DSSE envelope: the same lines and key, same bytes."""
    return signed(statement(line, tables, signatures), signer)


def signed(statement: Mapping[str, Any], signer: Signer) -> bytes:
    """Return an in-toto statement as the JSON of a signed DSSE envelope."""
    payload = json.dumps(statement, ensure_ascii=False, sort_keys=True, indent=1)
    envelope = Envelope(payload.encode("utf-8"), PAYLOAD_TYPE, {})
    envelope.sign(signer)
    return (json.dumps(envelope.to_dict(), sort_keys=True, indent=1) + "\n").encode("utf-8")


def checked(content: bytes, key: Key, table: bytes | None = None) -> list[Finding]:
    """Return what holds of a certificate and what is broken, in the order in which it was asked.

    `key` is the public key of who issues the certificates, `table` the bytes of a table that is said to be
    the one decided on: as it was exported with the certificate, or released (CSV), where the rows of other
    panels and the columns that a release adds are left aside. What is unreadable ends the list.
    """
    try:
        envelope = Envelope.from_dict(json.loads(content))
    except Exception:  # noqa: BLE001  # whatever was put in its place, it is no envelope
        return [Finding(False, "This is no certificate: it cannot be read as a DSSE envelope.")]
    try:
        envelope.verify([key], 1)
    except VerificationError:
        return [Finding(False, "The signature is broken or another key's: nothing in it is vouched for.")]
    found = [Finding(True, f"The signature is that of key {key.keyid[:12]} over exactly these bytes.")]
    try:
        said = json.loads(envelope.payload)
        line = dict(said["predicate"])
        signatures = line.pop("signatures", []) if said["predicateType"] == WITH_SIGNATURES else []
        names = ", ".join(f"{one['actor']} ({one['role']}, line {one['seq']})" for one in signatures)
        digests = [one["digest"]["sha256"] for one in said["subject"]]
        kind = (envelope.payload_type, said["_type"], said["predicateType"])
        says = (
            f"Line {line['seq']}: {line['actor']} ({line['role']}) decided to {line['decision']} on "
            f"{line['panel']}, {line['lane']} {line['partition_key']}, on {line['at']}: {line['meaning']}"
        )
        if line.get("recorded_by"):
            says += f" Recorded by {line['recorded_by']} from the minutes of {line['minuted_on']}."
    except (KeyError, TypeError, ValueError):
        return [*found, Finding(False, "What was signed is no statement about a decision.")]
    if kind not in ((PAYLOAD_TYPE, STATEMENT_TYPE, one) for one in (PREDICATE_TYPE, WITH_SIGNATURES)):
        return [*found, Finding(False, f"What was signed is another kind of statement: {kind[2]}.")]
    whole = hash_of(line) == line.get("hash")
    hashed = "gives the hash that it carries" if whole else "does not give the hash that it carries"
    found.append(Finding(whole, f"{says} The line {hashed}, {str(line.get('hash'))[:12]}."))
    if fault := fault_of_signature(line):
        found.append(Finding(False, f"The line itself was not signed as it says: {fault}."))
    if line.get("data_kind") == "made_up":
        found.append(Finding(True, "It is about made-up data: it says nothing about any real organisation."))
    bound = line.get("subject_sha256") in digests
    is_about = "is about" if bound else "is not about"
    found.append(Finding(bound, f"The statement {is_about} the table that the line names."))
    if signatures:
        found.append(Finding(True, f"Signed by {names}."))
    if table is not None:
        found += _of_table(table, digests[1:], line)
    return found


def _of_table(table: bytes, digests: list[str], line: Mapping[str, Any]) -> list[Finding]:
    """Return what holds of a table as a whole: what is of the decision, and what is not."""
    if hashlib.sha256(table).hexdigest() in digests:
        return [Finding(True, "The table is, byte for byte, the one that was decided on.")]
    other = Finding(False, f"{_OTHER}.")
    try:
        head, *rows = list(csv.reader(io.StringIO(table.decode("utf-8"), newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error, ValueError):
        return [other]
    if fault := _fault_of_form(head, rows, str(line["panel"])):
        return [Finding(False, f"{_OTHER}: {fault}.")]
    panel, place = str(line["panel"]), {name: at for at, name in enumerate(head)}
    own = [row for row in rows if "panel" not in place or row[place["panel"]] == panel]
    decided = [name for name in head if name not in _ADDED]
    written = io.StringIO(newline="")
    writer = csv.writer(written, lineterminator="\n")
    writer.writerows([decided, *([row[place[name]] for name in decided] for row in own)])
    if len(digests) == 1 and "panel" in place and _SIGNED_ALONE not in place:
        other = Finding(False, f"{_OTHER}, {_AN_EARLIER_ONE}")
    if not own or hashlib.sha256(written.getvalue().encode("utf-8")).hexdigest() not in digests:
        return [other]
    found = [Finding(True, f"The rows of {panel} in the table are exactly those that were decided on.")]
    added = [name for name in head if name in _ADDED]
    said = {name: sorted({row[place[name]] for row in own}) for name in added if name in _OF_THE_RELEASE}
    if wrong := [name for name, words in said.items() if len(words) > 1]:
        found.append(
            Finding(False, f"The column {wrong[0]} says {', '.join(map(repr, said[wrong[0]]))} of them.")
        )
    word = "".join(said.get("verification", [])[:1])
    if word and not re.fullmatch(rf"{_WORD.get(str(line['decision']), '(?!)')}{_SUPERSEDED}", word):
        found.append(Finding(False, f"The table says that they are {word!r}, which this decision does not."))
    others = Counter(row[place["panel"]] for row in rows if row not in own)
    additional = [*(f"{count} rows of {name}" for name, count in sorted(others.items()))]
    additional += [f"the column {name}" for name in added]
    if additional:
        found.append(
            Finding(True, f"Not of this decision, and vouched for by nothing here: {', '.join(additional)}.")
        )
    return found


_OTHER = "The table is not the one that was decided on"
_SIGNED_ALONE = "detail"
"""A column of a panel's table that is signed and leaves in a table of its own."""

_AN_EARLIER_ONE = (
    f"or this certificate is of before tables left without the column {_SIGNED_ALONE}: have it written again."
)
_WORD = {"approve": "verified", "override": "overridden"}
_SUPERSEDED = "(, superseded by newer data that await the (panel|committee))?"


def _fault_of_form(head: Sequence[str], rows: Sequence[Sequence[str]], panel: str) -> str:
    """Return why a table cannot be read in one way only, as a clause; '' where it can."""
    names = Counter(_plain(name) for name in head)
    if twice := [name for name in head if names[_plain(name)] > 1]:
        return f"the column {twice[0]!r} is there more than once"
    if ragged := [number for number, row in enumerate(rows, start=2) if len(row) != len(head)]:
        return f"row {ragged[0]} has another number of cells than the first"
    if "panel" not in head:
        return ""
    at = list(head).index("panel")
    for number, row in enumerate(rows, start=2):
        if row[at] != panel and (_plain(row[at]) == _plain(panel) or not _KEY.fullmatch(row[at])):
            return f"row {number} names the panel {row[at]!r}, which is no key of one"
    return ""


_KEY = re.compile(r"[a-z][a-z_]*")


def _plain(text: str) -> str:
    """Return a name without what spellings differ in."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text)).casefold()
