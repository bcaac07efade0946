"""A small pipeline to run: a landing folder with a few publications, a database, an instance of Dagster.

Belongs here: what the tests in tests/pipeline do with it (run it, sign, land another file) and look at.
Does not belong here: fixtures (tests/pipeline/conftest.py), any expectation.
"""

import csv
import shutil
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import dagster as dg
import pandas as pd
from dagster._core.definitions.sensor_definition import SensorExecutionData
from sqlalchemy import Engine, text

from ccg_pipeline.framework.load import load_edition
from ccg_pipeline.orchestration.definitions import build_definitions
from ccg_pipeline.orchestration.main_job import MainJob, Outcome
from ccg_pipeline.orchestration.resources import engine_of
from ccg_pipeline.publish.export import FORMATS, exported
from ccg_pipeline.release.released import Tables, released
from ccg_pipeline.storage import frames
from ccg_pipeline.storage.database import reading
from ccg_pipeline.storage.fingerprint import data_version
from ccg_pipeline.storage.sql import BY_NAME
from expert_panels.ledger import record as ledger
from expert_panels.ledger.gate_state import GateState
from expert_panels.ledger.line import Line
from expert_panels.terms import load_terms
from tests.support.notations.storage_cases import damage

EDITION = load_edition()
PANELS = [rule.key for rule in EDITION.panels]
COMMITTEE = "commissioning_committee"
TERMS = load_terms()
MONTH, YEAR = ("interim", "2017-03"), ("annual", "2016-04-01")
LANE_TABLES = ("indicator_band", "area_score", "candidate_rating", "overall_rating")

SMALL = [
    # every panel's area has ratings, finance and leadership an overall one, and the plans their progress
    "cancer_stage/stg1and2detection_2015.json",
    "cancer_survival/cancer_survival_2015-12-31.csv",
    "ccg_ois/CCG_1_25_2015.xls",
    "maternity_survey/maternity_survey_2017-02-28.csv",
    "cancer_waits/cancer_waits_2017-03-31.csv",
    "nda/nda_2017-03-31.csv",
    "iapt/iapt_ccg_2016-17.csv",
    "eip/eip_2017-03-31.csv",
    "dementia_diagnoses/rec-dem-diag-mar-2017.csv",
    "qof/qof_2017-03-31.csv",
    "assuring_transformation/assuring_transformation_2017-03-31.csv",
    "ld_health_checks/ld_health_checks_2017-03-31.csv",
    "satod/satod_2017-03-31.csv",
    "rtt/Incomplete-Commissioner-Mar17.xls",
    "finance/finance_2017-03-31.csv",
    "leadership/leadership_2017-03-31.csv",
    "stp_assessment/stp_assessment_2017-03-31.csv",
    "stp_progress/stp_progress_2017-03-31.csv",
]


def copy_files(year: Path, folder: Path, names: Iterable[str]) -> Path:
    """Copy files of the made-up year, each with its sidecar where it has one."""
    for name in names:
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        for path in sorted((year / name).parent.glob(f"{Path(name).name}*")):
            shutil.copy(path, target.with_name(path.name))
    return folder


def land_again(
    source: Path, target: Path, published_on: str, change: Callable[[dict[str, str]], None] = lambda _: None
) -> Path:
    """Land a file of the declared layout once more under another name, published later, its rows changed."""
    with source.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        row["published_on"] = published_on
        change(row)
    with target.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return target


def halve(row: dict[str, str]) -> None:
    """A change of land_again: half the share, wherever it is known; the parts still add up to England's."""
    if row["denominator"].isdigit():
        row["denominator"] = str(2 * int(row["denominator"]))
        row["value"] = str(100 * int(row["numerator"]) / int(row["denominator"]))


