"""Every rule, number and choice that an edition states is listed with its place and its source."""

from pathlib import Path

import pytest

from ccg_pipeline.framework.edition import Edition
from ccg_pipeline.framework.families import edition_in

OWN = "{value: 7, provenance: found, source: Wells 1990}"


def stated(edition: Edition) -> list[tuple[str, float | str, str]]:
    return [(one.item, one.value, one.provenance) for one in edition.numbers()]


def test_rules_rounds_gates_and_leagues_are_listed_and_defaults_are_not(orchards: Path) -> None:
    assert stated(edition_in(orchards)) == [
        ("nodes / {code} (how band) / steps / 1", "read", "found"),
        ("nodes / {code} (how band) / steps / 2", "standardise", "assumed"),
        ("nodes / area / steps / 1", "mean", "assumed"),
        ("nodes / area / steps / 1 / of / 101 / weight", 1, "assumed"),
        ("nodes / area / steps / 1 / of / 122 / weight", 2, "assumed"),
        ("nodes / area / steps / 2", "cuts", "assumed"),
        ("nodes / area / steps / 2 / at / 1", 1, "assumed"),
        ("nodes / area / steps / 2 / at / 2", 0, "assumed"),
        ("nodes / area / steps / 3", "put", "assumed"),
        ("nodes / area / steps / 3 / when / all_of / 122 / below", 0, "assumed"),
        ("nodes / area / steps / 3 / value", 3, "assumed"),
        ("rounds / annual / every", "year", "found"),
        ("rounds / annual / release", "each", "found"),
        ("rounds / annual / gates / apples / body", "The panel", "found"),
        ("leagues / 1 / by", "grade, then score", "assumed"),
    ]


def test_a_number_with_a_source_of_its_own_keeps_it(orchards: Path) -> None:
    file = orchards / "edition.yaml"
    text = file.read_text(encoding="utf-8")
    text = text.replace("do: standardise", f"do: standardise, least: {OWN}, held: true, ddof: 0")
    text = text.replace("{of: area", "{unit: 0.5, of: area").replace("value: 3\n", "value:\n")
    file.write_text(text, encoding="utf-8")
    found = stated(edition_in(orchards))
    assert ("nodes / {code} (how band) / steps / 2 / least", 7, "found") in found
    assert ("nodes / {code} (how band) / steps / 2 / held", "true", "assumed") in found
    assert ("nodes / {code} (how band) / steps / 2 / ddof", 0, "assumed") in found
    assert ("leagues / 1 / unit", 0.5, "assumed") in found
    assert not [item for item, _, _ in found if item.endswith("3 / value")]


def test_points_of_labels_and_levels_are_listed_by_their_names(orchards: Path) -> None:
    file = orchards / "edition.yaml"
    text = file.read_text(encoding="utf-8")
    read, labels = (
        'do: read, measure: "f/{code}", better: "{better}"',
        "do: labels, measure: m/a, points: {Red: 0, Green: 2}",
    )
    text = text.replace(read, labels).replace(
        "do: standardise", "do: steps, levels: [{points: 1, above: 9}], below: 0"
    )
    file.write_text(text, encoding="utf-8")
    found = stated(edition_in(orchards))
    assert ("nodes / {code} (how band) / steps / 1 / points / Green", 2, "found") in found
    assert ("nodes / {code} (how band) / steps / 2 / levels / 1 / above", 9, "assumed") in found


@pytest.mark.parametrize(
    ("fields", "assumed"),
    [
        ("", {"reference_needs": 0}),
        ("reference_needs: 0.5, ", {}),
        (
            "widen: true, winsorise: 0.2, ",
            {"reference_needs": 0, "extremes": "winsorise", "widen_above": 1},
        ),
    ],
    ids=["always", "stated", "where limits are widened"],
)
def test_defaults_of_a_distance_that_decide_are_listed_as_assumed(
    orchards: Path, fields: str, assumed: dict[str, float | str]
) -> None:
    file = orchards / "edition.yaml"
    text = file.read_text(encoding="utf-8").replace(
        "do: standardise", f"do: distance, {fields}error: binomial"
    )
    file.write_text(text, encoding="utf-8")
    found = [one for one in edition_in(orchards).numbers() if one.source == "The default of the rule"]
    of_first = {
        one.item.rpartition(" / ")[2]: one.value
        for one in found
        if one.item.startswith("nodes / {code} (how band) /")
    }
    assert of_first == assumed
    assert {one.provenance for one in found} <= {"assumed"}
