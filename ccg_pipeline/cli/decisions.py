"""`ccg panel sign` and its like: the decisions of panels and committee, taken at the command line.

Belongs here: the options of each decision, and handing it to the ledger.
Does not belong here: the rules of a decision (expert_panels), showing what is before a panel (panel.py).
"""

import re
from collections.abc import Callable
from typing import Annotated, Any

import typer

from ccg_pipeline import settings
from ccg_pipeline.cli.gate import GateAsked, gate_asked
from ccg_pipeline.cli.options import (
    Database,
    EditionNamed,
    Month,
    Panel,
    Quarter,
    RoundNamed,
    Year,
    say,
)
from ccg_pipeline.cli.panel import follow, issue_receipts, only_made_up, opened
from ccg_pipeline.cli.rounds import asked_for, found_in
from ccg_pipeline.framework.load import load_edition
from ccg_pipeline.framework.rounds import year_key
from ccg_pipeline.reference.finding import find_ccg
from ccg_pipeline.reference.organisations import ccgs
from ccg_pipeline.release.committee import moderation_asked
from ccg_pipeline.release.round_state import judgement_in_round, known_in_round
from ccg_pipeline.settings import launched_by
from expert_panels import access_log
from expert_panels.foundation.fault import Fault, WrongUse
from expert_panels.ledger import record as ledger
from expert_panels.ledger.gate_state import NEEDS_REASON
from expert_panels.ledger.line import Line
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


def take(
    decision: str,
    gate: GateAsked,
    actor: str,
    seen: str,
    interests: str,
    reason: str,
    database: str,
    **about: Any,
) -> Line:
    """Record a decision at a gate, print its line and return it.

    Raises DecisionRefused, which is logged, for one that may not be taken.
    """
    lane, key, terms, engine = gate.lane, gate.partition_key, gate.terms, opened(database)
    try:
        only_made_up(engine)
        line = ledger.decide(
            engine,
            terms,
            lane=lane,
            partition_key=key,
            decision=decision,
            subject=_whole(seen),
            actor=actor,
            interests=interests,
            reason=reason,
            **about,
        )
    except DecisionRefused as refused:
        # an address that is typed proves nothing: who tried is the user of this process
        tried = f"panel {decision} as {actor}"
        access_log.record(
            engine, settings.actor(), tried, f"{terms.panel} {lane} {key}", f"refused: {refused}"
        )
        raise
    say(f"Line {line.seq}: {line.actor} ({line.role}). {line.meaning}")
    return line


def _decide(decision: str, gate: GateAsked, *taken: str, **about: Any) -> None:
    """Take a decision on the table of a round, and let what follows from it happen."""
    take(decision, gate, *taken, **about)
    database = taken[-1]
    issue_receipts(opened(database), edition_of(gate))
    follow(database, edition_of(gate))


def edition_of(gate: GateAsked) -> str:
    """Return the edition of a gate as --edition names it; '' for that of 2016/17."""
    return str(gate.asked.edition.folder) if gate.asked else ""


def _whole(seen: str) -> str:
    """Return the fingerprint that was typed, which is given in full: a part of it could be of another
    table."""
    if not re.fullmatch(r"[0-9a-f]{64}", seen.lower()):
        raise DecisionRefused(
            f"--seen {seen!r} is no fingerprint of a table: give all 64 characters of it, as `ccg panel "
            "show` prints them, or `ccg measures entry` of an entry."
        )
    return seen.lower()


