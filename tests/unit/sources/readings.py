"""Looking at a reading: its observations by organisation, and its account.

Belongs here: what the tests of several readers ask of a reading.
Does not belong here: files to read (``small_files``), any test.
"""

import pandas as pd

from ccg_pipeline.framework.model import Edition
from ccg_pipeline.framework.wanted import Wanted, wanted_by
from ccg_pipeline.sources.result import Reading


def by_code(reading: Reading) -> pd.DataFrame:
    return reading.observations.set_index("organisation_code")


def account(reading: Reading) -> tuple[int, int, int, int, int]:
    """Rows read, used, not asked for, no organisation, quarantined."""
    file = reading.source_file
    kinds = file.rows_used, file.rows_not_asked_for, file.rows_not_an_organisation, file.rows_quarantined
    return file.rows_read, *kinds


def without(edition: Edition, code: str) -> Wanted:
    """What the edition would want if it had not the indicator or supplementary measure of that code."""
    kept = {
        name: tuple(one for one in getattr(edition, name) if one.code != code)
        for name in ("indicators", "supplementary")
    }
    return wanted_by(edition.model_copy(update=kept))
