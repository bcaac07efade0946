"""Options and arguments that several verbs share, and where they print.

Belongs here: how an option is written and explained, which round it names, what a verb with verbs has.
Does not belong here: what a verb does with it (a module each).
"""

from pathlib import Path
from re import fullmatch
from typing import Annotated

import typer
from rich.console import Console

from ccg_pipeline.cli.typed import as_typed
from ccg_pipeline.framework.rounds import month_key, year_key
from ccg_pipeline.publish.export import FORMATS
from ccg_pipeline.reference.finding import find_ccg
from ccg_pipeline.reference.organisations import ccgs
from expert_panels.foundation.fault import WrongUse
from expert_panels.settings import ADDRESS

console, errors = Console(), Console(stderr=True)

SHORT = 12
"""Characters of a fingerprint that are printed, and asked back of who decides."""


def _address(text: str) -> str:
    """Return an e-mail address as the ledger has it, in small letters; WrongUse for what is none.

    A name that nobody has, or two spellings of one, would be recorded for good.
    """
    address = text.strip().lower()
    if not text.isascii() or not fullmatch(ADDRESS, address):  # "K" of kelvin lowers to an ASCII letter
        raise WrongUse(
            f"--as {text!r} is no e-mail address: name the person who answers for it, as jo@data.example."
        )
    return address


Actor = Annotated[
    str, typer.Option("--as", help="E-mail address of the person who answers for it.", callback=_address)
]
Panel = Annotated[
    str,
    typer.Argument(
        help="cancer, dementia, diabetes, learning_disability, maternity, mental_health or "
        "commissioning_committee.",
        metavar="PANEL",
    ),
]
Month = Annotated[str, typer.Option("--month", help="Month of the interim lane: 2017-03.")]
Year = Annotated[str, typer.Option("--year", help="Financial year of the annual lane: 2016-17.")]
Quarter = Annotated[
    str, typer.Option("--quarter", help="Quarter of an edition's year: 2025-Q3. Needs --edition.")
]
EditionNamed = Annotated[
    str, typer.Option("--edition", help="Key of an edition, or its folder; without, iaf_2016_17.")
]
RoundNamed = Annotated[
    str, typer.Option("--round", help="Round of the edition, where it has several of a kind.")
]
Database = Annotated[str, typer.Option("--database", help="SQLAlchemy URL; without, SQLite in .ccg/.")]
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


def verbs_of(about: str, is_said_alone: bool = False) -> typer.Typer:
    """Return a verb that has verbs; `is_said_alone`: without any it does something else than to name them."""
    return typer.Typer(
        no_args_is_help=not is_said_alone,
        invoke_without_command=is_said_alone,
        add_completion=False,
        rich_markup_mode="markdown",
        help=about,
    )


def say(sentence: str) -> None:
    """Print a sentence as it is, its commands as they can be typed here."""
    console.print(as_typed(sentence), markup=False, highlight=False)


def organisation_named(text: str) -> str:
    """Return the code of the CCG that a code or a part of a name means, '' for none; WrongUse for nobody."""
    return find_ccg(ccgs(), text) if text else ""


def asked_round(month: str, year: str) -> tuple[str, str]:
    """Return lane and partition key of --month or --year, one of which must be given."""
    if bool(month) == bool(year):
        raise WrongUse("Say which round: --month 2017-03 or --year 2016-17.")
    return ("interim", month_key(month)) if month else ("annual", year_key(year))


def chosen(month: str, year: str) -> tuple[str, str]:
    """Return lane and partition key of --month or --year; `('', '')` for neither, WrongUse for both."""
    if month and year:
        raise WrongUse("Give --month or --year, not both.")
    if month:
        return "interim", month_key(month)
    return ("annual", year_key(year)) if year else ("", "")
