"""What the Dagster UI shows of an asset: owners, data version, a small table, a picture, a link.

Belongs here: turning frames into Dagster metadata, the same way for every asset.
Does not belong here: which assets there are, any arithmetic on figures.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any
from urllib.parse import quote

import dagster as dg
import pandas as pd

from ccg_pipeline.publish.markdown import markdown_table
from ccg_pipeline.publish.pictures import bar_chart
from ccg_pipeline.settings import published_to
from ccg_pipeline.storage.fingerprint import data_version
from ccg_pipeline.storage.pieces import Piece
from ccg_pipeline.tables.stored import STORED
from expert_panels.foundation.fault import Fault
from expert_panels.room.pages.board import gate_address
from expert_panels.settings import declared

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


@cache
def of_table(name: str) -> dict[str, Any]:
    """Return what an asset that owns rows of a table says of it: its name, and its columns for the UI."""
    columns = [
        dg.TableColumn(
            one.name,
            one.kind,
            f"{one.meaning}{f' Unit: {one.unit}.' if one.unit and one.kind == 'number' else ''}",
            dg.TableColumnConstraints(nullable=one.may_be_missing),
        )
        for one in _TABLES[name].columns
    ]
    return {"table": name, "dagster/column_schema": dg.TableSchema(columns)}


_TABLES = {one.name: one for one in STORED}
OPEN = ("source_observation", "observation")
"""Tables of which everybody may see rows: what publishers say. What rests on them is for panels first."""


NO_PREVIEW = (
    "Not shown here: what rests on figures is for its body first. `ccg panel show` prints it, and each view "
    "is logged; what is released is in `ccg show`, `ccg export` and on the site."
)


def rows_shown(pieces: Sequence[Piece], table: str) -> dict[str, Any]:
    """Return the count of an asset's rows in one partition, and where everybody may see them some of them."""
    own = [piece.frame for piece in pieces if piece.table == table]
    shown: dict[str, Any] = {"dagster/partition_row_count": sum(map(len, own))} if own else {}
    if own and table not in OPEN:
        shown["preview"] = NO_PREVIEW
    elif own and len(own[0]):
        first = own[0].loc[:, own[0].notna().any() & (own[0] != "").any()]
        shown["preview"] = table_of(first.drop(columns=["source_sha256"], errors="ignore"), rows=5)
    return shown


LOCAL_ROOM = "http://127.0.0.1:8001"
"""Where `ccg room` opens without settings."""


def in_the_room(gates: pd.DataFrame | None = None) -> dict[str, Any]:
    """Return a link to a gate's page in the room, or to its board; nothing where its settings fail.

    `gates` has the columns panel, lane and partition_key; several have no page of their own.
    """
    path = "/"
    if gates is not None and len(gates) == 1:
        gate = gates.iloc[0]
        path = gate_address(str(gate["panel"]), str(gate["lane"]), str(gate["partition_key"]))
    try:
        settings = declared()
        address = settings.settings.address.rstrip("/") if settings else LOCAL_ROOM
    except Fault:  # a room whose settings cannot be read says so itself, and no gate depends on them
        return {}
    return {"room": dg.MetadataValue.url(f"{address}{path}")}


def on_the_site(*rounds: str) -> dict[str, Any]:
    """Return a link to the page of a round on the public site; of several, and none, to its first page.

    `rounds` are the folders of their pages. Nothing where CCG_SITE_ADDRESS does not say where the site is.
    """
    address = published_to().address.rstrip("/")
    if not address:
        return {}
    path = f"{rounds[0]}/index.html" if len(rounds) == 1 else "index.html"
    return {"on the site": dg.MetadataValue.url(f"{address}/{path}")}


def materialize_result(
    pieces: Sequence[Piece],
    *,
    about: pd.DataFrame | None,
    metadata: Mapping[str, Any],
    key: dg.AssetKey | None = None,
    check_results: Sequence[dg.AssetCheckResult] = (),
) -> dg.MaterializeResult:
    """Return a step's result: its pieces for the IO manager, the version of `about`."""
    version = data_version(about) if about is not None else "nothing"
    return dg.MaterializeResult(
        asset_key=key,
        value=pieces,
        metadata=dict(metadata),
        check_results=list(check_results),
        data_version=dg.DataVersion(version),
    )
