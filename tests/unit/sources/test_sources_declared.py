"""The declared layout: each kind of row, plans, and what such a file must say."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from ccg_pipeline import framework
from ccg_pipeline.framework.families import edition_in
from ccg_pipeline.framework.model import Edition
from ccg_pipeline.framework.wanted import wanted_by
from ccg_pipeline.sources.catalogue import read_file
from ccg_pipeline.sources.result import Reading, Refused
from tests.unit.sources.readings import account, by_code
from tests.unit.sources.small_files import DECLARED_HEADER, declared_row, write_lines


def test_declared_settles_each_kind_of_row(read_declared: Callable[..., Reading]) -> None:
    reading = read_declared(
        declared_row("101a", "00C", "10", "40"),
        declared_row("101a", "ENG", "1000", "9000"),
        declared_row("101a", "00D", "10", "40"), declared_row("101a", "00D", "10", "40"),
        declared_row("101a", "99Z", "10", "40"),
        declared_row("101a", "E54000005", "10", "40"),
        declared_row("129a", "00C", "10", "40"),
        declared_row("999z", "00C", "10", "40"),
        declared_row("101a", "14L", "10", "40"),
        declared_row("101a", "13Q", "10", "40"),
        declared_row("101a", "00J", "10", "40") + ",more",
        declared_row("101a", "00K", "10", "40").replace("2016-06-30", "30.6.2016"),
    )  # fmt: skip
    assert by_code(reading)["status"].to_dict() == {
        "00C": "published", "ENG": "published", "00D": "refused", "00J": "refused", "14L": "published",
    }  # fmt: skip
    assert account(reading) == (12, 3, 1, 1, 7)
    assert set(reading.quarantine["reasons"]) == {
        "the organisation has more than one row for this period",
        "organisation code '99Z' is no CCG of any year",
        "the indicator is not about organisations like 'E54000005'",
        "indicator '129a' does not come from satod",
        "the row has not the 15 cells of the header",
        "period_end '30.6.2016' is no date",
    }
    assert reading.source_file.layout == "made_up"
    assert reading.source_file.is_made_up
    assert reading.source_file.publication == "satod"


def test_declared_progress_of_plans_is_a_judgement_by_plan(read_declared: Callable[..., Reading]) -> None:
    rows = [
        declared_row("stp_progress", code, publication="stp_progress", judgement=said)
        for code, said in (("E54000005", "Advanced"), ("E54000006", "*"), ("00C", "Advanced"))
    ]
    found = by_code(read_declared(*rows))
    assert found["status"].to_dict() == {"E54000005": "published", "E54000006": "suppressed"}
    assert found.loc["E54000005", "judgement"] == "Advanced"
    assert found.loc["E54000005", "organisation_kind"] == "stp"


@pytest.mark.parametrize(
    ("rows", "said", "publication"),
    [
        (
            [declared_row("101a", "00C"), declared_row("101a", "00D", publication="hes")],
            "the same in every row",
            "",
        ),
        ([declared_row("101a", "00C", publication="gossip")], "declares the publication 'gossip'", ""),
        ([declared_row("101a", "00C").replace("made_up", "real")], "its layout 'real' is neither", "satod"),
        ([], "has a header but no rows", ""),
    ],
)
def test_declared_files_must_say_one_publication_and_layout(
    read_declared: Callable[..., Reading], rows: list[str], said: str, publication: str
) -> None:
    with pytest.raises(Refused, match=said) as caught:
        read_declared(*rows)
    assert caught.value.publication == publication


def test_declared_returns_of_somebody_are_not_made_up(read_declared: Callable[..., Reading]) -> None:
    reading = read_declared(declared_row("101a", "00C", "10", "40").replace("made_up", "declared"))
    assert not reading.source_file.is_made_up
    assert set(reading.observations["layout"]) == {"assumed"}


def test_a_code_beside_the_name_of_another_ccg_is_quarantined(read_declared: Callable[..., Reading]) -> None:
    row = declared_row("101a", "00C", "10", "40")
    reading = read_declared(
        row.replace("Somewhere", "NHS Hartlepool and Stockton-on-Tees CCG"),
        row.replace("00C,Somewhere", "00D,NHS Durham Dales Easington and Sedgefield CCG"),
        row.replace("00C,Somewhere", "ENG,England"),
        row.replace("00C,Somewhere", "X24,NHS Darlington CCG"),
    )
    assert reading.quarantine["reasons"].to_list() == [
        "organisation_code '00C' is not that of the name beside it",
        "organisation_code 'X24' is not that of the name beside it",
    ]
    assert by_code(reading)["status"].to_dict() == {
        "00C": "refused", "00D": "published", "ENG": "published", "X24": "refused",
    }  # fmt: skip


def test_a_count_with_an_exponent_may_be_rounded(read_declared: Callable[..., Reading]) -> None:
    reading = read_declared(declared_row("101a", "00C", "2.29E+03", "1E+04"))
    assert reading.quarantine["reasons"].to_list() == [
        "numerator '2.29E+03' has an exponent and may be rounded; "
        "denominator '1E+04' has an exponent and may be rounded"
    ]


@pytest.mark.parametrize(
    ("ends", "used", "not_asked_for"),
    [("2011-12-31", 0, 1), ("2012-01-01", 1, 0), ("2016-06-30", 1, 0)],
)
def test_of_a_period_before_any_that_is_asked_for_nothing_is_used(
    read_declared: Callable[..., Reading], ends: str, used: int, not_asked_for: int
) -> None:
    row = declared_row("101a", "00C", "10", "40").replace("2016-04-01", ends).replace("2016-06-30", ends)
    found = read_declared(row)
    assert account(found) == (1, used, not_asked_for, 0, 0)
    assert len(found.observations) == used


SKELETON = Path(framework.__file__).parent / "skeleton"
TODAY = date(2026, 1, 1)


@pytest.fixture
def read_own(tmp_path: Path) -> Callable[..., Reading]:
    """Reads rows of a library, given as code, value, judgement, status and day of publication."""

    def reading(*rows: str, measure: str = "inspection/building") -> Reading:
        lines = []
        for row in rows:
            code, value, judgement, status, published = (one.strip() for one in row.split("|"))
            publication = measure.partition("/")[0]
            lines.append(
                f"declared,{publication},{measure},2024-04-01,2025-03-31,{published or '2025-06-01'},"
                f'"{code}",A library,,,{value},,,{judgement},{status}'
            )
        wanted = wanted_by(edition_in(SKELETON))
        return read_file(write_lines(tmp_path / "own.csv", DECLARED_HEADER, *lines), wanted, today=TODAY)

    return reading


HOURS = "libraries/opening_hours"


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        # what is said of a figure | why the row is doubted, nothing where it is not
        ("Ashford | 52 | | |", ""),
        ("Ashford | 52 | | published |", ""),
        ("Ashford | | | suppressed |", ""),
        ("Ashford | | | Suppressed |", ""),
        ("Ashford | | | * |", ""),
        ("Ashford | * | | * |", ""),
        ("Ashford | | | missing |", ""),
        (
            "Ashford | 52 | | suppressed |",
            "status 'suppressed' says that there is no figure, and there is one",
        ),
        ("Ashford | 52 | | * |", "status '*' says that there is no figure, and there is one"),
        ("Ashford | 52 | | - |", "status '-' says that there is no figure, and there is one"),
        (
            "Ashford | 52 | | publishd |",
            "status 'publishd' is not known: write published, * or -, or leave it empty",
        ),
        # published: on the day that it is read, and a day later
        ("Ashford | 52 | | | 2026-01-01", ""),
        ("Ashford | 52 | | | 2026-01-02", "published_on '2026-01-02' is still to come"),
        # codes of any register
        ("WEST SHIRE (1) | 52 | | |", ""),
        ("Ashförd | 52 | | |", ""),
        (f"{'A' * 60} | 52 | | |", ""),
        (f"{'A' * 61} | 52 | | |", f"organisation_code '{'A' * 61}' is no code"),
        ("../x | 52 | | |", "organisation_code '../x' is no code"),
        ("=1+1 | 52 | | |", "organisation_code '=1+1' is no code"),
        ("Ash\x07ford | 52 | | |", "organisation_code 'Ash\\x07ford' is no code"),
        ("\u202eAshford | 52 | | |", "organisation_code '\\u202eAshford' is no code"),
    ],
)
def test_a_row_of_an_editions_own_organisation(
    read_own: Callable[..., Reading], row: str, reason: str
) -> None:
    assert list(read_own(row, measure=HOURS).quarantine["reasons"]) == ([reason] if reason else [])


@pytest.mark.parametrize(
    ("codes", "doubted"),
    [
        (["Ashford", "Brook"], []),
        (["Ashford", "ashford"], ["Ashford", "ashford"]),
        (["Ashford", "Ashford", "ashford"], ["ashford"]),  # the first is there more often
        (["Ashford", "Ashford", "ashford", "ashford"], ["Ashford", "Ashford", "ashford", "ashford"]),
    ],
)
def test_codes_that_differ_in_capitals_alone(
    read_own: Callable[..., Reading], codes: list[str], doubted: list[str]
) -> None:
    found = read_own(*(f"{code} | | Sound | |" for code in codes)).quarantine
    capitals = found["reasons"].str.contains("is another one of this file but for its capitals")
    assert list(found.loc[capitals, "organisation_code"]) == doubted


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("Closed", "Closed"),
        ("closed", "Closed"),  # a veto does not fall for a capital
        ("CLOSED IN PART", "Closed in part"),
        ("Sound", "Sound"),  # the edition names no such label, and it may be any word
        ("sound", "sound"),
    ],
)
def test_a_judgement_is_the_label_that_the_edition_names(
    read_own: Callable[..., Reading], said: str, read: str
) -> None:
    assert by_code(read_own(f"Ashford | | {said} | |")).loc["Ashford", "judgement"] == read


CODES = ["00C", "00D", "00J", "00K", "00L", "00M", "00N", "00P", "00Q", "00R", "00T", "00V"]


@pytest.mark.parametrize(("n", "refused"), [(1, 1), (2, 0)])  # a tenth of 12 rows is 1.2
def test_a_period_that_begins_otherwise_in_a_few_rows_is_a_slip(
    read_declared: Callable[..., Reading], n: int, refused: int
) -> None:
    rows = [declared_row("101a", code, "10", "40") for code in CODES]
    rows[:n] = [row.replace("2016-04-01", "2006-04-01") for row in rows[:n]]
    found = read_declared(*rows)
    assert list(found.quarantine["reasons"]) == [
        "period_start '2006-04-01' is not that of the other rows whose period ends on the same day"
    ] * refused  # fmt: skip
    assert list(found.observations["status"]).count("refused") == refused


YEARS = [
    # the file's name, first days of its periods; the reason of its rows
    ("satod.csv", ["2016-04-01"], ""),
    ("satod.csv", ["2015-04-01"], ""),
    ("satod_June_2016.csv", ["2016-04-01"], ""),
    ("satod Jun-17 revised.csv", ["2016-04-01"], "and the file is called after June 2017"),
    ("satod_2015-06-30.csv", ["2016-04-01"], "and the file is called after June 2015"),
    ("satod_June_2016.csv", ["2016-04-01", "2015-04-01"], ""),
    ("satod_Sept_2016.csv", ["2016-04-01"], ""),  # called after when it came out
    ("satod June 2016 and June 2017.csv", ["2016-04-01"], ""),
]


@pytest.mark.parametrize(("name", "starts", "reason"), YEARS)
def test_a_year_for_which_nothing_else_speaks_is_doubted(
    tmp_path: Path, edition: Edition, name: str, starts: list[str], reason: str
) -> None:
    row = declared_row("101a", "00C", "10", "40")  # published on 8 September 2016
    rows = [row.replace("2016-04-01", one).replace("2016-06-30", f"{one[:4]}-06-30") for one in starts]
    found = read_file(write_lines(tmp_path / name, DECLARED_HEADER, *rows), edition)
    assert [reason in said for said in found.quarantine["reasons"]] == [True] * bool(reason)
