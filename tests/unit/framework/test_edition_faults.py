"""Each fault planted in a small edition is refused with one sentence: file, line, row and offender.

Belongs here: whatever may be wrong in one part of a folder, as it is read.
Does not belong here: parts that do not agree (test_edition_disagreements.py), what a rule refuses of its
own fields (test_rule_faults.py).
"""

from collections.abc import Callable
from pathlib import Path

import pytest

from ccg_pipeline.framework.families import edition_in, edition_named, read_edition
from expert_panels.foundation.fault import Fault
from tests.support.notations.orchards import EDITION, FRUIT

Refused = Callable[[str, str, str], str]

OF = 'of: {rows: fruit, where: {how: band}, each: {node: "{code}", weight: "{weight}"}}'
ROWS = "rows: fruit\n    where: {how: band}\n    "

# what is there | what is put in its place | what is said after "edition.yaml, line "
WHAT_IS_MISTYPED = [
    (
        "key: orchards",
        "key: Orchards",
        "1: key is 'Orchards': only small letters, digits and _ are possible, a",
    ),
    ("title: Orchards", "titel: Orchards", "2: unknown key titel."),
    ("title: Orchards\n", "", "1: title is missing."),
    ('year: "2016"', "year: 2016", "3: year is 2016: text is needed, in quotes."),
    ('year: "2016"', "year: 2016-12-01", "3: year is 2016-12-01: text is needed, in quotes."),
    ("organisation: orchard", "organisation: true", "4: organisation is true: text is needed, in quotes."),
    ("organisation: orchard", "organisation:", "4: organisation is empty: text is needed."),
    ("[Good, Fair, Poor]", "[1, 2, 3]", "6: scales.0.labels.0 is 1: text is needed, in quotes."),
    ("[Good, Fair, Poor]", "Good", "6: scales.0.labels is 'Good': a list is needed, in [ ]."),
    ("[Good, Fair, Poor]", "[Good]", "6: scales.0.labels is a list: 2 or more are needed, and there are 1."),
    ("    level: fruit", "\tlevel: fruit", "12: no valid YAML, found character '\\t' that cannot start any"),
    ("    level: fruit", "    levle: fruit", "12 (row 101, fruit.csv, line 2): unknown key levle."),
    ("    level: fruit\n", "", "8 (row 101, fruit.csv, line 2): level is missing."),
    (
        "    level: fruit",
        "    level: fruit\n    level: area",
        '13: no valid YAML, found duplicate key "level".',
    ),
    ('key: "{code}"', "key: {code}", "10 (row 101, fruit.csv, line 2): key is a mapping: text is needed, in"),
    ("  - key: area\n", "  - key: 122\n", "16: key is 122: text is needed, in quotes."),
    ("  - key: area\n", "  - area\n  - key: area\n", "16: a node is a mapping, with key, level and steps."),
    ("nodes:\n", "nodes: []\nshared:\n", "7: nodes must be a list of at least one."),
    ("nodes:\n", "noods:\n", "7: unknown key noods."),
    ("every: year", "every: annual", "33: rounds.0.every is 'annual': input should be 'month', 'quarter' or"),
    (
        "verifies: [area]",
        "verifies: []",
        "38: rounds.0.gates.0.verifies is a list: 1 or more are needed, and",
    ),
    ("by: [grade, score]", "by: score", "40: leagues.0.by is 'score': a list is needed, in [ ]."),
    (
        "by: [grade, score]",
        "by: [place]",
        "40: leagues.0.by.0 is 'place': input should be 'grade' or 'score'.",
    ),
    (
        "by: [grade, score]",
        "by: [score, grade]",
        "40: leagues.0: places go by [score], by [grade], or by",
    ),
    ("key: annual", f"key: {'o' * 61}", f"32: rounds.0.key is '{'o' * 61}': at most 60 are possible, and"),
    ("[Good, Fair, Poor]", "[Good, ' ', Poor]", "6: scales.0.labels.1: only blanks are no text."),
    ("at: [1, 0]", "at: ['1_0', 0]", "24: steps.1.at.0: '1_0' is no number: leave out the _."),
    ("at: [1, 0]", "at: [1e300, 0]", "24: steps.1.at.0: 1e+300 is out of all proportion: numbers go up to"),
    ("{of: area, by", "{unit: 0, of: area, by", "40: leagues.0.unit is 0: input should be greater than 0."),
]

