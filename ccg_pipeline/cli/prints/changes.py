"""What the ccg command prints of changes: what a revision or a refused row moved, layer by layer.

Belongs here: laying out moves, before and after, on a terminal.
Does not belong here: finding them (publish/), options and exit codes.
"""

from collections.abc import Mapping

import pandas as pd
from rich.console import Console

from ccg_pipeline.cli.prints.layout import table_of
from ccg_pipeline.cli.prints.organisation import stamps
from ccg_pipeline.publish.export import UNRELEASED
from ccg_pipeline.release.as_known import as_rows

LAYERS = {
    "observations": "observations",
    "bands": "bands",
    "area_scores": "area scores",
    "ratings": "panel ratings",
    "overall": "overall ratings",
}
MOST = 40
"""Lines of a layer that are printed; an export has them all."""


def moves(
    console: Console, moved: Mapping[str, pd.DataFrame], about: str, is_made_up: bool, most: int = MOST
) -> None:
    """Print how many rows of each layer moved, and what each of the first `most` was before and after."""
    stamps(console, is_made_up)
    console.print(f"{UNRELEASED}; this view was logged.", markup=False, highlight=False)
    console.print(f"{about}:", markup=False, highlight=False)
    counts = "; ".join(f"{len(moved[layer]):,} {name}" for layer, name in LAYERS.items())
    console.print(f"Moved: {counts}.", highlight=False)
    rows = as_rows(moved)
    for layer, name in LAYERS.items():
        own = rows[rows["layer"] == layer]
        if own.empty:
            continue
        files = own["file_after"].where(own["file_after"] != "", own["file_before"])
        columns = {
            "of": own["code"],
            "organisation": own["organisation_code"],
            "period ends": own["period_end"],
            "what": own["what"].str.replace("_", " "),
            "before": own["before"].replace("", "none"),
            "after": own["after"].replace("", "none"),
            "file": files,
        }
        shown = pd.DataFrame({head: cells for head, cells in columns.items() if (cells != "").any()})
        listed = shown.head(most).to_numpy(dtype=object).tolist()
        console.print(table_of(list(shown.columns), listed, name.capitalize(), numbers=["before", "after"]))
        if len(shown) > most:
            console.print(f"… and {len(shown) - most:,} more: --output FILE has all.", highlight=False)
