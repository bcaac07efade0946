"""Minutes of a meeting: what is recorded, and that a form with one wrong line records nothing."""

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine

from expert_panels.ledger import record as ledger
from expert_panels.ledger.record import DecisionRefused
from expert_panels.ledger.verify import verify
from expert_panels.minutes.form import MinutedDecision, MinutesFault, decisions_of, read_minutes
from expert_panels.schema import METADATA
from expert_panels.terms import Terms
from tests.support.notations.gate_lines import COMMITTEE, TERMS, email, sha
from tests.support.notations.signed_lines import with_key

MEETING, NOW = date(2017, 4, 5), datetime(2017, 4, 5, 16, 0, tzinfo=UTC)
ROUND = ("interim", "2017-03")
FORM: dict[str, Any] = {
    "meeting": MEETING,
    "panel": "cancer",
    "month": "2017-03",
    "table": sha("A"),
    "minutes": "signed.pdf",
    "present": [email(who) for who in ("chair", "m1", "m2", "m3", "d1")],
    "decisions": [
        {"who": email("m1"), "decision": "comment", "reason": "Small numbers.", "about": "01C"},
        *({"who": email(who), "decision": "approve", "interests": "none"} for who in ("chair", "m1", "m2")),
    ],
}
SIGNED = b"%PDF signed by hand"


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = with_key(create_engine(f"sqlite:///{tmp_path}/ledger.sqlite"))
    METADATA.create_all(engine)
    ledger.open_round(
        engine, TERMS, lane=ROUND[0], partition_key=ROUND[1], subject=sha("A"), launched_by="x", at=NOW
    )
    yield engine
    engine.dispose()


def written(folder: Path, **changed: Any) -> Path:
    (folder / "signed.pdf").write_bytes(SIGNED)
    path = folder / "minutes.yaml"
    path.write_text(json.dumps({**FORM, **changed}, default=str), encoding="utf-8")
    return path


def judged(one: MinutedDecision) -> tuple[str, str]:
    assert one.judgement == "leadership"
    return "165a", "Red"


def record(
    engine: Engine, path: Path, today: date = MEETING, terms: Terms = TERMS, at: datetime = NOW
) -> list[Any]:
    written = read_minutes(path)
    state = ledger.state_of(engine, terms, *ROUND)
    return ledger.decide_all(engine, decisions_of(written, terms, *ROUND, state, today, judged), at)


def test_minuted_decisions_are_recorded_with_the_day_and_the_hash_of_the_minutes(
    engine: Engine, tmp_path: Path
) -> None:
    lines = record(engine, written(tmp_path))
    assert [line.decision for line in lines] == ["comment", "approve", "approve", "approve"]
    assert {line.via for line in lines} == {"minutes"}
    assert {line.minuted_on for line in lines} == {"2017-04-05"}
    assert {line.minutes_sha256 for line in lines} == {hashlib.sha256(SIGNED).hexdigest()}
    assert ledger.state_of(engine, TERMS, *ROUND).state == "approved"
    assert verify(engine) == []


def test_all_who_approved_are_recorded_though_a_quorum_of_them_would_do(
    engine: Engine, tmp_path: Path
) -> None:
    everybody = [approve(who) for who in ("chair", "m1", "m2", "m3")]
    lines = record(engine, written(tmp_path, decisions=everybody))
    state = ledger.state_of(engine, TERMS, *ROUND)
    assert (state.state, state.decision_line) == ("approved", lines[2].hash)
    assert [one.actor for one in state.published_by] == [one["who"] for one in everybody]


def test_minutes_in_markdown_are_their_own_minutes(engine: Engine, tmp_path: Path) -> None:
    form = {name: value for name, value in FORM.items() if name != "minutes"}
    path = tmp_path / "minutes.md"
    written = json.dumps(form, default=str)
    path.write_text(f"---\n{written}\n---\n\n# Minutes\n\nThe panel agreed.\n", encoding="utf-8")
    lines = record(engine, path)
    assert {line.minutes_sha256 for line in lines} == {hashlib.sha256(path.read_bytes()).hexdigest()}


