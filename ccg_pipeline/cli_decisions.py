"""`ccg panel sign` and its like: the decisions of panels and committee, taken at the command line.

Belongs here: the options of each decision, and handing it to the ledger.
Does not belong here: the rules of a decision (expert_panels), showing what is before a panel (cli_panel.py).
"""

import os
from typing import Annotated, Any

import typer

from ccg_pipeline.assets.committee import judgement_before_committee
from ccg_pipeline.cli_panel import (
    EDITION,
    SHORT,
    Database,
    Month,
    NotHere,
    Panel,
    Year,
    asked_round,
    follow,
    only_made_up,
    opened,
    say,
    terms_of,
)
from ccg_pipeline.framework.load import load_edition
from ccg_pipeline.partitions import year_key
from ccg_pipeline.publish.explanation import NotKnown, find_ccg
from ccg_pipeline.reference.organisations import ccgs
from ccg_pipeline.resources import launched_by
from expert_panels import access_log, ledger
from expert_panels.decision import GateState
from expert_panels.ledger import DecisionRefused

app = typer.Typer(rich_markup_mode="markdown")

Actor = Annotated[str, typer.Option("--as", help="E-mail address of the member who decides.")]
Seen = Annotated[
    str, typer.Option("--seen", help="Sign of the table that you saw, as `panel show` prints it.")
]
Interests = Annotated[str, typer.Option("--interests", help='Your interests in any CCG, or "none".')]
Reason = Annotated[str, typer.Option("--reason", help="Why; approve and recuse need none.")]
About = Annotated[str, typer.Option("--about", help="Code (02N), name, or a part of the name of a CCG.")]


Ccg = Annotated[str, typer.Argument(help="Code (02N), name, or a part of the name.", metavar="CCG")]
Block = Annotated[str, typer.Option("--judgement", help="Which judgement: leadership or finance.")]
To = Annotated[str, typer.Option("--to", help="The judgement that takes its place: Green, Amber …")]


def _decide(
    decision: str,
    panel: str,
    month: str,
    year: str,
    actor: str,
    seen: str,
    interests: str,
    reason: str,
    database: str,
    **about: Any,
) -> None:
    lane, key = asked_round(month, year)
    terms, engine = terms_of(panel), opened(database)
    state = ledger.state_of(engine, terms, lane, key)
    try:
        only_made_up(engine)
        line = ledger.decide(
            engine,
            terms,
            lane=lane,
            partition_key=key,
            decision=decision,
            subject=_in_full(seen, state, decision),
            actor=actor,
            interests=interests,
            reason=reason,
            **about,
        )
    except (NotHere, DecisionRefused) as refused:
        # an address that is typed proves nothing: who tried is the user of this process
        tried = f"panel {decision} as {actor}"
        access_log.record(
            engine, os.environ.get("CCG_ACTOR", ""), tried, f"{panel} {lane} {key}", f"refused: {refused}"
        )
        raise
    say(f"Line {line.seq}: {line.actor} ({line.role}). {line.meaning}")
    follow(database)


def _in_full(seen: str, state: GateState, decision: str) -> str:
    """Return the fingerprint that a short one stands for; what stands for nothing is refused as not seen."""
    now = state.published_subject if decision == "withdraw" else state.subject
    return now if len(seen) >= SHORT and now.startswith(seen.lower()) else seen


@app.command()
def sign(
    panel: Panel, actor: Actor, seen: Seen, interests: Interests, month: Month = "", year: Year = "",
    reason: Reason = "", database: Database = "",
) -> None:  # fmt: skip
    """Verify the table that you saw."""
    _decide("approve", panel, month, year, actor, seen, interests, reason, database)


@app.command(name="return")
def return_table(
    panel: Panel, actor: Actor, seen: Seen, interests: Interests, reason: Reason, month: Month = "",
    year: Year = "", database: Database = "",
) -> None:  # fmt: skip
    """Return the table that you saw to those who made it."""
    _decide("return", panel, month, year, actor, seen, interests, reason, database)


@app.command(name="lay-again")
def lay_again(panel: Panel, month: Month = "", year: Year = "", database: Database = "") -> None:
    """Lay a returned or withdrawn table before the panel once more, unchanged: its votes begin anew.

    This is what those who made it do when a return is answered and no figure was wrong. Whoever lays it holds
    no seat on it.
    """
    lane, key = asked_round(month, year)
    terms, engine = terms_of(panel), opened(database)
    state = ledger.state_of(engine, terms, lane, key)
    line = None
    if state.subject:
        line = ledger.open_round(
            engine,
            terms,
            lane=lane,
            partition_key=key,
            subject=state.subject,
            launched_by=launched_by({}),
            again=True,
        )
    if line is None:
        raise NotHere(f"The table of the {terms.title} is {state.state}, neither returned nor withdrawn.")
    say(f"Line {line.seq}: laid before the {terms.title} again by {line.actor}, as round {line.serial}.")
    follow(database)


@app.command()
def withdraw(
    panel: Panel, actor: Actor, seen: Seen, interests: Interests, reason: Reason, month: Month = "",
    year: Year = "", database: Database = "",
) -> None:  # fmt: skip
    """Withdraw the panel's verification of a table that is out."""
    _decide("withdraw", panel, month, year, actor, seen, interests, reason, database)


@app.command()
def recuse(
    panel: Panel, actor: Actor, seen: Seen, interests: Interests, month: Month = "", year: Year = "",
    reason: Reason = "", database: Database = "",
) -> None:  # fmt: skip
    """Take no part in the decision on this table."""
    _decide("recuse", panel, month, year, actor, seen, interests, reason, database)


@app.command()
def override(
    panel: Panel, actor: Actor, seen: Seen, interests: Interests, reason: Reason, month: Month = "",
    year: Year = "", database: Database = "",
) -> None:  # fmt: skip
    """Ask, as one of two officers, that a table go out unverified and marked as overridden."""
    _decide("override", panel, month, year, actor, seen, interests, reason, database)


@app.command()
def comment(
    panel: Panel, about: About, actor: Actor, seen: Seen, reason: Reason, month: Month = "", year: Year = "",
    database: Database = "",
) -> None:  # fmt: skip
    """Say something of one CCG in the table that you saw; it is no vote, and a return carries it back."""
    code = find_ccg(ccgs(), about)
    _decide("comment", panel, month, year, actor, seen, "", reason, database, about=code)


@app.command()
def moderate(
    about: Ccg, block: Block, to: To, actor: Actor, seen: Seen, interests: Interests, reason: Reason,
    year: Year, database: Database = "",
) -> None:  # fmt: skip
    """Put another judgement of a CCG's leadership or finance before the committee, and rate it anew."""
    edition, code = load_edition(EDITION), find_ccg(ccgs(), about)
    committee = edition.lane("annual").overall_gate
    found = next((one for one in edition.overall.blocks if one.indicator and one.key == block), None)
    if committee is None or found is None:
        raise NotKnown(f"--judgement {block!r} cannot be moderated: say leadership or finance.")
    labels = edition.points_scale(str(edition.indicator(str(found.indicator)).points_scale)).labels
    if to not in labels:
        raise NotKnown(f"--to {to!r} is no judgement of {block}: choose one of {', '.join(labels)}.")
    state = ledger.state_of(opened(database), terms_of(committee.key), "annual", year_key(year))
    before = judgement_before_committee(opened(database), state, code, block, str(found.indicator))
    _decide(
        "moderate", committee.key, "", year, actor, seen, interests, reason, database,
        about=code, item=str(found.indicator), before=before, after=to,
    )  # fmt: skip
