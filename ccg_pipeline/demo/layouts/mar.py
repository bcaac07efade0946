"""Monthly Activity Return: the workbook by commissioner, as of April 2016 to March 2017.

Belongs here: the sheets Commissioner, Region and Notes with their preambles, headers and England rows.
Does not belong here: drawing activity (``referrals``).
"""

import numpy as np

from ccg_pipeline.demo.country import Country
from ccg_pipeline.demo.latent import Floats
from ccg_pipeline.demo.layouts.workbook import Row, preamble, workbook
from ccg_pipeline.demo.referrals import Activity

FIGURES = [
    "Elective G&A Ordinary Admissions (FFCEs)",
    "Elective G&A Daycase Admissions (FFCEs)",
    "Elective G&A Total Admissions (FFCEs)",
    "Elective G&A Planned Ordinary Admissions (FFCEs)",
    "Elective G&A Planned Daycase Admissions (FFCEs)",
    "Elective G&A Planned Total Admissions (FFCEs)",
    "Elective G&A Admissions (FFCEs) -NHS Treatment Centres (TCs) ",
    "Total Non-elective G&A Admissions (FFCEs)",
    "GP Referrals Made (All specialties) ",
    "GP Referrals Seen (All specialties) ",
    "GP Referrals Made (G&A) ",
    "GP Referrals Seen (G&A) ",
    "Other Referrals Made (G&A) ",
    "All 1st Outpatient Attendances (G&A) ",
]  # with their stray spaces
OTHER_NAMES = {"MIDLANDS AND EAST": "MIDLANDS AND EAST OF ENGLAND"}  # the return's for a region
OWN_REGION = ["XDH", "DEPARTMENT OF HEALTH"]
SUMMARY = (
    "Monthly activity data relating to elective and non-elective inpatient admissions (FFCEs) and outpatient "
    "referrals and attendances for first consultant outpatient appointments."
)


def mar_file(country: Country, activity: Activity) -> bytes:
    """The workbook of one month: England, a blank row, X24, then CCGs by region and code."""
    end = activity.period.end
    first = end.year if end.month >= 4 else end.year - 1
    month = f"{end:%B}".upper() + " " * (end.month == 2)  # as published: February has a space behind it
    when = ["", f"{first}-{(first + 1) % 100:02d}", month]
    head = preamble(
        "Monthly Hospital Activity",
        SUMMARY,
        f"{end:%B %Y}",
        "NHS England: Monthly Activity Return",
        "Commissioner",
        activity.period.published_on,
    )
    figures = _figures(activity)
    regions = [
        [code, f"{OTHER_NAMES.get(name.upper(), name.upper())} COMMISSIONING REGION"]
        for code, name in zip(country.region_codes, country.region_names, strict=True)
    ]
    order = sorted(range(len(regions)), key=lambda at: (regions[at][0], country.codes[at]))
    england = figures.sum(axis=0).tolist()
    commissioners: list[Row] = [
        ["", "Commissioner Level Data"],
        ["", "Year", "Period", "Region Code", "Region Name", "Org Code", "Org Name", *FIGURES],
        [*when, "", "", "", "England", *england],
        [],
        [*when, *OWN_REGION, "X24", "NHS ENGLAND", *figures[-1].tolist()],
        *(
            [*when, *regions[at], country.codes[at], country.names[at].upper(), *figures[at].tolist()]
            for at in order
        ),
    ]
    by_region: list[Row] = [
        ["", "Region Level Data"],
        ["", "Year", "Period", "Region Code", "Region Name", *FIGURES],
        [*when, "", "England", *england],
        [],
        [*when, *OWN_REGION, *figures[-1].tolist()],
    ]
    for code, name in sorted({(code, name) for code, name in regions}):
        members = np.array(country.region_codes) == code
        by_region.append([*when, code, name, *figures[:-1][members].sum(axis=0).tolist()])
    return workbook(
        [
            ("Commissioner", [*head, *commissioners]),
            ("Region", [*head, *by_region]),
            ("Notes", [[], ["", "Notes"], ["", "Every figure in this workbook is made up."]]),
        ]
    )


def _figures(activity: Activity) -> Floats:
    """Counts by commissioner (rows) in the order of FIGURES (columns)."""
    of = activity.counts
    return np.stack(
        [
            of["ordinary"],
            of["daycase"],
            of["ordinary"] + of["daycase"],
            of["planned_ordinary"],
            of["planned_daycase"],
            of["planned_ordinary"] + of["planned_daycase"],
            of["treatment_centres"],
            of["non_elective"],
            activity.made,
            of["seen"],
            of["made_general"],
            of["seen_general"],
            of["other_made"],
            of["first_attendances"],
        ],
        axis=1,
    )
