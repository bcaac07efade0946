"""The main job, in one process: what `ccg run` does, callable from Python.

Belongs here: which months have to be read, the order of the runs, and what came of them.
Does not belong here: options and printing (cli/verbs.py), what a step does (assets/).
"""

import logging
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import date

import dagster as dg
from dagster import ExecuteInProcessResult
from sqlalchemy import select

from ccg_pipeline.assets.observations import OBSERVATIONS
from ccg_pipeline.assets.rounds import EditionRound
from ccg_pipeline.assets.sources import UNRECOGNISED, source_key
from ccg_pipeline.framework.edition import Edition as AnyEdition
from ccg_pipeline.framework.load import load_edition
from ccg_pipeline.framework.round_dates import days_of
from ccg_pipeline.framework.rounds import last_day
from ccg_pipeline.framework.wanted import wanted_by
from ccg_pipeline.landing.files import Found, LandingFolder
from ccg_pipeline.landing.record import files_of, recorded
from ccg_pipeline.orchestration.automation import requests, rounds_due
from ccg_pipeline.orchestration.definitions import build_definitions, named_editions
from ccg_pipeline.orchestration.news import Months, spans, unread
from ccg_pipeline.orchestration.outcome import Outcome
from ccg_pipeline.orchestration.resources import engine_of
from ccg_pipeline.orchestration.run_process import PROCESS_TAG, fail_orphaned_runs, this_process
from ccg_pipeline.settings import dagster_home, database_url, editions_in_force, launched_by
from ccg_pipeline.storage.database import reading
from ccg_pipeline.storage.sql import observed, plausibility, source_observation
from expert_panels.foundation.fault import Fault, sentence_in
from expert_panels.foundation.whole_file import write_whole
from expert_panels.terms import load_terms

SETTINGS = """\
telemetry:
  enabled: false
nux:
  enabled: false
freshness:
  enabled: true
# After a backfill the sensor has a release to make for each round, and a run takes 300 MB.
concurrency:
  runs:
    max_concurrent_runs: 2
# A run whose process was killed before it began, or that hangs, is waited for so long and no longer.
run_monitoring:
  enabled: true
  start_timeout_seconds: 180
  max_runtime_seconds: 21600
  poll_interval_seconds: 15
"""
"""What `dagster.yaml` says where there is none yet."""

PARTITION = "dagster/partition"

Step = Callable[[str], None]
"""Told the name of each step as it ends, and of each part of the work as it begins."""


@contextmanager
def dagster_instance(url: str = "") -> Iterator[dg.DagsterInstance]:
    """Open the Dagster instance of a database, by its URL: DAGSTER_HOME, or `dagster` in its home folder."""
    folder = dagster_home(url or database_url())
    folder.mkdir(parents=True, exist_ok=True)
    settings = folder / "dagster.yaml"
    if not settings.exists():
        write_whole(settings, SETTINGS.encode("utf-8"))
    with dg.DagsterInstance.from_config(str(folder)) as instance:
        yield instance


class _StepsOnly(logging.Handler):
    """Passes on the name of each step that ended; everything else is in the instance's own event log."""

    def __init__(self, tell: Step) -> None:
        super().__init__()
        self._tell = tell

    def emit(self, record: logging.LogRecord) -> None:
        meta = getattr(record, "dagster_meta", {})
        event = meta.get("dagster_event") if isinstance(meta, dict) else None
        if event is not None and event.event_type_value in ("STEP_SUCCESS", "STEP_FAILURE"):
            self._tell(str(event.step_key))


def _progress_logger(tell: Step) -> dg.LoggerDefinition:
    @dg.logger(config_schema={}, description="Tells the terminal which step has ended.")
    def progress(_context: dg.InitLoggerContext) -> logging.Logger:
        logger = logging.Logger("ccg.progress", logging.DEBUG)
        logger.addHandler(_StepsOnly(tell))
        return logger

    return progress


def daemon_is_live(instance: dg.DagsterInstance) -> bool:
    """Return whether a Dagster daemon has looked at the sensors within the last minute."""
    beats = instance.get_daemon_heartbeats()
    return any(name == "SENSOR" and time.time() - beat.timestamp < 60 for name, beat in beats.items())


