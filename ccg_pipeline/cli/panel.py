"""`ccg panel`: the panels and the committee at the command line, what is before them and how it stands.

Belongs here: showing rounds and candidates, checking the ledger, and letting what follows from it happen.
Does not belong here: taking a decision (decisions.py), the rules of one (expert_panels), the release.
"""

import pandas as pd
import typer
from sqlalchemy import Engine

from ccg_pipeline.cli.options import SHORT, Database, Month, Panel, Year, asked_round, console, say
from ccg_pipeline.cli.prints.layout import table_of
from ccg_pipeline.cli.prints.organisation import provenance, stamp
from ccg_pipeline.framework.load import load_edition
from ccg_pipeline.framework.rounds import words
from ccg_pipeline.method.scoring.moderated import BLOCKS
from ccg_pipeline.reference.organisations import ccgs
from ccg_pipeline.release.archive import StorageFault, fetch, known_heads
from ccg_pipeline.release.committee import bodies_of, submit_to_committee
from ccg_pipeline.release.rederived import faults_of_releases
from ccg_pipeline.release.released import Tables, unreleased
from ccg_pipeline.settings import actor, database_url, landing_path
from ccg_pipeline.storage.database import kind_of, open_for_reading, open_for_writing, reading
from expert_panels import access_log
from expert_panels.foundation.fault import Fault, WrongUse
from expert_panels.ledger import record as ledger
from expert_panels.ledger.gate_state import GateState
from expert_panels.ledger.record import DecisionRefused
from expert_panels.ledger.table import LedgerError
from expert_panels.settings import declared
from expert_panels.terms import Terms, load_terms

app = typer.Typer(rich_markup_mode="markdown")


def terms_of(panel: str) -> Terms:
    """Return the terms of a panel or the committee; WrongUse names those that there are."""
    known = load_terms()
    if panel not in known:
        raise WrongUse(f"There is no panel {panel!r}: choose one of {', '.join(sorted(known))}.")
    return known[panel]


def opened(database: str) -> Engine:
    """Return the database in use, for a decision or for a view that is logged."""
    return open_for_writing(database or database_url())


def opened_for_reading(database: str) -> Engine:
    """Return the database in use, for what is no decision and no view to be logged."""
    return open_for_reading(database or database_url())


def only_made_up(engine: Engine) -> None:
    """Refuse a decision on real data: DecisionRefused."""
    with reading(engine) as connection:
        if kind_of(connection) != "real":
            return
    settings = declared()
    where = f" at {settings.settings.address}" if settings else " (`ccg room`, with settings)"
    raise DecisionRefused(
        "This database holds real data: whoever types an address here proves nothing, so decide in the "
        f"panels' room{where}, or have the minutes of a meeting recorded (`ccg panel minutes`)."
    )


@app.command()
def status(database: Database = "") -> None:
    """Print every round with its state, who has signed, and what is missing."""
    engine, all_terms = opened_for_reading(database), load_terms()
    rounds: dict[tuple[str, str], list[list[str]]] = {}
    needs: dict[tuple[str, str], dict[str, list[str]]] = {}
    sentences: dict[tuple[str, str], list[str]] = {}
    for gate, state in ledger.states(engine, all_terms).items():
        signed = ", ".join(signature.role for signature in state.signed_by) or "nobody"
        row = [gate.panel, str(state.serial), state.described, signed, state.subject[:SHORT]]
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
    lane, key = asked_round(month, year)
    terms, engine, edition = terms_of(panel), opened(database), load_edition()
    state = ledger.state_of(engine, terms, lane, key)
    tables = unreleased(engine, edition, lane, key)
    access_log.record(engine, actor(), f"panel show {panel}", f"{lane} {key}")
    stamp(console, tables.is_made_up)
    title = f"{terms.title}, {lane} {words(lane, key)}: UNRELEASED"
    committee = edition.lane(lane).overall_gate
    if committee is not None and committee.key == panel:
        _show_overall(tables, title)
    else:
        _show_ratings(tables, panel, title)
    console.print(
        f"State: {state.described}. Missing: {'; '.join(state.missing) or 'nothing'}.", highlight=False
    )
    for said in _said(panel, state):
        console.print(said, markup=False, highlight=False)
    console.print(
        f"Table {state.subject[:SHORT]}: give it back with --seen when you decide.", highlight=False
    )
    console.print(provenance(tables), markup=False, highlight=False)


