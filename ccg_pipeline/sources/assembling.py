"""Putting a reading together: observations and quarantine with the file they came from, and the account.

Belongs here: the constant columns, their order and types, and the account over all tables of a file.
Does not belong here: what any row says (``observing``, the publications).
"""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pandas as pd

from ccg_pipeline.sources.claims import FIGURES, KEY
from ccg_pipeline.sources.corrections import notes
from ccg_pipeline.sources.dating import Dates
from ccg_pipeline.sources.documents import Document
from ccg_pipeline.sources.result import OBSERVATION_COLUMNS, QUARANTINE_COLUMNS, Reading, SourceFile
from ccg_pipeline.sources.row_accounting import RowAccounting

Part = tuple[RowAccounting, pd.DataFrame]
"""A table's rows, settled, and its observations."""
_DATES = ("period_start", "period_end", "published_on", "revised_on")


def assemble(
    document: Document,
    publication: str,
    parts: Sequence[Part],
    dates: Dates,
    *,
    layout: str = "published",
    made_up: bool,
) -> Reading:
    """The reading of ``document``: each of its ``parts`` is a table's rows, settled, and its observations.

    Observations name the rows that they rest on in ``rows``.
    """
    constant = {
        "publication": publication,
        "source_sha256": document.sha256,
        "source_name": document.name,
        "published_on": dates.published_on,
        "revised_on": dates.revised_on,
        "dates_provenance": dates.provenance,
        "layout": layout,
        "is_made_up": made_up,
    }
    found = pd.concat(
        [
            frame.assign(
                sheet=account.table.sheet,
                cell=[name_rows(rows) for rows in frame["rows"]],
                note=_notes(account, frame),
            )
            for account, frame in parts
        ]
    )
    refused = pd.DataFrame([row for account, _ in parts for row in account.quarantined()])
    accounts = [account.account() for account, _ in parts]
    return Reading(
        source_file=SourceFile(
            sha256=document.sha256,
            name=document.name,
            size_bytes=document.size_bytes,
            publication=publication,
            layout=layout,
            published_on=dates.published_on,
            revised_on=dates.revised_on,
            dates_provenance=dates.provenance,
            is_made_up=made_up,
            rows_read=sum(each.read for each in accounts),
            rows_used=sum(each.used for each in accounts),
            rows_not_asked_for=sum(each.not_asked_for for each in accounts),
            rows_not_an_organisation=sum(each.not_an_organisation for each in accounts),
            rows_quarantined=sum(each.quarantined for each in accounts),
        ),
        observations=_typed(found, constant, OBSERVATION_COLUMNS),
        quarantine=_typed(refused, constant | {"refused_by": f"sources.{publication}"}, QUARANTINE_COLUMNS),
    )


def each_once(parts: Sequence[Part]) -> Sequence[Part]:
    """Of what several tables of a file say alike, the first; where they contradict each other, neither."""
    numbered = [frame.assign(part=number) for number, (_, frame) in enumerate(parts)]
    said = pd.concat(numbered, ignore_index=True)
    again = said[said.duplicated(KEY, keep=False)]
    if again.empty:
        return parts
    for _, same in again.groupby(KEY):
        if len(same[[*FIGURES, "judgement", "status"]].drop_duplicates()) > 1:
            for number, rows in zip(same["part"], same["rows"], strict=True):
                parts[number][0].doubt(rows, "another table of the file says otherwise")
    refused = np.array(
        [parts[number][0].is_doubted(rows) for number, rows in zip(said["part"], said["rows"], strict=True)]
    )
    said.loc[refused, list(FIGURES)] = np.nan
    said.loc[refused, ["judgement", "status"]] = "", "refused"
    said = said.drop_duplicates(KEY)
    return [(account, said[said["part"].eq(number)]) for number, (account, _) in enumerate(parts)]


def name_rows(rows: Iterable[int]) -> str:
    """Rows as a cell reference: "row 35", "rows 16, 20", "rows 16-170" for many."""
    numbers = sorted(rows)
    if len(numbers) == 1:
        return f"row {numbers[0]}"
    if len(numbers) > 12 or numbers == list(range(numbers[0], numbers[-1] + 1)):
        return f"rows {numbers[0]}-{numbers[-1]}"
    return "rows " + ", ".join(map(str, numbers))


def _notes(account: RowAccounting, frame: pd.DataFrame) -> list[str]:
    """What each observation says already, what was noted of its rows, and that one is amended."""
    said = frame["note"].fillna("") if "note" in frame else [""] * len(frame)
    seen = (
        "; ".join(filter(None, [*account.remarks(rows), notes(account.amending(rows))]))
        for rows in frame["rows"]
    )
    return ["; ".join(filter(None, pair)) for pair in zip(said, seen, strict=True)]


def _typed(frame: pd.DataFrame, constant: Mapping[str, object], columns: Sequence[str]) -> pd.DataFrame:
    """Exactly ``columns``, with the types of the room's door; an absent text is empty, an absent date NaT."""
    return pd.DataFrame({name: _column(frame, constant.get(name), name) for name in columns})


def _column(frame: pd.DataFrame, constant: object, name: str) -> object:
    """One column as an array: the frame's own, else the constant."""
    cells = frame[name].to_numpy() if name in frame else np.full(len(frame), constant, dtype=object)
    if name in _DATES:
        return np.where(pd.isna(cells), np.datetime64("NaT"), cells).astype("datetime64[ns]")
    if name in FIGURES:
        return cells.astype("float64")
    if name in ("is_made_up", "row"):
        return cells.astype(bool if name == "is_made_up" else "int64")
    return pd.Series(np.where(pd.isna(cells), "", cells), dtype="str").array
