"""Signing in by OpenID Connect: the provider says who it is and when they proved it, and nothing else.

Belongs here: the authorization code flow with PKCE, state and nonce, and what an ID token must hold.
Does not belong here: sessions, roles (the terms of reference alone give them, whatever a token claims).
"""

import json
import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.starlette_client import OAuth
from authlib.oidc.core import CodeIDToken
from joserfc.errors import JoseError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from expert_panels.clock import Clock
from expert_panels.room.refusing import refusal
from expert_panels.room.sign_in import sessions
from expert_panels.room.sign_in.identity import SIGN_IN, SIGN_OUT, Denied, let_in, way_back
from expert_panels.room.sign_in.people import CLOCKS_APART, FRESH, Person
from expert_panels.settings import OpenId

RETURN = f"{SIGN_IN}/return"
"""The page to which the provider sends the browser back; it must be registered with the provider."""

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
"""Signatures that only the provider can make: neither `none` nor one by a shared secret (HS256)."""

_BROKEN = (ValueError, KeyError, TypeError, AttributeError, RuntimeError)
"""What Authlib raises over a provider whose answers are not of the shape that the standard says."""

_TIME_TO_SIGN_IN = timedelta(minutes=10)


def _claims_at(now: Clock) -> type[CodeIDToken]:
    """Return the claims of an ID token as they hold at the time of a clock, and not of the machine's."""

    class Claims(CodeIDToken):  # type: ignore[misc]  # Authlib has no types
        def validate(self, _now: int | None = None, leeway: int = 0) -> None:
            super().validate(int(now().timestamp()), leeway)

    return Claims


class _Pending:
    """Authlib's store of sign-ins under way; each is given out once, so that no answer counts twice."""

    def __init__(self, memory: sessions.Memory) -> None:
        self._memory = memory

    async def get(self, key: str) -> Any:
        return await run_in_threadpool(self._memory.take, key)

    async def set(self, key: str, value: str, _seconds: int) -> None:
        await run_in_threadpool(self._memory.keep, key, value, self._memory.now() + _TIME_TO_SIGN_IN)

    async def delete(self, _key: str) -> None:
        """Nothing is left to delete; what another browser asks to be deleted must stay."""


