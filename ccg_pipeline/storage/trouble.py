"""What a database's error means for whoever ran the command: one sentence, what happened and what to do.

Belongs here: the codes of SQLite and PostgreSQL that are no fault of the pipeline: a full disk, a lock, a
damaged file, a server that went away, a right that is missing.
Does not belong here: raising it (database.py), what refuses a row (tables/).
"""

from sqlalchemy.exc import DBAPIError

_SQLITE = {
    "SQLITE_FULL": "its disk is full, and nothing of this was written: make room, then run it again.",
    "SQLITE_BUSY": "another process has kept it locked for half a minute: wait for it, then run it again.",
    "SQLITE_LOCKED": "another part of this process keeps it locked: run it again.",
    "SQLITE_READONLY": "it may not be written: look at the rights of its file and folder.",
    "SQLITE_CORRUPT": "its file is damaged: put a backup in its place.",
    "SQLITE_NOTADB": "its file is no SQLite database: put a backup in its place.",
    "SQLITE_CANTOPEN": "its file cannot be opened: look at the rights of its file and folder.",
    "SQLITE_IOERR": "its disk cannot be read or written: look at the disk before anything else.",
    "SQLITE_INTERRUPT": "the work was interrupted, and nothing of this was written: run it again.",
}
"""By the name of SQLite's primary result code."""

_POSTGRES = {
    "53100": "the disk of its server is full, and nothing of this was written: make room, then run it again.",
    "53": "its server lacks memory or connections, and nothing of this was written: run it again later.",
    "55P03": "another process has kept what is needed locked: wait for it, then run it again.",
    "40": "another process wrote the same at the same moment, and nothing of this was written: run it again.",
    "57014": "the statement was cancelled, and nothing of this was written: run it again.",
    "57P": "its server was stopped or restarted, and nothing of this was written: run it again.",
    "58": "the disk of its server cannot be read or written: look at the server before anything else.",
    "08": "the connection to its server was lost, and nothing of this was written: run it again.",
    "25006": "it may not be written: its server is read-only, or a standby.",
    "28": "the server does not let this user in: look at the user and the password in CCG_DATABASE.",
    "42501": "this user lacks a right, which the owner of the tables grants.",
    "XX": "its files are damaged: restore a backup.",
}
"""By SQLSTATE, or the longest beginning of one that is here."""

_GONE = "the connection to its server was lost, and nothing of this was written: run it again."


def known(error: DBAPIError) -> str:
    """Return what happened and what to do, as the rest of a sentence; '' where unknown."""
    if name := str(getattr(error.orig, "sqlite_errorname", "") or ""):
        return next((said for code, said in _SQLITE.items() if name.startswith(code)), "")
    state = str(getattr(error.orig, "sqlstate", "") or "")
    return next(filter(None, (_POSTGRES.get(state[:length]) for length in range(len(state), 1, -1))), "")


def meaning(error: DBAPIError) -> str:
    """Return the same, and of an error that is none of these the database's own first line."""
    if said := known(error):
        return said
    if error.connection_invalidated:
        return _GONE
    return " ".join((str(error.orig).splitlines() or [type(error.orig).__name__])[0].split()) + "."
