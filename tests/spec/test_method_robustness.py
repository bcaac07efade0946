"""Other rules: what is unchanged comes out as published, one thing moves at a time, the withheld stays so."""

import json
from html import escape

import pandas as pd
import pytest

from ccg_pipeline.method.uncertainty.robustness import ROBUSTNESS_COLUMNS, robustness
from ccg_pipeline.publish.robustness_page import MEANING, changing, greatest, statement_json, statement_page
from tests.support.notations.method_tables import EDITION, lines
from tests.support.worlds.publish_layers import made_of


def statement(lane: str = "annual", **states: str) -> pd.DataFrame:
    tables = made_of(lane).tables(**states)  # type: ignore[arg-type]  # one of the two lanes
    return robustness(tables["bands"], tables["ratings"], tables["overall"], EDITION)


def changed(table: pd.DataFrame, alternative: str) -> dict[str, float]:
    own = table[table["alternative"] == alternative]
    return dict(zip(own["measure"], own["share_changed"], strict=True))


def nothing_else(edition_change: dict[str, float]) -> pd.DataFrame:
    """The statement with one alternative, of these numbers."""
    alternative = EDITION.alternatives[0].model_copy(update={"values": edition_change})
    edition = EDITION.model_copy(update={"alternatives": (alternative,)})
    tables = made_of("annual").tables()
    return robustness(tables["bands"], tables["ratings"], tables["overall"], edition)


def test_the_rules_as_they_stand_change_nothing() -> None:
    found = nothing_else({"good_at": EDITION.overall.good_at.value})
    assert (found["share_changed"] == 0).all()
    tables = made_of("annual").tables()
    n_rated = tables["ratings"].groupby("panel")["grade"].count()
    by_measure = found.set_index("measure")["n_rated"]
    for panel, count in n_rated[n_rated > 0].items():
        assert by_measure[panel] == count
    assert by_measure["overall"] == tables["overall"]["grade"].count()
    assert by_measure["areas"] == tables["area_scores"]["score"].count()


def test_lines_out_of_reach_change_every_overall_rating_that_lies_below_and_no_other_measure() -> None:
    overall = made_of("annual").tables()["overall"]
    found = nothing_else({"good_at": 1.99, "outstanding_at": 2.0}).set_index("measure")
    would_fall = (overall["grade"].isin([1, 2]) & (overall["overall_score"] < 1.99)).sum()
    assert would_fall > 0
    assert found.loc["overall", "n_worse"] == would_fall
    assert (found.drop("overall")["share_changed"] == 0).all()


def test_weights_move_the_overall_rating_alone() -> None:
    found = statement()
    for alternative in ("equal_blocks", "performance_only"):
        assert all(share == 0 for name, share in changed(found, alternative).items() if name != "overall")


def test_a_panel_of_two_loses_its_rating_without_either_indicator() -> None:
    found = statement()
    for code in EDITION.panel("dementia").indicators:
        own = found[(found["alternative"] == f"without_{code}") & (found["measure"] == "dementia")].iloc[0]
        assert own["n_lost"] == own["n_rated"]
        assert own["share_changed"] == 1


def test_only_measures_that_an_indicator_moves_have_a_row_without_it() -> None:
    found = statement()
    own = found[found["about"] == "indicators"]
    assert ((own["share_changed"] > 0) | (own["n_gained"] > 0)).all()
    assert "dementia" not in changed(found, "without_122a")


def test_a_lane_without_overall_rating_has_none_here_and_what_is_withheld_has_no_row() -> None:
    found = statement("interim", cancer="awaiting the panel")
    assert not {"overall", "cancer"} & set(found["measure"])
    assert {"areas", "dementia", "maternity"} <= set(found["measure"])


def test_england_for_a_standard_moves_those_that_have_one() -> None:
    shares = changed(statement(), "england_for_standards")
    with_standard = {one.code for one in EDITION.indicators if one.standard is not None}
    for panel in EDITION.panels:
        if not with_standard & set(panel.indicators) and panel.key in shares:
            assert shares[panel.key] == 0, panel.key
    assert any(share > 0 for share in shares.values())


def test_the_page_and_the_json_say_what_they_mean_twice_the_same() -> None:
    assert list(statement().columns) == list(ROBUSTNESS_COLUMNS)
    table, again = (statement().assign(verification="verified") for _ in range(2))
    page = statement_page(table, EDITION, "Robustness of <this>", "Release 1", True)
    assert page == statement_page(again, EDITION, "Robustness of <this>", "Release 1", True)
    assert "Robustness of &lt;this&gt;" in page
    assert escape(MEANING) in page
    assert "MADE-UP DATA" in page
    assert "http" not in page  # nothing is fetched
    listed = changing(table)
    assert [one for one in listed["title"] if escape(one) not in page] == []
    said = json.loads(statement_json(table, "a", "b", True))
    assert said["is_official"] is False
    assert len(said["rows"]) == len(table)
    assert {row["provenance"] for row in said["rows"]} == {"assumed"}


LISTED = """
about   | measure | share_changed | n_gained | is listed
weights | cancer  | 0             | 0        | no
weights | cancer  | 0             | 0        | no
weights | overall | 0             | 0        | yes
weights | overall | 0.01          | 0        | yes
missing | cancer  | 0             | 1        | yes
missing | overall | 0             | 0        | no
"""


def test_what_no_rule_of_a_subject_changes_is_not_listed() -> None:
    given = pd.DataFrame(lines(LISTED)).astype({"share_changed": "float64", "n_gained": "int64"})
    assert list(changing(given).index) == list(given.index[given["is listed"] == "yes"])


def test_the_summary_names_the_rule_under_which_most_change() -> None:
    table = statement()
    for row in greatest(table).to_dict("records"):
        own = table[(table["about"] == row["about"]) & (table["measure"] == row["measure"])]
        assert row["share_changed"] == pytest.approx(own["share_changed"].max())
