"""A database as version 0.1 left it, on SQLite and on PostgreSQL.

Belongs here: restoring tests/support/version_0_1, a dump of each kind that the code of version 0.1 wrote: the
lines of ledger_cases.SCRIPT, an amendment, a view, and some rows of five tables.
Does not belong here: any expectation.
"""

import sqlite3
from pathlib import Path

import psycopg
from sqlalchemy.engine import make_url

DUMPS = Path(__file__).parents[1] / "version_0_1"


def restore(url: str) -> str:
    """Restore the dump into the empty database at `url`; return the url."""
    address = make_url(url)
    kind = address.get_backend_name()
    dump = (DUMPS / f"{kind}.sql").read_text(encoding="utf-8")
    if kind == "sqlite":
        connection = sqlite3.connect(str(address.database))
        connection.executescript(dump)
        connection.close()
    else:
        plain = address.set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(plain) as server:
            server.execute(dump.encode())
    return url
