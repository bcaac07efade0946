"""What the ccg command prints of changes: what a revision or a refused row moved, layer by layer.

Belongs here: laying out moves, before and after, on a terminal.
Does not belong here: finding them (publish/), options and exit codes.
"""

from collections.abc import Mapping

import pandas as pd
from rich.console import Console

from ccg_pipeline.cli.prints.layout import table_of
from ccg_pipeline.cli.prints.organisation import stamps
from ccg_pipeline.method.engine.wording import figure
from ccg_pipeline.publish.export import UNRELEASED
from ccg_pipeline.publish.naming import how_many
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
    counts = "; ".join(how_many(len(moved[layer]), name.removesuffix("s")) for layer, name in LAYERS.items())
    console.print(f"Moved: {counts}.", highlight=False)
    rows = as_rows(moved)
    for layer, name in LAYERS.items():
        own = rows[rows["layer"] == layer]
        if own.empty:
            continue
        columns = {
            "of": own["code"],
            "organisation": own["organisation_code"],
            "period ends": own["period_end"],
            "what": own["what"].str.replace("_", " "),
            "before": pd.Series(map(figure_against, own["before"], own["after"]), own.index, "str"),
            "after": pd.Series(map(figure_against, own["after"], own["before"]), own.index, "str"),
        }
        shown = pd.DataFrame({head: cells for head, cells in columns.items() if (cells != "").any()})
        files = own["file_after"].where(own["file_after"] != "", own["file_before"])
        for file, listed in shown.head(most).groupby(files.head(most), sort=False):
            title = f"{name.capitalize()}, {file}" if file else name.capitalize()
            cells = listed.to_numpy(dtype=object).tolist()
            console.print(table_of(list(shown.columns), cells, title, numbers=["before", "after"]))
        if len(shown) > most:
            more = f"… and {len(shown) - most:,} more: narrow it by --of or --organisation; --output has all."
            console.print(more, highlight=False)


def figure_against(own: str, other: str) -> str:
    """A cell of a move as people read it: four digits, or as many more as show that it moved."""
    if not own:
        return "none"
    try:
        return figure(float(own), *([float(other)] if other else []))
    except ValueError:
        return own
