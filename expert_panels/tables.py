"""The panels' tables apart from the ledger, in the pipeline's own database.

Belongs here: SQLAlchemy table definitions of what is no decision: who looked, who is signed in, who is told.
Does not belong here: the ledger (ledger/table.py), reading and writing (each has its own module), making the
tables in a database (schema.py).
"""

from datetime import datetime

from sqlalchemy import Column, DateTime, Index, Integer, MetaData, Table, Text

metadata = MetaData()


def _text(name: str, meaning: str, server_default: str | None = None) -> Column[str]:
    return Column(name, Text, nullable=False, comment=meaning, server_default=server_default)


def _numbered(what: str, when: str) -> tuple[Column[int], Column[datetime]]:
    return (
        Column("seq", Integer, primary_key=True, autoincrement=True, comment=f"Number of the {what}."),
        Column("at", DateTime(timezone=True), nullable=False, comment=when),
    )


access_log = Table(
    "access_log",
    metadata,
    *_numbered("view", "When it was asked for."),
    _text("actor", "Who asked, by e-mail address or account."),
    _text("what", "What was asked for: a command or a page."),
    _text("subject", "About which lane, partition or table."),
    _text("outcome", "Whether it was shown, recorded or denied, and why."),
    comment="Every view of unreleased ratings and every denied attempt of somebody known: the pre-release "
    "access record.",
)

turned_away = Table(
    "turned_away",
    metadata,
    *_numbered("request", "When it came."),
    _text("address", "Network address that it came from."),
    _text("what", "What was asked for."),
    _text("outcome", "Why it was denied, and how many more there were that are not listed."),
    comment="The newest denied requests of nobody who is signed in; older ones go.",
)

remembered = Table(
    "room_remembered",
    metadata,
    Column("key", Text, primary_key=True, comment="Hash of what the browser holds."),
    _text("content", "What is kept, in JSON."),
    Column("expires_at", DateTime(timezone=True), nullable=False, comment="When it ends."),
    comment="What the room keeps between two requests: sessions, and sign-ins that are under way.",
)

notice = Table(
    "notice",
    metadata,
    Column("id", Text, primary_key=True, comment="Hash of event, channel and recipient."),
    _text("key", "What the event is known by."),
    _text("channel", "How it is sent: a channel of the settings."),
    _text("recipient", "To whom it is sent."),
    _text("kind", "What kind of event it is."),
    Column("happened_at", DateTime(timezone=True), nullable=False, comment="When the event happened."),
    _text("subject", "Heading of the message."),
    _text("text", "The message."),
    _text("link", "Page of the room that it points to."),
    _text("attachment", "The certificate that goes with it, in JSON.", server_default=""),
    _text("state", "waiting, leased, sent, refused or passed."),
    Column("attempts", Integer, nullable=False, comment="How often it was tried."),
    Column(
        "next_at",
        DateTime(timezone=True),
        nullable=False,
        comment="When a waiting one is due, when a lease ends, or when the rest was settled.",
    ),
    _text("lease", "Which process is sending it."),
    _text("error", "Why the last attempt failed."),
    comment="The outbox: one row for each event, channel and recipient.",
)

Index("ix_room_remembered_expires_at", remembered.c.expires_at)
Index("ix_notice_state", notice.c.state, notice.c.next_at)
