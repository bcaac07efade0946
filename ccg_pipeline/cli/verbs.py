"""The verbs of the ccg command: thin, every one also reachable from Python.

Belongs here: options, and handing what they ask for to the rooms that do it and to the print.
Does not belong here: anything a caller from Python would miss; the panels' verbs (panel.py); what is
printed (prints/organisation.py, prints/lists.py), what becomes of an error (main.py).
"""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from ccg_pipeline.cli import database as cli_database
from ccg_pipeline.cli import decisions as cli_decisions
from ccg_pipeline.cli import diff as cli_diff
from ccg_pipeline.cli import fetch as cli_fetch
from ccg_pipeline.cli import notices as cli_notices
from ccg_pipeline.cli import panel as cli_panel
from ccg_pipeline.cli import quarantine as cli_quarantine
from ccg_pipeline.cli import records as cli_records
from ccg_pipeline.cli import room as cli_room
from ccg_pipeline.cli import statements as cli_statements
from ccg_pipeline.cli.asked_tables import chosen, tables_asked
from ccg_pipeline.cli.output import refuse_output, write
from ccg_pipeline.cli.panel import Database, Month, Year
from ccg_pipeline.cli.prints import lists as printed_lists
from ccg_pipeline.cli.prints import organisation as printed
from ccg_pipeline.demo.year import is_unfinished, make_year
from ccg_pipeline.framework.load import load_edition
from ccg_pipeline.framework.rounds import day_of, last_day
from ccg_pipeline.publish.explanation import explain, find_area
from ccg_pipeline.publish.export import FORMATS, exported, stamped
from ccg_pipeline.publish.weights import weights_of
from ccg_pipeline.quality.kept_findings import concerning, rests_on
from ccg_pipeline.reference.finding import find_ccg
from ccg_pipeline.reference.organisations import ccgs
from ccg_pipeline.settings import database_url, landing_path
from ccg_pipeline.storage.database import open_for_reading, reading
from ccg_pipeline.tables.dictionary import dictionary
from ccg_pipeline.tables.exports import DICTIONARY, exported_tables, released_tables, weights_table
from expert_panels.foundation.fault import WrongUse

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    rich_markup_mode="markdown",
    help="From published source files to the interim and annual assessment of Clinical Commissioning Groups.",
)
cli_panel.app.add_typer(cli_decisions.app)
cli_panel.app.add_typer(cli_records.app)
app.add_typer(cli_panel.app, name="panel")
app.add_typer(cli_quarantine.app, name="quarantine")
app.add_typer(cli_database.app, name="database")
cli_panel.app.command(name="notices")(cli_notices.show)
app.command()(cli_fetch.fetch)
app.command()(cli_records.verify)
app.command(name="room")(cli_room.serve)
app.command()(cli_diff.diff)
app.command(name="league")(cli_statements.print_league)
app.command(name="robustness")(cli_statements.print_robustness)
console, errors = Console(), Console(stderr=True)

Ccg = Annotated[str, typer.Argument(help="Code (02N), name, or a part of the name.", metavar="CCG")]
Landing = Annotated[
    Path | None, typer.Option("--landing", help="Folder of source files; without, .ccg/landing.")
]
Format = Annotated[str, typer.Option("--format", help=" | ".join(FORMATS))]
Output = Annotated[Path | None, typer.Option(help="File to write; standard output without.")]
Unreleased = Annotated[
    bool, typer.Option("--unreleased", help="What the panels have not verified; logged and stamped.")
]

AsAt = Annotated[
    str,
    typer.Option(
        "--as-at",
        help="Date: the release that stood then; with --unreleased, what had been published by then.",
    ),
]


@app.callback()
def every_verb(
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
) -> None:
    """Declare --debug, which may stand anywhere, for the help; main.py takes it out before."""
    del debug


@app.command()
def run(
    landing: Landing = None,
    month: Month = "",
    year: Year = "",
    database: Database = "",
    amended_on: Annotated[
        str, typer.Option(help="Day whose waivers and corrections are in force; today without.")
    ] = "",
) -> None:
    """Take a month or a year from its source files to the panels' gates, and release what may be released.

    `--landing` names a folder of source files as they were downloaded. Without it, it is the made-up year,
    which is written first if need be. Without `--month` and `--year` it is the last month in the folder, and
    the financial year when that month ends one.
    """
    from ccg_pipeline.orchestration.main_job import MainJob, dagster_instance, last_month

    lane, key = chosen(month, year)
    day = day_of(amended_on, "--amended-on") if amended_on else None
    url = database or database_url()
    folder = landing or Path(landing_path())
    if landing is not None and not landing.is_dir():
        raise WrongUse(f"--landing {landing}: there is no such folder.")
    with _progress() as progress:
        task = progress.add_task("starting", total=None)

        def tell(step: str) -> None:
            progress.update(task, description=step, advance=1)

        if landing is None and is_unfinished(folder):
            make_year(folder, progress=lambda name: tell(f"making up {name}"))
        with dagster_instance(url) as instance:
            job = MainJob(instance, url, str(folder.absolute()), tell, day)
            wanted = [(lane, key)] if lane else last_month(job.files())
            for one_lane, one_key in wanted:
                job.run(one_lane, one_key)
    printed_lists.summary(console, open_for_reading(url), load_edition(), wanted, job.outcome)


