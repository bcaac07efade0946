"""`ccg panel demonstrate`: made-up members sign for all who decide in a round, on made-up data.

Belongs here: that verb. Does not belong here: a decision of anybody real (decisions.py), the ledger.
"""

import typer

from ccg_pipeline.cli.gate import editions_asked
from ccg_pipeline.cli.options import (
    Database,
    EditionNamed,
    Month,
    Quarter,
    RoundNamed,
    Year,
    asked_round,
    console,
)
from ccg_pipeline.cli.panel import follow, opened
from ccg_pipeline.cli.rounds import asked_for
from ccg_pipeline.framework.load import load_edition
from ccg_pipeline.framework.round_dates import lane_of
from ccg_pipeline.release.bodies import terms_in_force
from ccg_pipeline.release.committee import bodies_of, submit_to_committee
from ccg_pipeline.release.round_state import submit_to_body
from ccg_pipeline.storage.database import reading
from ccg_pipeline.storage.outside import kind_of
from expert_panels.foundation.fault import Fault, WrongUse
from expert_panels.ledger import record as ledger

app = typer.Typer(rich_markup_mode="markdown")


@app.command()
def demonstrate(
    month: Month = "", year: Year = "", database: Database = "", edition_named: EditionNamed = "",
    quarter: Quarter = "", round_name: RoundNamed = "",
) -> None:  # fmt: skip
    """Sign for all who decide in a round, with made-up members: on made-up data only."""
    asked = asked_for(edition_named, month, quarter, year, round_name)
    if asked and not asked.key:
        raise WrongUse(f"Say which round: --{asked.round.every} of {asked.edition.key}.")
    engine = opened(database)
    with reading(engine) as connection:
        if kind_of(connection) != "made_up":
            raise Fault("The demonstration signs on made-up data only, and this database does not hold any.")
    edition, all_terms = load_edition(), terms_in_force(editions_asked(edition_named))
    bodies = [gate.panel for gate in asked.round.gates] if asked else []
    lane, key = (lane_of(asked.edition, asked.round), asked.key) if asked else asked_round(month, year)
    for panel in bodies if asked else bodies_of(edition, edition.lane(lane)):
        terms = all_terms[panel]
        if not terms.is_made_up:
            raise Fault(
                f"The terms of the panel {panel} are not made up: the demonstration signs for nobody real."
            )
        if asked:
            gate = next(one for one in asked.round.gates if one.panel == panel)
            submit_to_body(engine, asked.edition, asked.round, gate, [key], all_terms)
        else:
            committee = edition.lane(lane).overall_gate
            if committee is not None and committee.key == panel:
                submit_to_committee(engine, edition, edition.lane(lane), key, all_terms)
        state = ledger.state_of(engine, terms, lane, key)
        if not state.is_open:
            console.print(f"{terms.title}: {state.state}, nothing to sign.")
            continue
        for member in terms.members[: terms.quorum.members]:
            ledger.decide(
                engine, terms, lane=lane, partition_key=key, decision="approve", subject=state.subject,
                actor=member.email, interests="none", reason="Demonstration on made-up data.",
            )  # fmt: skip
        console.print(f"{terms.title}: signed by {terms.quorum.members} made-up members.")
    follow(database, edition_named)
