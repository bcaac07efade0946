"""The register of special measures as tables: spells, who was in on a day, proposals, and what contradicts.

Belongs here: rows for people, from what reference/special_measures answers.
Does not belong here: the answers themselves; how a table is printed (cli/prints) or shown (assets).
"""

from collections.abc import Iterable, Sequence
from datetime import date
from functools import cache

import pandas as pd

from ccg_pipeline.publish.naming import day_in_words
from ccg_pipeline.reference.organisations import ccg_history
from ccg_pipeline.reference.special_measures.comparisons import contradictions, counts
from ccg_pipeline.reference.special_measures.events import REGIMES, Regime
from ccg_pipeline.reference.special_measures.proposals import Proposal
from ccg_pipeline.reference.special_measures.register import IN_WORDS, Register
from ccg_pipeline.reference.special_measures.spells import Spell
from ccg_pipeline.release.entries import Entry

INCOMPLETE = (
    "The register holds what could be found: directions that were lifted were taken off NHS England's page, "
    "so that it is incomplete. Who is not listed has no entry."
)
PROPOSED = (
    "A proposal is no entry: `ccg measures submit` brings one to a named body, the special "
    "measures committee, which decides."
)


def name_of(ccg_code: str) -> str:
    """Return the last name of a CCG; '' for a code that no CCG had."""
    return _names().get(ccg_code, "")


@cache
def _names() -> dict[str, str]:
    history = ccg_history()
    return dict(zip(history["ccg_code"], history["ccg_name"], strict=True))


def standings_in_words(register: Register, ccg_code: str, day: date) -> list[str]:
    """Return a sentence a regime: whether a CCG was in it on a day, and why that is said."""
    found = [register.standing(ccg_code, regime, day) for regime in REGIMES]
    return [
        f"{IN_WORDS[one.regime].capitalize()} on {day_in_words(day)}: {one.answer} ({one.because}), "
        "by the register."
        for one in found
    ]


def length_of(spell: Spell) -> str:
    """Return how long a spell lasted, in words; '' where its beginning or end is not recorded."""
    if spell.days is None:
        return ""
    least, most = spell.days
    return f"{least} days" if least == most else f"{least} to {most} days"


def entry_rows(entry: Entry) -> list[tuple[str, str]]:
    """Return what an entry says, a pair of what and what it says each, in the order in which it is read."""
    event = entry.event
    said = {
        "CCG": f"{event.ccg_code} {name_of(event.ccg_code)}",
        "regime": event.regime,
        "event": event.what,
        "day": str(event.day),
        "kind": event.kind,
        "parts": ", ".join(event.parts),
        "until": str(event.until or ""),
        "function given to": f"{event.given_to} {name_of(event.given_to)}".strip(),
        "evidence": entry.evidence,
        "source": event.source,
    }
    return [(name, text) for name, text in said.items() if text]


def spell_table(spells: Iterable[Spell]) -> pd.DataFrame:
    """Return the spells, a row each: what of whom, from when to when, how long, by whose source."""
    rows = [
        {
            "ccg_code": one.ccg_code,
            "ccg_name": name_of(one.ccg_code),
            "regime": one.regime,
            "of": ", ".join(part for part in (one.kind, one.part) if part),
            "begins": "not recorded" if one.begins is None else str(one.begins),
            "ends": "not recorded" if one.ends is None else str(one.ends),
            "certain": "no day" if one.certain is None else f"{one.certain[0]} to {one.certain[1]}",
            "lasted": length_of(one),
            "source": "; ".join(one.sources),
        }
        for one in spells
    ]
    return pd.DataFrame(rows)


def standing_table(register: Register, day: date, regimes: Sequence[Regime]) -> pd.DataFrame:
    """Return who was in a regime on a day, or may have been, a row each with the answer and why."""
    columns = ["day", "regime", "answer", "ccg_code", "ccg_name", "because", "source"]
    rows = [
        [
            day.isoformat(),
            regime,
            one.answer,
            one.ccg_code,
            name_of(one.ccg_code),
            one.because,
            "; ".join(dict.fromkeys(source for spell in one.spells for source in spell.sources)),
        ]
        for regime in regimes
        for one in register.on(day, regime)
    ]
    frame = pd.DataFrame(rows, columns=columns)
    order = frame["answer"].map({"yes": 0, "not known": 1})
    return frame.assign(order=order).sort_values(["regime", "order", "ccg_code"]).drop(columns="order")


def count_table(register: Register) -> pd.DataFrame:
    """Return each published count next to the register's."""
    rows = [
        {
            "day": str(one.statement.day),
            "said": one.statement.says,
            "published": one.statement.number,
            "register": one.recorded,
            "not known": one.not_known,
            "comparison": one.verdict,
            "source": one.statement.source,
        }
        for one in counts(register)
    ]
    return pd.DataFrame(rows)


def contradiction_table(register: Register) -> pd.DataFrame:
    """Return whatever does not fit, with the sources of both sides."""
    rows = [
        {
            "ccg_code": one.ccg_code,
            "said": one.says,
            "against it": one.against,
            "sources": "; ".join(one.sources),
        }
        for one in contradictions(register)
    ]
    return pd.DataFrame(rows)


def proposal_table(proposals: Iterable[Proposal]) -> pd.DataFrame:
    """Return the proposals, a row each, with the evidence in one text."""
    rows = [
        [one.ccg_code, name_of(one.ccg_code), ", ".join(one.problems), "; ".join(one.evidence)]
        for one in proposals
    ]
    return pd.DataFrame(rows, columns=["ccg_code", "ccg_name", "problems", "evidence"])
