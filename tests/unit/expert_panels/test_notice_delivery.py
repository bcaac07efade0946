"""Delivery of notices to real servers on loopback: each message exactly once, whatever the servers do."""

import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from sqlalchemy import Engine

from ccg_pipeline.storage.database import open_database
from expert_panels.certificates.heads import heads_in_file
from expert_panels.notices import outbox
from expert_panels.notices.delivery import Channel, deliver
from expert_panels.notices.mail import Mail, mail_of
from expert_panels.notices.receipts import receipt
from expert_panels.notices.webhook import Hook
from expert_panels.settings import MailServer
from tests.support.notations import notice_cases
from tests.support.notations.gate_lines import lines_of
from tests.support.notations.notice_cases import NOW, mail_to, message, states
from tests.support.patience import wait_until
from tests.support.servers.dying_mail_server import STEPS, dying_mail_server
from tests.support.servers.mail_server import Mailboxes, mail_server
from tests.support.servers.ports import free_port
from tests.support.servers.served import served
from tests.support.servers.webhook_receiver import SECRET, Receiver


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/notices.sqlite"


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    engine = open_database(url)
    yield engine
    engine.dispose()


def run(engine: Engine, channel: Channel, at: datetime = NOW, name: str = "mail") -> int:
    return deliver(engine, {name: channel}, clock=lambda: at)


# --- the outbox


def test_filling_twice_adds_nothing(engine: Engine) -> None:
    messages = [message(1), message(2), message(1)]
    assert [outbox.fill(engine, messages, NOW) for _ in range(3)] == [2, 0, 0]
    assert outbox.fill(engine, [message(1, channel="webhook", recipient="")], NOW) == 1


def test_a_new_channel_is_not_told_of_old_times(engine: Engine) -> None:
    old = NOW - outbox.TOO_OLD - timedelta(seconds=1)
    assert outbox.fill(engine, [message(1, happened_at=old), message(2)], NOW) == 1
    assert states(engine) == {"passed": 1, "waiting": 1}
    # a channel that is known is told of everything, however long nobody filled the outbox
    assert outbox.fill(engine, [message(3, happened_at=old)], NOW) == 1


def test_what_is_on_lease_is_nobody_elses_until_the_lease_ends(engine: Engine) -> None:
    outbox.fill(engine, [message()], NOW)
    first = outbox.lease(engine, ["mail"], NOW)
    assert first is not None
    assert first.message == message()
    assert outbox.lease(engine, ["mail"], NOW + outbox.LEASE - timedelta(seconds=1)) is None
    second = outbox.lease(engine, ["mail"], NOW + outbox.LEASE)
    assert second is not None
    outbox.put_back(engine, first, "late", NOW)  # who comes late settles nothing
    outbox.sent(engine, second, NOW)
    assert states(engine) == {"sent": 1}


def test_a_message_that_fails_waits_longer_each_time_and_an_hour_at_most(engine: Engine) -> None:
    outbox.fill(engine, [message()], NOW)
    now, waits = NOW, []
    for _ in range(9):
        leased = outbox.lease(engine, ["mail"], now)
        assert leased is not None
        outbox.put_back(engine, leased, "down", now)
        before = now
        while outbox.lease(engine, ["mail"], now) is None:
            now += timedelta(seconds=30)
        waits.append((now - before).total_seconds())
        now += outbox.LEASE
    assert waits == [30, 120, 480, 1920, 3600, 3600, 3600, 3600, 3600]


# --- mail


def test_each_member_gets_one_mail_of_fixed_words(engine: Engine) -> None:
    mailboxes = Mailboxes()
    outbox.fill(engine, [message(number) for number in range(3)], NOW)
    with mail_server(mailboxes) as port:
        assert [run(engine, mail_to(port)), run(engine, mail_to(port))] == [3, 0]
    assert mailboxes.recipients == [f"m{number}@panel.example" for number in range(3)]
    mail = mailboxes.accepted[0]
    assert (mail["From"], mail["Auto-Submitted"]) == ("room@room.example", "auto-generated")
    assert mail["Subject"] == message().subject
    assert mail.get_content().strip() == "A table awaits you."
    assert states(engine) == {"sent": 3}


def test_a_receipt_goes_to_who_decided_with_the_certificate_attached(engine: Engine) -> None:
    line, mailboxes = lines_of("open A; m1 approve")[1], Mailboxes()
    told = receipt(line, b'{"payload": "x"}', "Cancer panel", "interim 2017-03", "https://room.example/gate")
    assert [outbox.fill(engine, [told], line.at) for _ in range(2)] == [1, 0]
    with mail_server(mailboxes) as port:
        assert run(engine, mail_to(port), line.at) == 1
    (mail,) = mailboxes.accepted
    assert mailboxes.recipients == [line.actor]
    text, attached = mail.iter_parts()
    assert heads_in_file(text.get_content().encode()) == [line.hash]  # so that it can be held against later
    assert (attached.get_filename(), attached.get_content()) == ("certificate.dsse.json", b'{"payload": "x"}')
    assert bytes(mail_of(told, "room@room.example")) == bytes(mail_of(told, "room@room.example"))


