"""Which way in: the sign-in that the settings declare, or local mode where there are none.

Belongs here: choosing the sign-in and building the guard for it.
Does not belong here: any one sign-in (local.py, openid.py, proxy.py), options of a command.
"""

import secrets
from collections.abc import Callable, Mapping

from sqlalchemy import Engine

from expert_panels.room.sign_in.guard import Guard, guard
from expert_panels.room.sign_in.identity import SignIn
from expert_panels.room.sign_in.local import LocalSignIn
from expert_panels.room.sign_in.openid import OpenIdSignIn
from expert_panels.room.sign_in.proxy import ProxySignIn
from expert_panels.room.sign_in.sessions import Memory
from expert_panels.settings import Declared
from expert_panels.terms import Terms

_LEAST_PROXY_SECRET = 32


def entrance(
    engine: Engine,
    declared: Declared | None,
    host: str,
    terms: Callable[[], Mapping[str, Terms]],
    holds_real_data: Callable[[], bool],
) -> Guard:
    """Return the guard of a room that listens on `host`; without `declared`, in local mode.

    Raises Fault where local mode may not be, WrongUse for a secret that cannot be used.
    """
    memory = Memory(engine)
    sign_in: SignIn
    if declared is None:
        sign_in = LocalSignIn(host, memory, terms, holds_real_data)
        return guard(engine, sign_in, terms, secrets.token_urlsafe(32), [host, "localhost"], is_secure=False)
    settings = declared.settings
    if settings.sign_in.openid:
        client_secret = declared.secret(settings.sign_in.openid.client_secret_file)
        sign_in = OpenIdSignIn(settings.sign_in.openid, client_secret, settings.address, memory)
    elif settings.sign_in.proxy:
        sign_in = ProxySignIn(
            settings.sign_in.proxy, declared.secret(settings.sign_in.proxy.secret_file, _LEAST_PROXY_SECRET)
        )
    else:  # the settings say one of the two, or are refused
        raise AssertionError
    return guard(engine, sign_in, terms, declared.session_key(), [settings.host], settings.is_secure)
