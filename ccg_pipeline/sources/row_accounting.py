"""The account of one table's data rows: each is settled exactly once.

Belongs here: used, not asked for, no organisation, quarantined; and the quarantine's rows, kept whole.
Does not belong here: why a row is doubted (readers and ``observing`` say that).
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from ccg_pipeline.sources.cells import is_mark, text
from ccg_pipeline.sources.corrections import Amendment
from ccg_pipeline.sources.tables import Table

EARLY = timedelta(days=31)  # some figures come out days before their period ends (assumed)
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Account:
    """How many data rows met each fate; the four add up to the rows read."""

    read: int
    used: int
    not_asked_for: int
    not_an_organisation: int
    quarantined: int


class RowAccounting:
    """Settles the rows of a table: one set aside is not looked at again, a doubted one keeps every reason.

    ``indicator``, ``organisation`` and the period say, as far as a reader knows, what each row is
    about. A mask is an array of one truth a row, in the table's order. Of a row that is there several times,
    once for each block, each is settled, and the row is what the first of these is true of: any is doubted,
    used, not asked for.
    """

    def __init__(self, table: Table, indicator: str = "") -> None:
        index = table.rows.index
        self.table = table
        self.rows = table.rows
        self.indicator = pd.Series(indicator, index=index, dtype=object)
        self.organisation = pd.Series("", index=index, dtype=object)
        self.period_start = pd.Series(np.datetime64("NaT", "ns"), index=index)
        self.period_end = pd.Series(np.datetime64("NaT", "ns"), index=index)
        self._aside = np.full(len(index), "", dtype=object)
        self._doubted = np.zeros(len(index), dtype=bool)
        self._reasons: dict[int, list[str]] = {}
        self._lifted: set[int] = set()
        self._remarks: dict[int, list[str]] = {}
        self.set_aside(self.rows.index.isin(list(table.headers)), "not_an_organisation")
        self.doubt(table.ragged, f"the row has not the {len(table.raw_header)} cells of the header")

    @cached_property
    def _rows(self) -> list[int]:
        return list(self.rows.index)

    @cached_property
    def _places(self) -> dict[int, list[int]]:
        places: dict[int, list[int]] = {}
        for place, row in enumerate(self._rows):
            places.setdefault(row, []).append(place)
        return places

    @property
    def kept(self) -> Mask:
        """True for rows that are not set aside, doubted or not."""
        return np.asarray(self._aside == "", dtype=bool)

    @property
    def used(self) -> Mask:
        """True for rows that are neither set aside nor doubted."""
        return self.kept & ~self._doubted

    def set_aside(self, which: object, fate: Literal["not_asked_for", "not_an_organisation"]) -> None:
        """Set aside rows that are neither set aside nor doubted yet."""
        self._aside[np.asarray(which, dtype=bool) & self.kept & ~self._doubted] = fate

    def doubt(self, rows: Iterable[int], reason: str, can_be_true: bool = False) -> None:
        """Quarantine rows, by their number, for ``reason`` next to any other. A row set aside stays aside.

        ``can_be_true``: what is doubted is not impossible, so that a waiver takes the row in all the same.
        """
        for row in rows:
            if row in self.table.amended and self.table.amended[row].lifts(can_be_true):
                self._lifted.add(row)
                continue
            kept = [place for place in self._places[row] if self._aside[place] == ""]
            if kept and reason not in (reasons := self._reasons.setdefault(row, [])):
                reasons.append(reason)
                self._doubted[kept] = True

    def doubt_where(
        self,
        which: object,
        reason: str,
        cells: "pd.Series[str] | None" = None,
        can_be_true: bool = False,
    ) -> None:
        """Quarantine rows for ``reason``, in which ``{}`` stands for the row's cell."""
        for place in np.flatnonzero(np.asarray(which, dtype=bool)):
            said = "" if cells is None else repr(text(cells.iloc[place]))
            self.doubt([self._rows[place]], reason.format(said), can_be_true)

    def remark(self, rows: Iterable[int], said: str) -> None:
        """Note of rows what was seen and decides nothing: their figures say it."""
        for row in rows:
            if said not in (remarks := self._remarks.setdefault(row, [])):
                remarks.append(said)

    def remarks(self, rows: Iterable[int]) -> list[str]:
        """What was noted of rows, each thing once."""
        said = [each for row in rows if row in self._remarks for each in self._remarks[row]]
        return list(dict.fromkeys(said))

    def is_doubted(self, rows: Iterable[int]) -> bool:
        """True if any of ``rows`` is quarantined."""
        return bool(self._reasons) and any(row in self._reasons for row in rows)

    def is_waived(self, rows: Iterable[int]) -> bool:
        """True if a person takes one of ``rows`` in though it is doubted."""
        return any(self.table.amended[row].lifts(True) for row in rows if row in self.table.amended)

    def amending(self, rows: Iterable[int]) -> list[Amendment]:
        """The amendments without which one of ``rows`` would be quarantined, or would say something else."""
        found = [self.table.amended[row] for row in rows if row in self.table.amended]
        return [one for one in found if one.kind == "correct" or one.row in self._lifted]

    def settle_organisations(self, kinds: "pd.Series[str]", figures: Iterable[str]) -> None:
        """Settle rows that are about no organisation of the edition.

        A code that nobody knows is a fault where the row has figures, and else a note below the table.
        """
        self.set_aside(kinds.eq("other_ccg"), "not_asked_for")
        self.set_aside(kinds.eq("none"), "not_an_organisation")
        self._doubt_rows_of_another_table()
        strange = kinds.isin(["unknown", "blank"]).to_numpy()
        if not strange.any():
            return
        cells = self.rows[list(figures)].to_numpy(dtype=object)
        has_none = np.array([all(is_mark(text(cell)) for cell in row) for row in cells[strange]], dtype=bool)
        notes = strange.copy()
        notes[strange] = has_none
        self.set_aside(notes, "not_an_organisation")
        self.doubt_where(kinds.eq("blank"), "the row has figures but no organisation code")
        self.doubt_where(kinds.eq("unknown"), "organisation code {} is no CCG of any year", self.organisation)

    def _doubt_rows_of_another_table(self) -> None:
        below = self.table.below_another
        if below:
            reason = f"the row stands below another header or period, from row {min(below)}"
            self.doubt_where(self.rows.index.isin(list(below)), reason)

    def set_aside_before(self, since: date) -> None:
        """Set aside rows whose period ended before `since`, from which on something is asked for."""
        self.set_aside(self.period_end < pd.Timestamp(since), "not_asked_for")

    def doubt_future(self, out_by: date | None, today: date | None) -> None:
        """Quarantine rows whose period ends long after their file came out, or has not ended yet."""
        for day, said, early in ((out_by, "was published", EARLY), (today, "is read", timedelta(0))):
            if day is not None:
                later = self.period_end > pd.Timestamp(day + early)
                ends = self.period_end.dt.strftime("%Y-%m-%d")
                self.doubt_where(
                    later, f"the period ends on {{}}, after the day on which the file {said}", ends
                )
                # without a period nothing is claimed of a row, and no month begins that is still to come
                self.period_end = self.period_end.mask(later & self._doubted)

    def doubt_late(self, published_on: date | None, age: timedelta) -> None:
        """Quarantine rows whose period ended longer before the file was published than it is current.

        A period line that is wrong by a year says so by this alone.
        """
        if published_on is not None:
            late = self.period_end < pd.Timestamp(published_on - age)
            ended = self.period_end.dt.strftime("%Y-%m-%d")
            said = f"the period ended on {{}}, and the file was published as late as {published_on}"
            self.doubt_where(late, said, ended, can_be_true=True)

    def doubt_named(self, month: date | None) -> None:
        """Quarantine rows of the month after which their file is called, a whole number of years away.

        So they look when a year was typed wrong, in the file or in its name; a file that tells of that month
        too is right about itself.
        """
        if month is not None:
            months = self.period_end.dt.to_period("M").dt.start_time
            if not months.eq(pd.Timestamp(month)).any():
                said = f"the period ends on {{}}, and the file is called after {month:%B %Y}"
                ends = self.period_end.dt.strftime("%Y-%m-%d")
                self.doubt_where(months.dt.month.eq(month.month), said, ends, can_be_true=True)

    def account(self) -> Account:
        """How many rows met each fate."""
        _, row = np.unique(self.rows.index.to_numpy(), return_inverse=True)

        def any_block(mask: Mask) -> Mask:
            return np.bincount(row, weights=mask) > 0 if len(row) else mask

        doubted = any_block(self._doubted)
        used = any_block(self.kept & ~self._doubted) & ~doubted
        not_asked_for = any_block(self._aside == "not_asked_for") & ~doubted & ~used
        return Account(
            read=len(doubted),
            used=int(used.sum()),
            not_asked_for=int(not_asked_for.sum()),
            not_an_organisation=int((~doubted & ~used & ~not_asked_for).sum()),
            quarantined=len(self._reasons),
        )

    def quarantined(self) -> list[dict[str, object]]:
        """The doubted rows, each whole and once, with all its reasons."""
        return [
            {
                "sheet": self.table.sheet,
                "row": row,
                "indicator_code": self._said(self.indicator, row),
                "organisation_code": self._said(self.organisation, row),
                "period_end": self.period_end.iloc[self._places[row][0]],
                "reasons": "; ".join([*reasons, *self._in_vain(row)]),
                "raw": json.dumps(self.table.raw(row), default=str, ensure_ascii=False),
            }
            for row, reasons in sorted(self._reasons.items())
        ]

    def _said(self, words: "pd.Series[str]", row: int) -> str:
        """What the blocks of a row say, each once."""
        return ", ".join(dict.fromkeys(words.iloc[place] for place in self._places[row]))

    def _in_vain(self, row: int) -> list[str]:
        """What was said of a row that is refused even so."""
        return [f"even so {self.table.amended[row].words}"] if row in self.table.amended else []
