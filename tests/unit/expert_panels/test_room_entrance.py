"""Which way in the settings open: the sign-in they declare, and local mode without them."""

from pathlib import Path

import pytest
from sqlalchemy import Engine

from expert_panels.foundation.fault import Fault, WrongUse
from expert_panels.room.sign_in.entrance import entrance
from expert_panels.room.sign_in.local import LocalSignIn
from expert_panels.room.sign_in.openid import OpenIdSignIn
from expert_panels.room.sign_in.proxy import ProxySignIn
from expert_panels.settings import Declared
from tests.support.worlds.room_client import terms

OPENID = "openid: {issuer: https://login.example, client_id: room, client_secret_file: secret}"
PROXY = "proxy: {secret_file: secret, sign_in_at: /start}"


def settings(folder: Path, sign_in: str, secret: str = "s" * 32) -> Declared:
    (folder / "secret").write_text(secret, encoding="utf-8")
    (folder / "room.yaml").write_text(
        f"address: https://room.example\nsession_key_file: secret\nsign_in: {{{sign_in}}}\n", encoding="utf-8"
    )
    return Declared(folder / "room.yaml")


@pytest.mark.parametrize(("sign_in", "kind"), [(OPENID, OpenIdSignIn), (PROXY, ProxySignIn)])
def test_settings_open_the_way_they_declare_on_any_address_and_any_data(
    engine: Engine, tmp_path: Path, sign_in: str, kind: type
) -> None:
    guarded = entrance(engine, settings(tmp_path, sign_in), "0.0.0.0", terms, lambda: True)
    middleware = {each.cls.__name__: each.kwargs for each in guarded.middleware}
    assert isinstance(middleware["Identity"]["sign_in"], kind)
    assert middleware["Sessions"]["is_secure"] is True
    assert middleware["TrustedHostMiddleware"]["allowed_hosts"] == ["room.example"]


def test_without_settings_it_is_local_mode_and_its_refusals(engine: Engine) -> None:
    guarded = entrance(engine, None, "127.0.0.1", terms, lambda: False)
    assert any(isinstance(each.kwargs.get("sign_in"), LocalSignIn) for each in guarded.middleware)
    with pytest.raises(Fault, match=r"listens on 127\.0\.0\.1 only"):
        entrance(engine, None, "0.0.0.0", terms, lambda: False)
    with pytest.raises(Fault, match="holds real data"):
        entrance(engine, None, "127.0.0.1", terms, lambda: True)


@pytest.mark.parametrize("sign_in", [OPENID, PROXY])
def test_a_short_key_opens_nothing(engine: Engine, tmp_path: Path, sign_in: str) -> None:
    with pytest.raises(WrongUse, match="needs at least 32 signs"):
        entrance(engine, settings(tmp_path, sign_in, "short"), "127.0.0.1", terms, lambda: False)
