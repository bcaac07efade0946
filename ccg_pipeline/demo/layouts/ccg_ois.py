"""The CCG Outcomes Indicator Set: one indicator's workbook, here 1.25 (neonatal mortality and stillbirths).

Belongs here: its title sheet, notes and data sheet.
Does not belong here: drawing figures.
"""

from ccg_pipeline.demo.country import Country
from ccg_pipeline.demo.figures import Figures, Numbers
from ccg_pipeline.demo.layouts.workbook import MADE_UP, Cell, Row, workbook
from ccg_pipeline.demo.noise import poisson_limits

NUMBER, TITLE = "1.25", "Neonatal mortality and stillbirths"
STATISTIC = "Rate of stillbirths and deaths within 28 days of birth per 1,000 live births and stillbirths"
SOURCE = "ONS births and deaths"
HEADER = [
    "Reporting period", "Period of coverage", "", "Breakdown", "ONS code", "Level", "Level description",
    "Gender", "Indicator value", "", "CI lower", "", "CI upper", "Denominator", "", "", "Numerator",
]  # fmt: skip
COPYRIGHT = "Made up by a computer in the layout of NHS Digital; no figure in this file is NHS Digital's."


def ccg_ois_file(country: Country, figures: Figures, at: int) -> bytes:
    """One calendar year's workbook: England, then CCGs by name; `*` is suppressed, `-` is missing."""
    period = figures.periods[at]
    year, coverage = str(period.end.year), f"{period.start:%d/%m/%Y} to {period.end:%d/%m/%Y}"
    title: list[Row] = [[] for _ in range(9)]
    title += [
        [f"CCGOIS - Indicator {NUMBER}"],
        [TITLE],
        ["Publication date: ", f"{period.published_on:%B %Y}"],
        ["Version:", 1.0],
        ["Status:", MADE_UP],
        ["Link to publication:"],
        ["", "https://digital.nhs.uk/ccgois"],
        [],
        [],
        ["Introduction"],
        [STATISTIC],
        [],
        ["Reporting period:", year],
        [],
        ["Source:", SOURCE],
        [],
        [COPYRIGHT],
    ]
    notes: list[Row] = [[] for _ in range(7)]
    notes += [
        ["Return to Contents"],
        [],
        ["Notes and Definitions"],
        [],
        ["Rounding\nIndicator values are presented at 1 decimal place"],
        [
            "Disclosure control/Missing Values\n* = data have been suppressed due to small numbers\n"
            "- = no figure to report."
        ],
        [COPYRIGHT],
    ]
    data: list[Row] = [[] for _ in range(8)]
    data += [
        ["Return to Contents"],
        [],
        [f"CCG OIS Indicator {NUMBER} - {TITLE}"],
        [f"Statistic: {STATISTIC}"],
        [f"Source: {SOURCE}"],
        ["Status:", MADE_UP],
        [COPYRIGHT],
        [],
        [],
        HEADER,
    ]
    start = [year, coverage, ""]
    if figures.england is not None:
        national = ["National", "E92000001", "National", "England", "Person"]
        data.append([*start, *national, *_cells(figures.england, at, 0, "")])
    for column in sorted(range(len(country.codes)), key=lambda column: country.names[column]):
        key = ["CCG", country.ons_codes[column], country.codes[column], country.names[column], "Person"]
        data.append([*start, *key, *_cells(figures.drawn, at, column, str(figures.marks[at, column]))])
    return workbook([("Title sheet", title), ("Notes and definitions", notes), ("Data", data)])


def _cells(numbers: Numbers, at: int, column: int, mark: str) -> list[Cell]:
    """Columns I to Q: value, interval, denominator and numerator, with the publisher's spacer columns."""
    births, deaths = float(numbers.denominator[at, column]), float(numbers.numerator[at, column])
    if mark:
        return [mark, "", mark, "", mark, mark if mark == "-" else births, "", "", mark]
    low, high = poisson_limits(numbers.numerator[at, [column]])
    value, lower, upper = (round(1000 * float(count) / births, 1) for count in (deaths, low[0], high[0]))
    return [value, "", lower, "", upper, births, "", "", deaths]
