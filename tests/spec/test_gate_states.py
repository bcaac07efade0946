"""What the panel's decisions make of a gate, as tables: a script of decisions, and the state after it.

The panel has a quorum of three with the chair or the deputy; chair, deputy, m1, m2 and m3 are its members,
d1, d2 and d3 its officers (d2 and d3 in the same role).
"""

import pytest

from expert_panels.ledger.fold import fold
from tests.support.notations.gate_lines import ENGINEER, START, TERMS, email, lines_of, sha, terms_with

SIGNED = "open A; chair approve; m1 approve; m2 approve"

# script                                                              state          published
TRANSITIONS = [
    ("", "not_ready", ""),
    ("chair approve A", "not_ready", ""),
    ("open A", "awaiting", ""),
    ("open A; m1 approve", "partial", ""),
    ("open A; m1 approve; m2 approve", "partial", ""),
    ("open A; m1 approve; m2 approve; chair approve", "approved", "A"),
    (SIGNED, "approved", "A"),
    ("open A; m1 return", "returned", ""),
    ("open A; chair approve; m1 approve; m2 return", "returned", ""),
    ("open A; m1 return; open B", "awaiting", ""),
    ("open A; m1 return; open A", "awaiting", ""),
    # a further signature under what is approved: nothing moves, and nothing but a withdrawal undoes it
    (f"{SIGNED}; m3 approve", "approved", "A"),
    (f"{SIGNED}; m3 approve; deputy approve; last approve; first approve", "approved", "A"),
    (f"{SIGNED}; m3 approve; m3 return; m3 recuse", "approved", "A"),
    (f"{SIGNED}; m3 approve; m3 withdraw", "withdrawn", ""),
    (f"{SIGNED}; m3 approve; open B", "superseded", "A"),
    (f"{SIGNED}; m3 approve; open B; m1 approve; m2 approve", "superseded", "A"),
    # a candidate that changes
    ("open A; m1 approve; open B", "awaiting", ""),
    (f"{SIGNED}; open B", "superseded", "A"),
    (f"{SIGNED}; open B; m1 approve", "superseded", "A"),
    (f"{SIGNED}; open B; chair approve; m1 approve; m2 approve", "approved", "B"),
    (f"{SIGNED}; open B; m1 return", "returned", "A"),
    (f"{SIGNED}; open B; m1 return; open C", "superseded", "A"),
    # from A to B and back to A: the old approval does not revive
    ("open A; chair approve; m1 approve; open B; open A; m2 approve", "partial", ""),
    (f"{SIGNED}; open B; open A", "superseded", "A"),
    (f"{SIGNED}; open B; open A; m1 approve; m2 approve", "superseded", "A"),
    (f"{SIGNED}; open B; open A; m1 approve; m2 approve; deputy approve", "approved", "A"),
    # a withdrawal
    (f"{SIGNED}; m3 withdraw", "withdrawn", ""),
    (f"{SIGNED}; m3 withdraw; open A", "awaiting", ""),
    (f"{SIGNED}; m3 withdraw; open B", "awaiting", ""),
    (f"{SIGNED}; m3 withdraw; chair approve; m1 approve; m2 approve", "withdrawn", ""),
    (f"{SIGNED}; open B; m3 withdraw A", "awaiting", ""),
    (f"{SIGNED}; open B; m1 approve; m3 withdraw A", "partial", ""),
    (f"{SIGNED}; open B; m1 return; m3 withdraw A", "returned", ""),
    # the same rows laid again: what is withdrawn are the rows that are out, votes on the new ones stand
    (f"{SIGNED}; open B; open A; chair approve; m1 approve; m3 withdraw", "partial", ""),
    (f"{SIGNED}; open B; open A; chair approve; m1 approve; m3 withdraw; m2 approve", "approved", "A"),
    # an override: two people, two roles
    ("open A; d1 override", "awaiting", ""),
    ("open A; d1 override; d1 override", "awaiting", ""),
    ("open A; d2 override; d3 override", "awaiting", ""),
    ("open A; d1 override; d2 override", "overridden", "A"),
    ("open A; chair approve; d1 override; d2 override", "overridden", "A"),
    ("open A; m1 return; d1 override; d2 override", "overridden", "A"),
    ("open A; d1 override; m1 return; d2 override", "returned", ""),
    ("open A; d1 override; open B; d2 override", "awaiting", ""),
    (f"{SIGNED}; m3 withdraw; d1 override; d2 override", "overridden", "A"),
    (f"{SIGNED}; open B; d1 override; d2 override", "overridden", "B"),
    ("open A; d1 override; d2 override; m1 withdraw", "withdrawn", ""),
    ("open A; d1 override; d2 override; open B", "superseded", "A"),
    ("open A; d1 override; chair approve; m1 approve; m2 approve", "approved", "A"),
    # what went out without the panel takes no signature of it
    ("open A; d1 override; d2 override; chair approve; m1 approve; m2 approve", "overridden", "A"),
]


