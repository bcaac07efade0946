"""The words of a notice: fixed sentences, the names of panel and round, a link, and the ledger's head.

No figure of the data and no token.

Belongs here: the templates, and what people wrote made fit for a mail.
Does not belong here: when a notice is due (events.py), how it travels (mail.py, webhook.py).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from expert_panels.certificates.heads import WORDS
from expert_panels.notices.events import Event, Kind
from expert_panels.one_line import one_line

_SENTENCES: Mapping[Kind, tuple[str, str]] = {
    "opened": (
        "a table awaits you",
        "A table has been submitted to {body}. Please look at it and decide.",
    ),
    "changed": (
        "the data have changed",
        "The data behind the table have changed, so what was signed of it no longer counts. Please look at "
        "what changed and decide again. What is published stays so until then, superseded.",
    ),
    "moderated": (
        "a moderated table awaits you",
        "A judgement has been moderated and the table worked out again. Please look at it and decide.",
    ),
    "reminder": (
        "a table still awaits you",
        "A table has been before {body} for some time and you have not decided on it yet.",
    ),
    "quorum reached": (
        "verified",
        "{Body} has verified the table: all signatures of the quorum are there.",
    ),
    "overridden": (
        "overridden",
        "Two officers have let the table out without the verification of {body}; all that is published of "
        "it says that it was overridden.",
    ),
    "chair outstanding": (
        "only the chair or the deputy is missing",
        "The members have signed; the quorum lacks the chair's or the deputy's signature, which is yours.",
    ),
    "returned": (
        "returned",
        "{Body} has returned the table to those who made it. The reasons follow; figures in them are left "
        "out here and stand in the ledger.",
    ),
    "released": ("released", "What {body} verified stands in the released table now."),
    "released as overridden": (
        "released as overridden",
        "What two officers let out without the verification of {body} stands in the released table now, "
        "which says that it was overridden.",
    ),
    "withdrawn": (
        "withdrawn",
        "{Body} has withdrawn its verification: what was published of the table is being taken out.",
    ),
}

_CODE = re.compile(r"\d\d[A-Z]|[A-Z]\d{8}")
"""A CCG's code, of the ODS or of the ONS; any other word with a digit may be a figure."""


@dataclass(frozen=True)
class Wording:
    """What a notice says: a subject of one line, and plain text with the link in it."""

    subject: str
    text: str
    link: str


def wording(event: Event, panel: str, round_name: str, link: str) -> Wording:
    """Return the words of an event about `panel` and `round_name`, both by name; `link` leads to the page."""
    short, sentence = _SENTENCES[event.kind]
    about = one_line(f"{panel}, {round_name}")
    said = [f"- {without_figures(one_line(words, 2000))}" for words in event.words]
    body = f"the {one_line(panel)}"
    sentence = sentence.format(body=body, Body=f"T{body[1:]}")
    head = f"{WORDS}: {event.head}." if event.head else ""
    paragraphs = [f"{about}.", sentence, "\n".join(said), head, link]
    return Wording(f"{about}: {short}", "\n\n".join(part for part in paragraphs if part) + "\n", link)


def without_figures(text: str) -> str:
    """Return what somebody wrote with every word that may be a figure left out; codes of CCGs stay."""
    return re.sub(r"\S*\d\S*", lambda word: _kept(word.group()), text)


def _kept(word: str) -> str:
    return word if _CODE.fullmatch(word.strip(".,;:()!?'\"")) else "[figure]"