# the same of a step that every row has: what is said after line, row and line of the row
STEPS = [
    ("do: standardise", "do: standardize", "steps.1.do is 'standardize', which is none; the nearest is stan"),
    ("do: standardise", "do: 122", "steps.1.do is '122', which is none; choose one of read, take, together"),
    ("do: standardise", "on: standardise", "steps.1.do is missing."),
    ("do: standardise", "do: standardise, lest: 3", "unknown key steps.1.lest."),
    (
        "do: standardise",
        "do: standardise, by: percentile, high: 9",
        "steps.1: high goes with by: min_max, and",
    ),
    ("do: standardise", "do: standardise, by: zed", "steps.1.by is 'zed': input should be 'z', 'min_max',"),
    ("do: standardise", "do: standardise, ddof: one", "steps.1.ddof is 'one': a whole number is needed."),
    ("do: standardise", "do: standardise, ddof: 1.5", "steps.1.ddof is 1.5: a whole number is needed."),
    ("do: standardise", "do: standardise, ddof: true", "steps.1.ddof: true and false are no numbers."),
    ("do: standardise", "do: standardise, least: true", "steps.1.least: true and false are no numbers."),
    ("do: standardise", "do: standardise, least: .nan", "steps.1.least is nan: input should be a finite num"),
    ("do: standardise", "do: standardise, least: [3]", "steps.1.least is a list: a number is needed."),
    ("do: standardise", 'do: standardise, least: "1,5"', "steps.1.least is '1,5': a number is needed, with"),
    ("do: standardise", "do: standardise, least: {value: 3}", "steps.1.least.provenance is missing."),
    ("do: standardise", "do: standardise, least: {value: a, provenance: found, source: b}", "steps.1.least."),
    ("do: standardise", "do: standardise, least: {value: 3, provenence: found}", "unknown key steps.1.least"),
    ("do: standardise", "do: standardise, held: maybe", "steps.1.held is 'maybe': true or false is needed."),
    ("{do: standardise, provenance: assumed, source: A guess}", "standardise", "steps.1 is 'standardise': a"),
    ("provenance: assumed, source: A guess}\n  - key", "source: A guess}\n  - key", "steps.1.provenance is"),
    ("provenance: assumed, source: A guess}\n  - key", "provenance: rumour, source: A}\n  - key", "steps.1."),
    ("source: A guess}\n  - key", 'source: ""}\n  - key', "steps.1.source is empty."),
    ("source: A guess}\n  - key", "source: }\n  - key", "steps.1.source is empty: text is needed."),
    ("source: A guess}\n  - key", "source: Wells, page 5}\n  - key", "unknown key steps.1.page 5 (text with"),
    ("do: standardise", "do: take, of: [{node: a}, {node: b}]", "steps.1.of is a list: at most 1 are possib"),
]

