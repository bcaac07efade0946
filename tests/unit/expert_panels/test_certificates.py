"""Certificates: what one says, that another verifier takes it, that any touched byte shows, and the key."""

import hashlib
import json
import os
import stat
from base64 import b64decode, b64encode
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st
from in_toto.models.metadata import Envelope as InTotoEnvelope
from securesystemslib.dsse import Envelope
from securesystemslib.signer import CryptoSigner, SSlibKey

from expert_panels.certificates.certificate import certificate, checked, signed_with
from expert_panels.certificates.signing_key import PRIVATE, PUBLIC, make_key, public_key, signer_in
from expert_panels.foundation.fault import Fault
from tests.support.notations.gate_lines import TERMS, email, lines_of

TABLE = b'panel,ccg_code,rating\ncancer,01C,Good\ncancer,02N,"Bad, really"\n'
RELEASED = (
    b"panel,ccg_code,rating,verification,edition\n"
    b'cancer,01C,Good,verified,iaf\ncancer,02N,"Bad, really",verified,iaf\ndementia,01C,Bad,verified,iaf\n'
)
PRIVATE_KEY = Ed25519PrivateKey.from_private_bytes(b"a key for tests, of 32 bytes ...")
SIGNER = CryptoSigner(PRIVATE_KEY)
LINE = lines_of("open A; m1 approve; chair approve")[2]
FILES = {"cancer.csv": hashlib.sha256(TABLE).hexdigest()}
CERTIFICATE = certificate(LINE, FILES, SIGNER)


def payload() -> dict[str, Any]:
    return dict(json.loads(b64decode(json.loads(CERTIFICATE)["payload"])))


def signed(statement: object, payload_type: str = "application/vnd.in-toto+json") -> bytes:
    """A well-signed envelope around anything."""
    envelope = Envelope(json.dumps(statement).encode(), payload_type, {})
    envelope.sign(SIGNER)
    return json.dumps(envelope.to_dict()).encode()


def broken(content: bytes, key: SSlibKey = SIGNER.public_key, table: bytes | None = None) -> list[str]:
    return [one.sentence for one in checked(content, key, table) if not one.holds]


def test_a_certificate_says_what_the_line_says() -> None:
    said = payload()
    assert said["_type"] == "https://in-toto.io/Statement/v1"
    assert said["predicate"] == LINE.content()
    assert [one["digest"]["sha256"] for one in said["subject"]] == [LINE.subject_sha256, *FILES.values()]
    assert certificate(LINE, FILES, SIGNER) == CERTIFICATE
    assert [one.holds for one in checked(CERTIFICATE, SIGNER.public_key, TABLE)] == [True] * 4
    sentences = " ".join(one.sentence for one in checked(CERTIFICATE, SIGNER.public_key, TABLE))
    assert f"Line 3: {LINE.actor} (chair) decided to approve on cancer, interim 2017-03" in sentences


SIGNED = "open A; m1 approve; chair approve; m2 approve; m3 approve"

# script, the line that is certified, who is named as having signed
SIGNATURES = [
    (SIGNED, 4, "m1 chair m2 m3"),
    (SIGNED, 5, "m1 chair m2 m3"),
    ("open A; m1 approve; chair approve", 2, "m1 chair"),
    ("open A; m1 approve; m1 recuse; chair approve", 4, "chair"),
    (f"{SIGNED}; open B; deputy approve", 4, "m1 chair m2 m3"),
    (f"{SIGNED}; open B; deputy approve", 7, "deputy"),
    (f"{SIGNED}; m1 withdraw; open A; m1 approve", 5, "m1 chair m2 m3"),
    ("open A; m1 approve; m2 return; open A; chair approve", 2, "m1"),
    ("open A; m1 approve; d1 override; d2 override", 4, "d1 d2"),
    ("open A; m1 approve; stranger approve; ex approve", 2, "m1"),
    ("open A; m1 return", 2, ""),
    ("open A; m1 comment 01C", 2, ""),
    (SIGNED, 1, ""),
]


@pytest.mark.parametrize(("script", "seq", "who"), SIGNATURES)
def test_a_certificate_names_all_who_signed_the_same_table(script: str, seq: int, who: str) -> None:
    lines = lines_of(script)
    signatures = signed_with(lines, lines[seq - 1], TERMS)
    assert [one.actor for one in signatures] == [email(each) for each in who.split()]
    paper = certificate(lines[seq - 1], FILES, SIGNER, signatures)
    found = checked(paper, SIGNER.public_key, TABLE)
    assert all(one.holds for one in found)
    named = ", ".join(f"{one.actor} ({one.role}, line {one.seq})" for one in signatures)
    assert [one.sentence for one in found if one.sentence.startswith("Signed by")] == (
        [f"Signed by {named}."] if who else []
    )


