"""What comments, moderations and closed rounds make of a gate, as tables: a script, and what follows.

The committee has the seats and the quorum of the panel of test_gate_states.py; it may moderate 165a and 141b.
"""

from dataclasses import replace
from typing import Any

import pytest

from expert_panels.ledger.fold import fold
from expert_panels.ledger.refusal import refusal
from tests.support.notations.gate_lines import COMMITTEE, TERMS, a_line, email, lines_of, sha

SIGNED = "open A; chair approve; m1 approve; m2 approve"
MODERATED = "open A; m1 moderate 01C Red Green"

# script                                                              state          before it  published
TRANSITIONS = [
    # a moderation: votes lapse, nobody signs before the moderated table is there
    (MODERATED, "moderated", "A", ""),
    ("open A; chair approve; m2 approve; m1 moderate 01C Red Green", "moderated", "A", ""),
    (f"{MODERATED}; chair approve; m1 approve; m2 approve", "moderated", "A", ""),
    (f"{MODERATED}; d1 override; d2 override", "moderated", "A", ""),
    (f"{MODERATED}; m2 return", "moderated", "A", ""),
    (f"{MODERATED}; m2 moderate 02N Red Green", "moderated", "A", ""),
    (f"{MODERATED}; open B", "awaiting", "B", ""),
    (f"chair approve; {MODERATED}; open B; chair approve; m1 approve", "partial", "B", ""),
    (f"{MODERATED}; open B; chair approve; m1 approve; m2 approve", "approved", "B", "B"),
    (f"{SIGNED}; m1 moderate 01C Red Green", "approved", "A", "A"),
    (f"{SIGNED}; m1 withdraw; m1 moderate 01C Red Green", "moderated", "A", ""),
    ("open A; m2 return; m1 moderate 01C Red Green; open B", "awaiting", "B", ""),
    (f"{SIGNED}; open B; m1 moderate 01C Red Green", "moderated", "B", "A"),
    (f"{SIGNED}; open B; m1 moderate 01C Red Green; open C", "superseded", "C", "A"),
    # what it rests on has moved: nothing is before it, what was published stays and is superseded
    ("open A; close", "not_ready", "", ""),
    ("open A; chair approve; close; m1 approve; m2 approve", "not_ready", "", ""),
    ("open A; close; chair approve A; m1 approve A; m2 approve A", "not_ready", "", ""),
    ("open A; close; open A", "awaiting", "A", ""),
    ("open A; chair approve; m1 approve; close; open A; m2 approve", "partial", "A", ""),
    (f"{SIGNED}; close", "superseded", "", "A"),
    (f"{SIGNED}; close; open A", "superseded", "A", "A"),
    (f"{SIGNED}; close; open A; chair approve; m1 approve; m2 approve", "approved", "A", "A"),
    (f"{SIGNED}; close; m1 withdraw A", "not_ready", "", ""),
    (f"{SIGNED}; close; d1 override A; d2 override A", "superseded", "", "A"),
    ("open A; m1 return; close", "not_ready", "", ""),
    (f"{SIGNED}; m1 withdraw; close; open B", "awaiting", "B", ""),
    (f"{MODERATED}; close", "not_ready", "", ""),
    # a comment moves nothing
    ("open A; m1 comment 01C", "awaiting", "A", ""),
    ("open A; chair approve; m1 comment 01C; m1 approve; m2 approve", "approved", "A", "A"),
    ("open A; m1 return; m2 comment 01C", "returned", "A", ""),
]


@pytest.mark.parametrize(("script", "state", "subject", "published"), TRANSITIONS)
def test_state_after(script: str, state: str, subject: str, published: str) -> None:
    gate = fold(lines_of(script), COMMITTEE)
    assert (gate.state, gate.subject, gate.published_subject) == (state, sha(subject), sha(published))
    assert gate.is_superseded == (state == "superseded" or (bool(published) and published != subject))


def test_moderations_outlive_the_rounds_and_comments_are_of_one() -> None:
    gate = fold(lines_of(f"{MODERATED}; m2 comment 01C; open B; m1 moderate 02N Green Amber"), COMMITTEE)
    made = [(one.about, one.item, one.before, one.after, one.actor) for one in gate.moderations]
    assert made == [
        ("01C", "165a", "Red", "Green", email("m1")),
        ("02N", "165a", "Green", "Amber", email("m1")),
    ]
    assert [(one.about, one.text, one.actor) for one in gate.comments] == [("01C", "a reason", email("m2"))]
    returned = "open A; m1 comment 01C; m1 comment 02N; m2 return"
    assert [one.about for one in fold(lines_of(returned), TERMS).comments] == ["01C", "02N"]
    for moved in ("open B", "close"):
        gate = fold(lines_of(f"{MODERATED}; open B; m1 comment 02N; {moved}"), COMMITTEE)
        assert (len(gate.moderations), gate.comments) == (1, ())


def test_a_recusal_outlives_the_committees_own_moderation_and_no_change_of_the_data() -> None:
    script = "open A; m2 recuse; m1 moderate 01C Red Green; open B"
    assert [one.actor for one in fold(lines_of(script), COMMITTEE).recused] == [email("m2")]
    assert fold(lines_of(f"{script}; open C"), COMMITTEE).recused == ()


def test_a_comment_is_no_line_that_a_release_waits_for() -> None:
    lines = lines_of("open A; chair approve; m1 comment 01C")
    gate = fold(lines, TERMS)
    assert (gate.decision_line, gate.decision_seq) == (lines[1].hash, 2)
    assert (gate.last_hash, gate.last_seq) == (lines[2].hash, 3)


