"""Amending refused rows: waiving or correcting one, or all of a sheet, taking that back, trying it first.

Belongs here: finding a quarantined row and its file, trying an amendment before it is recorded, the record's
lines. Callable from Python, as every verb is.
Does not belong here: what an amendment does to a row (sources/), options and prints.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from sqlalchemy import Engine, select

from ccg_pipeline.framework.model import Edition
from ccg_pipeline.landing.files import LandingFolder
from ccg_pipeline.landing.record import amendments_in_force
from ccg_pipeline.quality.quarantine import Refusal, refusal_of
from ccg_pipeline.settings import launched_by
from ccg_pipeline.sources.catalogue import read_file
from ccg_pipeline.sources.corrections import ALL_ROWS, Amendment
from ccg_pipeline.sources.result import Reading, Refused
from ccg_pipeline.storage.corrections import Action, record
from ccg_pipeline.storage.database import reading
from ccg_pipeline.storage.sql import quarantine
from expert_panels.foundation.fault import Fault


class NotAmended(Fault):
    """An amendment that cannot be recorded: one sentence, and nothing was written."""


@dataclass(frozen=True)
class Amending:
    """A database, its landing folder and the edition: what it takes to try an amendment and to record it."""

    engine: Engine
    landing: LandingFolder
    edition: Edition

    def refusal(self, row_id: str) -> Refusal:
        """Return the row of an id: one that is in quarantine, or one that an amendment took out of it.

        Raises WrongUse where there is none.
        """
        return refusal_of(self.engine, row_id)

    def reading_with(self, refusal: Refusal, amendment: Amendment) -> Reading:
        """Read the row's file as if it were so amended, whatever else is in force. Writes nothing.

        Raises NotAmended where the file is not in the landing folder or cannot be read so.
        """
        found = next((one for one in self.landing.files() if one.sha256 == refusal.source_sha256), None)
        if found is None:
            raise NotAmended(
                f"{refusal.source_name} (sha256 {refusal.source_sha256[:12]}) is not in {self.landing.path}: "
                "put it there again, or name its folder with --landing."
            )
        others = [
            one
            for one in amendments_in_force(self.engine, self.landing.day()).get(found.sha256, ())
            if (one.sheet, one.row) != (refusal.sheet, refusal.row)
        ]
        try:
            return read_file(found.path, self.edition, (*others, amendment))
        except Refused as refused:
            raise NotAmended(str(refused)) from None

    def waive(self, row_id: str, actor: str, reason: str, until: date) -> Refusal:
        """Take a row in as it stands. Raises NotAmended where what was doubted cannot be true."""
        return self._amend(row_id, {}, actor, reason, until)

    def correct(self, row_id: str, cells: Mapping[str, str], actor: str, reason: str, until: date) -> Refusal:
        """Give named cells of a row other values. Raises NotAmended where it would still be refused."""
        if not cells:
            raise NotAmended("Nothing to correct: name a cell with --set COLUMN=VALUE.")
        return self._amend(row_id, cells, actor, reason, until)

    def revoke(self, row_id: str, actor: str, reason: str) -> Refusal:
        """Take an amendment back before its time. Raises NotAmended where none is in force."""
        refusal, today = self.refusal(row_id), self.landing.day()
        holding = amendments_in_force(self.engine, today).get(refusal.source_sha256, ())
        if (refusal.sheet, refusal.row) not in {(one.sheet, one.row) for one in holding}:
            raise NotAmended(f"Nothing is in force for {row_id}: `ccg quarantine amendments` lists what is.")
        self._record("revoke", refusal, {}, actor, reason, today)
        return refusal

    def _amend(self, row_id: str, cells: Mapping[str, str], actor: str, reason: str, until: date) -> Refusal:
        refusal, today = self.refusal(row_id), self.landing.day()
        if until < today:
            raise NotAmended(f"--until {until} is over: give a day from {today} on.")
        kind: Literal["waive", "correct"] = "correct" if cells else "waive"
        trial = Amendment(refusal.sheet, refusal.row, kind, tuple(sorted(cells.items())))
        left = self.reading_with(refusal, trial).quarantine
        left = left[left["sheet"] == refusal.sheet]
        if refusal.row == ALL_ROWS:
            left = left if len(left) >= self._refused_now(refusal) else left.iloc[:0]
        else:
            left = left[left["row"] == refusal.row]
        if len(left):
            why = str(left["reasons"].iloc[0]).split("; even so ")[0]
            otherwise = "more has to be corrected" if cells else "it has to be corrected"
            what = "as many rows" if refusal.row == ALL_ROWS else "the row"
            raise NotAmended(f"Even so {what} would be refused, {otherwise}: {why}. Nothing was recorded.")
        self._record(kind, refusal, cells, actor, reason, until)
        return refusal

    def _refused_now(self, refusal: Refusal) -> int:
        """Return how many rows of the sheet are in quarantine."""
        column = quarantine.c
        its = column.source_sha256 == refusal.source_sha256, column.sheet == refusal.sheet
        with reading(self.engine) as connection:
            rows = connection.execute(select(column.row).where(*its).distinct()).all()
        return len(rows)

    def _record(
        self, action: Action, refusal: Refusal, cells: Mapping[str, str], actor: str, reason: str, until: date
    ) -> None:
        if not actor.strip() or not reason.strip():
            raise NotAmended("An amendment needs a person (--as) and a reason (--reason).")
        record(
            self.engine,
            action,
            vars(refusal),
            cells=cells,
            actor=" ".join(actor.split()),
            recorded_by=launched_by({}),
            reason=" ".join(reason.split()),
            until=until,
        )
