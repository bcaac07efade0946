"""Small files in the published layouts, for the tests that read them.

Belongs here: a sheet as a list of rows, workbooks from such sheets, and the rows of each publication.
Does not belong here: the made-up year's own files (tests/unit/demo), real files (tests/published), any test.
"""

import json
import zipfile
from collections.abc import Sequence
from pathlib import Path

import xlwt

Row = list[object]
Sheets = dict[str, list[Row]]
DECLARED_HEADER = (
    "layout,publication,indicator,period_start,period_end,published_on,organisation_code,organisation_name,"
    "numerator,denominator,value,lower_95,upper_95,judgement,status"
)


def write_workbook(path: Path, sheets: Sheets) -> Path:
    book = xlwt.Workbook()
    for name, rows in sheets.items():
        sheet = book.add_sheet(name)
        for at, cells in enumerate(rows):
            for column, cell in enumerate(cells):
                if cell != "":
                    sheet.write(at, column, cell)
    book.save(str(path))
    return path


def write_archive(path: Path, members: dict[str, str]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            # without the time of day, so that equal members give equal bytes
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return path


def ld_care_csv(*rows: str) -> str:
    """One year's file of the archive; a row is "code,measure,value"."""
    header = "DATASET,YEAR,CCG_ONS_CODE,CCG_ODS_CODE,CCG_NAME,INDICATOR,SEX,AGE_BAND,VALUE"
    split = [row.split(",") for row in rows]
    start = "HEALTH AND CARE OF PEOPLE WITH LEARNING DISABILITIES,2016-17,E38000130"
    lines = [f"{start},{code},NHS {code},{measure},ALL,ALL,{value}" for code, measure, value in split]
    return "\r\n".join([header, *lines, ""])


FINGERTIPS_HEADER = (
    "Indicator ID,Indicator Name,Parent Code,Parent Name,Area Code,Area Name,Area Type,Sex,Age,Category Type,"
    "Category,Time period,Value,Lower CI 95.0 limit,Upper CI 95.0 limit,Lower CI 99.8 limit,"
    "Upper CI 99.8 limit,Count,Denominator,Value note,Recent Trend,Compared to England value or percentiles,"
    "Column not used,Time period Sortable,New data,Compared to goal,Time period range"
)

NOF_HEADER = "Quarter,Trust_type,Trust_code,Trust_name,Metric_ID,Value,Rank"


def fingertips_row(area: str, kind: str, value: object, subject: str = "91547", year: str = "2015/16") -> str:
    name = "England" if kind == "England" else "Somewhere"
    start = f"{subject},An indicator,E92000001,England,{area},{name},{kind},Persons,15+ yrs,,,{year}"
    return f"{start},{value},17,19,,,{value},100,,,Better,Not compared,20150000,,,1y"


def preamble(title: str, period: str = "April 2016", status: str = "Published") -> list[Row]:
    lines = {
        "Title:": title,
        "Summary:": "A summary",
        "Period:": period,
        "Published:": "9th June 2016",
        "Revised:": "11th May 2017",
        "Status:": status,
    }
    return [[], *(["", label, said] for label, said in lines.items()), []]


RTT_FIGURES = ["Total number of incomplete pathways", "Total within 18 weeks", "% within 18 weeks"]


def rtt_rows(*commissioners: tuple[object, object, object]) -> list[Row]:
    """Two functions and their total for each (code, total, within 18 weeks)."""
    rows: list[Row] = []
    for code, total, within in commissioners:
        share = within / total if isinstance(total, int) and isinstance(within, int) and total else "-"
        for function, name in (("IP100", "General Surgery"), ("IP999", "Total")):
            rows.append(["", "Y54", code, f"NHS {code}", function, name, 1, total, within, share])
    return rows


def rtt_sheets(*commissioners: tuple[object, object, object], period: str = "April 2016") -> Sheets:
    title = "Referral to Treatment (RTT) Waiting Times"
    header: Row = [
        "",
        "Region Code",
        "CCG Code",
        "CCG Name",
        "Treatment Function Code",
        "Treatment Function",
        ">0-1",
    ]
    everyone = [each for each in commissioners if isinstance(each[1], int) and isinstance(each[2], int)]
    total, within = sum(int(str(each[1])) for each in everyone), sum(int(str(each[2])) for each in everyone)
    return {
        "National": [
            *preamble(title, period),
            ["", "Treatment Function Code", "Treatment Function", *RTT_FIGURES],
            ["", "IP100", "General Surgery", total, within, within / total],
            ["", "IP999", "Total", total, within, within / total],
        ],
        "Commissioner": [*preamble(title, period), [*header, *RTT_FIGURES], *rtt_rows(*commissioners)],
    }


def cancer_waits_sheets(*commissioners: tuple[str, object, object], period: str = "JUL 2021/22") -> Sheets:
    """(code, treated, within 62 days) of each commissioner, as published since 2021, and a row UNKNOWN."""
    title = "62-DAY (URGENT GP REFERRAL TO TREATMENT) WAIT FOR FIRST TREATMENT: ALL CANCERS"
    header: Row = [
        "", "CCG CODE", "CLINICAL COMMISSIONING GROUP (CCG)", "CARE SETTING", "CANCER TYPE",
        "TOTAL", "WITHIN 62 DAYS", "AFTER 62 DAYS", "TREATED WITHIN 62 DAYS",
    ]  # fmt: skip
    rows: list[Row] = [
        ["", code, f"NHS {code}", "ALL CARE", "ALL CANCERS", total, within, "", ""]
        for code, total, within in (*commissioners, ("UNKNOWN", 60, 44))
    ]
    group: Row = ["", "", "", "", "", "NUMBER OF PEOPLE RECEIVING TREATMENT FOR CANCER", "", "", "PERCENTAGE"]
    return {"62-DAY (ALL CANCER)": [[title], [f"PERIOD: {period}"], [], ["ALL CARE"], group, header, *rows]}


def without_ons_codes(sheets: Sheets) -> Sheets:
    """Such a workbook as a public script says that it was in 2011: SHA for Region, and no ONS codes."""
    ((name, rows),) = sheets.items()
    cut = [[*row[:2], *row[3:]] if len(row) > 4 else row for row in rows]
    return {name: [["SHA" if cell == "Region" else cell for cell in row] for row in cut]}


def dtoc_sheets(*authorities: tuple[str, str, str, Sequence[object]], beds: bool = False) -> Sheets:
    """An England row, a blank row, and (ONS code, code, name, [NHS, social care, both, total]) a row."""
    header: Row = ["", "Region", "ONS Geography", "Code", "Name", "NHS", "Social Care", "Both", "Total"]
    days = [list(each[3]) for each in authorities]
    england = [sum(row[at] for row in days if isinstance(row[at], int)) for at in range(4)]  # type: ignore[misc]  # ints by the test just before
    body: list[Row] = [
        ["", "-", "-", "-", "England", *england],
        [],
        *(["", "Somewhere", *each[:3], *each[3]] for each in authorities),
    ]
    group: Row = []
    if beds:  # the layout of April 2017, here with beds first, as nobody published it
        group = ["", "", "", "", "", "DTOC Beds", "", "", "", "", "Delayed Days", "", "", ""]
        header = [*header, "", *header[5:]]
        body = [[*row[:5], *[1.5] * 4, "", *row[5:]] if row else [] for row in body]
    title = "Delayed Transfer of Care, NHS Organisations, England"
    return {"LA - by responsible org": [*preamble(title), group, header, *body]}


MAR_HEADER: Row = [
    "", "Year", "Period", "Region Code", "Region Name", "Org Code", "Org Name",
    "GP Referrals Made (G&A) ", " GP  referrals made (All Specialties) ",
]  # fmt: skip


def mar_row(code: str, made: object, year: str = " 2016-17", month: str = "APRIL ") -> Row:
    """A row of the return; the code England is, as published, a name without a code."""
    key: Row = ["", "", "", "England"] if code == "England" else ["Y54", "Somewhere", code, f"NHS {code}"]
    part = made * 9 // 10 if isinstance(made, int | float) else 1
    return ["", year, month, *key, part, made]


def mar_sheets(*rows: Row, period: str = "April 2016", status: str = "Published") -> Sheets:
    head = [*preamble("Monthly Hospital Activity", period, status), ["", "Commissioner Level Data"]]
    return {"Commissioner": [*head, MAR_HEADER, *rows], "Notes": [[], ["", "Notes"]]}


def primary_care_row(kind: str, code: str, recorded: object, estimated: object) -> Row:
    return [kind, code, "E", f"NHS {code}", recorded, estimated, 64.6, 58.3, 70.1]


def primary_care_sheets(*rows: Row, month: str = ", England, April 2024") -> Sheets:
    title = "Table 4: Dementia: 65+ estimated diagnosis rate, by organisation of responsibility"
    return {
        "Title sheet": [[], ["Primary Care Dementia Data"], ["Publication date: ", "", "23 May 2024"]],
        "Table 4": [
            [], [title + month],
            ["", "", "", "", "Number of patients", "", "Diagnosis rate (%)", "95% confidence limits"],
            ["Type", "ODS Code ", "ONS Code", "Name", "Recorded", "Estimated", "", "Lower", "Upper"],
            *([*row[:6], 64.6, *row[7:]] for row in rows),
            [], ["Source: NHS England"],
        ],
    }  # fmt: skip


OIS_HEADER: Row = [
    "Reporting period", "Period of coverage", "", "Breakdown", "ONS code", "Level", "Level description",
    "Gender", "Indicator value", "", "CI lower", "", "CI upper", "Denominator", "", "", "Numerator",
]  # fmt: skip


def ois_sheets(*rows: Row, number: str = "1.25") -> Sheets:
    return {
        "Title sheet": [[], [f"CCGOIS - Indicator {number}"], ["Publication date: ", "October 2016"]],
        "Data": [
            [],
            [f"CCG OIS Indicator {number} - Neonatal mortality and stillbirths"],
            [],
            OIS_HEADER,
            *rows,
        ],
    }


def ois_row(code: str, deaths: object, births: object, value: object, gender: str = "Person") -> Row:
    breakdown = "National" if code == "National" else "CCG"
    start: Row = ["2015", "01/01/2015 to 31/12/2015", "", breakdown, "E38000001", code, f"NHS {code}", gender]
    return [*start, value, "", "", "", "", births, "", "", deaths]


SMOKING = "Maternal smoking at delivery"


def profile_sheets(*below: Row, subject: str = SMOKING) -> Sheets:
    """A contents sheet, a sheet that nobody asks for, and one with blocks side by side and a table below."""
    block: Row = ["Reporting period ", "Level Description", "Percentage", "CI lower", "", "CI upper", "",
                  "Denominator", "Numerator"]  # fmt: skip
    return {
        "List": [["June 2017"], ["Data", 1.14, SMOKING]],
        "5.3": [["MRSA"], [], ["Reporting period", "Level description", "MRSA count"],
                ["March 2017", "NHS Darlington CCG", 1], ["", "Source: PHE"]],
        "1.14": [
            ["CCG OIS - Indicator 1.14"], [subject], ["Publication date: June 2017"], [],
            [*block, "Reporting period", *block[2:]],
            smoking_row("Quarter 1 2015/16", " england ", 10, 100, "Quarter 2 2015/16", 20, 100),
            smoking_row("Quarter 1 2015/16", "NHS Darlington CCG", 10, 100, "Quarter 2 2015/16", 20, 100),
            *below,
        ],
    }  # fmt: skip


SMOKING_BELOW: Row = ["Reporting period", "Level description", "Percentage", "Denominator", "Numerator"]


def smoking_row(
    first: str, name: str, smokers: object, women: object, second: str, later: object, of: object
) -> Row:
    return [
        first, name, _percent(smokers, women), "", "", "", "", women, smokers,
        second, _percent(later, of), "", "", "", "", of, later,
    ]  # fmt: skip


def _percent(smokers: object, women: object) -> object:
    are_counts = isinstance(smokers, int) and isinstance(women, int)
    return round(100 * smokers / women, 1) if are_counts else "-"  # type: ignore[operator]  # ints by the line before


def cancer_record(
    code: str, numerator: object, denominator: object, percent: object, year: object = 2013
) -> object:
    return {
        "Reporting period": year,
        "Breakdown": "National" if code == "National" else "CCG",
        "Level": code,
        "Level description": code,
        "Percentage": percent,
        "CI lower (%)": "",
        "CI upper (%)": "",
        "Denominator": denominator,
        "Numerator": numerator,
    }


def declared_row(
    indicator: str, code: str, *figures: str, publication: str = "satod", judgement: str = ""
) -> str:
    """Numerator, denominator, value, lower, upper; fewer are filled with empty cells."""
    cells = [*figures, "", "", "", "", ""][:5]
    start = f"made_up,{publication},{indicator},2016-04-01,2016-06-30,2016-09-08,{code},Somewhere"
    return ",".join([start, *cells, judgement, ""])


def write_lines(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def write_json(path: Path, records: object) -> Path:
    path.write_text(json.dumps(records), encoding="utf-8")
    return path


def write_lsoas(path: Path, *lines: str) -> Path:
    return write_lines(path, "CCG,population,admissions,expectedadmissions,imdscaled,age_stdrate", *lines)
