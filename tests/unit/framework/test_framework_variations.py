"""Other numbers in an edition's place: at the ends of their range, and nothing else moved."""

from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest

from ccg_pipeline.framework.consistency import disagreements
from ccg_pipeline.framework.provenance import numbers_of
from ccg_pipeline.framework.variations import Variation
from ccg_pipeline.framework.vocabulary.rule import OwnSource
from tests.support.notations.method_tables import EDITION, lines


@pytest.mark.parametrize(
    ("low", "high", "choices", "place", "value"),
    [
        (1.0, 3.0, "", 0, 1.0),
        (1.0, 3.0, "", 0.5, 2.0),
        (1.0, 3.0, "", 0.75, 2.5),
        (None, None, "left out|0", 0, "left out"),
        (None, None, "left out|0", 0.49, "left out"),
        (None, None, "left out|0", 0.5, "0"),
        (None, None, "left out|0", 0.999, "0"),
    ],
)
def test_a_place_in_a_range_and_among_choices(
    low: float | None, high: float | None, choices: str, place: float, value: float | str
) -> None:
    one = Variation(
        parameter="missing" if choices else "good_at",
        factor="a",
        low=low,
        high=high,
        choices=choices,
        provenance="assumed",
        source="a test",
    )
    assert one.at(place) == value


# parameter | other value | a node, and where in it the value comes to stand
PLACES = """
    parameter               | value | node       | place                     | there
    limit_of_bands          | 2.5   | 123a       | steps 1 levels 0 at_least | 2.5
    limit_of_bands          | 2.5   | 123a       | steps 1 levels 1 above    | -2.5
    limit_of_bands          | 2.5   | 131a       | steps 1 levels 0 at_least | 2.5
    limit_of_panels         | 2.5   | cancer.122a | steps 1 levels 2 above   | -2.5
    cancer_cut_1            | 1.7   | cancer     | steps 1 at 0              | 1.7
    maternity_score_2       | 1.5   | maternity.125a | steps 2 at 1          | 1.5
    good_at                 | 0.5   | overall    | steps 1 at 1              | 0.5
    finance_weight          | 0.5   | overall    | steps 0 of 2 weight       | 0.5
    missing                 | 0     | performance | steps 0 fill             | 0
    missing                 | left out | performance | steps 0 fill          |
    extremes                | truncate | 123a.z | steps 1 extremes           | truncate
    leadership_green_points | 1.4   | 165a       | steps 0 points Green      | 1.4
"""


@pytest.mark.parametrize("row", lines(PLACES), ids=lambda row: f"{row['parameter']} {row['place']}")
def test_another_value_stands_wherever_the_parameter_is_named(row: dict[str, str]) -> None:
    found: Any = EDITION.with_parameters({row["parameter"]: row["value"]}).nodes.node[row["node"]]
    for step in row["place"].split():
        if isinstance(found, tuple):
            found = found[int(step)]
        else:
            found = found[step] if isinstance(found, dict) else getattr(found, step)
    there = found.value if isinstance(found, OwnSource) else found
    assert there == (row["there"] if there == "truncate" else float(row["there"]) if row["there"] else None)


def test_what_is_named_changes_and_nothing_else() -> None:
    values = {one.parameter: one.at(0.9) for one in EDITION.variations}
    assert len(values) == len(EDITION.variations) > 15
    changed = EDITION.with_parameters(values)
    before = {(one.file, one.item): one.value for one in EDITION.numbers()}
    after = {(one.file, one.item): one.value for one in changed.numbers()}
    named = {("edition.yaml", f"parameters / {name}"): value for name, value in values.items()}
    assert after == before | named
    assert {place for place in before if before[place] != after[place]} == set(named)
    assert changed.indicators is EDITION.indicators


def test_nodes_that_no_changed_parameter_is_in_are_as_if_filled_again() -> None:
    tried = [one.values for one in EDITION.alternatives if one.values]
    assert len(tried) > 5
    for values in [*tried, {one.parameter: one.at(0.9) for one in EDITION.variations}]:
        changed = EDITION.with_parameters(values)
        assert changed.rules.kept
        without = replace(changed.rules, kept={})
        fewer = changed.model_copy(update={"indicators": changed.indicators[:-1]})
        for one in (changed, fewer):
            rows = {name: getattr(one, name) for name in ("areas", "indicators", "supplementary")}
            assert one.nodes.nodes == without.filled(rows).nodes
        assert fewer.nodes.nodes != changed.nodes.nodes


def test_an_edition_without_other_values_is_the_same_edition() -> None:
    assert EDITION.with_parameters({}) == EDITION


def test_a_name_that_leads_nowhere_is_an_error() -> None:
    with pytest.raises(KeyError, match="the edition has no parameter 'great_at'"):
        EDITION.with_parameters({"great_at": 1.0})


def test_every_range_holds_the_number_in_force_and_keeps_cuts_falling() -> None:
    for place in (0.0, 0.999):
        changed = EDITION.with_parameters({one.parameter: one.at(place) for one in EDITION.variations})
        assert list(disagreements(changed.nodes)) == []
    for panel in EDITION.panels:
        ranges = [one for one in EDITION.variations if one.parameter.startswith(f"{panel.key}_cut")]
        assert [one.low for one in ranges] == sorted((one.low for one in ranges), reverse=True)
        for upper, lower in pairwise(ranges):
            assert upper.low is not None
            assert lower.high is not None
            assert upper.low > lower.high


def test_variations_are_listed_with_their_provenance() -> None:
    listed = {one.item: one for one in numbers_of(EDITION.variations, "variations.csv")}
    assert listed["good_at / low"].value == 0.95
    assert {one.provenance for one in listed.values()} == {"assumed"}
