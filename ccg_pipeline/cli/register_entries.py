"""`ccg measures submit | entries | entry | decide`: entries of the register, and the body that records them.

Belongs here: the options of each verb. Does not belong here: what an entry is and which are recorded
(release/entries.py), the rules of a decision (expert_panels), showing the register (special_measures.py).
"""

from datetime import date
from typing import Annotated, get_args

import typer

from ccg_pipeline.cli.decisions import Actor, Interests, Reason, Seen, take
from ccg_pipeline.cli.gate import entry_asked, gate_of_entry
from ccg_pipeline.cli.options import Ccg, Database, console, say
from ccg_pipeline.cli.panel import close, issue_receipts, opened, opened_for_reading
from ccg_pipeline.cli.prints import special_measures as printed
from ccg_pipeline.cli.prints.organisation import stamp
from ccg_pipeline.framework.round_dates import REGISTER
from ccg_pipeline.framework.rounds import day_of
from ccg_pipeline.reference.finding import find_ccg
from ccg_pipeline.reference.organisations import ccg_history
from ccg_pipeline.reference.special_measures.events import OF_REGIME, REGIMES, Between, Event, What
from ccg_pipeline.release.bodies import RECORDS, recording_body
from ccg_pipeline.release.entries import register_of, submit, submitted, unfitting
from ccg_pipeline.settings import actor, launched_by
from expert_panels import access_log
from expert_panels.foundation.fault import WrongUse

app = typer.Typer(rich_markup_mode="markdown")

DECISIONS = ("approve", "return", "withdraw", "recuse", "override")
Key = Annotated[
    str, typer.Argument(help="Key of the entry, as `ccg measures entries` lists it.", metavar="KEY")
]


@app.command("submit")
def submit_entry(
    ccg: Ccg,
    event: Annotated[str, typer.Option("--event", help=", ".join(get_args(What)))],
    on: Annotated[str, typer.Option("--on", help="The day of the event: 2017-07-21.")],
    evidence: Annotated[str, typer.Option("--evidence", help="Why it is recorded: `propose` prints it.")],
    source: Annotated[str, typer.Option("--source", help="The paper that says so: letter, minutes, page.")],
    regime: Annotated[str, typer.Option("--regime", help=" or ".join(REGIMES))] = REGIMES[0],
    kind: Annotated[str, typer.Option("--kind", help="finance; of directions, their power.")] = "",
    part: Annotated[
        list[str] | None, typer.Option("--part", help="Of directions: leadership, finance or function.")
    ] = None,
    until: Annotated[str, typer.Option("--until", help="Of an extension, its last day.")] = "",
    given_to: Annotated[str, typer.Option("--given-to", help="The CCG that exercises a function.")] = "",
    database: Database = "",
) -> None:  # fmt: skip
    """Submit an entry to the committee that records entries; nothing is recorded by this.

    Whoever submits it holds no seat on it.
    """
    every = ccg_history().drop_duplicates("ccg_code", keep="last")
    if regime not in REGIMES:
        raise WrongUse(f"--regime {regime!r} is none: choose one of {', '.join(REGIMES)}.")
    if event not in OF_REGIME[regime]:
        known = ", ".join(OF_REGIME[regime])
        raise WrongUse(f"--event {event!r} does not happen in {regime}: choose one of {known}.")
    day = day_of(on, "--on")
    found = Event(
        find_ccg(every, ccg), Between(day, day), event, regime, source.strip(), kind, tuple(part or ()),
        _day_or_none(until), find_ccg(every, given_to) if given_to else "", day.isoformat(),
    )  # fmt: skip
    engine = opened(database)
    before = register_of(engine)
    line = submit(engine, found, evidence, launched_by({}))
    for one in unfitting(before, found):
        say(f"It does not fit, and the committee is told so: {one.says}, but {one.against}.")
    say(
        f"Line {line.seq}: {line.partition_key} is submitted to the {recording_body().title} by "
        f"{line.actor}. Nothing is in the register until it decides: ccg measures entry {line.partition_key}"
    )


def _day_or_none(typed: str) -> date | None:
    return day_of(typed, "--until") if typed else None


@app.command("entries")
def entries(database: Database = "") -> None:
    """List the entries that were submitted to the committee, each with what it has decided."""
    printed.entries(console, submitted(opened_for_reading(database)))


@app.command("entry")
def entry(key: Key, database: Database = "") -> None:
    """Print an entry that was submitted to the committee; the view is logged."""
    found, engine = entry_asked(opened_for_reading(database), key), opened(database)
    access_log.record(engine, actor(), f"measures entry {key}", REGISTER)
    if found.before is not None:
        stamp(console, found.before.is_made_up)
    here = register_of(engine)
    printed.entry(
        console, found, recording_body(), unfitting(here, found.before.event) if found.before else []
    )
    close(RECORDS, found.state)


@app.command("decide")
def decide(
    key: Key,
    decision: Annotated[str, typer.Argument(help=", ".join(DECISIONS), metavar="DECISION")],
    actor: Actor,
    seen: Seen,
    interests: Interests,
    reason: Reason = "",
    database: Database = "",
) -> None:
    """Decide on an entry as a member of the committee, on made-up data; on real data in the panels' room."""
    if decision not in DECISIONS:
        raise WrongUse(f"{decision!r} is no decision: choose one of {', '.join(DECISIONS)}.")
    gate = gate_of_entry(opened_for_reading(database), key)
    take(decision, gate, actor, seen, interests, reason, database)
    issue_receipts(opened(database))
    state = entry_asked(opened_for_reading(database), key).state
    say(f"{key}: {state.described}. Missing: {'; '.join(state.missing) or 'nothing'}.")
