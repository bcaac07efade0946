"""The ledger's table: its insert-only triggers, and the two kinds of transaction that touch it.

Belongs here: what the database itself refuses, and who may write at one time, on SQLite and on PostgreSQL.
Does not belong here: what the lines say and what is asked of them (record.py); making the table in a database
(schema.py).
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Column, Connection, Engine, Index, Integer, Table, Text, event
from sqlalchemy.exc import DatabaseError

from expert_panels.foundation.fault import Fault
from expert_panels.ledger.line import GENESIS, LATER_FIELDS
from expert_panels.tables import metadata


def _text(name: str, meaning: str, **options: Any) -> Column[str]:
    return Column(name, Text, nullable=False, comment=meaning, **options)


_LATER_MEANINGS = dict(
    zip(
        LATER_FIELDS,
        (
            "Code of the one organisation that a comment or a moderation is about.",
            "Code of the judgement that is moderated.",
            "The judgement before it is moderated.",
            "The judgement after it is moderated.",
            "Day of the meeting whose minutes hold the decision, ISO 8601.",
            "sha256 of these minutes.",
            "Who recorded the decision from the minutes, by e-mail address.",
            "sha256 of what the recorder signed to prove it.",
            "Terms of reference in full, of a line that opens a round or says that they changed, in JSON.",
            "What the database holds: real or made_up.",
            "Public key (Ed25519, hexadecimal) by which the line is signed.",
        ),
        strict=True,
    )
)

decision_ledger = Table(
    "decision_ledger",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False, comment="Number of the line, from 1."),
    _text("prev", "Hash of the line before; 64 zeros in the first.", unique=True),
    _text("hash", "sha256 of the other fields of the line.", unique=True),
    _text("at", "When it was decided: UTC, ISO 8601 with microseconds."),
    _text("panel", "Key of the panel or committee."),
    _text("lane", "Which assessment the round is of."),
    _text("partition_key", "Which month or year the round is of."),
    Column("serial", Integer, nullable=False, comment="Number of the round within its month or year."),
    _text("decision", "What was decided: open, approve, return, comment, moderate, withdraw …"),
    _text("subject_sha256", "The table that it is about, by the sha256 of its bytes."),
    _text("actor", "Who decided, by e-mail address; of a line that opens a round, who launched the run."),
    _text("role", "In which role of the terms of reference."),
    _text("meaning", "What the signature means, in a sentence."),
    _text("interests", "Declared interests."),
    _text("reason", "Why."),
    _text("via", "How it was given: the command, the room or minutes."),
    _text("terms_version", "Version of the terms of reference that were in force."),
    *(_text(name, meaning, server_default="") for name, meaning in _LATER_MEANINGS.items()),
    _text("signature", "Signature over the hash (Ed25519, hexadecimal).", server_default=""),
    comment="One line a decision; nothing but an insert of the line after the last one is let through.",
)
"""Times are text, so that both databases give back the very bytes that were hashed."""

Index(
    "ix_decision_ledger_round",
    decision_ledger.c.panel,
    decision_ledger.c.lane,
    decision_ledger.c.partition_key,
)

_WAIT_SECONDS = 30
_ADVISORY_LOCK = 7_301_177_229_114_523  # any number that nothing else in the database locks

_STRAYS = (
    "NEW.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM decision_ledger) "  # noqa: S608  # of constants alone
    "OR NEW.prev <> coalesce((SELECT hash FROM decision_ledger ORDER BY seq DESC LIMIT 1), '" + GENESIS + "')"
)
_TAKES_A_PLACE = (
    "EXISTS (SELECT 1 FROM decision_ledger WHERE hash = NEW.hash)"  # PostgreSQL refuses it anyhow
)
_REFUSES = "'decision_ledger is insert-only, each line after the last'"

_TRIGGERS = {
    "sqlite": {
        # INSERT OR REPLACE takes a line of the same number or hash away without firing the trigger on DELETE:
        # that on INSERT refuses it
        "decision_ledger_insert": f"BEFORE INSERT ON decision_ledger WHEN {_STRAYS} OR {_TAKES_A_PLACE}",
        "decision_ledger_update": "BEFORE UPDATE ON decision_ledger",
        "decision_ledger_delete": "BEFORE DELETE ON decision_ledger",
    },
    "postgresql": {
        "decision_ledger_insert": "BEFORE INSERT ON decision_ledger FOR EACH ROW",
        "decision_ledger_change": "BEFORE UPDATE OR DELETE OR TRUNCATE ON decision_ledger FOR EACH STATEMENT",
    },
}
"""By dialect: the name of each trigger, and when it fires."""

_POSTGRES_FUNCTION = f"""
CREATE OR REPLACE FUNCTION decision_ledger_refuses() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'INSERT' THEN RAISE EXCEPTION USING MESSAGE = {_REFUSES}; END IF;
  IF {_STRAYS} THEN RAISE EXCEPTION USING MESSAGE = {_REFUSES}; END IF;
  RETURN NEW;
