"""What the Dagster UI shows of an asset: owners, data version, a small table and a picture.

Belongs here: turning frames into Dagster metadata, the same way for every asset.
Does not belong here: which assets there are, any arithmetic on figures.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

import dagster as dg
import pandas as pd

from ccg_pipeline.publish.markdown import markdown_table
from ccg_pipeline.publish.pictures import bar_chart
from ccg_pipeline.storage.fingerprint import fingerprint
from ccg_pipeline.storage.pieces import Piece

PIECES = dg.PythonObjectDagsterType(list, name="Pieces", description="Rows, and where they belong.")
"""The type of what a step hands to the IO manager."""

DATA_ENGINEERS = ["team:data-engineering"]
METHODOLOGISTS = ["team:methodology"]
PANELS = ["team:expert-panels"]


def table_of(frame: pd.DataFrame, rows: int = 12) -> dg.MetadataValue[Any]:
    """Return the first rows of a frame as a small table for the UI."""
    return dg.MetadataValue.md(markdown_table(frame, rows))


def picture_of(title: str, counts: Mapping[str, int]) -> dg.MetadataValue[Any]:
    """Return a bar chart of counts for the UI, with the same figures in words for who cannot see it."""
    words = "; ".join(f"{name}: {count}" for name, count in counts.items())
    # The UI shows what is shorter than 1,000 characters at once and the rest at a click; so no base64.
    address = quote(bar_chart(counts), safe=" /:;,='()")
    return dg.MetadataValue.md(f"![{title}. {words}](<data:image/svg+xml,{address}>)")


def materialize_result(
    pieces: Sequence[Piece],
    *,
    about: pd.DataFrame | None,
    metadata: Mapping[str, Any],
    key: dg.AssetKey | None = None,
    check_results: Sequence[dg.AssetCheckResult] = (),
) -> dg.MaterializeResult:
    """Return a step's result: its pieces for the IO manager, the fingerprint of `about` as data version."""
    version = fingerprint(about) if about is not None else "nothing"
    return dg.MaterializeResult(
        asset_key=key,
        value=pieces,
        metadata=dict(metadata),
        check_results=list(check_results),
        data_version=dg.DataVersion(version),
    )
