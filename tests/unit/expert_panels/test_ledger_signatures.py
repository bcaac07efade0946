"""Attacks on the ledger by somebody who may write to the database, and knows how lines are hashed."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from sqlalchemy import Engine, create_engine, insert

from expert_panels.ledger import record as ledger
from expert_panels.ledger.gate_state import GateState
from expert_panels.ledger.line import GENESIS, Line
from expert_panels.ledger.record import DecisionRefused
from expert_panels.ledger.signing import LineSigner
from expert_panels.ledger.table import decision_ledger
from expert_panels.ledger.verify import verify
from expert_panels.schema import METADATA
from expert_panels.terms import Terms
from tests.support.notations import ledger_cases
from tests.support.notations.gate_lines import (
    COMMITTEE,
    CONTENT,
    ENGINEER,
    START,
    TERMS,
    a_line,
    email,
    sha,
    terms_with,
)
from tests.support.notations.signed_lines import ROOM, STRANGER, public, with_key

ROUND: dict[str, Any] = {"lane": "interim", "partition_key": "2017-03"}


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = with_key(create_engine(f"sqlite:///{tmp_path}/ledger.sqlite"), tmp_path)
    METADATA.create_all(engine)
    yield engine
    engine.dispose()


def lay(engine: Engine, letter: str, terms: Terms = TERMS, **more: Any) -> Line | None:
    fields = {**ROUND, "subject": letter and sha(letter), "launched_by": "schedule", "at": START, **more}
    return ledger.open_round(engine, terms, **fields)


def sign(engine: Engine, who: str, letter: str = "A", terms: Terms = TERMS, **more: Any) -> Line:
    fields = {**ROUND, "decision": "approve", "interests": "none", "at": START, **more}
    return ledger.decide(engine, terms, subject=sha(letter), actor=email(who), **fields)


def state(engine: Engine, terms: Terms = TERMS) -> GateState:
    return ledger.state_of(engine, terms, *ROUND.values())


def put_in(engine: Engine, lines: list[Line]) -> None:
    """What one plain INSERT does, which no trigger refuses: lines after the last, with right hashes."""
    with engine.begin() as connection:
        connection.execute(insert(decision_ledger), [line.content() for line in lines])


def forged(engine: Engine, *lines: Line, signer: LineSigner | None = None) -> list[Line]:
    """Lines that follow the last one, hashed, and signed where somebody has a key."""
    seq, link = ledger.head(engine)
    made = []
    for number, line in enumerate(lines, start=seq + 1):
        sealed = (signer.named(line) if signer else line).sealed(number, link)
        made.append(signer.signed(sealed) if signer else sealed)
        link = made[-1].hash
    return made


def test_approvals_that_were_inserted_with_right_hashes_count_nowhere_and_are_named(engine: Engine) -> None:
    """Seen before: the state was `approved` and the ledger whole."""
    lay(engine, "A")
    put_in(engine, forged(engine, *(a_line(who, "approve", "A", 1) for who in ("chair", "m1", "m2"))))
    assert state(engine).state == "awaiting"
    assert [line.decision for line in ledger.lines(engine)] == ["open"]
    assert verify(engine) == [
        f"Line {seq} carries no signature, as every line of a person must since line 1: the room did not "
        "record it."
        for seq in (2, 3, 4)
    ]


@pytest.mark.parametrize("before", [0, 1])
def test_approvals_signed_with_another_key_count_nowhere_and_are_named(engine: Engine, before: int) -> None:
    lay(engine, "A")
    for who in ("m3",)[:before]:
        sign(engine, who)
    lines = (a_line(who, "approve", "A", 1) for who in ("chair", "m1", "m2"))
    put_in(engine, forged(engine, *lines, signer=LineSigner(STRANGER, "made_up")))
    assert (state(engine).state, len(state(engine).votes)) == (("partial" if before else "awaiting"), before)
    assert {said[6:] for said in verify(engine)} == {
        f" is signed by a key that is none of the room's: {public(STRANGER)[:16]}."
    }


def test_a_signature_of_another_line_does_not_hold(engine: Engine) -> None:
    lay(engine, "A")
    mine = sign(engine, "m1")
    (line,) = forged(
        engine, replace(a_line("m2", "approve", "A", 1), signed_by=public(), data_kind="made_up")
    )
    put_in(engine, [replace(line, signature=mine.signature)])
    assert len(state(engine).votes) == 1
    assert verify(engine) == [
        "Line 3 is forged or was edited: its signature is not that of the key which it names."
    ]


def rewritten(engine: Engine, since: int, change: Callable[[Line], Line]) -> None:
    """Write the ledger again from a line on, with right hashes, as who takes the triggers away can."""
    lines, link = ledger.lines(engine), GENESIS
    for place, line in enumerate(lines):
        lines[place] = (change(line) if line.seq >= since else line).sealed(line.seq, link)
        link = lines[place].hash
    ledger_cases.damage(engine, ["DELETE FROM decision_ledger"])
    put_in(engine, lines)


def test_a_ledger_written_anew_from_the_middle_is_named(engine: Engine) -> None:
    """Seen before: whole. The signatures go with the hashes, and the heads are noted next to the key."""
    lay(engine, "A")
    for who in ("chair", "m1", "m2"):
        sign(engine, who)
    assert verify(engine) == []
    rewritten(engine, 3, lambda line: replace(line, reason="Because."))
    assert len([said for said in verify(engine) if "its signature is not that of the key" in said]) == 2
    assert len([said for said in verify(engine) if "which is known from elsewhere" in said]) == 2
    assert state(engine).state == "partial"


def test_a_ledger_that_says_nothing_of_signatures_any_more_is_named_by_its_heads(engine: Engine) -> None:
    lay(engine, "A")
    sign(engine, "m1")
    rewritten(
        engine, 1, lambda line: replace(line, terms="", signed_by="", signature="", data_kind="", reason="x")
    )
    (said,) = verify(engine)
    assert "its tail has been cut off or rewritten" in said


def test_a_tail_that_was_cut_off_is_named(engine: Engine) -> None:
    """Seen before: whole, once the release that carried the last line was gone too."""
    lay(engine, "A")
    last = sign(engine, "m1")
    ledger_cases.damage(engine, ["DELETE FROM decision_ledger WHERE seq = 2"])
    (said,) = verify(engine)
    assert said.startswith(f"No line carries the hash {last.hash}, which is known from elsewhere")


@pytest.mark.parametrize("left", [None, "", f"2 {'0' * 64}\n"])
def test_heads_that_were_taken_away_are_missed(engine: Engine, tmp_path: Path, left: str | None) -> None:
    """Seen before: whole, and so was a ledger that was cut off after them."""
    lay(engine, "A")
    sign(engine, "m1")
    heads = tmp_path / "heads.txt"
    if left is None:
        heads.unlink()
    else:
        heads.write_text(left, encoding="ascii")
    (said,) = [one for one in verify(engine) if "next to its key" in one]
    assert said.startswith("The head of none of the 1 line that the room signed is noted")


def test_a_line_dated_before_the_one_before_it_is_named(engine: Engine) -> None:
    lay(engine, "A")
    sign(engine, "m1")
    early = a_line("m2", "approve", "A", 1, at=START - timedelta(days=1))
    put_in(engine, forged(engine, early, signer=LineSigner(ROOM, "made_up")))
    assert verify(engine) == ["Line 3 is dated before line 2: lines never go back in time."]


def test_a_line_about_another_kind_of_data_is_named(engine: Engine) -> None:
    lay(engine, "A")
    sign(engine, "m1")
    put_in(engine, forged(engine, a_line("m2", "approve", "A", 1), signer=LineSigner(ROOM, "real")))
    assert verify(engine) == ["Line 3 says that this database holds real data, where it was made_up before."]


def test_an_earlier_key_is_not_taken_up_again(engine: Engine) -> None:
    lay(engine, "A")
    sign(engine, "m1")
    for key, who in ((STRANGER, "m2"), (ROOM, "m3")):
        put_in(engine, forged(engine, a_line(who, "approve", "A", 1), signer=LineSigner(key, "made_up")))
    known = [public(), public(STRANGER)]
    assert verify(engine, keys=known) == [
        f"Line 4 is signed by an earlier key, {public()[:16]}, after it was replaced."
    ]


def test_nobody_signs_without_a_key_where_lines_are_signed(engine: Engine, tmp_path: Path) -> None:
    lay(engine, "A")
    bare = create_engine(f"sqlite:///{tmp_path}/ledger.sqlite")
    with pytest.raises(DecisionRefused, match="there is no key here that signs lines"):
        sign(bare, "m1")
    bare.dispose()
    assert ledger.head(engine).seq == 1


def test_a_ledger_of_real_data_needs_its_key_from_outside(engine: Engine, tmp_path: Path) -> None:
    with_key(engine, tmp_path, "real")
    lay(engine, "A")
    sign(engine, "m1")
    assert verify(engine) == []
    assert verify(engine, keys=[]) == [
        "Nothing outside this database vouches for the key that signs from line 2 on: give the public key of "
        "the room with --key."
    ]


# the terms of a round


def test_terms_that_are_edited_afterwards_decide_nothing_and_are_a_line(engine: Engine) -> None:
    """Seen before: a quorum of 3 that was edited to 1 approved what one had signed, without a line."""
    lay(engine, "A")
    sign(engine, "chair")
    easier = terms_with(members=1)
    assert state(engine, easier).state == "partial"
    assert state(engine, easier).missing == ("2 more of the 3 signatures of the quorum",)
    assert [lay(engine, "A", easier), lay(engine, "A", easier)] == [None, None]
    said = ledger.lines(engine)[-1]
    assert (said.seq, said.decision, said.terms, said.actor) == (3, "terms", easier.text, "schedule")
    assert state(engine, easier).state == "partial"
    lay(engine, "B", easier)
    assert (ledger.head(engine).seq, sign(engine, "chair", "B", easier).seq) == (4, 5)
    assert state(engine, TERMS).state == "approved"  # by the terms of its own opening, whatever is handed in
    assert verify(engine) == []


def test_who_left_since_the_round_was_opened_decides_no_more(engine: Engine) -> None:
    lay(engine, "A")
    left = [one for one in CONTENT["members"] if one["name"] != "m1"]
    with pytest.raises(DecisionRefused, match="holds no seat on the Cancer panel any more"):
        sign(engine, "m1", terms=Terms.model_validate({**CONTENT, "members": left}))


def test_terms_in_a_line_that_are_not_of_its_version_open_nothing(engine: Engine) -> None:
    opening = a_line("", "open", "A", 1)
    put_in(engine, forged(engine, replace(opening, terms=terms_with(members=1).text)))
    assert state(engine).state == "not_ready"


@pytest.mark.parametrize(
    ("name", "said"), [("m1", "is listed twice"), (" M1 ", "is listed twice"), ("m4", "")]
)
def test_two_addresses_of_one_person_are_one_voice(name: str, said: str) -> None:
    again = {"name": name, "role": "member", "email": "other@panel.example", "from": "2016-04-01"}
    content = {**CONTENT, "members": [*CONTENT["members"], again]}
    if not said:
        assert Terms.model_validate(content).member("other@panel.example", START.date()) is not None
        return
    with pytest.raises(ValidationError, match=said):
        Terms.model_validate(content)


def as_chair(who: str) -> Terms:
    """The panel with that member in the chair."""
    members = [{**one, "role": "chair"} if one["email"] == email(who) else one for one in CONTENT["members"]]
    return Terms.model_validate({**CONTENT, "members": members})


@pytest.mark.parametrize(
    ("terms", "who"),
    [
        (terms_with(members=1, chair_or_deputy=False), "m1"),  # one member is enough
        (terms_with(members=1), "chair"),
        (terms_with(chair_or_deputy=False), "m1"),  # no chair is asked for
        (as_chair("m1"), "m1"),  # a member is the chair
    ],
)
def test_a_round_that_was_opened_by_insert_under_laxer_terms_takes_no_decision(
    engine: Engine, terms: Terms, who: str
) -> None:
    """A member who may write to the database opens a round by which a signature of hers is enough."""
    lay(engine, "A")
    line = replace(a_line(ENGINEER, "open", "B", 2), terms=terms.text, terms_version=terms.version)
    put_in(engine, forged(engine, line))
    assert state(engine).subject == sha("B")
    with pytest.raises(DecisionRefused, match="opened under other terms"):
        sign(engine, who, "B")
    assert state(engine).published_subject == ""


def test_a_judgement_that_only_an_inserted_opening_lets_be_moderated_is_not(engine: Engine) -> None:
    lay(engine, "A")
    line = replace(a_line(ENGINEER, "open", "B", 2), terms=COMMITTEE.text, terms_version=COMMITTEE.version)
    put_in(engine, forged(engine, line))
    change = {"about": "02N", "item": "165a", "before": "Red", "after": "Green", "reason": "a test"}
    with pytest.raises(DecisionRefused, match="opened under other terms"):
        sign(engine, "m1", "B", decision="moderate", **change)