def test_a_named_signature_is_signed_too_and_its_form_is_held() -> None:
    lines = lines_of(SIGNED)
    said = json.loads(b64decode(json.loads(certificate(LINE, FILES, SIGNER, lines[1:3]))["payload"]))
    assert broken(signed(said)) == []
    said["predicate"]["signatures"] = [{"actor": "x"}]
    assert broken(signed(said)) == ["What was signed is no statement about a decision."]
    said["predicateType"] = "urn:ccg-pipeline:panel-decision:v1"  # in which nothing is next to the line
    assert "does not give the hash that it carries" in broken(signed(said))[0]


def test_verifiers_that_are_not_ours_take_it() -> None:
    """in-toto's own envelope; and nothing but Ed25519 over DSSE's pre-authentication encoding."""
    envelope = InTotoEnvelope.from_dict(json.loads(CERTIFICATE))
    envelope.verify_signature({"keyid": SIGNER.public_key.keyid, **SIGNER.public_key.to_dict()})
    outer = json.loads(CERTIFICATE)
    body, kind = b64decode(outer["payload"]), outer["payloadType"].encode()
    encoded = b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(body), body)
    signature = b64decode(outer["signatures"][0]["sig"])
    raw = PRIVATE_KEY.public_key()
    raw.verify(signature, encoded)
    with pytest.raises(InvalidSignature):
        raw.verify(signature, encoded + b" ")


@given(st.integers(0, len(CERTIFICATE) - 1), st.integers(1, 255))
def test_any_touched_byte_of_what_is_signed_breaks_it(place: int, by: int) -> None:
    touched = bytearray(CERTIFICATE)
    touched[place] ^= by
    try:
        same = Envelope.from_dict(json.loads(bytes(touched))) == Envelope.from_dict(json.loads(CERTIFICATE))
    except Exception:  # noqa: BLE001  # it is no JSON, no base64 or no envelope any more
        same = False
    assert bool(broken(bytes(touched))) is not same  # white space between the fields is no part of it


@pytest.mark.parametrize("name", sorted(LINE.content()))
def test_a_field_that_somebody_with_the_key_changed_does_not_give_the_hash(name: str) -> None:
    said = payload()
    value = said["predicate"][name]
    said["predicate"][name] = value + 1 if isinstance(value, int) else f"{value}x"
    assert broken(signed(said))


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "This is no certificate"),
        (b"[]", "This is no certificate"),
        (b"{}", "This is no certificate"),
        (b'{"payload": "x", "payloadType": "y", "signatures": [{}]}', "This is no certificate"),
        (signed({}), "What was signed is no statement about a decision."),
        (signed([1]), "What was signed is no statement about a decision."),
        (signed({**payload(), "predicateType": "another"}), "What was signed is another kind of statement"),
        (signed(payload(), "text/plain"), "What was signed is another kind of statement"),
        (signed({**payload(), "subject": payload()["subject"][1:]}), "The statement is not about the table"),
    ],
)
def test_what_is_broken_is_one_sentence(content: bytes, sentence: str) -> None:
    (said,) = broken(content)
    assert said.startswith(sentence)
    assert said.endswith(".")


def test_another_key_vouches_for_nothing() -> None:
    other = CryptoSigner.generate_ed25519().public_key
    assert broken(CERTIFICATE, other) == [
        "The signature is broken or another key's: nothing in it is vouched for."
    ]
    # nor does one that calls itself by the right name
    disguised = SSlibKey(SIGNER.public_key.keyid, other.keytype, other.scheme, other.keyval)
    assert broken(CERTIFICATE, disguised)


@pytest.mark.parametrize(
    ("table", "holds", "sentence"),
    [
        (TABLE, True, "byte for byte"),
        (RELEASED, True, "The rows of cancer in the table are exactly those"),
        (RELEASED.replace(b'02N,"Bad', b'02N,"Mad'), False, "is not the one that was decided on"),
        (RELEASED.replace(b"dementia", b"cancer"), False, "is not the one"),
        (RELEASED.replace(b"cancer,01C,Good,verified,iaf\n", b""), False, "is not the one"),
        (b"", False, "is not the one"),
        (b"\xff\xfe", False, "is not the one"),
        (b"a,b\n1,2,3\n", False, "is not the one"),
    ],
)
def test_a_table_is_the_one_or_is_not(table: bytes, holds: bool, sentence: str) -> None:
    found = checked(CERTIFICATE, SIGNER.public_key, table)[3:]
    assert (all(one.holds for one in found), sentence in found[0].sentence) == (holds, True)


@pytest.mark.parametrize(
    ("files", "table", "said"),
    [
        (FILES, RELEASED.replace(b"Good", b"Bad"), "or this certificate is of before tables left without"),
        (FILES, RELEASED.replace(b"panel,", b"body,"), "decided on."),
        (FILES, RELEASED.replace(b"ccg_code", b"detail"), "decided on."),
        ({**FILES, "grades.csv": "ab" * 32}, RELEASED.replace(b"Good", b"Bad"), "decided on."),
    ],
)
def test_a_certificate_of_before_says_that_it_may_be_that(
    files: dict[str, str], table: bytes, said: str
) -> None:
    (sentence,) = broken(certificate(LINE, files, SIGNER), table=table)
    assert sentence.startswith("The table is not the one that was decided on")
    assert said in sentence


