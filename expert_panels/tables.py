"""The panels' tables beside the ledger, in the pipeline's own database, and making them.

Belongs here: SQLAlchemy table definitions of what is no decision: who looked, who is signed in, who is told.
Does not belong here: the ledger (ledger/table.py), reading and writing (each has a module of its own).
"""

from sqlalchemy import Column, DateTime, Engine, Index, Integer, MetaData, Table, Text, inspect
from sqlalchemy.schema import CreateIndex, CreateTable

metadata = MetaData()

access_log = Table(
    "access_log",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("at", DateTime(timezone=True), nullable=False),
    *(Column(name, Text, nullable=False) for name in ("actor", "what", "subject", "outcome")),
)
"""Every view of unreleased ratings and every attempt that was denied: the pre-release access record."""

remembered = Table(
    "room_remembered",
    metadata,
    Column("key", Text, primary_key=True),
    Column("content", Text, nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
)
"""What the room keeps between two requests: sessions, and sign-ins that are under way."""

notice = Table(
    "notice",
    metadata,
    Column("id", Text, primary_key=True),
    *(Column(name, Text, nullable=False) for name in ("key", "channel", "recipient", "kind")),
    Column("happened_at", DateTime(timezone=True), nullable=False),
    *(Column(name, Text, nullable=False) for name in ("subject", "text", "link", "state")),
    Column("attempts", Integer, nullable=False),
    Column("next_at", DateTime(timezone=True), nullable=False),
    *(Column(name, Text, nullable=False) for name in ("lease", "error")),
)
"""The outbox: one row for each event, channel and recipient. `state` is waiting, leased, sent, refused or
passed; `next_at` is when a waiting one is due, when a lease ends, or when the rest was settled."""

Index("ix_room_remembered_expires_at", remembered.c.expires_at)
Index("ix_notice_state", notice.c.state, notice.c.next_at)

_ADVISORY_LOCK = 7_301_177_229_114_524  # any number that nothing else in the database locks


def create(engine: Engine) -> None:
    """Make the tables where they do not stand yet; safe in many processes at once."""
    standing = set(inspect(engine).get_table_names())
    if {table.name for table in metadata.sorted_tables} <= standing:
        return
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_ADVISORY_LOCK})")
        for table in metadata.sorted_tables:
            connection.execute(CreateTable(table, if_not_exists=True))
            for index in table.indexes:
                connection.execute(CreateIndex(index, if_not_exists=True))
