"""`ccg panel minutes`, `key` and `certificate`, and `ccg verify`: the ledger on paper and in files.

Belongs here: options, writing the files, and printing what holds.
Does not belong here: forms, keys and certificates themselves (expert_panels), the decisions' own verbs.
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from ccg_pipeline.candidates.certified import certificate_of, line_numbered, table_decided_on
from ccg_pipeline.cli_panel import Database, asked_round, follow, only_made_up, opened, say, terms_of
from ccg_pipeline.publish.assessment import SHOWN, is_overridden
from ccg_pipeline.publish.explanation import NotKnown
from ccg_pipeline.resources import home
from ccg_pipeline.storage.database import reading
from ccg_pipeline.storage.releases import latest_release
from expert_panels import access_log, ledger
from expert_panels.certificate import checked
from expert_panels.chain import Line
from expert_panels.minutes import decisions_of, read_minutes
from expert_panels.signing_key import PUBLIC, make_key, public_key, signer_in

app = typer.Typer(rich_markup_mode="markdown")

Form = Annotated[
    Path, typer.Argument(help="The form: YAML, or minutes in Markdown that begin with it.", metavar="FILE")
]
Certificate = Annotated[Path, typer.Argument(help="The certificate.", metavar="FILE")]
Seq = Annotated[int, typer.Argument(help="Number of the line in the ledger.", metavar="SEQ")]
Output = Annotated[Path, typer.Option("--output", help="File to write.")]
PublicKey = Annotated[Path, typer.Option("--key", help="Public key (PEM) of who issued it.")]


class NotCertified(Exception):
    """A certificate or table that cannot be had: one sentence."""


def _read(path: Path, option: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as fault:
        raise NotKnown(f"{option} {path}: cannot be read ({fault.strerror}).") from fault


def _write(path: Path, content: bytes) -> None:
    if not path.parent.is_dir():
        raise NotKnown(f"{path}: there is no folder {path.parent}.")
    partial = path.with_name(f".{path.name}.part")
    partial.write_bytes(content)
    partial.replace(path)  # a kill leaves the old file or the new


@app.command()
def minutes(form: Form, database: Database = "") -> None:
    """Record the decisions of a meeting from its minutes: all of them, or none."""
    written, sha256 = read_minutes(form)
    lane, key = asked_round(written.month, written.year)
    terms, engine = terms_of(written.panel), opened(database)
    only_made_up(engine)
    state = ledger.state_of(engine, terms, lane, key)
    shown = {one.decision for one in written.decisions} == {"withdraw"}
    subject = state.published_subject if shown else state.subject
    today = datetime.now(UTC).date()
    lines = ledger.decide_all(engine, decisions_of(written, sha256, terms, lane, key, subject, today))
    access_log.record(engine, "", f"panel minutes {written.panel}", f"{lane} {key}", "recorded")
    for line in lines:
        say(f"Line {line.seq}: {line.actor} ({line.role}). {line.meaning}")
    say(f"Minutes of {written.meeting}, sha256 {sha256}.")
    follow(database)


@app.command()
def key(output: Annotated[Path | None, typer.Option(help="File to write the public key to.")] = None) -> None:
    """Make the key that signs certificates, once, and print its public half."""
    folder = home() / "keys"
    made = make_key(folder)
    public = (folder / PUBLIC).read_bytes()
    if output is not None:
        _write(output, public)
    say(f"{'Made' if made else 'Kept'}: key {public_key(public, PUBLIC).keyid}, in {folder}.")
    say(public.decode().strip())


@app.command()
def certificate(
    seq: Seq,
    output: Output,
    table: Annotated[Path | None, typer.Option(help="File to write the table to that it is about.")] = None,
    database: Database = "",
) -> None:
    """Write the signed certificate of a line of the ledger, and the released table that it vouches for."""
    engine = opened(database)
    line = line_numbered(engine, seq)
    if line is None:
        raise NotCertified(f"The ledger has no line {seq}: its last is {ledger.head(engine).seq}.")
    if table is not None:
        verification = _released_as(line, database)
        if not verification:
            raise NotCertified(
                f"The table of line {seq} is not released, so it stays here; its certificate may leave."
            )
        if is_overridden(verification):
            raise NotCertified(
                f"The table of line {seq} is {verification}, which its bare rows would not say: `ccg export` "
                "writes it with that word, and `ccg verify` takes that file."
            )
        _write(table, table_decided_on(engine, line.subject_sha256))
    _write(output, certificate_of(engine, line, signer_in(home() / "keys")))
    say(
        f"Line {seq}: {line.actor} ({line.role}). {line.meaning} Check it with `ccg verify {output} --key …`."
    )


def _released_as(line: Line, database: str) -> str:
    """Return in which words the newest release shows the table of a line; '' where it shows it no more."""
    with reading(opened(database)) as connection:
        found = latest_release(connection, line.lane, line.partition_key)
    entries = {} if found is None else {**found.header["panels"], "": found.header["overall"] or {}}
    shown = (
        str(one["verification"]) for one in entries.values() if one.get("subject") == line.subject_sha256
    )
    return next((word for word in shown if word in SHOWN), "")


def verify(
    certificate: Certificate,
    key: PublicKey,
    table: Annotated[Path | None, typer.Option(help="A table, exported or released (CSV).")] = None,
) -> None:
    """Check a certificate, offline, and whether a table is the one that was decided on."""
    found = checked(
        _read(certificate, "FILE"),
        public_key(_read(key, "--key"), str(key)),
        None if table is None else _read(table, "--table"),
    )
    for one in found:
        say(f"{'holds ' if one.holds else 'BROKEN'}  {one.sentence}")
    if not all(one.holds for one in found):
        raise typer.Exit(1)
