"""The main job, in one process: what `ccg run` does, callable from Python.

Belongs here: which months have to be read, the order of the runs, and what came of them.
Does not belong here: options and printing (cli.py), what a step does (assets/).
"""

import logging
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import dagster as dg
import pandas as pd
from dagster import ExecuteInProcessResult
from sqlalchemy import select

from ccg_pipeline.assets.described import code_version
from ccg_pipeline.assets.observations import OBSERVATIONS
from ccg_pipeline.assets.sources import UNPLACED, source_key
from ccg_pipeline.automation import due, requests
from ccg_pipeline.definitions import EDITION, build_definitions
from ccg_pipeline.framework.load import load_edition
from ccg_pipeline.partitions import MONTHS, last_day
from ccg_pipeline.resources import Landed, LandingFolder, Panels, home, launched_by
from ccg_pipeline.sources.reading import Reading
from ccg_pipeline.storage.database import open_database, reading
from ccg_pipeline.storage.tables import source_file, source_observation

Step = Callable[[str], None]
"""Told the name of each step as it ends, and of each part of the work as it begins."""


class RunFailed(Exception):
    """The data or the method refused: the sentence of the step that did."""


@dataclass
class Outcome:
    """What came of a run: the ids of its Dagster runs and the checks that did not pass."""

    run_ids: list[str] = field(default_factory=list)
    warned: list[str] = field(default_factory=list)


@contextmanager
def dagster_instance() -> Iterator[dg.DagsterInstance]:
    """Open the Dagster instance that the UI shows: DAGSTER_HOME, or `dagster` in the home folder."""
    folder = Path(os.environ.setdefault("DAGSTER_HOME", str(home() / "dagster")))
    folder.mkdir(parents=True, exist_ok=True)
    settings = folder / "dagster.yaml"
    if not settings.exists():
        settings.write_text("telemetry:\n  enabled: false\nfreshness:\n  enabled: true\n", encoding="utf-8")
    with dg.DagsterInstance.get() as instance:
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


def unread(landed: tuple[Landed, ...], known: set[tuple[str, str]], last: str) -> dict[str, set[str]]:
    """Return publication -> the months up to `last` of which one of its files tells something new.

    `known` has (sha256, month) of what was read before by this very code, and (sha256, "") of files of which
    nothing could be read. A publication with a new file that tells of no such month comes with no month.
    """
    news: dict[str, set[str]] = {}
    first = str(MONTHS.start.strftime("%Y-%m"))
    for one in landed:
        if isinstance(one.outcome, Reading):
            ends = pd.to_datetime(one.outcome.observations["period_end"]).dt.strftime("%Y-%m")
            months = {end for end in set(ends) if first <= end <= last and (one.sha256, end) not in known}
            if months or (ends.empty and (one.sha256, "") not in known):
                news.setdefault(one.publication, set()).update(months)
        elif (one.sha256, "") not in known:
            news.setdefault(one.publication, set())
    return news


def last_month(landed: tuple[Landed, ...]) -> list[tuple[str, str]]:
    """Return the lanes and partitions of the newest month in a folder: the month, and the year that it ends.

    Raises RunFailed when there is no figure in the folder.
    """
    ends = [
        one.outcome.observations["period_end"].max()
        for one in landed
        if isinstance(one.outcome, Reading) and len(one.outcome.observations)
    ]
    if not ends:
        raise RunFailed("There is no file with a figure in the landing folder: name one with --landing.")
    newest = max(ends)
    month = ("interim", newest.strftime("%Y-%m"))
    return [month, ("annual", f"{newest.year - 1}-04-01")] if newest.month == 3 else [month]


def daemon_is_live(instance: dg.DagsterInstance) -> bool:
    """Return whether a Dagster daemon has looked at the sensors within the last minute."""
    beats = instance.get_daemon_heartbeats()
    return any(name == "SENSOR" and time.time() - beat.timestamp < 60 for name, beat in beats.items())