class OpenIdSignIn:
    """Signs in whom the provider at `settings.issuer` vouches for; `address` is the room's own."""

    limit = "30/minute"

    def __init__(self, settings: OpenId, client_secret: str, address: str, memory: sessions.Memory) -> None:
        self._settings, self._memory = settings, memory
        self._return = f"{address.rstrip('/')}{RETURN}"
        self._signed_out = f"{address.rstrip('/')}{SIGN_OUT}"
        self._provider = OAuth(cache=_Pending(memory)).register(
            "openid",
            client_id=settings.client_id,
            client_secret=client_secret,
            server_metadata_url=f"{settings.issuer.rstrip('/')}/.well-known/openid-configuration",
            client_kwargs={
                "scope": "openid profile email",
                "code_challenge_method": "S256",
                "timeout": 10,
                "verify": httpx2.create_ssl_context(),  # once, and not for each of the requests of a sign-in
            },
        )
        self.routes: list[BaseRoute] = [
            Route(SIGN_IN, self._asked, methods=["GET"]),
            Route(RETURN, self._returned, methods=["GET"]),
        ]

    def person(self, request: Request) -> Person | None:
        """Return who signed in in this browser."""
        return sessions.person_of(request, self._memory)

    async def elsewhere(self) -> str:
        """Return the provider's page that ends its own session too, and leads back; '' where it has none.

        It is asked by our name alone, since the room keeps no token: the provider may ask the person first.
        """
        try:
            await self._discovered()
            found = await self._provider.create_logout_url(
                self._signed_out, client_id=self._settings.client_id
            )
        except (Denied, httpx2.HTTPError, *_BROKEN):
            return ""  # the session here is over all the same
        url = str(found["url"])
        return url if url.startswith(("https://", "http://")) else ""

    async def _asked(self, request: Request) -> Response:
        """Send the browser to the provider; who is signed in already is asked to prove it again."""
        again = request.state.person is not None
        state, now = secrets.token_urlsafe(32), self._memory.now()
        back = way_back(request.query_params.get("back"))
        more: dict[str, Any] = {"prompt": "login"} if again else {}
        # max_age obliges the provider to say when the person proved who they are
        more["max_age"] = int((FRESH if again else sessions.ABSOLUTE).total_seconds())
        try:
            await self._discovered()
            answer: Response = await self._provider.authorize_redirect(
                request, self._return, state=state, **more
            )
        except Denied as denied:
            return refusal(request, denied.status, f"You cannot sign in: {denied}")
        except (httpx2.HTTPError, *_BROKEN):
            return refusal(request, 503, "The sign-in service cannot be reached just now: try again later.")
        request.session["asked"] = {"state": state, "back": back, "since": now.timestamp() if again else 0}
        return answer

    async def _returned(self, request: Request) -> Response:
        """Take the provider's answer; anything that is not exactly as it must be signs nobody in."""
        asked = request.session.pop("asked", {})
        try:
            if not asked or asked["state"] != request.query_params.get("state"):
                raise Denied("this browser did not ask for it, or has since asked again.")
            person = self._person_in(await self._claims(request), asked["since"])
        except Denied as denied:
            return refusal(request, denied.status, f"You were not signed in: {denied} Start again.")
        return await run_in_threadpool(let_in, request, self._memory, person, asked["back"])

    async def _discovered(self) -> None:
        """Ask the provider, once, who it is and what it can do. Raises Denied when it is another."""
        metadata = await self._provider.load_server_metadata()
        if metadata.get("issuer") != self._settings.issuer:
            metadata.pop("_loaded_at", None)  # a provider that is mended is asked again
            raise Denied("the sign-in service calls itself by another name than the settings do.")
        offered = metadata.get("id_token_signing_alg_values_supported") or ["RS256"]
        metadata["id_token_signing_alg_values_supported"] = [each for each in offered if each in ALGORITHMS]

    async def _claims(self, request: Request) -> dict[str, Any]:
        """Return the claims of the ID token behind the answer. Raises Denied when it is not to be trusted."""
        must_be = {
            "iss": {"essential": True, "value": self._settings.issuer},
            "aud": {"essential": True, "value": self._settings.client_id},
            "nonce": {"essential": True},
        }
        try:
            await self._discovered()
            token = await self._provider.authorize_access_token(
                request,
                claims_options=must_be,
                claims_cls=_claims_at(self._memory.now),
                leeway=int(CLOCKS_APART.total_seconds()),
            )
        except httpx2.HTTPError as fault:
            raise Denied("the sign-in service cannot be reached just now.", 503) from fault
        except (AuthlibBaseError, JoseError, *_BROKEN) as fault:
            raise Denied(f"the sign-in service's answer is not to be trusted ({_brief(fault)}).") from fault
        claims = token.get("userinfo")
        if not claims:
            raise Denied("the sign-in service's answer holds no ID token.")
        return dict(claims)

    def _person_in(self, claims: dict[str, Any], since: float) -> Person:
        """Return whom the claims are about; `since` is when a fresh proof was asked for, or 0."""
        proved, now = claims.get("auth_time"), self._memory.now().timestamp()
        apart = CLOCKS_APART.total_seconds()
        if isinstance(proved, bool) or not isinstance(proved, int | float):
            raise Denied("the sign-in service does not say when you proved who you are (auth_time).")
        if not max(since, now - sessions.ABSOLUTE.total_seconds()) - apart <= proved <= now + apart:
            raise Denied("the sign-in service says that you proved who you are at another time than now.")
        email = claims.get(self._settings.email_claim)
        # Nothing but a plain true counts: some services send the text "false", 0 or nothing at all. Nothing
        # may be said only of a claim of another name, for `email_verified` is not about it.
        unsaid = None if self._settings.email_claim == "email" else True
        is_verified = claims.get("email_verified", unsaid) is True
        if not isinstance(email, str) or "@" not in email or not email.isascii() or not is_verified:
            raise Denied("the sign-in service gives no e-mail address of yours that it has verified.")
        name = claims.get("name")
        return Person(
            email.strip().lower(),
            name if isinstance(name, str) and name.strip() else email,
            datetime.fromtimestamp(proved, UTC),
            "oidc",
        )


def _brief(fault: Exception) -> str:
    """Return what a fault says, e.g. `invalid_claim: iss`, never any part of a token."""
    if isinstance(fault, AuthlibBaseError | JoseError):
        return f"{fault.error}: {fault.description}" if fault.description else str(fault.error)
    return "unreadable" if isinstance(fault, json.JSONDecodeError) else type(fault).__name__
