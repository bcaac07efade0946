"""`ccg league` and `ccg robustness`: statements about a release, each with what it cannot show.

Belongs here: their options, and handing what they ask for to the rooms that do it.
Does not belong here: the statements themselves (publish/), ranks and other rules (method/).
"""

from pathlib import Path
from typing import Annotated

import pandas as pd
import typer
from rich.progress import Progress

from ccg_pipeline.cli.asked_tables import tables_asked
from ccg_pipeline.cli.options import (
    Database,
    EditionNamed,
    Month,
    Quarter,
    RoundNamed,
    Year,
    console,
    errors,
)
from ccg_pipeline.cli.output import write
from ccg_pipeline.cli.prints.layout import table_of
from ccg_pipeline.cli.prints.organisation import provenance, stamps
from ccg_pipeline.cli.rounds import asked_for, league_round
from ccg_pipeline.framework.load import load_edition
from ccg_pipeline.framework.rounds import words
from ccg_pipeline.method.uncertainty.robustness import robustness
from ccg_pipeline.publish.explanation import find_area
from ccg_pipeline.publish.export import exported, stamped
from ccg_pipeline.publish.league import CAVEAT, ONE_ALONE, caterpillar, league
from ccg_pipeline.publish.robustness_page import (
    MEANING,
    changing,
    finding,
    greatest,
    named,
    statement_json,
    statement_page,
    with_verification,
)
from ccg_pipeline.reference.organisations import ccgs
from ccg_pipeline.release.released import Tables
from ccg_pipeline.release.tables import is_overridden
from expert_panels.foundation.fault import WrongUse

STATEMENT_FORMATS = ("table", "html", "json")
LEAGUE_FORMATS = ("table", "csv", "json", "svg")

Unreleased = Annotated[
    bool, typer.Option("--unreleased", help="What the panels have not verified; logged and stamped.")
]
Output = Annotated[Path | None, typer.Option(help="File to write; standard output without.")]


def print_league(
    area: Annotated[str, typer.Option("--area", help="Code (122) or name of an area.")] = "",
    overall: Annotated[bool, typer.Option("--overall", help="The overall score, of a --year.")] = False,
    file_format: Annotated[str, typer.Option("--format", help=" | ".join(LEAGUE_FORMATS))] = "table",
    output: Output = None,
    month: Month = "",
    year: Year = "",
    database: Database = "",
    unreleased: Unreleased = False,
    edition_named: EditionNamed = "",
    quarter: Quarter = "",
    round_name: RoundNamed = "",
) -> None:
    """Print or write the league of an area or of the overall score, each place with its 95 % set.

    A withheld area has none. `--format svg` draws every place on the bar of its set. With `--edition`, the
    leagues of that edition are printed.
    """
    others = {"--area": area, "--overall": overall, "--unreleased": unreleased, "--output": output}
    others["--format"] = file_format != "table"
    if asked := asked_for(edition_named, month, quarter, year, round_name, others):
        league_round(asked, database)
        return
    if file_format not in LEAGUE_FORMATS:
        raise WrongUse(f"--format {file_format!r} is not known: choose one of {', '.join(LEAGUE_FORMATS)}.")
    if bool(area) == overall:
        raise WrongUse("Say which league: --area 122, or --overall.")
    edition = load_edition()
    wanted = find_area(edition, area) if area else None
    named = f"{wanted.code} {wanted.name}" if wanted else "overall score"
    tables = tables_asked(database, month, year, unreleased, f"league {named}")
    found = league(tables.frames, edition, ccgs(), wanted)
    title = f"League of {named}, {tables.lane} {words(tables.lane, tables.partition_key)}"
    verification = str(found["verification"].iloc[0])
    if is_overridden(verification):
        title = f"{title}, {verification}"
    if tables.release is None:
        found, title = stamped(found), f"UNRELEASED: {title}"
    if file_format == "table":
        _print_league(found, title, tables)
        return
    if file_format == "svg":
        write(caterpillar(found, title).encode("utf-8"), output)
    else:
        write(exported(found, file_format), output)
    errors.print(provenance(tables), markup=False, highlight=False, soft_wrap=True)


def _print_league(found: pd.DataFrame, title: str, tables: Tables) -> None:
    stamps(console, tables.is_made_up)
    console.print(CAVEAT, highlight=False)
    rows = [
        [
            "–" if pd.isna(row["rank"]) else row["rank"],
            f"{row['rank_lower_95']} to {row['rank_upper_95']}",
            f"{row['ccg_code']} {row['ccg_name']}",
            f"{row['score']:.2f}",
            row["n_not_told_apart"],
            f"{100 * row['p_top_10']:.0f} %",
            f"{100 * row['p_bottom_10']:.0f} %",
        ]
        for row in found[found["rank_lower_95"].notna()].to_dict("records")
    ]
    heads = ["place", "95 % set", "CCG", "score", "not told apart", "top ten", "bottom ten"]
    console.print(table_of(heads, rows, title, numbers=[heads[0], *heads[3:]]))
    if found["why_no_place"].eq(ONE_ALONE).any():
        console.print(ONE_ALONE, highlight=False)
    for row in found[found["rank_lower_95"].isna()].to_dict("records"):
        console.print(f"{row['ccg_code']}: {row['why_no_place']}", markup=False, highlight=False)
    console.print(provenance(tables), markup=False, highlight=False)


def print_robustness(
    file_format: Annotated[str, typer.Option("--format", help=" | ".join(STATEMENT_FORMATS))] = "table",
    output: Output = None,
    month: Month = "",
    year: Year = "",
    database: Database = "",
    unreleased: Unreleased = False,
) -> None:
    """State how many grades of a release change under other weights, cuts, references and rules.

    Also without each indicator in its turn. The rules tried are the edition's, and assumed. `--format html`
    is a page that opens offline.
    """
    if file_format not in STATEMENT_FORMATS:
        raise WrongUse(
            f"--format {file_format!r} is not known: choose one of {', '.join(STATEMENT_FORMATS)}."
        )
    edition = load_edition()
    tables = tables_asked(database, month, year, unreleased, "robustness")
    frames = tables.frames
    with Progress(console=errors, transient=True, disable=not errors.is_terminal) as progress:
        task = progress.add_task("trying other rules", total=None)
        found = robustness(
            frames["bands"],
            frames["ratings"],
            frames["overall"],
            edition,
            lambda title: progress.update(task, description=title[:60], advance=1),
        )
    found = with_verification(found, tables)
    about = f"Robustness of the {tables.lane} assessment, {words(tables.lane, tables.partition_key)}"
    if tables.release is None:
        about = f"UNRELEASED: {about}"
    if file_format == "html":
        page = statement_page(found, edition, about, provenance(tables), tables.is_made_up)
        write(page.encode("utf-8"), output)
    elif file_format == "json":
        write(statement_json(found, about, provenance(tables), tables.is_made_up).encode("utf-8"), output)
    else:
        stamps(console, tables.is_made_up)
        console.print(finding(found, edition), markup=False, highlight=False, style="bold")
        console.print(MEANING, highlight=False)
        rows = [
            [
                named(row, edition),
                row["title"],
                f"{'█' * round(8 * row['share_changed'])} {100 * row['share_changed']:.1f} %".strip(),
                row["n_rated"],
            ]
            for row in greatest(changing(found)).to_dict("records")
        ]
        heads = ["what is rated", "the rule under which most change", "changes", "of"]
        console.print(table_of(heads, rows, about, numbers=heads[2:]))
        console.print(provenance(tables), markup=False, highlight=False)
        return
    errors.print(provenance(tables), markup=False, highlight=False, soft_wrap=True)