FAMILIES = [
    ("rows: fruit\n", "rows: fruits\n", "8: rows names fruits.csv, which is missing from "),
    (
        "rows: fruit\n",
        "rows: fruit.csv\n",
        "8: rows names a table next to edition.yaml, such as indicators, and",
    ),
    ("  - rows: fruit\n    where", "  - where", "8: where chooses among rows, and there are none."),
    (ROWS, "", "8: {code} is no column of its row, for the node has no"),
    ("where: {how: band}\n", "where: band\n", "9: where maps columns to cells, such as {how: band}."),
    (
        "where: {how: band}\n",
        "where: {how: bnad}\n",
        "9: fruit.csv has no row where how is 'bnad'; how is 'band', 'o",
    ),
    (
        "where: {how: band}\n",
        "where: {kind: a}\n",
        "9: fruit.csv has no column 'kind'; it has code, name, how, bet",
    ),
    (
        "where: {how: band}\n",
        "where: {how: band, code: [130]}\n",
        "9: fruit.csv has no row where how is 'band' and",
    ),
    (
        'key: "{code}"',
        'key: "{kode}"',
        "10: {kode} is no column of its row, which has code, name, how, better, ",
    ),
    ('key: "{code}"', "key: pear", "8 (row 122, fruit.csv, line 3): pear is there twice among the nodes."),
    (
        OF,
        OF.replace("{code}", "{cod}"),
        "21: {cod} is no column of its row, which has code, name, how, better, w",
    ),
    (OF, OF.replace("band", "bnad"), "21: fruit.csv has no row where how is 'bnad'; how is 'band', 'other'."),
    (OF, OF.replace(", where: {how: band}", ""), "20: area uses 130, which is no node of the edition."),
    (
        OF,
        OF.replace('{node: "{code}", weight: "{weight}"}', "{node: area}"),
        "20: steps.0: area is a member twice.",
    ),
    (OF, OF.replace("where", "were"), "21: unknown key were of a list of rows: it has rows, where, each."),
    (OF, "of: {rows: fruit, where: {how: band}}", "21: steps.0.of is a mapping: a list is needed, in [ ]."),
    (
        OF,
        OF.replace("{rows", "\n        - {rows") + '\n        - {node: "1", weigh: 2}',
        "23: unknown key steps.0.of.2.weigh.",
    ),
    (
        OF,
        OF.replace("{rows", "[{rows").replace("weight}", "wait}") + "]",
        "21: {wait} is no column of its row",
    ),
    (OF, "of: [101]", "21: steps.0.of.0 is 101: a mapping is needed, in { }."),
    (OF, "of: [{node: 101}]", "21: steps.0.of.0.node is 101: text is needed, in quotes."),
]

TABLES = [
    ("122,Pears,band,lower,2", "122,Pears,band,lower", "fruit.csv, line 3 (122): 4 cells for 5 columns."),
    ("122,Pears,", "122,Pears,ripe,", "fruit.csv, line 3 (122): 6 cells for 5 columns."),
    ("122,Pears", '122,"Pears', "fruit.csv, line 4: no valid CSV, unexpected end of data."),
    ("code,name", "code,code", "fruit.csv, line 1: column 'code' is there twice."),
    ("code,name", "code,", "fruit.csv, line 1: column 2 has no name."),
    (
        "code,name,how,better,weight",
        "code;name;how",
        "fruit.csv, line 1: cells are divided by ';', where a comma is",
    ),
    (
        "code,name,how,better,weight",
        "code\tname",
        "fruit.csv, line 1: cells are divided by '\\t', where a comma is",
    ),
    (FRUIT, "", "fruit.csv, line 1: the file is empty."),
    (FRUIT, "code,how\n", "edition.yaml, line 9: fruit.csv has no row where how is 'band'."),
    (
        "122,Pears,band,lower",
        "122,Pears,band,up",
        "edition.yaml, line 14 (row 122, fruit.csv, line 3): steps.0.bette",
    ),
    (
        "122,Pears,band,lower",
        "122,Pears,band,",
        "edition.yaml, line 14 (row 122, fruit.csv, line 3): better is empty; write higher, lower or none.",
    ),
    (
        "122,Pears,band,lower,2",
        "122,Pears,band,lower,two",
        "edition.yaml, line 21 (row 122, fruit.csv, line 3): step",
    ),
    (
        "122,Pears,band,lower,2",
        "122,Pears,band,lower,nan",
        "edition.yaml, line 21 (row 122, fruit.csv, line 3): step",
    ),
    ("122,Pears", ",Pears", "edition.yaml, line 10 (row fruit.csv, line 3): key is missing."),
    ("122,Pears", "101,Pears", "edition.yaml, line 20: steps.0: 101 is a member twice."),
]