def test_a_mail_server_that_is_down_delays(engine: Engine) -> None:
    mailboxes, port = Mailboxes(), free_port()
    outbox.fill(engine, [message(1), message(2)], NOW)
    assert run(engine, mail_to(port)) == 0
    with engine.connect() as connection:
        first, second = outbox.unsent(connection)
    # the first was tried and the second left alone
    assert sorted(one["error"].partition(":")[0] for one in (first, second)) == [
        "",
        "The mail server cannot be reached",
    ]
    with mail_server(mailboxes, port):
        assert run(engine, mail_to(port)) == 1
        assert run(engine, mail_to(port), NOW + timedelta(seconds=30)) == 1
    assert mailboxes.recipients == ["m1@panel.example", "m2@panel.example"]


def test_a_mail_server_that_is_too_slow_delays(engine: Engine) -> None:
    mailboxes = Mailboxes()
    mailboxes.given_up, mailboxes.answer = threading.Event(), "451 busy"
    outbox.fill(engine, [message()], NOW)
    with mail_server(mailboxes) as port:
        assert run(engine, mail_to(port, seconds=0.3)) == 0
        mailboxes.given_up.set()
        mailboxes.answer = "250 OK"
        assert run(engine, mail_to(port), NOW + timedelta(seconds=30)) == 1
    assert len(mailboxes.accepted) == 1


@pytest.mark.parametrize("answer", ["451 try later", "554 no"])
def test_a_mail_that_is_not_taken_now_is_taken_later(engine: Engine, answer: str) -> None:
    mailboxes = Mailboxes()
    outbox.fill(engine, [message()], NOW)
    with mail_server(mailboxes) as port:
        mailboxes.answer = answer
        assert run(engine, mail_to(port)) == 0
        mailboxes.answer = "250 OK"
        assert run(engine, mail_to(port), NOW + timedelta(seconds=30)) == 1
    assert len(mailboxes.accepted) == 1


def test_a_recipient_who_is_refused_keeps_nobody_elses_mail_back(engine: Engine) -> None:
    mailboxes = Mailboxes()
    mailboxes.refuse = {"m1@panel.example": "550 no such\x07 user", "m2@panel.example": "450 later"}
    outbox.fill(engine, [message(number) for number in (1, 2, 3)], NOW)
    with mail_server(mailboxes) as port:
        assert run(engine, mail_to(port)) == 1
        mailboxes.refuse = {}
        assert run(engine, mail_to(port), NOW + timedelta(days=1)) == 1
    assert mailboxes.recipients == ["m2@panel.example", "m3@panel.example"]
    with engine.connect() as connection:
        (left,) = outbox.unsent(connection)
    assert (left["state"], left["recipient"]) == ("refused", "m1@panel.example")
    assert "550" in left["error"]
    assert left["error"].isprintable()


@pytest.mark.parametrize("step", STEPS)
def test_a_mail_server_that_is_killed_in_the_conversation_loses_and_shows_nothing_twice(
    engine: Engine, tmp_path: Path, step: str
) -> None:
    outbox.fill(engine, [message(number) for number in range(3)], NOW)
    answered = step == "after the answer"
    with dying_mail_server(tmp_path / "mail", step) as port:
        assert run(engine, mail_to(port)) == answered
    assert states(engine) == ({"sent": 1, "waiting": 2} if answered else {"waiting": 3})
    mailboxes = Mailboxes()
    with mail_server(mailboxes, port):
        assert run(engine, mail_to(port), NOW + timedelta(seconds=30)) == 3 - answered
        assert run(engine, mail_to(port), NOW + timedelta(days=1)) == 0
    assert states(engine) == {"sent": 3}
    ids = [*(path.read_text(encoding="utf-8") for path in (tmp_path / "mail").iterdir()), *mailboxes.ids]
    # taken and not answered for, it comes again as the same mail: a mailbox shows a Message-ID once
    assert len(ids) == (4 if step == "before the answer" else 3)
    assert len(set(ids)) == 3


def test_a_subject_cannot_bring_in_a_header() -> None:
    with pytest.raises(ValueError, match="linefeed or carriage return"):
        mail_of(message(subject="x\nBcc: all@panel.example"), "room@room.example")


def test_a_mail_server_without_starttls_gets_no_mail_that_asks_for_it(engine: Engine) -> None:
    mailboxes = Mailboxes()
    outbox.fill(engine, [message()], NOW)
    with mail_server(mailboxes) as port:
        server = MailServer(host="127.0.0.1", port=port, sender="room@room.example")
        assert run(engine, Mail(server)) == 0
    assert mailboxes.accepted == []


