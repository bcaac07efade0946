"""`ccg panel minutes` on real data: whoever records proves it, and what was signed stands up by itself."""

import json
from base64 import b64decode
from pathlib import Path

import pytest
from sqlalchemy import select, text

from ccg_pipeline.storage.database import open_database
from expert_panels import tables as panel_tables
from expert_panels.ledger import record as ledger
from expert_panels.settings import VARIABLE
from expert_panels.terms import load_terms
from tests.support.worlds.real_data import called_real
from tests.support.worlds.terminal import (
    CHAIR,
    CLINICIAN,
    DEPUTY,
    Answer,
    Terminal,
    database,
    decide,
    table_before,
    today,
)

SECRETARY = "secretary@board.example"
WHO = (CHAIR, DEPUTY, CLINICIAN, "cancer.nurse@panel.example")
SETTINGS = """\
address: https://room.example
session_key_file: session.key
sign_in: {proxy: {secret_file: secret, sign_in_at: /start}}
minutes: {recorders: {RECORDERS}}
notices: {mail: {host: 127.0.0.1, starttls: false, sender: room@room.example}}
"""


@pytest.fixture
def real(copy: Path) -> Path:
    """The scored home, its data declared to be real."""
    called_real(open_database(database(copy)))
    return copy


class Meeting:
    """A folder with the papers of a meeting, the recorder's key and the settings that declare it."""

    def __init__(self, folder: Path, home: Path, ccg: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
        folder.mkdir()
        self.folder, self._home, self._ccg = folder, home, ccg.at(home).wide(160)
        self.form, self.paper = folder / "minutes.yaml", folder / "signed.pdf"
        self.paper.write_bytes(b"signed by hand")
        self._monkeypatch = monkeypatch

    def declare(self, *recorders: str) -> None:
        declared = ", ".join(f"{one}: key/recorder.pub.pem" for one in recorders)
        settings = self.folder / "room.yaml"
        settings.write_text(SETTINGS.replace("RECORDERS", declared), encoding="utf-8")
        self._monkeypatch.setenv(VARIABLE, str(settings))

    def write(self, recorder: str = SECRETARY) -> None:
        taken = "".join(f"  - {{who: {one}, decision: approve, interests: none}}\n" for one in WHO)
        self.form.write_text(
            f"meeting: {today()}\npanel: cancer\nmonth: 2017-03\n"
            f"table: {table_before('cancer', self._home)}\nminutes: signed.pdf\n"
            + (f"recorder: {recorder}\n" if recorder else "")
            + f"present: [{', '.join(WHO)}]\ndecisions:\n{taken}",
            encoding="utf-8",
        )

    def key(self, name: str = "key") -> Answer:
        return self._ccg.type("panel", "recorder-key", str(self.folder / name))

    def sign(self, name: str = "key") -> Answer:
        key = self.folder / name / "recorder.key.pem"
        return self._ccg.type("panel", "sign-minutes", str(self.form), "--key", str(key))

    def refused(self) -> str:
        """Why the minutes are not recorded; it is known that nothing is, and that the attempt is logged."""
        engine = open_database(database(self._home))
        before = ledger.head(engine)
        answer = self._ccg.type("panel", "minutes", str(self.form))
        assert (answer.code, answer.out, answer.err.count("\n")) == (1, "", 1)
        assert ledger.head(engine) == before
        log = panel_tables.access_log
        with engine.connect() as connection:
            last = connection.execute(log.select().order_by(log.c.seq.desc())).first()
        assert last is not None
        assert (last.what, last.subject) == ("panel minutes cancer", "interim 2017-03")
        assert last.outcome == f"refused: {answer.err.strip()}"
        return answer.err.strip()


@pytest.fixture
def meeting(tmp_path: Path, real: Path, ccg: Terminal, monkeypatch: pytest.MonkeyPatch) -> Meeting:
    return Meeting(tmp_path / "meeting", real, ccg, monkeypatch)


def test_on_real_data_minutes_need_a_declared_recorder_who_signed_these_very_files(meeting: Meeting) -> None:
    meeting.write(recorder="")
    assert meeting.refused().startswith("minutes.yaml: this database holds real data, so the form must name")
    meeting.write()
    assert (
        f"{SECRETARY} is not declared as a recorder in any settings (CCG_ROOM names none)."
        in meeting.refused()
    )
    assert meeting.sign().err.endswith("there is no key yet; `ccg panel recorder-key` makes one.\n")
    assert meeting.key().said.startswith("Made: key ")
    assert meeting.key().said.startswith("Kept: key ")
    meeting.declare("other@board.example")
    assert meeting.refused() == (
        f"minutes.yaml: {SECRETARY} is not declared as a recorder in room.yaml. Declare the recorder's "
        "public key there, under `minutes: {recorders: {ADDRESS: FILE}}`."
    )
    meeting.declare("other@board.example", SECRETARY)
    assert meeting.refused().startswith("minutes.yaml: there is no minutes.yaml.signed.json next to it. Let ")
    meeting.key("another")
    meeting.sign("another")
    assert meeting.refused().startswith(
        "The form was signed with another key than the one declared for secre"
    )
    assert meeting.sign().said.startswith(f"{SECRETARY}: I record the decisions that stand in this form")
    meeting.paper.write_bytes(b"signed by another hand")
    assert meeting.refused() == (
        f"signed.pdf has changed since {SECRETARY} signed it. Put back the file that was signed, or have "
        "this one signed."
    )


@pytest.mark.parametrize(
    ("recorder", "said"),
    [
        (DEPUTY, "holds a seat on the Cancer panel on TODAY and so records nothing for it."),
        ("engineer@data.example", "launched the run that made this table and so records no decision on it."),
    ],
)
def test_who_decides_or_made_the_table_records_nothing(meeting: Meeting, recorder: str, said: str) -> None:
    meeting.key()
    meeting.declare(recorder)
    meeting.write(recorder)
    assert meeting.sign().code == 0
    assert meeting.refused() == f"Nothing is recorded, for decision 1 of 4: {recorder} {said}".replace(
        "TODAY", today()
    )


def test_what_was_recorded_stands_up_years_later(meeting: Meeting, real: Path, ccg: Terminal) -> None:
    meeting.key()
    meeting.declare(SECRETARY)
    meeting.write()
    meeting.sign()
    answer = ccg.type("panel", "minutes", str(meeting.form))
    assert answer.code == 0, answer.err
    assert f"Recorded by {SECRETARY}." in answer.said
    engine = open_database(database(real))
    lines = ledger.lines(engine)[-4:]
    assert [line.actor for line in lines] == list(WHO)
    assert {(line.via, line.recorded_by, line.minuted_on) for line in lines} == {
        ("minutes", SECRETARY, today())
    }
    state = ledger.state_of(engine, load_terms()["cancer"], "interim", "2017-03")
    assert (state.state, len(state.published_by), len(state.decided_by)) == ("approved", 4, 3)
    signed_by = "cancer 1 approved chair, deputy, clinical member, nursing member"
    assert signed_by in ccg.type("panel", "status").said
    assert meeting.refused().startswith(
        f"minutes.yaml was recorded already, from line {lines[0].seq} on. What "
    )
    # each of the four has a receipt on its way, with a certificate that was issued now
    with engine.connect() as connection:
        columns = panel_tables.notice.c
        sent = connection.execute(select(columns.recipient, columns.text, columns.attachment)).all()
    assert {recipient for recipient, *_ in sent} == set(WHO)
    for line in lines:
        ((said, attached),) = [one[1:] for one in sent if one[0] == line.actor]
        assert f"recorded as line {line.seq}: {line.meaning}" in said
        assert json.loads(b64decode(json.loads(attached)["payload"]))["predicate"]["hash"] == line.hash
    # everything that a stranger needs: the certificate, what was signed, the minutes, two public keys
    paper, signed, issuer = (meeting.folder / name for name in ("paper.json", "record.json", "issuer.pem"))
    assert ccg.type("panel", "key", "--output", str(issuer)).code == 0
    asked = ("panel", "certificate", str(lines[-1].seq), "--output", str(paper), "--record", str(signed))
    assert ccg.type(*asked).code == 0
    meeting.form.unlink()
    checked = ccg.type("verify", str(paper), "--key", str(issuer))
    assert (checked.code, f"Recorded by {SECRETARY} from the minutes of {today()}." in checked.said) == (
        0,
        True,
    )
    recorder = str(meeting.folder / "key" / "recorder.pub.pem")
    checked = ccg.type("verify", str(signed), "--key", recorder, "--table", str(meeting.paper))
    assert (checked.code, checked.out.count("holds ")) == (0, 3), checked.out
    assert "The file is signed.pdf, as it was signed." in checked.said
    meeting.paper.write_bytes(b"signed by another hand")
    checked = ccg.type("verify", str(signed), "--key", recorder, "--table", str(meeting.paper))
    assert (checked.code, checked.out.count("BROKEN")) == (1, 1)
    assert ccg.type("verify", str(signed), "--key", str(issuer)).code == 1
    assert ccg.type(*asked[:2], "1", *asked[3:]).err == "Line 1 was recorded from no signed minutes.\n"
    # nor can what was signed vanish from the database unseen
    assert ccg.type("panel", "verify").said.startswith("The ledger is whole: ")
    with engine.begin() as connection:
        triggers = connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).scalars()
        for trigger in triggers.all():
            connection.execute(text(f'DROP TRIGGER "{trigger}"'))
        connection.execute(text("DELETE FROM kept WHERE part = 'record'"))
    broken = ccg.type("panel", "verify")
    assert (broken.code, f"Line {lines[0].seq}, signed by {SECRETARY}: No part is kept" in broken.err) == (
        1,
        True,
    )


def test_who_may_not_decide_at_the_command_line_is_told_where_to(
    meeting: Meeting, real: Path, ccg: Terminal
) -> None:
    minutes = "or have the minutes of a meeting recorded (`ccg panel minutes`).\n"
    refused = ccg.type(*decide("sign", real))
    assert refused.err.endswith(f"decide in the panels' room (`ccg room`, with settings), {minutes}")
    meeting.declare(SECRETARY)
    refused = ccg.type(*decide("sign", real))
    assert refused.err.endswith(f"decide in the panels' room at https://room.example, {minutes}")
    assert (refused.code, refused.err.count("\n")) == (1, 1)
