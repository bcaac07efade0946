"""Tables on a terminal: nothing is cut, whatever the width; figures read as people write them."""

import io
from datetime import date

import pandas as pd
import pytest
from rich.console import Console

from ccg_pipeline.cli.prints import figures as printed_figures
from ccg_pipeline.cli.prints import organisation as printed
from ccg_pipeline.cli.prints.layout import grade_text, narrowed, table_of
from ccg_pipeline.cli.prints.lists import NAMES
from ccg_pipeline.publish.explanation import explain
from ccg_pipeline.quality.kept_findings import ExpectationResult, Failing, OfFigures
from ccg_pipeline.reference.special_measures.register import the_register
from ccg_pipeline.release.released import Tables
from tests.support.notations.method_tables import EDITION
from tests.support.worlds.publish_layers import Layers, made_of


def drawn(thing: object, width: int = 60) -> str:
    console = Console(file=io.StringIO(), width=width, no_color=True)
    console.print(thing)
    return str(console.file.getvalue())  # type: ignore[attr-defined]  # a Console's file is any text file


@pytest.mark.parametrize("width", [20, 40, 80])
def test_a_word_longer_than_its_column_is_folded_and_not_cut(width: int) -> None:
    name = "nhstt_iapt_ccg_total_2017-18_to_2019-20_and_more.csv"
    text = drawn(table_of(["file", "rows"], [[name, 8512]], numbers=["rows"]), width)
    assert "…" not in text
    assert max(len(line) for line in text.splitlines()) <= width
    letters = "".join(line[: width // 2 + 20].replace("8,512", "") for line in text.splitlines()[3:])
    assert "".join(letters.split()) == name


@pytest.mark.parametrize(
    ("widths", "words", "room", "found"),
    [
        ([10, 10], [5, 5], 21, [10, 10]),  # more room than is needed
        ([10, 10], [5, 5], 20, [10, 10]),
        ([10, 10], [5, 5], 19, [9, 10]),
        ([50, 10], [5, 10], 40, [30, 10]),  # the one that can spare most
        ([50, 30], [20, 28], 50, [21, 29]),
        ([50, 30], [20, 28], 48, [20, 28]),  # the longest word of each
        ([50, 30], [20, 28], 46, [20, 26]),  # below that the widest
        ([80, 10], [70, 10], 42, [32, 10]),  # an address of a page is folded before a word of ten
        ([0, 5], [0, 5], 1, [1, 1]),  # no room at all
    ],
)
def test_columns_are_narrowed_by_what_their_words_can_spare(
    widths: list[int], words: list[int], room: int, found: list[int]
) -> None:
    assert narrowed(widths, words, room) == found


def test_a_word_is_whole_where_there_is_room_for_it() -> None:
    rows = [["commissioning_committee", "1 to 202", "chair, deputy, director of commissioning operations"]]
    text = drawn(table_of(["panel", "95 % set", "signed by"], rows), 56)
    assert "commissioning_committee" in text
    assert "1 to 202" in text


def test_the_name_of_a_file_is_whole_next_to_its_counts() -> None:
    name = "assuring_transformation_2017-03-31.csv"
    rows = [[name, 210, 210, 0, 0, "refused"], ["ccg_lsoa_data_2016-17.csv", 43_890, 29_260, 14_630, 2, 0]]
    assert name in drawn(table_of(["file", *NAMES], rows, numbers=NAMES), 80)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (2_965_989.0, "2,965,989"),
        (2_965_989, "2,965,989"),
        (1332.213406, "1,332.2"),
        (85.0574, "85.06"),
        (999.996, "1,000"),
        (0.015012, "0.01501"),
        (-1.787, "-1.787"),
        (0.0, "0"),
        (float("nan"), ""),
        (None, ""),
        (pd.NA, ""),
        (pd.NaT, ""),
        (pd.Timestamp("2017-03-31"), "2017-03-31"),
        ("[bold]01C[/] & <b>", "[bold]01C[/] & <b>"),
        ("", ""),
    ],
)
def test_a_cell_reads_as_people_write_it(value: object, shown: str) -> None:
    body = drawn(table_of(["first", "cell"], [["x", value]])).splitlines()[3]
    assert body.strip().removeprefix("x").strip() == shown


