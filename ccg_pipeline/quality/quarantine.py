"""Refused rows: each by its id, and what it would have changed had it been believed.

Belongs here: ids, the list as a table, and a CCG's band, area score and ratings with and without a row.
Does not belong here: why a row is refused (sources/), amendments (corrections.py), printing.

An effect is of ratings that are not released: whoever shows it logs the view and stamps what comes out.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import Connection, Engine, select

from ccg_pipeline.framework.model import Edition
from ccg_pipeline.method.assess import Assessed, moved
from ccg_pipeline.release.as_known import assess_source_observations
from ccg_pipeline.sources.corrections import ALL_ROWS
from ccg_pipeline.storage import frames
from ccg_pipeline.storage.corrections import lines
from ccg_pipeline.storage.database import reading
from ccg_pipeline.storage.sql import quarantine
from expert_panels.foundation.fault import WrongUse

SIGNS = 12
"""Signs of a file's sha256 in a row's id."""


@dataclass(frozen=True)
class Refusal:
    """A row that was refused, whole. `raw` maps headings to cells as they were in the file."""

    source_sha256: str
    source_name: str
    publication: str
    sheet: str
    row: int
    indicator_code: str = ""
    organisation_code: str = ""
    reasons: str = ""
    refused_by: str = ""
    raw: str = "{}"

    @property
    def id(self) -> str:
        """The same for the same row of the same bytes, in every database."""
        return row_id(self.source_sha256, self.sheet, self.row)

    @property
    def cells(self) -> dict[str, object]:
        """The row as it was read, heading by heading."""
        return dict(json.loads(self.raw))


def row_id(sha256: str, sheet: str, row: int) -> str:
    """Return the id of a row: the beginning of its file's sha256, its sheet, its number.

    That of all rows of a sheet ends in `all`.
    """
    return f"{sha256[:SIGNS]}:{sheet}:{_ALL if row == ALL_ROWS else row}"


_ALL = "all"


def quarantined(connection: Connection) -> pd.DataFrame:
    """Return every refused row, its id first: file, sheet, row, all reasons, the check, and the row whole."""
    rows = frames.read(connection, quarantine, {})
    ids = [
        row_id(sha256, sheet, row)
        for sha256, sheet, row in zip(rows["source_sha256"], rows["sheet"], rows["row"], strict=True)
    ]
    rows.insert(0, "row_id", pd.Series(ids, dtype="str"))
    return rows.sort_values(["publication", "source_name", "sheet", "row"], ignore_index=True)


def refusal_of(engine: Engine, wanted: str) -> Refusal:
    """Return the row of an id, in quarantine or amended; WrongUse says where ids are found.

    Of an id that ends in `all`, every row of a sheet of which one is or was in quarantine.
    """
    prefix, _, rest = wanted.strip().partition(":")
    sheet, _, number = rest.rpartition(":")
    of_all = number == _ALL
    if len(prefix) >= 8 and (of_all or (number.isascii() and number.isdigit())):
        names = [name for name in Refusal.__dataclass_fields__ if name in quarantine.c]
        column = quarantine.c
        is_it = column.source_sha256.startswith(prefix, autoescape=True)
        is_it &= column.sheet == sheet
        if not of_all:
            is_it &= column.row == int(number)
        statement = select(*(column[name] for name in names)).where(is_it).order_by(column.source_name)
        with reading(engine) as connection:
            row = connection.execute(statement).first()
            if row is not None:
                found = Refusal(**dict(zip(names, row, strict=True)))
                return replace(found, **_OF_NO_ROW) if of_all else found
            wanted_row = ALL_ROWS if of_all else int(number)
            for line in reversed(lines(connection)):
                if line.source_sha256.startswith(prefix) and line.about[1:] == (sheet, wanted_row):
                    return Refusal(
                        line.source_sha256, line.source_name, line.publication, line.sheet, line.row
                    )
    raise WrongUse(f"There is no refused row {wanted!r}: `ccg quarantine` lists them, each with its id.")


_OF_NO_ROW: dict[str, Any] = {
    "row": ALL_ROWS,
    "indicator_code": "",
    "organisation_code": "",
    "reasons": "",
    "refused_by": "",
    "raw": "{}",
}


@dataclass(frozen=True)
class Effect:
    """What is assessed without a refused row, and with it as it was read into `figures`.

    ``is_later``: all its figures are of periods that end after the month or year.
    """

    refusal: Refusal
    without: Assessed
    with_it: Assessed
    figures: pd.DataFrame
    is_later: bool = False

    @property
    def moves(self) -> dict[str, pd.DataFrame]:
        """All that moves, of whichever organisation, by layer."""
        return moved(self.without, self.with_it)

    def of_ccg(self, edition: Edition) -> pd.DataFrame:
        """Return what, without, with_it for the row's own CCG and indicators: one line each.

        The value and band of each figure that rests on the row, the score of its area, the rating of each
        panel that uses it, and the overall rating. No line where the row is about no CCG.
        """
        found = []
        for code, ccg in dict.fromkeys(
            zip(self.figures["indicator_code"], self.figures["organisation_code"], strict=True)
        ):
            if code not in edition.indicator_codes or ccg not in set(self.without.bands["ccg_code"]):
                continue
            area = edition.indicator(code).area
            band = {"indicator_code": code, "ccg_code": ccg}
            found += [
                (ccg, f"{code} value", "bands", band, "value"),
                (ccg, f"{code} points", "bands", band, "points"),
                (ccg, f"area {area} score", "areas", {"area_code": area, "ccg_code": ccg}, "score"),
            ]
            for rule in edition.panels:
                if code in rule.indicators or area == rule.area:
                    key = {"panel": rule.key, "ccg_code": ccg}
                    found.append((ccg, f"{rule.name} rating", "ratings", key, "rating"))
            if len(self.without.overall):
                found.append((ccg, "overall rating", "overall", {"ccg_code": ccg}, "rating"))
        rows = [
            (ccg, what, _cell(getattr(self.without, layer), key, column),
             _cell(getattr(self.with_it, layer), key, column))
            for ccg, what, layer, key, column in dict.fromkeys(
                (ccg, what, layer, tuple(key.items()), column) for ccg, what, layer, key, column in found
            )
        ]  # fmt: skip
        return pd.DataFrame(rows, columns=["ccg_code", "what", "without", "with_it"])


def _cell(frame: pd.DataFrame, key: tuple[tuple[str, str], ...], column: str) -> str:
    rows = frame
    for name, value in key:
        rows = rows[rows[name] == value]
    value = rows[column].iloc[0]
    if pd.isna(value) or value == "":
        return "none"
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def effect_of(
    refusal: Refusal,
    said: pd.DataFrame,
    without: Assessed,
    read_with: pd.DataFrame,
    edition: Edition,
    lane: str,
    end: date,
) -> Effect:
    """Return what a refused row would change in a lane's month or year that ends on `end`.

    `said`: what files say and when each landed, `without`: what that comes to; `read_with`: the observations
    of the row's file, read as if the row were believed.
    """
    is_of_file = said["source_sha256"] == refusal.source_sha256
    others = said[~is_of_file]
    within = read_with[read_with["period_end"] <= pd.Timestamp(end)]
    within = within.assign(landed_at=said.loc[is_of_file, "landed_at"].max())  # missing where it said nothing
    together = pd.concat([others, within[list(others.columns)]], ignore_index=True)
    with_it = assess_source_observations(together, edition, lane, end)
    is_its = np.array([_rests_on(cell, refusal.row) for cell in read_with["cell"]], dtype=bool)
    own = read_with[is_its & (read_with["sheet"] == refusal.sheet) & (read_with["status"] == "published")]
    in_time = own[own["period_end"] <= pd.Timestamp(end)]
    return Effect(refusal, without, with_it, in_time, is_later=len(own) > 0 and in_time.empty)


def _rests_on(cell: str, row: int) -> bool:
    """True if the row is among those that a cell reference names: "row 35", "rows 16, 20", "rows 16-170"."""
    for part in cell.removeprefix("rows ").removeprefix("row ").split(", "):
        first, _, last = part.partition("-")
        if first.isdigit() and int(first) <= row <= int(last or first):
            return True
    return False


def summary(effect: Effect, edition: Edition) -> Mapping[str, str]:
    """Return one line for a list: what of the row's own CCG would move, and how much of others."""
    own = effect.of_ccg(edition)
    changed = own[own["without"] != own["with_it"]]
    said = "; ".join(
        f"{row.ccg_code} {row.what} {row.without} -> {row.with_it}" for row in changed.itertuples(index=False)
    )
    ccgs = set(own["ccg_code"])
    layers = [rows for name, rows in effect.moves.items() if name != "observations"]
    others = sum(int((~rows["ccg_code"].isin(ccgs)).sum()) for rows in layers)
    if effect.is_later:
        said = "nothing yet: its data period ends later"
    elif not len(effect.figures):
        said = "nothing can be taken from it as it stands"
    return {"would_change": said or "nothing of its own CCG", "of_others": str(others)}
