"""`ccg publish`: a site from what is released.

Belongs here: its options, which styles the site gets, what is printed at the end.
Does not belong here: what a site is made of (publish/site/), what is released (release/).
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from ccg_pipeline.cli.options import Database, say
from ccg_pipeline.framework.families import named_editions
from ccg_pipeline.framework.load import load_edition
from ccg_pipeline.publish.site.publications import source_of
from ccg_pipeline.publish.site.publishing import publish_into
from ccg_pipeline.publish.site.statement import robustness_of
from ccg_pipeline.settings import database_url, editions_in_force
from ccg_pipeline.storage.database import open_for_reading
from expert_panels.foundation.fault import Fault, WrongUse
from expert_panels.room.styles import files_of_styles

Folder = Annotated[
    Path,
    typer.Argument(help="Folder of the site: a new one, or one that was published into.", metavar="FOLDER"),
]
Contact = Annotated[str, typer.Option("--contact", help="Whom readers write to: a name and an address.")]
Calendar = Annotated[
    Path | None,
    typer.Option("--calendar", help="CSV of lane, round and publish_at; nothing goes out before its time."),
]


def publish(
    folder: Folder, calendar: Calendar = None, database: Database = "", contact: Contact = ""
) -> None:
    """Write a site of static pages from what is released: nothing of it needs a server or a script.

    Only released figures are in it, of every edition. With `--calendar`, only of rounds that were announced
    and whose time has come. Published again, it changes the files alone that say something else.
    """
    if folder.exists() and not folder.is_dir():
        raise WrongUse(f"{folder} is a file: name a folder.")
    engine, edition = open_for_reading(database or database_url()), load_edition()
    source = source_of(engine, edition, named_editions(editions_in_force()), robustness_of(edition))
    if not source.found():
        raise Fault(
            "Nothing is released in this database of 2016/17, or of the editions that CCG_EDITIONS names: "
            "`ccg panel status` says what is awaited."
        )
    done = publish_into(folder, source, files_of_styles(), datetime.now(UTC), calendar, contact)
    for remark in (*done.remarks, done.sentence):
        say(remark)