class MainJob:
    """A landing folder, a database and an instance; `run` takes a lane's partition from files to gates."""

    def __init__(
        self, instance: dg.DagsterInstance, database_url: str, landing: str, tell: Step = lambda _: None
    ) -> None:
        self._instance, self._tell = instance, tell
        self._edition = load_edition(EDITION)
        self._landing = LandingFolder(path=landing)
        self._engine = open_database(database_url)
        progress = {"progress": _progress_logger(tell)}
        self._definitions = dg.Definitions.merge(
            build_definitions(database_url, landing), dg.Definitions(loggers=progress)
        )
        self.outcome = Outcome()

    def run(self, lane: str, partition_key: str) -> Outcome:
        """Read what is new, score the partition, lay it before the panels, release what may be released.

        Raises RunFailed with the sentence of the first step that failed, DatabaseFault for a database that
        holds the other kind of data.
        """
        self._ingest(last_day(partition_key).strftime("%Y-%m"))
        self._tell(f"{lane} lane")
        self._execute(f"{lane}_lane", {"dagster/partition": partition_key})
        self.converge()
        return self.outcome

    def landed(self) -> tuple[Landed, ...]:
        """Return the files of the landing folder with what was read of each."""
        self._tell("reading the landing folder")
        return self._landing.files(self._edition)

    def converge(self) -> None:
        """Do once what the sensor does: let every gate and table show what the ledger says."""
        for request in requests(self._instance, due(self._engine, self._edition, Panels().all_terms())):
            if isinstance(request, dg.RunRequest) and request.job_name and request.partition_key:
                self._tell(f"release of {request.tags.get('ccg/round', '')}")
                self._execute(
                    request.job_name,
                    {**request.tags, "dagster/partition": request.partition_key},
                    list(request.asset_selection or []),
                )

    def _ingest(self, last: str) -> None:
        landed = self.landed()
        if not landed and not self._has_observations():
            raise RunFailed(f"{self._landing.path}: there are no files; name the folder with --landing.")
        news = unread(landed, self._known(), last)
        if not news:
            self._tell("nothing new in the landing folder")
            return
        months = sorted(set().union(*news.values()))
        # Sources without a new figure run too, for the last month, so that what was refused is on record.
        span = months or [last]
        tags = {
            "dagster/asset_partition_range_start": span[0],
            "dagster/asset_partition_range_end": span[-1],
        }
        assets = [source_key(publication) if publication else UNPLACED for publication in sorted(news)]
        self._tell("sources")
        self._execute("ingest", tags, [*assets, OBSERVATIONS])

    def _known(self) -> set[tuple[str, str]]:
        version = code_version("ccg_pipeline.sources")
        files, rows = source_file.c, source_observation.c
        read = select(files.sha256, files.rows_used).where(files.read_by == version)
        held = (
            select(rows.source_sha256, rows.partition_key)
            .where(rows.source_sha256.in_(read.with_only_columns(files.sha256)))
            .distinct()
        )
        with reading(self._engine) as connection:
            nothing = {(str(sha256), "") for sha256, used in connection.execute(read) if not used}
            return nothing | {(str(sha256), str(month)) for sha256, month in connection.execute(held)}

    def _has_observations(self) -> bool:
        with reading(self._engine) as connection:
            return connection.execute(select(source_file.c.sha256).limit(1)).first() is not None

    def _execute(
        self, job_name: str, tags: dict[str, str], selection: list[dg.AssetKey] | None = None
    ) -> None:
        result = self._definitions.resolve_job_def(job_name).execute_in_process(
            instance=self._instance,
            partition_key=tags.pop("dagster/partition", None),
            tags={**tags, "ccg/launched_by": launched_by({})},
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
            raise RunFailed(_sentence(result))


def _sentence(result: ExecuteInProcessResult) -> str:
    """Return the first failed step's own sentence; a fault that is nobody's sentence comes with its type."""
    for event in result.all_events:
        if event.is_step_failure:
            failure = event.step_failure_data
            if failure.user_failure_data is not None and failure.user_failure_data.description:
                return str(failure.user_failure_data.description)
            error = failure.error
            while error is not None and error.cause is not None:
                error = error.cause
            if error is not None:
                said = error.message.strip().splitlines()[0]
                if error.cls_name in ("DatabaseFault", "SchemaFault", "StorageFault", "LedgerError"):
                    return said.partition(": ")[2]
                return f"Step {event.step_key} failed, run {result.run_id}: {said}"
    return f"Run {result.run_id} failed before any step."
