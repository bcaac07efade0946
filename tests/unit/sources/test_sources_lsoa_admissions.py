"""LSOA admissions: one gradient a CCG, or its reason."""

from pathlib import Path

import pandas as pd
import pytest

from ccg_pipeline.framework.model import Edition
from ccg_pipeline.sources.catalogue import read_file
from tests.unit.sources.readings import account, by_code
from tests.unit.sources.small_files import (
    write_lines,
    write_lsoas,
)


def lsoas(code: str, *points: tuple[float, float, float]) -> list[str]:
    return [f'{code},{population},1,1,{deprivation},"{rate:,}"' for population, deprivation, rate in points]


LINE = [(1000, 0.0, 500.0), (2000, 0.5, 1500.0), (1500, 1.0, 2500.0), (1, 0.2, 9999999.0)]


def test_lsoa_admissions_gives_one_gradient_a_ccg_without_slivers(tmp_path: Path, edition: Edition) -> None:
    reading = read_file(
        write_lsoas(tmp_path / "lsoas.csv", *lsoas("00C", *LINE), *lsoas("00D", *LINE[:2])), edition
    )
    rows = by_code(reading)
    one = rows.loc["00C"]
    assert one[["value", "lower_95", "upper_95"]].to_list() == pytest.approx([2000.0] * 3)
    assert one["note"] == "1 of 4 small areas with a population of 1 or less left out"
    assert one["cell"] == "rows 2-5"
    assert one["dates_provenance"] == "assumed"
    assert (rows.loc["00D", "status"], rows.loc["00D", "note"]) == (
        "missing",
        "too few small areas for a gradient",
    )
    assert account(reading) == (6, 6, 0, 0, 0)


def test_lsoa_admissions_refuses_the_ccg_of_a_row_in_quarantine(tmp_path: Path, edition: Edition) -> None:
    bad = [
        "00D,1000,1,1,0.5,many",
        "00D,-5,1,1,0.5,1",
        "00D,5,1,1,1.5,1",
        "00D,5,1,1,,1",
        "00Z,5,1,1,0.5,1",
        "00D,5",
    ]
    path = write_lsoas(tmp_path / "lsoas.csv", *lsoas("00C", *LINE), *lsoas("00D", *LINE), *bad)
    reading = read_file(path, edition)
    rows = by_code(reading)
    assert (rows.loc["00C", "status"], rows.loc["00D", "status"]) == ("published", "refused")
    assert account(reading) == (14, 8, 0, 0, 6)
    assert list(reading.quarantine["row"]) == [10, 11, 12, 13, 14, 15]
    assert reading.quarantine["reasons"].iloc[-1].startswith("the row has not the 6 cells of the header")


@pytest.mark.parametrize(
    ("area", "reason"),
    [
        ("00C,1500.5,3,2,0.4,1200", ""),
        ("00C,1.5005,3,2,0.4,1200", ""),  # part of an area, weighed
        ("00C,1500,3,2,1.00E+00,1200", ""),
        ("00C,1500,3,2,0.4,1.20E+03", "age_stdrate '1.20E+03' has an exponent and may be rounded"),
        ("00C,1500,3.5,2,0.4,1200", "admissions '3.5' is no whole number, which a count is"),
    ],
)
def test_what_an_area_cannot_have(tmp_path: Path, edition: Edition, area: str, reason: str) -> None:
    reading = read_file(write_lsoas(tmp_path / "lsoas.csv", *lsoas("00C", *LINE), area), edition)
    assert reading.quarantine["reasons"].to_list() == [reason] * bool(reason)


def admitted(rates: list[str]) -> list[str]:
    """A hundred and twenty areas of two CCGs, whose rates are 800 times admissions over expected."""
    return [
        f"{'00C' if n < 60 else '00D'},{1500 + n},{1 + n % 7},{1 + n % 5},0.{10 + n % 60},{rate}"
        for n, rate in enumerate(rates)
    ]


RATES = [f"{800 * (1 + n % 7) / (1 + n % 5):.1f}" for n in range(120)]
MOVED = [
    (RATES, {"00C": "published", "00D": "published"}, 0),
    (["999.9", *RATES[1:]], {"00C": "refused", "00D": "published"}, 1),
    (RATES[-1:] + RATES[:-1], {"00C": "refused", "00D": "refused"}, 100),  # the column a row lower
]


