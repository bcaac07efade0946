"""Frames as small tables in Markdown, for the metadata that Dagster shows.

Belongs here: the table. Does not belong here: what Dagster makes of it (assets/metadata.py).
"""

from typing import Any

import pandas as pd


def markdown_table(frame: pd.DataFrame, rows: int) -> str:
    """Return the first `rows` of a frame as a table in Markdown, with a line that says how many follow."""
    if frame.empty:
        return "none"
    head = frame.head(rows)
    lines = ["| " + " | ".join(str(name) for name in head.columns) + " |", "|" + "---|" * len(head.columns)]
    for row in head.itertuples(index=False):
        cells = ["" if value is None or pd.isna(value) else _shown(value) for value in row]
        lines.append("| " + " | ".join(cell.replace("|", "¦") for cell in cells) + " |")
    if len(frame) > rows:
        lines.append(f"\n… and {len(frame) - rows} rows more")
    return "\n".join(lines)


def _shown(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:,.4g}" if abs(value) < 10_000 else f"{value:,.0f}"
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat()
    return str(value)
