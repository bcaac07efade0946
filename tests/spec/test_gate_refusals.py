"""Why a decision may not be taken, as a table: what came before, the decision, what the person is told."""

from typing import Any

import pytest

from expert_panels.ledger.fold import fold
from expert_panels.ledger.refusal import refusal
from tests.support.notations.gate_lines import ENGINEER, TERMS, a_line, lines_of, sha

SIGNED = "open A; chair approve; m1 approve; m2 approve"

# before, who, decision, on which table, serial, changed fields, what the sentence holds ('' = may be taken)
REFUSALS: list[tuple[str, str, str, str, int, dict[str, Any], str]] = [
    ("open A", "m1", "approve", "A", 1, {}, ""),
    ("open A", "m1", "return", "A", 1, {}, ""),
    ("open A", "m1", "recuse", "A", 1, {}, ""),
    ("open A", "d1", "override", "A", 1, {}, ""),
    (SIGNED, "m3", "withdraw", "A", 1, {}, ""),
    ("", "", "open", "A", 1, {}, ""),
    ("open A", "", "open", "A", 2, {}, ""),
    # the table is not the one that was seen
    ("", "m1", "approve", "A", 0, {}, "no candidate has been submitted to the panel"),
    ("open A", "m1", "approve", "B", 1, {}, "The data have moved: you saw bbbbbbbbbbbb"),
    ("open A; open B", "m1", "approve", "A", 2, {}, "is now bbbbbbbbbbbb"),
    ("open A; open B; open A", "m1", "approve", "A", 1, {}, "The data have moved"),
    (f"{SIGNED}; open B", "m1", "withdraw", "B", 2, {}, "is now aaaaaaaaaaaa"),
    ("open A", "", "open", "A", 1, {}, "Serial 1 cannot be opened: the next is 2."),
    ("open A", "", "open", "A", 3, {}, "Serial 3 cannot be opened: the next is 2."),
    ("", "", "open", "A", 1, {"subject_sha256": "A" * 64}, "it is not a sha256"),
    ("", "", "open", "A", 1, {"subject_sha256": "a" * 63}, "it is not a sha256"),
    # the person may not
    (
        "open A",
        "stranger",
        "approve",
        "A",
        1,
        {},
        "stranger@panel.example is not a member of the Cancer panel",
    ),
    ("open A", "ex", "approve", "A", 1, {}, "is not a member of the Cancer panel on 2017-04-05"),
    ("open A", "last", "approve", "A", 1, {}, ""),
    ("open A", "first", "approve", "A", 1, {}, ""),
    ("open A", "late", "approve", "A", 1, {}, "is not a member"),
    ("open A", "d1", "approve", "A", 1, {}, "is not a member"),
    ("open A", "chair", "override", "A", 1, {}, "is not an officer who may override"),
    ("open A", "m1", "approve", "A", 1, {"role": "chair"}, "signs as 'chair' but is 'member'"),
    ("open A; m1 recuse", "m1", "approve", "A", 1, {}, "takes no part in this round"),
    ("open A; m1 recuse", "m1", "return", "A", 1, {}, "takes no part in this round"),
    ("", "", "open", "A", 1, {"actor": " "}, "without saying who launched its run"),
    # the form is not filled in
    ("open A", "m1", "approve", "A", 1, {"interests": ""}, "interests is not answered"),
    ("open A", "m1", "recuse", "A", 1, {"interests": " "}, "interests is not answered"),
    ("open A", "m1", "return", "A", 1, {"reason": ""}, "A decision to return needs a reason."),
    ("open A", "m1", "return", "A", 1, {"reason": " \n"}, "A decision to return needs a reason."),
    (SIGNED, "m1", "withdraw", "A", 1, {"reason": ""}, "A decision to withdraw needs a reason."),
    ("open A", "d1", "override", "A", 1, {"reason": ""}, "A decision to override needs a reason."),
    ("open A", "m1", "approve", "A", 1, {"reason": "two\nlines"}, ""),
    ("open A", "m1", "approve", "A", 1, {"reason": "\x00"}, "The reason holds a control character"),
    (
        "open A",
        "m1",
        "approve",
        "A",
        1,
        {"interests": "none\x1b[2J"},
        "The interests holds a control character",
    ),
    ("open A", "m1", "veto", "A", 1, {}, "'veto' is no decision"),
    ("open A", "m1", "approve", "A", 1, {"via": "post"}, "cannot come via 'post'"),
    ("open A", "m1", "approve", "A", 1, {"via": "pipeline"}, "cannot come via 'pipeline'"),
    ("open A", "", "open", "A", 2, {"via": "page"}, "cannot come via 'page'"),
    # it is decided already
    ("open A; m1 approve", "m1", "approve", "A", 1, {}, "has decided so already"),
    ("open A; m1 return", "m1", "return", "A", 1, {}, "has decided so already"),
    ("open A; m1 return", "m2", "return", "A", 1, {}, ""),
    ("open A; m1 return", "m2", "approve", "A", 1, {}, "was returned; those who made it must submit it"),
    (SIGNED, "m3", "approve", "A", 1, {}, ""),
    (SIGNED, "m1", "approve", "A", 1, {}, "has decided so already"),
    (f"{SIGNED}; m3 approve", "m3", "approve", "A", 1, {}, "has decided so already"),
    (SIGNED, "m3", "approve", "B", 1, {}, "The data have moved"),
    (SIGNED, "m3", "approve", "A", 1, {"interests": ""}, "interests is not answered"),
    (SIGNED, "d1", "approve", "A", 1, {}, "is not a member"),
    (f"{SIGNED}; open B", "m3", "approve", "A", 2, {}, "is now bbbbbbbbbbbb"),
    (
        "open A; d1 override; d2 override",
        "m1",
        "approve",
        "A",
        1,
        {},
        "is overridden; it can only be withdra",
    ),
    (SIGNED, "m3", "return", "A", 1, {}, "is approved; it can only be withdrawn"),
    (SIGNED, "m1", "recuse", "A", 1, {}, "is approved; it can only be withdrawn"),
    (SIGNED, "d1", "override", "A", 1, {}, "is approved; it can only be withdrawn"),
    ("open A; m1 approve", "m1", "withdraw", "A", 1, {}, "There is nothing to withdraw"),
    (f"{SIGNED}; m3 withdraw", "m3", "withdraw", "A", 1, {}, "There is nothing to withdraw"),
    (f"{SIGNED}; m3 withdraw", "m3", "approve", "A", 1, {}, "was withdrawn"),
    ("open A; d1 override", "d1", "override", "A", 1, {}, "the second must be another person"),
    ("open A; d2 override", "d3", "override", "A", 1, {}, "the second must hold another role"),
]


