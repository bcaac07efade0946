"""The main job, in one process: what `ccg run` does, callable from Python.

Belongs here: which months have to be read, the order of the runs, and what came of them.
Does not belong here: options and printing (cli/verbs.py), what a step does (assets/).
"""

import logging
from collections.abc import Callable, Collection, Sequence
from datetime import date
from uuid import uuid4

import dagster as dg
from sqlalchemy import select

from ccg_pipeline.assets.edition_round import EditionRound
from ccg_pipeline.assets.lane import Lane
from ccg_pipeline.assets.observations import OBSERVATIONS
from ccg_pipeline.assets.sources import UNRECOGNISED, source_key
from ccg_pipeline.framework.edition import Edition as AnyEdition
from ccg_pipeline.framework.families import named_editions
from ccg_pipeline.framework.load import load_edition
from ccg_pipeline.framework.round_dates import days_of
from ccg_pipeline.framework.rounds import last_day
from ccg_pipeline.framework.wanted import wanted_by
from ccg_pipeline.landing.files import Found, LandingFolder
from ccg_pipeline.landing.record import files_of, recorded
from ccg_pipeline.orchestration.automation import requests, rounds_due
from ccg_pipeline.orchestration.definitions import build_definitions, lanes_of, rounds_of
from ccg_pipeline.orchestration.news import Months, spans, unread
from ccg_pipeline.orchestration.outcome import Outcome, is_interrupted, sentence_of
from ccg_pipeline.orchestration.resources import engine_of
from ccg_pipeline.orchestration.run_process import (
    alive,
    beating,
    fail_orphaned_runs,
    of_the_code_location,
)
from ccg_pipeline.orchestration.step_log import StepLog
from ccg_pipeline.orchestration.unchanged import LEFT_TAG, is_left, left, rests_on
from ccg_pipeline.release.bodies import terms_in_force
from ccg_pipeline.release.committee import bodies_of
from ccg_pipeline.settings import editions_in_force, launched_by
from ccg_pipeline.sources.result import Refused
from ccg_pipeline.storage.database import reading
from ccg_pipeline.storage.sql import observed, plausibility, source_observation
from expert_panels.foundation.fault import Fault, Interrupted

PARTITION = "dagster/partition"

Step = Callable[[str], None]
"""Told the name of each step as it ends, and of each part of the work as it begins."""
Expect = Callable[[int], None]
"""Told how many more steps there will be, as soon as that is known."""


class _StepsOnly(logging.Handler):
    """Passes on the name of each step that ended, and its line to the log of a deployment."""

    def __init__(self, tell: Step, run_id: str) -> None:
        super().__init__()
        self._tell, self._log = tell, StepLog(run_id)

    def emit(self, record: logging.LogRecord) -> None:
        meta = getattr(record, "dagster_meta", {})
        event = meta.get("dagster_event") if isinstance(meta, dict) else None
        if event is None:
            return
        self._log.see(event)
        if event.event_type_value in ("STEP_SUCCESS", "STEP_FAILURE"):
            self._tell(str(event.step_key))


