"""Referral to treatment waiting times: the incomplete pathways workbook by commissioner, as of 2015/16.

Belongs here: the sheets National, Region, Commissioner, Notes and Guidance with their preambles and headers.
Does not belong here: drawing pathways (``pathways``).
"""

from collections.abc import Iterator

import numpy as np

from ccg_pipeline.demo.country import Country
from ccg_pipeline.demo.latent import Floats
from ccg_pipeline.demo.layouts.workbook import Cell, Row, preamble, workbook
from ccg_pipeline.demo.pathways import BANDS, FUNCTIONS, WITHIN
from ccg_pipeline.demo.periods import Period

WEEKS = [f">{week}-{week + 1}" for week in range(BANDS - 1)] + ["52 plus"]
FIGURES = [
    *WEEKS,
    "Total number of incomplete pathways",
    "Total within 18 weeks",
    "% within 18 weeks",
    "Average (median) waiting time (in weeks)",
    "95th percentile waiting time (in weeks)",
]
FUNCTION = ["Treatment Function Code", "Treatment Function"]
TOO_FEW = 50  # pathways, below which the publisher gives no median
ABOVE_TABLE = "The number of incomplete pathways by week since referral"
NOTES = (
    "Notes:",
    "1. Median and 95th percentile times are calculated from aggregate data, rather than patient level data, "
    "and therefore are only estimates of the position on average waits",
    "2. Median and 95th Percentile waiting times are not calculated for organisations (and treatment "
    "functions) with fewer than 50 pathways in the month",
    "3. Every figure in this workbook is made up.",
)


def rtt_file(country: Country, period: Period, pathways: Floats) -> bytes:
    """The workbook of one month, from pathways by commissioner (CCGs, then X24), function and band."""
    head = preamble(
        "Referral to Treatment (RTT) Waiting Times",
        "Monthly Referral to Treatment (RTT) waiting times for incomplete pathways.",
        f"{period.end:%B %Y}",
        "Unify2 data collection - RTT",
        "Commissioner",
        period.published_on,
    )
    regions = sorted(set(zip(country.region_codes, country.region_names, strict=True)))
    of_region = [np.array(country.region_codes) == code for code, _ in regions]
    by_region = np.stack([pathways[:-1][members].sum(axis=0) for members in of_region])
    region_labels: list[list[str]] = [
        [code, f"{name.upper()} COMMISSIONING REGION"] for code, name in regions
    ]
    labels = [
        [region, code, name.upper()]
        for region, code, name in zip(country.region_codes, country.codes, country.names, strict=True)
    ]
    order = sorted(range(len(labels)), key=lambda at: labels[at][:2])
    labels = [labels[at] for at in order] + [["- ", "X24", "NHS ENGLAND"]]
    commissioners = pathways[[*order, -1]]
    return workbook(
        [
            ("National", [*head, *_table("National Level Data", [], [[]], pathways.sum(axis=0)[None])]),
            (
                "Region",
                [
                    *head,
                    *_table("Regional Level Data", ["Region Code", "Region Name"], region_labels, by_region),
                ],
            ),
            (
                "Commissioner",
                [
                    *head,
                    *_table(
                        "Commissioner Level Data",
                        ["Region Code", "CCG Code", "CCG Name"],
                        labels,
                        commissioners,
                    ),
                ],
            ),
            ("Notes", [[], *(["", note] for note in NOTES)]),
            ("Guidance", []),  # published empty
        ]
    )


def _table(title: str, key_names: list[str], keys: list[list[str]], pathways: Floats) -> Iterator[Row]:
    """Rows 13 and 14 of a sheet, then a row for each key and function, with the functions' total last."""
    header = ["", *key_names, *FUNCTION, *FIGURES]
    above: list[Cell] = [""] * len(header)
    above[1], above[1 + len(key_names) + len(FUNCTION)] = title, ABOVE_TABLE
    yield above
    yield header
    bands = np.concatenate([pathways, pathways.sum(axis=1, keepdims=True)], axis=1)
    totals, within = bands.sum(axis=2), bands[..., :WITHIN].sum(axis=2)
    medians, percentiles = _waits(bands, 0.5), _waits(bands, 0.95)
    functions = [[code, name] for code, name, _ in FUNCTIONS] + [["IP999", "Total"]]
    for at, key in enumerate(keys):
        for which, function in enumerate(functions):
            total, early = float(totals[at, which]), float(within[at, which])
            enough = total >= TOO_FEW
            yield [
                "",
                *key,
                *function,
                *bands[at, which].tolist(),
                total,
                early,
                early / total if total else "-",
                float(medians[at, which]) if enough else "-",
                float(percentiles[at, which]) if enough else "-",
            ]


def _waits(bands: Floats, share: float) -> Floats:
    """The wait in weeks that ``share`` of the pathways have not passed, straight through its band."""
    upto = bands.cumsum(axis=-1)
    target = share * upto[..., -1:]
    band = np.minimum((upto < target).sum(axis=-1, keepdims=True), BANDS - 1)
    inside = np.maximum(np.take_along_axis(bands, band, -1), 1)
    before = np.take_along_axis(upto, band, -1) - np.take_along_axis(bands, band, -1)
    return np.asarray((band + (target - before) / inside)[..., 0])
