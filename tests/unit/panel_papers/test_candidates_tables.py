"""What the room is told of a panel's part: every row and figure in words, and the way to another rating."""

import json
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from threading import Event

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import Connection

from ccg_pipeline.framework.load import load_edition
from ccg_pipeline.method.scoring.grade_changes import grade_changes
from ccg_pipeline.method.scoring.rated import rate_panel
from ccg_pipeline.panel_papers.panel_table import candidate_table
from ccg_pipeline.panel_papers.papers import KeptCandidates, Known
from ccg_pipeline.panel_papers.units import units
from ccg_pipeline.publish.explanation import explain
from ccg_pipeline.publish.uncertainty_words import how_sure
from ccg_pipeline.quality.kept_findings import RestsOn
from ccg_pipeline.release.archive import StorageFault, keep
from ccg_pipeline.storage.database import open_database
from ccg_pipeline.storage.fingerprint import sha256_of
from ccg_pipeline.storage.frames import replace
from ccg_pipeline.storage.sql import kept, plausibility, quarantine
from expert_panels.papers import CandidateTable, Organisation
from tests.support.patience import SECONDS
from tests.support.worlds.publish_layers import CCGS, made_of

EDITION = load_edition()
PANELS = [rule.key for rule in EDITION.panels]


@cache
def table(panel: str) -> CandidateTable:
    return candidate_table(EDITION, panel, "ab" * 32, made_of("interim").parts()[panel])


def of(panel: str, code: str) -> Organisation:
    return table(panel).by_code[code]


@pytest.mark.parametrize("panel", PANELS)
def test_every_row_has_its_rating_and_every_figure_its_words(panel: str) -> None:
    layers, found = made_of("interim"), table(panel)
    assert [one.code for one in found.organisations] == sorted(CCGS)
    assert [one.rating for one in found.organisations] == list(layers.ratings[panel]["rating"])
    for one in found.organisations:
        assert one.name.startswith("NHS ")
        assert len(one.similar) == 10
        assert {figure.measure for figure in one.figures} == {measure.code for measure in found.measures}
        for figure in one.figures:
            assert figure.value, figure
            assert bool(figure.grade or figure.band) != bool(figure.why), figure
            assert not (figure.grade and figure.band), figure
            assert figure.period == "March 2017"


@pytest.mark.parametrize("panel", PANELS)
def test_a_rating_says_how_often_the_same_would_earn_it_again(panel: str) -> None:
    labels, ratings = EDITION.labels("interim"), made_of("interim").ratings[panel].set_index("ccg_code")
    for one in table(panel).organisations:
        row = ratings.loc[one.code]
        chances = [row[f"p_again_{grade}"] for grade in (1, 2, 3, 4)]
        assert one.again == how_sure(row, labels)
        assert one.again.startswith(f"{one.rating}, by the figures of 2017-03. Were the") == bool(one.rating)
        assert one.is_unlikely == bool(one.rating and max(chances) > chances[labels.index(one.rating)])


def test_room_and_explanation_name_the_same_figure_as_nearest_to_another_rating() -> None:
    layers, named = made_of("interim"), 0
    for code in CCGS[:8]:
        own, found = of("cancer", code), explain(layers.tables(), EDITION, code, EDITION.area("122"))
        assert bool(own.close) == bool(found.nearest)
        if own.close:
            indicator, _, way = own.close.partition(": ")
            assert f"({indicator}) is " in found.nearest
            assert found.nearest.endswith(f"the rating would be {way.rpartition(' would make it ')[2]}.")
            named += 1
    assert named > 3


def test_a_figure_says_value_counts_reference_and_the_way_to_another_grade() -> None:
    figure = next(one for one in of("cancer", "01C").figures if one.measure == "122b")
    assert (figure.value, figure.counts) == ("27.5 %", "55 of 200")
    assert figure.reference == "85.0 %, the national standard"
    assert (figure.band, figure.grade) == ("", "significantly worse")
    # 85 % of 200, 1.96 standard errors of √(0.85 · 0.15 / 200) below: 160.1 people
    assert figure.better == (
        "105 more people first treated within 62 days (52.4 percentage points higher) would make it worse"
    )
    assert figure.worse == ""


MEAN = {"numerator": 5.0, "denominator": 20.0, "value": 0.2, "lower_95": np.nan, "upper_95": np.nan}
INTERVALS = [  # indicator, what is in its row, the interval that is shown
    # Wilson's of 55 of 200 in percent: the formula of tests/spec/test_statistics_intervals.py
    ("122b", {}, "21.8 % to 34.1 % (from the counts)"),
    ("122b", {"lower_95": 20.0, "upper_95": 36.0}, "20.0 % to 36.0 %"),
    ("122b", {"value": 40.0}, ""),  # standardised: not the figure of its plain counts
    ("122b", {"numerator": np.nan}, ""),
    ("122b", {"denominator": 0.0}, ""),
    ("125a", {"numerator": 10.0, "denominator": 2000.0, "value": 5.0}, "2.39 to 9.20 (from the counts)"),
    ("122d", MEAN, ""),
]


