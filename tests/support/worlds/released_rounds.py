"""Rounds of any edition scored, signed and released in a database in memory, without files and Dagster.

Belongs here: an edition without gates, one with, a few figures, and what the steps of a round would do.
Does not belong here: the real pipeline (schools.py, small_pipeline.py), any expectation.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd

from ccg_pipeline.framework.edition import Edition
from ccg_pipeline.framework.families import edition_in
from ccg_pipeline.framework.load import load_edition
from ccg_pipeline.framework.round_dates import days_of, lane_of
from ccg_pipeline.framework.round_parts import parts_of
from ccg_pipeline.method.round_assessment import assess_round, organisations_of
from ccg_pipeline.publish.site.publications import Source, source_of
from ccg_pipeline.release.archive import part_pieces, release_new
from ccg_pipeline.release.bodies import terms_in_force
from ccg_pipeline.release.round_parts import content_of
from ccg_pipeline.release.round_state import release_of, submit_to_body
from ccg_pipeline.storage import pieces
from ccg_pipeline.storage.database import open_database
from expert_panels.ledger import record as ledger

AMBULANCES = """\
key: ambulances
title: Ambulances, an example
year: "2025-26"
organisation: trust
scales:
  - {key: marks, labels: ["1", "2", "3"]}
shared: {ours: &ours {provenance: assumed, source: a test}}
nodes:
  - key: minutes
    name: Response time
    level: metric
    steps:
      - do: read
        measure: nof/OF0017
        better: lower
        error: {value: repeated, provenance: assumed, source: a test}
        <<: *ours
  - key: sickness
    level: metric
    steps: [{do: read, measure: nof/OF0086, better: lower, <<: *ours}]
  - key: mark
    name: Mark
    level: overall
    scale: marks
    steps:
      - {do: take, of: [{node: minutes}], <<: *ours}
      - {do: cuts, at: [20, 30], <<: *ours}
rounds:
  - {key: quarter, every: quarter, <<: *ours}
leagues:
  - {of: mark, name: Order, <<: *ours}
"""
CAP = """\
      - do: cap
        when: {all_of: [{of: sickness, above: 9}]}
        at_best: 3
        because: Sickness is above 9
        <<: *ours
"""
TRUSTS = pd.DataFrame(
    {"name": ["Alpha", "Beta & Sons", "Gamma"], "region": ["North", "North", "South"]},
    index=pd.Index(["RA", "RB", "RC"], name="organisation_code"),
)
SCHOOLS = pd.DataFrame(
    {"name": ["School S1", "School S2", "School S3"]},
    index=pd.Index(["S1", "S2", "S3"], name="organisation_code"),
)
Figures = Mapping[str, Mapping[str, float | str]]


def ambulances(folder: Path, **changed: str) -> Edition:
    """The edition without gates, read from a folder that is written, with other keys where `changed`."""
    (folder / "ambulances").mkdir()
    text = AMBULANCES.replace("rounds:\n", f"{CAP}rounds:\n")
    text = text.replace("name: Order,", "name: Order, pool: region,")
    for key, value in changed.items():
        text = re.sub(rf"(?m)^{key}: .*$", f'{key}: "{value}"', text)
    (folder / "ambulances" / "edition.yaml").write_text(text, encoding="utf-8")
    return edition_in(folder / "ambulances")


class InMemory:
    """A database, in memory without a `url`, in which an edition's rounds are scored, signed and released."""

    def __init__(self, edition: Edition, known: pd.DataFrame, url: str = "sqlite://") -> None:
        self.edition, self.round, self.known = edition, edition.rounds[0], known
        self.engine, self.terms = open_database(url), terms_in_force([edition])
        self._before: dict[str, pd.DataFrame] = {}

    @property
    def lane(self) -> str:
        return lane_of(self.edition, self.round)

    def source(self) -> Source:
        return source_of(self.engine, load_edition(), [self.edition], lambda _: ())

    def score(self, key: str, figures: Figures) -> None:
        """What the step `scores` does, on figures by organisation and measure."""
        frame = self._frame(key, figures)
        known = organisations_of(self.edition, frame, self.known)
        tables = assess_round(self.edition, self.round, key, frame, known, self._before)
        self._before = {key: frame, **self._before}
        whole = {
            "scores": tables.scores, "places": tables.places, "chances": tables.chances,
            "changes": tables.changes,
            "figures": frame, "organisations": known.reset_index(),
        }  # fmt: skip
        for part in parts_of(self.edition, self.round):
            content = content_of(self.edition, self.round, key, part, whole, {})
            own = part_pieces(self.lane, part.name, {key: content}, "engineer@data.example", True)
            pieces.write(self.engine, own)

    def _frame(self, key: str, figures: Figures) -> pd.DataFrame:
        first, last = days_of(self.edition, self.round, key)
        rows = [
            {
                "measure": measure,
                "organisation_code": code,
                "value": value if isinstance(value, float | int) else float("nan"),
                "judgement": value if isinstance(value, str) else "",
                "cell": f"row {number}",
            }
            for number, (code, own) in enumerate(figures.items(), start=2)
            for measure, value in own.items()
        ]
        frame = pd.DataFrame(rows).assign(
            organisation_kind=self.edition.organisation,
            period_start=pd.Timestamp(first), period_end=pd.Timestamp(last), status="published",
            numerator=float("nan"), denominator=float("nan"), lower_95=float("nan"), upper_95=float("nan"),
            source_name=f"{key}.csv", source_sha256="0" * 64, sheet="", note="", is_made_up=True,
        )  # fmt: skip
        return frame.sort_values(["measure", "organisation_code"], ignore_index=True)

    def decide(self, key: str, body: str, decision: str = "approve", by: str = "ab") -> None:
        """Submit what is due, then let members of a body decide on it."""
        self.submit(key)
        for who in by:
            state = ledger.state_of(self.engine, self.terms[body], self.lane, key)
            ledger.decide(
                self.engine,
                self.terms[body],
                lane=self.lane,
                partition_key=key,
                decision=decision,
                subject=state.published_subject if decision == "withdraw" else state.subject,
                actor=f"{who}@{body}.example",
                interests="none",
                reason="a test",
            )

    def submit(self, key: str) -> None:
        for gate in self.round.gates:
            submit_to_body(self.engine, self.edition, self.round, gate, [key], self.terms)

    def release(self, key: str, at: str = "2026-02-01T09:30:00") -> None:
        """What the step `release` does, at a time."""
        self.submit(key)
        found = release_of(self.engine, self.edition, self.round, key, self.terms)
        made = datetime.fromisoformat(at).replace(tzinfo=UTC)
        release_new(self.engine, [found.header], made, list(found.contents.items()))
