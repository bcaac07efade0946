"""`ccg show` and `ccg explain`: the assessment of one CCG, and what is behind a rating.

Belongs here: their options. Does not belong here: what they print (prints/).
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
    say,
)
from ccg_pipeline.cli.prints import figures as printed_figures
from ccg_pipeline.cli.prints import organisation as printed
from ccg_pipeline.cli.rounds import asked_for, explain_round, show_one_of_round, show_round
from ccg_pipeline.framework.load import load_edition
from ccg_pipeline.framework.rounds import last_day
from ccg_pipeline.publish.explanation import explain, find_area, find_indicator, indicator_code
from ccg_pipeline.quality.kept_findings import concerning, rests_on
from ccg_pipeline.reference.finding import find_ccg
from ccg_pipeline.reference.organisations import ccgs
from ccg_pipeline.release.holds import HELD_BACK, held_back
from ccg_pipeline.settings import database_url
from ccg_pipeline.storage.database import open_for_reading, reading
from expert_panels.foundation.fault import WrongUse

OneCcg = Annotated[
    str, typer.Argument(help="Code (02N), name, or a part of the name.", metavar="[CCG]", show_default=False)
]


def show(
    ccg: OneCcg = "", month: Month = "", year: Year = "", database: Database = "",
    unreleased: Unreleased = False, as_at: AsAt = "", edition: EditionNamed = "", quarter: Quarter = "",
    round_name: RoundNamed = "",
    indicator: Annotated[str, typer.Option("--indicator", help="Code (122a), node, measure: of all.")] = "",
) -> None:  # fmt: skip
    """Print the assessment of one CCG; with `--edition`, of one organisation of any framework.

    With `--indicator`, and without a CCG, one indicator of all CCGs; with `--edition` too, one node or
    published measure of all organisations.
    """
    if bool(ccg) == bool(indicator):
        raise WrongUse(
            "Say whose: a CCG, such as 02N, or --indicator 122a for one indicator of all. One of one: "
            "`ccg explain 02N 122a`."
        )
    if asked := asked_for(edition, month, quarter, year, round_name, _only_2016(as_at, unreleased)):
        if indicator:
            show_one_of_round(asked, indicator, database)
        else:
            show_round(asked, ccg, database)
        return
    if indicator:
        wanted = find_indicator(load_edition(), indicator)
        tables = tables_asked(database, month, year, unreleased, f"show --indicator {wanted}", as_at)
        printed_figures.of_all(console, tables, load_edition(), wanted)
        return
    code = find_ccg(ccgs(), ccg)
    tables = tables_asked(database, month, year, unreleased, f"show {code}", as_at)
    printed.assessment(console, tables, load_edition(), code)
    if tables.release is not None and not as_at:
        engine = open_for_reading(database or database_url())
        if held := held_back(engine, load_edition(), tables.lane, tables.partition_key):
            say(f"Newer data are {HELD_BACK}. {held}.")


def explain_area(
    ccg: Ccg,
    area: Annotated[
        str,
        typer.Argument(
            help="Code (122) or name of an area, code of an indicator (122a), or a node.", metavar="AREA"
        ),
    ],
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
    if area.strip().casefold() in ("overall", "overall rating"):
        raise WrongUse(
            f"The overall rating is of no area: `ccg show {code} --year YEAR` says what it comes from, and "
            f"`ccg explain {code} AREA` what is behind an area of it."
        )
    one = indicator_code(of_2016, area)
    wanted = find_area(of_2016, of_2016.indicator(one).area if one else area)
    tables = tables_asked(database, month, year, unreleased, f"explain {code} {one or wanted.code}", as_at)
    found = explain(tables.frames, of_2016, code, wanted)
    with reading(open_for_reading(database or database_url())) as connection:
        month = f"{last_day(tables.partition_key):%Y-%m}"
        findings = concerning(connection, rests_on(found.indicators, of_2016), month)
    if one:
        printed_figures.of_one_indicator(console, tables, of_2016, code, one, findings)
    else:
        printed_figures.explanation(console, tables, of_2016, code, found, findings)


def _only_2016(as_at: str, unreleased: bool) -> dict[str, object]:
    return {"--as-at": as_at, "--unreleased": unreleased}
