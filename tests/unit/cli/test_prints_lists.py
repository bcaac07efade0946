"""What is printed of many things: what is assumed, what moved, one node or measure of all organisations."""

import io
from datetime import date

import pandas as pd
import pytest
from rich.console import Console

from ccg_pipeline.cli.prints import changes as printed_changes
from ccg_pipeline.cli.prints import quarantine as printed_quarantine
from ccg_pipeline.cli.prints.edition import explanation
from ccg_pipeline.cli.prints.round_of_all import of_measure, of_node
from ccg_pipeline.method.engine.explaining import explain
from ccg_pipeline.release.as_known import narrowed
from ccg_pipeline.release.rounds import released_round
from ccg_pipeline.storage.corrections import WHOLE_FILE, Action, Line
from ccg_pipeline.storage.database import reading
from tests.support.notations.rule_tables import run
from tests.support.worlds.edition_terminal import Typed
from tests.support.worlds.released_rounds import TRUSTS, InMemory, ambulances


def narrow() -> Console:
    """A terminal of 80 columns."""
    return Console(file=io.StringIO(), width=80, no_color=True)


def printed(console: Console) -> str:
    return console.file.getvalue()  # type: ignore[attr-defined]  # a text file in memory


def test_a_reason_that_several_numbers_share_is_said_once(command: Typed) -> None:
    listed = command("method", "stale_after_days")
    assert listed.code == 0
    assert listed.words.count("quarterly figures come out up to a quarter after their quarter") == 1
    assert "satod / stale_after_days: 240 days" in listed.words
    assert "cancer / grading" not in listed.words
    assert "47 with 'stale_after_days'. " in listed.words


@pytest.mark.parametrize(
    ("text", "there", "not_there"),
    [
        ("cancer", "cancer_stage / stale_after_days", "max_age_months"),  # cancer is in its reason alone
        ("about two years after diagnosis", "cancer_stage / stale_after_days", "cancer_waits"),  # in no name
    ],
)
def test_a_text_is_looked_for_in_names_and_then_in_reasons(
    command: Typed, text: str, there: str, not_there: str
) -> None:
    listed = command("method", text)
    assert there in listed.words
    assert not_there not in listed.words


def test_a_text_that_nothing_assumed_holds_is_refused(command: Typed) -> None:
    refused = command("method", "moonlight")
    assert (refused.code, refused.out) == (2, "")
    assert refused.err.startswith("Nothing that is assumed holds 'moonlight'")


def test_an_explanation_says_a_source_once() -> None:
    explained = explain(
        run("mean of: [x, y] then cuts at: [6, 4]", {"x": "5 1 9", "y": "1 2 3"}, labels=3), "it", "A"
    )
    console = narrow()
    explanation(console, "A", [explained])
    said = " ".join(printed(console).split())
    sources = {source for step in explained.steps for _, source in step.doubtful}
    assert sources
    assert [said.count(f": {source}]") for source in sources] == [1] * len(sources)
    assert "[assumed, see above]" in said


MOVED = {
    "observations": pd.DataFrame(
        {
            "indicator_code": ["122a", "122b"], "organisation_code": ["02N", "03F"],
            "period_start": pd.Timestamp("2017-01-01"), "period_end": pd.Timestamp("2017-03-31"),
            "source_name_before": "first.csv", "source_name_after": "second_of_a_rather_long_name.csv",
            "value_before": [80.0, 90.00001], "value_after": [81.23456789, 90.00002],
        }
    ),
    "ratings": pd.DataFrame({"panel": ["cancer"], "ccg_code": ["02N"]}),
}  # fmt: skip
NARROWED = [
    ("", "", [2, 1]),
    ("122a", "", [1, 0]),
    ("cancer", "", [0, 1]),
    ("", "02N", [1, 1]),
    ("122a", "03F", [0, 0]),
]


@pytest.mark.parametrize(("code", "organisation", "left"), NARROWED)
def test_what_moved_is_narrowed(code: str, organisation: str, left: list[int]) -> None:
    assert [len(rows) for rows in narrowed(MOVED, code, organisation).values()] == left


FIGURES = [
    ("80", "81.23456789", "80"),
    ("81.23456789", "80", "81.23"),
    ("90.00001", "90.00002", "90.00001"),
    ("", "3", "none"),
    ("Good", "Fair", "Good"),
    ("2017-03-31", "", "2017-03-31"),
]


@pytest.mark.parametrize(("own", "other", "said"), FIGURES)
def test_a_figure_that_moved_has_the_digits_that_show_it(own: str, other: str, said: str) -> None:
    assert printed_changes.figure_against(own, other) == said


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> InMemory:
    world = InMemory(ambulances(tmp_path_factory.mktemp("edition")), TRUSTS)
    world.score(
        "2025-Q1", {"RA": {"nof/OF0017": 18}, "RB": {"nof/OF0017": 25}, "RC": {"nof/OF0017": 0.00001}}
    )
    world.release("2025-Q1")
    return world


def test_one_node_and_one_measure_of_all(made: InMemory) -> None:
    with reading(made.engine) as connection:
        released = released_round(connection, made.edition, made.round, "2025-Q1")
    console = narrow()
    of_node(console, made.edition, released, "mark")
    of_measure(console, made.edition, released, "nof/OF0017")
    lines = [" ".join(line.split()) for line in printed(console).splitlines()]
    for said in (
        "Mark",
        "RA Alpha 1 18",
        "RB Beta & Sons 2 25",
        "RA Alpha 18 2025-06-30",
        "RC Gamma 0.00001 2025-06-30",
    ):
        assert any(said in line for line in lines), said
    assert all(len(line) <= 80 for line in printed(console).splitlines())


def test_the_record_of_amendments_cuts_no_day_name_or_address() -> None:
    def line(seq: int, action: Action, sheet: str, row: int, until: str, **cells: str) -> Line:
        name = "ccg_lsoa_data_2016-17.csv"
        return Line(
            seq, f"2017-05-0{seq}T09:30:00", action, "ab" * 32, name, "lsoa", sheet, row, cells,
            "ann.other@england.example", "root", "A slip", until,
        )  # fmt: skip

    console = narrow()
    record = [
        line(1, "withdraw", *WHOLE_FILE, "9999-12-31"),
        line(2, "correct", "", 7, "2017-06-30", value="3"),
        line(3, "revoke", *WHOLE_FILE, "9999-12-31"),
    ]
    printed_quarantine.amendments(console, record, date(2017, 5, 31))
    said = " ".join(printed(console).split())
    for part in (
        "2017-05-01 replaced withdraw the whole of ccg_lsoa_data_2016-17.csv; ann.other@england.example: A",
        "2017-05-02 in force correct row abababababab::7 of ccg_lsoa_data_2016-17.csv: value = 3, until",
        "2017-06-30; ann.other@england.example: A slip",
    ):
        assert part in said
    assert "9999" not in said
