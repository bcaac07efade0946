"""Layouts that are assumed: what the made-up year writes in each is read back to the last digit.

Each publication's figures are those of four CCGs, one suppressed and one missing, and England.
"""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ccg_pipeline.demo.country import the_country
from ccg_pipeline.demo.figures import Figures, Measure, Numbers
from ccg_pipeline.demo.layouts import assumed
from ccg_pipeline.demo.layouts.text import sidecar
from ccg_pipeline.demo.periods import Period
from ccg_pipeline.framework.model import Edition
from ccg_pipeline.sources.catalogue import READERS, read_file
from ccg_pipeline.sources.result import Refused
from tests.support.worlds.planted_files import respoil_workbook
from tests.unit.sources.readings import account, by_code, without

CODES = ("00C", "00D", "00J", "00K")
NUMERATORS, DENOMINATORS = [30.0, 41.0, 7.0, 90.0], [110.0, 90.0, 33.0, 120.0]
QUARTER = Period(date(2017, 1, 1), date(2017, 3, 31), date(2017, 6, 15))
MONTH = Period(date(2017, 2, 1), date(2017, 2, 28), date(2017, 4, 13))
YEAR = Period(date(2015, 4, 1), date(2016, 3, 31), date(2016, 10, 27))
SCHOOL_YEARS = Period(date(2013, 9, 1), date(2016, 8, 31), date(2016, 11, 3))


def numbers(numerator: list[float], denominator: list[float]) -> Numbers:
    above, below = np.array([numerator]), np.array([denominator])
    return Numbers(above, below, above / below, above * np.nan, above * np.nan)


def figures(indicator: str, period: Period) -> Figures:
    none = np.full((1, 4), "", dtype=object)
    country = the_country()
    return Figures(
        measure=Measure(indicator, "proportion", 100, False),
        periods=(period,),
        codes=CODES,
        names=tuple(country.names[country.codes.index(code)] for code in CODES),
        latent=np.zeros((1, 4)),
        drawn=numbers(NUMERATORS, DENOMINATORS),
        england=numbers([168.0], [353.0]),
        labels=none,
        marks=np.array([["", "*", "-", ""]], dtype=object),
    )


FILES: dict[str, tuple[str, Period, Callable[[Figures], bytes], float]] = {
    # publication: indicator, period, its file, what its value is scaled by
    "satod": ("101a", QUARTER, lambda one: assumed.satod_file(one, 0), 100),
    "cancer_waits": ("122b", QUARTER, lambda one: assumed.cancer_waits_file(one, 0), 100),
    "eip": ("123b", MONTH, lambda one: assumed.eip_file(one, 0), 100),
    "chc": ("131a", QUARTER, lambda one: assumed.chc_file(one, 0), 50_000),
    "e_rs": ("105a", MONTH, lambda one: assumed.e_rs_file(one, 0), 100),
    "ncmp": ("102a", SCHOOL_YEARS, lambda one: assumed.ncmp_file(the_country(), one, 0), 100),
    "qof": ("126b", YEAR, lambda one: assumed.qof_file(one, 0), 100),
}


def write(folder: Path, publication: str) -> Path:
    indicator, period, content, _ = FILES[publication]
    path = folder / "file"
    path.write_bytes(content(figures(indicator, period)))
    return path


@pytest.mark.parametrize("publication", FILES)
def test_what_is_written_is_read_back(tmp_path: Path, edition: Edition, publication: str) -> None:
    indicator, period, _, scale = FILES[publication]
    reading = read_file(write(tmp_path, publication), edition)
    rows = by_code(reading)
    assert set(rows["indicator_code"]) == {indicator}
    assert rows["status"].to_dict() == {
        "ENG": "published", "00C": "published", "00D": "suppressed", "00J": "missing", "00K": "published",
    }  # fmt: skip
    shown = rows.loc[["00C", "00K", "ENG"]]
    assert shown["numerator"].to_list() == [30, 90, 168]
    assert shown["denominator"].to_list() == [110, 120, 353]
    values = (scale * shown["numerator"] / shown["denominator"]).to_list()
    assert shown["value"].to_list() == pytest.approx(values, rel=1e-12)
    assert set(rows["period_start"]) == {pd.Timestamp(period.start)}
    assert set(rows["period_end"]) == {pd.Timestamp(period.end)}
    assert set(rows["layout"]) == {"assumed"}
    assert reading.source_file.publication == publication
    assert reading.source_file.rows_quarantined == 0