END $$
"""


class LedgerError(Fault):
    """The ledger cannot be read or written: one sentence, and nothing was recorded."""


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Open a connection that only reads. Raises LedgerError when the database cannot be read."""
    try:
        # `reading` tells an engine that begins every transaction with a write lock not to do so for this one.
        with engine.connect().execution_options(reading=True) as connection:
            yield connection
    except DatabaseError as fault:
        raise LedgerError(f"The ledger cannot be read ({brief(fault)}).") from fault


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Open the one transaction at a time that may write to the ledger; others wait, at most 30 s.

    The lock is held before anything is read, so that what is decided rests on the ledger's true last line.
    Raises LedgerError, with nothing recorded, when the database refuses or the wait was in vain.
    """
    is_postgres = engine.dialect.name == "postgresql"
    # A snapshot from before the lock was granted would show an old last line: take one at each statement.
    options = {"isolation_level": "READ COMMITTED"} if is_postgres else {}
    try:
        with engine.connect().execution_options(**options) as connection, connection.begin():
            if is_postgres:
                connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{_WAIT_SECONDS}s'")
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_ADVISORY_LOCK})")
            else:
                connection.exec_driver_sql(f"PRAGMA busy_timeout = {_WAIT_SECONDS * 1000}")
                # BEGIN IMMEDIATE in effect, whatever the engine begins with: the first statement that could
                # write takes the write lock, and this one touches no row.
                connection.exec_driver_sql("UPDATE decision_ledger SET seq = seq WHERE 0")
            yield connection
    except DatabaseError as fault:
        raise LedgerError(
            f"Nothing was recorded, try again: the ledger cannot be written ({brief(fault)})."
        ) from fault


def brief(fault: DatabaseError) -> str:
    """Return the first line of what the database itself said."""
    return str(fault.orig).splitlines()[0]


def unsound_triggers(connection: Connection) -> dict[str, str]:
    """Return the triggers that do not guard this database, by name: `missing`, or `disabled or altered`.

    One that is there but does nothing, or does it at another time, guards nothing.
    """
    wanted = _TRIGGERS[connection.dialect.name]
    if connection.dialect.name == "postgresql":
        found = connection.exec_driver_sql(
            "SELECT tgname, tgenabled IN ('O', 'A') AND tgqual IS NULL AND tgattr = '' "
            # when it fires: the sum of row 1, before 2, insert 4, delete 8, update 16 and truncate 32
            "AND tgtype = CASE tgname WHEN 'decision_ledger_insert' THEN 7 ELSE 58 END "
            "AND proname = 'decision_ledger_refuses', prosrc "
            "FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid "
            "WHERE tgrelid = to_regclass('decision_ledger')"
        )
        body = _POSTGRES_FUNCTION.split("$$")[1]
        sound = {str(name): bool(fires) and source == body for name, fires, source in found}
    else:
        found = connection.exec_driver_sql(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'decision_ledger'"
        )
        sound = {str(name): made == _made("sqlite", str(name)) for name, made in found}
    unsound = sorted(name for name in wanted if not sound.get(name, False))
    return {name: "disabled or altered" if name in sound else "missing" for name in unsound}


def faults_of_strangers(connection: Connection, table: str, wanted: Collection[str] = ()) -> list[str]:
    """Return one sentence for each trigger or rule on a table that is none of ours, nor in `wanted`.

    What somebody adds may leave out or change what is written, and the triggers of ours never see it.
    """
    if connection.dialect.name == "postgresql":
        found = connection.exec_driver_sql(
            "SELECT 'trigger', tgname FROM pg_trigger WHERE tgrelid = to_regclass(%s) AND NOT tgisinternal "
            "UNION ALL SELECT 'rule', rulename FROM pg_rewrite WHERE ev_class = to_regclass(%s) "
            "UNION ALL SELECT 'row security policy', polname FROM pg_policy WHERE polrelid = to_regclass(%s)",
            (table, table, table),
        )
    else:
        found = connection.exec_driver_sql(
            "SELECT type, name FROM sqlite_master WHERE type = 'trigger' AND lower(tbl_name) = ?", (table,)
        )
    return [
        f"The {kind} {name} on {table} is not ours: it may change or leave out what is written; take it away."
        for kind, name in sorted(map(tuple, found))
        if name not in (wanted or _TRIGGERS[connection.dialect.name])
    ]


def _made(dialect: str, name: str) -> str:
    """Return the statement that makes a trigger; '' for one that is not ours."""
    if (when := _TRIGGERS[dialect].get(name)) is None:
        return ""
    is_postgres = dialect == "postgresql"
    refuses = f"BEGIN SELECT RAISE(ABORT, {_REFUSES}); END"
    does = "EXECUTE FUNCTION decision_ledger_refuses()" if is_postgres else refuses
    return f"CREATE TRIGGER {name} {when} {does}"


def guard(connection: Connection) -> list[str]:
    """Make the triggers that do not guard, inside the caller's transaction; return their names."""
    unsound, is_postgres = list(unsound_triggers(connection)), connection.dialect.name == "postgresql"
    if unsound and is_postgres:
        connection.exec_driver_sql(_POSTGRES_FUNCTION)
    for name in unsound:
        table = " ON decision_ledger" if is_postgres else ""
        connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name}{table}")
        connection.exec_driver_sql(_made(connection.dialect.name, name))
    return unsound


@event.listens_for(decision_ledger, "after_create")
def _guard_the_new(_table: Table, connection: Connection, **_: Any) -> None:
    guard(connection)