@pytest.mark.parametrize(("script", "state", "published"), TRANSITIONS)
def test_state_after(script: str, state: str, published: str) -> None:
    gate = fold(lines_of(script), TERMS)
    assert (gate.state, gate.published_subject) == (state, sha(published))


# script                                                              counts towards the quorum
VOTES = [
    ("open A; m1 approve; m1 approve; m1 approve; chair approve", ["m1", "chair"]),  # one vote a person
    ("open A; m1 approve; m1 recuse; m2 approve", ["m2"]),  # the last one counts
    ("open A; m1 recuse; m1 approve", []),  # a recused member never counts
    ("open A; m1 recuse; open B; m1 approve", ["m1"]),  # until the table changes
    ("open A; m1 approve B", []),  # of exactly those rows
    ("open A; m1 approve; open B; m2 approve", ["m2"]),  # after the last open
    ("open A; ex approve; late approve", []),  # term ended yesterday, begins tomorrow
    ("open A; last approve; first approve", ["last", "first"]),  # ends today, begins today
    ("open A; stranger approve; d1 approve", []),  # no seat
    ("open A; m1 approve; stranger return; d1 return", ["m1"]),  # who cannot sign cannot stop either
]


@pytest.mark.parametrize(("script", "who"), VOTES)
def test_votes_that_count(script: str, who: list[str]) -> None:
    assert [vote.actor for vote in fold(lines_of(script), TERMS).votes] == [email(each) for each in who]


# members   chair or deputy   script                                         state
QUORUMS = [
    (1, False, "open A; m1 approve", "approved"),
    (1, True, "open A; m1 approve", "partial"),
    (1, True, "open A; deputy approve", "approved"),
    (2, False, "open A; m1 approve", "partial"),
    (2, False, "open A; m1 approve; m2 approve", "approved"),
    (2, True, "open A; m1 approve; m2 approve", "partial"),
    (2, True, "open A; m1 approve; m2 approve; chair approve", "approved"),
    (3, True, "open A; chair approve; deputy approve", "partial"),
    (3, True, "open A; chair approve; deputy approve; m1 approve", "approved"),
    (4, True, SIGNED, "partial"),
    (4, True, f"{SIGNED}; m3 approve", "approved"),
]


@pytest.mark.parametrize(("members", "chair_or_deputy", "script", "state"), QUORUMS)
def test_quorum_below_at_and_above(members: int, chair_or_deputy: bool, script: str, state: str) -> None:
    terms = terms_with(members=members, chair_or_deputy=chair_or_deputy)
    assert fold(lines_of(script), terms).state == state


CHAIR = "the chair or the deputy"
TOO_FEW = "members who may sign: too few are left for the quorum"
SECOND = "a second override, by another person in another role"

MISSING = [
    ("", ()),
    ("open A", ("3 more of the 3 signatures of the quorum", CHAIR)),
    ("open A; chair approve", ("2 more of the 3 signatures of the quorum",)),
    ("open A; m1 approve; m2 approve; m3 approve", (CHAIR,)),
    ("open A; chair recuse; deputy recuse", ("3 more of the 3 signatures of the quorum", CHAIR, TOO_FEW)),
    ("open A; d1 override; chair approve; m1 approve", ("1 more of the 3 signatures of the quorum", SECOND)),
    ("open A; m1 return", ()),
    ("open A; m1 return; d1 override", (SECOND,)),
    (SIGNED, ()),
]


