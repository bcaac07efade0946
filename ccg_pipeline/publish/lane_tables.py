"""The released tables of 2016/17 as they leave: with what is said of each rating on every screen.

Belongs here: the columns that are added to what a release holds, for a command and for the site.
Does not belong here: what the columns mean (tables/exports.py), the words (uncertainty_words.py), formats
(export.py).
"""

from collections.abc import Sequence

import pandas as pd

from ccg_pipeline.publish.uncertainty_words import how_sure
from ccg_pipeline.tables.exports import OVERALL, RATINGS

RATED = (RATINGS.name, OVERALL.name)


def as_exported(name: str, frame: pd.DataFrame, labels: Sequence[str]) -> pd.DataFrame:
    """Return a released table, one of ratings with a sentence on how sure each is; '' where there is none.

    `labels`: the ratings in the words of the lane, best first.
    """
    if name not in RATED:
        return frame
    return frame.assign(how_sure=[how_sure(row, labels) for row in frame.to_dict("records")])
