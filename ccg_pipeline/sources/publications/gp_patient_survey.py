"""GP Patient Survey: experience of general practice (128b) and support with long-term conditions (105d).

Belongs here: the layout of NHS England's weighted results by CCG.
Does not belong here: quality of life of carers (108a), which is computed from single answers and published
elsewhere (``ccg_ois_profile``, or the declared layout).

Layout assumed: no file was seen. The names of its columns are those of the results by practice, as programs
that read them name them (Q28_12pct, CCG_Code), and those of NHS England's definition of 128b (Q28_1, Q28_2,
Q28base). Of 105d those who had no need of support or do not know are left out, as its definition is
remembered. The file names no period: the sidecar does. It has no intervals, without which neither figure is
banded.
"""

import numpy as np
import pandas as pd

from ccg_pipeline.sources.cells import read_figures
from ccg_pipeline.sources.declaration import Reader
from ccg_pipeline.sources.layouts import Layout
from ccg_pipeline.sources.periods import beside_the_file

_PARTS = {  # parts of numerator and of denominator
    "128b": (("q28_1", "q28_2"), ("q28base",)),
    "105d": (("q32_1", "q32_2"), ("q32_1", "q32_2", "q32_3")),
}
LAYOUT = Layout(
    publication="gp_patient_survey",
    what="the weighted results of the GP Patient Survey by CCG",
    kind="csv",
    columns={
        "code": ("CCG_Code",),
        "name": ("CCG_Name",),
        **{part: (part,) for part in ("q28_1", "q28_2", "q28base", "q32_1", "q32_2", "q32_3")},
    },
)


def fill(claims: pd.DataFrame) -> pd.DataFrame:
    """Numerators and denominators from weighted answers; a mark as soon as one of them is one."""
    nothing = pd.Series("-", index=claims.index, dtype=object)
    claims = claims.assign(numerator=nothing, denominator=nothing)
    for indicator, (numerator, denominator) in _PARTS.items():
        own = claims["indicator_code"].eq(indicator)
        for name, parts in (("numerator", numerator), ("denominator", denominator)):
            figures = [read_figures(claims.loc[own, part]) for part in parts]
            total = np.sum([each.values for each in figures], axis=0)
            mark = np.where(np.any([each.is_suppressed for each in figures], axis=0), "*", "-")
            claims.loc[own, name] = np.where(np.isnan(total), mark, total.astype(object))
    return claims


READER = Reader(
    LAYOUT,
    period=beside_the_file(),
    figures={
        indicator: {part: part for part in dict.fromkeys([*numerator, *denominator])}
        for indicator, (numerator, denominator) in _PARTS.items()
    },
    fill=fill,
    status="assumed",
)
