"""`ccg measures`, typed: who was in special measures or under directions, and what nobody knows."""

import json

import pytest

from tests.support.worlds.edition_terminal import Typed


def test_who_was_in_special_measures_on_a_day_and_why(command: Typed) -> None:
    answer = command("measures", "on", "2016-07-21", "--regime", "special measures")
    assert answer.code == 0
    assert "In special measures on 2016-07-21: 10; not known: 3" in answer.words
    assert "yes 07V NHS Croydon CCG finance: since 2016-07-21" in answer.words
    assert "not known 02F NHS West Cheshire CCG its beginning is not recorded" in answer.words
    assert "Under directions" not in answer.words


def test_the_same_as_json(command: Typed) -> None:
    answer = command("measures", "on", "2018-10-31", "--format", "json")
    rows = json.loads(answer.out)
    yes = {row["ccg_code"] for row in rows if (row["regime"], row["answer"]) == ("directions", "yes")}
    assert len(yes) == 9
    assert all(row["source"] for row in rows)


def test_after_the_last_event_nobody_is_known_not_to_be(command: Typed) -> None:
    assert "Nothing after 2019-07-31 is recorded" in command("measures", "on", "2019-08-01").words
    assert "Nothing after" not in command("measures", "on", "2019-07-31").words


@pytest.mark.parametrize(
    ("ccg", "said"),
    [
        ("Croydon", "2016-07-21 entered 'reset'; NOT among the 26 inadequate"),
        ("05Y", "Walsall"),
        ("05Y", "special measures, finance, 254 to 283 days"),
        ("08L", "exercised by 08Q"),
        ("02N", "No event is recorded."),
        ("99P", "NHS Northern, Eastern and Western Devon CCG"),  # which is no CCG of 2019 any more
    ],
)
def test_the_history_of_a_ccg(command: Typed, ccg: str, said: str) -> None:
    answer = command("measures", "history", ccg)
    assert answer.code == 0
    assert said in answer.words


def test_the_whole_register_has_counts_contradictions_and_rules(command: Typed) -> None:
    words = command("measures", "show").words
    assert "24 of 207 CCGs under legal directions 24 9 9 the register has 15 fewer" in words
    assert "not among the 26 that were inadequate" in words
    assert "3 rounds assumed" in words


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        (("on", "21.7.2016"), "DATE '21.7.2016' is not a date: write it as 2017-05-31."),
        (("on", "2016-07-21", "--regime", "winter"), "--regime 'winter' is none: choose one of"),
        (("on", "2016-07-21", "--format", "xls"), "--format 'xls' is not known"),
        (("history", "Atlantis"), "There is no CCG 'Atlantis'"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_a_sentence(
    command: Typed, typed: tuple[str, ...], sentence: str
) -> None:
    answer = command("measures", *typed)
    assert answer.code == 2
    assert sentence in " ".join(answer.err.split())