@dataclass
class SmallPipeline:
    """A database by its URL, a landing folder, an instance; nothing in it is kept but what these keep."""

    url: str
    landing: Path
    instance: dg.DagsterInstance
    told: list[str] = field(default_factory=list)

    @property
    def engine(self) -> Engine:
        return engine_of(self.url)

    def job(self) -> MainJob:
        return MainJob(self.instance, self.url, str(self.landing), self.told.append)

    def run(self, *partitions: tuple[str, str]) -> Outcome:
        """What `ccg run` does for each partition."""
        job = self.job()
        for lane, key in partitions:
            job.run(lane, key)
        return job.outcome

    def converge(self) -> Outcome:
        """What the sensor does."""
        job = self.job()
        job.converge()
        return job.outcome

    def tick(self, cursor: str = "") -> SensorExecutionData:
        """One evaluation of the sensor, as the daemon makes it; nothing is launched."""
        definitions = build_definitions(self.url, str(self.landing))
        resources = {
            "database": engine_of(self.url),
            "terms": load_terms(),
        }
        with dg.build_sensor_context(
            self.instance, cursor, definitions=definitions, resources=resources
        ) as context:
            return definitions.resolve_sensor_def("follow_the_ledger").evaluate_tick(context)

    def launch(
        self, job_name: str, key: str, selection: Sequence[dg.AssetKey] | None = None, **tags: str
    ) -> dg.ExecuteInProcessResult:
        """What somebody does who launches a job by hand, in the launchpad."""
        return (
            build_definitions(self.url, str(self.landing))
            .resolve_job_def(job_name)
            .execute_in_process(
                instance=self.instance,
                partition_key=key or None,
                asset_selection=list(selection) if selection else None,
                tags=tags,
                # else a failed test shows some hundred lines of log before it says why
                run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
                raise_on_error=False,
            )
        )

    def state(self, panel: str, lane: str, key: str) -> GateState:
        return ledger.state_of(self.engine, TERMS[panel], lane, key)

    def decide(self, decision: str, panel: str, who: int, lane: str, key: str, **about: str) -> Line:
        """A decision of the panel's member (or, for an override, officer) number `who`."""
        state, terms = self.state(panel, lane, key), TERMS[panel]
        people = terms.officers if decision == "override" else terms.members
        return ledger.decide(
            self.engine,
            terms,
            lane=lane,
            partition_key=key,
            decision=decision,
            subject=state.published_subject if decision == "withdraw" else state.subject,
            actor=people[who].email,
            interests="none",
            **{"reason": "For a test.", **about},
        )

    def approve(self, panels: Iterable[str], lane: str, key: str) -> None:
        """The quorum of each panel signs what is before it."""
        for panel in panels:
            for who in range(TERMS[panel].quorum.members):
                self.decide("approve", panel, who, lane, key)

    def confirm(self, key: str) -> None:
        """The six panels sign the year; what then comes before the committee its quorum confirms."""
        self.approve(PANELS, "annual", key)
        self.converge()
        self.approve([COMMITTEE], "annual", key)

    def tables(self, lane: str, key: str) -> Tables:
        return released(self.engine, EDITION, lane, key)

    def exports(self, lane: str, key: str) -> dict[str, bytes]:
        """Every released table in every format, as bytes."""
        tables = self.tables(lane, key).frames
        return {
            f"{name}.{file_format}": exported(frame, file_format)
            for name, frame in sorted(tables.items())
            for file_format in FORMATS
        }

    def verifications(self, lane: str, key: str) -> dict[str, str]:
        """Panel -> what the released table says that it has done; empty when nothing is released."""
        if not self.serials().get((lane, key)):
            return {}
        header = self.tables(lane, key).header
        said = {panel: str(entry["verification"]) for panel, entry in header["panels"].items()}
        return said | ({COMMITTEE: str(header["overall"]["verification"])} if header["overall"] else {})

    def serials(self) -> dict[tuple[str, str], int]:
        """Lane and partition -> serial of the newest release; the number of releases is the same."""
        statement = "SELECT lane, partition_key, max(serial), count(*) FROM release GROUP BY 1, 2"
        with reading(self.engine) as connection:
            rows = connection.execute(text(statement)).all()
        assert all(newest == count for _, _, newest, count in rows)
        return {(str(lane), str(key)): int(newest) for lane, key, newest, _ in rows}

    def lines(self) -> list[Line]:
        return ledger.lines(self.engine)

    def rows(self, table: str, **scope: str) -> pd.DataFrame:
        with reading(self.engine) as connection:
            return frames.read(connection, BY_NAME[table], scope)

    def fingerprints(self, *tables: str) -> dict[str, str]:
        """Table -> the fingerprint of all its rows."""
        return {table: data_version(self.rows(table)) for table in tables}

    def change(self, statement: str, **values: str) -> None:
        """Do something to the database behind the pipeline's back."""
        assert damage(self.engine, statement, **values) > 0


def score(url: str, landing: Path) -> None:
    """Let a month and a year be scored in a database and nothing be signed; its connections are closed."""
    with dg.DagsterInstance.ephemeral() as instance:
        pipeline = SmallPipeline(url, landing, instance)
        pipeline.run(MONTH, YEAR)
        pipeline.engine.dispose()  # the last connection to go puts everything into the one file
