"""The keys that sign lines, certificates and records of minutes: made once, kept in two files, replaced only
by somebody who says so, and then the earlier public half stays next to the new one.

Belongs here: making a pair, reading each half, refusing a private key that others may read, and a key that is
kept elsewhere and signs by a command.
Does not belong here: what is signed (certificate.py, minutes/recorder.py), which folder a key is kept in.
"""

import os
import re
import subprocess
import tempfile
from collections.abc import Sequence
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
from securesystemslib.exceptions import UnverifiedSignatureError
from securesystemslib.signer import CryptoSigner, Key, SecretsHandler, Signature, Signer, SSlibKey

from expert_panels.foundation.fault import Fault
from expert_panels.foundation.whole_file import write_whole

PRIVATE, PUBLIC = "certificates.key.pem", "certificates.pub.pem"
OF_RECORDER = ("recorder.key.pem", "recorder.pub.pem")
"""The two files of a key: of who issues certificates, and of somebody who records minutes."""


def make_key(folder: Path, private: str = PRIVATE, public: str = PUBLIC) -> bool:
    """Make the pair of keys in `folder` where there is none; return whether it was made now.

    A private key that is there stays, whatever state it is in: certificates out there rest on it. The private
    half is written with mode 0600 and appears whole or not at all, the public one is put back from it. Raises
    Fault where the public half is there and the private one is not: a key that is lost is not made again.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o755)  # the public half is for everybody
    made = False
    if (folder / public).exists() and not (folder / private).exists():
        raise Fault(
            f"{folder / private}: the private key is gone and its public half is there; put it back from "
            "where it is kept, or begin a new one, which says so, with `ccg panel key --new`."
        )
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


def begin_anew(folder: Path) -> None:
    """Put the halves of the room's key aside under their own name, so that `make_key` makes another pair."""
    if not (folder / PUBLIC).exists():
        return
    name = public_key((folder / PUBLIC).read_bytes(), PUBLIC).keyid[:12]
    if (folder / PRIVATE).exists():
        (folder / PRIVATE).rename(folder / f"certificates.{name}.key.pem")
    (folder / PUBLIC).rename(folder / f"certificates.{name}.pub.pem")


def pem_of(key: Key) -> bytes:
    """Return an Ed25519 public key as PEM."""
    raw = Ed25519PublicKey.from_public_bytes(bytes.fromhex(key.keyval["public"]))
    return raw.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def list_earlier(folder: Path, public: str) -> None:
    """List a public key (hexadecimal) among the earlier ones of a folder."""
    key = SSlibKey.from_crypto(Ed25519PublicKey.from_public_bytes(bytes.fromhex(public)))
    if public not in public_keys_in(folder).values():
        write_whole(folder / f"certificates.{key.keyid[:12]}.pub.pem", pem_of(key))


def public_keys_in(folder: Path) -> dict[str, str]:
    """Return the public keys of a room: name of the file -> key in hexadecimal, the one in force first.

    None where there is no such folder or this account may not read it. Raises Fault for a file that holds
    none.
    """
    try:
        files = sorted(
            folder.glob("certificates*.pub.pem"), key=lambda file: (file.name != PUBLIC, file.name)
        )
        found = {file.name: file.read_bytes() for file in files}
    except OSError:
        return {}
    return {name: str(public_key(content, name).keyval["public"]) for name, content in found.items()}


class CommandSigner(Signer):
    """A key that is kept elsewhere: `command` is given the bytes and prints their Ed25519 signature.

    As 64 bytes, or in hexadecimal. `key` is its public half.
    """

    def __init__(self, command: Sequence[str], key: SSlibKey) -> None:
        self._command, self._key = list(command), key

    @property
    def public_key(self) -> SSlibKey:
        """The public half."""
        return self._key

    @classmethod
    def from_priv_key_uri(
        cls, priv_key_uri: str, public_key: Key, secrets_handler: SecretsHandler | None = None
    ) -> "CommandSigner":
        """Refuse: this one is made from the room's settings and never from an address."""
        del priv_key_uri, public_key, secrets_handler
        raise NotImplementedError

    def sign(self, payload: bytes) -> Signature:
        """Return the signature that the command gives; Fault where it gives none, or another key's."""
        name = self._command[0]
        try:
            said = subprocess.run(self._command, input=payload, capture_output=True, timeout=30, check=True)
        except (OSError, subprocess.SubprocessError) as fault:
            raise Fault(
                f"{name}: the command that signs for the room failed ({type(fault).__name__})."
            ) from None
        given = said.stdout if len(said.stdout) == _SIGNATURE else said.stdout.strip()
        text = given.hex() if len(given) == _SIGNATURE else given.decode("ascii", "replace").lower()
        if not re.fullmatch(r"[0-9a-f]{128}", text):
            raise Fault(f"{name}: the command that signs for the room printed no Ed25519 signature.")
        signature = Signature(self._key.keyid, text)
        try:
            self._key.verify_signature(signature, payload)
        except UnverifiedSignatureError:
            raise Fault(
                f"{name}: the command that signs for the room signed with another key than the public one "
                "that is declared beside it; correct public_key_file or the command."
            ) from None
        return signature


_SIGNATURE = 64
"""Bytes of an Ed25519 signature."""


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
    except PermissionError:
        raise Fault(f"{path}: this account may not read the key; only the room's account signs.") from None
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
