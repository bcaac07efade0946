"""`ccg measures`: the register of special measures and directions, and who is proposed for it.

Belongs here: the verbs' options. Does not belong here: the register (reference/special_measures), what is
printed of it (prints/special_measures.py). A measure of a publication is something else; the verb is named
after the regime, as people who follow it do.
"""

from typing import Annotated

import typer

from ccg_pipeline.cli import register_entries
from ccg_pipeline.cli.options import Database, Format, Output, console, verbs_of
from ccg_pipeline.cli.output import refuse_output, write
from ccg_pipeline.cli.prints import special_measures as printed
from ccg_pipeline.framework.load import load_edition
from ccg_pipeline.framework.rounds import day_of
from ccg_pipeline.publish.export import exported
from ccg_pipeline.publish.special_measures import proposal_table, standing_table
from ccg_pipeline.reference.finding import find_ccg
from ccg_pipeline.reference.organisations import ccg_history
from ccg_pipeline.reference.special_measures.events import REGIMES, Regime
from ccg_pipeline.reference.special_measures.proposals import criteria, propose
from ccg_pipeline.reference.special_measures.register import Register, the_register
from ccg_pipeline.release.entries import register_of
from ccg_pipeline.release.special_measures import annual_rounds
from ccg_pipeline.settings import database_url
from ccg_pipeline.storage.database import address_of, file_of, open_for_reading
from expert_panels.foundation.fault import WrongUse

app = verbs_of(
    "Special measures and legal directions, 2013 to 2019: who was in them, when, and by whose source.",
)
app.add_typer(register_entries.app)


def _register(database: str) -> Register:
    """Return the register, with what was recorded in the database that is named, or that there is."""
    url = database or database_url()
    file = file_of(address_of(url))
    if not database and file is not None and not file.exists():
        return the_register()
    return register_of(open_for_reading(url))


@app.command()
def show(database: Database = "") -> None:
    """Print every spell, the published counts next to the register's, and whatever contradicts."""
    printed.whole(console, _register(database))


@app.command("on")
def on_day(
    day: Annotated[str, typer.Argument(help="A day: 2016-07-21.", metavar="DATE")],
    regime: Annotated[
        str, typer.Option("--regime", help="special measures or directions; without, both.")
    ] = "",
    file_format: Annotated[str, typer.Option("--format", help="table, or a format of --output.")] = "table",
    output: Output = None,
    database: Database = "",
) -> None:
    """Print who was in special measures and under directions on a day: yes, or not known.

    Who is not listed was not, as far as is recorded: the register is known to be incomplete.
    """
    if regime and regime not in REGIMES:
        raise WrongUse(f"--regime {regime!r} is none: choose one of {', '.join(REGIMES)}.")
    wanted: list[Regime] = [one for one in REGIMES if regime in ("", one)]
    asked = day_of(day, "DATE")
    register = _register(database)
    if file_format == "table":
        printed.on_day(console, register, asked, wanted)
        return
    refuse_output(file_format, output)
    write(exported(standing_table(register, asked, wanted), file_format), output)


@app.command()
def history(
    ccg: Annotated[str, typer.Argument(help="Code (07V), name, or a part of the name.", metavar="CCG")],
    database: Database = "",
) -> None:
    """Print the spells of one CCG, each with its events, their sources, and how long it lasted."""
    every = ccg_history().drop_duplicates("ccg_code", keep="last")
    printed.history(console, _register(database), find_ccg(every, ccg))


@app.command("propose")
def proposed(database: Database = "", file_format: Format = "table", output: Output = None) -> None:
    """Name the CCGs for which the criteria hold over consecutive released years, with the evidence.

    A proposal is no entry: `submit` brings one to the committee, which decides.
    """
    edition = load_edition()
    by = criteria(edition.key)
    rounds = annual_rounds(open_for_reading(database or database_url()), edition, by)
    found = propose(rounds, by)
    if file_format == "table":
        printed.proposals(console, _register(database), rounds, by, found)
        return
    refuse_output(file_format, output)
    write(exported(proposal_table(found), file_format), output)
