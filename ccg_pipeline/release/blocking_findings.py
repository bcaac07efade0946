"""The record of findings that block: each as it was found, and that a later look no longer finds it.

Belongs here: writing it with a month's findings, what is open in it, and where the findings say another
thing.
Does not belong here: finding anything (checks), letting a finding through and holding rounds back (holds.py).

The table `plausibility` is written again with each month that is checked, so that no trigger can guard it.
What blocks is therefore also a line here, and only a look that no longer finds it ends it: whoever takes it
out of `plausibility`, or writes the sources of its month without having them checked, lets nothing go.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

import pandas as pd
from sqlalchemy import Connection, Engine, insert, select

from ccg_pipeline.storage.database import writing
from ccg_pipeline.storage.fingerprint import canonical_json, sha256_of
from ccg_pipeline.storage.pieces import Piece, write_within
from ccg_pipeline.storage.sql import blocking_finding, plausibility

SUITE = "observations"
_FOUND, _GONE = "found", "not found"


class BlockingFinding(NamedTuple):
    """A finding that blocks: the month that was looked at, and what was found of which figures."""

    partition_key: str
    expectation: str
    title: str
    indicator_code: str
    period_end: date
    observed: str
    failing: str

    @property
    def figures(self) -> tuple[str, str, date]:
        """The expectation and the figures that it is about."""
        return self.expectation, self.indicator_code, self.period_end

    @property
    def sha256(self) -> str:
        """By what it is known: another figure that fails makes it another finding."""
        said = [self.expectation, self.indicator_code, f"{self.period_end}", self.observed, self.failing]
        return sha256_of(canonical_json(said))


def write_findings(engine: Engine, findings: Piece) -> None:
    """Write the findings of some months (table plausibility), and into the record what is new of them."""
    with writing(engine) as connection:
        write_within(connection, [findings])
        frame = findings.frame[(findings.frame["suite"] == SUITE) & (findings.frame["severity"] == "block")]
        for month in sorted(findings.scope["partition_key"]):
            _record(connection, frame[frame["partition_key"] == month], month)


def _record(connection: Connection, rows: pd.DataFrame, month: str) -> None:
    failing = {one.sha256: one for one in _of_frame(rows[~rows["holds"].astype("bool")])}
    looked_at = {one.figures for one in _of_frame(rows)}
    found_again = {one.figures for one in failing.values()}
    before = {one.sha256: one for one in open_findings(connection, month)}
    gone = [
        one._replace(partition_key=month)
        for sha256, one in before.items()
        if sha256 not in failing
        and (one.partition_key == month or (one.figures in looked_at and one.figures not in found_again))
    ]
    known = {sha256 for sha256, one in before.items() if one.partition_key == month}
    new = [one for sha256, one in failing.items() if sha256 not in known]
    at = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    lines = [(_GONE, one) for one in gone] + [(_FOUND, one) for one in new]
    if lines:
        connection.execute(
            insert(blocking_finding),
            [{"at": at, "action": action, "finding": one.sha256, **one._asdict()} for action, one in lines],
        )


def _of_frame(rows: pd.DataFrame) -> Iterator[BlockingFinding]:
    for row in rows[list(BlockingFinding._fields)].itertuples(index=False):
        yield _typed(row)


def _typed(row: Any) -> BlockingFinding:
    end = pd.Timestamp(row.period_end)
    return BlockingFinding(*row)._replace(period_end=date.min if pd.isna(end) else end.date())


def open_findings(connection: Connection, month: str) -> list[BlockingFinding]:
    """Return what blocks as the last look up to `month` found it, in order."""
    column = blocking_finding.c
    columns = (column.action, column.finding, *(column[name] for name in BlockingFinding._fields))
    statement = select(*columns).where(column.partition_key <= month).order_by(column.seq)
    looks: dict[Any, dict[str, dict[str, BlockingFinding]]] = {}
    for action, sha256, *row in connection.execute(statement):
        one = BlockingFinding(*row)
        of_month = looks.setdefault(one.figures, {}).setdefault(one.partition_key, {})
        if action == _FOUND:
            of_month[sha256] = one
        else:
            of_month.pop(sha256, None)
    return [one for months in looks.values() for one in months[max(months)].values()]


def faults_of_findings(connection: Connection) -> list[str]:
    """Return a sentence for each open finding that the findings of its month, which are there, do not say."""
    rows = connection.execute(select(plausibility).where(plausibility.c.suite == SUITE)).all()
    checked = {row.partition_key for row in rows}
    failing = {
        (row.partition_key, of_row(row).sha256) for row in rows if row.severity == "block" and not row.holds
    }
    return [
        f"{one.indicator_code}, period to {one.period_end}, did not meet {one.expectation} when "
        f"{one.partition_key} was checked, and the table plausibility does not say so any more: it was "
        "changed by hand. The finding still holds rounds back; run the month once more."
        for one in open_findings(connection, "9999-12")
        if one.partition_key in checked and (one.partition_key, one.sha256) not in failing
    ]


def of_row(row: Any) -> BlockingFinding:
    """Return a row of table plausibility as a finding."""
    return BlockingFinding(*(getattr(row, name) for name in BlockingFinding._fields))
