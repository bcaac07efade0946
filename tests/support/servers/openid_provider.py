"""An OpenID provider that a test can bend: it signs with keys of its own whatever it is told to.

Belongs here: the endpoints of the authorization code flow, PKCE checked as a provider must, and signing out.
Does not belong here: any expectation; the good provider (oidc-provider-mock, which cannot lie).
"""

import base64
import hashlib
import json
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OctKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

CLIENT, SECRET = "panel-room", "the secret of a client"
EMAIL = "chair@panel.example"


def base64_of(content: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).rstrip(b"=").decode()


class Provider:
    """Signs in EMAIL without asking. `bend` may change the claims; `sign` makes the token of them."""

    def __init__(self) -> None:
        self.issuer = ""
        self.seconds: Callable[[], int] = lambda: int(time.time())
        self.key = ECKey.generate_key("P-256", {"kid": "ours"})
        self.metadata: dict[str, Any] = {}
        self.asked: list[dict[str, str]] = []
        self.ended: list[dict[str, str]] = []
        self.pending: dict[str, dict[str, str]] = {}
        self.straighten()

    def straighten(self) -> None:
        """Be honest again."""
        self.bend: Callable[[dict[str, Any]], Any] = dict
        self.sign: Callable[[dict[str, Any]], str | None] = self.signed
        self.metadata = {}

    def signed(self, claims: dict[str, Any]) -> str:
        return str(jwt.encode({"alg": "ES256", "kid": "ours"}, claims, self.key, algorithms=["ES256"]))

    def signed_by_a_stranger(self, claims: dict[str, Any]) -> str:
        key = ECKey.generate_key("P-256", {"kid": "ours"})
        return str(jwt.encode({"alg": "ES256", "kid": "ours"}, claims, key, algorithms=["ES256"]))

    def signed_by_the_secret(self, claims: dict[str, Any]) -> str:
        return str(jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(SECRET), algorithms=["HS256"]))

    def unsigned(self, claims: dict[str, Any]) -> str:
        return f"{base64_of({'alg': 'none'})}.{base64_of(claims)}."

    def edited(self, claims: dict[str, Any]) -> str:
        head, _, signature = self.signed(claims).split(".")
        return f"{head}.{base64_of({**claims, 'email': 'd1@panel.example'})}.{signature}"

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self._configuration),
                Route("/keys", self._keys),
                Route("/list", lambda _request: JSONResponse([1])),
                Route("/authorize", self._authorize),
                Route("/token", self._token, methods=["POST"]),
                Route("/end", self._end),
            ]
        )

    def _configuration(self, _request: Request) -> Response:
        return JSONResponse(
            {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/keys",
                "id_token_signing_alg_values_supported": ["ES256", "HS256", "none"],
                **self.metadata,
            }
        )

    def _keys(self, _request: Request) -> Response:
        return JSONResponse(KeySet([self.key]).as_dict(private=False))

    def _authorize(self, request: Request) -> Response:
        asked = dict(request.query_params)
        self.asked.append(asked)
        code = f"code-{len(self.asked)}"
        self.pending[code] = asked
        return RedirectResponse(
            f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"
        )

    def _end(self, request: Request) -> Response:
        asked = dict(request.query_params)
        self.ended.append(asked)
        return RedirectResponse(f"{asked['post_logout_redirect_uri']}?{urlencode({'state': asked['state']})}")

    async def _token(self, request: Request) -> Response:
        form = await request.form()
        asked = self.pending.pop(str(form.get("code")), None)
        verifier = str(form.get("code_verifier")).encode()
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier).digest()).rstrip(b"=").decode()
        if asked is None or challenge != asked["code_challenge"] or asked["code_challenge_method"] != "S256":
            return JSONResponse({"error": "invalid_grant"}, 400)
        now = self.seconds()
        claims = {
            "iss": self.issuer,
            "sub": "1",
            "aud": CLIENT,
            "exp": now + 300,
            "iat": now,
            "auth_time": now,
            "email_verified": True,
            "nonce": asked["nonce"],
            "email": EMAIL,
            "name": "The chair",
            "roles": ["chair of every panel"],
        }
        self.bend(claims)
        token = {"access_token": "opaque", "token_type": "Bearer", "expires_in": 300}
        id_token = self.sign(claims)
        return JSONResponse({**token, "id_token": id_token} if id_token is not None else token)
