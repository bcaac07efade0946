"""Improving Access to Psychological Therapies: the long annual CSV by CCG, rounded to five, `*` if small.

Belongs here: its measures and rows.
Does not belong here: drawing recovery (``figures``).
"""

from collections.abc import Iterator

import numpy as np

from ccg_pipeline.demo.figures import Figures
from ccg_pipeline.demo.latent import Floats, generator
from ccg_pipeline.demo.layouts.text import csv_bytes

HEADER = [
    "reporting_period", "start_date", "end_date", "org_type", "org_code", "org_name", "variable_type",
    "variable_a", "variable_b", "measure_name", "measure_statistic", "value",
]  # fmt: skip
COUNTS_ONLY = ("referrals_received", "finished_course_treatment", "at_caseness", "not_at_caseness")
OUTCOMES = {  # share of finished courses; recovery is that of those at caseness. England, 2017-18: derived
    "improvement": 0.664,
    "deterioration": 0.059,
    "no_reliable_change": 0.266,
    "reliable_recovery": None,
    "recovery": None,
}
NOT_AT_CASENESS, REFERRALS, RELIABLE = (
    0.071,
    2.6,
    0.95,
)  # per at caseness, per finished, of recoveries: derived
ROUNDED_TO, SMALL = 5, 5


def iapt_file(seed: int, figures: Figures, at: int) -> bytes:
    """One financial year: England exact, CCGs rounded to five; who sent nothing is in no row and no sum."""
    period = figures.periods[at]
    counts = _draw_counts(seed, figures, at)
    sent = figures.marks[at] != "-"
    label = f"{period.start.year}-{period.end.year % 100:02d}"
    start = [label, period.start.isoformat(), period.end.isoformat()]
    rows = [
        [*start, *row]
        for row in _rows("England", "All", "All", {k: v[sent].sum() for k, v in counts.items()}, "")
    ]
    for column, (code, name) in enumerate(zip(figures.codes, figures.names, strict=True)):
        mark = str(figures.marks[at, column])
        if mark != "-":
            own = {measure: float(count[column]) for measure, count in counts.items()}
            rows += [[*start, *row] for row in _rows("CCG", code, name.upper(), own, mark)]
    return csv_bytes(HEADER, rows)


def _draw_counts(seed: int, figures: Figures, at: int) -> dict[str, Floats]:
    rng = generator(seed, "iapt", figures.periods[at].end.isoformat())
    at_caseness, recovery = figures.drawn.denominator[at], figures.drawn.numerator[at]
    not_at_caseness = rng.poisson(NOT_AT_CASENESS * at_caseness).astype(float)
    finished = at_caseness + not_at_caseness
    shares = np.array([share for share in OUTCOMES.values() if share is not None])
    outcomes = rng.multinomial(finished.astype(np.int64), [*shares, 1 - shares.sum()]).astype(float)
    reliable = rng.binomial(recovery.astype(np.int64), RELIABLE).astype(float)
    return {
        "referrals_received": rng.poisson(REFERRALS * finished).astype(float),
        "finished_course_treatment": finished,
        "at_caseness": at_caseness,
        "not_at_caseness": not_at_caseness,
        "improvement": outcomes[:, 0],
        "deterioration": outcomes[:, 1],
        "no_reliable_change": outcomes[:, 2],
        "reliable_recovery": reliable,
        "recovery": recovery,
    }


def _rows(kind: str, code: str, name: str, counts: dict[str, float], mark: str) -> Iterator[list[str]]:
    key = [kind, code, name, "Total", "NULL", "NULL"]
    for measure in (*COUNTS_ONLY, *OUTCOMES):
        count = float(counts[measure])
        hidden = kind == "CCG" and (mark == "*" or count < SMALL)
        shown = count if kind == "England" else ROUNDED_TO * round(count / ROUNDED_TO)
        yield [*key, measure, "count", "*" if hidden else f"{shown:.0f}"]
        if measure in OUTCOMES:
            of = counts["at_caseness" if measure.endswith("recovery") else "finished_course_treatment"]
            decimals = 1 if kind == "England" else 0
            yield [*key, measure, "percentage", "*" if hidden else f"{100 * count / of:.{decimals}f}"]
