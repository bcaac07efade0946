"""The pipeline's side of the panels' room: candidate tables as the room's protocol asks for them.

Belongs here: finding the kept bytes behind a fingerprint, and what is asked of the database next to them.
Does not belong here: what a row or a figure says (tables.py, figures.py), any page (expert_panels).
"""

import json
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from threading import Lock
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, select

from ccg_pipeline.framework.edition import Edition as AnyEdition
from ccg_pipeline.framework.edition import Gate
from ccg_pipeline.framework.lane_rules import OVERALL, PERFORMANCE
from ccg_pipeline.framework.model import Edition
from ccg_pipeline.framework.round_dates import REGISTER, days_of, round_title, rounds_by_lane
from ccg_pipeline.framework.rounds import last_day
from ccg_pipeline.framework.rules import OverallGate
from ccg_pipeline.method.engine.run import measures_under, resting_on
from ccg_pipeline.panel_papers.certificates import certificate_of, issue
from ccg_pipeline.panel_papers.committee_table import overall_table
from ccg_pipeline.panel_papers.context import (
    ENGLAND,
    context_of,
    series,
    subjects_of_measures,
    values_of,
)
from ccg_pipeline.panel_papers.data_quality import figures_used, in_words, used_of_measures
from ccg_pipeline.panel_papers.entry_table import entry_table, guidance_numbers
from ccg_pipeline.panel_papers.figures import codes_of
from ccg_pipeline.panel_papers.panel_table import candidate_table, subjects_of_bands
from ccg_pipeline.panel_papers.round_papers import as_read, numbers_under, round_table
from ccg_pipeline.publish.site.content import Subject
from ccg_pipeline.quality.kept_findings import RestsOn, concerning, rests_on
from ccg_pipeline.release.archive import fetch, latest_release
from ccg_pipeline.release.bodies import RECORDS, recording_body, terms_in_force
from ccg_pipeline.release.rederived import check_release, check_round
from ccg_pipeline.release.released import kept_part
from ccg_pipeline.release.round_parts import part_tables
from ccg_pipeline.release.round_state import known_in_round
from ccg_pipeline.release.tables import SHOWN
from ccg_pipeline.storage.database import reading
from ccg_pipeline.storage.observations import values_until
from ccg_pipeline.storage.outside import kind_of, room_signer
from ccg_pipeline.storage.sql import kept, quarantine
from expert_panels.foundation.fault import Fault
from expert_panels.ledger import record as ledger
from expert_panels.ledger.line import Line
from expert_panels.papers import CandidateTable, Context, MethodNumber, Plausibility, RefusedRow
from expert_panels.settings import Settings

REMEMBERED = 64
"""Tables that are kept in memory: what a fingerprint stands for never changes."""

_OF_ALL_PANELS = {"max_age_months", "conventions"}


class Known(NamedTuple):
    """A table, the data periods of the figures that it rests on, and its measures as pictures take them."""

    table: CandidateTable
    rests_on: RestsOn
    subjects: Mapping[str, Subject]


