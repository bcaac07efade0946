"""Each fault planted in a copy of the edition is refused with one sentence: file, line, offender.

Belongs here: faults of the edition as a whole.
Does not belong here: files that are no YAML or CSV (test_framework_files.py).
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from ccg_pipeline.framework.load import EDITIONS, load_edition, load_edition_from
from expert_panels.foundation.fault import Fault

Plant = Callable[[str, str, str], tuple[Path, int]]

# what is there | what is planted | how the sentence goes on after the file and the line of the fault
FAULTS = {
    "robustness.yaml": [
        ("good_at: 0.9", "good_it: 0.9", "(lines_lower): overall.yaml has no number 'good_it'."),
        ("{missing: as_worst}", "{missing: 0}", "(missing_as_worst): 'missing' cannot be 0."),
        ("reference: england", "reference: wales", "(england_for_standards): reference is 'wales'"),
        ("key: lines_lower", "key: equal_blocks", ": 'equal_blocks' is there twice."),
        ("about: missing", "abuot: missing", "(missing_as_england): unknown key abuot."),
    ],
    "variations.csv": [
        ("banding / cut", "banding / winsorise", "(framework.yaml): framework.yaml has no number 'banding /"),
        (",good_at,", ",great_at,", "(overall.yaml): overall.yaml has no number 'great_at' for which others"),
        ("cancer / mean", "gout / mean", ": clinical.yaml has no number 'gout / mean / scores / 2'."),
        (",0.95,1.05,", ",1.05,0.95,", "(overall.yaml): good_at: low 1.05 must be below high 0.95."),
        (",0.95,1.05,", ",1.01,1.05,", ": 'good_at' is 1, outside 1.01 to 1.05."),
        (",0.95,1.05,", ",0.95,,", "(overall.yaml): good_at needs low and high or choices, and not both."),
        (",0.95,1.05,,", ",,,a|b,", ": 'good_at' is a number and needs low and high, not choices."),
        (",0.95,1.05,", ",nan,1.05,", "(overall.yaml): low is 'nan': input should be a finite number"),
        ("renormalise|as", "as_it_is|as", ": unknown choice 'renormalise'."),
        ("|as_reference|as_worst", "", "(overall.yaml): missing: choices must be two or more, parted by |."),
        (",missing,", ",good_at,", ": 'overall.yaml, good_at' is there twice."),
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
        ("\n101a,101,", "\n101a,101,x,", "(101a): 39 cells for 38 columns."),
    ],
    "areas.csv": [
        ("better_health", "better_wealth", "(101): unknown domain 'better_wealth'."),
        (",cancer,derived", ",dementia,derived", "(122): panel 'dementia' rates area '126' in"),
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
    "overall.yaml": [
        ("0.50, provenance: memory, ", "0.50, ", ": blocks.0.weight.provenance is missing."),
        ("value: 0.50", "value: .nan", ": blocks.0.weight.value is nan: input should be a finite"),
        ("value: 0.50", "value: half", ": blocks.0.weight.value is 'half': a number is needed."),
        ("indicator: 165a", "indicator: 164a", "(leadership): indicator '164a' is no judgement."),
        ("required: [165a", "required: [165z", ": unknown indicator '165z'."),
    ],
    "points.yaml": [
        ("provenance: assumed", "provenance: guess", "(green_amber_red): levels.0.points.provenance"),
        ("value: 2,", "value: 3,", "(green_amber_red): levels.0: points 3 are outside 0 to 2."),
        ('label: "Yes"', "label: true", "(yes_no): levels.0.label is true: text is needed, in quotes."),
    ],
    "clinical.yaml": [
        ("- [2, 3, 3, 4]", "- [2, 3, 3, 5]", "(dementia): matrix.rows.2.3 is 5: input should be"),
        (
            "- [2, 3, 3, 4]",
            "- [2, 3, ~, 4]",
            "(dementia): matrix.rows.2.2 is empty: a whole number is needed.",
        ),
        ("combine: mean", "combine: median", "(cancer): combine is 'median': input should be"),
        ('"122"', "122", "(cancer): area is 122: text is needed, in quotes."),
        ("[122a, 122b", "[122z, 122b", "(cancer): unknown indicator '122z'."),
        ("[122a, 122b", "[131a, 122b", "(cancer): indicator '131a' has no better side"),
        ("[122a, 122b", "[165a, 122b", "(cancer): indicator '165a' has no better side"),
        ("shown: [123c", "shown: [123x", "(mental_health): unknown indicator '123x'."),
        ("measure: nda_participation", "measure: nda", "(diabetes): unknown measure 'nda'."),
        ("measure: nda_p", "measure: stp_progress #", "(diabetes): measure 'stp_progress' is not of"),
    ],
    "framework.yaml": [
        ("title: CCG", "titel: CCG", ": unknown key titel."),
        ("year:", "title:", ': no valid YAML, found duplicate key "title".'),
        ("severity: warn", "severity: shrug", ": expectations.0.severity is 'shrug':"),
        ("[Top performing, ", "[", ": lanes.0.labels is a list: 4 or more are needed"),
        ("key: interim", "key: weekly", ": lanes.0.key is 'weekly': input should be 'interim'"),
        ("Performing well", "Top performing", "(interim): a label is there twice."),
        ("      124a: Every", "      124z: Every", "(england_total_agrees): unknown indicator '124z'."),
    ],
}

# what is there | what is planted | beginning of the part that cannot be so | how the sentence goes on
FAULTS_OF_A_PART = {
    "robustness.yaml": [
        (
            "good_at: 0.9",
            "good_at: 1.4",
            "  values:",
            "(lines_lower): outstanding_at 1.35 must be above good_at 1.4.",
        ),
        (
            "finance / weight: 0.125",
            "finance / weight: 0.2",
            "  values:",
            "(performance_only): weights must sum to 1",
        ),
        (
            "cuts / 1: 1.3",
            "cuts / 1: 0.7",
            "  values:",
            "(panel_cuts_lower): cuts must fall, and are 0.7, 0.8, 0.4.",
        ),
        (
            "{missing: as_worst}",
            "{missing: as_best}",
            "  values:",
            "(missing_as_worst): missing is 'as_best', and must be",
        ),
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
    "points.yaml": [
        ("value: 1,", "value: 2,", "- key: green", "(green_amber_red): points must fall"),
        ("at_least: 0,", "at_least: 10,", "- key: share", "(share_of_milestones): the last level"),
    ],
    "clinical.yaml": [
        ("- [2, 3, 3, 4]", "- [2, 3, 4]", "  matrix:", "(dementia): matrix: the matrix must be complete"),
        ("- [1, 1, 2, 3]", "- [2, 1, 2, 3]", "  matrix:", "(dementia): matrix: a worse grade of"),
        ("- [3, 3, 4, 4]", "- [1, 3, 4, 4]", "  matrix:", "(dementia): matrix: a worse grade of"),
        ("value: 0.9,", "value: 1.4,", "  mean:", "(cancer): mean: cuts must fall, and are 1.4, 1.4, 0.5."),
        ("value: 1.25,", "value: 2.25,", "  mean:", "(cancer): mean: scores must fall, and are 2, 2.25"),
        ("combine: mean", "combine: matrix", "- key: cancer", "(cancer): combine is matrix, so matrix"),
    ],
    "overall.yaml": [
        ("value: 0.50", "value: 0.60", "blocks:", ": weights must sum to 1, and sum to 1.1."),
        ("value: 1.45", "value: 0.45", "blocks:", ": outstanding_at 0.45 must be above good_at 1."),
    ],
    "framework.yaml": [
        ("value: 1.96", "value: -1.96", "banding:", ": banding: cut -1.96 must be above 0."),
        ("value: winsorise", "value: forget", "banding:", ": banding: extremes is 'forget', and must be"),
        ("value: 0.10", "value: 0.50", "banding:", ": banding: winsorise 0.5 must be at least 0 and below"),
    ],
}

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
        (",compliance,", ",yes_no,", r"points.yaml, line \d+: nothing uses the scale 'compliance'."),
        (",ncmp,", ",satod,", "publications.csv, line 3: nothing uses the publication 'ncmp'."),
        ("false,memory,Has a block", "true,,,Has a block", r"indicators.csv, line 49 \(141b\): 39 cells"),
    ],
    "areas.csv": [
        (",cancer,derived", ",,derived", r"clinical.yaml, line \d+ \(cancer\): area '122' has not"),
    ],
    "points.yaml": [
        ("key: compliance", "key: tidiness", r"indicators.csv, line 57 \(162a\): unknown points_scale"),
    ],
    "publications.csv": [
        (
            ",published,account,",
            ",published,figures,",
            "publications.csv, line 22: nothing uses the publication 'ld_care'.",
        ),
        ("\nncmp,", "\nncmpp,", r"indicators.csv, line 3 \(102a\): unknown publication 'ncmp'."),
    ],
    "overall.yaml": [
        ("value: Red", "value: Pink", r"overall.yaml, line \d+ \(165a\): unknown judgement 'Pink'."),
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


@pytest.mark.parametrize(("file", "old", "new", "begins"), list(by_file(FAULTS_ELSEWHERE)))
def test_a_fault_that_shows_elsewhere_names_both_sides(
    plant: Plant, file: str, old: str, new: str, begins: str
) -> None:
    folder, _ = plant(file, old, new)
    assert re.match(begins, refused(folder))


def test_an_indicator_that_has_a_block_of_its_own_may_not_count_twice(plant: Plant) -> None:
    source = "Has a block of its own in the overall rating; remembered with confidence 0.9"
    folder, _ = plant("indicators.csv", f"false,memory,{source}", "true,,")
    assert re.match(r"overall.yaml, line \d+ \(finance\): indicator '141b' also counts", refused(folder))


def test_a_missing_file_is_named(plant: Plant) -> None:
    folder, _ = plant("overall.yaml", "good_at", "good_at")
    (folder / "overall.yaml").unlink()
    assert refused(folder) == f"overall.yaml: the file is missing from {folder}."


def test_a_folder_under_another_name_than_its_key_is_refused(
    plant: Plant, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, _ = plant("framework.yaml", "key: iaf_2016_17", "key: iaf_2017_18")
    monkeypatch.setattr("ccg_pipeline.framework.load.EDITIONS", folder.parent)
    with pytest.raises(Fault, match=r"the folder is 'edition', but key is 'iaf_2017_18'\.$"):
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
