"""Heads of a ledger as they are kept outside: finding them in a file that somebody has kept.

Belongs here: reading a certificate, an export, a notice or a receipt for the hashes of lines that it says.
Does not belong here: comparing them with a ledger (ledger/verify.py), writing any of these files.
"""

import csv
import io
import json
import re

from securesystemslib.dsse import Envelope

COLUMN = "ledger_head"
"""The column of an export, and the field of a certificate, that holds a head."""

WORDS = "Head of the sign-off ledger"
"""What comes before a head in a notice and on a receipt."""

_HASH = r"[0-9a-f]{64}"
_SAID = re.compile(rf"(?:{WORDS}|sign-off ledger up to)\W(?:[^0-9a-f]|line \d+)*?({_HASH})", re.IGNORECASE)


def heads_in_file(content: bytes) -> list[str]:
    """Return the heads that a file says, each once: a certificate, a CSV or JSON export, or any text."""
    text = content.decode("utf-8", "replace")
    found = [*_in_certificate(text), *_in_table(text), *_SAID.findall(re.sub(r"<[^>]*>", " ", text))]
    return [one for one in dict.fromkeys(found) if re.fullmatch(_HASH, one)]


def _in_certificate(text: str) -> list[str]:
    try:
        predicate = json.loads(Envelope.from_dict(json.loads(text)).payload)["predicate"]
        return [str(predicate[name]) for name in ("hash", COLUMN) if name in predicate]
    except Exception:  # noqa: BLE001  # whatever it is, it is no certificate
        return []


def _in_table(text: str) -> list[str]:
    try:
        if text.lstrip()[:1] in ("[", "{"):
            rows = json.loads(text)
            rows = rows if isinstance(rows, list) else [rows]
        else:
            rows = list(csv.DictReader(io.StringIO(text, newline="")))
        return [str(row[COLUMN]) for row in rows if isinstance(row, dict) and row.get(COLUMN)]
    except (ValueError, csv.Error):
        return []