def test_made_up_data_and_nobody_elses_scores_are_stamped() -> None:
    console = Console(file=io.StringIO(), width=200, no_color=True)
    printed.stamps(console, True)
    printed.stamp(console, False)
    said = str(console.file.getvalue())  # type: ignore[attr-defined]  # a Console's file is any text file
    assert said.count("MADE-UP DATA") == said.count("Not NHS England's") == 1


def explained(layers: Layers, area: str, findings: OfFigures | None = None, **states: str) -> str:
    tables = Tables(
        layers.lane, layers.key, layers.tables(**states), layers.header(**states), None, the_register()
    )
    console = Console(file=io.StringIO(), width=200, no_color=True)
    found = explain(tables.frames, EDITION, "01C", EDITION.area(area))
    printed_figures.explanation(console, tables, EDITION, "01C", found, findings)
    return " ".join(str(console.file.getvalue()).split())  # type: ignore[attr-defined]  # as above


def test_an_explanation_says_in_words_what_a_band_is() -> None:
    layers = made_of("interim")
    assert "band 0, worse than the national standard; " in explained(layers, "129")
    ranged = explained(layers, "131")
    assert "band 1, inside the expected range; " in ranged
    assert "131a has no better direction" in ranged
    assert "points of 2 by the edition's scale" in explained(layers, "165")
    assert "the national standard" in explained(layers, "129")
    assert "England, from the CCGs' figures (derived)" in explained(layers, "101")
    assert "England, from the CCGs' figures (assumed)" in explained(layers, "104")


def test_an_explanation_says_what_is_doubted_of_the_figure_and_what_nobody_checked() -> None:
    day, layers = date(2017, 3, 31), made_of("interim")
    about = ("2017-03", "moved", "It moves little", "warn", "122b", day, False, "2 of 209 moved.")
    own, other = (Failing(code, 5.0, f"change of {code}", ()) for code in ("01C", "02N"))
    said = explained(layers, "122", OfFigures((ExpectationResult(*about, (own, other)),), (("122a", day),)))
    assert "plausibility It moves little: does not hold, warns (change of 01C)" in said
    assert "change of 02N" not in said
    assert said.count("plausibility not checked") == 1
    assert said.count("plausibility meets all that is expected of it") == 2
    assert "plausibility" not in explained(layers, "122")


def test_a_verified_figure_whose_file_was_replaced_says_so() -> None:
    layers = made_of("interim")
    parts = layers.parts()
    layers.bands.loc[layers.bands["indicator_code"] == "122a", "value"] = 99.0
    tables = layers.tables({**layers.parts(), "cancer": parts["cancer"]})
    row = tables["bands"].query("indicator_code == '122a' and ccg_code == '01C'").to_dict("records")[0]
    assert "source a file that newer data have replaced" in " ".join(
        drawn(printed_figures._indicator(row, EDITION), 200).split()
    )


def test_the_assessment_of_a_year_has_its_overall_rating_and_its_plan() -> None:
    layers = made_of("annual")
    tables = Tables("annual", layers.key, layers.tables(), layers.header(), None, the_register())
    console = Console(file=io.StringIO(), width=120, no_color=True)
    printed.assessment(console, tables, EDITION, "00C")
    said = " ".join(str(console.file.getvalue()).split())  # type: ignore[attr-defined]  # as above
    rating = layers.overall.set_index("ccg_code").loc["00C", "rating"]
    assert f"overall rating {rating} " in said
    assert "rests on 100 % of the weights" in said
    assert "plan's progress Advanced plan (161a) Outstanding" in said
    assert "Diabetes: nda_participation is missing" in said


@pytest.mark.parametrize(
    ("grade", "n", "style"),
    [(1, 4, "bold green"), (2, 4, "cyan"), (4, 4, "bold red"), (3, 3, "bold red"), (1, 2, "bold green")],
)
def test_a_grade_has_its_words_and_a_colour(grade: int, n: int, style: str) -> None:
    said = grade_text("Good", grade, n)
    assert (said.plain, str(said.style)) == ("Good", style)
    assert str(grade_text("no rating", None, n).style) == ""
    plain = Console(file=io.StringIO(), force_terminal=True, no_color=True)
    plain.print(said)
    assert "\x1b[3" not in plain.file.getvalue()  # type: ignore[attr-defined]  # any text file
