"""`ccg run` and `ccg demo`: from source files to the gates, and the made-up files.

Belongs here: their options, the progress of a run.
Does not belong here: what a run does (orchestration/main_job.py), what it prints at its end
(prints/lists.py).
"""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeRemainingColumn,
)

from ccg_pipeline.assets.edition_round import EditionRound
from ccg_pipeline.cli.options import (
    Database,
    EditionNamed,
    Landing,
    Month,
    Quarter,
    RoundNamed,
    Year,
    chosen,
    console,
    errors,
)
from ccg_pipeline.cli.prints import lists as printed_lists
from ccg_pipeline.cli.prints import rounds as printed_rounds
from ccg_pipeline.cli.rounds import Asked, asked_for
from ccg_pipeline.demo.year import WITH_EARLIER, YEARS, is_unfinished, make_year
from ccg_pipeline.framework.edition import Edition
from ccg_pipeline.framework.families import named_editions
from ccg_pipeline.framework.load import load_edition
from ccg_pipeline.framework.round_dates import days_of, keys_of, newest_over
from ccg_pipeline.framework.rounds import day_of
from ccg_pipeline.orchestration.instance import dagster_instance
from ccg_pipeline.orchestration.main_job import MainJob
from ccg_pipeline.orchestration.news import last_month
from ccg_pipeline.settings import database_url, editions_in_force, landing_path
from ccg_pipeline.storage.database import open_for_reading
from expert_panels.foundation.fault import Fault, WrongUse


def run(
    landing: Landing = None,
    month: Month = "",
    year: Year = "",
    database: Database = "",
    amended_on: Annotated[
        str, typer.Option(help="Day whose waivers and corrections are in force; today without.")
    ] = "",
    edition: EditionNamed = "",
    quarter: Quarter = "",
    round_name: RoundNamed = "",
) -> None:
    """Take a month or a year from its source files to the panels' gates, and release what may be released.

    `--landing` names a folder of source files as they were downloaded. Without it, it is the made-up year,
    which is written first if need be. Without `--month` and `--year` it is the last month in the folder, and
    the financial year when that month ends one.

    With `--edition`, a round of that edition goes from its source files to its release.
    """
    asked = asked_for(edition, month, quarter, year, round_name)
    lane, key = ("", "") if asked else chosen(month, year)
    day = day_of(amended_on, "--amended-on") if amended_on else None
    url = database or database_url()
    folder = landing or Path(landing_path())
    if landing is not None and not landing.is_dir():
        raise WrongUse(f"--landing {landing}: there is no such folder.")
    with _progress() as progress:
        steps = Steps(progress)
        if landing is None and asked is None and is_unfinished(folder):
            make_year(folder, progress=lambda name: steps.tell(f"making up {name}"), expect=steps.expect)
        with dagster_instance(url) as instance:
            editions = [asked.edition, *others_in_force(asked.edition)] if asked else None
            job = MainJob(instance, url, str(folder.absolute()), steps.tell, day, editions, steps.expect)
            if asked:
                asked = replace(asked, key=asked.key or _newest(asked, job))
                of = EditionRound(asked.edition, asked.round)
                job.announce(of.name, of.release_job)
                job.run_round(of, asked.key)
            else:
                wanted = [(lane, key)] if lane else last_month(job.files())
                job.announce(
                    "ingest", *(f"{one}_{what}" for one, _ in wanted for what in ("lane", "release"))
                )
                for one_lane, one_key in wanted:
                    job.run(one_lane, one_key)
    engine = open_for_reading(url)
    if asked:
        which = (asked.edition, asked.round, asked.key)
        printed_rounds.summary(console, engine, which, job.outcome, database)
    else:
        printed_lists.summary(console, engine, load_edition(), wanted, job.outcome)


def others_in_force(edition: Edition) -> list[Edition]:
    """Return the editions of CCG_EDITIONS but this one, so that files that they read are not refused."""
    return [one for one in named_editions(editions_in_force()) if one.key != edition.key]


def _newest(asked: Asked, job: MainJob) -> str:
    """Return the newest round that is over and of which the files tell; Fault where there is none."""
    months = job.months({measure.partition("/")[0] for measure in asked.edition.measures})
    if found := newest_over(asked.edition, asked.round, months):
        return found
    keys = keys_of(asked.edition, asked.round)
    first, last = (days_of(asked.edition, asked.round, key)[at] for at, key in ((0, keys[0]), (1, keys[-1])))
    told = f"they tell of {months[0]} to {months[-1]}" if months else "none is of a publication that it reads"
    raise Fault(
        f"The files of the landing folder tell of no {asked.round.every} of {asked.edition.key} that is "
        f"over: {told}, and it has {', '.join(keys)}, from {first:%Y-%m} to {last:%Y-%m}."
    )


OF_FILES = ("making up", "reading")
"""What is done file by file: hundreds of them, of which one line is enough where nobody watches."""


class Steps:
    """Shows each step of a run: on a terminal as a bar with a total, elsewhere as a line."""

    def __init__(self, progress: Progress) -> None:
        """`progress` is not shown where there is no terminal."""
        self._progress, self._task = progress, progress.add_task("starting", total=0)
        self._last = ""

    def expect(self, n: int) -> None:
        """Add `n` steps to the total."""
        self._progress.update(self._task, total=(self._progress.tasks[self._task].total or 0) + n)

    def tell(self, step: str) -> None:
        """Show that a step has ended, or a part of the work has begun."""
        self._progress.update(self._task, description=step[:40], advance=1)
        of_files = next((f"{one} files" for one in OF_FILES if step.startswith(f"{one} ")), "")
        before, self._last = self._last, of_files or step
        if self._progress.disable and self._last != before:
            errors.print(self._last, markup=False, highlight=False, soft_wrap=True)


def _progress() -> Progress:
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(bar_width=None),
        MofNCompleteColumn(),
        TimeRemainingColumn(elapsed_when_finished=True),
        console=errors,
        transient=True,
        disable=not errors.is_terminal,
    )


def demo(
    landing: Landing = None,
    seed: Annotated[int, typer.Option(help="The same seed gives the same bytes.")] = 2016,
    year: Annotated[str, typer.Option("--year", help=" or ".join(YEARS))] = YEARS[-1],
) -> None:
    """Write the made-up year: source files for all indicators, in the publishers' layouts, from a seed.

    The folder must be empty, or hold such a year, which is written again. With `--year 2015-16` it also has
    the judgements that the frameworks of that year asked for: assurance by component, the scorecard's cells.
    """
    folder = landing or Path(landing_path())
    with errors.status(f"writing into {folder}"):
        files = make_year(folder, seed=seed, year=year, has_earlier=year in WITH_EARLIER)
    console.print(f"Wrote {len(files)} made-up files into {folder} from seed {seed}.", soft_wrap=True)
