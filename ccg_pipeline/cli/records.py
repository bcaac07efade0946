"""`ccg panel minutes`, keys and certificates, and `ccg verify`: the ledger on paper and in files.

Belongs here: options, writing the files, and printing what holds.
Does not belong here: forms, keys and certificates themselves (expert_panels), the decisions' own verbs.
"""

import hashlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import Engine

from ccg_pipeline.cli.decisions import edition_of
from ccg_pipeline.cli.gate import editions_asked, gate_of_minutes
from ccg_pipeline.cli.options import Database, EditionNamed, say
from ccg_pipeline.cli.output import write
from ccg_pipeline.cli.panel import follow, issue_receipts, opened, opened_for_reading
from ccg_pipeline.framework.load import load_edition
from ccg_pipeline.framework.round_dates import rounds_by_lane
from ccg_pipeline.panel_papers.certificates import certificate_of, line_numbered, tables_decided_on
from ccg_pipeline.release.archive import fetch, keep
from ccg_pipeline.release.bodies import terms_in_force
from ccg_pipeline.release.committee import moderation_asked
from ccg_pipeline.release.rederived import released_as
from ccg_pipeline.release.round_state import judgement_in_round
from ccg_pipeline.release.tables import is_overridden
from ccg_pipeline.settings import database_url, keys_of
from ccg_pipeline.storage.database import reading, writing
from ccg_pipeline.storage.fingerprint import sha256_of
from ccg_pipeline.storage.outside import begin_new_key, kind_of, room_signer
from ccg_pipeline.tables.exports import RATINGS
from expert_panels import access_log
from expert_panels.certificates.certificate import checked
from expert_panels.certificates.signing_key import (
    OF_RECORDER,
    PUBLIC,
    make_key,
    pem_of,
    public_half,
    public_key,
    public_keys_in,
    signer_of,
)
from expert_panels.foundation.fault import Fault, WrongUse
from expert_panels.ledger import record as ledger
from expert_panels.ledger.line import Line
from expert_panels.ledger.record import DecisionRefused
from expert_panels.minutes.form import MinutedDecision, MinutesFault, Written, decisions_of, read_minutes
from expert_panels.minutes.recorder import MEANING, SUFFIX, hold, is_record, record
from expert_panels.minutes.recorder import checked as checked_record
from expert_panels.settings import VARIABLE, declared

app = typer.Typer(rich_markup_mode="markdown")

Form = Annotated[
    Path, typer.Argument(help="The form: YAML, or minutes in Markdown that begin with it.", metavar="FILE")
]
Certificate = Annotated[Path, typer.Argument(help="The certificate.", metavar="FILE")]
Seq = Annotated[int, typer.Argument(help="Number of the line in the ledger.", metavar="SEQ")]
Output = Annotated[Path, typer.Option("--output", help="File to write.")]
RecorderKey = Annotated[Path, typer.Option("--key", help="The recorder's private key (PEM).")]
PublicKey = Annotated[Path, typer.Option("--key", help="Public key (PEM) of who issued it.")]


RECORD = "record"
"""What is kept for ever of a recorder: the statement that was signed."""


