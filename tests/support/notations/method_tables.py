"""A short notation for observations and bands, so that the tests of the method read as tables.

Belongs here: turning a table drawn with bars into a frame, and filling in what a test does not care about.
Does not belong here: any expectation.

A cell is a number where it reads as one, else text; an empty cell is a missing number or no text.
"""

import math

import numpy as np
import pandas as pd

from ccg_pipeline.framework.indicators import Indicator
from ccg_pipeline.framework.lane_rules import reading_of, z_of
from ccg_pipeline.framework.load import load_edition
from ccg_pipeline.framework.model import Edition
from ccg_pipeline.method.engine.facts import Facts, State
from ccg_pipeline.method.engine.run import Run
from ccg_pipeline.method.engine.work import Learned
from ccg_pipeline.sources.result import OBSERVATION_COLUMNS

EDITION = load_edition()
NUMBERS = ("numerator", "denominator", "value", "lower_95", "upper_95", "z", "points")
SHORT = {"indicator": "indicator_code", "n": "denominator", "low": "lower_95", "high": "upper_95"}
DATES = ("period_start", "period_end", "published_on", "revised_on")

_OBSERVED = {
    "organisation_kind": "ccg",
    "period_start": "2017-03-01",
    "period_end": "2017-03-31",
    "judgement": "",
    "status": "published",
    "note": "",
    "publication": "rtt",
    "source_sha256": "0" * 64,
    "source_name": "a_file.csv",
    "sheet": "",
    "published_on": "2017-05-11",
    "revised_on": "",
    "dates_provenance": "found",
    "layout": "published",
    "is_made_up": False,
}
_BANDED = {"judgement": "", "why_no_band": "", "status": "published", "is_made_up": False}


def lines(table: str) -> list[dict[str, str]]:
    """Rows of a table drawn with bars, as text by column; a line of dashes is only for the eye."""
    drawn = [
        [cell.strip() for cell in line.split("|")] for line in table.strip().splitlines() if line.strip(" -|")
    ]
    return [dict(zip(drawn[0], row, strict=True)) for row in drawn[1:]]


def observations(table: str, **same: object) -> pd.DataFrame:
    """An observation frame; `SHORT` says how its columns may be abbreviated."""
    frame = _filled(table, {**_OBSERVED, **same}).rename(columns={"ccg": "organisation_code"})
    if "cell" not in frame:  # a row of the file each
        frame["cell"] = [f"row {place}" for place in range(2, len(frame) + 2)]
    codes = frame["organisation_code"]
    kinds = {"ENG": "england", "X24": "nhs_england"}
    given = frame["organisation_kind"]
    frame["organisation_kind"] = [kinds.get(code, kind) for code, kind in zip(codes, given, strict=True)]
    return frame[list(OBSERVATION_COLUMNS)]


def bands(table: str, **same: object) -> pd.DataFrame:
    """What later steps read of a frame of bands: z or points of an indicator for a CCG."""
    frame = _filled(table, {**_BANDED, **same}).rename(columns={"ccg": "ccg_code"})
    no_band = frame["points"].isna() & frame["z"].isna() & (frame["why_no_band"] == "")
    frame.loc[no_band, "why_no_band"] = "The publisher suppressed the figure."
    return frame


def _filled(table: str, same: dict[str, object]) -> pd.DataFrame:
    frame = pd.DataFrame(lines(table)).rename(columns=SHORT)
    for column, value in same.items():
        if column not in frame:
            frame[column] = value
    for column in NUMBERS:
        given = frame[column] if column in frame else pd.Series("", index=frame.index)
        frame[column] = [float(one) if one != "" else math.nan for one in given]
    for column in DATES:
        if column in frame:
            frame[column] = pd.to_datetime(frame[column].replace("", None))
    return frame


def edition_of(*indicators: Indicator) -> Edition:
    """The edition with these indicators only: quicker, and for indicators that a test has changed."""
    return EDITION.model_copy(update={"indicators": indicators})


def points_of(z: object, code: str = "123a") -> np.ndarray:
    """The points that the edition gives an indicator for distances of any shape."""
    return _come_to(z, code, code).score.reshape(np.shape(z))


def grades_of(z: object, panel: str = "dementia", code: str = "126a") -> np.ndarray:
    """The grades that a panel gives an indicator for distances of any shape."""
    grade = _come_to(z, code, reading_of(panel, code)).grade
    assert grade is not None
    return grade.reshape(np.shape(z))


def _come_to(z: object, code: str, node: str) -> State:
    flat = np.ravel(np.asarray(z, dtype=float))[None]
    nobody = Facts([str(place) for place in range(flat.size)])
    return Run(EDITION.nodes, nobody, Learned(), [node], given={z_of(code): State(flat, "higher")}).states[
        node
    ]


def one_by_code(frame: pd.DataFrame, indicator: str) -> pd.DataFrame:
    """Rows of one indicator, by CCG."""
    return frame[frame["indicator_code"] == indicator].set_index("ccg_code")