# Other ways in which a table is saved that change nothing
SAVED = {
    "as it is": FRUIT.encode(),
    "with a mark at the beginning": FRUIT.encode("utf-8-sig"),
    "with ends of lines as in Windows": FRUIT.replace("\n", "\r\n").encode(),
    "with blanks after commas": FRUIT.replace(",", ", ").encode(),
    "with empty rows": (FRUIT.replace("122", ",,,,\n\n122") + ",,,,\n").encode(),
    "without an end of its last line": FRUIT.rstrip("\n").encode(),
    "with all in quotes": "\n".join(
        ",".join(f'"{cell}"' for cell in line.split(",")) for line in FRUIT.splitlines()
    ).encode(),
}


@pytest.mark.parametrize(("old", "new", "said"), WHAT_IS_MISTYPED + FAMILIES)
def test_a_fault_is_said_at_its_line(refused: Refused, old: str, new: str, said: str) -> None:
    found = refused("edition.yaml", old, new)
    assert found.startswith(f"edition.yaml, line {said}")


@pytest.mark.parametrize(("old", "new", "said"), STEPS)
def test_a_fault_of_a_step_is_said_for_its_row(refused: Refused, old: str, new: str, said: str) -> None:
    found = refused("edition.yaml", old, new)
    assert found.startswith(f"edition.yaml, line 15 (row 101, fruit.csv, line 2): {said}")


@pytest.mark.parametrize(("old", "new", "said"), TABLES)
def test_a_fault_of_a_table_is_said_at_its_row(refused: Refused, old: str, new: str, said: str) -> None:
    assert refused("fruit.csv", old, new).startswith(said)


@pytest.mark.parametrize("saved", SAVED)
def test_however_a_table_is_saved_it_reads_the_same(orchards: Path, saved: str) -> None:
    (orchards / "fruit.csv").write_bytes(SAVED[saved])
    found, faults = read_edition(orchards)
    assert faults == []
    assert found is not None
    assert [node.key for node in found.nodes] == ["101", "122", "area"]
    assert [node.title for node in found.nodes] == ["Apples", "Pears", "area"]
    assert found.measures == ("f/101", "f/122")


@pytest.mark.parametrize(
    ("file", "content", "said"),
    [
        ("edition.yaml", b"", "edition.yaml, line 1: the file is empty."),
        (
            "edition.yaml",
            b"- a\n",
            "edition.yaml, line 1: the file must be a mapping, with key, title, nodes and",
        ),
        (
            "edition.yaml",
            EDITION.replace("A book", "B\u00fcch").encode("latin-1"),
            "edition.yaml: no UTF-8 at byte",
        ),
        ("fruit.csv", FRUIT.encode("utf-16"), "fruit.csv: no UTF-8 at byte 0; save it as UTF-8."),
    ],
)
def test_a_file_that_is_no_text_or_no_mapping(orchards: Path, file: str, content: bytes, said: str) -> None:
    (orchards / file).write_bytes(content)
    with pytest.raises(Fault) as caught:
        edition_in(orchards)
    assert str(caught.value).startswith(said)


def test_a_folder_that_is_no_edition_is_named_with_those_that_are(orchards: Path) -> None:
    with pytest.raises(Fault, match=r"There is no edition 'pears', and no folder .* one of: .*iaf_2016_17"):
        edition_named("pears")
    assert edition_named(str(orchards)).key == "orchards"
    assert edition_named("iaf_2016_17").key == "iaf_2016_17"
    with pytest.raises(Fault, match=r"^edition\.yaml: the file is missing from .*none\.$"):
        read_edition(orchards / "none")
