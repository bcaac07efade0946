"""The framework of 2016/17 as it is known, next to what the edition says.

Belongs here: facts that a reader can look up, as small tables. Does not belong here: how an edition is read.
"""

import math

import numpy as np
import pytest

from ccg_pipeline.framework.load import load_edition
from ccg_pipeline.framework.vocabulary.combining import LookUp
from ccg_pipeline.framework.vocabulary.rule import plain
from ccg_pipeline.method.engine.facts import Facts
from ccg_pipeline.method.engine.run import Run
from ccg_pipeline.method.engine.work import Learned

EDITION = load_edition()

AREAS = """
    better_health  | 101 smoking | 102 child_obesity | 103 diabetes | 104 falls
                   | 105 personalisation_and_choice | 106 health_inequalities | 107 antimicrobial_resistance
                   | 108 carers
    better_care    | 121 care_ratings | 122 cancer | 123 mental_health | 124 learning_disability
                   | 125 maternity | 126 dementia | 127 urgent_and_emergency_care | 128 primary_medical_care
                   | 129 elective_access | 130 seven_day_services | 131 continuing_healthcare
    sustainability | 141 financial_sustainability | 142 allocative_efficiency | 143 new_models_of_care
                   | 144 paper_free | 145 estates_strategy
    leadership     | 161 sustainability_and_transformation_plan | 162 probity_and_corporate_governance
                   | 163 workforce_engagement | 164 local_relationships | 165 quality_of_leadership
"""

INDICATORS_OF_EACH_AREA = """
    101 1 | 102 1 | 103 2 | 104 1 | 105 4 | 106 2 | 107 2 | 108 1
    121 3 | 122 4 | 123 5 | 124 2 | 125 3 | 126 2 | 127 6 | 128 4 | 129 1 | 130 1 | 131 1
    141 2 | 142 2 | 143 1 | 144 2 | 145 1
    161 1 | 162 1 | 163 2 | 164 1 | 165 1
"""

LOWER_IS_BETTER = "101a 102a 104a 105c 106a 106b 107a 107b 124a 125a 127b 127e 127f 128a 163b"

# indicator | national standard | where it comes from
STANDARDS = [
    ("107a", 1.161, "found"),
    ("107b", 10, "found"),
    ("122a", 62, "found"),
    ("122b", 85, "found"),
    ("122c", 75, "found"),
    ("123a", 50, "found"),
    ("123b", 50, "memory"),
    ("126a", 66.7, "found"),
    ("127c", 95, "memory"),
    ("127d", 75, "memory"),
    ("129a", 92, "memory"),
]

# how its standard error is found | indicators
STANDARD_ERRORS = {
    "binomial": "101a 102a 103a 103b 105c 107b 122a 122b 123a 123b 124b 126b 127c 127d 128c 129a 142a 142b",
    "poisson": "105a 105b 107a 124a 125a 126a 127e 128d 131a",
    "interval": "104a 105d 106a 106b 108a 121a 121b 121c 122c 122d 125b 125c 127b 127f 128a 128b 144b 163a "
    "163b 164a",
    "none": "123c 123d 123e 127a 130a 141a 141b 143a 144a 145a 161a 162a 165a",
}

# panel | its area | how combined | indicators that decide
PANELS = [
    ("cancer", "122", "mean", "122a 122b 122c 122d"),
    ("dementia", "126", "matrix", "126b 126a"),
    ("diabetes", "103", "matrix", "103a 103b"),
    ("learning_disability", "124", "matrix", "124a 124b"),
    ("maternity", "125", "mean", "101a 125a 125b 125c"),
    ("mental_health", "123", "matrix", "123a 123b"),
]

# NHS England's slide: rows are care plan reviews, columns diagnosis rates, T top to G greatest need
DEMENTIA = """
    T T W N
    T W N N
    W N N G
    N N G G
"""

# judgement | scale | points
JUDGEMENTS = [
    ("Green Star", "leadership", 2),
    ("Green", "leadership", 1.33),
    ("Amber", "leadership", 0.67),
    ("Red", "leadership", 0),
    ("Green", "green_amber_red", 2),
    ("Amber", "green_amber_red", 1),
    ("Red", "green_amber_red", 0),
    ("Yes", "yes_no", 2),
    ("No", "yes_no", 0),
    ("Fully compliant", "compliance", 2),
    ("Partially compliant", "compliance", 1),
    ("Not compliant", "compliance", 0),
    ("green", "green_amber_red", None),
    ("Green Star", "green_amber_red", None),
    ("", "yes_no", None),
]

