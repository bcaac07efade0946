"""Laws of the fold over random short ledgers, refused lines included."""

from dataclasses import replace
from datetime import timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expert_panels.ledger.fold import fold
from expert_panels.ledger.gate_state import MEANINGS, GateState
from expert_panels.ledger.line import Line
from expert_panels.ledger.refusal import refusal
from tests.support.notations.gate_lines import START, TERMS, a_line, email, lines_of, sealed, sha

PEOPLE = ("chair", "deputy", "m1", "m2", "m3", "ex", "stranger", "d1", "d2", "d3")
LEADERS = {email("chair"), email("deputy")}
SEATED = {email(who) for who in ("chair", "deputy", "m1", "m2", "m3")}


@st.composite
def ledgers(draw: st.DrawFn) -> list[Line]:
    """Up to 14 lines by anybody about A or B, most but not all of the open serial, some incomplete."""
    found: list[Line] = []
    serial = 0
    for number in range(draw(st.integers(0, 14))):
        opens = draw(st.integers(0, 5)) == 0 or not found
        who = draw(st.sampled_from(PEOPLE))
        decision = (
            "open" if opens else draw(st.sampled_from(["approve"] * 5 + sorted(set(MEANINGS) - {"open"})))
        )
        serial += opens
        line = a_line(who, decision, draw(st.sampled_from("AAAB")), serial - (draw(st.integers(0, 9)) == 0))
        found.append(
            replace(
                line,
                at=START + timedelta(seconds=number),
                interests=draw(st.sampled_from(["none"] * 6 + [""])),
                # now and then a member of the panel launched the run
                actor=email("m1") if opens and draw(st.integers(0, 3)) == 0 else line.actor,
            )
        )
    return sealed(found)


def _approvers_since_the_last_open(lines: list[Line], subject: str) -> set[str]:
    """Whose approval could count at all, said without the fold: counted by hand from the raw lines."""
    opened, serial = 0, 0
    for number, line in enumerate(lines):
        if line.decision == "open" and line.serial == serial + 1:  # one out of turn opens nothing
            serial += 1
            opened = number if line.subject_sha256 == subject else opened
    launcher, after = lines[opened].actor, lines[opened + 1 :]
    recused = {line.actor for line in after if line.decision == "recuse" and line.interests}
    approved = {
        line.actor
        for line in after
        if line.decision == "approve" and line.subject_sha256 == subject and line.interests == "none"
    }
    return (approved & SEATED) - {launcher} - recused


@given(ledgers())
def test_never_approved_without_a_quorum_of_distinct_members_after_the_last_open(lines: list[Line]) -> None:
    for length in range(len(lines) + 1):
        state = fold(lines[:length], TERMS)
        if state.state == "approved":
            signed = {each.actor for each in state.published_by}
            assert len(signed) == len(state.published_by) >= 3
            assert signed & LEADERS
            assert signed <= _approvers_since_the_last_open(lines[:length], state.subject)
            assert state.published_subject == state.subject


@given(ledgers())
def test_an_open_line_leaves_no_vote(lines: list[Line]) -> None:
    before = fold(lines, TERMS)
    after = fold([*lines, a_line("", "open", "C", before.serial + 1)], TERMS)
    assert (after.votes, after.overrides, after.recused, after.returns) == ((), (), (), ())
    assert after.state == ("superseded" if before.published_subject else "awaiting")
    assert after.published_subject == before.published_subject


def _but_last(state: GateState) -> GateState:
    return replace(state, last_seq=0, last_hash="")


@given(ledgers(), st.integers(0, 13))
def test_a_line_that_is_refused_moves_nothing(lines: list[Line], where: int) -> None:
    state = fold(lines[:where], TERMS)
    allowed = [line for line in lines[where:] if not refusal(line, state, TERMS)]
    for line in lines[where:]:
        if line not in allowed:
            assert _but_last(fold([*lines[:where], line], TERMS)) == _but_last(state)


@given(ledgers())
def test_the_same_decision_twice_is_once(lines: list[Line]) -> None:
    decisions = [line for line in lines if line.decision != "open"]
    twice = [each for line in lines for each in ([line, line] if line in decisions else [line])]
    assert _but_last(fold(twice, TERMS)) == _but_last(fold(lines, TERMS))


@given(ledgers())
def test_whatever_is_published_was_once_before_the_panel_and_decided_by_people(lines: list[Line]) -> None:
    state = fold(lines, TERMS)
    if state.published_subject:
        assert state.published_subject in {line.subject_sha256 for line in lines if line.decision == "open"}
        assert len(state.published_by) >= (3 if state.published_as == "approved" else 2)
        assert 1 <= state.published_serial <= state.serial


@given(ledgers())
def test_missing_is_said_exactly_while_the_panel_can_vote(lines: list[Line]) -> None:
    state = fold(lines, TERMS)
    quorum = [each for each in state.missing if "override" not in each]
    assert bool(quorum) == state.is_open


@pytest.mark.parametrize("three", [("chair", "m1", "m2"), ("chair", "deputy", "m3"), ("m1", "m2", "m3")])
def test_the_order_of_the_signatures_does_not_matter(three: tuple[str, ...]) -> None:
    scripts = ["open A; " + "; ".join(f"{who} approve" for who in order) for order in permutations(three)]
    states = [fold(lines_of(script), TERMS) for script in scripts]
    assert len({(state.state, state.published_subject, state.missing) for state in states}) == 1
    assert len({frozenset(vote.actor for vote in state.votes) for state in states}) == 1
    assert states[0].state == ("approved" if "chair" in three else "partial")


def test_the_fold_disregards_each_thing_that_is_refused() -> None:
    # The same approval of the third member, made unfit in one way each: none completes the quorum.
    before = lines_of("open A; chair approve; m1 approve")
    third = a_line("m2", "approve", "A", 1)
    assert fold([*before, third], TERMS).state == "approved"
    unfit = [
        replace(third, interests=""),
        replace(third, subject_sha256=sha("B")),
        replace(third, serial=2),
        replace(third, serial=0),
        replace(third, actor="m2@panel.example.org"),
        replace(third, actor="M2@panel.example"),
        replace(third, role="chair"),
        replace(third, via="pipeline"),
        replace(third, decision="Approve"),
        replace(third, at=START.replace(year=2016, month=3)),
    ]
    for line in unfit:
        assert fold([*before, line], TERMS).state == "partial", line
