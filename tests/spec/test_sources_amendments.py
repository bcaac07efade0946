"""Refused rows that a person amends: what is taken in, what is refused even so, and what the figure says."""

import json
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pytest

from ccg_pipeline.framework.load import load_edition
from ccg_pipeline.sources.catalogue import read_file
from ccg_pipeline.sources.corrections import Amendment
from ccg_pipeline.sources.result import Reading, Refused

EDITION = load_edition()
HEADER = (
    "layout,publication,indicator,period_start,period_end,published_on,organisation_code,organisation_name,"
    "numerator,denominator,value,lower_95,upper_95,judgement,status"
)
PUBLICATIONS = {"101a": "satod", "127b": "hes"}
WHO = "by jo@data.example until 2017-12-31: the publisher confirmed it"
WAIVED = f"amended: row 2 taken in as it stands, {WHO}"
CORRECTED = "amended: row 2 corrected to {}, " + WHO


def waive(row: int = 2) -> Amendment:
    return Amendment("", row, "waive", (), WHO)


def correct(**cells: str) -> Amendment:
    return Amendment("", 2, "correct", tuple(cells.items()), WHO)


def suppose() -> Amendment:
    return Amendment("", 2, "suppose")


def read(
    folder: Path, indicator: str, rows: Sequence[str], *amendments: Amendment, codes: Sequence[str] = ("02N",)
) -> Reading:
    """A file of these rows, each of a code, with these amendments."""
    codes = [*codes, *codes[-1:] * (len(rows) - len(codes))]
    lines = [HEADER]
    for code, row in zip(codes, rows, strict=True):
        when = "2016-04-01,2016-06-30,2016-09-08"
        lines.append(f"declared,{PUBLICATIONS[indicator]},{indicator},{when},{code},Somewhere,{row}")
    path = folder / "file.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return read_file(path, EDITION, amendments)


def of_02n(reading: Reading) -> pd.Series:
    """The one observation of 02N."""
    (row,) = (one for _, one in reading.observations.iterrows() if one["organisation_code"] == "02N")
    return row


@pytest.mark.parametrize(
    ("indicator", "row", "amendment", "value", "note"),
    [
        ("101a", "10,40,26,,,,", waive(), 25.0, WAIVED),  # counts decide
        ("127b", "5,1000,700,600,620,,", waive(), 700.0, WAIVED),  # outside its interval
        ("101a", "10,40,25,,,,", waive(), 25.0, ""),  # nothing was doubted, so nothing rests on the waiver
        ("101a", "see note,40,,,,,", correct(numerator="10"), 25.0, CORRECTED.format("numerator 10")),
        ("101a", "10,4,,,,,", correct(Denominator="40"), 25.0, CORRECTED.format("Denominator 40")),
        ("101a", "10,40,,,,,", correct(numerator="20"), 50.0, CORRECTED.format("numerator 20")),
        ("101a", "50,40,,,,,", suppose(), 125.0, "amended: row 2 taken in as it stands, "),
    ],
)
def test_an_amended_row_is_taken_in_and_says_so(
    tmp_path: Path, indicator: str, row: str, amendment: Amendment, value: float, note: str
) -> None:
    reading = read(tmp_path, indicator, [row], amendment)
    assert of_02n(reading)[["status", "value", "note"]].tolist() == ["published", value, note]
    assert (reading.source_file.rows_used, len(reading.quarantine)) == (1, 0)


@pytest.mark.parametrize(
    ("indicator", "row", "amendment", "reason"),
    [
        ("101a", "50,40,,,,,", waive(), "numerator is above denominator"),  # cannot be true
        ("101a", "see note,40,,,,,", waive(), "numerator is 'see note', which is no figure"),
        ("101a", ",,101,,,,", waive(), "value '101' is above 100 %"),
        ("101a", "see note,40,,,,,", correct(numerator="50"), "numerator is above denominator"),
        ("101a", "10,40,,,,,", correct(numerator="none of ours"), "numerator is 'none of ours'"),
    ],
)
def test_what_cannot_be_true_is_refused_even_so(
    tmp_path: Path, indicator: str, row: str, amendment: Amendment, reason: str
) -> None:
    reading = read(tmp_path, indicator, [row], amendment)
    (refused,) = reading.quarantine.to_dict("records")
    assert refused["reasons"].startswith(reason)
    assert refused["reasons"].endswith(f"even so {amendment.words}")
    assert of_02n(reading)["status"] == "refused"
    first = row.split(",")[0]
    assert json.loads(refused["raw"]).get("numerator", "") == first  # the row as the file has it


def test_a_corrected_code_is_another_organisation(tmp_path: Path) -> None:
    reading = read(tmp_path, "101a", ["10,40,,,,,"], correct(organisation_code="02N"), codes=["99Z"])
    assert of_02n(reading)[["status", "value"]].tolist() == ["published", 25.0]


def test_of_two_rows_about_one_figure_the_waived_one_counts(tmp_path: Path) -> None:
    rows = ["10,40,,,,,", "20,40,,,,,"]
    for row, value in ((2, 25.0), (3, 50.0)):
        reading = read(tmp_path, "101a", rows, waive(row))
        assert of_02n(reading)[["status", "value", "cell"]].tolist() == ["published", value, f"row {row}"]
        assert list(reading.quarantine["row"]) == [5 - row]
        assert (reading.source_file.rows_used, reading.source_file.rows_quarantined) == (1, 1)
    both = read(tmp_path, "101a", rows, waive(2), waive(3))
    assert of_02n(both)["status"] == "refused"
    assert "is waived" in both.quarantine["reasons"].iloc[0]


def test_a_correction_of_a_column_that_is_not_there_says_which_are(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="Row 2 has no column 'count': name one of 'layout', 'publication'"):
        read(tmp_path, "101a", ["10,40,,,,,"], correct(count="3"))