def _progress() -> Progress:
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        TextColumn("step {task.completed}"),
        TimeElapsedColumn(),
        console=errors,
        transient=True,
        disable=not errors.is_terminal,  # where nobody watches, only errors are written
    )


@app.command()
def demo(
    landing: Landing = None,
    seed: Annotated[int, typer.Option(help="The same seed gives the same bytes.")] = 2016,
) -> None:
    """Write the made-up year: source files for all indicators, in the publishers' layouts, from a seed.

    The folder must be empty, or hold such a year, which is written again.
    """
    folder = landing or Path(landing_path())
    with errors.status(f"writing into {folder}"):
        files = make_year(folder, seed=seed)
    console.print(f"Wrote {len(files)} made-up files into {folder} from seed {seed}.", soft_wrap=True)


@app.command()
def show(
    ccg: Ccg, month: Month = "", year: Year = "", database: Database = "", unreleased: Unreleased = False,
    as_at: AsAt = "",
) -> None:  # fmt: skip
    """Print the assessment of one CCG."""
    code = find_ccg(ccgs(), ccg)
    tables = tables_asked(database, month, year, unreleased, f"show {code}", as_at)
    printed.assessment(console, tables, load_edition(), code)


@app.command(name="explain")
def explain_area(
    ccg: Ccg,
    area: Annotated[str, typer.Argument(help="Code (122) or name of an area.", metavar="AREA")],
    month: Month = "",
    year: Year = "",
    database: Database = "",
    unreleased: Unreleased = False,
    as_at: AsAt = "",
) -> None:
    """Go from a rating to its bands, values, reference values, and the source file and cell of each."""
    edition, code = load_edition(), find_ccg(ccgs(), ccg)
    wanted = find_area(edition, area)
    tables = tables_asked(database, month, year, unreleased, f"explain {code} {wanted.code}", as_at)
    found = explain(tables.frames, edition, code, wanted)
    with reading(open_for_reading(database or database_url())) as connection:
        month = f"{last_day(tables.partition_key):%Y-%m}"
        findings = concerning(connection, rests_on(found.indicators, edition), month)
    printed.explanation(console, tables, edition, code, found, findings)


@app.command()
def export(
    table: Annotated[
        str,
        typer.Argument(
            help="assessment, area_scores, ratings, bands, overall; or dictionary.", metavar="TABLE"
        ),
    ],
    file_format: Format = "csv",
    output: Output = None,
    month: Month = "",
    year: Year = "",
    database: Database = "",
    unreleased: Unreleased = False,
    as_at: AsAt = "",
) -> None:
    """Write a released table; an unreleased one only with `--unreleased`, logged and stamped.

    `dictionary` writes what every column of every exported table means, with its kind and unit.
    """
    refuse_output(file_format, output)
    edition = load_edition()
    if table == DICTIONARY.name:
        write(exported(dictionary(exported_tables(edition)), file_format, DICTIONARY), output)
        return
    released = released_tables(edition)
    if table not in released:
        raise WrongUse(
            f"There is no table {table!r}: choose one of {', '.join((*released, DICTIONARY.name))}."
        )
    tables = tables_asked(database, month, year, unreleased, f"export {table}", as_at)
    frame = tables.frames[table]
    rows = stamped(frame) if unreleased else frame
    write(exported(rows, file_format, released[table]), output)
    errors.print(printed.provenance(tables), markup=False, highlight=False, soft_wrap=True)


@app.command()
def weights(
    name: Annotated[
        str, typer.Argument(help="dtoc, changes or a year; none lists them.", metavar="NAME")
    ] = "",
    file_format: Format = "csv",
    output: Output = None,
) -> None:
    """Write the weights by which figures of other organisations reach the CCGs, a row a part.

    Of local authorities (`dtoc`), and of the CCGs of another April (`2017`); `changes` are the steps from
    each CCG to its successor. Each row says what it rests on.
    """
    refuse_output(file_format, output)
    if not name:
        printed_lists.weights(console)
        return
    write(exported(weights_of(name), file_format, weights_table(name)), output)


@app.command()
def method(
    fit: Annotated[bool, typer.Option("--fit", help="Counts by grade beside the published counts.")] = False,
    month: Month = "",
    year: Year = "",
    database: Database = "",
) -> None:
    """List every number of the method that is assumed.

    With `--fit`, of a month or year that was scored: how many CCGs are in each grade, beside the published
    counts, and in which bands the CCGs are for each indicator. It is not released, so it is logged.
    """
    edition = load_edition()
    if not fit:
        printed_lists.method(console, edition)
        return
    tables = tables_asked(database, month, year, True, "method --fit")
    printed_lists.fit(console, tables, edition)


@app.command()
def files(database: Database = "") -> None:
    """Print every file that was met, read or refused, with the account of its rows."""
    printed_lists.files(console, open_for_reading(database or database_url()))
