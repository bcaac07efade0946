"""Who records minutes proves it: what is signed, what is refused, and what a recorder may not be."""

import hashlib
import json
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from in_toto.models.metadata import Envelope as InTotoEnvelope
from securesystemslib.signer import CryptoSigner
from sqlalchemy import create_engine

from expert_panels.certificates.certificate import certificate, signed
from expert_panels.certificates.certificate import checked as checked_certificate
from expert_panels.ledger import record as ledger
from expert_panels.ledger.fold import fold
from expert_panels.ledger.line import Line
from expert_panels.ledger.refusal import refusal
from expert_panels.ledger.verify import verify
from expert_panels.minutes.form import MinutesFault, Written, decisions_of, read_minutes
from expert_panels.minutes.recorder import MEANING, checked, hold, is_record, record
from expert_panels.schema import METADATA
from tests.support.notations.gate_lines import ENGINEER, TERMS, a_line, email, lines_of, sha, unsealed
from tests.support.notations.signed_lines import with_key

SIGNER = CryptoSigner(Ed25519PrivateKey.from_private_bytes(b"a key for tests, of 32 bytes ..."))
KEY = SIGNER.public_key
OTHER = CryptoSigner.generate_ed25519()
SECRETARY = "secretary@board.example"
FORM = {
    "meeting": date(2017, 4, 5),
    "panel": "cancer",
    "month": "2017-03",
    "table": sha("A"),
    "minutes": "signed.pdf",
    "recorder": SECRETARY,
    "present": [email("chair")],
    "decisions": [{"who": email("chair"), "decision": "approve", "interests": "none"}],
}


def written(folder: Path, minutes: bytes = b"by hand", **changed: object) -> Written:
    (folder / "signed.pdf").write_bytes(minutes)
    (folder / "minutes.yaml").write_text(json.dumps({**FORM, **changed}, default=str), encoding="utf-8")
    return read_minutes(folder / "minutes.yaml")


def test_the_statement_is_of_both_files_and_verifiers_that_are_not_ours_take_it(tmp_path: Path) -> None:
    found = written(tmp_path)
    content = record(found, "PEM", SIGNER)
    hold(content, found, KEY)
    envelope = InTotoEnvelope.from_dict(json.loads(content))
    envelope.verify_signature({"keyid": KEY.keyid, **KEY.to_dict()})
    said = json.loads(envelope.payload)
    assert [(one["name"], one["digest"]["sha256"]) for one in said["subject"]] == [
        (name, hashlib.sha256((tmp_path / name).read_bytes()).hexdigest())
        for name in ("minutes.yaml", "signed.pdf")
    ]
    assert said["predicate"] == {
        "recorder": SECRETARY, "meaning": MEANING, "meeting": "2017-04-05", "panel": "cancer",
        "round": "2017-03", "table": sha("A"), "public_key": "PEM",
    }  # fmt: skip
    assert record(found, "PEM", SIGNER) == content


def test_minutes_in_markdown_are_one_file(tmp_path: Path) -> None:
    form = {name: value for name, value in FORM.items() if name != "minutes"}
    path = tmp_path / "minutes.md"
    path.write_text(f"---\n{json.dumps(form, default=str)}\n---\n\nThe panel agreed.\n", encoding="utf-8")
    found = read_minutes(path)
    assert list(found.files) == ["minutes.md"]
    hold(record(found, "PEM", SIGNER), found, KEY)


def test_what_changed_since_it_was_signed_is_named(tmp_path: Path) -> None:
    content = record(written(tmp_path), "PEM", SIGNER)
    for changed, name in (
        (written(tmp_path, minutes=b"by another hand"), "signed.pdf"),
        (written(tmp_path, present=[email("chair"), email("m1")]), "minutes.yaml"),
    ):
        with pytest.raises(MinutesFault, match=rf"^{name} has changed since {SECRETARY} signed it\. Put"):
            hold(content, changed, KEY)
    hold(content, written(tmp_path), KEY)


def altered(content: bytes) -> bytes:
    return content.replace(b'"sig": "', b'"sig": "AAAA')


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (
            lambda found: record(found, "PEM", OTHER),
            "with another key than the one declared for",
        ),
        (lambda found: altered(record(found, "PEM", SIGNER)), "was signed with another key"),
        (lambda _: b"", "is no statement about"),
        (lambda _: b"{}", "is no statement about"),
        (lambda found: record(found, "PEM", SIGNER).decode().encode("utf-16"), "is no statement about"),
        (lambda _: b"[1]", "is no statement about"),
        (lambda _: signed({}, SIGNER), "is no statement about"),
        (
            lambda _: certificate(lines_of("open A; m1 approve")[1], {}, SIGNER),
            "is no statement about",
        ),
    ],
)
def test_what_does_not_hold_is_refused_in_two_sentences(tmp_path: Path, content: object, said: str) -> None:
    found = written(tmp_path)
    assert callable(content)
    with pytest.raises(MinutesFault) as refused:
        hold(content(found), found, KEY)
    sentence = str(refused.value)
    assert said in sentence
    assert sentence.count(". ") == 1
    assert sentence.endswith(".")
    assert "\n" not in sentence


