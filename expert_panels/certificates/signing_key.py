"""The keys that sign certificates and records of minutes: made once, kept in two files, never replaced.

Belongs here: making a pair, reading each half, and refusing a private key that others may read.
Does not belong here: what is signed (certificate.py, minutes/recorder.py), which folder a key is kept in.
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

from expert_panels.foundation.fault import Fault
from expert_panels.foundation.whole_file import write_whole

PRIVATE, PUBLIC = "certificates.key.pem", "certificates.pub.pem"
OF_RECORDER = ("recorder.key.pem", "recorder.pub.pem")
"""The two files of a key: of who issues certificates, and of somebody who records minutes."""


def make_key(folder: Path, private: str = PRIVATE, public: str = PUBLIC) -> bool:
    """Make the pair of keys in `folder` where there is none; return whether it was made now.

    A private key that is there stays, whatever state it is in: certificates out there rest on it. The private
    half is written with mode 0600 and appears whole or not at all, the public one is put back from it.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    made = False
    if not (folder / private).exists():
        handle, name = tempfile.mkstemp(dir=folder, prefix=".key-")  # with mode 0600
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(CryptoSigner.generate_ed25519().private_bytes)
                file.flush()
                os.fsync(file.fileno())
            with suppress(FileExistsError):  # another process was first: its key is the key
                os.link(name, folder / private)
                made = True
        finally:
            os.unlink(name)
    pem = public_half(folder / private)
    if not (folder / public).exists():
        write_whole(folder / public, pem)
    return made


def signer_in(folder: Path) -> CryptoSigner:
    """Return the signer whose private key is in `folder`; Fault where there is none that may be used."""
    return signer_of(folder / PRIVATE)


def signer_of(path: Path) -> CryptoSigner:
    """Return the signer whose private key is in a file; Fault where there is none that may be used."""
    return CryptoSigner(_private_key(path))


def public_half(path: Path) -> bytes:
    """Return the public half, as PEM, of the private key in a file; Fault as for `signer_of`."""
    return _private_key(path).public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def _private_key(path: Path) -> Ed25519PrivateKey:
    if not path.is_file():
        verb = "recorder-key" if path.name != PRIVATE else "key"
        raise Fault(f"{path}: there is no key yet; `ccg panel {verb}` makes one.")
    if path.stat().st_mode & 0o077:
        raise Fault(f"{path}: others may read or write the private key; take that away with chmod 600.")
    try:
        key = load_pem_private_key(path.read_bytes(), None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise Fault(f"{path}: holds no Ed25519 private key; put back the file that was kept elsewhere.")
    return key


def public_key(content: bytes, name: str) -> SSlibKey:
    """Return the Ed25519 public key that `content` (PEM) holds; Fault names the file `name`."""
    try:
        key = load_pem_public_key(content)
    except (ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PublicKey):
        raise Fault(f"{name}: holds no Ed25519 public key in PEM, as `ccg panel key` prints it.")
    return SSlibKey.from_crypto(key)
