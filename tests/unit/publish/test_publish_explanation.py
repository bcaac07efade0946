"""Explanation: finding the CCG and the area that somebody means, and the rows behind a rating."""

import pandas as pd
import pytest

from ccg_pipeline.publish.explanation import _needed, among_similar, explain, find_area
from ccg_pipeline.reference.finding import find_ccg
from ccg_pipeline.reference.organisations import ccgs, similar_organisations
from expert_panels.foundation.fault import WrongUse
from tests.support.notations.method_tables import EDITION
from tests.support.worlds.publish_layers import Layers


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        ("02N", "02N"),
        (" 02n ", "02N"),
        ("E38000001", "02N"),
        ("e38000001", "02N"),
        ("NHS Airedale, Wharfedale and Craven CCG", "02N"),
        ("airedale", "02N"),
        ("Wharfedale and", "02N"),
        ("Bury", "00V"),  # the whole name of one, though it is a part of Canterbury
        ("nhs bury ccg", "00V"),
    ],
)
def test_a_ccg_is_found_by_code_and_by_name(wanted: str, code: str) -> None:
    assert find_ccg(ccgs(), wanted) == code


@pytest.mark.parametrize("wanted", ["99Z", "Nowhere", "E38999999", "02N 02Q", ".*", "02_"])
def test_what_is_no_ccg_is_said_with_what_to_give(wanted: str) -> None:
    with pytest.raises(WrongUse) as told:
        find_ccg(ccgs(), wanted)
    assert str(told.value) == f"There is no CCG {wanted!r}: give its code (02N) or a part of its name."


@pytest.mark.parametrize(
    ("wanted", "meant"),
    [
        ("Airdale", "NHS Airedale, Wharfedale and Craven CCG"),
        ("croyden", "NHS Croydon CCG"),
        ("NHS Bristl CCG", "NHS Bristol CCG"),
    ],
)
def test_what_is_written_like_a_ccg_is_asked_back(wanted: str, meant: str) -> None:
    with pytest.raises(WrongUse, match=f"Did you mean {meant}"):
        find_ccg(ccgs(), wanted)


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        (
            "14l",
            "14L is NHS Manchester CCG of April 2017; of the CCGs of April 2016 its people belonged to 00W, ",
        ),
        ("E38000217", "E38000217 is NHS Manchester CCG of April 2017; of the CCGs of April 2016 its people "),
        (
            "00F",
            "00F is NHS Gateshead CCG of April 2013; of the CCGs of April 2016 its people belonged to 13T: ",
        ),
    ],
)
def test_a_ccg_of_another_year_is_said_with_those_of_2016_in_its_area(wanted: str, said: str) -> None:
    with pytest.raises(WrongUse) as told:
        find_ccg(ccgs(), wanted)
    assert str(told.value).startswith(said)


def test_a_name_that_is_several_names_some_of_them() -> None:
    with pytest.raises(WrongUse) as told:
        find_ccg(ccgs(), "sheffield and the moon")
    assert "There is no CCG" in str(told.value)
    with pytest.raises(
        WrongUse, match=r"^'leeds' is 3 CCGs, among them 02V NHS Leeds North CCG, .*: give a code\.$"
    ):
        find_ccg(ccgs(), "leeds")
    with pytest.raises(WrongUse) as everyone:
        find_ccg(ccgs(), "")
    assert str(everyone.value).startswith("'' is 209 CCGs, among them 00C NHS Darlington CCG, ")
    assert str(everyone.value).count(" CCG,") + str(everyone.value).count(" CCG:") == 5


def test_a_table_without_ons_codes_is_searched_by_what_it_has() -> None:
    few = pd.DataFrame({"ccg_code": ["01C"], "ccg_name": ["NHS Eastern Cheshire CCG"]})
    assert find_ccg(few, "cheshire") == "01C"
    with pytest.raises(WrongUse):
        find_ccg(few, "E38000056")


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        ("122", "122"),
        (" cancer ", "122"),
        ("Cancer", "122"),
        ("Urgent and emergency care", "127"),
        ("urgent_and_emergency_care", "127"),
        ("ANTI-MICROBIAL RESISTANCE", "107"),
    ],
)
def test_an_area_is_found_by_code_slug_and_name(wanted: str, code: str) -> None:
    assert find_area(EDITION, wanted).code == code