def approve(who: str, **changed: str) -> dict[str, str]:
    return {"who": email(who), "decision": "approve", "interests": "none", **changed}


def moderate(who: str, **changed: str) -> dict[str, str]:
    said = {"about": "01C", "judgement": "leadership", "to": "Green", "reason": "Seen at the visit."}
    return approve(who, decision="moderate", **{**said, **changed})


# what of the form is changed, and what the one sentence says
REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"decisions": [approve("chair"), approve("m1", interests="")]}, "for decision 2 of 2: The decl"),
    ({"decisions": [approve("chair"), approve("chair")]}, "decision 2 of 2: chair@panel.example has decided"),
    ({"decisions": [approve("m1"), approve("m2", decision="return")]}, "2 of 2: A decision to return"),
    ({"table": sha("B")}, "for decision 1 of 4: The data have moved: you saw bbbbbbbbbbbb"),
    ({"decisions": [approve("m1"), approve("stranger")]}, "stranger@panel.example decided but is not"),
    ({"decisions": [approve("m1"), approve("d1")]}, "d1@panel.example held no such seat on the Cancer panel"),
    ({"meeting": date(2017, 4, 6)}, "The meeting of 2017-04-06 has not been held yet."),
    ({"meeting": date(2017, 4, 4)}, "was held before 2017-04-05, when that table was submitted to the"),
    ({"meeting": "soon"}, "minutes.yaml: meeting: "),
    ({"minutes": "elsewhere.pdf"}, "minutes.yaml: minutes: 'elsewhere.pdf' cannot be read next to the form."),
    ({"minutes": ""}, "minutes.yaml: name the file of the minutes next to the form"),
    ({"year": "2016-17"}, "minutes.yaml: say which round"),
    ({"month": ""}, "minutes.yaml: say which round"),
    ({"chairman": "x"}, "minutes.yaml: chairman: Extra inputs are not permitted."),
    ({"decisions": []}, "minutes.yaml: decisions: Tuple should have at least 1 item"),
    ({"decisions": [approve("m1", decision="open")]}, "decisions.0.decision: Input should be"),
    ({"decisions": [approve("m1", decision="moderate")]}, "decisions.0: a decision to moderate says"),
    ({"decisions": [moderate("m1", to="")]}, "decisions.0: a decision to moderate says"),
    ({"decisions": [approve("m1", to="Red")]}, "decisions.0: a decision to approve moderates no judgement"),
    ({"decisions": [moderate("m1"), approve("m2")]}, "minutes.yaml: a form that moderates holds"),
    ({"decisions": [approve("m2"), moderate("m1")]}, "into its own form, which names that table."),
    ({"decisions": [moderate("m1")]}, "The Cancer panel may moderate no judgement, and not 165a."),
    ({"recorder": "Secretary@board.example"}, "minutes.yaml: recorder: String should match"),
    ({"table": "abc"}, "minutes.yaml: table: String should match"),
    ({"present": [email("m1").upper()]}, "minutes.yaml: present.0: String should match"),
]  # fmt: skip


@pytest.mark.parametrize(("changed", "said"), REFUSED)
def test_one_wrong_line_and_nothing_is_recorded(
    engine: Engine, tmp_path: Path, changed: dict[str, Any], said: str
) -> None:
    with pytest.raises((MinutesFault, DecisionRefused)) as refused:
        record(engine, written(tmp_path, **changed))
    sentence = str(refused.value)
    assert said in sentence
    assert sentence.count("\n") == 0
    assert sentence.endswith(".")
    assert ledger.head(engine).seq == 1


