"""Data files of the NHS Oversight Framework: each oddity in a few rows, and what becomes of each row.

Belongs here: rows in, fates and observations out.
Does not belong here: the published files (tests/published).
"""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pytest

from ccg_pipeline.framework.load import load_edition
from ccg_pipeline.framework.wanted import Kind, Measure, Wanted
from ccg_pipeline.sources.catalogue import read_file
from ccg_pipeline.sources.publications.nof import quarter_in
from ccg_pipeline.sources.result import Reading, Refused
from tests.unit.sources.small_files import write_workbook

HEADER = (
    "Quarter,Region,Trust_type,Trust_code,Trust_name,Metric_ID,Reporting_date,Units,Value,Median_value,Rank"
)
KINDS: dict[str, Kind] = {
    "OF0017": "figure",
    "OF0017.place": "figure",
    "OF0086": "figure",
    "trust_type": "judgement",
}
WANTED = Wanted({f"nof/{code}": Measure(f"nof/{code}", kind, "trust") for code, kind in KINDS.items()}, {})
A = "Q3 2025/26,London,Ambulance trust,RRU,London,OF0017,To Dec 2025,mins,30.88,28.87,7.0"
B = "Q3 2025/26,North West,Ambulance trust,RX7,North West,OF0017,To Dec 2025,mins,26.57,28.87,3.0"
NEXT = "Q4 2025/26,London,Ambulance trust,RRU,London,OF0017,To Mar 2026,mins,31,28.87,7.0"

FATES = {
    # rows; used, not asked for, not an organisation, quarantined
    "two trusts": ([A, B], (2, 0, 0, 0)),
    "two quarters in one file": ([A, NEXT], (2, 0, 0, 0)),
    "a metric that nobody asks for": ([A, A.replace("OF0017", "OF9999")], (1, 1, 0, 0)),
    "codes in small letters": ([A.replace("RRU", "rru").replace("OF0017", "of0017")], (1, 0, 0, 0)),
    "England by code": ([A, A.replace("RRU,London", "ENG,England")], (1, 0, 1, 0)),
    "England without a code": ([A, A.replace("RRU,London", ",England")], (1, 0, 1, 0)),
    "a row twice": ([A, A], (2, 0, 0, 0)),
    "a row twice, printed otherwise": ([A, A.replace("30.88", "30.880")], (2, 0, 0, 0)),
    "two figures of one trust": ([A, A.replace("30.88", "30.89"), B], (1, 0, 0, 2)),
    "two places of one trust": ([A, A.replace("7.0", "6.0"), B], (1, 0, 0, 2)),
    "blank lines": ([A, ",,,,,,,,,,", "", B], (2, 0, 0, 0)),
    "a note of one cell": ([A, "", "Source: NHS England"], (1, 0, 1, 0)),
    "a note with commas": ([A, "Notes: values are rounded,,,,,,,,,,"], (1, 0, 1, 0)),
    "a row that lost a cell": ([A, B.replace(",mins", "")], (1, 0, 0, 1)),
    "a row cut off": ([A, "Q3 2025/26,Lon"], (1, 0, 0, 1)),
}
QUARANTINED = {
    "a quarter that is none": (
        A.replace("Q3 2025/26", "Q5 2025/26"),
        "Quarter 'Q5 2025/26' is no quarter of",
    ),
    "years that do not follow": (
        A.replace("Q3 2025/26", "Q3 2025/27"),
        "Quarter 'Q3 2025/27' is no quarter of",
    ),
    "no trust": (A.replace("RRU", ""), "the row has figures but no Trust_code"),
    "no code of a trust": (A.replace("RRU", "R-U"), "Trust_code 'R-U' is no code of a trust"),
    "a total": (A.replace("RRU", "Total"), "Trust_code 'TOTAL' is no code of a trust"),
    "a region": (A.replace("RRU", "Y54"), "Trust_code 'Y54' is no code of a trust"),
    "a site": (A.replace("RRU", "RRU00"), "Trust_code 'RRU00' is no code of a trust"),
    "no metric": (A.replace("OF0017", ""), "Metric_ID '' is no number of a metric"),
    "a spoilt metric": (A.replace("OF0017", "OF00I7"), "Metric_ID 'OF00I7' is no number of a metric"),
    "a word for a figure": (A.replace("30.88", "fast"), "value is 'fast', which is no figure"),
    "a word for a place": (A.replace("7.0", "7th"), "Rank '7th' is no figure"),
}
VALUES = {
    "30.88": ("published", 30.88),
    "30.88%": ("published", 30.88),
    " 30.88 % ": ("published", 30.88),
    '"1,030.88"': ("published", 1030.88),
    "-0.5": ("published", -0.5),
    "0": ("published", 0.0),
    "*": ("suppressed", None),
    "[c]": ("suppressed", None),
    "": ("missing", None),
    "N/A": ("missing", None),
}
QUARTERS = {
    "Q1 2025/26": "2025-06-30",
    "Q3 2025/26": "2025-12-31",
    "Q4 2025/26": "2026-03-31",
    "Q4 2023/24": "2024-03-31",
    "Quarter 1, 2026-27": "2026-06-30",
    "2025/26 Q2": "2025-09-30",
    "q2 25/26": "2025-09-30",
    "Q4 1999/00": "",
    "Q5 2025/26": "",
    "Q1 2025": "",
    "2025/26": "",
}