class MainJob:
    """A landing folder, a database and an instance; `run` takes a lane's partition from files to gates."""

    def __init__(
        self,
        instance: dg.DagsterInstance,
        database_url: str,
        landing: str,
        tell: Step = lambda _: None,
        amended_on: date | None = None,
        editions: Sequence[AnyEdition] | None = None,
    ) -> None:
        """`amended_on`: the day whose corrections of refused rows are in force; today without.

        `editions` run by their rounds; without them, those of CCG_EDITIONS.
        """
        self._instance, self._tell = instance, tell
        self._edition = load_edition()
        self._landing = LandingFolder(landing, amended_on)
        self._engine = engine_of(database_url)
        self._editions = named_editions(editions_in_force()) if editions is None else list(editions)
        progress = {"progress": _progress_logger(tell)}
        self._definitions = dg.Definitions.merge(
            # one landing folder for all runs of this job, so that each file is looked into once
            build_definitions(database_url, landing, lambda: self._landing, self._editions),
            dg.Definitions(loggers=progress),
        )
        self._files: dict[Found, tuple[str, frozenset[str]]] | None = None
        self._new: list[Found] = []
        self.outcome = Outcome()

    def run(self, lane: str, partition_key: str) -> Outcome:
        """Read what is new, score the partition, lay it before the panels, release what may be released.

        Raises Fault with the sentence of the first step that failed, DatabaseFault for a database that
        holds the other kind of data.
        """
        self._ingest(last_day(partition_key).strftime("%Y-%m"))
        self._tell(f"{lane} lane")
        self._execute(f"{lane}_lane", {PARTITION: partition_key})
        self.converge()
        return self.outcome

    def run_round(self, of: EditionRound, partition_key: str) -> Outcome:
        """Read what is new, score a round of an edition, and release it. Raises as `run` does."""
        self._ingest(days_of(of.edition, of.round, partition_key)[1].strftime("%Y-%m"))
        self._tell(f"{of.edition.title}, {partition_key}")
        self._execute(of.name, {PARTITION: partition_key})
        return self.outcome

    def months(self, publications: Collection[str]) -> list[str]:
        """Return the months of which the landing folder's files of some publications tell, in order."""
        of_each = (months for publication, months in self.files().values() if publication in publications)
        return sorted(set().union(*of_each))

    def files(self) -> Months:
        """Return the landing folder's files with their publications and months; only new ones are opened."""
        if self._files is None:
            self._tell("looking into the landing folder")
            files = files_of(self._landing, self._engine)
            asked = wanted_by(self._edition, *self._editions)
            record = recorded(self._engine, files, asked)
            self._new = [found for found in files if found not in record]
            self._files = {
                found: (asked.source_of(one.publication), one.months) for found, one in record.items()
            }
            for number, found in enumerate(self._new, start=1):
                self._tell(f"reading {found.path.name} ({number} of {len(self._new)})")
                landed = self._landing.read(found, asked)
                self._files[found] = (asked.source_of(landed.publication), landed.months)
        return self._files

    def converge(self) -> None:
        """Do once what the sensor does: let every gate and table show what the ledger says."""
        killed = fail_orphaned_runs(self._instance)
        rounds = rounds_due(self._engine, self._edition, load_terms(), killed)
        for request in requests(self._instance, rounds):
            if isinstance(request, dg.RunRequest) and request.job_name and request.partition_key:
                self._tell(f"release of {request.tags.get('ccg/round', '')}")
                self._execute(
                    request.job_name,
                    {**request.tags, PARTITION: request.partition_key},
                    list(request.asset_selection or []),
                )

    def _ingest(self, last: str) -> None:
        files = self.files()
        rows = source_observation.c
        with reading(self._engine) as connection:
            stored = connection.execute(select(rows.source_sha256, rows.partition_key).distinct()).all()
        if not files and not stored:
            raise Fault(f"{self._landing.path}: there are no files; name the folder with --landing.")
        held = {(str(sha256), str(month)) for sha256, month in stored}
        news = unread(files, held, self._new, last)
        for first, until, publications in spans(news, last) if news else []:
            keys = [source_key(publication) if publication else UNRECOGNISED for publication in publications]
            self._tell(f"sources of {first} to {until}")
            self._execute("ingest", _range(first, until), [*keys, OBSERVATIONS])
        behind = self._behind(last)
        for first, until, _ in spans({OBSERVATIONS.path[-1]: behind}, last) if behind else []:
            self._tell(f"observations of {first} to {until}, which a run left behind")
            self._execute("ingest", _range(first, until), [OBSERVATIONS])
        self._new = []

    def _behind(self, last: str) -> set[str]:
        """Return months up to `last` whose sources were written but not taken in, or not checked after.

        A run ended between, or an earlier version kept no findings.
        """
        month = source_observation.c.partition_key
        unfinished = month.not_in(select(observed.c.partition_key)) | month.not_in(
            select(plausibility.c.partition_key)
        )
        statement = select(month).where(month <= last, unfinished).distinct()
        with reading(self._engine) as connection:
            return {str(row[0]) for row in connection.execute(statement)}

    def _execute(
        self, job_name: str, tags: dict[str, str], selection: list[dg.AssetKey] | None = None
    ) -> None:
        others = {name: tag for name, tag in tags.items() if name != PARTITION}
        result = self._definitions.resolve_job_def(job_name).execute_in_process(
            instance=self._instance,
            partition_key=tags.get(PARTITION),
            tags={
                **others,
                "ccg/launched_by": launched_by({}),
                PROCESS_TAG: this_process(),
            },
            asset_selection=selection,
            run_config={"loggers": {"progress": {}}},
            raise_on_error=False,
        )
        self.outcome.run_ids.append(result.run_id)
        for check in result.get_asset_check_evaluations():
            if not check.passed:
                name = f"{check.asset_key.to_user_string()}: {check.check_name}"
                self.outcome.warned.append(name)
        if not result.success:
            raise Fault(_sentence(result))


def _range(first: str, until: str) -> dict[str, str]:
    """Return the tags by which one run takes all months from `first` to `until`.

    One month is a partition and no range: its checks are then said once, and not of the range as well.
    """
    if first == until:
        return {PARTITION: first}
    return {
        "dagster/asset_partition_range_start": first,
        "dagster/asset_partition_range_end": until,
    }


def _sentence(result: ExecuteInProcessResult) -> str:
    """Return the first failed step's own sentence; a fault that is nobody's sentence comes with its type."""
    for event in result.all_events:
        if event.is_step_failure:
            failure = event.step_failure_data
            if failure.user_failure_data is not None and failure.user_failure_data.description:
                return str(failure.user_failure_data.description)
            chain: list[str] = []
            error = failure.error
            while error is not None:
                chain.append(error.message)
                error = error.cause
            if said := next(filter(None, map(sentence_in, chain)), ""):
                return said
            if chain:
                (said, *_) = chain[-1].strip().splitlines()
                return f"Step {event.step_key} failed, run {result.run_id}: {said}"
    return f"Run {result.run_id} failed before any step."
