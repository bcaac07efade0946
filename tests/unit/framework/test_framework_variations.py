"""Other numbers in an edition's place: at the ends of their range, and nothing else moved."""

from itertools import pairwise

import pytest

from ccg_pipeline.framework.provenance import numbers_of
from ccg_pipeline.framework.rules import OverallRule
from ccg_pipeline.framework.variations import Variation
from tests.support.notations.method_tables import EDITION


@pytest.mark.parametrize(
    ("low", "high", "choices", "place", "value"),
    [
        (1.0, 3.0, "", 0, 1.0),
        (1.0, 3.0, "", 0.5, 2.0),
        (1.0, 3.0, "", 0.75, 2.5),
        (None, None, "renormalise|as_worst", 0, "renormalise"),
        (None, None, "renormalise|as_worst", 0.49, "renormalise"),
        (None, None, "renormalise|as_worst", 0.5, "as_worst"),
        (None, None, "renormalise|as_worst", 0.999, "as_worst"),
    ],
)
def test_a_place_in_a_range_and_among_choices(
    low: float | None, high: float | None, choices: str, place: float, value: float | str
) -> None:
    one = Variation(
        file="overall.yaml",
        item="missing" if choices else "good_at",
        factor="a",
        low=low,
        high=high,
        choices=choices,
        provenance="assumed",
        source="a test",
    )
    assert one.at(place) == value


def test_what_is_named_changes_and_nothing_else() -> None:
    values = {(one.file, one.item): one.at(0.9) for one in EDITION.variations}
    assert len(values) == len(EDITION.variations) > 20
    changed = EDITION.with_values(values)
    before = {(one.file, one.item): one.value for one in EDITION.numbers()}
    after = {(one.file, one.item): one.value for one in changed.numbers()}
    assert after == before | values
    assert {place for place in before if before[place] != after[place]} == set(values)
    assert changed.indicators is EDITION.indicators


def test_an_edition_without_other_values_is_the_same_edition() -> None:
    assert EDITION.with_values({}) == EDITION


@pytest.mark.parametrize("place", [("overall.yaml", "great_at"), ("rules.yaml", "good_at")])
def test_a_name_that_leads_nowhere_is_an_error(place: tuple[str, str]) -> None:
    with pytest.raises(KeyError, match="the edition has no"):
        EDITION.with_values({place: 1.0})


def test_every_range_holds_the_number_in_force_and_keeps_cuts_falling() -> None:
    for place in (0.0, 0.999):
        changed = EDITION.with_values({(one.file, one.item): one.at(place) for one in EDITION.variations})
        assert changed.overall.outstanding_at.value > changed.overall.good_at.value
    for panel in EDITION.panels:
        ranges = [one for one in EDITION.variations if one.item.startswith(f"{panel.key} / mean / cuts")]
        assert [one.low for one in ranges] == sorted((one.low for one in ranges), reverse=True)
        for upper, lower in pairwise(ranges):
            assert upper.low is not None
            assert lower.high is not None
            assert upper.low > lower.high


def test_the_missing_rule_must_be_one_that_is_known() -> None:
    rule = EDITION.overall.model_dump()
    rule["missing"]["value"] = "forget"
    with pytest.raises(ValueError, match="missing is 'forget', and must be one of renormalise, as_reference"):
        OverallRule.model_validate(rule)


def test_variations_are_listed_with_their_provenance() -> None:
    listed = {one.item: one for one in numbers_of(EDITION.variations, "variations.csv")}
    assert listed["overall.yaml, good_at / low"].value == 0.95
    assert {one.provenance for one in listed.values()} == {"assumed"}
