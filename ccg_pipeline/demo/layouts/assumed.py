"""Publications of which no file was seen, in the layouts that their readers assume.

Belongs here: the rows of each, for measures that were drawn.
Does not belong here: layouts that were seen (a module each), drawing figures.

Numbers are written whole, so that a reader gets exactly what was drawn; marks stand where figures would.
"""

from collections.abc import Callable, Iterator, Sequence

from ccg_pipeline.demo.country import Country
from ccg_pipeline.demo.figures import Figures
from ccg_pipeline.demo.layouts.text import csv_bytes, number
from ccg_pipeline.demo.layouts.workbook import MADE_UP, Cell, Row, preamble, workbook
from ccg_pipeline.demo.periods import Period

ENGLAND = "England"


def satod_file(figures: Figures, at: int) -> bytes:
    """A quarter's long CSV, four measures an organisation; non-smokers are all others of whom it is known."""
    header = ["ReportPeriod", "OrgType", "OrgCode", "OrgName", "Measure", "Value"]
    period = _quarter(figures.periods[at])
    rows: list[list[str]] = []
    for code, name, smokers, maternities, _ in _counts(figures, at, "E92000001"):
        kind = ENGLAND if name == ENGLAND else "CCG"
        others = (
            maternities - smokers if isinstance(maternities, float) and isinstance(smokers, float) else "-"
        )
        rows += [
            [period, kind, code, name, measure, _text(cell)]
            for measure, cell in (
                ("Number of maternities", maternities),
                ("Women known to be smokers at time of delivery", smokers),
                ("Women known to be non-smokers at time of delivery", others),
                ("Women whose smoking status was not known at time of delivery", 0.0),
            )
        ]
    return csv_bytes(header, rows)


def cancer_waits_file(figures: Figures, at: int) -> bytes:
    """A quarter's workbook, one standard of it."""
    header = [
        "", "ODS Code", "Accountable Commissioner", "Total Treated", "Treated within 62 days",
        "Treated after 62 days", "% treated within 62 days",
    ]  # fmt: skip

    def cells(treated: Cell, within: Cell, share: Cell) -> list[Cell]:
        return [treated, within, _less(treated, within), share]

    return _nhs_england(
        "Cancer Waiting Times",
        "62-DAY (ALL CANCER)",
        header,
        figures,
        at,
        cells,
        _quarter(figures.periods[at]),
    )


def eip_file(figures: Figures, at: int) -> bytes:
    """A month's workbook of completed pathways."""
    header = [
        "", "Org Code", "Org Name", ">2 weeks", "Total number of completed pathways",
        "Number who started treatment within 2 weeks", "% who started treatment within 2 weeks",
    ]  # fmt: skip

    def cells(all_of_them: Cell, within: Cell, share: Cell) -> list[Cell]:
        return [_less(all_of_them, within), all_of_them, within, share]

    period = f"{figures.periods[at].end:%B %Y}"
    title = "Early Intervention in Psychosis (EIP) Waiting Times"
    return _nhs_england(title, "Complete Pathways", header, figures, at, cells, period)


def chc_file(figures: Figures, at: int) -> bytes:
    """A quarter's workbook: the snapshot of standard continuing healthcare at its end."""
    header = [
        "", "Organisation Code", "Organisation Name", "Population",
        "Number eligible at the end of the quarter (snapshot)", "Number eligible per 50,000 population",
    ]  # fmt: skip

    def cells(population: Cell, eligible: Cell, share: Cell) -> list[Cell]:
        return [population, eligible, 50_000 * share if isinstance(share, float) else share]

    period = _quarter(figures.periods[at])
    return _nhs_england("NHS Continuing Healthcare", "Standard NHS CHC", header, figures, at, cells, period)


def e_rs_file(figures: Figures, at: int) -> bytes:
    """A month's workbook of utilisation by CCG."""
    period = figures.periods[at]
    rows: list[Row] = [
        [f"NHS e-Referral Service utilisation by CCG, England, {period.end:%B %Y}"],
        *_labels(period),
        ["CCG Code", "CCG Name", "e-RS bookings", "GP referrals made (MAR)", "Utilisation"],
    ]
    for code, name, bookings, referrals, share in _counts(figures, at, "ENG"):
        rows.append([code, name, bookings, referrals, share])
    return workbook([("CCG Utilisation", rows)])


def ncmp_file(country: Country, figures: Figures, at: int) -> bytes:
    """Three school years pooled, codes of the ONS next to those of the NHS, notes below the table."""
    period = figures.periods[at]
    ons_codes = dict(zip(country.codes, country.ons_codes, strict=True))
    rows: list[Row] = [
        [f"Prevalence of overweight and obese children in Year 6 by CCG of residence, {_months(period)}"],
        *_labels(period),
        [
            "ONS code", "CCG code", "CCG name", "Number of children measured", "Number overweight or obese",
            "Prevalence", "Lower 95% confidence limit", "Upper 95% confidence limit",
        ],
    ]  # fmt: skip
    for code, name, over, measured, share in _counts(figures, at, "ENG"):
        percent = 100 * share if isinstance(share, float) else share
        rows.append([ons_codes.get(code, "E92000001"), code, name, measured, over, percent, "", ""])
    return workbook([("Year 6 by CCG", [*rows, [], ["Source: made up"]])])


