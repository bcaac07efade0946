"""The data dictionary: every column of every table, as a page and as a table.

Belongs here: rendering definitions, and reading the panels' own tables from their SQL definitions.
Does not belong here: the definitions themselves.

`python -m ccg_pipeline.tables.dictionary` writes docs/data_dictionary.md.
"""

from collections.abc import Iterable
from pathlib import Path

import pandas as pd
import sqlalchemy as sa

from ccg_pipeline.framework.load import load_edition
from ccg_pipeline.framework.model import Edition
from ccg_pipeline.tables.column import Column, Kind, Table
from ccg_pipeline.tables.exports import DICTIONARY, exported_tables
from ccg_pipeline.tables.stored import STORED
from expert_panels.ledger.table import decision_ledger
from expert_panels.tables import access_log, notice, remembered, turned_away

PAGE = Path(__file__).parents[2] / "docs" / "data_dictionary.md"
OPENING = """# Data dictionary

Every column of every table: exported ones first, then those of the database. Generated from the
definitions in `ccg_pipeline/tables/` by `python -m ccg_pipeline.tables.dictionary`; do not edit it by hand.

Kinds: **text**, **whole** numbers, **number**s with decimals, **date**s (days), **flag**s (true or false).
What may be missing is an empty cell in CSV, null in JSON and Parquet (in JSON and Parquet a missing text is
""). `ccg export dictionary` writes the exported tables' part as a table; a Parquet file of an export carries
unit and meaning of each column as metadata of its field.
"""
_KINDS: tuple[tuple[type, Kind], ...] = (
    (sa.Integer, "whole"),
    (sa.DateTime, "text"),
    (sa.Text, "text"),
)


def dictionary(tables: Iterable[Table]) -> pd.DataFrame:
    """Return one row a column of `tables`, in order, with the columns of DICTIONARY."""
    rows = [
        (
            table.name,
            one.name,
            one.kind,
            one.unit,
            one.meaning,
            one.may_be_missing,
            one.vocabulary,
        )
        for table in tables
        for one in table.columns
    ]
    return pd.DataFrame(rows, columns=list(DICTIONARY.names))


def panels_tables() -> tuple[Table, ...]:
    """Return the tables of the panels' own package, as it describes them to the database."""
    return tuple(_described(one) for one in (decision_ledger, access_log, turned_away, notice, remembered))


def _described(table: sa.Table) -> Table:
    columns = tuple(
        Column(
            one.name,
            next(kind for of, kind in _KINDS if isinstance(one.type, of)),
            one.comment or "",
            "UTC" if isinstance(one.type, sa.DateTime) else "",
        )
        for one in table.columns
    )
    key = tuple(one.name for one in table.primary_key)
    return Table(table.name, table.comment or "", columns, key, is_primary=True)


def page(edition: Edition) -> str:
    """Return the page docs/data_dictionary.md for an edition."""
    chapters = {
        "Exported tables": exported_tables(edition),
        "Tables of the database": STORED,
        "Tables of the panels": panels_tables(),
    }
    parts = [OPENING]
    for title, tables in chapters.items():
        parts.append(f"\n## {title}\n")
        parts += [_section(table) for table in tables]
    return "".join(parts)


def _section(table: Table) -> str:
    lines = [f"\n### `{table.name}`\n", table.meaning, "", f"Key: {', '.join(table.key)}.", ""]
    lines += ["| column | kind | unit | missing | meaning | values |", "|---|---|---|---|---|---|"]
    for one in table.columns:
        cells = (
            f"`{one.name}`",
            one.kind,
            one.unit,
            "may be" if one.may_be_missing else "",
            one.meaning,
            f"`{one.like}`" if one.like else one.vocabulary,
        )
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(load_edition()), encoding="utf-8")