# an edit of the released table that left the rows of the decision in it as they were, and what is said of it
EDITS = [
    (b"rating,verification", b"rating,rating,verification", "'rating' is there more than once"),
    (b"rating,verification,", b"rating,Rating ,", "'rating' is there more than once"),
    (b"dementia,01C", b"Cancer,01C", "row 4 names the panel 'Cancer', which is no key of one"),
    (b"dementia,01C", b"cancer ,01C", "row 4 names the panel 'cancer '"),
    (b"dementia,01C", "c\u0430ncer,01C".encode(), "row 4 names the panel"),
    (b"dementia,01C", b"can_cer,01C", "row 4 names the panel 'can_cer'"),
    (b"Good,verified", b"Good,awaiting", "The column verification says 'awaiting', 'verified' of them."),
    (b",verified,", b",inspected,", "they are 'inspected', which this decision does not"),
    (b",verified,", b",overridden,", "they are 'overridden', which this decision does not"),
    (b"Bad,verified,iaf\n", b"Bad,verified,iaf,x\n", "row 4 has another number of cells than the first"),
    (b"Bad,verified,iaf\n", b"Bad\n", "row 4 has another number of cells than the first"),
]


@pytest.mark.parametrize(("old", "new", "said"), EDITS)
def test_a_released_table_is_compared_as_a_whole(old: bytes, new: bytes, said: str) -> None:
    """Seen before: each of these held."""
    assert old in RELEASED
    assert said in " ".join(broken(CERTIFICATE, table=RELEASED.replace(old, new)))


def test_what_is_not_of_the_decision_is_named() -> None:
    last = checked(CERTIFICATE, SIGNER.public_key, RELEASED)[-1]
    assert last.sentence == (
        "Not of this decision, and vouched for by nothing here: 1 rows of dementia, the column verification, "
        "the column edition."
    )


def test_what_an_export_says_of_each_row_is_named_and_may_differ() -> None:
    head, *rows = RELEASED.splitlines()
    said = b"\n".join(
        [head + b",how_sure", *(b"%s,in %d of 100" % (row, at) for at, row in enumerate(rows)), b""]
    )
    found = checked(CERTIFICATE, SIGNER.public_key, said)[3:]
    assert all(one.holds for one in found)
    assert found[-1].sentence.endswith("the column edition, the column how_sure.")


def test_a_key_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    assert make_key(folder)
    private, public = (folder / PRIVATE).read_bytes(), (folder / PUBLIC).read_bytes()
    assert stat.S_IMODE((folder / PRIVATE).stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o755  # the public half is for everybody
    assert not make_key(folder)
    (folder / PUBLIC).unlink()
    assert not make_key(folder)
    (folder / PRIVATE).rename(folder / "elsewhere")
    with pytest.raises(Fault, match="the private key is gone and its public half is there"):
        make_key(folder)
    (folder / "elsewhere").rename(folder / PRIVATE)
    assert ((folder / PRIVATE).read_bytes(), (folder / PUBLIC).read_bytes()) == (private, public)
    assert sorted(os.listdir(folder)) == [PRIVATE, PUBLIC]
    made = certificate(LINE, {}, signer_in(folder))
    assert broken(made, public_key(public, PUBLIC)) == []


@pytest.mark.parametrize(
    ("content", "mode", "sentence"),
    [
        (None, 0o600, "there is no key yet; `ccg panel key` makes one."),
        (b"half a key", 0o600, "holds no Ed25519 private key; put back the file that was kept elsewhere."),
        (SIGNER.private_bytes, 0o644, "others may read or write the private key"),
        (SIGNER.private_bytes, 0o620, "others may read or write the private key"),
    ],
    ids=["none", "half", "others read", "others write"],
)
def test_a_key_that_may_not_be_used_is_said_and_never_replaced(
    tmp_path: Path, content: bytes | None, mode: int, sentence: str
) -> None:
    if content is not None:
        (tmp_path / PRIVATE).write_bytes(content)
        (tmp_path / PRIVATE).chmod(mode)
        with pytest.raises(Fault, match=sentence):
            make_key(tmp_path)
        assert (tmp_path / PRIVATE).read_bytes() == content
    with pytest.raises(Fault, match=sentence):
        signer_in(tmp_path)


@pytest.mark.parametrize(
    "content", [b"", b"-----BEGIN PUBLIC KEY-----\n", b64encode(b"x"), SIGNER.private_bytes]
)
def test_what_is_no_public_key_is_said(content: bytes) -> None:
    with pytest.raises(Fault, match=r"^k\.pem: holds no Ed25519 public key in PEM"):
        public_key(content, "k.pem")
