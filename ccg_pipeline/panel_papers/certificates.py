"""Certificates of decisions: the line from the ledger, and the ratings that it was about, as one file each.

Belongs here: finding line and kept part, and the table that a certificate vouches for.
Does not belong here: the form of a certificate and its check (expert_panels), keys, pages and commands.
"""

import hashlib

from securesystemslib.signer import Signer
from sqlalchemy import Engine

from ccg_pipeline.publish.export import exported
from ccg_pipeline.release.released import kept_part
from ccg_pipeline.storage.database import reading
from ccg_pipeline.storage.sql import candidate_rating, overall_rating
from expert_panels.certificates.certificate import certificate, signed_with
from expert_panels.ledger import record as ledger
from expert_panels.ledger.line import Line
from expert_panels.terms import load_terms


def line_numbered(engine: Engine, seq: int) -> Line | None:
    """Return the line of that number, or None."""
    return next((line for line in ledger.lines(engine, after=seq - 1) if line.seq == seq), None)


def table_decided_on(engine: Engine, subject_sha256: str) -> bytes:
    """Return a kept part's ratings as CSV, by CCG; StorageFault when the part is absent or was altered."""
    with reading(engine) as connection:
        tables = kept_part(connection, subject_sha256)
    ratings = tables.get("candidate_rating", tables.get("overall_rating"))
    assert ratings is not None  # every part that is decided on has one of the two
    layer = candidate_rating if "candidate_rating" in tables else overall_rating
    first = [column.name for column in layer.columns]  # as in the released table
    columns = first + [name for name in ratings.columns if name not in first]
    return exported(ratings[columns].sort_values("ccg_code", ignore_index=True), "csv")


def certificate_of(engine: Engine, line: Line, signer: Signer) -> bytes:
    """Return the certificate of a line, which vouches for the part it names and for its ratings as CSV.

    It names everybody who has signed that part.
    """
    table = table_decided_on(engine, line.subject_sha256)
    name = f"{line.panel}_{line.lane}_{line.partition_key}_{line.serial}.csv"
    gate = ledger.Gate(line.panel, line.lane, line.partition_key)
    terms = load_terms().get(line.panel)  # a panel may be gone, and its lines are not
    signatures = signed_with(ledger.lines(engine, gate), line, terms) if terms else []
    return certificate(line, {name: hashlib.sha256(table).hexdigest()}, signer, signatures)
