"""What a site says of all organisations together: sides, judgements, and nothing that is not so."""

import math
from dataclasses import replace
from typing import Any

import pytest

from ccg_pipeline.publish.site.content import Outcome, Subject
from ccg_pipeline.publish.site.findings import around, finding, marks_of
from ccg_pipeline.publish.site.maps import key_of
from tests.support.worlds.built_site import publication


def subject(*outcomes: Outcome, **more: Any) -> Subject:
    each = {f"{at:02}": one for at, one in enumerate(outcomes)}
    return Subject(
        **{"key": "1a", "code": "1a", "title": "Falls", "level": "indicator", "outcomes": each, **more}
    )  # type: ignore[arg-type]  # fields by name


def shown(text: str, verdict: str = "", reference: str = "") -> Outcome:
    number = float(text.split()[0]) if text[:1].isdigit() else math.nan
    return Outcome(text=text, number=number, verdict=verdict, reference_text=reference)


ENGLAND = "5.0 %, England"
COMPARED = subject(
    shown("9.0 %", "worse than England", ENGLAND), shown("1.0 %", "better than England", ENGLAND),
    shown("5.5 %", "like England", ENGLAND), shown("7.0 %", "worse than England", ENGLAND),
    shown("", "", ENGLAND),
)  # fmt: skip
RANGE = subject(
    shown("9", "outside the expected range", "5, England"), shown("1", "outside the expected range"),
    shown("5", "inside the expected range"), better="none",
)  # fmt: skip
JUDGED = subject(
    *(shown(text, "1 of 2 points") for text in ("Red", "Green", "Amber", "Red", "")), unit="Green/Amber/Red"
)
SCALED = subject(*(shown(text, "1 of 2 points") for text in ("5 %", "10 %", "15 %", "20 %")))
TIED = subject(*(shown(text) for text in ("0.00 of 2", "1.00 of 2", "1.00 of 2", "1.00 of 2")))
NONE = subject(shown(""), shown(""))


@pytest.mark.parametrize(
    ("of", "said"),
    [
        (
            COMPARED,
            "Falls: 4 CCGs from 1.0 % to 9.0 %, the middle one 7.0 %; 1 is better than the reference "
            "(5.0 %, England), 2 worse, 1 neither.",
        ),
        (
            RANGE,
            "Falls: 3 CCGs from 1 to 9, the middle one 5; 2 are outside the range that is expected about the "
            "reference (5, England), 1 inside it.",
        ),
        (JUDGED, "Falls: 1 Green, 1 Amber, 2 Red, of 4 CCGs."),
        (SCALED, "Falls: 4 CCGs from 5 % to 20 %, the middle one 15 %."),
        (TIED, "Falls: 4 CCGs from 0.00 of 2 to 1.00 of 2, the middle one 1.00 of 2."),
        (NONE, "There is no figure of Falls for any of the CCGs."),
    ],
)
def test_what_is_found_of_all_is_said_in_a_sentence(of: Subject, said: str) -> None:
    assert finding(of, "CCGs") == said


@pytest.mark.parametrize(
    ("of", "marks", "key"),
    [
        (COMPARED, "▼ worse", ["better than the reference: 1", "neither: 1", "worse than the reference: 2"]),
        (RANGE, "◆ outside", ["inside the expected range: 1", "outside the expected range: 2"]),
        (SCALED, "", ["above 15, up to 20: 1", "above 10, up to 15: 1", "up to 10: 2"]),
    ],
)
def test_marks_and_maps_name_the_sides_as_the_words_do(of: Subject, marks: str, key: list[str]) -> None:
    assert (marks in marks_of(of)) if marks else marks_of(of) == ""
    assert [f"{one.words}: {one.count}" for one in key_of(of)][: len(key)] == key


def test_who_has_no_rating_is_counted_among_the_similar_and_among_all() -> None:
    round_ = publication().round
    codes = [one.code for one in round_.organisations]
    rated = [Outcome(text=text, grade=text == "Good") for text in ("Good", "Good", "")]
    of = subject(labels=("Good", "Bad"), outcomes=dict(zip(codes[1:], rated, strict=True)))
    place = replace(round_.organisations[0], similar=(codes[1], codes[3], "another"))
    assert around(of, place, round_) == (
        "Of its 2 most similar: 1 Good, 1 without a rating. All CCGs: 2 Good, 2 without a rating."
    )
