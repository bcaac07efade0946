"""Receipts: to who decided, that a decision is recorded, with its certificate.

Belongs here: the message. Pure.
Does not belong here: making the certificate (certificates), the outbox (outbox.py), what others are told of
(events.py).
"""

from expert_panels.certificates.heads import WORDS
from expert_panels.ledger.gate_state import OF_THE_PIPELINE
from expert_panels.ledger.line import Line
from expert_panels.notices.outbox import MAIL, Message
from expert_panels.one_line import one_line


def has_receipt(line: Line) -> bool:
    """Return whether a line is a decision of which its person gets a receipt: not a comment."""
    return line.decision not in (*OF_THE_PIPELINE, "comment")


def receipt_key(line: Line) -> str:
    """Return the key of the message that is the receipt of a line."""
    return f"receipt/{line.hash}"


def receipt(line: Line, certificate: bytes, title: str, round_name: str, link: str) -> Message:
    """Return the receipt of a decision's line for who decided, with its signed certificate.

    `title` is the name of the panel, `round_name` that of the round, `link` the address of the gate's page.
    """
    about = one_line(f"{title}, {round_name}")
    paragraphs = (
        f"{about}.",
        f"Your decision is recorded as line {line.seq}: {line.meaning}",
        "The signed certificate of it is attached. Keep both where nobody of the pipeline can write: `ccg "
        "verify` checks the certificate, and `ccg panel verify --against` compares it with the ledger of any "
        "later day. If this decision is not yours, say so at once.",
        f"{WORDS}: line {line.seq}, {line.hash}.",
        f"{link}/decisions/{line.seq}",
    )
    return Message(
        key=receipt_key(line),
        channel=MAIL,
        recipient=line.actor,
        kind="receipt",
        happened_at=line.at,
        subject=f"{about}: your decision is recorded",
        text="\n\n".join(paragraphs) + "\n",
        link=f"{link}/decisions/{line.seq}",
        attachment=certificate.decode("utf-8"),
    )