# value | scale | points, at, below and above each edge
MILESTONES = [
    (100, "share_of_milestones", 2),
    (75, "share_of_milestones", 2),
    (74.9, "share_of_milestones", 1),
    (50, "share_of_milestones", 1),
    (49.9, "share_of_milestones", 0),
    (0, "share_of_milestones", 0),
    (-1, "share_of_milestones", None),
    (float("nan"), "share_of_milestones", None),
    (8, "urgent_care_elements", 2),
    (7, "urgent_care_elements", 1),
    (4, "urgent_care_elements", 1),
    (3, "urgent_care_elements", 0),
    (90, "share_of_standards", 2),
    (89, "share_of_standards", 1),
    (49, "share_of_standards", 0),
]

# number | value | where it comes from
NUMBERS = [
    ("parameters / limit_of_bands", 1.96, "assumed"),
    ("parameters / limit_of_panels", 1.96, "assumed"),
    ("nodes / {code}.z (points_scale none) / steps / 2 / winsorise", 0.1, "assumed"),
    ("max_age_months", 36, "assumed"),
    ("parameters / performance_weight", 0.5, "memory"),
    ("parameters / leadership_weight", 0.25, "memory"),
    ("parameters / finance_weight", 0.25, "memory"),
    ("parameters / good_at", 1.0, "memory"),
    ("parameters / outstanding_at", 1.45, "memory"),
    ("nodes / diabetes / steps / 3 / when / all_of / 1 / below", 25, "memory"),
    ("nodes / diabetes / steps / 3 / value", 4, "memory"),
    ("parameters / cancer_score_2", 1.25, "memory"),
    ("parameters / cancer_cut_3", 0.5, "memory"),
]


def cells(table: str) -> list[str]:
    return [cell.strip() for cell in table.replace("\n", "|").split("|") if cell.strip()]


def test_four_domains_hold_29_areas() -> None:
    expected, domain = [], ""
    for cell in cells(AREAS):
        if cell[0].isdigit():
            expected.append((domain, *cell.split()))
        else:
            domain = cell
    assert [(one.domain, one.code, one.slug) for one in EDITION.areas] == expected
    assert (len(EDITION.domains), len(expected)) == (4, 29)


def test_60_indicators_stand_in_their_areas() -> None:
    expected = [tuple(cell.split()) for cell in cells(INDICATORS_OF_EACH_AREA)]
    assert [(one.code, str(len(EDITION.indicators_of(one.code)))) for one in EDITION.areas] == expected
    assert len(EDITION.indicators) == 60
    assert all(one.code.startswith(one.area) for one in EDITION.indicators)


def test_direction_is_lower_for_these_and_none_for_one() -> None:
    lower = [one.code for one in EDITION.indicators if one.direction == "lower_is_better"]
    assert lower == LOWER_IS_BETTER.split()
    assert [one.code for one in EDITION.indicators if one.direction == "no_direction"] == ["131a"]


def test_each_standard_is_the_published_one() -> None:
    found = [
        (one.code, one.standard, one.standard_provenance)
        for one in EDITION.indicators
        if one.reference == "standard"
    ]
    assert found == STANDARDS


@pytest.mark.parametrize(("basis", "codes"), STANDARD_ERRORS.items())
def test_each_indicator_has_the_standard_error_of_its_kind(basis: str, codes: str) -> None:
    assert [one.code for one in EDITION.indicators if one.standard_error == basis] == codes.split()


@pytest.mark.parametrize(("key", "area", "combine", "indicators"), PANELS)
def test_six_panels(key: str, area: str, combine: str, indicators: str) -> None:
    rule = EDITION.panel(key)
    assert (rule.area, rule.combine, " ".join(rule.indicators)) == (area, combine, indicators)
    assert EDITION.area(area).panel == key
    assert len(EDITION.panels) == len(PANELS)


