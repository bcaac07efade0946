"""`ccg panel demonstrate`: made-up members sign for all who decide in a round, on made-up data.

Belongs here: that verb. Does not belong here: a decision of anybody real (decisions.py), the ledger.
"""

from typing import Annotated

import typer
from sqlalchemy import Engine

from ccg_pipeline.cli.gate import editions_asked, gate_of_entry
from ccg_pipeline.cli.options import (
    Database,
    EditionNamed,
    Month,
    Quarter,
    RoundNamed,
    Year,
    asked_round,
    console,
    say,
)
from ccg_pipeline.cli.panel import follow, opened
from ccg_pipeline.cli.rounds import asked_for
from ccg_pipeline.framework.load import load_edition
from ccg_pipeline.framework.round_dates import lane_of, round_title
from ccg_pipeline.release.archive import latest_release
from ccg_pipeline.release.bodies import terms_in_force
from ccg_pipeline.release.committee import bodies_of, submit_to_committee
from ccg_pipeline.release.round_state import submit_to_body
from ccg_pipeline.storage.database import reading
from ccg_pipeline.storage.outside import kind_of
from expert_panels.foundation.fault import Fault, WrongUse
from expert_panels.ledger import record as ledger
from expert_panels.terms import Terms

app = typer.Typer(rich_markup_mode="markdown")


@app.command()
def demonstrate(
    month: Month = "", year: Year = "", database: Database = "", edition_named: EditionNamed = "",
    quarter: Quarter = "", round_name: RoundNamed = "",
    entry: Annotated[
        str, typer.Option("--entry", help="Key of an entry of the register, in the place of a round.")
    ] = "",
) -> None:  # fmt: skip
    """Sign for all who decide in a round or on an entry, with made-up members: on made-up data only."""
    if entry:
        if any((month, year, quarter, round_name, edition_named)):
            raise WrongUse("An entry belongs to no round: give --entry alone, or leave it out.")
        engine = _opened(database)
        of_entry = gate_of_entry(engine, entry)
        _sign(engine, of_entry.terms, of_entry.lane, of_entry.partition_key)
        say("`ccg measures entries` says what is in the register; `ccg publish site` writes it as a page.")
        return
    asked = asked_for(edition_named, month, quarter, year, round_name)
    if asked and not asked.key:
        raise WrongUse(f"Say which round: --{asked.round.every} of {asked.edition.key}.")
    engine = _opened(database)
    edition, all_terms = load_edition(), terms_in_force(editions_asked(edition_named))
    bodies = [gate.panel for gate in asked.round.gates] if asked else []
    lane, key = (lane_of(asked.edition, asked.round), asked.key) if asked else asked_round(month, year)
    before = _released(engine, lane, key)
    for panel in bodies if asked else bodies_of(edition, edition.lane(lane)):
        terms = _made_up(all_terms[panel])
        if asked:
            gate = next(one for one in asked.round.gates if one.panel == panel)
            submit_to_body(engine, asked.edition, asked.round, gate, [key], all_terms)
        else:
            committee = edition.lane(lane).overall_gate
            if committee is not None and committee.key == panel:
                submit_to_committee(engine, edition, edition.lane(lane), key, all_terms)
        _sign(engine, terms, lane, key)
    follow(database, edition_named)
    if (now := _released(engine, lane, key)) != before:
        title = round_title(lane, key, editions_asked(edition_named))
        say(f"Release {now} of the {title}. `ccg publish site` writes all that is released as pages.")


def _released(engine: Engine, lane: str, key: str) -> int:
    """Return the number of the newest release of a round; 0 without one."""
    with reading(engine) as connection:
        found = latest_release(connection, lane, key)
    return found.serial if found else 0


def _opened(database: str) -> Engine:
    engine = opened(database)
    with reading(engine) as connection:
        if kind_of(connection) != "made_up":
            raise Fault("The demonstration signs on made-up data only, and this database does not hold any.")
    return engine


def _made_up(terms: Terms) -> Terms:
    if not terms.is_made_up:
        raise Fault(
            f"The terms of the panel {terms.panel} are not made up: the demonstration signs for nobody real."
        )
    return terms


def _sign(engine: Engine, terms: Terms, lane: str, key: str) -> None:
    """Let the quorum of a body approve what is before it, where anything is."""
    state = ledger.state_of(engine, _made_up(terms), lane, key)
    if not state.is_open:
        console.print(f"{terms.title}: {state.state}, nothing to sign.")
        return
    for member in terms.members[: terms.quorum.members]:
        ledger.decide(
            engine, terms, lane=lane, partition_key=key, decision="approve", subject=state.subject,
            actor=member.email, interests="none", reason="Demonstration on made-up data.",
        )  # fmt: skip
    console.print(f"{terms.title}: signed by {terms.quorum.members} made-up members.")
