"""The rules of the lanes as nodes: those of the edition's own file of nodes, and those of other versions."""

from typing import Any

import pytest

from ccg_pipeline.framework.families import edition_named
from ccg_pipeline.framework.load import EDITION as KEY
from ccg_pipeline.framework.load import load_edition

EDITION = load_edition()
WORDS = ("provenance", "source", "note", "because", "name", "scale")


def numbers(part: Any) -> Any:
    """A node's rules and numbers, without the words about them."""
    match part:
        case {"value": value, "provenance": _, "source": _, **others} if not others:
            return value
        case dict():
            return {key: numbers(one) for key, one in part.items() if key not in WORDS}
        case list() | tuple():
            return [numbers(one) for one in part]
    return part


@pytest.mark.parametrize(
    "level", ["distance", "indicator", "area", "graded", "measure", "panel", "block", "overall"]
)
def test_the_rules_of_the_lanes_are_those_of_the_file_of_nodes(level: str) -> None:
    made, stated = (
        {key: numbers(node.model_dump()) for key, node in of.node.items() if node.level == level}
        for of in (EDITION.nodes, edition_named(KEY))
    )
    assert made
    assert made == stated


OTHERS = [
    ("framework.yaml", "banding / cut", 2.5, "123a", (1, "levels", 0, "at_least")),
    ("framework.yaml", "banding / cut", 2.5, "123a", (1, "levels", 1, "above")),
    ("clinical.yaml", "cancer / grading / significant_at", 2.5, "cancer.122a", (1, "levels", 2, "above")),
    ("clinical.yaml", "cancer / mean / cuts / 1", 1.7, "cancer", (1, "at", 0)),
    ("overall.yaml", "good_at", 0.5, "overall", (1, "at", 1)),
    ("overall.yaml", "blocks / finance / weight", 0.5, "overall", (0, "of", 2, "weight")),
    ("overall.yaml", "missing", "as_worst", "performance", (0, "fill")),
    ("points.yaml", "leadership / levels / Green / points", 1.4, "165a", (0, "points", "Green")),
]


@pytest.mark.parametrize(("file", "item", "value", "node", "place"), OTHERS)
def test_another_number_is_another_number_of_the_node(
    file: str, item: str, value: float | str, node: str, place: tuple[int | str, ...]
) -> None:
    found: Any = numbers(EDITION.with_values({(file, item): value}).nodes.node[node].model_dump())["steps"]
    for step in place:
        found = found[step]
    expected = {"as_worst": 0.0}.get(str(value), value)
    assert found == (-value if place[-1] == "above" and isinstance(value, float) else expected)
