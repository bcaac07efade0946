"""Notices: what happened at the gates and releases of a database, into the outbox and on its way.

Belongs here: collecting what happened from the ledger and the releases, the channels that the settings
declare.
Does not belong here: which event a line is, the words, the outbox (all in expert_panels.notices).
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

from sqlalchemy import Engine, select

from ccg_pipeline.framework.edition import Edition
from ccg_pipeline.framework.round_dates import round_title
from ccg_pipeline.release.tables import OVERRIDDEN, VERIFIED
from ccg_pipeline.storage.database import reading
from ccg_pipeline.storage.sql import release
from expert_panels.certificates.heads import WORDS
from expert_panels.ledger import record as ledger
from expert_panels.ledger.line import Line
from expert_panels.ledger.record import Gate
from expert_panels.notices import outbox
from expert_panels.notices.delivery import Channel
from expert_panels.notices.events import Event, events_of, released
from expert_panels.notices.mail import Mail
from expert_panels.notices.outbox import MAIL, WEBHOOK, Message
from expert_panels.notices.webhook import Hook
from expert_panels.notices.wording import wording
from expert_panels.room.pages.board import gate_address
from expert_panels.settings import Declared, Settings
from expert_panels.terms import Terms


def events(engine: Engine, terms: Mapping[str, Terms], now: datetime) -> Iterator[Event]:
    """Return all that happened, gate by gate, from the ledger and the releases."""
    by_gate: dict[Gate, list[Line]] = defaultdict(list)
    for line in ledger.lines(engine):
        if line.panel in terms:
            by_gate[Gate(line.panel, line.lane, line.partition_key)].append(line)
    for gate, lines in sorted(by_gate.items()):
        yield from events_of(lines, terms[gate.panel], now)
    moments = {line.hash: line.at for lines in by_gate.values() for line in lines}
    with reading(engine) as connection:
        headers = [json.loads(header) for header in connection.execute(select(release.c.header)).scalars()]
    for header in headers:
        overall = header.get("overall") or {}
        bodies = {**header["panels"], overall.get("gate", ""): overall}
        for panel, said in bodies.items():
            if panel in terms and said["verification"] in (VERIFIED, OVERRIDDEN):
                gate, line_hash = Gate(panel, header["lane"], header["partition_key"]), said["last_line"]
                is_overridden = said["verification"] == OVERRIDDEN
                at = moments.get(line_hash, now)
                yield released(gate, line_hash, at, terms[panel], now, is_overridden)


def messages(
    found: Event, terms: Terms, settings: Settings, editions: Sequence[Edition] = ()
) -> Iterator[Message]:
    """Return what is to be sent of an event: a mail to each it concerns, one post to the webhook."""
    gate, notices = found.gate, settings.notices
    round_name = round_title(gate.lane, gate.partition_key, editions)
    link = f"{settings.address.rstrip('/')}{gate_address(*gate)}"
    said = wording(found, terms.title, round_name, link)
    told: list[tuple[str, str]] = []
    if notices.mail:
        people = (*found.members, *(notices.engineers if found.engineers else ()))
        told += [(MAIL, address) for address in dict.fromkeys(people)]
    if notices.webhook:
        told.append((WEBHOOK, ""))
    for channel, recipient in told:
        yield Message(
            key=found.key,
            channel=channel,
            recipient=recipient,
            kind=found.kind,
            happened_at=found.at,
            subject=said.subject,
            text=said.text,
            link=said.link,
        )


def fill(
    engine: Engine,
    terms: Mapping[str, Terms],
    settings: Settings,
    now: datetime | None = None,
    editions: Sequence[Edition] = (),
) -> int:
    """Put what happened into the outbox; return how many messages are new. Done twice, it adds nothing."""
    now = now or datetime.now(UTC)
    wanted = [
        message
        for event in events(engine, terms, now)
        for message in messages(event, terms[event.gate.panel], settings, editions)
    ]
    return outbox.fill(engine, wanted, now)


def fill_daily_head(engine: Engine, settings: Settings, now: datetime | None = None) -> int:
    """Put the head of the ledger into the outbox, once a day (UTC); return how many messages are new.

    To the engineers by mail and to the webhook: whoever keeps one can tell later whether the ledger was
    rewritten or cut off since.
    """
    now, head = now or datetime.now(UTC), ledger.head(engine)
    if not head.seq:
        return 0
    text = (
        f"{WORDS}: line {head.seq}, {head.hash}.\n\nKeep this message: `ccg panel verify --against FILE` "
        "compares it with the ledger of any later day.\n"
    )
    subject = f"Sign-off ledger, {now:%Y-%m-%d}: line {head.seq}"
    wanted = to_engineers(settings, f"head/{now:%Y-%m-%d}", "daily head", now, subject, text)
    return outbox.fill(engine, wanted, now)


def to_engineers(
    settings: Settings, key: str, kind: str, at: datetime, subject: str, text: str
) -> list[Message]:
    """Return messages to the engineers by mail, and to the webhook, as far as the settings name them."""
    told = [(MAIL, one) for one in settings.notices.engineers if settings.notices.mail]
    told += [(WEBHOOK, "")] if settings.notices.webhook else []
    return [
        Message(
            key=key,
            channel=channel,
            recipient=recipient,
            kind=kind,
            happened_at=at,
            subject=subject,
            text=text,
            link=settings.address,
        )
        for channel, recipient in told
    ]


def channels(settings: Declared) -> dict[str, Channel]:
    """Return the channels that the settings declare. Raises WrongUse for a secret that is not there."""
    notices, found = settings.settings.notices, dict[str, Channel]()
    if notices.mail:
        password = settings.secret(notices.mail.password_file) if notices.mail.password_file else ""
        found[MAIL] = Mail(notices.mail, password)
    if notices.webhook:
        found[WEBHOOK] = Hook(notices.webhook.url, settings.secret(notices.webhook.secret_file))
    return found
