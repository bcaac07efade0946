"""`ccg edition`: checking an edition of any framework, listing those that ship, beginning one, trying one.

Belongs here: the options of these verbs, and writing what they make.
Does not belong here: reading figures (figures_file.py), running an edition (the method's engine), prints
(prints/edition.py). Neither a database nor Dagster is loaded.
"""

import re
from pathlib import Path
from typing import Annotated

import pandas as pd
import typer

from ccg_pipeline.cli.csv_table import is_of_organisations
from ccg_pipeline.cli.figures_file import Figures, read_figures
from ccg_pipeline.cli.options import console, verbs_of
from ccg_pipeline.cli.output import refuse_path
from ccg_pipeline.cli.prints import edition as printed
from ccg_pipeline.cli.prints.assumed import assumed, counted
from ccg_pipeline.framework.edition import Edition
from ccg_pipeline.framework.families import (
    SKELETON,
    edition_named,
    folder_named,
    read_edition,
    shipped_editions,
)
from ccg_pipeline.method.engine.explaining import explain, tops
from ccg_pipeline.method.engine.rows import place_table, score_table
from ccg_pipeline.method.engine.run import Run
from ccg_pipeline.method.round_assessment import with_bounds
from ccg_pipeline.publish.export import exported, stamped
from ccg_pipeline.release.bodies import terms_in_force
from expert_panels.foundation.fault import Fault, WrongUse
from expert_panels.foundation.whole_file import write_whole

app = verbs_of(
    "A framework as data, yours or one that ships: begin, check and try an edition.",
)

Named = Annotated[
    str,
    typer.Argument(help="Folder of the edition, or the key of one that ships.", metavar="FOLDER|KEY"),
]


@app.command("list")
def listed() -> None:
    """List the editions that ship: key, title, year, and what they assess."""
    printed.editions(console, [edition_named(key) for key in shipped_editions()])


@app.command()
def check(
    edition: Named,
    numbers: Annotated[bool, typer.Option("--numbers", help="List what is assumed.")] = False,
) -> None:
    """Check an edition whole: every fault with its file and line, or else what the edition is."""
    found, faults = read_edition(folder_named(edition))
    if found is None:
        raise Fault("\n".join(faults))
    terms_in_force([edition_named(edition)])
    printed.whole(console, found)
    if numbers:
        assumed(console, f"{found.title}: what is assumed", found.numbers())
    else:
        console.print(counted(list(found.numbers())), markup=False, highlight=False, soft_wrap=True)


@app.command()
def new(
    folder: Annotated[
        Path, typer.Argument(help="A folder that is empty, or not there yet.", metavar="FOLDER")
    ],
) -> None:
    """Write a small complete edition, with figures, to begin from: it checks and can be tried as it is."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise WrongUse(f"{folder} is not empty: name a folder that is, or that is not there yet.")
    refuse_path(folder, "FOLDER")
    folder.mkdir(exist_ok=True)
    key = folder.name if re.fullmatch(r"[a-z][a-z0-9_]*", folder.name) else "my_edition"
    for path in sorted(SKELETON.rglob("*.*")):
        text = path.read_text(encoding="utf-8").replace("key: my_edition", f"key: {key}")
        written = folder / path.relative_to(SKELETON)
        written.parent.mkdir(exist_ok=True)
        write_whole(written, text.encode("utf-8"))
    printed.begun(console, folder)


@app.command("try")
def tried(
    edition: Named,
    figures: Annotated[
        Path, typer.Argument(help="A source file, or a CSV of figures, long or wide.", metavar="FIGURES.csv")
    ],
    organisation: Annotated[
        str, typer.Option("--organisation", help="Explain this one, from the top down to its measures.")
    ] = "",
    attributes: Annotated[
        Path | None, typer.Option("--attributes", help="CSV: organisation, and a column an attribute.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", help="Folder for scores.csv and places.csv.")
    ] = None,
    league: Annotated[bool, typer.Option("--league", help="Print the places of each league.")] = False,
) -> None:
    """Run an edition on the figures of a CSV file, and print each organisation's grades and scores.

    A source file, a publisher's or one in the declared layout, is read as `ccg run` reads it, of its newest
    round. Or figures are written down for the purpose: a long file has the columns
    `organisation,measure,value` and, where there are any, `numerator`, `denominator`, `lower_95`, `upper_95`,
    `judgement`; a wide one has `organisation` and a column a measure. An empty cell is missing. What comes
    out is unofficial, and says so.
    """
    if output is not None:
        refuse_path(output)
        if output.exists() and not output.is_dir():
            raise WrongUse(f"--output {output} is a file: name a folder.")
    rules = edition_named(edition)
    read = _read(figures, rules, attributes)
    run = Run(rules, read.facts)
    explained = [explain(run, node.key, organisation) for node in tops(run)] if organisation else []
    printed.tried(console, rules, read, figures.name)
    if organisation:
        printed.explanation(console, organisation, explained)
    else:
        printed.results(console, run)
    if league:
        printed.leagues(console, run)
    if output is not None:
        output.mkdir(exist_ok=True)
        _write(with_bounds(score_table(run), run), output / "scores.csv")
        _write(place_table(run), output / "places.csv")


def _read(path: Path, edition: Edition, attributes: Path | None) -> Figures:
    """Read a file of figures, or, where its first column is another, a source file."""
    if attributes is None and path.is_file() and not is_of_organisations(path):
        from ccg_pipeline.cli.source_figures import read_source  # the readers take half a second to load
        from ccg_pipeline.sources.result import Refused

        try:
            return read_source(path, edition)
        except Refused as refused:
            if refused.publication:
                raise
    return read_figures(path, edition, attributes)


def _write(table: pd.DataFrame, path: Path) -> None:
    write_whole(path, exported(stamped(table), "csv"))
    console.print(f"{path}: {len(table):,} rows.", markup=False, highlight=False)