def test_a_moderation_in_minutes_is_what_it_is_in_the_room(engine: Engine, tmp_path: Path) -> None:
    said = [
        approve("m3", decision="recuse"),
        {"who": email("m2"), "decision": "comment", "about": "02N", "reason": "Well led."},
        moderate("m1"),
    ]
    about: dict[str, Any] = {"lane": ROUND[0], "partition_key": ROUND[1], "launched_by": "x", "at": NOW}
    for subject in ("", sha("A")):  # a round counts under the terms that it was opened under
        ledger.open_round(engine, COMMITTEE, subject=subject, **about)
    lines = record(engine, written(tmp_path, decisions=said), terms=COMMITTEE)
    made = lines[-1]
    assert (made.decision, made.about, made.item, made.before, made.after, made.reason, made.via) == (
        "moderate", "01C", "165a", "Red", "Green", "Seen at the visit.", "minutes",
    )  # fmt: skip
    state = ledger.state_of(engine, COMMITTEE, *ROUND)
    assert (state.state, [one.actor for one in state.recused]) == ("moderated", [email("m3")])
    # what is decided now would be about a table that is not there yet; once it is, the meeting decides on it,
    # though it was worked out after the meeting, and on no other that has been laid since
    with pytest.raises(DecisionRefused, match="decide on the moderated table when it is there"):
        record(engine, written(tmp_path), terms=COMMITTEE)
    later = about["at"] = NOW.replace(day=7)
    ledger.open_round(engine, COMMITTEE, subject=sha("B"), **about)
    everybody = [approve(who) for who in ("chair", "m1", "m2")]
    path = written(tmp_path, table=sha("B"), decisions=everybody)
    assert [line.subject_sha256 for line in record(engine, path, terms=COMMITTEE, at=later)] == [sha("B")] * 3
    ledger.open_round(engine, COMMITTEE, subject="", **about)
    ledger.open_round(engine, COMMITTEE, subject=sha("B"), **about)
    with pytest.raises(
        MinutesFault, match="was held before 2017-04-07, when that table was submitted to the"
    ):
        record(engine, path, terms=COMMITTEE)


def test_minutes_of_an_earlier_round_decide_nothing_on_the_same_rows_laid_anew(
    engine: Engine, tmp_path: Path
) -> None:
    record(engine, written(tmp_path))
    withdrawal = [approve("m3", decision="withdraw", reason="A figure is wrong.")]
    record(engine, written(tmp_path, decisions=withdrawal))
    later = NOW.replace(day=6)
    about = {"lane": ROUND[0], "partition_key": ROUND[1], "subject": sha("A"), "launched_by": "x"}
    ledger.open_round(engine, TERMS, **about, again=True, at=later)
    with pytest.raises(
        MinutesFault, match=r"of 2017-04-05 was held before 2017-04-06, when that table was submitted"
    ):
        record(engine, written(tmp_path))
    form = written(tmp_path, meeting=later.date())
    assert len(record(engine, form, today=later.date(), at=later)) == 4


def test_a_withdrawal_is_minuted_after_what_it_withdraws(engine: Engine, tmp_path: Path) -> None:
    record(engine, written(tmp_path))
    withdrawal = [approve("m3", decision="withdraw", reason="A figure is wrong.")]
    early = written(tmp_path, decisions=withdrawal, meeting=date(2017, 4, 4))
    with pytest.raises(MinutesFault, match="was held before 2017-04-05, when that table was published"):
        record(engine, early)


@pytest.mark.parametrize(
    "text", ["# Minutes\n", "---\nmeeting: 2017-04-05\n", "---\n---\n", "---\n[]\n---\nText\n"]
)
def test_markdown_without_form_or_minutes_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "minutes.md"
    path.write_text(text)
    with pytest.raises(MinutesFault, match=r"^minutes\.md: "):
        read_minutes(path)


def test_a_file_that_is_no_text_or_not_there_is_refused(tmp_path: Path) -> None:
    (tmp_path / "minutes.yaml").write_bytes(b"\xff\xfe")
    for name, why in (("minutes.yaml", "cannot be read as UTF-8 text"), ("nowhere.yaml", "no such file")):
        with pytest.raises(MinutesFault, match=why):
            read_minutes(tmp_path / name)