def test_the_matrix_of_dementia_is_the_published_one() -> None:
    matrix = EDITION.nodes.node["dementia"].steps[0]
    assert isinstance(matrix, LookUp)
    assert matrix.provenance == "found"
    given = {cell.when: int(plain(cell.gives)) for cell in matrix.cells}
    rows = [" ".join("TWNG"[given[row, column] - 1] for column in (1, 2, 3, 4)) for row in (1, 2, 3, 4)]
    assert rows == cells(DEMENTIA)


def test_the_transformation_measures_are_shown_and_do_not_decide() -> None:
    assert EDITION.panel("mental_health").shown == ("123c", "123d", "123e")


@pytest.mark.parametrize(("judgement", "scale", "points"), JUDGEMENTS)
def test_a_judgement_earns_its_points(judgement: str, scale: str, points: float | None) -> None:
    assert EDITION.points_scale(scale).points.get(judgement) == points


@pytest.mark.parametrize(("value", "scale", "points"), MILESTONES)
def test_milestones_earn_their_points(value: float, scale: str, points: float | None) -> None:
    code = next(one.code for one in EDITION.indicators if one.points_scale == scale)
    facts = Facts(["01A"], {EDITION.indicator(code).measure: np.array([[value]])})
    earned = Run(EDITION.nodes, facts, Learned(), [code]).states[code].score[0, 0]
    assert earned == (pytest.approx(math.nan, nan_ok=True) if points is None else points)


@pytest.mark.parametrize(("item", "value", "provenance"), NUMBERS)
def test_a_number_is_what_is_known_of_it_and_says_so(item: str, value: float, provenance: str) -> None:
    found = [(one.value, one.provenance) for one in EDITION.numbers() if one.item == item]
    assert found == [(value, provenance)]


def test_every_point_of_a_judgement_is_marked_assumed() -> None:
    points = [one for one in EDITION.numbers() if "points_scale" in one.item or one.item.endswith("_points")]
    assert len(points) > 20
    assert {one.provenance for one in points if not one.item.endswith("steps / 1")} == {"assumed"}


def test_labels_and_release_differ_by_lane() -> None:
    assert EDITION.labels("interim") == (
        "Top performing",
        "Performing well",
        "Needs improvement",
        "Greatest need for improvement",
    )
    assert EDITION.labels("annual") == ("Outstanding", "Good", "Requires improvement", "Inadequate")
    interim, annual = EDITION.lane("interim"), EDITION.lane("annual")
    assert (interim.release, interim.has_overall_rating) == ("each", False)
    assert (annual.release, annual.has_overall_rating) == ("together", True)


def test_a_ccg_is_inadequate_when_leadership_and_finance_are_red() -> None:
    rule = EDITION.overall
    assert (rule.inadequate_when_red, rule.inadequate) == (("165a", "141b"), "Red")
    assert (rule.block("leadership").indicator, rule.block("finance").indicator) == ("165a", "141b")


def test_three_indicators_do_not_count_towards_performance() -> None:
    left_out = [one.code for one in EDITION.indicators if not one.counts_towards_overall]
    assert left_out == ["131a", "141b", "165a"]


def test_each_indicator_tells_a_lay_reader_in_one_sentence_why_it_matters() -> None:
    sentences = [one.why_it_matters for one in EDITION.indicators]
    assert len(set(sentences)) == 60
    for sentence in sentences:
        assert sentence.endswith(".")
        assert sentence.count(". ") == 0
        assert 40 < len(sentence) < 220


def test_only_delayed_transfers_take_the_mean_of_the_months() -> None:
    averaged = [one.code for one in EDITION.indicators if one.annual_value == "mean_of_months"]
    assert averaged == ["127e"]


def test_what_is_stated_of_small_counts_and_shared_figures_is_listed_as_it_is() -> None:
    listed = {one.item: one.value for one in EDITION.numbers() if one.file == "indicators.csv"}
    own = {item: value for item, value in listed.items() if item.endswith((" / exact", " / drawn_by"))}
    no = {f"{code} / exact": "no" for code in ("101a", "105b", "124a")}
    assert {**no, "125a / exact": "yes", "124a / drawn_by": "counts"}.items() <= own.items()
    assert {value for item, value in own.items() if item.endswith("exact")} == {"yes", "no"}
