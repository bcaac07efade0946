"""Referrals by general practitioners: the month's activity round the referrals of which 105a counts bookings.

Belongs here: drawing what the Monthly Activity Return counts next to them, and NHS England's own.
Does not belong here: the referrals of CCGs (``figures``), the workbook (``layouts.mar``).
"""

from dataclasses import dataclass

import numpy as np

from ccg_pipeline.demo.figures import Figures
from ccg_pipeline.demo.latent import Floats, generator
from ccg_pipeline.demo.periods import Period

MEASURE = "gp_referrals_made"
OWN_SHARE = 0.0482  # NHS England's own commissioning (X24) among all referrals, 2016/17: derived
GENERAL_AND_ACUTE = 0.958  # of referrals made, and of those seen, 2016/17: derived
PER_REFERRAL = {  # England's counts per referral made, 2016/17: derived
    "ordinary": 0.1025,
    "daycase": 0.5024,
    "planned_ordinary": 0.0148,
    "planned_daycase": 0.1485,
    "treatment_centres": 0.0164,
    "non_elective": 0.4330,
    "seen": 0.8260,
    "other_made": 0.5485,
    "first_attendances": 1.3439,
}


@dataclass(frozen=True)
class Activity:
    """A month's counts by commissioner (CCGs in order of code, then X24): arrays of 210 by their names."""

    period: Period
    made: Floats
    counts: dict[str, Floats]


def draw_activity(seed: int, bookings: Figures, period: Period) -> Activity:
    """The activity of ``period``, one of those of ``bookings`` (105a): its denominators are the referrals."""
    at = [one.end for one in bookings.periods].index(period.end)
    rng = generator(seed, MEASURE, period.end.isoformat())
    of_ccgs = bookings.drawn.denominator[at]
    made = np.append(of_ccgs, rng.poisson(of_ccgs.sum() * OWN_SHARE / (1 - OWN_SHARE))).astype(float)
    counts = {name: rng.poisson(share * made).astype(float) for name, share in PER_REFERRAL.items()}
    for name, of in (("made_general", made), ("seen_general", counts["seen"])):
        counts[name] = rng.binomial(of.astype(np.int64), GENERAL_AND_ACUTE).astype(float)
    return Activity(period, made, counts)
