"""The pipeline's side of the panels' room: candidate tables as the room's protocol asks for them.

Belongs here: finding the kept bytes behind a fingerprint, and what is asked of the database beside them.
Does not belong here: what a row or a figure says (tables.py, figures.py), any page (expert_panels).
"""

from collections import OrderedDict
from collections.abc import Sequence
from threading import Lock
from typing import Any

from sqlalchemy import Connection, Engine, select

from ccg_pipeline.framework.model import Edition
from ccg_pipeline.framework.rounds import last_day, words
from ccg_pipeline.panel_papers.certificates import certificate_of
from ccg_pipeline.panel_papers.committee_table import overall_table
from ccg_pipeline.panel_papers.data_quality import figures_used, in_words
from ccg_pipeline.panel_papers.figures import codes_of
from ccg_pipeline.panel_papers.panel_table import candidate_table
from ccg_pipeline.quality.kept_findings import RestsOn, concerning, rests_on
from ccg_pipeline.release.released import kept_part
from ccg_pipeline.settings import keys_of
from ccg_pipeline.storage.database import kind_of, reading
from ccg_pipeline.storage.sql import kept, quarantine
from expert_panels.certificates.signing_key import make_key, signer_in
from expert_panels.ledger.line import Line
from expert_panels.papers import CandidateTable, MethodNumber, Plausibility, RefusedRow

REMEMBERED = 64
"""Tables that are kept in memory: what a fingerprint stands for never changes."""

_OF_THE_OVERALL_RATING = {
    "blocks",
    "good_at",
    "outstanding_at",
    "inadequate_rule",
    "inadequate_when_red",
    "missing",
}
_OF_ALL_PANELS = ("banding", "max_age_months", "conventions")


Known = tuple[CandidateTable, RestsOn]
"""A table, and the data periods of the figures that it rests on."""


class KeptCandidates:
    """Candidate tables from the parts that are kept for ever; implements expert_panels' `Candidates`."""

    def __init__(self, engine: Engine, edition: Edition) -> None:
        self._engine, self._edition = engine, edition
        self._panels = [rule.key for rule in edition.panels]
        self._numbers = tuple(edition.numbers())  # gone through once, and not for every page
        self._tables: OrderedDict[str, Known] = OrderedDict()
        self._being_read: dict[str, Lock] = {}
        self._lock = Lock()
        self._kind = ""

    def table(self, subject_sha256: str) -> CandidateTable | None:
        """Return the table with that fingerprint, or None; StorageFault when its bytes were altered."""
        found = self._known(subject_sha256)
        return None if found is None else found[0]

    def _known(self, subject_sha256: str) -> Known | None:
        """Return a table and the figures that it rests on."""
        with self._lock:
            if subject_sha256 in self._tables:
                self._tables.move_to_end(subject_sha256)
                return self._tables[subject_sha256]
            own = self._being_read.setdefault(subject_sha256, Lock())
        with own:  # whoever asks for it at the same time waits for the first rather than parse it again
            if known := self._tables.get(subject_sha256):
                return known
            with reading(self._engine) as connection:
                found = self._read(connection, subject_sha256)
            with self._lock:
                self._being_read.pop(subject_sha256, None)
                if found is not None:
                    self._tables[subject_sha256] = found
                while len(self._tables) > REMEMBERED:
                    self._tables.popitem(last=False)
            return found

    def _read(self, connection: Connection, subject_sha256: str) -> Known | None:
        part = connection.execute(select(kept.c.part).where(kept.c.sha256 == subject_sha256)).scalar()
        if part is None:
            return None
        make = candidate_table if str(part) in self._panels else overall_table
        frames = kept_part(connection, subject_sha256)
        table = make(self._edition, str(part), subject_sha256, frames)
        return table, rests_on(figures_used(connection, frames, self._edition), self._edition)

    def plausibility(self, subject_sha256: str) -> Plausibility:
        """Return what was found of a table's figures up to its month; of an unknown table, nothing."""
        known = self._known(subject_sha256)
        if known is None:
            return Plausibility(0, (), ())
        table, rests = known
        month = f"{last_day(table.partition_key):%Y-%m}"
        with reading(self._engine) as connection:
            found = concerning(connection, rests, month)
        name = self._edition.panel(table.panel).name if table.panel in self._panels else ""
        return in_words(found, self._edition, name)

    def refused_rows(self, panel: str) -> Sequence[RefusedRow]:
        """Return the quarantined rows of a panel's indicators, and those of their files that name none."""
        codes = self._codes(panel)
        publications = {self._edition.indicator(code).publication for code in codes}
        of_the_panel = quarantine.c.indicator_code.in_(codes) | (
            (quarantine.c.indicator_code == "") & quarantine.c.publication.in_(sorted(publications))
        )
        statement = (
            select(quarantine).where(of_the_panel).order_by(quarantine.c.source_name, quarantine.c.row)
        )
        with reading(self._engine) as connection:
            return [_refused(row) for row in connection.execute(statement)]

    def method(self, panel: str) -> Sequence[MethodNumber]:
        """Return the numbers of a panel's rule, of its indicators, and last of the bands that all share."""
        codes = set(self._codes(panel))
        of_file = {
            "clinical.yaml": {panel},
            "overall.yaml": set() if panel in self._panels else _OF_THE_OVERALL_RATING,
            "indicators.csv": codes,
            "points.yaml": {self._edition.indicator(code).points_scale or "" for code in codes},
            "framework.yaml": set(_OF_ALL_PANELS),
        }
        own = [one for one in self._numbers if one.item.split(" / ")[0] in of_file.get(one.file, ())]
        order = list(of_file)
        return [
            MethodNumber(
                one.item,
                f"{one.value:g}" if isinstance(one.value, float | int) else one.value,
                one.unit,
                one.provenance,
                one.source,
            )
            for one in sorted(own, key=lambda one: order.index(one.file))
        ]

    def _codes(self, panel: str) -> list[str]:
        """Return the indicators of a panel, or, for the committee, those that it judges by themselves."""
        if panel in self._panels:
            return codes_of(self._edition, self._edition.panel(panel))
        return [block.indicator for block in self._edition.overall.blocks if block.indicator]

    def certificate(self, line: Line) -> bytes:
        """Return the signed certificate of a line; the key is made where there is none yet, and then kept."""
        folder = keys_of(self._engine.url.render_as_string())
        make_key(folder)
        return certificate_of(self._engine, line, signer_in(folder))

    def bodies(self, lane: str) -> Sequence[str]:
        """Return the panels, and after them who confirms the overall rating, in a lane that has one."""
        gate = next((one.overall_gate for one in self._edition.lanes if one.key == lane), None)
        return [*self._panels, gate.key] if gate else self._panels

    def is_made_up(self) -> bool:
        """Return whether this database holds made-up data; asked until the first file has decided."""
        if not self._kind:
            with reading(self._engine) as connection:
                self._kind = kind_of(connection)
        return self._kind == "made_up"

    def round_name(self, lane: str, partition_key: str) -> str:
        """Return the lane and partition in words: `interim assessment, 2017-03`."""
        return f"{lane} assessment, {words(lane, partition_key)}"


def _refused(row: Any) -> RefusedRow:
    sheet = f"sheet {row.sheet}, " if row.sheet else ""
    about = " ".join(part for part in (row.indicator_code, row.organisation_code) if part)
    return RefusedRow(row.source_name, f"{sheet}row {row.row}", about, row.reasons, row.raw)