def _read(path: Path, option: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as fault:
        raise WrongUse(f"{option} {path}: cannot be read ({fault.strerror}).") from fault


@app.command()
def minutes(form: Form, database: Database = "", edition_named: EditionNamed = "") -> None:
    """Record the decisions of a meeting from its minutes: all of them, or none.

    On real data the form names a declared recorder, who has signed it with `sign-minutes`. The form of a
    meeting about another edition's round names that edition, or `--edition` does.
    """
    written = read_minutes(form)
    asked = written.minutes
    if edition_named and asked.edition not in ("", edition_named):
        raise WrongUse(f"--edition {edition_named}: {form.name} is about the edition {asked.edition}.")
    named = edition_named or asked.edition
    engine = opened(database)
    gate = gate_of_minutes(engine, asked, named)
    lane, key, terms = gate.lane, gate.partition_key, gate.terms
    state = ledger.state_of(engine, terms, lane, key)

    def judged(one: MinutedDecision) -> tuple[str, str]:
        moderated = (one.about, one.judgement, one.to)
        if found := gate.asked:
            of_round = (engine, found.edition, found.round, asked.panel, state)
            return one.judgement, judgement_in_round(*of_round, *moderated)
        return moderation_asked(engine, load_edition(), (asked.panel, lane, key), state, *moderated)

    what, about = f"panel minutes {asked.panel}", f"{lane} {key}"
    try:
        record = _record_of(form, written, engine)
        decisions = decisions_of(
            written,
            terms,
            lane,
            key,
            state,
            datetime.now(UTC).date(),
            judged,
            sha256_of(record) if record else "",
        )
        if record:
            with writing(engine) as connection:
                keep(connection, RECORD, record)  # before the lines that name it
        lines = ledger.decide_all(engine, decisions)
    except (MinutesFault, DecisionRefused) as refused:
        access_log.record(engine, asked.recorder, what, about, f"refused: {refused}")
        raise
    access_log.record(engine, asked.recorder, what, about, "recorded")
    for line in lines:
        say(f"Line {line.seq}: {line.actor} ({line.role}). {line.meaning}")
    by = f" Recorded by {asked.recorder}." if record else ""
    say(f"Minutes of {asked.meeting}, sha256 {written.sha256}.{by}")
    issue_receipts(engine)
    if not asked.entry:
        follow(database, edition_of(gate))
    now = ledger.state_of(engine, terms, lane, key)
    if lines[-1].decision != "withdraw" and now.serial != state.serial:
        say(f"Round {now.serial} is submitted to the {terms.title} now, table {now.subject}.")


def _record_of(form: Path, written: Written, engine: Engine) -> str:
    """Return what the form's recorder signed; '' where the form names none, which made-up data allow.

    Raises MinutesFault.
    """
    recorder = written.minutes.recorder
    with reading(engine) as connection:
        is_real = kind_of(connection) == "real"
    if not recorder:
        if is_real:
            raise MinutesFault(
                f"{form.name}: this database holds real data, so the form must name its `recorder`, who "
                "signs it with `ccg panel sign-minutes`."
            )
        return ""
    settings = declared()
    name = settings.name if settings else f"any settings ({VARIABLE} names none)"
    public = settings.recorder_key(recorder) if settings else None
    if public is None:
        raise MinutesFault(
            f"{form.name}: {recorder} is not declared as a recorder in {name}. Declare the recorder's public "
            "key there, under `minutes: {recorders: {ADDRESS: FILE}}`."
        )
    path = form.with_name(form.name + SUFFIX)
    try:
        content = path.read_bytes()
    except OSError:
        raise MinutesFault(
            f"{form.name}: there is no {path.name} next to it. Let {recorder} sign the form with `ccg panel "
            "sign-minutes`."
        ) from None
    hold(content, written, public)
    signed = content.decode("utf-8")
    done = next((one for one in ledger.lines(engine) if one.record_sha256 == sha256_of(signed)), None)
    if done is not None:
        raise MinutesFault(
            f"{form.name} was recorded already, from line {done.seq} on. What was submitted to the panel "
            "again since then takes another meeting."
        )
    return signed


@app.command(name="sign-minutes")
def sign_minutes(form: Form, key: RecorderKey) -> None:
    """Sign a form and its minutes as the recorder whom the form names, where the recorder's key is.

    Writes what was signed next to the form; it needs no database and is handed over with the files.
    """
    written = read_minutes(form)
    path = form.with_name(form.name + SUFFIX)
    write(record(written, public_half(key).decode("ascii"), signer_of(key)), path)
    say(f"{written.minutes.recorder}: {MEANING}")
    for name, sha256 in written.files.items():
        say(f"Signed: {name}, sha256 {sha256}.")
    say(f"Hand it over as {path}.")


@app.command(name="recorder-key")
def recorder_key(
    folder: Annotated[Path, typer.Argument(help="Folder for its two files.", metavar="FOLDER")],
) -> None:
    """Make the key of somebody who records minutes, once, and print its public half.

    The private half stays with the recorder; the public one is declared in the settings.
    """
    made = make_key(folder, *OF_RECORDER)
    public = (folder / OF_RECORDER[1]).read_bytes()
    say(f"{'Made' if made else 'Kept'}: key {public_key(public, OF_RECORDER[1]).keyid}, in {folder}.")
    say(public.decode().strip())


@app.command()
def key(
    output: Annotated[Path | None, typer.Option(help="File to write the public key to.")] = None,
    new: Annotated[
        bool, typer.Option("--new", help="Begin a new key; the one of before stays listed.")
    ] = False,
    database: Database = "",
) -> None:
    """Make the key of a database's room, once, and print its public half: it signs lines and certificates.

    A key that was lost is never made again without `--new`; what earlier keys signed still counts.
    """
    engine, folder = opened_for_reading(database), keys_of(database or database_url())
    settings = declared()
    elsewhere = settings is not None and settings.settings.signing is not None
    if new and elsewhere:
        raise WrongUse(
            f"--new: the key of the room is kept elsewhere, as {VARIABLE} says under `signing`: begin the "
            "new one there, and name its public half in public_key_file."
        )
    is_there = (folder / PUBLIC).exists() and not new
    if new:
        begin_new_key(engine)
    signer = room_signer(engine)
    public = pem_of(signer.public_key)
    if output is not None:
        write(public, output)
    state = "Kept elsewhere" if elsewhere else "Kept" if is_there else "Made"
    say(f"{state}: key {signer.public_key.keyid}{'' if elsewhere else f', in {folder}'}.")
    say(public.decode().strip())
    for name, key in public_keys_in(folder).items():
        if name != PUBLIC:
            say(f"Earlier: {key[:16]}, {folder / name}.")


@app.command()
def certificate(
    seq: Seq,
    output: Output,
    table: Annotated[Path | None, typer.Option(help="File to write the table to that it is about.")] = None,
    record: Annotated[
        Path | None, typer.Option(help="File to write to what the recorder of its minutes signed.")
    ] = None,
    database: Database = "",
) -> None:
    """Write the signed certificate of a line of the ledger, and the released table that it vouches for."""
    engine = opened_for_reading(database)
    line = line_numbered(engine, seq)
    if line is None:
        raise Fault(f"The ledger has no line {seq}: its last is {ledger.head(engine).seq}.")
    if table is not None:
        verification = _released_as(line, engine)
        if not verification:
            raise Fault(
                f"The table of line {seq} is not released, so it stays here; its certificate may leave."
            )
        if is_overridden(verification):
            raise Fault(
                f"The table of line {seq} is {verification}, which its bare rows would not say: `ccg export` "
                "writes it with that word, and `ccg verify` takes that file."
            )
        decided = tables_decided_on(engine, line.subject_sha256)
        write(decided.get(RATINGS.name, decided[""]), table, "--table")
    if record is not None:
        if not line.record_sha256:
            raise Fault(f"Line {seq} was recorded from no signed minutes.")
        with reading(engine) as connection:
            write(fetch(connection, line.record_sha256).encode("utf-8"), record, "--record")
    write(certificate_of(engine, line, room_signer(engine)), output)
    say(
        f"Line {seq}: {line.actor} ({line.role}). {line.meaning} Check it with `ccg verify {output} --key …`."
    )


def _released_as(line: Line, engine: Engine) -> str:
    """Return in which words the newest release shows the table of a line; '' where it shows it no more."""
    editions = editions_asked()
    with reading(engine) as connection:
        gate, terms = (line.lane, line.partition_key), terms_in_force(editions)
        asked = (gate, line.subject_sha256, terms, rounds_by_lane(editions))
        return released_as(connection, load_edition(), *asked)[1]


def verify(
    certificate: Certificate,
    key: PublicKey,
    table: Annotated[
        Path | None, typer.Option(help="A table, exported or released (CSV), or signed minutes.")
    ] = None,
) -> None:
    """Check a certificate, offline, and whether a table is the one that was decided on.

    Or what a recorder of minutes signed, and whether a file is one of those that were signed.
    """
    content, public = _read(certificate, "FILE"), public_key(_read(key, "--key"), str(key))
    compared_with = None if table is None else _read(table, "--table")
    if is_record(content):
        found = checked_record(
            content, public, hashlib.sha256(compared_with).hexdigest() if compared_with else ""
        )
    else:
        found = checked(content, public, compared_with)
    for one in found:
        say(f"{'holds ' if one.holds else 'BROKEN'}  {one.sentence}")
    if not all(one.holds for one in found):
        raise typer.Exit(1)
