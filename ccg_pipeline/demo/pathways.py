"""Waiting patients (129a) by week of wait: what the referral to treatment workbook shows next to its totals.

Belongs here: dividing each commissioner's pathways by treatment function and week, and NHS England's own.
Does not belong here: the totals of CCGs (``figures``), the workbook (``layouts.rtt``).
"""

import numpy as np

from ccg_pipeline.demo.figures import Figures
from ccg_pipeline.demo.latent import Floats, generator
from ccg_pipeline.demo.periods import Period

FUNCTIONS = (
    ("IP100", "General Surgery", 0.090),
    ("IP110", "Trauma & Orthopaedics", 0.129),
    ("IP130", "Ophthalmology", 0.103),
    ("IPX01", "Other", 0.678),
)  # shares of pathways in May 2015, the other functions within Other: derived
WITHIN = 18  # the first 18 bands are waits of 18 weeks or less
BANDS = 53  # >0-1 … >51-52 and 52 plus
OWN_SHARE = 0.0715  # NHS England's own commissioning (X24) among all pathways, May 2015: derived
_FALL_WITHIN, _FALL_BEYOND = 0.94, 0.88  # each week holds this much of the week before: assumed


def _profile(bands: int, fall: float) -> Floats:
    weeks = fall ** np.arange(bands)
    return np.asarray(weeks / weeks.sum())


def draw_pathways(seed: int, figures: Figures, at: int) -> Floats:
    """Pathways of period number ``at`` by commissioner (CCGs, then X24), function and band: whole numbers."""
    period: Period = figures.periods[at]
    rng = generator(seed, figures.measure.code, "bands", period.end.isoformat())
    total, within = figures.drawn.denominator[at], figures.drawn.numerator[at]
    own_total = rng.poisson(total.sum() * OWN_SHARE / (1 - OWN_SHARE))
    own_within = rng.binomial(own_total, within.sum() / total.sum())
    total, within = np.append(total, own_total), np.append(within, own_within)
    shares = np.array([share for *_, share in FUNCTIONS])
    shares = shares / shares.sum()
    early = rng.multinomial(within.astype(np.int64), shares)
    late = rng.multinomial((total - within).astype(np.int64), shares)
    return np.concatenate(
        [
            rng.multinomial(early, _profile(WITHIN, _FALL_WITHIN)),
            rng.multinomial(late, _profile(BANDS - WITHIN, _FALL_BEYOND)),
        ],
        axis=-1,
    ).astype(float)