@pytest.mark.parametrize(("rates", "statuses", "quarantined"), MOVED)
def test_a_rate_is_what_its_admissions_give(
    tmp_path: Path, edition: Edition, rates: list[str], statuses: dict[str, str], quarantined: int
) -> None:
    reading = read_file(write_lsoas(tmp_path / "lsoas.csv", *admitted(rates)), edition)
    assert by_code(reading)["status"].to_dict() == statuses
    assert quarantined <= len(reading.quarantine) <= quarantined * 1.2
    assert reading.quarantine["reasons"].str.contains("is not what its admissions give").all()


@pytest.mark.parametrize(
    ("code", "quarantined"),
    [
        ("00J", 1),  # another CCG's
        ("OOC", 1),  # nobody's
        ("", 1),
        ("UNKNOWN", 0),  # said to be nobody's, and yet among the rows of one
    ],
)
def test_lsoa_admissions_refuses_a_ccg_with_a_row_under_another_code_among_its_own(
    tmp_path: Path, edition: Edition, code: str, quarantined: int
) -> None:
    lines = lsoas("00C", *LINE)
    lines[1] = lines[1].replace("00C", code)
    reading = read_file(write_lsoas(tmp_path / "lsoas.csv", *lines, *lsoas("00D", *LINE)), edition)
    statuses = by_code(reading)["status"].to_dict()
    assert (statuses["00C"], statuses["00D"]) == ("refused", "published")
    assert by_code(reading).loc["00C", "cell"] == "rows 2-5"
    assert reading.source_file.rows_quarantined == quarantined


@pytest.mark.parametrize(
    ("at", "n_under_it", "refused"),
    [
        (0, 1, {"00C", "00J"}),  # the first row of a CCG under the code of another one, which has no more
        (3, 1, {"00C", "00D", "00J"}),  # its last, which may as well be the next one's first
        (3, 2, set()),  # two small areas of 00J
    ],
)
def test_a_small_area_that_is_alone_may_be_its_neighbours(
    tmp_path: Path, edition: Edition, at: int, n_under_it: int, refused: set[str]
) -> None:
    """Seen before: the CCG lacked a small area, and another line was fitted without a word."""
    lines = lsoas("00C", *LINE)
    lines[at : at + n_under_it] = [line.replace("00C", "00J") for line in lines[at : at + n_under_it]]
    if n_under_it == 2:
        lines.append(lsoas("00J", *LINE)[0])
    reading = read_file(write_lsoas(tmp_path / "lsoas.csv", *lines, *lsoas("00D", *LINE)), edition)
    statuses = by_code(reading)["status"]
    assert set(statuses.index[statuses == "refused"]) == refused
    assert len(reading.quarantine) == (1 if refused else 0)


def test_lsoa_admissions_that_are_there_twice_refuse_their_ccg(tmp_path: Path, edition: Edition) -> None:
    lines = lsoas("00C", *LINE)
    sliver = lines[3]  # slivers repeat one another
    reading = read_file(write_lsoas(tmp_path / "lsoas.csv", *lines, sliver, lines[0]), edition)
    assert by_code(reading).loc["00C", "status"] == "refused"
    assert set(reading.quarantine["reasons"]) == {"the small area is there twice"}
    assert list(reading.quarantine["row"]) == [2, 7]


def test_lsoa_admissions_takes_its_period_from_the_sidecar_before_the_edition(
    tmp_path: Path, edition: Edition
) -> None:
    path = write_lsoas(tmp_path / "lsoas.csv", *lsoas("00C", *LINE))
    assert by_code(read_file(path, edition)).loc["00C", "period_end"] == pd.Timestamp("2016-03-31")
    write_lines(
        tmp_path / "lsoas.csv.meta.yaml",
        "period_start: 2016-04-01", "period_end: 2017-03-31", "published_on: 2017-11-09", "is_made_up: true",
    )  # fmt: skip
    row = by_code(read_file(path, edition)).loc["00C"]
    assert (row["period_end"], row["published_on"]) == (
        pd.Timestamp("2017-03-31"),
        pd.Timestamp("2017-11-09"),
    )
    assert row["is_made_up"]
