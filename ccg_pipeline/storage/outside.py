"""What is known of a database's ledger outside the database: keys and heads in a folder, and what signs.

Belongs here: finding them for a database, and refusing to take a new key in the place of one that was lost.
Does not belong here: signatures (expert_panels.ledger.signing), files of keys (expert_panels.certificates).
"""

from functools import partial
from pathlib import Path

from securesystemslib.signer import Signer
from sqlalchemy import Connection, Engine, select

from ccg_pipeline.settings import keys_of
from ccg_pipeline.storage.sql import database_kind
from expert_panels.certificates.signing_key import (
    PRIVATE,
    PUBLIC,
    begin_anew,
    list_earlier,
    make_key,
    public_keys_in,
    signer_in,
)
from expert_panels.foundation.fault import Fault
from expert_panels.ledger.signing import OUTSIDE, LineSigner, Outside, heads_in, outside
from expert_panels.ledger.table import decision_ledger
from expert_panels.settings import declared


class KindFault(Fault):
    """What the database says that it holds is not what its ledger says: one sentence."""


def with_outside(engine: Engine, url: str) -> Engine:
    """Return `engine`, which knows from now on what is known outside its database."""
    folder = keys_of(url)
    known = Outside(
        partial(_public_keys, folder), partial(heads_in, folder), kind_of, partial(_line_signer, folder)
    )
    engine.update_execution_options(**{OUTSIDE: known})
    return engine


def kind_of(connection: Connection) -> str:
    """Return 'made_up', 'real', or '' while nothing has been read into this database.

    The lines of the ledger say it too: a row of the table that says another thing was changed, and nothing is
    done by it. Raises KindFault.
    """
    row = connection.execute(select(database_kind.c.kind)).first()
    kind = "" if row is None else str(row[0])
    said = select(decision_ledger.c.seq, decision_ledger.c.data_kind).where(decision_ledger.c.data_kind != "")
    first = connection.execute(said.order_by(decision_ledger.c.seq).limit(1)).first()
    if first is None:
        return kind
    if kind not in ("", str(first[1])):
        raise KindFault(
            f"This database says that its data are {_WORDS.get(kind, repr(kind))}, and line {first[0]} "
            f"of its ledger that they are {_WORDS.get(str(first[1]), repr(first[1]))}: the table "
            "database_kind was changed by hand; put it back."
        )
    return str(first[1])


_WORDS = {"made_up": "made up", "real": "real"}


def room_signer(engine: Engine) -> Signer:
    """Return what signs for the room of a database; a key is made where there has never been one."""
    with engine.connect().execution_options(reading=True) as connection:
        known = outside(connection)
        assert known.signer is not None  # every door of a database gives its engine one
        return known.signer(connection).key


def begin_new_key(engine: Engine) -> None:
    """Begin a new key for the room of a database; those before it stay listed, and what they signed
    counts."""
    folder = _folder(engine)
    begin_anew(folder)
    make_key(folder)
    with engine.connect().execution_options(reading=True) as connection:
        for public in _keys_that_signed(connection):
            list_earlier(folder, public)


def _folder(engine: Engine) -> Path:
    return keys_of(engine.url.render_as_string())


def _public_keys(folder: Path) -> tuple[str, ...]:
    settings = declared()
    elsewhere = settings.signer() if settings else None
    own = [str(elsewhere.public_key.keyval["public"])] if elsewhere else []
    return tuple(dict.fromkeys([*own, *public_keys_in(folder).values()]))


def _line_signer(folder: Path, connection: Connection) -> LineSigner:
    return LineSigner(_signer(folder, connection), kind_of(connection), folder)


def _signer(folder: Path, connection: Connection) -> Signer:
    settings = declared()
    if settings and (elsewhere := settings.signer()):
        folder.mkdir(parents=True, exist_ok=True)  # the heads are noted in it
        return elsewhere
    signed = _keys_that_signed(connection)
    if signed and not (folder / PRIVATE).exists() and not (folder / PUBLIC).exists():
        raise Fault(
            f"{folder / PRIVATE}: lines of the ledger are signed, and the key that signed them is not "
            "here; put it back from where it is kept, or begin a new one, which says so, with "
            "`ccg panel key --new`."
        )
    make_key(folder)
    signer = signer_in(folder)
    if signed and signed[-1] not in public_keys_in(folder).values():
        raise Fault(
            f"{folder / PRIVATE}: the last line of the ledger is signed by another key than those of this "
            "folder; put that one back, or begin a new one, which says so, with `ccg panel key --new`."
        )
    return signer


def _keys_that_signed(connection: Connection) -> list[str]:
    """Return the keys by which lines are signed, in the order in which they came."""
    column = decision_ledger.c.signed_by
    found = connection.execute(select(column).where(column != "").order_by(decision_ledger.c.seq)).scalars()
    return list(dict.fromkeys(str(one) for one in found))
