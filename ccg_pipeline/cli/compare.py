"""`ccg compare`: what each framework made of the same CCG in the same year.

Belongs here: its options, and which releases it reads. Does not belong here: the comparison
(publish/frameworks.py), what is printed of it (prints/frameworks.py).
"""

from typing import Annotated

import pandas as pd
import typer
from sqlalchemy import Engine

from ccg_pipeline.cli.options import Ccg, Database, console
from ccg_pipeline.cli.prints import frameworks as printed
from ccg_pipeline.framework.edition import Edition
from ccg_pipeline.framework.families import edition_named, shipped_editions
from ccg_pipeline.framework.load import load_edition
from ccg_pipeline.framework.round_dates import keys_of
from ccg_pipeline.framework.rounds import words, year_key
from ccg_pipeline.publish.frameworks import Answers, answers_of, titled
from ccg_pipeline.reference.finding import find_ccg
from ccg_pipeline.reference.organisations import ccgs
from ccg_pipeline.release.archive import latest_release
from ccg_pipeline.release.bodies import terms_in_force
from ccg_pipeline.release.released import released
from ccg_pipeline.release.rounds import released_round
from ccg_pipeline.settings import database_url
from ccg_pipeline.storage.database import open_for_reading, reading
from expert_panels.foundation.fault import Fault


def compare(
    ccg: Ccg,
    year: Annotated[str, typer.Option("--year", help="Financial year: 2015-16.")] = "2015-16",
    database: Database = "",
) -> None:
    """Print what each framework made of a CCG in one year, where they disagree and why.

    Only what was released is compared: the annual assessment of 2016/17's framework, and each edition of CCGs
    that has that year. What has not been released is named.
    """
    code, key = find_ccg(ccgs(), ccg), year_key(year)
    engine = open_for_reading(database or database_url())
    answers: list[Answers] = []
    lacking: list[str] = []
    is_made_up = False
    for found in [_of_2016(engine, key), *(_of_edition(engine, one) for one in _editions(year))]:
        if isinstance(found, str):
            lacking.append(found)
        else:
            answers += found[0]
            is_made_up = is_made_up or found[1]
    if not answers:
        opening = f"No framework has released anything of {year} in this database. What each lacks:"
        raise Fault("\n".join([opening, *lacking]))
    printed.comparison(console, code, year, answers, lacking, is_made_up)


def _editions(year: str) -> list[Edition]:
    """Return the editions that ship, are about CCGs and have that year, but that of 2016/17."""
    every = [edition_named(key) for key in shipped_editions() if key != load_edition().key]
    return [one for one in every if (one.organisation, one.year) == ("ccg", year)]


def _of_edition(engine: Engine, edition: Edition) -> tuple[list[Answers], bool] | str:
    """Return the answers of an edition's newest round of the year and whether made up, or what is lacking."""
    one = edition.rounds[-1]
    edition = edition.in_words_of(one)
    with reading(engine) as connection:
        try:
            found = released_round(
                connection, edition, one, keys_of(edition, one)[-1], terms_in_force([edition])
            )
        except Fault as lacking:
            return str(lacking)
    return answers_of(edition, found.tables["scores"]), found.is_made_up


def _of_2016(engine: Engine, key: str) -> tuple[list[Answers], bool] | str:
    """Return what the framework of 2016/17 made of a year, as far as it is released, or what is lacking."""
    edition = load_edition()
    with reading(engine) as connection:
        if latest_release(connection, "annual", key) is None:
            typed = words("annual", key)
            return (
                f"Nothing of {edition.key} {typed} is released in this database: run `ccg run --year "
                f"{typed}`; `ccg panel status` says what is awaited."
            )
    try:
        tables = released(engine, edition, "annual", key)
    except Fault as lacking:
        return f"{edition.title}: {lacking}"
    overall = tables.frames["overall"].set_index("ccg_code")
    measures = frozenset(one.measure for one in edition.indicators)
    blocks = {
        name: _answer(edition.title, name.replace("_", " "), overall[column], measures)
        for name, column in {
            "performance": "performance_score",
            "leadership": "leadership_points",
            "finance": "finance_points",
        }.items()
    }
    whole = _answer(edition.title, titled("Overall rating", overall), overall["overall_score"], measures)
    rated = Answers(edition.title, whole.what, overall["rating"].astype("str"), whole.order, measures, blocks)
    return [rated], tables.is_made_up


def _answer(framework: str, what: str, score: "pd.Series[float]", measures: frozenset[str]) -> Answers:
    number = score.astype("float64")
    words = number.map("{:.3g}".format, na_action="ignore").fillna("")
    return Answers(framework, what, words, -number, measures, {})
