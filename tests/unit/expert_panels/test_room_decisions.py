"""The room's forms: what is recorded, once, and how a form is answered that may not be."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from urllib.parse import quote

import pytest
from sqlalchemy import Engine

from expert_panels.ledger import record as ledger
from expert_panels.ledger.gate_state import MEANINGS
from tests.support.notations.gate_lines import TERMS, email, sha
from tests.support.worlds.room_cases import ADDRESS, SmallRoom, Visitor, hidden, organisation, table


def test_a_decision_is_checked_confirmed_and_recorded_once(small: SmallRoom, chair: Visitor) -> None:
    checked = chair.send(chair.form(), decision="approve", reason="Looks right.")
    assert checked.status_code == 303
    asked = chair.look(checked.headers["location"])
    assert asked.status_code == 200
    assert MEANINGS["approve"] in asked.text
    assert small.decisions() == []
    done = chair.client.post(f"{ADDRESS}/decision/confirm", data=hidden(asked.text))
    assert done.status_code == 303
    assert small.decisions() == [("chair", "approve")]
    (line,) = ledger.lines(small.engine, after=1)
    assert (line.via, line.interests, line.reason, line.serial) == ("page", "none", "Looks right.", 1)
    shown = chair.look(done.headers["location"])
    assert MEANINGS["approve"] in shown.text
    assert line.hash in shown.text
    assert chair.look(checked.headers["location"]).headers["location"] == done.headers["location"]
    assert small.candidates.asked_to_issue == 1  # its certificate is issued now


def test_a_filled_form_is_confirmed_by_its_author_alone_and_not_after_a_change(
    small: SmallRoom, chair: Visitor
) -> None:
    draft = chair.send(chair.form(), decision="approve", reason="Mine.").headers["location"]
    assert small.enter("m1").look(draft).headers["location"] == f"{ADDRESS}/decision"
    small.open("B")
    assert chair.look(draft).status_code == 409


def test_a_decision_downloads_as_its_certificate(chair: Visitor) -> None:
    chair.sign("approve")
    answer = chair.look("/certificates/2")
    assert (answer.status_code, answer.content) == (200, b"certificate of line 2")
    assert answer.headers["content-disposition"] == 'attachment; filename="line-2.dsse.json"'
    assert [chair.look(f"/certificates/{seq}").status_code for seq in (1, 3)] == [404, 404]
    assert 'href="/certificates/2"' in chair.look().text


def test_a_form_sent_twice_signs_once(small: SmallRoom, chair: Visitor) -> None:
    form = chair.form()
    first, second = (chair.send(form, "/confirm", decision="approve") for _ in range(2))
    assert (first.status_code, second.status_code) == (303, 303)
    assert first.headers["location"] == second.headers["location"]
    assert small.decisions() == [("chair", "approve")]


def test_a_form_sent_at_the_same_instant_signs_once(small: SmallRoom, chair: Visitor) -> None:
    form = chair.form()

    def send(_: int) -> tuple[int, str]:
        answer = chair.send(form, "/confirm", decision="approve")
        return answer.status_code, answer.headers.get("location", answer.text)

    with ThreadPoolExecutor(6) as pool:
        answers = set(pool.map(send, range(6)))
    assert answers == {(303, f"{ADDRESS}/decisions/2")}
    assert small.decisions() == [("chair", "approve")]


def test_the_last_signature_sent_twice_signs_once(small: SmallRoom) -> None:
    for who in ("m1", "m2"):
        small.enter(who).sign("approve")
    chair = small.enter("chair")
    form = chair.form()
    answers = [chair.send(form, "/confirm", decision="approve").status_code for _ in range(2)]
    assert answers == [303, 303]
    assert small.decisions() == [("m1", "approve"), ("m2", "approve"), ("chair", "approve")]


@pytest.mark.parametrize("step", ["", "/confirm"])
def test_a_page_opened_before_the_data_moved_is_answered_409(
    small: SmallRoom, chair: Visitor, step: str
) -> None:
    form = chair.form()
    small.open("B")
    answer = chair.send(form, step, decision="approve")
    assert answer.status_code == 409
    assert "Nothing was recorded" in answer.text
    assert small.decisions() == []


def test_an_old_form_is_not_taken_for_one_sent_twice(small: SmallRoom, chair: Visitor) -> None:
    """Signed, withdrawn, and then the first form once more: it is refused, not answered with the old line."""
    opened_again = chair.form()
    for who in ("m1", "m2", "chair"):
        small.enter(who).sign("approve")
    small.enter("m1").sign("withdraw", reason="A mistake.")
    form = {**opened_again, "after": str(ledger.head(small.engine).seq)}
    assert chair.send(form, "/confirm", decision="approve").status_code == 409
    assert len(small.decisions()) == 4


@pytest.mark.parametrize(
    ("filled", "said", "field"),
    [
        ({"decision": "return"}, "A decision to return needs a reason.", "reason"),
        ({"decision": "return", "reason": " \n "}, "A decision to return needs a reason.", "reason"),
        ({"decision": "withdraw"}, "A decision to withdraw needs a reason.", "reason"),
        ({"decision": "approve", "interest": ""}, "Answer the declaration of interests.", "interest"),
        ({"decision": "approve", "interest": "some"}, "State the interest.", "interests"),
        ({"decision": ""}, "Choose a decision.", "decision"),
        ({"decision": "publish"}, "Choose a decision.", "decision"),
        ({"decision": "approve", "reason": "x" * 10_001}, "Write at most 10,000 characters.", "reason"),
    ],
)
@pytest.mark.parametrize("step", ["", "/confirm"])
def test_a_form_that_lacks_something_is_shown_again_with_422(
    small: SmallRoom, chair: Visitor, filled: dict[str, str], said: str, field: str, step: str
) -> None:
    answer = chair.send(chair.form(), step, **filled)
    assert answer.status_code == 422
    assert said in answer.text
    assert f'href="#{field}"' in answer.text
    assert small.decisions() == []


def test_what_was_written_is_still_there_when_something_lacks(chair: Visitor) -> None:
    answer = chair.send(chair.form(), decision="approve", interest="some", reason="Kept & shown")
    assert "Kept &amp; shown</textarea>" in answer.text
    assert 'value="approve" checked' in answer.text


@pytest.mark.parametrize("who", ["ex", "late"])
def test_somebody_whose_term_is_over_is_let_in_nowhere(engine: Engine, who: str) -> None:
    small = SmallRoom(engine, table("A"))
    small.open("A")
    client = small.enter("chair").client
    token = hidden(client.get("/sign-in").text)["csrf_token"]
    answer = client.post("/sign-in", data={"csrf_token": token, "email": email(who)})
    assert answer.status_code == (303 if who == "late" else 403)


def test_an_officer_sees_and_may_only_override(small: SmallRoom) -> None:
    officer = small.enter("d1")
    assert officer.look().status_code == 200
    assert officer.sign("approve").status_code == 403
    assert small.decisions() == []
    for who in ("d1", "d2"):
        assert small.enter(who).sign("override", reason="The panel cannot meet.").status_code == 303
    assert "Two officers have let this table out without the panel" in officer.look().text
    small.candidates.out = sha("A")
    assert "Released by override" in officer.look().text


def test_a_form_without_its_token_records_nothing(small: SmallRoom, chair: Visitor) -> None:
    form = {**chair.form(), "csrf_token": "forged"}
    assert chair.send(form, "/confirm", decision="approve").status_code == 403
    assert small.decisions() == []


def test_an_old_sign_in_is_asked_again_before_a_decision(engine: Engine) -> None:
    small = SmallRoom(engine, table("A"), later=timedelta(minutes=6))
    small.open("A")
    chair = small.enter("chair")
    asked = chair.look(f"{ADDRESS}/decision")
    assert asked.status_code == 303
    assert asked.headers["location"].startswith("/sign-in?back=")
    fields = {"csrf_token": hidden(chair.look("/").text)["csrf_token"], "serial": "1", "after": "1"}
    form = {**fields, "subject": sha("A"), "published": ""}
    sent = chair.send(form, "/confirm", decision="approve")
    assert sent.status_code == 401
    assert f'href="/sign-in?back={quote(ADDRESS + "/decision", safe="")}"' in sent.text
    assert small.decisions() == []


def test_nobody_verifies_a_table_without_having_opened_it(small: SmallRoom) -> None:
    """Seen before: a signature that says "I have examined this table", with no view in the access log."""
    m1 = small.enter("m1")
    small.enter("chair").look()  # somebody else has, and m1 one organisation of it
    m1.look(f"{ADDRESS}/ccgs/A01")
    form = hidden(m1.look(f"{ADDRESS}/decision").text)
    for step in ("", "/confirm"):
        assert m1.send(form, step, decision="approve").status_code == 409
    assert "You have not opened this table yet" in m1.send(form, decision="approve").text
    m1.look()
    small.open("B")
    form = hidden(m1.look(f"{ADDRESS}/decision").text)
    assert m1.send(form, "/confirm", decision="approve").status_code == 409  # A was looked at, and not B
    assert m1.send(form, "/confirm", decision="return", reason="No.").status_code == 303  # says nothing of it
    assert small.decisions() == [("m1", "return")]


def test_the_question_says_what_is_decided_on(small: SmallRoom, chair: Visitor) -> None:
    rows = [organisation("A01", 1, 80.0, again="Often not.", is_unlikely=True), organisation("A02", 2, 60.0)]
    small.candidates.tables[sha("A")] = table("A", rows)
    asked = chair.send(chair.form(), decision="approve")
    shown = " ".join(chair.look(asked.headers["location"]).text.split())
    assert "<li>Best: 1</li> <li>Good: 1</li>" in shown
    assert "1 rating would probably not be repeated, were the same measured again:" in shown
    assert "Place A01 (A01): Often not. Nearest: m1: 1 more would change A01." in shown


@pytest.mark.parametrize(("out", "said"), [("", False), (sha("A"), True), (sha("B"), False)])
def test_that_it_is_released_is_read_from_the_released_table(
    small: SmallRoom, chair: Visitor, out: str, said: bool
) -> None:
    small.candidates.out = out
    receipt = chair.look(chair.sign("approve").headers["location"]).text
    assert ("The released table shows this table now." in receipt) is said


def test_a_withdrawal_is_about_the_published_table(small: SmallRoom) -> None:
    for who in ("m1", "m2", "chair"):
        small.enter(who).sign("approve")
    small.open("B")
    assert small.enter("m1").sign("withdraw", reason="It was wrong.").status_code == 303
    assert ledger.lines(small.engine)[-1].subject_sha256 == sha("A")


def choices(visitor: Visitor) -> set[str]:
    return set(
        re.findall(r'name="decision" type="radio" value="(\w+)"', visitor.look(f"{ADDRESS}/decision").text)
    )


def test_a_member_may_still_sign_what_the_quorum_has_approved(small: SmallRoom, chair: Visitor) -> None:
    members = [small.enter(who) for who in ("m1", "m2", "m3")]
    for visitor in (chair, *members[:2]):
        visitor.sign("approve")
    assert choices(chair) == {"withdraw"}
    assert choices(members[2]) == {"approve", "withdraw"}
    assert members[2].sign("approve").status_code == 303
    state = ledger.state_of(small.engine, TERMS, "interim", "2017-03")
    assert (state.state, [one.actor for one in state.published_by][-1]) == ("approved", email("m3"))
    assert chair.look("/").text.count("member, ") == 3


def test_what_was_overridden_takes_no_signature_and_says_who_let_it_out(
    small: SmallRoom, chair: Visitor
) -> None:
    chair.sign("approve")
    for who in ("d1", "d2"):
        small.enter(who).sign("override", reason="Out of time.")
    assert choices(small.enter("m1")) == {"withdraw"}
    board = chair.look("/").text
    assert "clinical director, " in board
    assert "assurance director, " in board
    assert "chair, " not in board


def test_a_minuted_decision_says_from_which_minutes_and_who_recorded_it(
    small: SmallRoom, chair: Visitor
) -> None:
    minuted = {"via": "minutes", "minuted_on": "2017-04-06", "minutes_sha256": "a" * 64}
    recorded = {"recorded_by": "secretary@board.example", "record_sha256": "b" * 64}
    for who, more in (("m1", minuted), ("m2", minuted | recorded)):
        about = {"lane": "interim", "partition_key": "2017-03", "subject": sha("A"), "interests": "none"}
        ledger.decide(small.engine, TERMS, decision="approve", actor=email(who), **about, **more)
    first, second = (chair.look(f"{ADDRESS}/decisions/{seq}").text for seq in (2, 3))
    assert "of the meeting of 2017-04-06; sha256" in first
    assert "of the meeting of 2017-04-06, recorded by secretary@board.example; sha256" in second


def test_a_comment_is_kept_shown_and_recorded_once(small: SmallRoom, chair: Visitor) -> None:
    path = f"{ADDRESS}/ccgs/A02"
    form = {**hidden(chair.look(path).text), "text": "Is the denominator right?"}
    answers = [chair.client.post(f"{path}/comment", data=form).status_code for _ in range(2)]
    assert answers == [303, 303]
    assert small.decisions() == [("chair", "comment")]
    assert "Is the denominator right?" in small.enter("m1").look(path).text
    assert chair.client.post(f"{path}/comment", data={**form, "text": " "}).status_code == 422
    small.open("B")
    assert chair.client.post(f"{path}/comment", data={**form, "text": "Late."}).status_code == 409


def test_a_comment_on_what_is_not_in_the_table_is_not_recorded(small: SmallRoom, chair: Visitor) -> None:
    """Seen before: the room took whatever code the address said."""
    form = {**hidden(chair.look(f"{ADDRESS}/ccgs/A02").text), "text": "Well."}
    assert chair.client.post(f"{ADDRESS}/ccgs/ZZZ/comment", data=form).status_code == 404
    assert small.decisions() == []


def test_the_number_of_no_line_and_a_form_that_is_none_are_answered(chair: Visitor) -> None:
    """Seen before: each was answered with 500."""
    assert chair.look(f"/certificates/{10**30}").status_code == 404
    broken = {"content-type": "multipart/form-data; boundary=x"}
    for body, headers in ((b"--x\r\nnot a part", broken), (b"--x", {"content-type": "multipart/form-data"})):
        answer = chair.client.post(f"{ADDRESS}/decision", content=body, headers=headers)
        assert answer.status_code in (400, 403)
