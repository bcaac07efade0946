"""`ccg fetch`: publishers' files over HTTP(S) into the landing folder.

Belongs here: the verb's options, its progress bar, what it prints.
Does not belong here: addresses and downloads (downloads/), reading what landed (sources/).
"""

from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, DownloadColumn, Progress, TaskID, TextColumn, TransferSpeedColumn

from ccg_pipeline.cli.options import console, errors
from ccg_pipeline.cli.prints.layout import table_of
from ccg_pipeline.framework.load import load_edition
from ccg_pipeline.framework.rounds import month_key
from ccg_pipeline.landing.downloads.publications import Downloads
from ccg_pipeline.settings import downloads_path, landing_path
from expert_panels.foundation.fault import Fault


def fetch(
    publication: Annotated[
        str, typer.Argument(help="Key of a publication; without, those there are.", metavar="[PUBLICATION]")
    ] = "",
    month: Annotated[str, typer.Option("--month", help="Month for which the address is filled in.")] = "",
    landing: Annotated[
        Path | None, typer.Option("--landing", help="Folder of source files; without, .ccg/landing.")
    ] = None,
) -> None:
    """Fetch a publisher's file into the landing folder, or learn that it has not changed.

    The addresses stand in `downloads.yaml` in the home folder (`CCG_DOWNLOADS`). A download that was cut off
    goes on where it stopped; a revision lands next to what was there. Being offline is no error.
    """
    edition, downloads = load_edition(), Downloads(path=downloads_path())
    addresses = downloads.addresses(edition)
    if not publication:
        rows = [
            (one.key, one.title, "configured" if one.key in addresses else "none")
            for one in edition.publications
        ]
        console.print(table_of(["publication", "title", "address"], rows))
        console.print(f"Addresses: {downloads.path}", markup=False, highlight=False, soft_wrap=True)
        return
    folder = str((landing or Path(landing_path())).absolute())
    with _bar() as bar:
        tasks: dict[str, TaskID] = {}

        def tell(name: str, done: int, whole: int | None) -> None:
            if name not in tasks:
                tasks[name] = bar.add_task(name, total=whole)
            bar.update(tasks[name], completed=done, total=whole)

        months = [month_key(month)] if month else []
        outcomes = downloads.fetch(edition, publication, months, folder, tell)
    for one in outcomes:
        if one.state != "refused":
            console.print(one.sentence, markup=False, highlight=False, soft_wrap=True)
    if refused := [one.sentence for one in outcomes if one.state == "refused"]:
        raise Fault(" ".join(refused))


def _bar() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        console=errors,
        transient=True,
        disable=not errors.is_terminal,  # where nobody watches, only errors are written
    )
