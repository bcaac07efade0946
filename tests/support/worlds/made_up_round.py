"""Observations of the whole edition for a few CCGs, made up: what tests of uncertainty and change share.

Belongs here: drawing such figures.
Does not belong here: any expectation.
"""

import numpy as np
import pandas as pd

from tests.support.notations.method_tables import EDITION

CCGS = tuple(f"{i:02}A" for i in range(24))


def observed(ccgs: tuple[str, ...] = CCGS, seed: int = 1, missing: float = 1 / 12) -> pd.DataFrame:
    """Observations of the whole edition for a few CCGs, one in twelve missing."""
    random = np.random.default_rng(seed)
    rows = []
    for indicator in EDITION.indicators:
        for code in ccgs:
            n = int(random.integers(200, 3000)) * max(1, int(indicator.scale / 100))
            centre = indicator.standard or 40.0
            value = centre * (1 + 0.08 * random.standard_normal())
            judgement, status = "", "published" if random.random() > missing else "suppressed"
            if indicator.points_scale is not None:
                scale = EDITION.points_scale(indicator.points_scale)
                if scale.is_judgement:
                    judgement = str(random.choice(scale.labels))
                    value = np.nan
                status = "published"
            rows.append((indicator.code, code, value * n / indicator.scale, n, value, judgement, status))
    for code in ccgs:
        rows.append(("nda_participation", code, np.nan, 1, random.uniform(15, 100), "", "published"))
    names = [
        "indicator_code",
        "organisation_code",
        "numerator",
        "denominator",
        "value",
        "judgement",
        "status",
    ]
    frame = pd.DataFrame(rows, columns=names)
    return frame.assign(
        lower_95=frame["value"] - 2,
        upper_95=frame["value"] + 2,
        organisation_kind="ccg",
        period_start=pd.Timestamp("2017-03-01"),
        period_end=pd.Timestamp("2017-03-31"),
        note="",
        publication="rtt",
        source_sha256="0" * 64,
        source_name="a_file.csv",
        sheet="",
        cell=[f"row {place}" for place in range(2, len(frame) + 2)],
        layout="published",
        is_made_up=False,
    )