def test_a_misspelt_area_is_answered_with_what_is_like_it() -> None:
    with pytest.raises(WrongUse, match=r"^There is no area 'Canc'. Did you mean Cancer.*[?]$"):
        find_area(EDITION, "Canc")


@pytest.mark.parametrize("wanted", ["999", ""])
def test_an_unknown_area_is_answered_with_all_29(wanted: str) -> None:
    with pytest.raises(WrongUse) as told:
        find_area(EDITION, wanted)
    assert str(told.value).startswith(
        f"There is no area {wanted!r}: give its code or name, one of 101 Smoking, "
    )
    assert all(f"{area.code} {area.name}" in str(told.value) for area in EDITION.areas)
    assert "\n" not in str(told.value)


def test_a_panels_area_is_explained_by_all_that_decides_its_rating(layers: Layers) -> None:
    found = explain(layers.tables(), EDITION, "01C", EDITION.area("125"))
    assert list(found.indicators["indicator_code"]) == ["101a", "125a", "125b", "125c"]
    assert set(found.indicators["ccg_code"]) == {"01C"}
    assert found.rating is not None
    assert (found.rating["panel"], found.rating["ccg_code"]) == ("maternity", "01C")
    assert (found.score["area_code"], found.score["ccg_code"]) == ("125", "01C")
    row = found.indicators.iloc[0]
    assert (row["source_name"], row["cell"], row["value"]) == ("satod.csv", "row 3", 27.5)


def test_an_area_without_a_panel_has_no_rating(layers: Layers) -> None:
    found = explain(layers.tables(), EDITION, "02N", EDITION.area("127"))
    assert found.rating is None
    assert list(found.indicators["indicator_code"]) == ["127a", "127b", "127c", "127d", "127e", "127f"]


def test_what_is_withheld_is_not_explained_away(layers: Layers) -> None:
    found = explain(layers.tables(cancer="awaiting the panel"), EDITION, "02N", EDITION.area("122"))
    assert found.rating is not None
    assert (found.rating["rating"], set(found.grades.values())) == ("", {None})
    assert found.score["why_no_score"] == "awaiting the panel"
    assert found.indicators["withheld"].all()
    assert found.indicators[["band", "points", "z"]].isna().all(axis=None)
    assert found.indicators["value"].notna().all()


@pytest.mark.parametrize(
    ("value", "change", "said"),
    [
        (85.06, -0.05999999996776, (85.0, "below")),  # the line itself, but for the last digits
        (49.5, 0.5000000000001, (50.0, "above")),
        (27.5, 2.61234, (30.12, "at")),  # rounded away from the figure, so that it is true
        (27.5, -2.61234, (24.88, "at")),
        (1200.0, -234.5, (965.0, "at")),
    ],
)
def test_the_figure_that_is_needed_is_true_in_few_digits(
    value: float, change: float, said: tuple[float, str]
) -> None:
    assert _needed(value, change) == said


@pytest.mark.parametrize(
    ("code", "of_ten", "said"),
    [  # its own figure is 9.5, theirs are 1, 2, 3, …
        ("122b", 10, "median of 10 of the 10 CCGs most similar 5.5; place 2 of 11 with them, 1 is best"),
        ("125a", 10, "median of 10 of the 10 CCGs most similar 5.5; place 10 of 11 with them, 1 is best"),
        ("131a", 10, "median of 10 of the 10 CCGs most similar 5.5"),  # no way is better
        ("122b", 5, "median of 5 of the 10 CCGs most similar 3; place 1 of 6 with them, 1 is best"),
        ("122b", 4, ""),
    ],
)
def test_a_figure_beside_those_of_the_most_similar(code: str, of_ten: int, said: str) -> None:
    similar = similar_organisations().query("ccg_code == '02N'").sort_values("rank")["similar_ccg_code"]
    values = {"02N": 9.5, **dict(zip(similar[:of_ten], range(1, 11), strict=False))}
    bands = pd.DataFrame(
        [{"indicator_code": code, "ccg_code": one, "value": values.get(one)} for one in ccgs()["ccg_code"]]
    )
    assert among_similar(bands, EDITION.indicator(code), "02N") == said
