"""Between which values scores can lie, by the rules of an edition alone, and lists that rows go on with."""

from pathlib import Path

import pytest

from ccg_pipeline.framework.families import edition_in, read_edition
from ccg_pipeline.framework.reach import never_given
from ccg_pipeline.framework.vocabulary.combining import Mean
from tests.support.notations.orchards import EDITION
from tests.support.notations.rule_tables import run

GIVEN = "provenance: assumed, source: A guess}"
MEAN = 'of: {rows: fruit, where: {how: band}, each: {node: "{code}", weight: "{weight}"}}'

# what is current for the standardising of each fruit | the lines of their mean | what is said of it
REACHES = [
    ("{do: standardise, ", "[80, 60]", ""),  # z has no end
    ("{do: standardise, by: percentile, ", "[1, 0.5]", ""),  # a line on the end can be reached
    ("{do: standardise, by: percentile, ", "[80, 60]", "the line 80, for scores there are from 0 to 1"),
    ("{do: standardise, by: min_max, ", "[80, 60]", ""),
    ("{do: standardise, by: min_max, high: 10, ", "[80, 6]", "the line 80, for scores there are from 0 to"),
    ("{do: steps, levels: [{above: 3, points: 5}], below: 1, ", "[6, 2]", "the line 6, for scores there are"),
    ("{do: bound, low: 2, high: 4, ", "[5, 3]", "of 101 higher is better and of 122 lower"),  # said before
]  # fmt: skip


@pytest.mark.parametrize(("step", "lines", "said"), REACHES)
def test_a_line_that_no_mean_can_reach_is_refused(orchards: Path, step: str, lines: str, said: str) -> None:
    text = EDITION.replace("{do: standardise, ", step).replace("at: [1, 0]", f"at: {lines}")
    (orchards / "edition.yaml").write_text(text)
    faults = read_edition(orchards)[1]
    assert (said in faults[0] and len(faults) == 1) if said else faults == []


def test_rows_go_on_with_the_list_that_they_are_in(orchards: Path) -> None:
    more = f"{MEAN.replace('of: {', 'of: [{node: first, weight: 3}, {')}]"
    first = (
        f"nodes:\n  - {{key: first, level: fruit, steps: [{{do: read, measure: f/0, better: higher, {GIVEN}, "
        f"{{do: standardise, {GIVEN}]}}\n"
    )
    (orchards / "edition.yaml").write_text(EDITION.replace("nodes:\n", first).replace(MEAN, more))
    mean = edition_in(orchards).node["area"].steps[0]
    assert isinstance(mean, Mean)
    assert [(one.node, one.weight) for one in mean.of] == [("first", 3), ("101", 1), ("122", 2)]


# steps that grade and adjust | the labels of grades 1 to 4 that none of them gives
GIVEN_GRADES = [
    ("cuts at: [3, 2, 1]", ""),
    ("cuts at: [3, 2]", "grade 4"),
    ("cuts at: [3] then put when: x < 0, value: 4", "grade 3"),
    ("cuts at: [3] then cap when: x < 0, at_best: 3 then put when: x < 0, value: 4", ""),
    ("quantiles shares: [0.5]", "grade 3, grade 4"),
    ("clusters", ""),
]


@pytest.mark.parametrize(("steps", "lost"), GIVEN_GRADES)
def test_labels_that_no_step_gives_are_named(steps: str, lost: str) -> None:
    edition = run(steps, {"x": "1 2 3 4"}).edition
    assert ", ".join(never_given(edition.node["it"], edition.labels("it"))) == lost
