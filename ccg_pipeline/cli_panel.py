"""`ccg panel`: the six panels at the command line, until they have a room of their own.

Belongs here: showing rounds and candidates, writing a decision, and letting what follows from it happen.
Does not belong here: the rules of a decision (expert_panels), the release (assets/).
"""

import os
from typing import Annotated, Any

import typer
from rich.console import Console
from sqlalchemy import Engine

from ccg_pipeline.framework.load import load_edition
from ccg_pipeline.partitions import PartitionFault, month_key, year_key
from ccg_pipeline.printed import provenance, stamp, table_of
from ccg_pipeline.publish.explanation import find_ccg
from ccg_pipeline.publish.naming import words
from ccg_pipeline.publish.released import unreleased
from ccg_pipeline.reference.organisations import ccgs
from ccg_pipeline.resources import Panels, database_url, landing_path
from ccg_pipeline.storage.database import kind_of, open_database, reading
from expert_panels import access_log, ledger, ledger_table
from expert_panels import tables as panel_tables
from expert_panels.decision import GateState
from expert_panels.terms import Terms

EDITION = "iaf_2016_17"
SHORT = 12
"""Signs of a fingerprint that are printed, and asked back of who decides."""

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="What the six panels have before them, and their decisions.",
)
console = Console()


class NotHere(Exception):
    """A decision that cannot be taken at this command line: one sentence."""


Panel = Annotated[
    str,
    typer.Argument(
        help="cancer, dementia, diabetes, learning_disability, maternity or mental_health.", metavar="PANEL"
    ),
]
Month = Annotated[str, typer.Option("--month", help="Month of the interim lane: 2017-03.")]
Year = Annotated[str, typer.Option("--year", help="Financial year of the annual lane: 2016-17.")]
Database = Annotated[str, typer.Option("--database", help="SQLAlchemy URL; without, SQLite in .ccg/.")]
Actor = Annotated[str, typer.Option("--as", help="E-mail address of the member who decides.")]
Seen = Annotated[
    str, typer.Option("--seen", help="Sign of the table that you saw, as `panel show` prints it.")
]
Interests = Annotated[str, typer.Option("--interests", help='Your interests in any CCG, or "none".')]
Reason = Annotated[str, typer.Option("--reason", help="Why; return, withdraw and override need it.")]
About = Annotated[str, typer.Option("--about", help="Code (02N), name, or a part of the name of a CCG.")]


def _round(month: str, year: str) -> tuple[str, str]:
    if bool(month) == bool(year):
        raise PartitionFault("Say which round: --month 2017-03 or --year 2016-17.")
    return ("interim", month_key(month)) if month else ("annual", year_key(year))


def _terms(panel: str) -> Terms:
    known = Panels().all_terms()
    if panel not in known:
        raise PartitionFault(f"There is no panel {panel!r}: choose one of {', '.join(sorted(known))}.")
    return known[panel]


def _open(database: str) -> Engine:
    engine = open_database(database or database_url())
    ledger_table.create(engine)
    panel_tables.create(engine)
    return engine


def _only_made_up(engine: Engine) -> None:
    with reading(engine) as connection:
        if kind_of(connection) == "real":
            raise NotHere(
                "This database holds real data: whoever types an address here proves nothing, so decisions "
                "are taken at the command line on made-up data only."
            )


@app.command()
def status(database: Database = "") -> None:
    """Print every round with its state, who has signed, and what is missing."""
    engine, all_terms = _open(database), Panels().all_terms()
    rounds: dict[tuple[str, str], list[list[str]]] = {}
    needs: dict[tuple[str, str], dict[str, list[str]]] = {}
    sentences: dict[tuple[str, str], list[str]] = {}
    for gate, state in ledger.states(engine, all_terms).items():
        signed = ", ".join(signature.role for signature in (state.votes or state.published_by)) or "nobody"
        row = [gate.panel, str(state.serial), state.state, signed, state.subject[:SHORT]]
        rounds.setdefault(gate[1:], []).append(row)
        needs.setdefault(gate[1:], {}).setdefault("; ".join(state.missing), []).append(gate.panel)
        sentences.setdefault(gate[1:], []).extend(_said(gate.panel, state))
    with reading(engine) as connection:
        stamp(console, kind_of(connection) == "made_up")
    heads = ["panel", "round", "state", "signed by", "table"]
    for lane, key in sorted(rounds, reverse=True):
        console.print(table_of(heads, rounds[lane, key], title=f"{lane.capitalize()} {words(lane, key)}"))
        for missing, panels in needs[lane, key].items():
            if missing:
                console.print(f"Needed of {', '.join(panels)}: {missing}.", markup=False, highlight=False)
        for said in sentences[lane, key]:
            console.print(said, markup=False, highlight=False)
        console.print()
    if rounds:
        console.print("Waiting is no failure: a gate opens by signatures alone.", highlight=False)
    else:
        console.print("No table has been laid before a panel yet: `ccg run` does that.", highlight=False)