@pytest.mark.parametrize(("before", "who", "decision", "on", "serial", "changes", "sentence"), REFUSALS)
def test_refusal(
    before: str, who: str, decision: str, on: str, serial: int, changes: dict[str, Any], sentence: str
) -> None:
    said = refusal(a_line(who, decision, on, serial, **changes), fold(lines_of(before), TERMS), TERMS)
    assert (sentence in said) if sentence else (said == "")
    assert said.count("\n") == 0


@pytest.mark.parametrize("decision", ["approve", "return", "recuse", "override"])
@pytest.mark.parametrize("launcher", ["m1@panel.example", "M1@Panel.Example", "d1@panel.example"])
def test_whoever_launched_the_run_holds_no_seat_on_it(decision: str, launcher: str) -> None:
    who = "d1" if decision == "override" else "m1"
    opened = lines_of("open A")[0]
    state = fold([type(opened)(**{**vars(opened), "actor": launcher})], TERMS)
    said = refusal(a_line(who, decision, "A", 1), state, TERMS)
    assert ("launched the run" in said) == (launcher.casefold() == f"{who}@panel.example")


def test_an_unchanged_engineer_blocks_nobody() -> None:
    state = fold(lines_of("open A"), TERMS)
    assert (state.launched_by, state.subject) == (ENGINEER, sha("A"))
    assert refusal(a_line("m1", "approve", "A", 1), state, TERMS) == ""