class KeptCandidates:
    """Candidate tables from the parts that are kept for ever; implements expert_panels' `Candidates`."""

    def __init__(
        self,
        engine: Engine,
        edition: Edition,
        others: Sequence[AnyEdition] = (),
        settings: Settings | None = None,
    ) -> None:
        """`others` are the editions in force that run by their rounds, `settings` say how receipts go."""
        self._engine, self._edition, self._others, self._settings = engine, edition, others, settings
        self._rounds = rounds_by_lane(others)
        self._panels = [rule.key for rule in edition.panels]
        self._numbers = tuple(edition.numbers())  # gone through once, and not for every page
        self._tables: OrderedDict[str, Known] = OrderedDict()
        self._being_read: dict[str, Lock] = {}
        self._lock = Lock()
        self._kind = ""

    def table(self, subject_sha256: str) -> CandidateTable | None:
        """Return the table with that fingerprint, or None; StorageFault when its bytes were altered."""
        found = self._known(subject_sha256)
        return None if found is None else found.table

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
        if str(part) == RECORDS:
            return Known(entry_table(subject_sha256, fetch(connection, subject_sha256)), RestsOn((), {}), {})
        if found := self._of_round(connection, str(part), subject_sha256):
            return found
        make = candidate_table if str(part) in self._panels else overall_table
        frames = kept_part(connection, subject_sha256)
        table = make(self._edition, str(part), subject_sha256, frames)
        rests = rests_on(figures_used(connection, frames, self._edition), self._edition)
        return Known(table, rests, subjects_of_bands(frames.get("indicator_band"), self._edition))

    def _of_round(self, connection: Connection, body: str, subject_sha256: str) -> Known | None:
        """Return the table of a round of another edition; None where the part is of none in force."""
        content = fetch(connection, subject_sha256)
        about = json.loads(content)
        if "round" not in about:
            return None
        lane, key = f"{about['edition']}/{about['round']}", str(about["partition_key"])
        if lane not in self._rounds:
            raise Fault(f"{lane} is of an edition that is not in force: name it in CCG_EDITIONS.")
        edition, one = self._rounds[lane]
        gate = next((each for each in one.gates if each.panel == body), None)
        if gate is None:
            return None
        names, part = known_in_round(self._engine, edition, one, key)["name"].fillna(""), part_tables(content)
        table = round_table(edition, one, key, gate, subject_sha256, part, dict(names))
        figures = part.tables["figures"]
        rests = rests_on(used_of_measures(figures, self._edition), self._edition)
        return Known(table, rests, subjects_of_measures(figures, table.measures))

    def _gate_of(self, panel: str) -> tuple[AnyEdition, Gate] | None:
        """Return the gate of a body of another edition, with that edition."""
        gates = ((edition, gate) for edition, one in self._rounds.values() for gate in one.gates)
        is_own = panel in self._panels or panel in [one.key for one in self._committees]
        return None if is_own else next((each for each in gates if each[1].panel == panel), None)

    @property
    def _committees(self) -> list[OverallGate]:
        return [one.overall_gate for one in self._edition.lanes if one.overall_gate is not None]

    def plausibility(self, subject_sha256: str) -> Plausibility:
        """Return what was found of a table's figures up to its month; of an unknown table, nothing."""
        known = self._known(subject_sha256)
        if known is None:
            return Plausibility(0, (), ())
        table = known.table
        with reading(self._engine) as connection:
            found = concerning(connection, known.rests_on, f"{self._last_day(table):%Y-%m}")
        name = self._edition.panel(table.panel).name if table.panel in self._panels else ""
        said = in_words(found, self._edition, name)
        # what other editions read of publications that the suites know nothing of
        checked = {code for code, _, _ in known.rests_on.periods}
        others = [one for one in table.measures if "/" in one.code and one.code.split("/")[1] not in checked]
        return replace(said, unchecked=(*said.unchecked, *(f"{one.name} ({one.code})" for one in others)))

    def _last_day(self, table: CandidateTable) -> date:
        if table.lane in self._rounds:
            return days_of(*self._rounds[table.lane], table.partition_key)[1]
        return last_day(table.partition_key)

    def context(self, subject_sha256: str, organisation: str) -> Mapping[str, Context]:
        """Return, by measure, what one organisation's figures are seen against; nothing of an unknown one."""
        known = self._known(subject_sha256)
        if known is None or organisation not in known.table.by_code or not known.subjects:
            return {}
        table, one = known.table, known.table.by_code[organisation]
        codes = {measure.rpartition("/")[2] for measure in known.subjects}
        with reading(self._engine) as connection:
            values = values_until(connection, codes, {organisation, ENGLAND}, self._last_day(table))
        references = {figure.measure: figure.reference for figure in one.figures}
        return {
            measure: context_of(
                subject, references.get(measure, ""), organisation, one.name, table.kind,
                series(values_of(values, measure)),
            )
            for measure, subject in known.subjects.items()
        }  # fmt: skip

    def refused_rows(self, panel: str) -> Sequence[RefusedRow]:
        """Return the quarantined rows of a panel's indicators, and those of their files that name none."""
        if panel == RECORDS:
            return []
        if found := self._gate_of(panel):
            its, gate = found
            measures = [one.partition("/") for one in measures_under(its, gate.verifies)]
            codes, publications = [code for _, _, code in measures], {name for name, _, _ in measures}
        else:
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
        if panel == RECORDS:
            return guidance_numbers()
        if found := self._gate_of(panel):
            return numbers_under(*found)
        codes = set(self._codes(panel))
        nodes, is_panel = self._edition.nodes, panel in self._panels
        rests = resting_on(nodes, [panel if is_panel else OVERALL], () if is_panel else (PERFORMANCE,))
        own = list(nodes.numbers(rests | codes, of_rows=False))
        for file, items in (("indicators.csv", codes), ("framework.yaml", _OF_ALL_PANELS)):
            own += [one for one in self._numbers if one.file == file and one.item.split(" / ")[0] in items]
        return as_read(own)

    def _codes(self, panel: str) -> list[str]:
        """Return the indicators of a panel, or, for the committee, those that it judges by themselves."""
        if panel in self._panels:
            return codes_of(self._edition, self._edition.panel(panel))
        return [block.indicator for block in self._edition.overall.blocks if block.indicator]

    def certificate(self, line: Line) -> bytes:
        """Return the signed certificate of a line; the key is made where there never was one, and kept."""
        return certificate_of(self._engine, line, room_signer(self._engine), terms_in_force(self._others))

    def issue(self) -> None:
        """Issue the certificates of decisions without a receipt; see `certificates.issue`."""
        issue(self._engine, self._settings, terms_in_force(self._others), self._others)

    def released(self, lane: str, partition_key: str) -> Mapping[str, str]:
        """Return the fingerprint of each body's table that the newest release shows; those that it shows.

        The release is recomputed from the ledger. Raises StorageFault for one that is not what it gives.
        """
        if lane == REGISTER:
            state = ledger.state_of(self._engine, recording_body(), lane, partition_key)
            return {RECORDS: state.published_subject} if state.published_subject else {}
        with reading(self._engine) as connection:
            found = latest_release(connection, lane, partition_key)
            if found is None:
                return {}
            terms = terms_in_force(self._others)
            if round_of := self._rounds.get(lane):
                check_round(connection, *round_of, found, terms)
            else:
                check_release(connection, self._edition, found, terms)
        overall = found.header["overall"] or {}
        bodies = {**found.header["panels"], overall.get("gate", ""): overall}
        shown = {body: said for body, said in bodies.items() if said.get("verification") in SHOWN}
        return {body: str(said["subject"]) for body, said in shown.items()}

    def bodies(self, lane: str) -> Sequence[str]:
        """Return the panels, and after them who confirms the overall rating, in a lane that has one."""
        if found := self._rounds.get(lane):
            return [gate.panel for gate in found[1].gates]
        if lane == REGISTER:
            return [RECORDS]
        if "/" in lane:
            return []
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
        return round_title(lane, partition_key, self._others)


def _refused(row: Any) -> RefusedRow:
    sheet = f"sheet {row.sheet}, " if row.sheet else ""
    about = " ".join(part for part in (row.indicator_code, row.organisation_code) if part)
    return RefusedRow(row.source_name, f"{sheet}row {row.row}", about, row.reasons, row.raw)