@pytest.mark.parametrize(("script", "missing"), MISSING)
def test_what_is_missing_is_said(script: str, missing: tuple[str, ...]) -> None:
    assert fold(lines_of(script), TERMS).missing == missing


def test_too_few_are_left_when_recusals_eat_the_quorum() -> None:
    # Seven hold a seat on the day, with last and first: four recusals leave three of them, five leave two.
    four = "open A; m1 recuse; m2 recuse; m3 recuse; last recuse"
    assert TOO_FEW not in fold(lines_of(four), TERMS).missing
    assert TOO_FEW in fold(lines_of(f"{four}; first recuse"), TERMS).missing


def test_a_state_as_it_was_earlier_leaves_out_what_came_later() -> None:
    lines = lines_of(SIGNED)
    states = [fold(lines, TERMS, at=line.at).state for line in lines]
    assert states == ["awaiting", "partial", "partial", "approved"]
    assert fold(lines, TERMS, at=START.replace(hour=1)).state == "not_ready"


def test_a_state_says_who_returned_it_and_why_and_who_published_it() -> None:
    returned = fold(lines_of("open A; m1 return; m2 return; m2 return"), TERMS)
    assert [(each.actor, each.reason) for each in returned.returns] == [
        (email("m1"), "a reason"),
        (email("m2"), "a reason"),
    ]
    approved = fold(lines_of(f"{SIGNED}; open B"), TERMS)
    assert [each.actor for each in approved.published_by] == [email("chair"), email("m1"), email("m2")]
    assert (approved.launched_by, approved.is_superseded, approved.serial) == (ENGINEER, True, 2)


THREE = "chair m1 m2"
# script                                                              who let it out  who signed it in all
FURTHER = [
    (SIGNED, THREE, THREE),
    (f"{SIGNED}; m3 approve", THREE, f"{THREE} m3"),
    (f"{SIGNED}; m3 approve; m3 approve; deputy approve", THREE, f"{THREE} m3 deputy"),
    (f"{SIGNED}; m3 approve; open B; m1 approve", THREE, f"{THREE} m3"),
    (f"{SIGNED}; m3 approve; {SIGNED}", THREE, THREE),  # of the same rows laid again
    (f"{SIGNED}; stranger approve; d1 approve; ex approve", THREE, THREE),
    ("open A; m3 recuse; chair approve; m1 approve; m2 approve; m3 approve", THREE, THREE),
    ("open A; chair approve; d1 override; d2 override; m1 approve", "d1 d2", "d1 d2"),
    (f"{SIGNED}; m3 approve; m1 withdraw", "", ""),
]


@pytest.mark.parametrize(("script", "decided", "signed"), FURTHER)
def test_a_further_signature_is_named_and_moves_nothing(script: str, decided: str, signed: str) -> None:
    gate = fold(lines_of(script), TERMS)
    assert [each.actor for each in gate.decided_by] == [email(each) for each in decided.split()]
    assert [each.actor for each in gate.published_by] == [email(each) for each in signed.split()]


def test_the_line_that_decided_stays_the_gates_whatever_is_signed_under_it() -> None:
    lines = lines_of(f"{SIGNED}; m3 approve; deputy approve")
    decided, gate = fold(lines[:4], TERMS), fold(lines, TERMS)
    for name in ("published_line", "decision_line", "decision_seq", "decided_at", "missing"):
        assert getattr(gate, name) == getattr(decided, name), name
    assert (gate.published_line, gate.decision_line, gate.last_hash) == (
        lines[3].hash,
        lines[3].hash,
        lines[-1].hash,
    )
    assert len(gate.votes) == 5


def test_data_version_is_state_subject_and_last_line() -> None:
    lines = lines_of("open A; m1 approve")
    assert fold(lines, TERMS).data_version == f"partial:{sha('A')}:{lines[-1].hash}"


def test_lines_of_two_gates_are_not_one_state() -> None:
    lines = lines_of("open A") + lines_of("open B")
    with pytest.raises(ValueError, match="One gate of cancer was asked for"):
        fold([lines[0], *(type(line)(**{**vars(line), "lane": "annual"}) for line in lines[1:])], TERMS)
