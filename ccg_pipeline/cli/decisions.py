"""`ccg panel sign` and its like: the decisions of panels and committee, taken at the command line.

Belongs here: the options of each decision, and handing it to the ledger.
Does not belong here: the rules of a decision (expert_panels), showing what is before a panel (panel.py).
"""

from collections.abc import Callable
from typing import Annotated, Any

import typer

from ccg_pipeline import settings
from ccg_pipeline.cli.options import SHORT, Database, Month, Panel, Year, asked_round, say
from ccg_pipeline.cli.panel import follow, only_made_up, opened, terms_of
from ccg_pipeline.framework.load import load_edition
from ccg_pipeline.framework.rounds import year_key
from ccg_pipeline.reference.finding import find_ccg
from ccg_pipeline.reference.organisations import ccgs
from ccg_pipeline.release.committee import moderation_asked
from ccg_pipeline.settings import launched_by
from expert_panels import access_log
from expert_panels.foundation.fault import Fault
from expert_panels.ledger import record as ledger
from expert_panels.ledger.gate_state import NEEDS_REASON, GateState
from expert_panels.ledger.record import DecisionRefused

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
    except DecisionRefused as refused:
        # an address that is typed proves nothing: who tried is the user of this process
        tried = f"panel {decision} as {actor}"
        access_log.record(engine, settings.actor(), tried, f"{panel} {lane} {key}", f"refused: {refused}")
        raise
    say(f"Line {line.seq}: {line.actor} ({line.role}). {line.meaning}")
    follow(database)


def _in_full(seen: str, state: GateState, decision: str) -> str:
    """Return the fingerprint that a short one stands for; what stands for nothing is refused as not seen."""
    now = state.published_subject if decision == "withdraw" else state.subject
    return now if len(seen) >= SHORT and now.startswith(seen.lower()) else seen


def _verb(decision: str) -> Callable[..., None]:
    """Return the command that takes a decision on the whole table, with --reason as the decision needs it."""

    def with_reason(
        panel: Panel, actor: Actor, seen: Seen, interests: Interests, reason: Reason, month: Month = "",
        year: Year = "", database: Database = "",
    ) -> None:  # fmt: skip
        _decide(decision, panel, month, year, actor, seen, interests, reason, database)

    def without(
        panel: Panel, actor: Actor, seen: Seen, interests: Interests, month: Month = "", year: Year = "",
        reason: Reason = "", database: Database = "",
    ) -> None:  # fmt: skip
        _decide(decision, panel, month, year, actor, seen, interests, reason, database)

    return with_reason if decision in NEEDS_REASON else without


for name, decision, what in (
    ("sign", "approve", "Verify the table that you saw."),
    ("return", "return", "Return the table that you saw to those who made it."),
    ("withdraw", "withdraw", "Withdraw the panel's verification of a table that is out."),
    ("recuse", "recuse", "Take no part in the decision on this table."),
    (
        "override",
        "override",
        "Ask, as one of two officers, that a table go out unverified and marked as overridden.",
    ),
):
    app.command(name=name, help=what)(_verb(decision))


@app.command(name="lay-again", hidden=True)  # the earlier name, for scripts that have it
@app.command(name="resubmit")
def resubmit(panel: Panel, month: Month = "", year: Year = "", database: Database = "") -> None:
    """Submit a returned or withdrawn table to its panel once more, unchanged; its votes begin again.

    Those who made it do this when a return is answered and no figure was wrong. Whoever submits it holds no
    seat on it.
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
        raise Fault(f"The table of the {terms.title} is {state.state}, neither returned nor withdrawn.")
    say(f"Line {line.seq}: laid before the {terms.title} again by {line.actor}, as round {line.serial}.")
    follow(database)


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
    edition, code, key = load_edition(), find_ccg(ccgs(), about), year_key(year)
    committee = edition.lane("annual").overall_gate
    assert committee is not None  # this edition's year has one
    engine = opened(database)
    state = ledger.state_of(engine, terms_of(committee.key), "annual", key)
    gate = (committee.key, "annual", key)
    item, before = moderation_asked(engine, edition, gate, state, code, block, to)
    _decide(
        "moderate", committee.key, "", year, actor, seen, interests, reason, database,
        about=code, item=item, before=before, after=to,
    )  # fmt: skip