def qof_file(figures: Figures, at: int) -> bytes:
    """A year's workbook of dementia: one group of columns an indicator, named in the row above."""
    period = figures.periods[at]
    group = ["Numerator", "Denominator", "Exceptions", "Underlying achievement (%)"]
    rows: list[Row] = [
        [f"Quality and Outcomes Framework (QOF), dementia by CCG, {_financial_year(period)}"],
        *_labels(period),
        ["", "", "", "DEM005", "", "", "", "DEM004"],
        ["CCG code", "CCG name", "Register", *group, *group],
    ]
    for code, name, reviewed, register, _ in _counts(figures, at, "ENG"):
        excepted = float(register // 50) if isinstance(register, float) else register
        net = _less(register, excepted)
        rows.append([code, name, register, 1.0, 2.0, 0.0, 50.0, reviewed, net, excepted, ""])
    return workbook([("DEM", rows)])


def gp_patient_survey_file(measures: Sequence[Figures], at: int) -> bytes:
    """A year's CSV of weighted answers, without a date or an interval; England has no row."""
    of = {figures.measure.code: list(_counts(figures, at, "ENG")) for figures in measures}
    header = ["CCG_Code", "CCG_Name", "q28_1", "q28_2", "q28base", "q32_1", "q32_2", "q32_3"]
    rows = []
    for (code, name, good, asked, _), (*_, supported, said, _) in zip(of["128b"], of["105d"], strict=True):
        if name != ENGLAND:
            answers = [*_halves(good), asked, *_halves(supported), _less(said, supported)]
            rows.append([code, name, *map(_text, answers)])
    return csv_bytes(header, rows)


def _counts(figures: Figures, at: int, england: str) -> Iterator[tuple[str, str, Cell, Cell, Cell]]:
    """Code, name, numerator, denominator and their ratio: England, then CCGs; a mark in place of figures."""
    if figures.england is not None:
        numerator, denominator = (
            float(each[at, 0]) for each in (figures.england.numerator, figures.england.denominator)
        )
        yield england, ENGLAND, numerator, denominator, numerator / denominator
    for column, (code, name) in enumerate(zip(figures.codes, figures.names, strict=True)):
        mark = str(figures.marks[at, column])
        numerator = float(figures.drawn.numerator[at, column])
        denominator = float(figures.drawn.denominator[at, column])
        ratio = numerator / denominator if denominator else "-"
        yield code, name, *((mark,) * 3 if mark else (numerator, denominator, ratio))


def _nhs_england(
    title: str,
    sheet: str,
    header: Row,
    figures: Figures,
    at: int,
    cells: Callable[[Cell, Cell, Cell], list[Cell]],
    period: str,
) -> bytes:
    """A workbook with the preamble that NHS England's share; ``cells`` of denominator, numerator, ratio."""
    head = preamble(title, title, period, "NHS England", "Commissioner", figures.periods[at].published_on)
    rows: list[Row] = [*head, ["", "Commissioner Level Data"], header]
    for code, name, numerator, denominator, ratio in _counts(figures, at, "-"):
        rows.append(["", code, name.upper(), *cells(denominator, numerator, ratio)])
        if name == ENGLAND:
            rows.append([])
    return workbook([(sheet, rows), ("Notes", [[], ["", "Every figure in this workbook is made up."]])])


def _labels(period: Period) -> list[Row]:
    return [["Publication date:", f"{period.published_on:%d/%m/%Y}"], ["Status:", MADE_UP], []]


def _quarter(period: Period) -> str:
    quarter = (period.end.month - 4) % 12 // 3 + 1
    return f"Quarter {quarter} {_financial_year(period)}"


def _financial_year(period: Period) -> str:
    first = period.end.year - (period.end.month < 4)
    return f"{first}-{(first + 1) % 100:02d}"


def _months(period: Period) -> str:
    return f"{period.start:%B %Y} to {period.end:%B %Y}"


def _less(whole: Cell, part: Cell) -> Cell:
    return whole - part if isinstance(whole, float) and isinstance(part, float) else whole


def _halves(cell: Cell) -> list[Cell]:
    """An answer in two degrees that add up to it."""
    return [cell // 2, cell - cell // 2] if isinstance(cell, float) else [cell, cell]


def _text(cell: Cell) -> str:
    return number(cell) if isinstance(cell, float) else str(cell)