@pytest.mark.parametrize("publication", FILES)
def test_without_its_indicator_a_file_is_read_and_its_rows_are_not_asked_for(
    tmp_path: Path, edition: Edition, publication: str
) -> None:
    path = write(tmp_path, publication)
    before = read_file(path, edition).source_file
    after = read_file(path, without(edition, FILES[publication][0]))
    assert after.observations.empty
    assert (after.source_file.publication, after.source_file.rows_used) == (publication, 0)
    assert (after.source_file.rows_read, after.source_file.rows_quarantined) == (before.rows_read, 0)
    assert after.source_file.rows_not_asked_for >= before.rows_used


@pytest.mark.parametrize("publication", sorted(set(FILES) - {"satod"}))
def test_a_workbook_says_itself_when_it_came_out_and_that_it_is_made_up(
    tmp_path: Path, edition: Edition, publication: str
) -> None:
    file = read_file(write(tmp_path, publication), edition).source_file
    assert file.published_on == FILES[publication][1].published_on
    assert file.is_made_up


def survey(folder: Path) -> Path:
    path = folder / "survey.csv"
    measures = [figures(code, YEAR) for code in ("128b", "105d")]
    path.write_bytes(assumed.gp_patient_survey_file(measures, 0))
    return path


def test_the_survey_tells_of_two_indicators_in_one_row(tmp_path: Path, edition: Edition) -> None:
    path = survey(tmp_path)
    beside = sidecar(YEAR.published_on, YEAR.start, YEAR.end)
    path.with_name("survey.csv.meta.yaml").write_bytes(beside)
    reading = read_file(path, edition)
    rows = reading.observations.set_index(["indicator_code", "organisation_code"])
    assert rows.loc[("105d", "00C"), ["numerator", "denominator"]].to_list() == [30, 110]
    assert rows.loc[("128b", "00K"), "value"] == pytest.approx(75)
    assert rows.loc["128b", "status"].to_dict() == rows.loc["105d", "status"].to_dict()
    assert rows.loc[("105d", "00D"), "status"] == "suppressed"
    assert account(reading) == (4, 4, 0, 0, 0)
    assert reading.source_file.dates_provenance == "assumed"


def test_the_survey_without_its_period_says_what_to_do(tmp_path: Path, edition: Edition) -> None:
    with pytest.raises(Refused, match=r"survey\.csv: says nowhere which period .* give period_start"):
        read_file(survey(tmp_path), edition)


Sheets = dict[str, list[list[object]]]


def header_of(sheets: Sheets, sheet: str, cell: str) -> list[object]:
    return next(row for row in sheets[sheet] if cell in row)


def rename(sheet: str, old: str, new: str) -> Callable[[Sheets], None]:
    def spoil(sheets: Sheets) -> None:
        row = header_of(sheets, sheet, old)
        row[row.index(old)] = new

    return spoil


@pytest.mark.parametrize(
    ("publication", "spoil", "said"),
    [
        (
            "cancer_waits",
            rename("62-DAY (ALL CANCER)", "Total Treated", "Seen"),
            "lacks the column 'Total Treated'",
        ),
        ("eip", rename("Complete Pathways", "Period:", "When:"), "its line 'Period:' is missing"),
        ("chc", lambda sheets: sheets.pop("Standard NHS CHC"), "is no publication known here"),
        ("qof", rename("DEM", "DEM004", "DEM006"), "lacks the column 'DEM004'"),
        ("ncmp", rename("Year 6 by CCG", "ONS code", "CCG code"), "has the column 'CCG code' more than once"),
        (
            "e_rs",
            lambda sheets: sheets["CCG Utilisation"][0].__setitem__(
                0, "NHS e-Referral Service utilisation by CCG, England, 2017"
            ),
            "does not end with a month",
        ),
    ],
)
def test_what_does_not_match_is_refused_with_one_sentence(
    tmp_path: Path, edition: Edition, publication: str, spoil: Callable[[Sheets], object], said: str
) -> None:
    path = write(tmp_path, publication)
    respoil_workbook(path, spoil)
    with pytest.raises(Refused) as caught:
        read_file(path, edition)
    assert said in str(caught.value)
    assert str(caught.value).startswith("file: ")


def test_every_assumed_layout_is_tried_here(edition: Edition) -> None:
    tried = {*FILES, "gp_patient_survey", "fingertips"}  # Fingertips' layout is known, its numbers are not
    assert {key for key, reader in READERS.items() if reader.status == "assumed"} == tried
    marked = {one.key for one in edition.publications if one.layout == "assumed"}
    assert marked == tried - {"fingertips"}
