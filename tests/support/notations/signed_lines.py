"""A key for the ledgers of tests: what an engine of a test knows outside its database.

Belongs here: the key, and giving it to an engine, as the pipeline gives its own.
Does not belong here: any expectation.
"""

from functools import partial
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from securesystemslib.signer import CryptoSigner
from sqlalchemy import Engine

from expert_panels.ledger.signing import OUTSIDE, LineSigner, Outside, heads_in

ROOM = CryptoSigner(Ed25519PrivateKey.from_private_bytes(b"the room's key in all tests ...."))
STRANGER = CryptoSigner(Ed25519PrivateKey.from_private_bytes(b"a key that the room does not know"[:32]))


def public(signer: CryptoSigner = ROOM) -> str:
    """The public half in hexadecimal."""
    return str(signer.public_key.keyval["public"])


def with_key(engine: Engine, folder: Path | None = None, kind: str = "made_up") -> Engine:
    """The engine, which signs lines with the room's key and notes their heads in `folder`."""
    known = Outside(
        lambda: (public(),),
        partial(heads_in, folder) if folder else lambda: None,
        lambda _: kind,
        lambda _: LineSigner(ROOM, kind, folder),
    )
    engine.update_execution_options(**{OUTSIDE: known})
    return engine
