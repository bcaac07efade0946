"""An edition outside the package with three bodies, one after the others: its files, its world, its members.

Belongs here: writing them and letting members decide. Does not belong here: any expectation.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from ccg_pipeline.assets.edition_round import EditionRound
from ccg_pipeline.framework.families import edition_in
from ccg_pipeline.orchestration.instance import dagster_instance
from ccg_pipeline.orchestration.main_job import MainJob
from ccg_pipeline.orchestration.resources import engine_of
from ccg_pipeline.release.bodies import terms_in_force
from ccg_pipeline.release.rounds import ReleasedRound, released_round
from ccg_pipeline.sources.declared import COLUMNS
from ccg_pipeline.storage.database import reading
from expert_panels.ledger import record as ledger
from expert_panels.ledger.line import Line

EDITION = """\
key: schools
title: Schools, an example
year: "2024"
organisation: school
scales:
  - {key: marks, labels: [Good, Fair, Poor]}
shared: {ours: &ours {provenance: assumed, source: a test}}
nodes:
  - key: attendance
    level: figure
    steps: [{do: read, measure: returns/attendance, better: higher, <<: *ours}]
  - key: results
    level: figure
    steps: [{do: read, measure: returns/results, better: higher, <<: *ours}]
  - key: meals
    level: figure
    steps: [{do: read, measure: returns/meals, better: higher, <<: *ours}]
  - key: head
    name: Leadership
    level: judgement
    scale: marks
    steps:
      - {do: labels, measure: returns/head, better: lower, points: {Good: 1, Fair: 2, Poor: 3}, <<: *ours}
      - {do: as_scored, <<: *ours}
  - key: care
    name: Care
    level: area
    scale: marks
    steps: [{do: take, of: [{node: attendance}], <<: *ours}, {do: cuts, at: [95, 90], <<: *ours}]
  - key: learning
    name: Learning
    level: area
    scale: marks
    steps: [{do: take, of: [{node: results}], <<: *ours}, {do: cuts, at: [60, 40], <<: *ours}]
  - key: whole
    name: Whole school
    level: overall
    scale: marks
    steps:
      - do: pick
        which: worst
        needs_all: true
        of: [{node: care, by: grade}, {node: learning, by: grade}, {node: head, by: grade}]
        <<: *ours
      - {do: as_scored, <<: *ours}
  - key: index
    level: overall
    steps: [{do: mean, of: [{node: care, by: grade}, {node: learning, by: grade}], <<: *ours}]
rounds:
  - key: annual
    every: year
    release: RELEASE
    gates:
      - {key: care, body: care_panel, verifies: [care], <<: *ours}
      - {key: learning, body: learning_panel, verifies: [learning], <<: *ours}
      - key: board
        body: school_board
        verifies: [whole]
        after: [care, learning]
        may_moderate: [head]
        <<: *ours
    <<: *ours
leagues:
  - {of: index, name: Order, <<: *ours}
"""
TERMS = """\
panel: NAME
area: NAME
title: The NAME
is_made_up: true
chair_role: chair
deputy_role: deputy
quorum: {members: 2, chair_or_deputy: true, provenance: assumed, source: a test}
declaration_of_interests: State every interest, or write "none".
MAY
members:
  - {name: A, role: chair, email: a@NAME.example, from: 2020-01-01}
  - {name: B, role: deputy, email: b@NAME.example, from: 2020-01-01}
  - {name: C, role: member, email: c@NAME.example, from: 2020-01-01}
