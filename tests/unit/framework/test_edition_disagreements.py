"""Parts of an edition that are right by themselves and do not agree are refused at their line.

Belongs here: nodes, scales, rounds, gates and leagues against each other.
Does not belong here: what is wrong in one part (test_edition_faults.py).
"""

from collections.abc import Callable
from pathlib import Path

import pytest

from ccg_pipeline.framework.consistency import notes
from ccg_pipeline.framework.families import read_edition
from tests.support.notations.orchards import EDITION

Refused = Callable[[str, str, str], str]

OF = 'of: {rows: fruit, where: {how: band}, each: {node: "{code}", weight: "{weight}"}}'
SIZE = "{key: size, level: x, steps: [{do: read, measure: f/s, better: none, provenance: found, source: A}]}"

# what is there | what is put in its place | what is said after "edition.yaml, line "
DISAGREEMENTS = [
    (
        "rounds:\n",
        f"  - {SIZE.replace('size', 'area')}\nrounds:\n",
        "31: area is there twice among the nodes.",
    ),
    ("scales:\n", "scales:\n  - {key: words, labels: [a, b]}\n", "7: words is there twice among the scales."),
    (
        "leagues:\n",
        "  - {key: annual, every: month, provenance: found, source: A}\nleagues:\n",
        "39: annual is there",
    ),
    ("[Good, Fair, Poor]", "[Good, Good, Poor]", "6: a label of words is there twice."),
    ("[green, amber, red]", "[green, amber]", "6: words has 3 labels and 2 colours."),
    (
        "[green, amber, red]",
        '[green, amber, "#f00;"]',
        "6: '#f00;' is no colour: write its name, or # and six",
    ),
    (
        'year: "2016"',
        'year: "last year"',
        "3: its year 'last year' is neither a financial year such as 2025-26",
    ),
    ("scale: words", "scale: word", "18: area is graded on word, which is no scale of the edition."),
    ("    scale: words\n", "", "16: area gives grades and names no scale."),
    (
        "level: fruit\n",
        "level: fruit\n    scale: words\n",
        "8 (row 101, fruit.csv, line 2): 101 has a scale and no st",
    ),
    (OF, 'of: [{node: "123"}]', "20: area uses 123, which is no node of the edition."),
    (OF, "of: [{node: area}]", "20: area uses itself."),
    (
        "do: standardise",
        "do: standardise, pool: node:area",
        "15 (row 101, fruit.csv, line 2): 101 uses area, which i",
    ),
    (OF, 'of: [{node: "101", by: grade}]', "20: area uses the grade of 101, which has none."),
    ("below: 0}", "below: 0, by: grade}", "25: area uses the grade of 122, which has none."),
    (
        "{do: standardise",
        "{do: count, of: [{node: a}]",
        "15 (row 101, fruit.csv, line 2): 101 uses a, which is no no",
    ),
    (
        "{do: standardise",
        "{do: read, measure: x, better: higher",
        "15 (row 101, fruit.csv, line 2): 101: read begins a second time; ",
    ),
    (
        "{do: read",
        "{do: round, unit: 1}\n      - {do: read",
        "14 (row 101, fruit.csv, line 2): steps.0.provenance is",
    ),
    (
        '{do: read, measure: "f/{code}", better: "{better}"',
        "{do: round, unit: 1",
        "14 (row 101, fruit.csv, line 2): 101: round comes first, and has no figure; the first step reads, t",
    ),
    (
        "{do: cuts, at: [1, 0]",
        "{do: distance, error: binomial",
        "24: area: a distance needs the counts of a measu",
    ),
    (
        "at: [1, 0]",
        "at: [0, 1]",
        "24: area: higher is better, so lines from the best grade on must fall, not 0, 1.",
    ),
    ("at: [1, 0]", "at: [2, 1, 0]", "24: area: 3 lines make 4 grades, and its scale has 3 labels."),
    (
        "do: cuts, at: [1, 0]",
        "do: quantiles, shares: [.2, .4, .6]",
        "24: area: 3 lines make 4 grades, and its sca",
    ),
    (
        "      - do: put",
        "      - {do: as_scored, provenance: found, source: A}\n      - do: put",
        "25: area: grade 1",
    ),
    (
        "      - do: put",
        "      - {do: clusters, provenance: found, source: A}\n      - do: put",
        "25: area: clusters gra",
    ),
    (
        "      - {do: cuts, at: [1, 0], provenance: assumed, source: A guess}\n",
        "",
        "24: area: put changes a grade b",
    ),
    ("value: 3", "value: 4", "25: area: value is 4, and its scale has the grades 1 to 3."),
    ("value: 3", "value: 1.5", "25: area: value is 1.5, and its scale has the grades 1 to 3."),
    (
        "do: put\n        value: 3",
        "do: cap\n        at_worst: 0",
        "25: area: at_worst is 0, and its scale has the g",
    ),
    ("levels: [area]", "levels: [aera]", "34: annual shows aera, which is no level of a node."),
    ("every: year", "every: year\n    words: {words: wrods}", "34: annual names wrods, which is no scale."),
    ("verifies: [area]", 'verifies: ["123"]', "38: the gate apples names 123, which is no node."),
    (
        "verifies: [area]",
        "verifies: [area], may_moderate: [pear]",
        "38: the gate apples names pear, which is no",
    ),
    (
        "verifies: [area]",
        "verifies: [area], after: [pears]",
        "38: the gate apples comes after pears, which is no",
    ),
    (
        "do: cuts, at: [1, 0]",
        "do: goalposts, worst: 0, best: 1, provenance: found, source: A}\n      - {do: cuts, at: [80, 60]",
        "25: area: nobody can reach the line 80, for scores there are from 0 to 1.",
    ),
    ('year: "2016"', 'year: "2016"\nyear_begins: 9', "4: year_begins is of a year such as 2025-26, and 2016"),
    ('of: "122", below', "of: f/122, below", "25: area uses f/122, which is a measure: read it in a node, "),
    ("{of: area, by", "{of: aera, by", "40: a league is of aera, which is no node."),
    ("{of: area, by", '{of: "101", by', "40: a league is by grade, and 101 has none."),
    (
        "  - {of: area, by",
        "  - {of: area, provenance: found, source: A}\n  - {of: area, by",
        "41: area is there twice among the leagues: give this one a name.",
    ),
    ("{of: area, by", '{pool: "node:pear", of: area, by', "40: a league's pool is pear, which is no node."),
    (
        "rounds:\n",
        f"  - {SIZE.replace('f/s', 'g/101')}\nrounds:\n",
        "31: size: g/101 and f/101 have one code: give one another.",
    ),
    (
        'measure: "f/{code}"',
        "measure: apples",
        "8 (row 101, fruit.csv, line 2): 101: 'apples' is no measure: it begins with its publication, as in",
    ),
]