def _said(panel: str, state: GateState) -> list[str]:
    """Return what the people of a round said to those who made its table, a line each."""
    returned = [f"Returned by {panel} ({one.role}): {one.reason}" for one in state.returns]
    remarks = [f"{panel} on {one.about} ({one.role}): {one.text}" for one in state.comments]
    return [" ".join(said.split()) for said in returned + remarks]


@app.command()
def show(panel: Panel, month: Month = "", year: Year = "", database: Database = "") -> None:
    """Print the table before a panel, which is not released; the view is logged."""
    lane, key = _round(month, year)
    terms, engine, edition = _terms(panel), _open(database), load_edition(EDITION)
    state = ledger.state_of(engine, terms, lane, key)
    tables = unreleased(engine, edition, lane, key)
    access_log.record(engine, os.environ.get("CCG_ACTOR", ""), f"panel show {panel}", f"{lane} {key}")
    ratings = tables.frames["ratings"]
    own = ratings[ratings["panel"] == panel]
    names = own["ccg_code"] + " " + own["ccg_code"].map(ccgs().set_index("ccg_code")["ccg_name"])
    used = own["n_used"].astype("str") + " of " + own["n_expected"].astype("str")
    rows = zip(names, own["rating"].replace("", "no rating"), used, strict=True)
    stamp(console, tables.is_made_up)
    title = f"{terms.title}, {lane} {words(lane, key)}: UNRELEASED"
    console.print(table_of(["CCG", "rating", "indicators"], rows, title))
    for code, why in zip(own["ccg_code"], own["why_no_rating"], strict=True):
        if why:
            console.print(f"{code}: {why}", markup=False, highlight=False)
    counts = own["rating"].replace("", "no rating").value_counts()
    console.print("; ".join(f"{name}: {count}" for name, count in counts.items()), highlight=False)
    console.print(f"State: {state.state}. Missing: {'; '.join(state.missing) or 'nothing'}.", highlight=False)
    console.print(
        f"Table {state.subject[:SHORT]}: give it back with --seen when you decide.", highlight=False
    )
    console.print(provenance(tables), markup=False, highlight=False)


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
    lane, key = _round(month, year)
    terms, engine = _terms(panel), _open(database)
    _only_made_up(engine)
    state = ledger.state_of(engine, terms, lane, key)
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
    console.print(f"Line {line.seq}: {line.actor} ({line.role}). {line.meaning}", markup=False)
    _follow(database)


def _in_full(seen: str, state: GateState, decision: str) -> str:
    """Return the fingerprint that a short one stands for; what stands for nothing is refused as not seen."""
    now = state.published_subject if decision == "withdraw" else state.subject
    return now if len(seen) >= SHORT and now.startswith(seen.lower()) else seen


def _follow(database: str) -> None:
    """Let what follows from the ledger happen: by the daemon where one runs, here where none does."""
    from ccg_pipeline.run import MainJob, daemon_is_live, dagster_instance

    with dagster_instance() as instance:
        if daemon_is_live(instance):
            console.print("The daemon will show it within half a minute.")
            return
        MainJob(instance, database or database_url(), landing_path()).converge()


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
def verify(database: Database = "") -> None:
    """Check the whole ledger: every line, the chain, and the hashes that releases carry."""
    from ccg_pipeline.assets.assessment import known_heads

    engine = _open(database)
    with reading(engine) as connection:
        known = known_heads(connection)
    faults = ledger.verify(engine, known)
    if faults:
        raise NotHere("The sign-off ledger is broken: " + " ".join(faults))
    console.print(
        f"The ledger is whole: {ledger.head(engine).seq} lines, head {ledger.head(engine).hash[:SHORT]}."
    )


@app.command()
def demonstrate(month: Month = "", year: Year = "", database: Database = "") -> None:
    """Sign for all six panels with their made-up members: a demonstration, on made-up data only."""
    lane, key = _round(month, year)
    engine = _open(database)
    with reading(engine) as connection:
        if kind_of(connection) != "made_up":
            raise NotHere(
                "The demonstration signs on made-up data only, and this database does not hold any."
            )
    for panel, terms in Panels().all_terms().items():
        state = ledger.state_of(engine, terms, lane, key)
        if not terms.is_made_up:
            raise NotHere(
                f"The terms of the panel {panel} are not made up: the demonstration signs for nobody real."
            )
        if not state.is_open:
            console.print(f"{terms.title}: {state.state}, nothing to sign.")
            continue
        for member in terms.members[: terms.quorum.members]:
            ledger.decide(
                engine, terms, lane=lane, partition_key=key, decision="approve", subject=state.subject,
                actor=member.email, interests="none", reason="Demonstration on made-up data.",
            )  # fmt: skip
        console.print(f"{terms.title}: signed by {terms.quorum.members} made-up members.")
    _follow(database)
