"""Each fault planted in a copy of the edition is refused with one sentence: file, line, offender.

Belongs here: faults of the edition as a whole.
Does not belong here: files that are no YAML or CSV (test_framework_files.py).
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from ccg_pipeline.framework.agreement import check_rules
from ccg_pipeline.framework.files import EDITIONS
from ccg_pipeline.framework.load import load_edition, load_edition_from
from expert_panels.foundation.fault import Fault

Plant = Callable[[str, str, str], tuple[Path, int]]

# what is there | what is planted | how the sentence goes on after the file and the line of the fault
FAULTS = {
    "robustness.yaml": [
        ("good_at: 0.9", "good_it: 0.9", "(lines_lower): unknown parameter 'good_it'."),
        ('{missing: "0"}', "{missing: 0}", "(missing_as_worst): 'missing' cannot be 0."),
        ("reference: england", "reference: wales", "(england_for_standards): reference is 'wales'"),
        ("key: lines_lower", "key: equal_blocks", ": 'equal_blocks' is there twice."),
        ("about: missing", "abuot: missing", "(missing_as_england): unknown key abuot."),
    ],
    "variations.csv": [
        ("\ngood_at,", "\ngreat_at,", ": unknown parameter 'great_at'."),
        (",0.95,1.05,", ",1.05,0.95,", "(good_at): good_at: low 1.05 must be below high 0.95."),
        (",0.95,1.05,", ",1.01,1.05,", ": 'good_at' is 1, outside 1.01 to 1.05."),
        (",0.95,1.05,", ",0.95,,", "(good_at): good_at needs low and high or choices, and not both."),
        (",0.95,1.05,,", ",,,a|b,", ": 'good_at' is a number and needs low and high, not choices."),
        (",0.95,1.05,", ",nan,1.05,", "(good_at): low is 'nan': input should be a finite number"),
        ("left out|1", "as_it_is|1", ": unknown choice 'left out'."),
        ("left out|1|0", "left out", "(missing): missing: choices must be two or more, parted by |."),
        ("\nmissing,", "\ngood_at,", ": 'good_at' is there twice."),
    ],
    "indicators.csv": [
        (",lower,binomial", ",sideways,binomial", "(101a): better is 'sideways': input should be"),
        ("\n102a,102,", "\n102a,199,", "(102a): unknown area '199'."),
        ("\n105b,", "\n105a,", ": '105a' is there twice."),
        ("why_it_matters", "why", ": unknown column 'why'."),
        (",checked_by,", ",unit,", ": column 'unit' is there twice."),
        ("interval,100000,", "interval,-1,", "(104a): scale is '-1': input should be greater"),
        ("interval,100000,", "interval,nan,", "(104a): scale is 'nan': input should be"),
        (",satod,", ",satodd,", "(101a): unknown publication 'satodd'."),
        (",yes_no,", ",maybe,", "(143a): unknown points_scale 'maybe'."),
        (",yes_no,", ",share_of_standards,", "(143a): points_scale 'share_of_standards' is not"),
        (",proportion,", ",portion,", "(101a): kind is 'portion': input should be 'proportion'"),
        ("binomial,100,", "binomial,1000,", "(101a): a proportion is in percent, so scale must"),
        ("standard,62,found,", "standard,62,,", "(122a): standard needs its provenance and"),
        ("standard,62,", "standard,,", "(122a): reference is standard, but standard is None."),
        (",,found,", ",,,", "(101a): provenance is missing."),
        ("mean_of_months,assumed,", "mean_of_months,,", "(127e): annual_value needs its provenance"),
        ("false,memory,Has a", "false,,Has a", "(141b): counts_towards_overall needs its"),
        ("none,1,none", "poisson,1,none", "(123c): kind milestones goes with standard_error"),
        ("\n101a,101,", "\n101a,101,x,", "(101a): 45 cells for 44 columns."),
    ],
    "areas.csv": [
        ("better_health", "better_wealth", "(101): unknown domain 'better_wealth'."),
        (",cancer,derived", ",leeches,derived", "(122): unknown panel 'leeches'."),
        (",derived,", ",,", "(101): provenance is missing."),
        (",derived,", ",rumour,", "(101): provenance is 'rumour': input should be 'found', "),
        ("\n102,child_obesity", "\n102,smoking", ": 'smoking' is there twice."),
        (",source\n", ",origin\n", ": unknown column 'origin'."),
    ],
    "publications.csv": [
        (",240,assumed,", ",240,,", "(satod): stale_provenance is missing."),
        (",240,assumed,", ",0,assumed,", "(satod): stale_after_days is '0': input should be"),
        ("2016-03-31,2016", "2017-03-31,2016", "(lsoa_admissions): undated dates must follow"),
        ("2016-11-09,assumed", "2016-11-09,", "(lsoa_admissions): undated dates need undated"),
        ("2016-03-31,2016", "last March,2016", "(lsoa_admissions): undated_period_end is 'last"),
        (
            "\nncmp,National Child Measurement Programme,NHS Digital,assumed,,",
            "\nncmp,National Child Measurement Programme,NHS Digital,assumed,account,",
            "(ncmp): read_for is 'account', but an indicator or a supplementary measure takes its",
        ),
        (",published,account,", ",published,show,", "(ld_care): read_for is 'show': input should be"),
    ],
    "supplementary.csv": [
        ("nda_participation", "101a", ": code '101a' is there twice."),
        (
            "\nstp_progress,Progress",
            "\nnda_participation,Progress",
            ": code 'nda_participation' is there twice.",
        ),
        (",plan_progress,", ",progress,", "(stp_progress): unknown points_scale 'progress'."),
    ],
    "published_counts.csv": [
        ("7,22,156,24,", "7,22,156,25,", "(2016-17): total is 209, but its parts sum to 210."),
        ("1,53,,,,155", "1,53,,,,156", "(2016-17): total is 209, but its parts sum to 210."),
        (",maternity,", ",paternity,", "(2016-17): unknown measure 'paternity'."),
    ],
    "edition.yaml": [
        ("good_at: {value: 1.0", "good_at: {value: .nan", "(good_at): value"),
        ("good_at: {value: 1.0", "Good: {value: 1.0", ": Good is no name: small letters, digits and _, a"),
        (
            "winsorise: {value",
            "winsorise: {parameter: x, value",
            ": unknown key parameter; write its name in braces, in quotes.",
        ),
        (
            '"{good_at}"]',
            '"{good_it}"]',
            ": {good_it} is no column of its row, for the",
        ),
        (
            "  good_at: {",
            "  good_it: {value: 2, provenance: assumed, source: x}\n  good_at: {",
            ": nothing uses",
        ),
        ("key: interim\n", "key: weekly\n", ": rounds must be interim and annual, and are weekly,"),
    ],
    "framework.yaml": [
        (
            "expectations:\n",
            "lanes: []\nexpectations:\n",
            ": lanes are rounds of edition.yaml now;",
        ),
        ("title: CCG", "titel: CCG", ": unknown key titel."),
        ("year:", "title:", ': no valid YAML, found duplicate key "title".'),
        ("severity: warn", "severity: shrug", ": expectations.0.severity is 'shrug':"),
        (
            "title: CCG",
            "title: The CCG",
            ": The CCG Improvement and Assessment Framework 2016/17 here, and CCG",
        ),
        ("      124a: Every", "      124z: Every", "(england_total_agrees): unknown indicator '124z'."),
    ],
}

# what is there | what is planted | beginning of the part that cannot be so | how the sentence goes on
FAULTS_OF_A_PART = {
    "robustness.yaml": [
        ("good_at: 0.9", "good_at: 1.4", "  values:", "(lines_lower): overall: higher is better, so lines"),
        (
            "finance_weight: 0.125",
            "finance_weight: 0.2",
            "  values:",
            "(performance_only) (overall): weights must sum to 1, and sum to 1.075.",
        ),
        ("cut_1: 1.3", "cut_1: 0.7", "  values:", "(panel_cuts_lower): cancer: higher is better, so lines"),
        ('missing: "0"', 'missing: "x"', "  values:", "(missing_as_worst): steps.0.fill is 'x': a number is"),
        (
            "  reference: england\n",
            "",
            "- key:",
            "(england_for_standards): one of values, reference and leave_out",
        ),
        (
            "about: references",
            "about: weights",
            "- key:",
            "(england_for_standards): reference cannot be about weights",
        ),
    ],
}

# what is there | what is planted | the node, and how the sentence goes on
FAULTS_OF_A_NODE = [
    ("gives: 4.0}", "gives: 5.0}", "(dementia): a panel's table gives grades, 1 to 4."),
    ("[1, 1], gives: 1.0", "[1, 1], gives: 2.0", "(dementia): a worse grade of an indicator may not"),
    ("[3, 3], gives: 3.0", "[3, 3], gives: 2.0", "(dementia): a worse grade of an indicator may not"),
    ("          - {when: [4, 4], gives: 4.0}\n", "", "(dementia): a panel's table has 16 cells"),
    ('{at_least: 0.0, points: "{cancer_', '{at_least: 0.1, points: "{cancer_', "(cancer): cancer.122a has"),
    ("of: leadership/165a, says: [Red]", "of: leadership/165a, says: [Amber]", "(overall): the lowest"),
    ("source: Best of three steps}", "source: Best}\n          Blue: 3", "(141a): points must fall"),
    ("points: {value: 2, provenance: assumed, source: At",
     "points: {value: 3, provenance: assumed, source: At", "(123c): points are 0 to 2, and not 3 to 0."),
]  # fmt: skip

# what is there | what is planted | the sentence, where the fault shows somewhere else
FAULTS_ELSEWHERE = {
    "framework.yaml": [
        ("indicators: 60", "indicators: 61", "indicators.csv: 60 indicators, but framework.yaml"),
        ("areas: 29", "areas: 28", r"areas.csv: 29 areas, but framework.yaml, line \d+ says 28."),
        ("domains: 4", "domains: 5", r"framework.yaml: 4 domains, but framework.yaml, line \d+ says"),
        ("value: 36\n", "value: 36.5\n", r"framework.yaml, line \d+: max_age_months 36.5 must be whole"),
    ],
    "indicators.csv": [
        ("\n102a,102,", "\n102a,101,", r"areas.csv, line 3 \(102\): the area has no indicator"),
        (",compliance,", ",yes_no,", r"edition.yaml, line \d+: indicators.csv has no row where points_scale"),
        (",ncmp,", ",satod,", "publications.csv, line 3: nothing uses the publication 'ncmp'."),
        ("false,memory,Has a block", "true,,,Has a block", r"indicators.csv, line 49 \(141b\): 45 cells"),
    ],
    "areas.csv": [
        (",cancer,derived", ",,derived", "areas.csv: 5 panels, but framework.yaml, line "),
        (",cancer,derived", ",dementia,derived", r"areas.csv, line \d+: 'dementia' is there twice."),
    ],
    "graded.csv": [
        (
            "cancer,122a",
            "cancer,131a",
            r"edition.yaml, line \d+ \(cancer\): indicator '131a' has no better side",
        ),
        (
            "cancer,122a",
            "cancer,122z",
            r"edition.yaml, line \d+ \(row .*\): cancer.122z uses 122z.z",
        ),
        (
            "cancer,122a",
            "cancer,165a",
            r"edition.yaml, line \d+ \(row .*\): cancer.165a uses 165a.z",
        ),
    ],
    "variations.csv": [
        (
            "\ncancer_cut_1,",
            "\nextremes,how,,,winsorise|truncate,assumed,x\ncancer_cut_1,",
            "variations.csv: a parameter changes 101a.z, and others are tried on distances as they are.",
        ),
    ],
    "publications.csv": [
        (
            ",published,account,",
            ",published,figures,",
            "publications.csv, line 22: nothing uses the publication 'ld_care'.",
        ),
        ("\nncmp,", "\nncmpp,", r"indicators.csv, line 3 \(102a\): unknown publication 'ncmp'."),
    ],
    "edition.yaml": [
        ("    title: Interim assessment\n", "", r"edition.yaml, line \d+ \(interim\): it has no title"),
        ("release: together", "release: each", r"edition.yaml, line \d+ \(annual\): who confirms overall"),
        ("name: Commissioning committee", "name: ''", r"edition.yaml, line \d+ \(annual\): its gate of"),
        (
            ", Greatest need for improvement]",
            "]",
            r"edition.yaml, line \d+: annual and interim have not",
        ),
        (
            "body: commissioning_committee",
            "body: cancer",
            r"edition.yaml, line \d+: cancer has two gates",
        ),
        ("[Outstanding, Good,", "[Good, Good,", r"edition.yaml, line \d+: a label of annual is"),
        (
            "- key: interim\n    title",
            "- key: annual\n    title",
            r"edition.yaml, line \d+: .*annual is there",
        ),
        (
            "[Red]}, {of: finance/141b, says: [Red]",
            "[Pink]}, {of: finance/141b, says: [Pink]",
            r"edition.yaml, line \d+ \(overall\) \(165a\): unknown judgement 'Pink'.",
        ),
        (
            "required: [165a",
            "required: [165z",
            r"edition.yaml, line \d+: .*165z is required and is no",
        ),
        ("node: 165a, weight", "node: 164a, weight", r"edition.yaml, line \d+: .*165a is required and is no"),
    ],
    "published_counts.csv": [
        ("2018-19,annual", "2017-18,annual", "published_counts.csv, line 5: '2017-18 annual overall'"),
    ],
}


def by_file(faults: Mapping[str, Sequence[tuple[str, ...]]]) -> Iterator[tuple[str, ...]]:
    for file, rows in faults.items():
        for row in rows:
            yield (file, *row)


@pytest.mark.parametrize(("file", "old", "new", "begins"), list(by_file(FAULTS)))
def test_a_fault_is_refused_at_its_line(plant: Plant, file: str, old: str, new: str, begins: str) -> None:
    folder, line = plant(file, old, new)
    space = "" if begins.startswith(":") else " "
    assert refused(folder).startswith(f"{file}, line {line}{space}{begins}")


@pytest.mark.parametrize(("file", "old", "new", "part", "begins"), list(by_file(FAULTS_OF_A_PART)))
def test_a_part_that_cannot_be_so_is_refused_where_it_begins(
    plant: Plant, file: str, old: str, new: str, part: str, begins: str
) -> None:
    folder, fault_line = plant(file, old, new)
    lines = (folder / file).read_text(encoding="utf-8").splitlines()[:fault_line]
    line = max(number for number, text in enumerate(lines, start=1) if text.startswith(part))
    space = "" if begins.startswith(":") else " "
    assert refused(folder).startswith(f"{file}, line {line}{space}{begins}")


def test_a_lane_needs_as_many_labels_as_its_overall_rating_has_grades() -> None:
    edition = load_edition().model_copy()
    short = [replace(lane, labels=lane.labels[:3]) for lane in edition.lanes]
    edition.__dict__["lanes"] = tuple(short)  # as its nodes would, if all of them had three grades
    with pytest.raises(Fault, match=r"^rounds 0 \(interim\): overall has 3 labels here, and needs 4\.$"):
        check_rules(edition, lambda field, number=None, *_: f"{field} {number}")


@pytest.mark.parametrize(("file", "old", "new", "begins"), list(by_file(FAULTS_ELSEWHERE)))
def test_a_fault_that_shows_elsewhere_names_both_sides(
    plant: Plant, file: str, old: str, new: str, begins: str
) -> None:
    folder, _ = plant(file, old, new)
    assert re.match(begins, refused(folder))


@pytest.mark.parametrize(("old", "new", "said"), FAULTS_OF_A_NODE)
def test_a_node_that_no_lane_can_say_in_its_words_is_refused(
    plant: Plant, old: str, new: str, said: str
) -> None:
    folder, _ = plant("edition.yaml", old, new)
    assert re.match(rf"edition.yaml, line \d+ {re.escape(said)}", refused(folder))


def test_rules_in_files_of_before_are_refused_with_what_to_do(plant: Plant) -> None:
    folder, _ = plant("edition.yaml", "good_at", "good_at")
    (folder / "clinical.yaml").write_text("- key: cancer\n", encoding="utf-8")
    assert refused(folder) == (
        "clinical.yaml: rules are nodes of edition.yaml now; write them there, as iaf_2016_17 does, and "
        "delete the file."
    )


def test_an_indicator_that_has_a_block_of_its_own_may_not_count_twice(plant: Plant) -> None:
    source = "Has a block of its own in the overall rating; remembered with confidence 0.9"
    folder, _ = plant("indicators.csv", f"false,memory,{source}", "true,,")
    assert re.match(r"edition.yaml, line \d+ \(overall\): indicator '141b' also counts", refused(folder))


def test_a_missing_file_is_named(plant: Plant) -> None:
    folder, _ = plant("edition.yaml", "good_at", "good_at")
    (folder / "edition.yaml").unlink()
    assert refused(folder) == f"edition.yaml: the file is missing from {folder}."


def test_a_folder_under_another_name_than_its_key_is_refused(
    plant: Plant, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, _ = plant("framework.yaml", "key: iaf_2016_17", "key: iaf_2016_17")
    monkeypatch.setattr("ccg_pipeline.framework.load.EDITIONS", folder.parent)
    with pytest.raises(Fault, match=r"the folder is 'edition', but key is 'iaf_2016_17'\.$"):
        load_edition("edition")


def test_an_unknown_edition_is_refused_with_the_known_ones() -> None:
    with pytest.raises(Fault, match=r"There is no edition 'iaf_1999'; choose one of: .*iaf_2016_17"):
        load_edition("iaf_1999")


def test_the_edition_as_it_is_has_no_fault() -> None:
    assert load_edition_from(EDITIONS / "iaf_2016_17") == load_edition("iaf_2016_17")


def refused(folder: Path) -> str:
    with pytest.raises(Fault) as caught:
        load_edition_from(folder)
    sentence = str(caught.value)
    assert "\n" not in sentence
    assert sentence.endswith(".")
    return sentence