def read(folder: Path, rows: Sequence[str], header: str = HEADER, wanted: Wanted = WANTED) -> Reading:
    path = folder / "any name.csv"
    path.write_bytes(("\ufeff" + "\r\n".join([header, *rows, ""])).encode())
    return read_file(path, wanted)


def fates(reading: Reading) -> tuple[int, ...]:
    file = reading.source_file
    return file.rows_used, file.rows_not_asked_for, file.rows_not_an_organisation, file.rows_quarantined


def said(reading: Reading) -> dict[tuple[str, str], pd.Series]:
    rows = reading.observations
    return {
        (row["organisation_code"], row["indicator_code"]): row
        for _, row in rows.sort_values("period_end").iterrows()
    }


@pytest.mark.parametrize("name", FATES)
def test_every_row_is_accounted_for(tmp_path: Path, name: str) -> None:
    rows, expected = FATES[name]
    assert fates(read(tmp_path, rows)) == expected


@pytest.mark.parametrize("name", QUARANTINED)
def test_a_row_that_cannot_be_believed_is_kept_with_its_reason(tmp_path: Path, name: str) -> None:
    row, reason = QUARANTINED[name]
    reading = read(tmp_path, [row, B])
    assert fates(reading) == (1, 0, 0, 1)
    assert reason in reading.quarantine["reasons"].iloc[0]


@pytest.mark.parametrize("cell", VALUES)
def test_a_value_is_a_figure_or_a_mark(tmp_path: Path, cell: str) -> None:
    status, value = VALUES[cell]
    row = said(read(tmp_path, [A.replace("30.88", cell)]))["RRU", "OF0017"]
    assert row["status"] == status
    assert row["value"] == value if value is not None else pd.isna(row["value"])


def test_a_figure_comes_with_its_place_type_period_and_cell(tmp_path: Path) -> None:
    found = said(read(tmp_path, [B, A]))
    figure, place, kind = (found["RRU", code] for code in ("OF0017", "OF0017.place", "trust_type"))
    assert (figure["value"], place["value"], kind["judgement"]) == (30.88, 7.0, "Ambulance trust")
    assert figure["note"] == place["note"] == "Reporting_date: To Dec 2025"
    for row in (figure, place, kind):
        assert (row["organisation_kind"], row["publication"], row["cell"]) == ("trust", "nof", "row 3")
        assert f"{row['period_start']:%Y-%m-%d} to {row['period_end']:%Y-%m-%d}" == "2025-10-01 to 2025-12-31"


def test_a_trust_of_two_types_has_none(tmp_path: Path) -> None:
    other = A.replace("OF0017", "OF0086").replace("Ambulance trust", "Acute trust")
    reading = read(tmp_path, [A, other, B])
    assert fates(reading) == (1, 0, 0, 2)
    assert set(reading.quarantine["reasons"]) == {
        "the file gives the trust more than one Trust_type in this quarter"
    }
    assert fates(read(tmp_path, [A, other.replace("Acute trust", "AMBULANCE  trust"), B])) == (3, 0, 0, 0)


