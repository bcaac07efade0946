"""What a file says of organisations themselves: their names, regions and types.

Belongs here: attributes of the organisations that a table's rows are about, each once.
Does not belong here: organisations that the reference lists (``reference``), figures (``claims``).
"""

from collections.abc import Mapping

import pandas as pd

from ccg_pipeline.sources.cells import is_mark, texts
from ccg_pipeline.sources.claims import NO_KIND
from ccg_pipeline.sources.row_accounting import RowAccounting

WHOSE = ["organisation_kind", "organisation_code", "attribute", "period_end"]


def attributes_of(
    account: RowAccounting, kinds: "pd.Series[str]", cells: Mapping[str, "pd.Series[str]"]
) -> pd.DataFrame:
    """One row an organisation, attribute and period (WHOSE, value), of the rows that are used.

    Where rows differ, what most of them say, and of equally many the first.
    """
    is_used = account.used & ~kinds.isin(NO_KIND).to_numpy() & account.period_end.notna().to_numpy()
    frames = [
        pd.DataFrame(
            {
                "organisation_kind": kinds,
                "organisation_code": account.organisation,
                "attribute": attribute,
                "period_end": account.period_end,
                "value": texts(said),
            }
        )[is_used]
        for attribute, said in cells.items()
    ]
    told = pd.concat(frames, ignore_index=True)
    told = told[~told["value"].map(is_mark).astype(bool)]
    counted = told.groupby([*WHOSE, "value"], sort=False).size().rename("n").reset_index()
    most = counted.sort_values("n", ascending=False, kind="stable").drop_duplicates(WHOSE)
    return most.drop(columns="n").sort_values(WHOSE, ignore_index=True)
