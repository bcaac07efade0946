"""Who records minutes: the statement that the recorder signs, and what must hold of it before it counts.

Belongs here: the in-toto statement over the form and the minutes, and the sentences for one that does not
hold. Pure but for reading no more than bytes; signing and checking are securesystemslib's.
Does not belong here: the form (form.py), keys (signing_key.py), who may record (settings.py, refusal.py).

The statement is signed where the recorder's key is, and handed over with the files: the key itself never
comes near the database. What was signed is kept for ever, and every line that rests on it carries its sha256.
"""

import json

from securesystemslib.dsse import Envelope
from securesystemslib.exceptions import VerificationError
from securesystemslib.signer import Key, Signer

from expert_panels.certificates.certificate import PAYLOAD_TYPE, STATEMENT_TYPE, Finding, signed
from expert_panels.minutes.form import MinutesFault, Written

PREDICATE_TYPE = "urn:ccg-pipeline:panel-minutes:v1"
MEANING = "I record the decisions that stand in this form, and that these are the minutes of the meeting."

SUFFIX = ".signed.json"
"""Ends the name of the file that is next to the form and holds what the recorder signed."""


def record(written: Written, public_key: str, signer: Signer) -> bytes:
    """Return the signed statement of the recorder whom the form names; `public_key` is the signer's, as PEM.

    Raises MinutesFault for a form that names none.
    """
    minutes = written.minutes
    if not minutes.recorder:
        raise MinutesFault("The form names nobody who records it. Write `recorder: ADDRESS` into it.")
    return signed(
        {
            "_type": STATEMENT_TYPE,
            "subject": [{"name": name, "digest": {"sha256": sha}} for name, sha in written.files.items()],
            "predicateType": PREDICATE_TYPE,
            "predicate": {
                "recorder": minutes.recorder,
                "meaning": MEANING,
                "meeting": minutes.meeting.isoformat(),
                "panel": minutes.panel,
                "round": minutes.month or minutes.year,
                "table": minutes.table,
                "public_key": public_key,
            },
        },
        signer,
    )


def hold(content: bytes, written: Written, key: Key) -> None:
    """Raise MinutesFault, in two sentences, unless `content` is what the recorder signed of these very files.

    `key` is the public key that is declared for her.
    """
    recorder = written.minutes.recorder
    try:
        envelope = Envelope.from_dict(json.loads(content.decode("utf-8")))  # as it will be kept
        envelope.verify([key], 1)
        said = json.loads(envelope.payload)
        kind = (envelope.payload_type, said["_type"], said["predicateType"])
        digests = {str(one["digest"]["sha256"]) for one in said["subject"]}
    except VerificationError:
        raise MinutesFault(
            f"The form was signed with another key than the one declared for {recorder}. Have it signed with "
            "that one (`ccg panel sign-minutes`), or declare the new key."
        ) from None
    except Exception:  # noqa: BLE001  # whatever was put in its place, it is no signed statement
        kind, digests = ("", "", ""), set()
    if kind != (PAYLOAD_TYPE, STATEMENT_TYPE, PREDICATE_TYPE):
        raise MinutesFault(
            f"What is next to the form is no statement about minutes. Let {recorder} sign the form with "
            "`ccg panel sign-minutes`."
        )
    changed = [name for name, sha in written.files.items() if sha not in digests]
    if changed:
        raise MinutesFault(
            f"{changed[0]} has changed since {recorder} signed it. Put back the file that was signed, or "
            "have this one signed."
        )


def is_record(content: bytes) -> bool:
    """Return whether bytes are the statement of a recorder, whoever signed it."""
    try:
        said = json.loads(Envelope.from_dict(json.loads(content)).payload)
        return bool(said["predicateType"] == PREDICATE_TYPE)
    except Exception:  # noqa: BLE001  # then it is anything else
        return False


def checked(content: bytes, key: Key, sha256: str = "") -> list[Finding]:
    """Return what holds of a recorder's statement, and whether the file of that sha256 is one signed."""
    try:
        envelope = Envelope.from_dict(json.loads(content))
        envelope.verify([key], 1)
    except Exception:  # noqa: BLE001  # whatever was put in its place, nobody signed it
        return [Finding(False, "The signature is broken or another key's: nothing in it is vouched for.")]
    found = [Finding(True, f"The signature is that of key {key.keyid[:12]} over exactly these bytes.")]
    try:
        said = json.loads(envelope.payload)
        by, names = said["predicate"], {one["digest"]["sha256"]: one["name"] for one in said["subject"]}
        says = f"{by['recorder']}, {by['panel']}, meeting of {by['meeting']}: {by['meaning']}"
    except (KeyError, TypeError, ValueError):
        return [*found, Finding(False, "What was signed is no statement about minutes.")]
    found.append(Finding(True, says))
    if sha256:
        name = names.get(sha256)
        said_of = f"The file is {name}, as it was signed." if name else "The file is none of those signed."
        found.append(Finding(name is not None, said_of))
    return found