def test_nobody_signs_a_form_that_names_nobody(tmp_path: Path) -> None:
    with pytest.raises(MinutesFault, match="names nobody who records it"):
        record(written(tmp_path, recorder=""), "PEM", SIGNER)


def test_years_later_what_was_signed_is_checked_by_itself(tmp_path: Path) -> None:
    found = written(tmp_path)
    content = record(found, "PEM", SIGNER)
    assert is_record(content)
    assert not is_record(certificate(lines_of("open A; m1 approve")[1], {}, SIGNER))
    assert not is_record(b"[]")
    findings = checked(content, KEY, found.sha256)
    assert [one.holds for one in findings] == [True, True, True]
    assert findings[1].sentence == f"{SECRETARY}, cancer, meeting of 2017-04-05: {MEANING}"
    assert findings[2].sentence == "The file is signed.pdf, as it was signed."
    assert not checked(content, KEY, "0" * 64)[-1].holds
    for broken in (checked(content, OTHER.public_key), checked(altered(content), KEY)):
        assert [one.holds for one in broken] == [False]
    assert not checked(signed({"predicate": {}, "subject": []}, SIGNER), KEY)[-1].holds


# who records, what the sentence holds ('' = may be recorded)
RECORDERS = [
    (SECRETARY, ""),
    (email("m1"), "m1@panel.example holds a seat on the Cancer panel on 2017-04-05"),
    (email("chair"), "holds a seat"),  # even of what is the recorder's own decision
    (email("d1"), "holds a seat"),
    (email("M2").upper(), "holds a seat"),
    (email("late"), ""),  # the seat begins on the day after
    (email("ex"), ""),  # and ended the day before
    (ENGINEER, "launched the run that made this table and so records no decision on it"),
    (ENGINEER.upper(), "launched the run"),
    ("secretary\x1b@board.example", "The recorded_by holds a control character"),
]
MINUTED = {"via": "minutes", "minuted_on": "2017-04-05", "minutes_sha256": "a" * 64}


def minuted(**changed: str) -> Line:
    return a_line("m3", "approve", "A", 1, **{**MINUTED, **changed})


@pytest.mark.parametrize(("recorder", "said"), RECORDERS)
def test_nobody_records_what_they_could_decide_or_have_made(recorder: str, said: str) -> None:
    state = fold(lines_of("open A"), TERMS)
    line = minuted(recorded_by=recorder, record_sha256="b" * 64)
    found = refusal(line, state, TERMS)
    assert (said in found) if said else (found == "")
    # nor does such a line count that was forged past the rules
    assert len(fold([*lines_of("open A"), line], TERMS).votes) == (not said)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (
            {"minuted_on": "2017-04-04", "recorded_by": email("ex")},
            "ex@panel.example holds a seat on",
        ),
        ({"record_sha256": ""}, "is named together with the sha256"),
        ({"recorded_by": ""}, "is named together with the sha256"),
        ({"record_sha256": "B" * 64}, "is named together with the sha256"),
        ({"record_sha256": "b", "recorded_by": ""}, "is named together with the sha256"),
        (
            {"via": "page", "minuted_on": "", "minutes_sha256": ""},
            "via 'page' is in no minutes.",
        ),
    ],
)
def test_a_recorder_stands_in_minutes_and_with_what_was_signed(changed: dict[str, str], said: str) -> None:
    line = minuted(**{"recorded_by": SECRETARY, "record_sha256": "b" * 64, **changed})
    assert said in refusal(line, fold(lines_of("open A"), TERMS), TERMS)


def test_a_line_names_its_recorder_and_what_was_signed(tmp_path: Path) -> None:
    engine = with_key(create_engine(f"sqlite:///{tmp_path}/ledger.sqlite"))
    METADATA.create_all(engine)
    now = datetime(2017, 4, 5, 16, tzinfo=UTC)
    about = {"lane": "interim", "partition_key": "2017-03"}
    ledger.open_round(engine, TERMS, **about, subject=sha("A"), launched_by="x", at=now)
    found = written(tmp_path)
    state = ledger.state_of(engine, TERMS, **about)
    taken = decisions_of(found, TERMS, **about, state=state, today=now.date(), record_sha256="c" * 64)
    (line,) = ledger.decide_all(engine, taken, now)
    assert (line.recorded_by, line.record_sha256) == (SECRETARY, "c" * 64)
    assert verify(engine) == []
    engine.dispose()


def test_a_certificate_names_who_recorded() -> None:
    line = unsealed("open A; m3 approve")[1]
    line = replace(line, **MINUTED, recorded_by=SECRETARY, record_sha256="b" * 64).sealed(2, "0" * 64)
    paper = certificate(line, {}, SIGNER)
    assert f"Recorded by {SECRETARY} from the minutes of 2017-04-05." in " ".join(
        one.sentence for one in checked_certificate(paper, KEY)
    )
