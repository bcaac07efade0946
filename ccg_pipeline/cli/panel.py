"""`ccg panel`: the panels and the committee at the command line, what is before them and its state.

Belongs here: showing rounds and candidates, checking the ledger, and letting what follows from it happen.
Does not belong here: taking a decision (decisions.py), the rules of one (expert_panels), the release.
"""

import re
from pathlib import Path
from typing import Annotated

import pandas as pd
import typer
from sqlalchemy import Engine

from ccg_pipeline.cli.gate import editions_asked, gate_asked
from ccg_pipeline.cli.notices import not_sent
from ccg_pipeline.cli.options import (
    SHORT,
    Database,
    EditionNamed,
    Month,
    Panel,
    Quarter,
    RoundNamed,
    Year,
    console,
    say,
)
from ccg_pipeline.cli.prints import gates as printed_gates
from ccg_pipeline.cli.prints.layout import table_of
from ccg_pipeline.cli.prints.organisation import provenance, stamp
from ccg_pipeline.framework.load import load_edition
from ccg_pipeline.framework.round_dates import round_title, rounds_by_lane
from ccg_pipeline.framework.rounds import words
from ccg_pipeline.method.scoring.moderated import BLOCKS
from ccg_pipeline.panel_papers.certificates import issue
from ccg_pipeline.reference.organisations import ccgs
from ccg_pipeline.release.archive import StorageFault, fetch, known_heads
from ccg_pipeline.release.blocking_findings import faults_of_findings
from ccg_pipeline.release.bodies import terms_in_force
from ccg_pipeline.release.entries import faults_of_entries
from ccg_pipeline.release.holds import HELD_BACK, rounds_held
from ccg_pipeline.release.rederived import faults_of_releases, released_as
from ccg_pipeline.release.released import Tables, unreleased
from ccg_pipeline.release.tables import VERIFIED
from ccg_pipeline.settings import actor, database_url, landing_path
from ccg_pipeline.storage.database import open_for_reading, open_for_writing, reading
from ccg_pipeline.storage.outside import kind_of
from ccg_pipeline.storage.schema import faults_of_guards
from expert_panels import access_log
from expert_panels.certificates.heads import heads_in_file
from expert_panels.certificates.signing_key import public_key
from expert_panels.foundation.fault import Fault, WrongUse
from expert_panels.ledger import record as ledger
from expert_panels.ledger.gate_state import GateState
from expert_panels.ledger.record import DecisionRefused
from expert_panels.ledger.table import LedgerError
from expert_panels.ledger.verify import verify as verify_ledger
from expert_panels.settings import declared

app = typer.Typer(rich_markup_mode="markdown")


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
def status(database: Database = "", edition_named: EditionNamed = "") -> None:
    """Print every round with its state, who has signed, and what is missing."""
    editions = editions_asked(edition_named)
    engine, all_terms = opened_for_reading(database), terms_in_force(editions)
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
        console.print(
            table_of(heads, rounds[lane, key], title=_capitalised(round_title(lane, key, editions)))
        )
        for missing, panels in needs[lane, key].items():
            if missing:
                console.print(f"Needed of {', '.join(panels)}: {missing}.", markup=False, highlight=False)
        for said in sentences[lane, key]:
            console.print(said, markup=False, highlight=False)
        console.print()
    for lane, key, why in rounds_held(engine, load_edition(), editions):
        say(f"{_capitalised(round_title(lane, key, editions))}, is {HELD_BACK}. {why}.")
    for said in not_sent(engine):
        say(said)
    if rounds:
        console.print("Waiting is no failure: a gate opens by signatures alone.", highlight=False)
    else:
        console.print("No table has been submitted to a panel yet: `ccg run` does that.", highlight=False)


def _said(panel: str, state: GateState) -> list[str]:
    """Return what the people of a round said to those who made its table, a line each."""
    returned = [f"Returned by {panel} ({one.role}): {one.reason}" for one in state.returns]
    remarks = [f"{panel} on {one.about} ({one.role}): {one.text}" for one in state.comments]
    return [" ".join(said.split()) for said in returned + remarks]


