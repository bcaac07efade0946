"""The key that signs certificates: made once, kept in two files, never replaced.

Belongs here: making the pair, reading each half, and refusing a private key that others may read.
Does not belong here: what is signed (certificate.py), which folder it is kept in.
"""

import os
import tempfile
from contextlib import suppress
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)
from securesystemslib.signer import CryptoSigner, SSlibKey

PRIVATE, PUBLIC = "certificates.key.pem", "certificates.pub.pem"


class KeyFault(Exception):
    """A key that cannot be used: one sentence that names the file and what to do."""


def make_key(folder: Path) -> bool:
    """Make the pair of keys in `folder` where there is none; return whether it was made now.

    A private key that is there stays, whatever state it is in: certificates out there rest on it. The private
    half is written with mode 0600 and appears whole or not at all, the public one is put back from it.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    made = False
    if not (folder / PRIVATE).exists():
        handle, name = tempfile.mkstemp(dir=folder, prefix=".key-")  # with mode 0600
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(CryptoSigner.generate_ed25519().private_bytes)
                file.flush()
                os.fsync(file.fileno())
            with suppress(FileExistsError):  # another process was first: its key is the key
                os.link(name, folder / PRIVATE)
                made = True
        finally:
            os.unlink(name)
    public = _private_key(folder / PRIVATE).public_key()
    pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    if not (folder / PUBLIC).exists():
        (folder / PUBLIC).write_bytes(pem)
    return made


def signer_in(folder: Path) -> CryptoSigner:
    """Return the signer whose private key is in `folder`; KeyFault where there is none that may be used."""
    return CryptoSigner(_private_key(folder / PRIVATE))


def _private_key(path: Path) -> Ed25519PrivateKey:
    if not path.is_file():
        raise KeyFault(f"{path}: there is no key yet; `ccg panel key` makes one.")
    if path.stat().st_mode & 0o077:
        raise KeyFault(f"{path}: others may read or write the private key; take that away with chmod 600.")
    try:
        key = load_pem_private_key(path.read_bytes(), None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyFault(f"{path}: holds no Ed25519 private key; put back the file that was kept elsewhere.")
    return key


def public_key(content: bytes, name: str) -> SSlibKey:
    """Return the Ed25519 public key that `content` (PEM) holds; KeyFault names the file `name`."""
    try:
        key = load_pem_public_key(content)
    except (ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PublicKey):
        raise KeyFault(f"{name}: holds no Ed25519 public key in PEM, as `ccg panel key` prints it.")
    return SSlibKey.from_crypto(key)
