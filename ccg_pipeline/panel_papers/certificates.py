"""Certificates of decisions: the line from the ledger, and the ratings that it was about, as one file each.

Belongs here: finding line and kept part, the table that a certificate vouches for, and issuing it to who
decided.
Does not belong here: the form of a certificate and its check (expert_panels), keys, pages and commands.
"""

import hashlib
import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import pandas as pd
from securesystemslib.signer import Signer
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DatabaseError

from ccg_pipeline.framework.edition import Edition
from ccg_pipeline.framework.round_dates import round_title
from ccg_pipeline.publish.export import exported
from ccg_pipeline.publish.special_measures import entry_rows
from ccg_pipeline.release.archive import fetch
from ccg_pipeline.release.entries import entry_in
from ccg_pipeline.release.released import kept_part
from ccg_pipeline.release.tables import with_grades_apart
from ccg_pipeline.storage.database import reading
from ccg_pipeline.storage.frames import completed, typed
from ccg_pipeline.storage.outside import room_signer
from ccg_pipeline.storage.sql import candidate_rating, overall_rating, score
from expert_panels.certificates.certificate import certificate, signed_with
from expert_panels.clock import utc_now
from expert_panels.foundation.fault import Fault
from expert_panels.ledger import record as ledger
from expert_panels.ledger.line import Line, text_of
from expert_panels.ledger.stored import read
from expert_panels.ledger.table import decision_ledger
from expert_panels.notices import outbox
from expert_panels.notices.receipts import has_receipt, receipt, receipt_key
from expert_panels.room.pages.board import gate_address
from expert_panels.settings import Settings
from expert_panels.terms import Terms, load_terms

_LOG = logging.getLogger(__name__)

RECEIPT_WITHIN = timedelta(days=7)
"""How long after a decision its receipt may still be issued (assumed)."""


def line_numbered(engine: Engine, seq: int) -> Line | None:
    """Return the line of that number, or None."""
    return next((line for line in ledger.lines(engine, after=seq - 1) if line.seq == seq), None)


def tables_decided_on(engine: Engine, subject_sha256: str) -> dict[str, bytes]:
    """Return what a kept part decides as CSV; StorageFault when the part is absent or was altered.

    '' is its table as it was signed. Of a panel's ratings those two as well that `ccg export` writes of it.
    """
    with reading(engine) as connection:
        if entry := entry_in(fetch(connection, subject_sha256)):
            return {"": exported(pd.DataFrame(entry_rows(entry), columns=["what", "says"]), "csv")}
        tables = kept_part(connection, subject_sha256)
    if "scores" in tables:
        own = tables["scores"].sort_values(["node", "organisation_code"], ignore_index=True)
        return {"": exported(typed(completed(own, score), score), "csv")}
    ratings = tables.get("candidate_rating", tables.get("overall_rating"))
    assert ratings is not None  # every part that is decided on has one of the two
    layer = candidate_rating if "candidate_rating" in tables else overall_rating
    first = [column.name for column in layer.columns]  # as in the released table
    columns = first + [name for name in ratings.columns if name not in first]
    signed = ratings[columns].sort_values("ccg_code", ignore_index=True)
    leave = with_grades_apart(signed) if layer is candidate_rating else {}
    return {name: exported(frame, "csv") for name, frame in {"": signed, **leave}.items()}


def certificate_of(
    engine: Engine, line: Line, signer: Signer, terms_of: Mapping[str, Terms] | None = None
) -> bytes:
    """Return the certificate of a line, which vouches for the part it names and for its ratings as CSV.

    It names everybody who has signed that part.
    """
    base = f"{line.panel}_{line.lane.replace('/', '_')}_{line.partition_key}_{line.serial}"
    files = {
        f"{base}{f'_{name}' * bool(name)}.csv": hashlib.sha256(content).hexdigest()
        for name, content in tables_decided_on(engine, line.subject_sha256).items()
    }
    gate = ledger.Gate(line.panel, line.lane, line.partition_key)
    terms = (load_terms() if terms_of is None else terms_of).get(
        line.panel
    )  # a panel may be gone, and its lines are not
    signatures = signed_with(ledger.lines(engine, gate), line, terms) if terms else []
    return certificate(line, files, signer, signatures)


def without_receipt(connection: Connection, now: datetime) -> list[Line]:
    """Return the decisions of the last days whose receipts are not in the outbox, in order."""
    since = text_of(now - RECEIPT_WITHIN)
    decisions = [line for line in read(connection, decision_ledger.c.at >= since) if has_receipt(line)]
    there = outbox.keys_there(connection, [receipt_key(line) for line in decisions])
    return [line for line in decisions if receipt_key(line) not in there]


def issue(
    engine: Engine,
    settings: Settings | None,
    terms_of: Mapping[str, Terms],
    editions: Sequence[Edition] = (),
) -> None:
    """Issue the certificate of each decision that has no receipt yet, and send both to who decided.

    Done twice, it sends once. Without a mail server in the settings there is no way to send any. What is
    recorded stays so where a certificate cannot be issued now: that is a warning, and the next call tries it
    again.
    """
    if settings is None or settings.notices.mail is None:
        return
    try:
        with reading(engine) as connection:
            decisions = [line for line in without_receipt(connection, utc_now()) if line.panel in terms_of]
    except (Fault, DatabaseError) as fault:
        _LOG.warning("Which decisions have no receipt yet cannot be read: %s", fault)
        return
    for line in decisions:
        try:
            message = receipt(
                line,
                certificate_of(engine, line, room_signer(engine), terms_of),
                terms_of[line.panel].title,
                round_title(line.lane, line.partition_key, editions),
                settings.address.rstrip("/") + gate_address(line.panel, line.lane, line.partition_key),
            )
            outbox.fill(engine, [message], utc_now())
        except (Fault, DatabaseError) as fault:
            _LOG.warning("Recorded as line %s; its receipt will be tried again: %s", line.seq, fault)