def test_a_row_with_the_code_of_another_trust_is_quarantined(tmp_path: Path) -> None:
    of_both = [row.replace("OF0017", code) for row in (A, B) for code in ("OF0001", "OF0002", "OF0086")]
    reading = read(tmp_path, [*of_both, A.replace("RRU", "RX7")])
    assert list(reading.quarantine["reasons"]) == ["Trust_code 'RX7' is not that of the name beside it"]


def test_columns_may_be_in_another_order_and_called_otherwise(tmp_path: Path) -> None:
    names, cells = HEADER.split(","), A.split(",")
    header = ",".join(reversed(names)).replace("Trust_code", "TRUST CODE ").replace("Metric_ID", "Metric ID")
    turned = read(tmp_path, [",".join(reversed(cells))], header)
    assert said(turned)["RRU", "OF0017"]["value"] == 30.88


def test_a_workbook_of_the_same_table_says_the_same(tmp_path: Path) -> None:
    rows = [
        [float(cell) if cell.replace(".", "").isdigit() else cell for cell in row.split(",")]
        for row in (A, B)
    ]
    sheets = {"About": [["A sheet without a table"]], "Data": [list(HEADER.split(",")), *rows]}
    path = write_workbook(tmp_path / "nof.xls", sheets)
    columns = ["indicator_code", "organisation_code", "period_end", "value", "judgement", "status", "cell"]
    reading = read_file(path, WANTED)
    assert reading.source_file.rows_used == 2
    assert reading.observations[columns].equals(read(tmp_path, [A, B]).observations[columns])


def test_with_an_edition_that_asks_for_none_of_it_the_file_is_known_and_counted(tmp_path: Path) -> None:
    path = tmp_path / "any.csv"
    path.write_text("\n".join([HEADER, A, B]), encoding="utf-8")
    reading = read_file(path, load_edition())
    assert (reading.source_file.publication, fates(reading)) == ("nof", (0, 2, 0, 0))


def test_a_file_without_a_column_is_refused_by_what_it_lacks(tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"lacks the column 'Metric_ID'"):
        read(tmp_path, [A], HEADER.replace("Metric_ID", "Metric"))


@pytest.mark.parametrize("word", QUARTERS)
def test_a_quarter_ends_where_its_financial_year_says(word: str) -> None:
    days = quarter_in(word)
    assert (days[1].isoformat() if days else "") == QUARTERS[word]


def test_trusts_have_names_regions_and_types_from_their_rows(tmp_path: Path) -> None:
    spoilt = B.replace("26.57", "slow").replace("RX7,North West,", "RX9,East Midlands,")
    known = read(tmp_path, [A, NEXT.replace(",London,OF", ",London Ambulance,OF"), spoilt]).organisations
    assert [
        (row["organisation_code"], f"{row['period_end']:%Y-%m}", row["attribute"], row["value"])
        for row in known.to_dict("records")
    ] == [
        ("RRU", "2025-12", "name", "London"),
        ("RRU", "2026-03", "name", "London Ambulance"),
        ("RRU", "2025-12", "region", "London"),
        ("RRU", "2026-03", "region", "London"),
        ("RRU", "2025-12", "trust_type", "Ambulance trust"),
        ("RRU", "2026-03", "trust_type", "Ambulance trust"),
    ]


def test_a_file_of_whose_rows_none_names_a_quarter_is_quarantined_row_by_row(tmp_path: Path) -> None:
    rows = [f"{row.replace('2025/26', '2024/26')},26.57,33.35" for row in (A, B)]
    reading = read(tmp_path, rows, f"{HEADER},Lower_quartile,Upper_quartile")
    assert reading.source_file.rows_quarantined == 2
    assert reading.quarantine["reasons"].str.contains("is no quarter of a financial year").all()


@pytest.mark.parametrize(("times", "quarantined"), [(1, 0), (0.5, 0), (2, 0), (10, 2), (100, 2), (0.01, 2)])
def test_figures_in_another_unit_than_their_published_quartiles(
    tmp_path: Path, times: float, quarantined: int
) -> None:
    header = f"{HEADER},Lower_quartile,Upper_quartile"
    rows = [f"{row.replace(value, str(float(value) * times))},26.57,33.35"
            for row, value in ((A, "30.88"), (B, "26.57"))]  # fmt: skip
    reading = read(tmp_path, rows, header)
    assert reading.source_file.rows_quarantined == quarantined
    assert all("not in the unit of its published quartiles" in said for said in reading.quarantine["reasons"])
