"""The settings file of production: what it may say, and the sentence for what it may not."""

from pathlib import Path

import pytest

from expert_panels.certificates.signing_key import OF_RECORDER, make_key, signer_of
from expert_panels.foundation.fault import Fault, WrongUse
from expert_panels.settings import VARIABLE, Declared, declared

GOOD = """\
address: https://room.example
session_key_file: session.key
sign_in:
  openid:
    issuer: https://login.example/realm
    client_id: panel-room
    client_secret_file: client.secret
notices:
  mail: {host: smtp.example, user: room, password_file: mail.secret, sender: room@room.example}
  webhook: {url: https://hook.example/in, secret_file: hook.secret}
  engineers: [engineer@data.example]
"""


def write(folder: Path, text: str = GOOD) -> Path:
    path = folder / "room.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_file_says_all_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "session.key").write_text("k" * 32 + "\n", encoding="utf-8")
    monkeypatch.setenv(VARIABLE, str(write(tmp_path)))
    found = declared()
    assert found is not None
    assert (found.settings.host, found.settings.is_secure) == ("room.example", True)
    assert found.session_key() == "k" * 32
    monkeypatch.delenv(VARIABLE)
    assert declared() is None


def changed(old: str, new: str) -> str:
    assert old in GOOD
    return GOOD.replace(old, new)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (GOOD + "colour: blue\n", "colour: Extra inputs are not permitted"),
        (changed("client_id:", "clientid:"), "sign_in.openid"),
        (GOOD + "address: https://x.example\n", 'duplicate key "address"'),
        (changed("https://room.example", "http://room.example"), "must begin with https://"),
        (changed("https://room.example", "https://room.example/panel"), "must be an address like"),
        (changed("https://login", "http://login"), "must begin with https://"),
        (changed("https://hook", "http://hook"), "must begin with https://"),
        (changed("{host: smtp", "{starttls: false, host: smtp"), "may be off only for a server on this"),
        (changed(", password_file: mail.secret", ""), "user and password_file belong together"),
        (changed("[engineer@data.example]", '["a@b.example\\nBcc: c@d.example"]'), "notices.engineers.0"),
        (changed("  openid:", "  proxy: {secret_file: x, sign_in_at: /s}\n  openid:"), "one of openid and"),
        (GOOD + "minutes: {recorders: {S@board.example: a.pem}}\n", "minutes.recorders.S@board.example"),
        (GOOD + "minutes: {recorder: {}}\n", "minutes.recorder: Extra inputs"),
        ("- a list\n", "holds no settings"),
        ("a: [\n}", "line 2: no valid YAML"),
    ],
)
def test_what_is_wrong_is_one_sentence(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(WrongUse, match=r"^room\.yaml(, line \d+)?: .*\.$") as fault:
        Declared(write(tmp_path, text))
    assert said in str(fault.value)


@pytest.mark.parametrize(("key", "said"), [(None, "cannot be read"), ("short", "needs at least 32 signs")])
def test_a_secret_that_is_no_secret_is_refused(tmp_path: Path, key: str | None, said: str) -> None:
    if key is not None:
        (tmp_path / "session.key").write_text(key, encoding="utf-8")
    with pytest.raises(WrongUse, match=said):
        Declared(write(tmp_path)).session_key()


def test_loopback_needs_no_https(tmp_path: Path) -> None:
    text = changed("https://room.example", "http://127.0.0.1:8001")
    assert Declared(write(tmp_path, text)).settings.is_secure is False


def test_a_recorders_key_is_a_file_beside_the_settings(tmp_path: Path) -> None:
    who = "minutes: {recorders: {s@board.example: keys/recorder.pub.pem, t@board.example: room.yaml}}\n"
    found = Declared(write(tmp_path, GOOD + who))
    with pytest.raises(WrongUse, match="the recorder's key cannot be read"):
        found.recorder_key("s@board.example")
    with pytest.raises(Fault, match="holds no Ed25519 public key"):
        found.recorder_key("t@board.example")
    make_key(tmp_path / "keys", *OF_RECORDER)
    key = found.recorder_key("s@board.example")
    assert key is not None
    assert key.keyid == signer_of(tmp_path / "keys" / OF_RECORDER[0]).public_key.keyid
    assert found.recorder_key("u@board.example") is None
    assert Declared(write(tmp_path)).recorder_key("s@board.example") is None