# --- mail and webhook alike


@pytest.mark.parametrize("channel", ["mail", "webhook"])
@pytest.mark.parametrize("when", ["before it is handed over", "before it is noted"])
def test_a_killed_deliverer_loses_nothing_and_shows_nothing_twice(
    database_url: str, channel: str, when: str
) -> None:
    notice_cases.killed_deliverer(database_url, channel, when)


@pytest.mark.parametrize("channel", ["mail", "webhook"])
def test_two_deliverers_at_once_send_each_message_once(database_url: str, channel: str) -> None:
    notice_cases.two_deliverers(database_url, channel)


# --- webhook


def told(number: int = 1) -> Any:
    return message(number, channel="webhook", recipient="")


def test_the_webhook_is_posted_each_event_once_and_signed(engine: Engine) -> None:
    receiver = Receiver()
    outbox.fill(engine, [told(1), told(2)], NOW)
    with served(receiver.app()) as address:
        hook = Hook(f"{address}/in", SECRET)
        assert [run(engine, hook, name="webhook") for _ in range(2)] == [2, 0]
    (body, headers), _ = receiver.accepted
    assert headers["idempotency-key"] == body["id"]
    assert set(body) == {"id", "event", "at", "subject", "text", "link"}
    assert body["at"] == "2017-04-05T09:00:00+00:00"


@pytest.mark.parametrize("status", [500, 503, 404, 302])
def test_a_webhook_that_fails_is_told_later(engine: Engine, status: int) -> None:
    receiver = Receiver()
    outbox.fill(engine, [told()], NOW)
    with served(receiver.app()) as address:
        hook = Hook(f"{address}/in", SECRET)
        receiver.status = status
        assert run(engine, hook, name="webhook") == 0
        receiver.status = 200
        assert run(engine, hook, NOW + timedelta(seconds=30), "webhook") == 1
    assert len(receiver.accepted) == 1


def test_a_webhook_that_is_down_or_slow_delays_and_keeps_no_mail_back(engine: Engine) -> None:
    receiver, mailboxes, port = Receiver(), Mailboxes(), free_port()
    outbox.fill(engine, [told(1), told(2), message(1)], NOW)
    hook = Hook(f"http://127.0.0.1:{port}/in", SECRET, seconds=0.3)
    with mail_server(mailboxes) as mail_port:
        channels = {"webhook": hook, "mail": mail_to(mail_port)}
        assert deliver(engine, channels, clock=lambda: NOW) == 1
    with served(receiver.app(), port):
        receiver.status, receiver.seconds = 500, 0.6
        assert run(engine, hook, NOW + timedelta(minutes=1), "webhook") == 0
        receiver.status, receiver.seconds = 200, 0.0
        assert run(engine, hook, NOW + timedelta(hours=1), "webhook") == 2
    assert len({body["id"] for body, _ in receiver.accepted}) == len(receiver.accepted) == 2


def test_a_webhook_that_accepts_after_we_gave_up_is_told_again_under_the_same_key(engine: Engine) -> None:
    receiver = Receiver()
    outbox.fill(engine, [told()], NOW)
    with served(receiver.app()) as address:
        hook = Hook(f"{address}/in", SECRET, seconds=0.3)
        receiver.given_up = threading.Event()
        assert run(engine, hook, name="webhook") == 0
        receiver.given_up.set()
        hook = Hook(f"{address}/in", SECRET)
        assert run(engine, hook, NOW + timedelta(seconds=30), "webhook") == 1
        wait_until("both to be accepted", lambda: len(receiver.accepted) == 2)
    assert receiver.ids == [told().id, told().id]


# --- the mail server's own proof


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate of 127.0.0.1 that signs itself, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), False)
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path = tmp_path / "certificate.pem"
    path.write_bytes(made.public_bytes(Encoding.PEM) + pem)
    return path


@pytest.mark.parametrize(("is_trusted", "password", "delivered"), [
    (True, "right", 1), (True, "wrong", 0), (False, "right", 0),
])  # fmt: skip
def test_mail_goes_to_a_server_that_proves_itself_and_believes_us(
    engine: Engine, certificate: Path, monkeypatch: pytest.MonkeyPatch, is_trusted: bool, password: str,
    delivered: int,
) -> None:  # fmt: skip
    if is_trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)

    def authenticator(*arguments: Any) -> AuthResult:
        return AuthResult(success=arguments[-1].password == b"right", handled=False)

    mailboxes = Mailboxes()
    outbox.fill(engine, [message()], NOW)
    options = {"tls_context": context, "require_starttls": True, "authenticator": authenticator}
    with mail_server(mailboxes, auth_required=True, **options) as port:
        server = MailServer(
            host="127.0.0.1", port=port, sender="room@room.example", user="room", password_file=Path("x")
        )
        assert run(engine, Mail(server, password)) == delivered
    assert len(mailboxes.accepted) == delivered
