"""Tables as they are published: names next to codes, the round in words, the release in every row.

Belongs here: those columns, and the table that they make of an exported one.
Does not belong here: the exported tables themselves (exports.py), filling the columns (publish/site/data.py).
"""

from dataclasses import replace

from ccg_pipeline.tables.column import Column, Table, text, whole

ORGANISATION_NAME = text("organisation_name", "Name of the organisation.", may_be_missing=True)
INDICATOR_NAME = text("indicator_name", "Name of the indicator.")
AREA_NAME = text("area_name", "Name of the area.")
NODE_NAME = text("node_name", "Name of the node.")
ROUND_NAME = text("round_name", "The month (2017-03), quarter (2025-Q3) or year (2016-17) of the round.")
RELEASE = (
    whole("release", "Number of the release that the row is of; a correction has another."),
    text("release_sha256", "Fingerprint of that release.", like="[0-9a-f]{64}"),
)
NAMES = {
    "ccg_code": ORGANISATION_NAME,
    "organisation_code": ORGANISATION_NAME,
    "indicator_code": INDICATOR_NAME,
    "area_code": AREA_NAME,
    "node": NODE_NAME,
}
"""Code -> the name that is published next to it."""

NOT_PUBLISHED = frozenset({"release_status", "partition_key"})
"""Columns left out: the stamp of what is not released, the database's key."""


def published(table: Table, present: frozenset[str]) -> Table:
    """Return an exported table as it is published, of the columns that are `present` in its frame.

    Its key is that of the table, with `round_name` for the partition.
    """
    columns: list[Column] = []
    for one in table.columns:
        if one.name == "partition_key":
            columns.append(ROUND_NAME)
        if one.name not in present or one.name in NOT_PUBLISHED:
            continue
        columns.append(one)
        name = NAMES.get(one.name)
        has_own = {"ccg_code": "ccg_name", "organisation_code": "name"}.get(one.name, "") in present
        if name is not None and not has_own:
            columns.append(name)
    key = tuple("round_name" if name == "partition_key" else name for name in table.key)
    return replace(
        table,
        columns=(*columns, *RELEASE),
        key=key,
        indexes={},
        optional=frozenset(),
        rules=lambda _basis: (),
    )
