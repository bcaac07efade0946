"""The board: what it says of each gate, from scripts of ledger lines."""

from datetime import timedelta

import pytest

from expert_panels.ledger.fold import fold
from expert_panels.ledger.record import Gate
from expert_panels.room.pages.board import GateRow, Round, rounds
from expert_panels.room.pages.words import STATES, moment, waited
from tests.support.notations.gate_lines import START, TERMS, email, lines_of, sha


def board(script: str, who: str = "chair", out: str = "A", hours: int = 50) -> list[Round]:
    gate = Gate("cancer", "interim", "2017-03")
    states = {gate: fold(lines_of(script), TERMS)}
    now = START + timedelta(hours=hours)
    return rounds(
        states, {"cancer": TERMS}, lambda lane, key: f"{lane} {key}", lambda _: ["cancer"], now, email(who),
        lambda *_: {"cancer": sha(out)},
    )  # fmt: skip


def row(script: str, **asked: str) -> GateRow:
    ((only,),) = [one.gates for one in board(script, **asked)]
    return only


@pytest.mark.parametrize(
    ("script", "word", "signed", "since"),
    [
        ("open A", "Awaiting the panel", 0, "2 days"),
        ("open A; chair approve", "Partly signed", 1, "2 days"),
        ("open A; chair approve; m1 approve; m2 approve", "Verified", 3, ""),
        ("open A; m1 return", "Returned", 1, ""),
        ("open A; chair approve; m1 approve; m2 approve; m1 withdraw", "Withdrawn", 0, ""),
        (
            "open A; chair approve; m1 approve; m2 approve; open B",
            "Changed since it was verified",
            3,
            "2 days",
        ),
        ("open A; d1 override; d2 override", "Overridden", 2, ""),
        ("open A; d1 override; d2 override; open B", "Changed since it was overridden", 2, "2 days"),
    ],
)
def test_each_state_is_said_in_words(script: str, word: str, signed: int, since: str) -> None:
    found = row(script)
    assert (found.words.word, len(found.signed), found.since) == (word, signed, since)


@pytest.mark.parametrize(
    ("script", "signed_as"),
    [
        ("open A; chair approve", "Signed"),
        ("open A; chair approve; m1 return", "Returned by"),
        ("open A; chair approve; m1 approve; m2 approve; open B", "Signed before"),
        ("open A; chair approve; m1 approve; m2 approve; open B; m1 approve", "Signed"),
        ("open A; d1 override; d2 override", "Overridden by"),
    ],
)
def test_a_gate_says_what_those_did_whom_it_names(script: str, signed_as: str) -> None:
    assert row(script).signed_as == signed_as


def test_a_gate_says_what_is_missing_and_of_which_table() -> None:
    found = row("open A; m1 approve")
    assert found.missing == ("2 more of the 3 signatures of the quorum", "the chair or the deputy")
    assert (found.serial, found.fingerprint) == (1, sha("A")[:12])
    assert found.signed == (f"member, {moment(START)}",)


@pytest.mark.parametrize(
    ("who", "may_see"), [("chair", True), ("d1", True), ("ex", False), ("nobody", False)]
)
def test_only_members_and_officers_are_led_to_the_table(who: str, may_see: bool) -> None:
    assert row("open A", who=who).is_reader is may_see


def test_every_panel_stands_in_every_round() -> None:
    gate = Gate("cancer", "interim", "2017-03")
    other = TERMS.model_copy(update={"panel": "dementia", "title": "Dementia panel"})
    states = {gate: fold(lines_of("open A; d1 override; d2 override"), TERMS)}

    def both(_lane: str) -> list[str]:
        return ["cancer", "dementia"]

    bodies = {"cancer": TERMS, "dementia": other}
    (only,) = rounds(states, bodies, lambda *_: "x", both, START, email("m1"), lambda *_: {})
    assert [one.words.word for one in only.gates] == ["Overridden", "Not ready"]
    assert only.decided == 1


SIGNED = "open A; chair approve; m1 approve; m2 approve"


@pytest.mark.parametrize(
    ("script", "out", "said"),
    [
        (SIGNED, "A", "and it is released."),
        (SIGNED, "B", "It is not released yet"),
        (f"{SIGNED}; open B", "A", "stays released until the panel decides again"),
        (f"{SIGNED}; open B", "C", "nothing of this table is released"),
        ("open A; d1 override; d2 override", "A", "Released by override"),
        ("open A; d1 override; d2 override", "B", "It is not released yet"),
    ],
)
def test_what_is_said_to_be_released_is_in_the_release(script: str, out: str, said: str) -> None:
    assert said in row(script, out=out).words.meaning


@pytest.mark.parametrize(("who", "shown"), [("chair", ("member: a reason",)), ("nobody", ())])
def test_the_reason_of_a_return_is_for_those_who_may_see_the_table(who: str, shown: tuple[str, ...]) -> None:
    assert row("open A; m1 return", who=who).reasons == shown


def test_the_panels_of_whoever_looks_come_first() -> None:
    other = TERMS.model_copy(update={"panel": "aaa", "title": "Another panel", "members": (), "officers": ()})
    states = {Gate(body, "interim", "2017-03"): fold(lines_of("open A"), TERMS) for body in ("cancer",)}
    states[Gate("aaa", "interim", "2017-03")] = states[Gate("cancer", "interim", "2017-03")]
    bodies = {"aaa": other, "cancer": TERMS}
    (only,) = rounds(
        states, bodies, lambda *_: "x", lambda _: list(bodies), START, email("m1"), lambda *_: {}
    )
    assert [one.panel for one in only.gates] == ["cancer", "aaa"]


def test_the_newest_round_comes_first() -> None:
    keys = [("interim", "2017-02"), ("annual", "2016-04-01"), ("interim", "2017-03")]
    states = {Gate("cancer", *key): fold(lines_of("open A"), TERMS) for key in keys}
    found = rounds(
        states, {"cancer": TERMS}, lambda lane, key: f"{lane} {key}", lambda _: ["cancer"], START,
        email("m1"),
        lambda *_: {},
    )  # fmt: skip
    assert [one.name for one in found] == ["interim 2017-03", "interim 2017-02", "annual 2016-04-01"]


def test_every_state_of_a_gate_has_its_words() -> None:
    known = "not_ready awaiting partial moderated approved returned withdrawn superseded overridden"
    assert set(STATES) == set(known.split())


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "less than a minute"),
        (59, "less than a minute"),
        (60, "1 minute"),
        (3_599, "59 minutes"),
        (3_600, "1 hour"),
        (86_399, "23 hours"),
        (86_400, "1 day"),
        (864_000, "10 days"),
        (-5, "less than a minute"),
    ],
)
def test_how_long_something_has_waited(seconds: int, said: str) -> None:
    assert waited(START, START + timedelta(seconds=seconds)) == said
