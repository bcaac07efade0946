"""Delayed transfers of care: the workbook by local authority, as of April 2016 to March 2017.

Belongs here: its four sheets with preambles, headers, the England row, a blank row, authorities, elsewhere.
Does not belong here: drawing days (``delays``).
"""

from collections.abc import Sequence

import numpy as np

from ccg_pipeline.demo.country import Country
from ccg_pipeline.demo.delays import PATTERN, REASONS, RESPONSIBLE, TYPES
from ccg_pipeline.demo.latent import Floats
from ccg_pipeline.demo.layouts.workbook import Cell, Row, preamble, workbook
from ccg_pipeline.demo.periods import Period

ELSEWHERE = (("9901", "Resident in Scotland"), ("9900", "Resident In Wales"), ("9902", "Resident outside GB"))
KEYS = ["Region", "ONS Geography", "Code", "Name"]
REASON_COLUMNS = {
    "A": "A) COMPLETION OF ASSESSMENT",
    "B": "B) PUBLIC FUNDING",
    "C": "C) WAITING FURTHER NHS NON-ACUTE CARE",
    "DI": "DI) AWAITING RESIDENTIAL HOME PLACEMENT OR AVAILABILITY",
    "DII": "DII) AWAITING NURSING HOME PLACEMENT OR AVAILABILITY",
    "E": "E) AWAITING CARE PACKAGE IN OWN HOME",
    "F": "F) AWAITING COMMUNITY EQUIPMENT AND ADAPTIONS",
    "G": "G) PATIENT OR FAMILY CHOICE",
    "H": "H) DISPUTES",
    "I": "I) HOUSING - PATIENTS NOT COVERED BY NHS AND COMMUNITY CARE ACT",
}
REASON_ROWS = {  # the England sheet's order, in which Dii comes before Di, and its wording
    "A": "A) Awaiting completion of assessment",
    "B": "B) Awaiting public funding",
    "C": "C) Awaiting further non-acute NHS care (including intermediate care, rehabilitation services etc)",
    "DII": "Dii) Awaiting nursing home placement or availability",
    "DI": "Di) Awaiting residential home placement or availability",
    "E": "E) Awaiting care package in own home",
    "F": "F) Awaiting community equipment and adaptations",
    "G": "G) Patient or family choice",
    "H": "H) Disputes",
    "I": "I) Housing – patients not covered by NHS and Community Care Act",
}
DAYS = "Number of Delayed Days during the reporting period"
NOT_APPLICABLE = "NA"


def dtoc_file(country: Country, period: Period, days: Floats) -> bytes:
    """One month's workbook, from days by organisation (authorities, elsewhere), type, reason, responsible."""
    by_type, by_responsible, by_reason = days.sum(axis=(2, 3)), days.sum(axis=(1, 2)), days.sum(axis=(1, 3))
    reasons = [REASON_COLUMNS[reason] for reason in REASONS]
    sheets = (
        ("LA - by Type of Care", "by the type of care that the patient receives", [*TYPES, "Total"], by_type),
        (
            "LA - by responsible org",
            "by the responsible organisation",
            [*RESPONSIBLE, "Total"],
            by_responsible,
        ),
        ("LA - by reason", "by reason for delay", [*reasons, "TOTAL"], by_reason),
    )
    england = [*_head(period, "Delayed Transfers of Care (DTOC) by Reason, England", _ENGLAND_SUMMARY)]
    return workbook(
        [
            ("England", [*england, *_england(days.sum(axis=0))]),
            *(
                (
                    name,
                    [
                        *_head(
                            period,
                            "Delayed Transfer of Care, NHS Organisations, England",
                            f"{DAYS}, Acute and Non-Acute, for NHS Organisations in England {by}.",
                        ),
                        *_table(country, columns, table),
                    ],
                )
                for name, by, columns, table in sheets
            ),
        ]
    )


_ENGLAND_SUMMARY = (
    "Delayed Transfers of Care (DTOC) by who the delay is attributable to (NHS, Social Care or Both) "
    "and by the reasons for the delay."
)


def _head(period: Period, title: str, summary: str) -> list[Row]:
    return preamble(
        title,
        summary,
        f"{period.end:%B %Y}",
        "Unify2 Data Collection - MSitDT",
        "Local Authority",
        period.published_on,
    )


def _england(days: Floats) -> list[Row]:
    """The England sheet from row 13, from days by type, reason and responsible organisation."""
    rows: list[Row] = [
        ["", "England Level Data", "", DAYS],
        ["", "Type of Care", "Reason for Delay", *RESPONSIBLE],
        *(["", name, "-", *days[at].sum(axis=0).tolist()] for at, name in enumerate(TYPES)),
        [],
    ]
    for at, name in enumerate(TYPES):
        for number, (reason, text) in enumerate(REASON_ROWS.items()):
            which = REASONS.index(reason)
            known = PATTERN[at, which] > 0  # a combination that the publication does not have
            cells = np.where(known, days[at, which], np.nan).tolist()
            shown: list[Cell] = [NOT_APPLICABLE if np.isnan(cell) else cell for cell in cells]
            rows.append(["", name if number == 0 else "", text, *shown])
    return rows


def _table(country: Country, columns: Sequence[str], days: Floats) -> list[Row]:
    """A sheet by local authority from row 13: header, England, a blank row, authorities, elsewhere."""
    places = country.authorities
    keys = list(
        zip(
            places["region_name"],
            places["authority_code"],
            places["dtoc_code"],
            places["authority_name"],
            strict=True,
        )
    )
    keys += [("-", "-", code, name) for code, name in ELSEWHERE]
    total = days.sum(axis=0)
    rows: list[Row] = [
        [],
        ["", *KEYS, *columns],
        ["", "-", "-", "-", "England", *total.tolist(), float(total.sum())],
        [],
    ]
    for key, cells in zip(keys, days, strict=True):
        # the publisher writes a dash for each part of a total of nothing
        nobody = key[0] == "-" and not cells.any()
        shown: list[Cell] = ["-"] * cells.size if nobody else cells.tolist()
        rows.append(["", *key, *shown, float(cells.sum())])
    return rows