def _named(codes: pd.Series) -> pd.Series:
    return codes + " " + codes.map(ccgs().set_index("ccg_code")["ccg_name"])


def _show_ratings(tables: Tables, panel: str, title: str) -> None:
    ratings = tables.frames["ratings"]
    own = ratings[ratings["panel"] == panel]
    used = own["n_used"].astype("str") + " of " + own["n_expected"].astype("str")
    rows = zip(_named(own["ccg_code"]), own["rating"].replace("", "no rating"), used, strict=True)
    console.print(table_of(["CCG", "rating", "indicators"], rows, title))
    _show_reasons(own)


def _show_overall(tables: Tables, title: str) -> None:
    own = tables.frames["overall"]
    judged = []
    for block in BLOCKS:
        after, before = own[f"{block}_judgement"].replace("", "none"), own[f"{block}_judgement_before"]
        judged.append(after.where(before == "", after + " (was " + before + ")"))
    rating = own["rating"].replace("", "no rating")
    rows = zip(_named(own["ccg_code"]), rating, own["overall_score"], *judged, strict=True)
    console.print(table_of(["CCG", "rating", "score", *BLOCKS], rows, title, numbers=["score"]))
    for block in BLOCKS:
        for code, why in zip(own["ccg_code"], own[f"{block}_moderation_reason"], strict=True):
            if why:
                say(f"{code}, {block} moderated: {' '.join(why.split())}")
    _show_reasons(own)


def _show_reasons(own: pd.DataFrame) -> None:
    for code, why in zip(own["ccg_code"], own["why_no_rating"], strict=True):
        if why:
            say(f"{code}: {why}")
    counts = own["rating"].replace("", "no rating").value_counts()
    console.print("; ".join(f"{name}: {count}" for name, count in counts.items()), highlight=False)


def follow(database: str) -> None:
    """Let what follows from the ledger happen: by the daemon where one runs, here where none does."""
    from ccg_pipeline.orchestration.main_job import MainJob, daemon_is_live, dagster_instance

    url = database or database_url()
    with dagster_instance(url) as instance:
        if daemon_is_live(instance):
            console.print("The daemon will show it within half a minute.")
            return
        MainJob(instance, url, landing_path()).converge()


@app.command()
def verify(database: Database = "") -> None:
    """Check the whole ledger: every line, the chain, each release recomputed, what recorders signed."""
    engine = opened_for_reading(database)
    with reading(engine) as connection:
        known = known_heads(connection)
    faults = ledger.verify(engine, known)
    try:
        lines = ledger.lines(engine)
    except LedgerError:  # of a line that cannot be read, which the faults say already
        lines = []
    for line in lines:
        if line.record_sha256:
            try:
                with reading(engine) as connection:
                    fetch(connection, line.record_sha256)
            except StorageFault as fault:
                faults.append(f"Line {line.seq}, signed by {line.recorded_by}: {fault}")
    if faults:
        raise Fault("The sign-off ledger is broken: " + " ".join(faults))
    with reading(engine) as connection:
        differ = faults_of_releases(connection, load_edition(), load_terms())
    if differ:
        raise Fault(" ".join(differ))
    console.print(
        f"The ledger is whole: {ledger.head(engine).seq} lines, head {ledger.head(engine).hash[:SHORT]}."
    )


@app.command()
def demonstrate(month: Month = "", year: Year = "", database: Database = "") -> None:
    """Sign for all panels, and for the year its committee, with made-up members: on made-up data only."""
    lane, key = asked_round(month, year)
    engine = opened(database)
    with reading(engine) as connection:
        if kind_of(connection) != "made_up":
            raise Fault("The demonstration signs on made-up data only, and this database does not hold any.")
    edition, all_terms = load_edition(), load_terms()
    rule = edition.lane(lane)
    for panel in bodies_of(edition, rule):
        terms = all_terms[panel]
        if not terms.is_made_up:
            raise Fault(
                f"The terms of the panel {panel} are not made up: the demonstration signs for nobody real."
            )
        if rule.overall_gate is not None and rule.overall_gate.key == panel:
            submit_to_committee(engine, edition, rule, key, all_terms)
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
    follow(database)
