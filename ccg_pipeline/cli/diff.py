"""`ccg diff`: what a revision moved, from observations to ratings.

Belongs here: the verb's options, and handing what they ask for to the rooms that do it and to the print.
Does not belong here: finding what moved (release/as_known.py), its print (prints/changes.py).
"""

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from ccg_pipeline.cli.options import Database, Month, Year, asked_round, console, organisation_named
from ccg_pipeline.cli.output import refuse_output, write
from ccg_pipeline.cli.prints import changes as printed_changes
from ccg_pipeline.framework.load import load_edition
from ccg_pipeline.framework.rounds import day_of, last_day, words
from ccg_pipeline.publish.export import FORMATS, exported, stamped
from ccg_pipeline.release.as_known import as_rows, moved_by_file, moved_since, narrowed
from ccg_pipeline.settings import actor, database_url
from ccg_pipeline.storage.database import open_for_writing, reading
from ccg_pipeline.storage.outside import kind_of
from ccg_pipeline.tables.exports import MOVES
from expert_panels import access_log
from expert_panels.foundation.fault import WrongUse

Output = Annotated[Path | None, typer.Option(help="File to write every row to; without, a print.")]
Format = Annotated[str, typer.Option("--format", help=" | ".join(FORMATS))]


def diff(
    month: Month = "",
    year: Year = "",
    since: Annotated[str, typer.Option("--since", help="Date: what was out then is one side.")] = "",
    file: Annotated[
        str, typer.Option("--file", help="Name or sha256 of a file: one side is without it.")
    ] = "",
    as_at: Annotated[
        str, typer.Option("--as-at", help="With --since: the other side is what was out on this date.")
    ] = "",
    of: Annotated[
        str, typer.Option("--of", help="Code of an indicator or area, or a panel: this alone.")
    ] = "",
    organisation: Annotated[
        str, typer.Option("--organisation", help="Code or name: what moved of it alone.")
    ] = "",
    file_format: Format = "csv",
    output: Output = None,
    database: Database = "",
) -> None:
    """Show which observations, bands, area scores and ratings a revision moved.

    `--since DATE` sets what had been published by that date next to what has been published now, and `--file`
    all files but one next to all. Both sides are scored again; nothing of that is released, so it is logged.
    """
    refuse_output(file_format, output)
    lane, key = asked_round(month, year)
    if bool(since) == bool(file) or (as_at and not since):
        raise WrongUse("Say what to compare: --since DATE (with now, or --as-at DATE), or --file NAME.")
    engine, edition = open_for_writing(database or database_url()), load_edition()
    end = last_day(key)
    if since:
        first, second = day_of(since, "--since"), day_of(as_at, "--as-at") if as_at else date.max
        moves = moved_since(engine, edition, lane, end, first, second)
        about = f"what had been published by {first}, and by {second if as_at else 'now'}"
    else:
        moves = moved_by_file(engine, edition, lane, end, file)
        about = f"without {file}, and with it"
    whose = organisation_named(organisation)
    moves = narrowed(moves, of, whose)
    about = ", ".join(part for part in (about, of, whose) if part)
    named = f"{lane} {words(lane, key)}: {about}"
    access_log.record(engine, actor(), "diff", named)
    if output is not None:
        write(exported(stamped(as_rows(moves)), file_format, MOVES), output)
        return
    with reading(engine) as connection:
        is_made_up = kind_of(connection) == "made_up"
    printed_changes.moves(console, moves, named, is_made_up)
