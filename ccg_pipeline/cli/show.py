"""`ccg show` and `ccg explain`: the assessment of one CCG, and what is behind a rating.

Belongs here: their options. Does not belong here: what they print (prints/organisation.py).
"""

from typing import Annotated

import typer

from ccg_pipeline.cli.asked_tables import tables_asked
from ccg_pipeline.cli.options import AsAt, Ccg, Database, Month, Unreleased, Year, console
from ccg_pipeline.cli.prints import organisation as printed
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
    as_at: AsAt = "",
) -> None:  # fmt: skip
    """Print the assessment of one CCG."""
    code = find_ccg(ccgs(), ccg)
    tables = tables_asked(database, month, year, unreleased, f"show {code}", as_at)
    printed.assessment(console, tables, load_edition(), code)


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
