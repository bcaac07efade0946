"""`ccg show` and `ccg explain`: the assessment of one CCG, and what is behind a rating.

Belongs here: their options. Does not belong here: what they print (prints/organisation.py).
"""

from typing import Annotated

import typer

from ccg_pipeline.cli.asked_tables import tables_asked
from ccg_pipeline.cli.options import (
    AsAt,
    Ccg,
    Database,
    EditionNamed,
    Month,
    Quarter,
    RoundNamed,
    Unreleased,
    Year,
    console,
)
from ccg_pipeline.cli.prints import organisation as printed
from ccg_pipeline.cli.rounds import asked_for, explain_round, show_round
from ccg_pipeline.framework.load import load_edition
from ccg_pipeline.framework.rounds import last_day
from ccg_pipeline.publish.explanation import explain, find_area
from ccg_pipeline.quality.kept_findings import concerning, rests_on
from ccg_pipeline.reference.finding import find_ccg
from ccg_pipeline.reference.organisations import ccgs
from ccg_pipeline.settings import database_url
from ccg_pipeline.storage.database import open_for_reading, reading


def show(
    ccg: Ccg, month: Month = "", year: Year = "", database: Database = "", unreleased: Unreleased = False,
    as_at: AsAt = "", edition: EditionNamed = "", quarter: Quarter = "", round_name: RoundNamed = "",
) -> None:  # fmt: skip
    """Print the assessment of one CCG; with `--edition`, of one organisation of any framework."""
    if asked := asked_for(edition, month, quarter, year, round_name, _only_2016(as_at, unreleased)):
        show_round(asked, ccg, database)
        return
    code = find_ccg(ccgs(), ccg)
    tables = tables_asked(database, month, year, unreleased, f"show {code}", as_at)
    printed.assessment(console, tables, load_edition(), code)


def explain_area(
    ccg: Ccg,
    area: Annotated[str, typer.Argument(help="Code (122) or name of an area, or of a node.", metavar="AREA")],
    month: Month = "",
    year: Year = "",
    database: Database = "",
    unreleased: Unreleased = False,
    as_at: AsAt = "",
    edition: EditionNamed = "",
    quarter: Quarter = "",
    round_name: RoundNamed = "",
) -> None:
    """Go from a rating to its bands, values, reference values, and the source file and cell of each.

    With `--edition`, from a node of any framework to its steps, what it uses, and the published figures.
    """
    if asked := asked_for(edition, month, quarter, year, round_name, _only_2016(as_at, unreleased)):
        explain_round(asked, ccg, area, database)
        return
    of_2016, code = load_edition(), find_ccg(ccgs(), ccg)
    wanted = find_area(of_2016, area)
    tables = tables_asked(database, month, year, unreleased, f"explain {code} {wanted.code}", as_at)
    found = explain(tables.frames, of_2016, code, wanted)
    with reading(open_for_reading(database or database_url())) as connection:
        month = f"{last_day(tables.partition_key):%Y-%m}"
        findings = concerning(connection, rests_on(found.indicators, of_2016), month)
    printed.explanation(console, tables, of_2016, code, found, findings)


def _only_2016(as_at: str, unreleased: bool) -> dict[str, object]:
    return {"--as-at": as_at, "--unreleased": unreleased}
