"""Why an indicator has no band for a CCG: one sentence a cell, so that nothing is missing without a reason.

Belongs here: the reasons, their order and their wording.
Does not belong here: deciding whether there is a band (`banding`).
"""

from collections.abc import Mapping

import numpy as np

from ccg_pipeline.framework.model import Edition
from ccg_pipeline.method.statistics.grid import Booleans, Floats, Integers, Strings

NO_OBSERVATION = "There is no observation of this indicator for this CCG."
MISSING = "The figure is missing."
MISSING_BECAUSE = "The figure is missing: {note}."
SUPPRESSED = "The publisher suppressed the figure."
REFUSED = "The figure was refused: its row is in quarantine."
NO_VALUE = "No value was published."
NO_JUDGEMENT = "No judgement was published."
NOT_ON_SCALE = "{found!r} is not on the points scale {scale}."
NO_DENOMINATOR = "There is no denominator to take a standard error from."
NO_INTERVAL = "There is no 95 % interval to take a standard error from."
NO_REFERENCE = "England of its data period is not published, and too few CCGs have a figure to work it out."
NO_WIDENING = "Its limits are to be widened, and too few CCGs have a figure to say by how much."
NO_SPREAD = "The standard error is not above 0, so there is no distance in standard errors."


def why_no_band(
    edition: Edition,
    cells: Integers,
    status: Strings,
    word: Mapping[str, Strings],
    number: Mapping[str, Floats],
    is_banded: Booleans,
) -> Strings:
    """Say for each cell without a band why, in one sentence; '' where there is a band.

    All arrays of shape (indicators, CCGs): `cells` −1 where nothing was observed; `word` holds 'judgement',
    'note'; `number` holds 'value', 'denominator', 'lower_95', 'upper_95', 'reference', 'tau2'. The first
    reason that holds is given: no observation, its status, no value or judgement, one not on the points
    scale, no standard error, no reference.
    """
    scales = [one.points_scale for one in edition.indicators]
    by_points = np.array([[scale is not None] for scale in scales])
    by_label = np.array(
        [[scale is not None and edition.points_scale(scale).is_judgement] for scale in scales]
    )
    from_interval = np.array([[one.standard_error == "interval"] for one in edition.indicators])
    no_interval = np.isnan(number["lower_95"]) | np.isnan(number["upper_95"])
    no_value = ~np.isfinite(number["value"])

    why = np.full(cells.shape, NO_SPREAD, dtype=object)
    from_the_last = [  # each overrules those before it
        (np.isnan(number["tau2"]), NO_WIDENING),
        (np.isnan(number["reference"]), NO_REFERENCE),
        (~(number["denominator"] > 0) & ~from_interval, NO_DENOMINATOR),
        (no_interval & from_interval, NO_INTERVAL),
        (by_points, NOT_ON_SCALE),
        (no_value & ~by_label, NO_VALUE),
        ((word["judgement"] == "") & by_label, NO_JUDGEMENT),
        (status == "missing", MISSING),
        ((status == "missing") & (word["note"] != ""), MISSING_BECAUSE),
        (status == "suppressed", SUPPRESSED),
        (status == "refused", REFUSED),
        (cells < 0, NO_OBSERVATION),
        (is_banded, ""),
    ]
    for holds, sentence in from_the_last:
        why[np.broadcast_to(holds, cells.shape)] = sentence
    for cell in map(tuple, np.argwhere((why == NOT_ON_SCALE) | (why == MISSING_BECAUSE))):
        found = word["judgement"][cell] if by_label[cell[0], 0] else f"{number['value'][cell]:g}"
        why[cell] = why[cell].format(note=word["note"][cell], found=found, scale=scales[cell[0]])
    return why
