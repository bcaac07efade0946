"""Which lines of a ledger are events that somebody is told of, and in which words."""

from datetime import timedelta

import pytest

from expert_panels.ledger.record import Gate
from expert_panels.notices.events import Event, events_of, released
from expert_panels.notices.wording import without_figures, wording
from tests.support.notations.gate_lines import COMMITTEE, ENGINEER, START, TERMS, email, lines_of

REMINDED = TERMS.model_copy(update={"reminder_after_days": 7})
LINK = "https://room.example/panels/cancer/interim/2017-03"


def found(script: str, days: float = 0.5, terms: object = REMINDED) -> list[Event]:
    assert isinstance(terms, type(TERMS))
    return events_of(lines_of(script), terms, START + timedelta(days=days))


def kinds(script: str, days: float = 0.5) -> list[str]:
    return [event.kind for event in found(script, days)]


@pytest.mark.parametrize(
    ("script", "told"),
    [
        ("", []),
        ("open A", ["opened"]),
        ("open A; open B", ["opened", "changed"]),
        ("open A; chair approve; m1 approve", ["opened"]),
        ("open A; chair approve; m1 approve; m2 approve", ["opened", "quorum reached"]),
        ("open A; m1 approve; m2 approve; m3 approve", ["opened", "chair outstanding"]),
        (
            "open A; m1 approve; m2 approve; m3 approve; deputy approve",
            ["opened", "chair outstanding", "quorum reached"],
        ),
        (
            "open A; chair approve; m1 approve; m2 approve; m3 approve; deputy approve",
            ["opened", "quorum reached"],
        ),
        ("open A; m1 return; open B", ["opened", "returned", "opened"]),
        (
            "open A; chair approve; m1 approve; m2 approve; open B",
            ["opened", "quorum reached", "changed"],
        ),
        (
            "open A; chair approve; m1 approve; m2 approve; m1 withdraw",
            ["opened", "quorum reached", "withdrawn"],
        ),
        ("open A; m1 approve; m2 approve; m3 approve; first approve", ["opened", "chair outstanding"]),
        ("open A; d1 override", ["opened"]),
        ("open A; d1 override; d2 override", ["opened", "overridden"]),
        ("open A; m1 recuse", ["opened"]),
    ],
)
def test_each_line_is_the_event_it_is(script: str, told: list[str]) -> None:
    assert kinds(script) == told


@pytest.mark.parametrize(
    ("days", "number"), [(6.9, None), (7, "1/1"), (13.9, "1/1"), (14, "1/2"), (100, "1/14")]
)
def test_a_reminder_is_due_after_as_many_days_as_the_terms_say(days: float, number: str | None) -> None:
    keys = [event.key for event in found("open A; m1 approve", days) if event.kind == "reminder"]
    assert keys == ([f"reminder/cancer/interim/2017-03/{number}"] if number else [])


@pytest.mark.parametrize(
    "script",
    [
        "open A; m1 return",
        "open A; chair approve; m1 approve; m2 approve",
        "open A; d1 override; d2 override",
    ],
)
def test_nobody_is_reminded_of_what_is_decided(script: str) -> None:
    assert "reminder" not in kinds(script, 30)


def test_terms_without_days_remind_nobody() -> None:
    assert [event.kind for event in found("open A", 30, TERMS)] == ["opened"]


def test_it_is_told_to_those_whom_it_concerns() -> None:
    script = "open A; m1 approve; m2 recuse; m3 approve; first approve"
    opened, outstanding, reminder = found(script, 8)
    everybody = {email(who) for who in ("chair", "deputy", "m1", "m2", "m3", "first", "late")}
    assert (set(opened.members), opened.engineers) == (everybody, False)
    assert set(outstanding.members) == {email("chair"), email("deputy")}
    assert set(reminder.members) == {email("chair"), email("deputy"), email("late")}
    returned = found("open A; m1 return")[-1]
    assert (returned.members, returned.engineers) == ((), True)


def test_every_event_has_a_key_of_its_own_for_ever() -> None:
    script = "open A; m1 return; open B; chair approve; m1 approve; m2 approve; m1 withdraw; open A"
    now, later = found(script), found(script + "; chair approve", 20)
    keys = [event.key for event in now]
    assert len(set(keys)) == len(keys) == 6
    assert [event.key for event in later][: len(keys)] == keys
    gate = Gate("cancer", "interim", "2017-03")
    assert (
        released(gate, "a" * 64, START, TERMS, START).key
        == "released/cancer/interim/2017-03/aaaaaaaaaaaaaaaa"
    )


def test_the_words_are_fixed_but_for_names_and_a_link() -> None:
    for event in found("open A; m1 approve; m2 approve; m3 approve; deputy approve; m1 withdraw; open B", 20):
        said = wording(event, "Cancer panel", "interim assessment, 2017-03", LINK)
        assert said.subject.startswith("Cancer panel, interim assessment, 2017-03: ")
        assert said.text.startswith("Cancer panel, interim assessment, 2017-03.\n\n")
        assert said.text.endswith(f"\n\n{LINK}\n")
        assert event.gate.panel in said.link
        assert f"Head of the sign-off ledger: {event.head}." in said.text
        without = said.text.replace(LINK, "").replace("2017-03", "").replace(event.head, "")
        assert not any(sign.isdigit() for sign in without)


def test_a_moderated_table_awaits_the_committee() -> None:
    moderated = "open A; m1 moderate A01 Green Amber; open B"
    assert [event.kind for event in found(moderated, terms=COMMITTEE)] == ["opened", "moderated"]


def test_a_return_carries_what_was_said_of_single_ccgs() -> None:
    event = found("open A; m1 comment 02N; m2 return")[-1]
    assert (event.kind, event.words) == ("returned", ("member: a reason", "02N: a reason"))


def test_a_return_tells_the_reasons_without_their_figures() -> None:
    event = found("open A; m1 return")[-1]
    said = wording(event, "Cancer panel\r\nBcc: x@y.example", "interim assessment, 2017-03", LINK)
    assert "\n- member: a reason" in said.text
    assert len(said.subject.splitlines()) == 1


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("02N stands at 43.2%, not 51", "02N stands at [figure] not [figure]"),
        ("(99Z) rose by 1.2pp.", "(99Z) rose by [figure]"),
        ("E38000001: 12/209", "E38000001: [figure]"),
        ("£1,000 and ½", "[figure] and ½"),
        ("see https://x.example/?t=1", "see [figure]"),
        ("no figure", "no figure"),
    ],
)
def test_figures_in_what_people_wrote_stay_behind(written: str, sent: str) -> None:
    assert without_figures(written) == sent


def test_the_engineer_who_launched_the_run_is_no_member() -> None:
    assert ENGINEER not in found("open A")[0].members
