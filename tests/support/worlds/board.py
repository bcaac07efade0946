"""A database with fingerprints in the place of candidates, and what the sensor's runs would do in it.

Belongs here: standing in for lanes and runs, so that the ledger, the gates and the releases move in moments.
Does not belong here: any expectation; what real runs do (small_pipeline.py).
"""

from typing import Any

import pandas as pd
from sqlalchemy import Engine

from ccg_pipeline.release.archive import Release, keep, latest_release, next_header
from ccg_pipeline.release.committee import bodies_of, content_before_committee, submit_to_committee
from ccg_pipeline.release.due import Due, due
from ccg_pipeline.release.gates import gate_row
from ccg_pipeline.release.header import proposed_header
from ccg_pipeline.release.parts import OVERALL, overall_part
from ccg_pipeline.storage import frames
from ccg_pipeline.storage.database import reading
from ccg_pipeline.storage.fingerprint import sha256_of
from ccg_pipeline.storage.sql import gate, lane_fingerprint, release
from expert_panels.ledger import record as ledger
from expert_panels.ledger.line import Line
from tests.support.notations.method_tables import EDITION
from tests.support.worlds.publish_layers import made_of
from tests.support.worlds.small_pipeline import COMMITTEE, PANELS, TERMS

STANDS = ["lane", "partition_key", "part", "sha256", "launched_by", "is_made_up"]


class Board:
    """A database with fingerprints in the place of candidates; `catch_up` does what the launched runs do.

    Only the overall rating is really there, since what is put before the committee is made from it.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.settled: dict[
            tuple[str, str], str
        ] = {}  # as the sensor keeps it: what is cheap must be right too

    def stand(self, lane: str, key: str, letter: str, *parts: str) -> None:
        """Let parts of a round (without any: all) have the fingerprint aaaa…, bbbb…."""
        rows = [
            [lane, key, part, letter * 64, "engineer@data.example", True]
            for part in parts or ("open", *PANELS)
        ]
        scope = {"lane": lane, "partition_key": key, "part": [row[2] for row in rows]}
        self._put(lane_fingerprint, scope, pd.DataFrame(rows, columns=STANDS))
        if lane == "annual" and not parts:
            self.rate(key)

    def rate(self, key: str, launched_by: str = "engineer@data.example", **change: Any) -> None:
        """Let the overall rating of four CCGs stand, but for what is changed in it."""
        content = overall_part(EDITION, "annual", key, made_of("annual").overall.assign(**change))
        with self.engine.begin() as connection:
            sha256 = keep(connection, OVERALL, content)
        row = ["annual", key, OVERALL, sha256, launched_by, True]
        scope = {"lane": "annual", "partition_key": key, "part": OVERALL}
        self._put(lane_fingerprint, scope, pd.DataFrame([row], columns=STANDS))

    def decide(self, lane: str, key: str, decision: str, who: int, *panels: str, **more: str) -> list[Line]:
        """A decision of member (for an override, officer) number `who` of each panel."""
        return [self._decide(lane, key, decision, who, panel, more) for panel in panels]

    def _decide(self, lane: str, key: str, decision: str, who: int, panel: str, more: dict[str, str]) -> Line:
        state = ledger.state_of(self.engine, TERMS[panel], lane, key)
        terms = TERMS[panel]
        fields = {
            "lane": lane,
            "partition_key": key,
            "decision": decision,
            "subject": state.published_subject if decision == "withdraw" else state.subject,
            "actor": (terms.officers if decision == "override" else terms.members)[who].email,
            "interests": "none",
            "reason": "For a test.",
        }
        return ledger.decide(self.engine, terms, **{**fields, **more})

    def sign(self, lane: str, key: str, *panels: str) -> None:
        for who in range(3):
            self.decide(lane, key, "approve", who, *panels)

    def due(self) -> list[Due]:
        return due(self.engine, EDITION, TERMS, settled=self.settled)

    def said(self) -> list[tuple[str, set[str], bool]]:
        return [(one.lane, set(one.panels), one.release) for one in self.due()]

    def catch_up(self) -> None:
        for one in self.due():
            stands = self._stands(one.lane, one.partition_key)
            about: dict[str, Any] = {"lane": one.lane, "partition_key": one.partition_key}
            for panel in one.panels:
                if panel == COMMITTEE:
                    continue
                subject = str(stands.loc[stands["part"] == panel, "sha256"].iloc[0])
                ledger.open_round(
                    self.engine, TERMS[panel], subject=subject, launched_by="engineer@data.example", **about
                )
            if COMMITTEE in one.panels:
                lane = EDITION.lane(one.lane)
                submit_to_committee(self.engine, EDITION, lane, one.partition_key, TERMS)
            for panel in one.panels:
                state = ledger.state_of(self.engine, TERMS[panel], one.lane, one.partition_key)
                row = gate_row(one.lane, one.partition_key, state, TERMS[panel], True)
                self._put(gate, {**about, "panel": panel}, pd.DataFrame([row]))
            if one.release:
                self._release(one.lane, one.partition_key, stands)

    def newest(self, lane: str, key: str) -> Release | None:
        with reading(self.engine) as connection:
            return latest_release(connection, lane, key)

    def _release(self, lane: str, key: str, stands: pd.DataFrame) -> None:
        rule = EDITION.lane(lane)
        states = {
            body: ledger.state_of(self.engine, TERMS[body], lane, key) for body in bodies_of(EDITION, rule)
        }
        recorded = dict(zip(stands["part"], stands["sha256"], strict=True))
        with reading(self.engine) as connection:
            before = latest_release(connection, lane, key)
            content = content_before_committee(connection, EDITION, rule, key, recorded, states)
            laid = sha256_of(content) if content else ""
            header = proposed_header(EDITION, rule, key, stands, states, before, laid)
            news = next_header(connection, header)
        self._put(release, {"lane": lane, "partition_key": [], "serial": []}, news)

    def _stands(self, lane: str, key: str) -> pd.DataFrame:
        with reading(self.engine) as connection:
            return frames.read(connection, lane_fingerprint, {"lane": lane, "partition_key": key})

    def _put(self, table: Any, scope: frames.Scope, frame: pd.DataFrame) -> None:
        with self.engine.begin() as connection:
            frames.replace(connection, table, scope, frame)