@pytest.mark.parametrize(("old", "new", "said"), DISAGREEMENTS)
def test_a_disagreement_is_said_at_its_line(refused: Refused, old: str, new: str, said: str) -> None:
    assert refused("edition.yaml", old, new).startswith(f"edition.yaml, line {said}")


# what agrees, and may not be meant: an edition may have scales to spare, and weights of a part of all
NOTES = [
    ("key: orchards", "key: orchards", []),
    ("scales:\n", "scales:\n  - {key: two, labels: [a, b]}\n", ["nothing is graded on two"]),
    (
        OF,
        'of: [{node: "101", weight: 0.4}, {node: "122", weight: 0.7}]',
        ["weights of area sum to 1.1, and are brought to 1"],
    ),
    (OF, 'of: [{node: "101", weight: 0.4}, {node: "122", weight: 0.6}]', []),
    (OF, 'of: [{node: "101", weight: 0.4}, {node: "122", weight: 0.4}]', []),
    (OF, 'of: [{node: "101", weight: 4}, {node: "122", weight: 7}]', []),
]


@pytest.mark.parametrize(("old", "new", "said"), NOTES)
def test_what_may_not_be_meant_is_noted(orchards: Path, old: str, new: str, said: list[str]) -> None:
    assert old in EDITION
    (orchards / "edition.yaml").write_text(EDITION.replace(old, new))
    edition, faults = read_edition(orchards)
    assert faults == []
    assert edition is not None
    assert list(notes(edition)) == said


def test_scales_in_each_others_place_have_as_many_labels(orchards: Path) -> None:
    text = EDITION.replace("scales:\n", "scales:\n  - {key: two, labels: [a, b]}\n")
    (orchards / "edition.yaml").write_text(
        text.replace("every: year", "every: year\n    words: {words: two}")
    )
    assert read_edition(orchards)[1] == [
        "edition.yaml, line 35: words and two have not the same number of labels."
    ]


def test_gates_of_one_name_are_refused(orchards: Path) -> None:
    gate = "      - {key: apples, body: The panel, verifies: [area], provenance: found, source: A book}\n"
    (orchards / "edition.yaml").write_text(EDITION.replace(gate, gate + gate))
    assert read_edition(orchards)[1] == ["edition.yaml, line 39: the gate apples is there twice."]


def test_every_fault_is_found_and_what_rests_on_one_says_nothing_of_it(orchards: Path) -> None:
    text = EDITION.replace("do: standardise", "do: count, of: [{node: a}]").replace("of: area", "of: pear")
    (orchards / "edition.yaml").write_text(text)
    assert read_edition(orchards)[1] == [
        "edition.yaml, line 15 (row 101, fruit.csv, line 2): 101 uses a, which is no node of the edition.",
        "edition.yaml, line 15 (row 122, fruit.csv, line 3): 122 uses a, which is no node of the edition.",
        "edition.yaml, line 40: a league is of pear, which is no node.",
    ]


def test_weights_that_are_no_shares_or_make_one_are_as_they_are(orchards: Path) -> None:
    for weights in ("0.335 0.665", "0.3 0.3", "1 0.5", "40 70"):
        one, two = weights.split()
        of = f'of: [{{node: "101", weight: {one}}}, {{node: "122", weight: {two}}}]'
        (orchards / "edition.yaml").write_text(EDITION.replace(OF, of), encoding="utf-8")
        assert read_edition(orchards)[1] == []


def test_a_league_needs_a_way_that_is_better(orchards: Path) -> None:
    size = (
        "{key: size, level: x, steps: [{do: read, measure: f/s, better: none, provenance: found, source: A}]}"
    )
    text = EDITION.replace("rounds:\n", f"  - {size}\nrounds:\n").replace(
        "{of: area, by: [grade, score]", "{of: size"
    )
    (orchards / "edition.yaml").write_text(text, encoding="utf-8")
    (said,) = read_edition(orchards)[1]
    assert said == "edition.yaml, line 41: size has no way that is better, so nobody in it is first."
