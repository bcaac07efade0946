"""What the Dagster UI shows of an asset: owners, code version, data version, a small table and a picture.

Belongs here: turning frames into Dagster metadata, the same way for every asset.
Does not belong here: which assets there are, any arithmetic on figures.
"""

import hashlib
import pkgutil
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import quote

import dagster as dg
import pandas as pd

from ccg_pipeline.orchestration.io_manager import Piece
from ccg_pipeline.publish.pictures import bar_chart
from ccg_pipeline.storage.fingerprint import fingerprint

PIECES = dg.PythonObjectDagsterType(list, name="Pieces", description="Rows, and where they belong.")
"""The type of what a step hands to the IO manager."""

DATA_ENGINEERS = ["team:data-engineering"]
METHODOLOGISTS = ["team:methodology"]
PANELS = ["team:expert-panels"]
_PREVIEW_ROWS = 12


@cache
def code_version(*modules: str) -> str:
    """Return a version that changes when, and only when, the source of `modules` (or packages) does."""
    digest = hashlib.sha256()
    for name in modules:
        module = import_module(name)
        names = [name]
        if hasattr(module, "__path__"):
            names = sorted(info.name for info in pkgutil.walk_packages(module.__path__, f"{name}."))
        for one in names:
            spec = find_spec(one)
            if spec is not None and spec.origin is not None:
                digest.update(Path(spec.origin).read_bytes())
    return digest.hexdigest()[:12]


def table_of(frame: pd.DataFrame, rows: int = _PREVIEW_ROWS) -> dg.MetadataValue[Any]:
    """Return the first rows of a frame as a small table for the UI."""
    if frame.empty:
        return dg.MetadataValue.md("none")
    head = frame.head(rows)
    lines = ["| " + " | ".join(str(name) for name in head.columns) + " |", "|" + "---|" * len(head.columns)]
    for row in head.itertuples(index=False):
        cells = ["" if value is None or pd.isna(value) else _shown(value) for value in row]
        lines.append("| " + " | ".join(cell.replace("|", "¦") for cell in cells) + " |")
    if len(frame) > rows:
        lines.append(f"\n… and {len(frame) - rows} rows more")
    return dg.MetadataValue.md("\n".join(lines))


def _shown(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:,.4g}" if abs(value) < 10_000 else f"{value:,.0f}"
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat()
    return str(value)


def picture_of(title: str, counts: Mapping[str, int]) -> dg.MetadataValue[Any]:
    """Return a bar chart of counts for the UI, with the same figures in words for who cannot see it."""
    words = "; ".join(f"{name}: {count}" for name, count in counts.items())
    # The UI shows what is shorter than 1,000 characters at once and the rest at a click; so no base64.
    address = quote(bar_chart(counts), safe=" /:;,='()")
    return dg.MetadataValue.md(f"![{title}. {words}](<data:image/svg+xml,{address}>)")


def told(
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
