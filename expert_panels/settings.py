"""How the panels are served in production: the room's address, who proves identities, where notices go.

Belongs here: the frozen model of the one file that says it, named by CCG_ROOM; secrets and recorders' keys
are files next to it.
Does not belong here: who sits on a panel (terms.py). Without the file there is local mode, for made-up data.
"""

import ipaddress
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, IPvAnyNetwork, PositiveInt, StringConstraints, model_validator
from securesystemslib.signer import Key

from expert_panels.certificates.signing_key import CommandSigner, public_key
from expert_panels.declared import Frozen, read
from expert_panels.foundation.fault import WrongUse

VARIABLE = "CCG_ROOM"
"""The environment variable that names the settings file."""

_LEAST_KEY = 32

Text = Annotated[str, StringConstraints(min_length=1, pattern=r"^[^\x00-\x1f\x7f]+$")]
ADDRESS = r"^[^\s@A-Z]+@[^\s@A-Z]+$"
Address = Annotated[str, StringConstraints(pattern=ADDRESS)]
Mail = Annotated[str, StringConstraints(pattern=r"^[^\s@,<>\x00-\x1f]+@[^\s@,<>\x00-\x1f]+$")]


def is_loopback(host: str) -> bool:
    """Return whether `host` can be reached from this machine alone."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def _origin(name: str, url: str, path_too: bool = False) -> None:
    parts = urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(parts.hostname or "")):
        raise ValueError(f"{name}: {url!r} must begin with https://")
    if not parts.hostname or parts.username or parts.fragment or (parts.path.strip("/") and not path_too):
        raise ValueError(f"{name}: {url!r} must be an address like https://room.example")


class OpenId(Frozen):
    """An OpenID provider: `email_claim` says who somebody is; what they may do, the terms alone."""

    issuer: Text
    client_id: Text
    client_secret_file: Path
    email_claim: Text = "email"

    @model_validator(mode="after")
    def _is_safe(self) -> Self:
        _origin("issuer", self.issuer, path_too=True)
        return self


class Proxy(Frozen):
    """A proxy that signs people in and says in headers who they are; it proves itself by a shared secret.

    `authenticated_at_header` is in seconds since 1970; without it nobody's proof is fresh and nobody decides.
    `sign_in_at` is the proxy's address for a fresh sign-in, in which {back} stands for the page to return to;
    `sign_out_at` its address for signing out, where it has one.
    """

    secret_file: Path
    secret_header: Text = "X-Room-Secret"
    email_header: Text = "X-Room-Email"
    name_header: Text = "X-Room-Name"
    authenticated_at_header: Text = "X-Room-Authenticated-At"
    sign_in_at: Text
    sign_out_at: Text | Literal[""] = ""


class SignInBy(Frozen):
    """One of the two ways in."""

    openid: OpenId | None = None
    proxy: Proxy | None = None

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if (self.openid is None) == (self.proxy is None):
            raise ValueError("say one of openid and proxy")
        return self


class MailServer(Frozen):
    """An SMTP server; `starttls` is off only for one on this machine."""

    host: Text
    port: PositiveInt = 587
    starttls: bool = True
    user: str = ""
    password_file: Path | None = None
    sender: Mail

    @model_validator(mode="after")
    def _is_safe(self) -> Self:
        if not self.starttls and not is_loopback(self.host):
            raise ValueError(f"starttls: may be off only for a server on this machine, not for {self.host}")
        if bool(self.user) != bool(self.password_file):
            raise ValueError("user and password_file belong together")
        return self


class Webhook(Frozen):
    """An address that is posted each notice as JSON; the body is signed with the shared secret."""

    url: Text
    secret_file: Path

    @model_validator(mode="after")
    def _is_safe(self) -> Self:
        _origin("url", self.url, path_too=True)
        return self


class Notices(Frozen):
    """Where notices go: members by mail, engineers by mail, everything to the webhook."""

    mail: MailServer | None = None
    webhook: Webhook | None = None
    engineers: tuple[Mail, ...] = ()


class Minutes(Frozen):
    """Who may record the minutes of meetings: an address, and the file of her Ed25519 public key (PEM)."""

    recorders: Mapping[Address, Path] = Field(default_factory=dict)


class Signing(Frozen):
    """A key of the room that is kept elsewhere: the command that signs, and the file of its public half
    (PEM).

    The command is given the bytes on standard input and prints their Ed25519 signature.
    """

    command: Annotated[tuple[Text, ...], Field(min_length=1)]
    public_key_file: Path


class Metrics(Frozen):
    """Where Prometheus may ask for metrics: with the token of a file, at least 32 characters."""

    token_file: Path


class Settings(Frozen):
    """All of it. `address` is where browsers find the room; links and a sign-in's way back are made of it.

    `trusted_proxies` are the addresses or networks of servers in front of the room, which say in
    X-Forwarded-For where a request came from; nobody else is believed.
    """

    address: Text
    session_key_file: Path
    sign_in: SignInBy
    notices: Notices = Field(default_factory=Notices)
    minutes: Minutes = Field(default_factory=Minutes)
    signing: Signing | None = None
    trusted_proxies: tuple[IPvAnyNetwork, ...] = ()
    metrics: Metrics | None = None

    @model_validator(mode="after")
    def _is_safe(self) -> Self:
        _origin("address", self.address)
        if any(one.prefixlen == 0 for one in self.trusted_proxies):
            raise ValueError("trusted_proxies: name addresses or networks, and not everybody")
        return self

    @property
    def host(self) -> str:
        """The name that browsers use for the room."""
        return urlsplit(self.address).hostname or ""

    @property
    def is_secure(self) -> bool:
        """Whether browsers come by HTTPS; not only on loopback."""
        return self.address.startswith("https://")


class Declared:
    """Settings and the folder that their secrets are looked for in."""

    def __init__(self, path: Path) -> None:
        """Read the file. Raises WrongUse."""
        self.name, self._folder = path.name, path.absolute().parent
        self.settings = read(
            path, Settings, WrongUse, "holds no settings; write `address: https://…` and so on"
        )

    def secret(self, file: Path, least: int = 1) -> str:
        """Return what a secret's file holds. Raises WrongUse when it is not there or too short."""
        path = self._folder / file
        try:
            secret = path.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as fault:
            raise WrongUse(f"{path}: the secret cannot be read ({fault}).") from fault
        if len(secret) < least:
            raise WrongUse(f"{path}: the secret needs at least {least} signs: write new random ones.")
        return secret

    def recorder_key(self, address: str) -> Key | None:
        """Return the public key that is declared for who records minutes, or None.

        Raises WrongUse when its file cannot be read, Fault when it holds no such key.
        """
        file = self.settings.minutes.recorders.get(address)
        if file is None:
            return None
        path = self._folder / file
        try:
            return public_key(path.read_bytes(), str(path))
        except OSError as fault:
            raise WrongUse(f"{path}: the recorder's key cannot be read ({fault.strerror}).") from fault

    def signer(self) -> CommandSigner | None:
        """Return what signs for the room where its key is kept elsewhere, or None.

        Raises WrongUse when the file of its public half cannot be read, Fault when it holds no such key.
        """
        signing = self.settings.signing
        if signing is None:
            return None
        path = self._folder / signing.public_key_file
        try:
            return CommandSigner(signing.command, public_key(path.read_bytes(), str(path)))
        except OSError as fault:
            raise WrongUse(f"{path}: the room's public key cannot be read ({fault.strerror}).") from fault

    def metrics_token(self) -> str:
        """Return the token by which Prometheus may ask for metrics; '' where nobody may."""
        metrics = self.settings.metrics
        return self.secret(metrics.token_file, _LEAST_KEY) if metrics else ""

    def session_key(self) -> str:
        """Return the key that signs the cookies, at least 32 signs."""
        return self.secret(self.settings.session_key_file, _LEAST_KEY)


def declared() -> Declared | None:
    """Return the settings in force: the file that CCG_ROOM names, or None for local mode."""
    name = os.environ.get(VARIABLE, "")
    return Declared(Path(name)) if name else None