MODERATION = {"about": "01C", "item": "165a", "before": "Red", "after": "Green"}
# before, who, decision, changed fields, what the sentence holds ('' = may be taken)
REFUSALS: list[tuple[str, str, str, dict[str, Any], str]] = [
    ("open A", "m1", "comment", {"about": "01C"}, ""),
    ("open A", "m1", "comment", {"about": "01C", "interests": ""}, ""),
    ("open A; m1 return", "m1", "comment", {"about": "01C"}, ""),
    ("open A; m1 comment 01C", "m1", "comment", {"about": "01C", "reason": "another"}, ""),
    ("open A; m1 comment 01C", "m1", "comment", {"about": "02N"}, ""),
    ("open A; m1 comment 01C", "m2", "comment", {"about": "01C"}, ""),
    ("open A; m1 comment 01C", "m1", "comment", {"about": "01C"}, "has said so of 01C already"),
    ("open A", "m1", "comment", {"about": "01C", "reason": " "}, "A decision to comment needs a reason."),
    ("open A", "m1", "comment", {}, "Say which organisation it is about, by its code"),
    ("open A", "m1", "comment", {"about": "=1+1"}, "'=1+1' is none"),
    ("open A", "d1", "comment", {"about": "01C"}, "is not a member"),
    ("open A", "m1", "comment", {"about": "01C", "subject_sha256": sha("B")}, "The data have moved"),
    ("open A; m1 recuse", "m1", "comment", {"about": "01C"}, "takes no part in this round"),
    (SIGNED, "m1", "comment", {"about": "01C"}, "it can only be withdrawn"),
    (f"{SIGNED}; m1 withdraw", "m1", "comment", {"about": "01C"}, "was withdrawn"),
    ("open A", "m1", "approve", {"about": "01C"}, "is about the whole table and not about 01C"),
    ("open A", "m1", "comment", MODERATION, "moderates no judgement"),
    ("open A", "m1", "moderate", MODERATION, ""),
    ("open A; m1 moderate 01C Red Green", "m2", "moderate", {**MODERATION, "about": "02N"}, ""),
    ("open A; m1 moderate 01C Red Green", "m2", "moderate", MODERATION, "has been moderated to 'Green'"),
    # of the next table only who reads it knows what is in it
    (f"{MODERATED}; open A", "m2", "moderate", MODERATION, ""),
    (
        f"{MODERATED}; open A",
        "m2",
        "moderate",
        {**MODERATION, "before": "Green", "after": "Red"},
        "",
    ),
    ("open A", "m1", "moderate", {**MODERATION, "item": "122a"}, "may moderate 165a and 141b, and not 122a"),
    ("open A", "m1", "moderate", {**MODERATION, "after": "Red"}, "and the two differ"),
    ("open A", "m1", "moderate", {**MODERATION, "before": ""}, "puts from what to what"),
    ("open A", "m1", "moderate", {**MODERATION, "about": ""}, "Say which organisation"),
    ("open A", "m1", "moderate", {**MODERATION, "reason": ""}, "A decision to moderate needs a reason."),
    ("open A", "m1", "moderate", {**MODERATION, "interests": ""}, "interests is not answered"),
    ("open A", "m1", "moderate", {**MODERATION, "after": "\x1b[1m"}, "holds a control character"),
    ("open A", "d1", "moderate", MODERATION, "is not a member"),
    (SIGNED, "m1", "moderate", MODERATION, "it can only be withdrawn"),
    ("", "m1", "moderate", {**MODERATION, "serial": 0}, "no candidate has been submitted to"),
    (MODERATED, "m2", "approve", {}, "has been moderated: decide on the moderated table"),
    ("open A", "", "close", {}, ""),
    ("open A", "", "close", {"serial": 2}, "is not what was submitted to the panel"),
    ("open A", "", "close", {"subject_sha256": sha("B")}, "is not what was submitted to the panel"),
    ("open A; close", "", "close", {}, "nothing to take from before the panel"),
    ("open A", "m1", "close", {"via": "cli"}, "cannot come via 'cli'"),
    ("open A; close", "m1", "approve", {}, "no candidate has been submitted to the panel"),
    ("open A; close", "m1", "withdraw", {}, "There is nothing to withdraw"),
    ("open A", "m1", "approve", {"via": "minutes"}, "needs the day of its meeting and the sha256"),
    ("open A", "m1", "approve", {"minuted_on": "2017-04-05"}, "is in no minutes"),
    (
        "open A",
        "m1",
        "approve",
        {"via": "minutes", "minuted_on": "2017-04-05", "minutes_sha256": "a" * 64},
        "",
    ),
    (
        "open A",
        "m1",
        "approve",
        {"via": "minutes", "minuted_on": "5 April", "minutes_sha256": "a" * 64},
        "needs the day of its meeting",
    ),
]


@pytest.mark.parametrize(("before", "who", "decision", "changes", "sentence"), REFUSALS)
def test_refusal(before: str, who: str, decision: str, changes: dict[str, Any], sentence: str) -> None:
    state = fold(lines_of(before), COMMITTEE)
    said = refusal(replace(a_line(who, decision, "A", state.serial), **changes), state, COMMITTEE)
    assert (sentence in said) if sentence else (said == "")
    assert said.count("\n") == 0


def test_a_panel_moderates_nothing() -> None:
    said = refusal(a_line("m1", "moderate", "A", 1, **MODERATION), fold(lines_of("open A"), TERMS), TERMS)
    assert said == "The Cancer panel may moderate no judgement, and not 165a."