@pytest.mark.parametrize(("code", "row", "said"), INTERVALS)
def test_a_figure_without_a_published_interval_has_one_from_its_counts(
    code: str, row: dict[str, float], said: str
) -> None:
    parts = made_of("interim").parts()
    panel = {"122": "cancer", "125": "maternity"}[code[:3]]
    bands = parts[panel]["indicator_band"]
    at = (bands["ccg_code"] == "01C") & (bands["indicator_code"] == code)
    bands = bands.assign(**{name: bands[name].mask(at, value) for name, value in row.items()})
    found = candidate_table(EDITION, panel, "ab" * 32, {**parts[panel], "indicator_band": bands})
    assert next(one for one in found.by_code["01C"].figures if one.measure == code).interval == said


@pytest.mark.parametrize("panel", PANELS)
def test_the_smallest_change_that_is_named_does_change_the_rating(panel: str) -> None:
    """Done to the figure and rated again by the method, it brings the rating that was said."""
    layers, named = made_of("interim"), [one for one in table(panel).organisations if one.close]
    every = grade_changes(layers.bands, layers.ratings[panel], EDITION, panel)
    for one in named:
        near = every[(every["ccg_code"] == one.code) & (every["rating"] != every["rating_now"])].iloc[0]
        assert one.closeness == pytest.approx(near["margin"])
        assert one.close.startswith(f"{near['indicator_code']}: ")
        is_its = (layers.bands["ccg_code"] == one.code) & (
            layers.bands["indicator_code"] == near["indicator_code"]
        )
        indicator, row = EDITION.indicator(near["indicator_code"]), layers.bands[is_its].iloc[0]
        better = -1 if indicator.direction == "lower_is_better" else 1
        is_better = near["change"] * better > 0
        value = row["value"] + near["change"] * (1 + 1e-9)
        if not np.isnan(near["people"]):
            value = indicator.scale * (row["numerator"] + near["people"]) / row["denominator"]
        z = better * (value - row["reference_value"]) / np.hypot(row["standard_error"], np.sqrt(row["tau2"]))
        changed = layers.bands.copy()
        changed.loc[is_its, "z"] = z if np.isfinite(near["people"]) else z + (1e-6 if is_better else -1e-6)
        nothing = changed.iloc[:0].assign(organisation_code="", value=np.nan)
        anew = rate_panel(changed, nothing, EDITION, panel, "interim").set_index("ccg_code")
        assert anew.loc[one.code, "rating"] != one.rating
        assert one.close.endswith(f"would make it {anew.loc[one.code, 'rating']}"), (panel, one.close)
    # without participation no CCG has a rating in diabetes; in mental health no single change is enough here
    assert named or panel in ("diabetes", "mental_health")


def test_the_pictures_have_the_cuts_of_the_rule_and_a_value_each() -> None:
    score, *indicators = table("cancer").spreads
    assert [cut.at for cut in score.cuts] == [0.5, 0.9, 1.4]
    assert [len(one.values) for one in indicators] == [4, 4, 4, 4]
    assert [cut.at for cut in indicators[0].cuts] == [-1.96, 0.0, 1.96]
    assert len(table("dementia").spreads) == 2


@pytest.mark.parametrize(
    ("code", "events", "said"),
    [
        ("122b", 11, "11 more people first treated within 62 days"),
        ("124a", -1, "1 fewer inpatient"),
        ("126a", -1_200, "1,200 fewer people diagnosed with dementia"),
        ("999z", 2, "2 more in the numerator"),
    ],
)
def test_events_are_said_in_words(code: str, events: int, said: str) -> None:
    assert units(code, events) == said


def test_a_table_is_found_by_its_fingerprint_and_no_other() -> None:
    engine, content = open_database("sqlite://"), made_of("interim").panel_part("cancer")
    with engine.begin() as connection:
        sha256 = keep(connection, "cancer", content)
    candidates = KeptCandidates(engine, EDITION)
    found = candidates.table(sha256)
    assert found is not None
    assert (found.subject_sha256, found.panel, found.is_made_up) == (sha256_of(content), "cancer", True)
    assert candidates.table(sha256) is found
    assert candidates.table("0" * 64) is None


