"""The key of the room at the command line: begun again, and kept elsewhere where a command signs."""

import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from securesystemslib.signer import CryptoSigner

from ccg_pipeline.storage.database import open_database
from expert_panels.certificates.signing_key import PRIVATE, PUBLIC, pem_of
from expert_panels.ledger import record as ledger
from expert_panels.settings import VARIABLE
from tests.support.worlds.terminal import CLINICIAN, DEPUTY, Terminal, database, decide

SETTINGS = """\
address: https://room.example
session_key_file: session.key
sign_in: {{proxy: {{secret_file: secret, sign_in_at: /start}}}}
signing: {{command: [{python}, {program}], public_key_file: elsewhere.pem}}
"""
SIGNS = """\
import sys
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
key = Ed25519PrivateKey.from_private_bytes(b"a key that is kept elsewhere: 32")
sys.stdout.write(key.sign(sys.stdin.buffer.read()).hex())
"""
ELSEWHERE = CryptoSigner(Ed25519PrivateKey.from_private_bytes(b"a key that is kept elsewhere: 32"))


@pytest.fixture
def keys(copy: Path, ccg: Terminal) -> Path:
    """The folder of keys of a home in which the chair has signed."""
    ccg.at(copy).wide(160)
    assert ccg.type(*decide("sign", copy)).code == 0
    (private,) = copy.rglob(PRIVATE)
    return private.parent


def test_a_key_that_is_lost_is_begun_again_only_by_who_says_so(
    keys: Path, copy: Path, ccg: Terminal, tmp_path: Path
) -> None:
    first = (keys / PUBLIC).read_bytes()
    (keys / PRIVATE).unlink()
    lost = ccg.type(*decide("sign", copy, **{"as": DEPUTY}))
    assert lost.code == 1
    assert "the private key is gone and its public half is there" in lost.err
    begun = ccg.type("panel", "key", "--new")
    assert begun.said.startswith("Made: key ")
    assert "Earlier: " in begun.said
    assert (keys / PUBLIC).read_bytes() != first
    assert [one.read_bytes() for one in keys.glob("certificates.*.pub.pem") if one.name != PUBLIC] == [first]
    for who in (DEPUTY, CLINICIAN):
        assert ccg.type(*decide("sign", copy, **{"as": who})).code == 0
    lines = [line for line in ledger.lines(open_database(database(copy))) if line.decision == "approve"]
    assert len({line.signed_by for line in lines}) == 2  # what the lost key signed counts
    assert ccg.type("panel", "verify").code == 0
    paper = tmp_path / "line.dsse.json"
    assert ccg.type("panel", "certificate", str(lines[0].seq), "--output", str(paper)).code == 0
    assert ccg.type("verify", str(paper), "--key", str(keys / PUBLIC)).code == 0


def test_a_key_that_is_kept_elsewhere_signs_by_a_command(
    copy: Path, ccg: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "sign.py"
    program.write_text(SIGNS, encoding="utf-8")
    public = tmp_path / "elsewhere.pem"
    public.write_bytes(pem_of(ELSEWHERE.public_key))
    settings = SETTINGS.format(python=sys.executable, program=program)
    (tmp_path / "room.yaml").write_text(settings, encoding="utf-8")
    monkeypatch.setenv(VARIABLE, str(tmp_path / "room.yaml"))
    ccg.at(copy).wide(160)
    shown = ccg.type("panel", "key")
    assert shown.said.startswith(f"Kept elsewhere: key {ELSEWHERE.public_key.keyid}.")
    new = ccg.type("panel", "key", "--new")
    assert (new.code, new.out) == (2, "")
    assert "the key of the room is kept elsewhere" in new.err
    assert ccg.type(*decide("sign", copy)).code == 0
    assert list(copy.rglob(PRIVATE)) == []
    (line,) = [one for one in ledger.lines(open_database(database(copy))) if one.decision == "approve"]
    assert line.signed_by == ELSEWHERE.public_key.keyval["public"]
    assert ccg.type("panel", "verify", "--key", str(public)).code == 0
    paper = tmp_path / "line.dsse.json"
    assert ccg.type("panel", "certificate", str(line.seq), "--output", str(paper)).code == 0
    assert ccg.type("verify", str(paper), "--key", str(public)).code == 0

    # without the command, or with one that signs by another key, nothing is recorded
    head = ledger.head(open_database(database(copy)))
    for broken, said in (
        ("sys.exit(3)", "failed"),
        ("print('0' * 128)", "signed with another key than the public one"),
    ):
        program.write_text(f"import sys\n{broken}\n", encoding="utf-8")
        refused = ccg.type(*decide("sign", copy, **{"as": DEPUTY}))
        assert refused.code == 1
        assert (said in refused.err, refused.err.count("\n")) == (True, 1)
        assert ledger.head(open_database(database(copy))) == head