def _progress_logger(tell: Step) -> dg.LoggerDefinition:
    @dg.logger(config_schema={}, description="Tells the terminal which step has ended.")
    def progress(context: dg.InitLoggerContext) -> logging.Logger:
        logger = logging.Logger("ccg.progress", logging.DEBUG)
        logger.addHandler(_StepsOnly(tell, context.run_id or ""))
        return logger

    return progress


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
        expect: Expect = lambda _: None,
    ) -> None:
        """`amended_on`: the day whose corrections of refused rows are in force; today without.

        `editions` run by their rounds; without them, those of CCG_EDITIONS.
        """
        self._instance, self._tell, self._expect = instance, tell, expect
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
        self._refused: set[Found] = set()
        self.outcome = Outcome()

    def announce(self, *jobs: str) -> None:
        """Say how many steps these jobs will have, before the first of them."""
        self._expect(sum(len(self._definitions.resolve_job_def(name).nodes) for name in jobs))

    def run(self, lane: str, partition_key: str) -> Outcome:
        """Read what is new, score the partition, submit it to the panels, release what may be released.

        Raises Fault with the sentence of the first step that failed, DatabaseFault for a database that
        holds the other kind of data.
        """
        has_news = self._ingest(last_day(partition_key).strftime("%Y-%m"))
        self._run_lane(
            next(one for one in lanes_of(self._edition) if one.name == lane), partition_key, has_news
        )
        self.converge()
        return self.outcome

    def _run_lane(self, lane: Lane, key: str, has_news: bool) -> None:
        """Run the steps of a lane; its gates alone where all else is as the run before left it."""
        job, tags = f"{lane.name}_lane", {PARTITION: key}
        rests = rests_on(self._engine, lane, key)
        if not has_news and is_left(self._instance, left(self._engine, lane, key, rests)):
            self._tell(f"{lane.name} lane: nothing has changed, so its gates alone")
            gates = [lane.key("gate", body) for body in bodies_of(self._edition, lane.rule)]
            self._execute(job, tags, gates)
            return
        self._tell(f"{lane.name} lane")
        self._execute(job, tags)
        # the rows first: who scored other figures meanwhile had taken them in before, so that the second look
        # sees them
        now = {LEFT_TAG: left(self._engine, lane, key, rests)}
        if rests == rests_on(self._engine, lane, key):
            self._instance.add_run_tags(self.outcome.run_ids[-1], now)

    def run_round(self, of: EditionRound, partition_key: str) -> Outcome:
        """Read what is new, score a round of an edition, release what may be released. Raises as `run`."""
        self._ingest(days_of(of.edition, of.round, partition_key)[1].strftime("%Y-%m"))
        self._tell(f"{of.edition.title}, {partition_key}")
        self._execute(of.name, {PARTITION: partition_key})
        if of.round.gates:
            self.converge()
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
            self._refused = {found for found, one in record.items() if one.is_refused}
            self._expect(len(self._new))
            for number, found in enumerate(self._new, start=1):
                self._tell(f"reading {found.name} ({number} of {len(self._new)})")
                landed = self._landing.read(found, asked)
                self._files[found] = (asked.source_of(landed.publication), landed.months)
                if isinstance(landed.outcome, Refused):
                    self._refused.add(found)
        return self._files

    def converge(self) -> None:
        """Do once what the sensor does: let every gate and table show what the ledger says."""
        killed = fail_orphaned_runs(self._instance)
        others = {of.lane: of for of in rounds_of(self._editions)}
        terms = terms_in_force(self._editions)
        behind = rounds_due(self._engine, self._edition, terms, killed, others)
        for request in requests(self._instance, behind, others):
            if isinstance(request, dg.RunRequest) and request.job_name and request.partition_key:
                self._tell(f"release of {request.tags.get('ccg/round', '')}")
                self._execute(
                    request.job_name,
                    {**request.tags, PARTITION: request.partition_key},
                    list(request.asset_selection or []),
                )

    def _ingest(self, last: str) -> bool:
        """Take in what is new of months up to `last` in the landing folder; return whether anything was."""
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
            self._tell(f"sources of {first}{f' to {until}' * (until != first)}")
            self._execute("ingest", _range(first, until), [*keys, OBSERVATIONS])
        behind = self._behind(last)
        for first, until, _ in spans({OBSERVATIONS.path[-1]: behind}, last) if behind else []:
            self._tell(f"observations of {first} to {until}, which a run left behind")
            self._execute("ingest", _range(first, until), [OBSERVATIONS])
        self._new = []
        if files and self._refused == set(files):
            raise Fault(
                f"{self._landing.path}: every file was refused, so that nothing is released: `ccg files` "
                "says why, file by file."
            )
        return bool(news or behind)

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
        run_id = str(uuid4())
        with beating(self._instance, run_id), of_the_code_location(self._instance, job_name):
            result = self._definitions.resolve_job_def(job_name).execute_in_process(
                instance=self._instance,
                partition_key=tags.get(PARTITION),
                tags={**others, "ccg/launched_by": launched_by({}), **alive()},
                asset_selection=selection,
                run_config={"loggers": {"progress": {}}},
                raise_on_error=False,
                run_id=run_id,
            )
        self.outcome.run_ids.append(result.run_id)
        for check in result.get_asset_check_evaluations():
            if not check.passed:
                name = f"{check.asset_key.to_user_string()}: {check.check_name}"
                self.outcome.warned.append(name)
        if not result.success:
            if is_interrupted(result.all_events):
                raise Interrupted
            raise Fault(sentence_of(result.all_events, result.run_id))


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