def test_a_table_is_parsed_once_for_all_who_ask_and_holds_up_no_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    begun, go_on, parsed = Event(), Event(), list[str]()

    def slow(_self: KeptCandidates, _connection: Connection, subject: str) -> Known | None:
        parsed.append(subject)
        if subject == "slow":
            begun.set()
            assert go_on.wait(SECONDS)
        return Known(table("cancer"), RestsOn((), {}), {})

    monkeypatch.setattr(KeptCandidates, "_read", slow)
    candidates = KeptCandidates(open_database("sqlite://"), EDITION)
    with ThreadPoolExecutor(3) as pool:
        asked = [pool.submit(candidates.table, "slow") for _ in range(2)]
        assert begun.wait(SECONDS)
        assert pool.submit(candidates.table, "another").result(20) is not None
        assert not any(one.done() for one in asked)
        go_on.set()
        first, second = (one.result(20) for one in asked)
    assert first is second
    assert sorted(parsed) == ["another", "slow"]


def test_bytes_that_were_altered_are_no_table() -> None:
    engine = open_database("sqlite://")
    with engine.begin() as connection:
        connection.execute(kept.insert().values(sha256="ab" * 32, part="cancer", content="{}"))
    with pytest.raises(StorageFault, match="was altered"):
        KeptCandidates(engine, EDITION).table("ab" * 32)


def test_a_panel_is_told_what_was_found_of_its_own_figures_and_what_that_decides_for_it() -> None:
    engine = open_database("sqlite://")
    decides = [
        {"panel": panel, "rating_with": "Good", "rating_without": "Poor"} for panel in ("Cancer", "Dementia")
    ]
    failing = json.dumps([{"organisation": CCGS[0], "value": 5.0, "detail": "change 3", "decides": decides}])
    names = [column.name for column in plausibility.columns]
    plain = dict.fromkeys(names, "x") | {"partition_key": "2017-03", "suite": "observations"}
    plain |= {"is_made_up": True, "severity": "block", "title": "It fits"}
    end = pd.Timestamp("2017-03-31")
    frame = pd.DataFrame(
        [
            {**plain, "indicator_code": "122b", "period_end": end, "holds": False, "failing": failing},
            {**plain, "indicator_code": "122a", "period_end": end, "holds": True, "failing": "[]"},
            {**plain, "indicator_code": "126a", "period_end": end, "holds": False, "failing": failing},
        ]
    )
    with engine.begin() as connection:
        sha256 = keep(connection, "cancer", made_of("interim").panel_part("cancer"))
        replace(connection, plausibility, {}, frame)
    found = KeptCandidates(engine, EDITION).plausibility(sha256)
    (doubt,) = found.doubts
    assert (doubt.expectation, doubt.severity, found.held) == ("It fits", "serious", 1)
    assert doubt.about.startswith("122b ")
    assert doubt.about.endswith(", period to 31 March 2017")
    ((_, figure),) = found.of(CCGS[0])
    assert figure.said == "value 5, change 3"
    assert figure.decides == (
        f"In the interim assessment of 2017-03, {CCGS[0]} is rated 'Good' with it and 'Poor' without."
    )
    assert [one[:4] for one in found.unchecked] == ["122c", "122d"]


def test_refused_rows_are_those_of_the_panels_indicators_and_files() -> None:
    engine = open_database("sqlite://")
    rows = [
        ("122b", "cancer_waits", 7),
        ("126a", "dementia_diagnoses", 8),
        ("", "cancer_waits", 9),
        ("", "ae", 10),
    ]
    names = [column.name for column in quarantine.columns]
    plain = dict.fromkeys(names, "x") | {"period_end": None, "is_made_up": True, "organisation_code": "99Z"}
    frame = pd.DataFrame(
        [
            {**plain, "indicator_code": code, "publication": publication, "row": row}
            for code, publication, row in rows
        ]
    )
    with engine.begin() as connection:
        replace(connection, quarantine, {}, frame)
    found = KeptCandidates(engine, EDITION).refused_rows("cancer")
    assert [(one.place, one.about) for one in found] == [
        ("sheet x, row 7", "122b 99Z"),
        ("sheet x, row 9", "99Z"),
    ]


def test_the_method_of_a_panel_is_its_own_and_what_all_share() -> None:
    numbers = KeptCandidates(open_database("sqlite://"), EDITION).method("cancer")
    items = {one.item: one for one in numbers}
    assert items["parameters / cancer_cut_1"].value == "1.4"
    assert items["122b / standard"].provenance == "found"
    assert items["parameters / limit_of_bands"].value == "1.96"
    assert items["nodes / cancer / steps / 1 / least"].value == "3"
    assert not any("dementia" in item or "126" in item for item in items)
    assert next(iter(items)).startswith("parameters / ")  # its own rule comes before what all share
    assert {one.provenance for one in numbers} >= {"assumed", "memory", "found"}


def test_a_round_is_named_as_people_name_it() -> None:
    candidates = KeptCandidates(open_database("sqlite://"), EDITION)
    assert candidates.round_name("interim", "2017-03") == "interim assessment, 2017-03"
    assert candidates.round_name("annual", "2016-04-01") == "annual assessment, 2016-17"
    assert not candidates.is_made_up()