def _verb(decision: str) -> Callable[..., None]:
    """Return the command that takes a decision on the whole table, with --reason as the decision needs it."""

    def with_reason(
        panel: Panel, actor: Actor, seen: Seen, interests: Interests, reason: Reason, month: Month = "",
        year: Year = "", database: Database = "", edition_named: EditionNamed = "", quarter: Quarter = "",
        round_name: RoundNamed = "",
    ) -> None:  # fmt: skip
        gate = gate_asked(panel, month, year, edition_named, quarter, round_name)
        _decide(decision, gate, actor, seen, interests, reason, database)

    def without(
        panel: Panel, actor: Actor, seen: Seen, interests: Interests, month: Month = "", year: Year = "",
        reason: Reason = "", database: Database = "", edition_named: EditionNamed = "", quarter: Quarter = "",
        round_name: RoundNamed = "",
    ) -> None:  # fmt: skip
        gate = gate_asked(panel, month, year, edition_named, quarter, round_name)
        _decide(decision, gate, actor, seen, interests, reason, database)

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
def resubmit(
    panel: Panel, month: Month = "", year: Year = "", database: Database = "",
    edition_named: EditionNamed = "", quarter: Quarter = "", round_name: RoundNamed = "",
) -> None:  # fmt: skip
    """Submit a returned or withdrawn table to its panel once more, unchanged; its votes begin again.

    Those who made it do this when a return is answered and no figure was wrong. Whoever submits it holds no
    seat on it.
    """
    gate = gate_asked(panel, month, year, edition_named, quarter, round_name)
    lane, key, terms, engine = gate.lane, gate.partition_key, gate.terms, opened(database)
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
    say(f"Line {line.seq}: submitted to the {terms.title} again by {line.actor}, as round {line.serial}.")
    follow(database, edition_of(gate))


@app.command()
def comment(
    panel: Panel, about: About, actor: Actor, seen: Seen, reason: Reason, month: Month = "", year: Year = "",
    database: Database = "", edition_named: EditionNamed = "", quarter: Quarter = "",
    round_name: RoundNamed = "",
) -> None:  # fmt: skip
    """Say something of one organisation in the table that you saw; no vote, and a return carries it back."""
    gate = gate_asked(panel, month, year, edition_named, quarter, round_name)
    code = _organisation(gate, about, database)
    _decide("comment", gate, actor, seen, "", reason, database, about=code)


def _organisation(gate: GateAsked, about: str, database: str) -> str:
    """Return the code of who is meant; WrongUse for nobody, or nobody of the table before the body."""
    if gate.asked is None:
        return find_ccg(ccgs(), about)
    asked = gate.asked
    return found_in(known_in_round(opened(database), asked.edition, asked.round, asked.key), about)


@app.command()
def moderate(
    about: Ccg, block: Block, to: To, actor: Actor, seen: Seen, interests: Interests, reason: Reason,
    year: Year = "", database: Database = "", edition_named: EditionNamed = "", month: Month = "",
    quarter: Quarter = "", round_name: RoundNamed = "",
    panel: Annotated[str, typer.Option("--panel", help="Who moderates, where several may.")] = "",
) -> None:  # fmt: skip
    """Put another judgement of an organisation before its body, and have it rated again."""
    engine = opened(database)
    if asked := asked_for(edition_named, month, quarter, year, round_name):
        may = [
            gate.panel
            for gate in asked.round.gates
            if block in gate.may_moderate and panel in ("", gate.panel)
        ]
        if len(may) != 1:
            known = ", ".join(f"{gate.panel}: {' '.join(gate.may_moderate)}" for gate in asked.round.gates)
            raise WrongUse(f"{block!r} is moderated by {'none' if not may else 'several'} ({known}).")
        gate = gate_asked(may[0], month, year, edition_named, quarter, round_name)
        code, item = _organisation(gate, about, database), block
        state = ledger.state_of(engine, gate.terms, gate.lane, gate.partition_key)
        before = judgement_in_round(
            engine, asked.edition, asked.round, gate.terms.panel, state, code, block, to
        )
    else:
        edition, code, key = load_edition(), find_ccg(ccgs(), about), year_key(year)
        committee = edition.lane("annual").overall_gate
        assert committee is not None  # this edition's year has one
        gate = gate_asked(committee.key, "", year)
        state = ledger.state_of(engine, gate.terms, "annual", key)
        item, before = moderation_asked(
            engine, edition, (committee.key, "annual", key), state, code, block, to
        )
    _decide(
        "moderate",
        gate,
        actor,
        seen,
        interests,
        reason,
        database,
        about=code,
        item=item,
        before=before,
        after=to,
    )
