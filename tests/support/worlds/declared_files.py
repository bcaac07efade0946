"""Files in the declared layout, made of any table of figures.

Belongs here: writing such a file. Does not belong here: any expectation, where figures come from.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from ccg_pipeline.sources.declared import COLUMNS


def write_declared(
    path: Path,
    publication: str,
    figures: pd.DataFrame,
    period: tuple[str, str],
    attributes: Mapping[str, "pd.Series[Any]"] | None = None,
    names: "pd.Series[str] | None" = None,
) -> None:
    """Write figures, a row an organisation (the index) and a column a measure.

    `period`: its first and last day. `attributes` and `names` are by organisation.
    """
    long = figures.rename_axis("organisation_code").melt(ignore_index=False, var_name="measure").reset_index()
    long = long.assign(
        layout="declared",
        publication=publication,
        period_start=period[0],
        period_end=period[1],
        published_on=period[1],
        organisation_name="" if names is None else long["organisation_code"].map(names),
        **{name: long["organisation_code"].map(said) for name, said in (attributes or {}).items()},
    ).rename(columns={"measure": "indicator"})
    order = [*COLUMNS, *(attributes or {})]
    long.reindex(columns=order).to_csv(path, index=False)