"""
BODIES = ("care_panel", "learning_panel", "school_board")
FIGURES = {
    "S1": {"attendance": 96, "results": 70, "meals": 5, "head": "Good"},
    "S2": {"attendance": 91, "results": 50, "meals": 6, "head": "Poor"},
    "S3": {"attendance": 80, "results": 65, "meals": 7, "head": "Good"},
}
KEY, LANE = "2024", "schools/annual"


def edition_folder(folder: Path, release: str) -> Path:
    (folder / "terms").mkdir(parents=True)
    (folder / "edition.yaml").write_text(EDITION.replace("RELEASE", release), encoding="utf-8")
    for body in BODIES:
        may = "may_moderate: [head]" if body == "school_board" else ""
        text = TERMS.replace("NAME", body).replace("MAY", may)
        (folder / "terms" / f"{body}.yaml").write_text(text, encoding="utf-8")
    return folder


class Schools:
    """A landing folder with one return, a database, the edition and its bodies."""

    def __init__(self, home: Path, instance: dg.DagsterInstance, release: str) -> None:
        self.home, self.instance = home, instance
        self.url, self.landing = f"sqlite:///{home}/ccg.db", home / "landing"
        self.folder = home / "schools"
        if release:
            self.landing.mkdir()
            edition_folder(self.folder, release)
        self.edition = edition_in(self.folder)
        self.round = self.edition.rounds[0]
        self.engine = engine_of(self.url)
        self.terms = terms_in_force([self.edition])

    def land(self, name: str, published: str, **changed: dict[str, object]) -> None:
        lines = [",".join(COLUMNS)]
        for code, measures in FIGURES.items():
            for measure, value in {**measures, **changed.get(code, {})}.items():
                cells = dict.fromkeys(COLUMNS, "") | {
                    "layout": "made_up", "publication": "returns", "indicator": measure,
                    "period_start": "2024-01-01", "period_end": "2024-12-31", "published_on": published,
                    "organisation_code": code, "organisation_name": f"School {code}",
                }  # fmt: skip
                cells["judgement" if measure == "head" else "value"] = str(value)
                lines.append(",".join(cells[one] for one in COLUMNS))
        (self.landing / name).write_text("\n".join(lines) + "\n", encoding="utf-8")

    def run(self) -> None:
        self._job().run_round(EditionRound(self.edition, self.round), KEY)

    def converge(self) -> None:
        """Let what follows from the ledger and the data happen."""
        self._job().converge()

    def _job(self) -> MainJob:
        return MainJob(self.instance, self.url, str(self.landing), editions=[self.edition])

    def state(self, body: str) -> str:
        return ledger.state_of(self.engine, self.terms[body], LANE, KEY).state

    def decide(self, body: str, decision: str = "approve", by: str = "ab", **more: str) -> list[Line]:
        """Let members decide on what is before a body, and what follows from it happen."""
        lines = []
        for who in by:
            state = ledger.state_of(self.engine, self.terms[body], LANE, KEY)
            subject = state.published_subject if decision == "withdraw" else state.subject
            fields: dict[str, Any] = {"interests": "none", "reason": "a test", **more}
            lines.append(
                ledger.decide(
                    self.engine,
                    self.terms[body],
                    lane=LANE,
                    partition_key=KEY,
                    decision=decision,
                    subject=subject,
                    actor=f"{who}@{body}.example",
                    **fields,
                )
            )
        self.converge()
        return lines

    def released(self) -> ReleasedRound:
        with reading(self.engine) as connection:
            return released_round(connection, self.edition, self.round, KEY, self.terms)

    def labels(self, node: str) -> list[str]:
        scores = self.released().tables["scores"]
        own = scores[scores["node"] == node].sort_values("organisation_code")
        return [label or why for label, why in zip(own["label"], own["why"], strict=True)]

    def shown(self) -> dict[str, str]:
        """What was done about each node, in words, with how many of its rows have a score."""
        scores = self.released().tables["scores"]
        said = scores.groupby("node")["verification"].first()
        count = scores.groupby("node")["score"].count()
        return {str(node): f"{count[node]} {said[node]}" for node in said.index}


@contextmanager
def opened(home: Path, patch: pytest.MonkeyPatch, release: str = "") -> Iterator[Schools]:
    """The world in a home: a new one of that kind of release, or the one that is there."""
    patch.setenv("CCG_HOME", str(home))
    patch.setenv("DAGSTER_HOME", str(home / "dagster"))
    with dagster_instance() as instance:
        yield Schools(home, instance, release)