@app.command()
def show(
    panel: Panel, month: Month = "", year: Year = "", database: Database = "",
    edition_named: EditionNamed = "", quarter: Quarter = "", round_name: RoundNamed = "",
) -> None:  # fmt: skip
    """Print the table before a panel, with UNRELEASED where no release shows it; the view is logged."""
    gate = gate_asked(panel, month, year, edition_named, quarter, round_name)
    lane, key, terms = gate.lane, gate.partition_key, gate.terms
    engine, edition = opened(database), load_edition()
    state = ledger.state_of(engine, terms, lane, key)
    if gate.asked:
        access_log.record(engine, actor(), f"panel show {panel}", f"{lane} {key}")
        printed_gates.before_body(console, engine, gate.asked.edition, gate.asked.round, key, terms, state)
        close(panel, state)
        return
    tables = unreleased(engine, edition, lane, key)
    access_log.record(engine, actor(), f"panel show {panel}", f"{lane} {key}")
    stamp(console, tables.is_made_up)
    with reading(engine) as connection:
        number, word = released_as(connection, edition, (lane, key), state.subject, gate.all_terms)
    out = number if word == VERIFIED else 0
    title = f"{terms.title}, {lane} {words(lane, key)}{'' if out else ': UNRELEASED'}"
    committee = edition.lane(lane).overall_gate
    if committee is not None and committee.key == panel:
        _show_overall(tables, title)
    else:
        _show_ratings(tables, panel, title)
    close(panel, state)
    said = f"Verified, and as release {out} shows it." if out else provenance(tables)
    console.print(said, markup=False, highlight=False)


def close(panel: str, state: GateState) -> None:
    """Print the state of a gate, what was said of its table, and by what the table is known."""
    say(f"State: {state.described}. Missing: {'; '.join(state.missing) or 'nothing'}.")
    for said in _said(panel, state):
        say(said)
    say(f"Table {state.subject}: give it back, all of it, with --seen when you decide.")


def _capitalised(title: str) -> str:
    return title[:1].upper() + title[1:]


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


def follow(database: str, edition: str = "") -> None:
    """Let what follows from the ledger happen: by the daemon where one runs, here where none does."""
    from ccg_pipeline.orchestration.instance import daemon_is_live, dagster_instance
    from ccg_pipeline.orchestration.main_job import MainJob

    url = database or database_url()
    with dagster_instance(url) as instance:
        if daemon_is_live(instance):
            console.print("The daemon will show it within half a minute.")
            return
        MainJob(instance, url, landing_path(), editions=editions_asked(edition)).converge()


def issue_receipts(engine: Engine, edition: str = "") -> None:
    """Issue the certificates of decisions without a receipt to those who took them."""
    settings, editions = declared(), editions_asked(edition)
    issue(engine, settings.settings if settings else None, terms_in_force(editions), editions)


@app.command()
def verify(
    against: Annotated[
        list[str] | None,
        typer.Option(help="A head kept elsewhere: a hash, or a certificate, receipt, notice or export."),
    ] = None,
    key: Annotated[
        list[Path] | None,
        typer.Option(help="Public key (PEM) of the room; without, those in its folder of keys."),
    ] = None,
    database: Database = "",
    edition_named: EditionNamed = "",
) -> None:
    """Check the whole ledger: lines, chain, signatures, each release recomputed, what recorders signed.

    `--against` compares it with what somebody kept outside, which shows a ledger rewritten or cut off.
    """
    engine = opened_for_reading(database)
    kept = {head: one for one in against or () for head in _heads(one)}
    keys = [str(public_key(_content(one), str(one)).keyval["public"]) for one in key or ()]
    with reading(engine) as connection:
        known = known_heads(connection)
        kind_of(connection)  # which the ledger must say too
        unguarded = faults_of_guards(connection)
    faults = unguarded + verify_ledger(engine, {*known, *kept}, keys or None)
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
        editions = editions_asked(edition_named)
        rounds = rounds_by_lane(editions)
        differ = faults_of_releases(connection, load_edition(), terms_in_force(editions), rounds)
        differ += faults_of_findings(connection)
    differ += faults_of_entries(engine)
    if differ:
        raise Fault(" ".join(differ))
    console.print(
        f"The ledger is whole: {ledger.head(engine).seq} lines, head {ledger.head(engine).hash[:SHORT]}."
    )
    for head, name in kept.items():
        say(
            f"It carries {head[:SHORT]}, which {name} says."
            if name != head
            else f"It carries {head[:SHORT]}."
        )
    if not keys:
        return
    say(f"Signed by keys of {', '.join(str(one) for one in key or ())} alone.")


def _heads(given: str) -> list[str]:
    """Return the heads that a hash or a file says; WrongUse for one that says none."""
    if _HASH.fullmatch(given.lower()):
        return [given.lower()]
    found = heads_in_file(_content(Path(given)))
    if not found:
        raise WrongUse(
            f"--against {given}: holds no head of a ledger: give a hash of 64 characters, a certificate, a "
            "receipt, a notice or an export."
        )
    return found


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as fault:
        raise WrongUse(f"{path}: cannot be read ({fault.strerror}).") from fault


_HASH = re.compile(r"[0-9a-f]{64}")
