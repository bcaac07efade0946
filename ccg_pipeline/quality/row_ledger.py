"""The ledger of rows: every file that was met, and what became of each of its data rows.

Belongs here: the account of each file as it is stored, held against the rows that the quarantine holds.
Does not belong here: settling a row (sources/), printing (cli/prints/lists.py), what a refused row would have
changed (quarantine.py).
"""

import pandas as pd
from sqlalchemy import Connection, func, select

from ccg_pipeline.storage import frames
from ccg_pipeline.storage.sql import quarantine, source_file

FATES = ("rows_used", "rows_not_asked_for", "rows_not_an_organisation", "rows_quarantined")
"""What becomes of a data row: exactly one of these."""


def row_ledger(connection: Connection) -> pd.DataFrame:
    """Return one row a file, by publication and name: its account, and `rows_stored` in the quarantine."""
    files = frames.read(connection, source_file, {})
    column = quarantine.c
    counted = connection.execute(
        select(column.source_sha256, column.source_name, func.count()).group_by(
            column.source_sha256, column.source_name
        )
    ).all()
    stored = {(str(sha256), str(name)): int(count) for sha256, name, count in counted}
    of_files = zip(files["sha256"], files["name"], strict=True)
    files["rows_stored"] = pd.Series([stored.pop(one, 0) for one in of_files], dtype="int64")
    lost = [
        {"sha256": sha256, "name": name, "rows_stored": count} for (sha256, name), count in stored.items()
    ]
    if lost:  # rows of a file that is on no record: shown as a file with an empty account
        blank = dict.fromkeys(("rows_read", "size_bytes", *FATES), 0) | {"is_made_up": False}
        files = pd.concat([files, pd.DataFrame(lost).assign(**blank)], ignore_index=True)
        text = files.select_dtypes(["str", "object"]).columns
        files[text] = files[text].fillna("")
    return files.sort_values(["publication", "name", "sha256"], ignore_index=True)


def unaccounted(ledger: pd.DataFrame) -> list[str]:
    """Return a sentence for each file whose account does not add up; none where no row is lost."""
    total = ledger[list(FATES)].sum(axis=1)
    said = [
        f"{name}: {read:,} rows read but {accounted:,} accounted for."
        for name, read, accounted in zip(ledger["name"], ledger["rows_read"], total, strict=True)
        if read != accounted
    ]
    return said + [
        f"{name}: {counted:,} rows counted as quarantined but {stored:,} in quarantine."
        for name, counted, stored in zip(
            ledger["name"], ledger["rows_quarantined"], ledger["rows_stored"], strict=True
        )
        if counted != stored
    ]
