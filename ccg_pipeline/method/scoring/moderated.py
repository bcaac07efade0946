"""The columns by which an overall rating says what of it was moderated.

Belongs here: which judgements may be moderated, and the columns, empty.
Does not belong here: moderating one (method/uncertainty/moderation.py).
"""

import pandas as pd

BLOCKS = ("leadership", "finance")
"""The judged blocks of the overall rating."""

SAID = ("judgement", "judgement_before", "moderation_reason")
"""What is said of each block, after its name: the last two only where it was moderated."""


def unmoderated(overall: pd.DataFrame) -> pd.DataFrame:
    """Return `overall` with the columns that `moderate_overall` adds, all empty: '' is not moderated."""
    names = [f"{block}_{what}" for block in BLOCKS for what in SAID[1:]]
    return overall.assign(**dict.fromkeys(names, ""))
