"""Sessions: what the room remembers of a browser between two requests, and for how long.

Belongs here: the session's cookie and its end, by idleness, by age and by signing out; the store behind it,
which sign-ins under way use too.
Does not belong here: who may sign in, and how.

The cookie is signed and says whose it is by a hash; the person, and that the session still lives, are in the
database, so that signing out ends it on every process and in every copy of the cookie.
"""

import hashlib
import json
import secrets
from datetime import datetime, timedelta
from typing import Any

from itsdangerous import TimestampSigner
from sqlalchemy import Engine, delete, insert, select
from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp

from expert_panels.clock import Clock, utc_now
from expert_panels.room.sign_in.people import Person
from expert_panels.tables import remembered

IDLE = timedelta(minutes=30)
"""A session that nothing was asked of for so long is over."""

ABSOLUTE = timedelta(hours=8)
"""A session so old is over, however busy."""

_TOUCHED = timedelta(minutes=1)  # the cookie is signed again, and so lives on, once a minute


class _Signer(TimestampSigner):
    """Signs cookies by a clock that it is given."""

    def __init__(self, key: str, now: Clock) -> None:
        super().__init__(key)
        self._now = now

    def get_timestamp(self) -> int:
        """Return the time in whole seconds since 1970."""
        return int(self._now().timestamp())


class Sessions(SessionMiddleware):
    """Starlette's signed cookie, whose age is told by the clock of the room."""

    def __init__(
        self, app: ASGIApp, secret_key: str, now: Clock, session_cookie: str, is_secure: bool
    ) -> None:
        super().__init__(
            app,
            secret_key,
            session_cookie,
            max_age=int(IDLE.total_seconds()),
            same_site="lax",  # the provider's answer to a sign-in comes from another site
            https_only=is_secure,
        )
        self.signer = _Signer(secret_key, now)


class Memory:
    """What is kept under a key until a time, in the database; the key itself is kept only as its hash."""

    def __init__(self, engine: Engine, now: Clock = utc_now) -> None:
        self._engine, self.now = engine, now

    def keep(self, key: str, content: Any, until: datetime) -> None:
        """Keep `content`, which JSON can hold, in place of what was there; what has expired goes."""
        row = {"key": _hash(key), "content": json.dumps(content), "expires_at": until}
        expired = remembered.c.expires_at <= self.now()
        with self._engine.begin() as connection:
            connection.execute(delete(remembered).where(expired | (remembered.c.key == row["key"])))
            connection.execute(insert(remembered).values(row))

    def look(self, key: str) -> Any:
        """Return what is kept, or None."""
        statement = select(remembered.c.content).where(*self._alive(key))
        with self._engine.connect().execution_options(reading=True) as connection:
            row = connection.execute(statement).first()
        return None if row is None else json.loads(row[0])

    def take(self, key: str) -> Any:
        """Return what is kept, or None, and forget it: of two who ask at the same instant one gets it."""
        statement = delete(remembered).where(*self._alive(key)).returning(remembered.c.content)
        with self._engine.begin() as connection:
            row = connection.execute(statement).first()
        return None if row is None else json.loads(row[0])

    def _alive(self, key: str) -> tuple[Any, Any]:
        return remembered.c.key == _hash(key), remembered.c.expires_at > self.now()


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def _digest(content: Any) -> str:
    return _hash(json.dumps(content, sort_keys=True))


def begin(connection: HTTPConnection, memory: Memory, person: Person) -> None:
    """Sign a person in: a new session, under a new id and with a new form token; the old one is over."""
    end(connection, memory)
    now = memory.now()
    session_id = secrets.token_urlsafe(32)
    content = {**vars(person), "authenticated_at": person.authenticated_at.isoformat()}
    memory.keep(f"session {session_id}", content, now + ABSOLUTE)
    connection.session.update(id=session_id, seen=now.timestamp(), who=_digest(content))


def end(connection: HTTPConnection, memory: Memory) -> None:
    """Sign out: the session is over here and in every copy of its cookie."""
    memory.take(f"session {connection.session.get('id', '')}")
    connection.session.clear()


def person_of(connection: HTTPConnection, memory: Memory) -> Person | None:
    """Return who is signed in in this browser, or None, and note that the session is in use."""
    session_id = connection.session.get("id")
    content = memory.look(f"session {session_id}") if session_id else None
    if content is None or connection.session.get("who") != _digest(content):
        return None  # what the database says of a session is believed as far as the room's key has signed it
    now = memory.now().timestamp()
    if now - float(connection.session.get("seen", 0)) > _TOUCHED.total_seconds():
        connection.session["seen"] = now
    return Person(**{**content, "authenticated_at": datetime.fromisoformat(content["authenticated_at"])})


def csrf_token(connection: HTTPConnection) -> str:
    """Return the token that every form of this session posts as the field `csrf_token`."""
    if "csrf" not in connection.session:
        connection.session["csrf"] = secrets.token_urlsafe(32)
    return str(connection.session["csrf"])
