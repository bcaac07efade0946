"""The worklist of a table: which organisations its panel should look at, and why each. Pure.

Belongs here: from a table, what it was before, what is doubted and what was said, to reasons; its CSV.
Does not belong here: where any of that is read (table_page.py), who has looked at what (access_log.py).
"""

import csv
import io
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from expert_panels.ledger.gate_state import Comment
from expert_panels.papers import CandidateTable, Organisation, Plausibility

CLOSEST = 12
"""Organisations that a worklist names as nearest to another rating (assumed)."""

KINDS = {
    "moved": "Moved since last time",
    "near": "Near a cut-off",
    "unlikely": "Would probably not be repeated",
    "doubted": "Doubtful data",
    "missing": "Missing",
    "commented": "Commented on",
}
"""Kind of a reason -> its words, in the order in which reasons are given."""


class Earlier(NamedTuple):
    """A table to compare with, and when it was verified, in words that follow `It was …`."""

    when: str
    table: CandidateTable


class Reason(NamedTuple):
    """Why an organisation is to be looked at: the kind, and what there is in a sentence's words."""

    kind: str
    said: str

    @property
    def words(self) -> str:
        """The words of its kind."""
        return KINDS[self.kind]


class Item(NamedTuple):
    """An organisation of the worklist with its reasons, at least one."""

    one: Organisation
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class Worklist:
    """The organisations to be looked at, those with the most reasons first, then by name.

    `general` says what concerns more than half of the table, which is no reason to look at any one of them.
    """

    items: tuple[Item, ...]
    general: tuple[str, ...] = ()

    @cached_property
    def codes(self) -> tuple[str, ...]:
        """The codes of the organisations, in order."""
        return tuple(item.one.code for item in self.items)

    @cached_property
    def counts(self) -> dict[str, int]:
        """Kind of reason -> how many organisations have it; kinds that none has are left out."""
        found = {kind: sum(kind in _kinds(item) for item in self.items) for kind in KINDS}
        return {kind: count for kind, count in found.items() if count}

    def reasons(self, code: str) -> tuple[Reason, ...]:
        """Return why an organisation is in the list; nothing for one that is not."""
        return next((item.reasons for item in self.items if item.one.code == code), ())

    def previous_and_next(self, code: str) -> tuple[str, str]:
        """Return the codes before and after one of the list, '' where there is none."""
        if code not in self.codes:
            return "", ""
        at = self.codes.index(code)
        return self.codes[at - 1] if at else "", "".join(self.codes[at + 1 : at + 2])

    def left(self, looked: Collection[str]) -> tuple[str, ...]:
        """Return the codes that are not yet looked at, in order."""
        return tuple(code for code in self.codes if code not in looked)

    def next_left(self, code: str, looked: Collection[str]) -> str:
        """Return the next code that is not looked at, after `code` and then from the top; '' for none."""
        at = self.codes.index(code) + 1 if code in self.codes else 0
        return next((one for one in (*self.codes[at:], *self.codes[:at]) if one not in looked), "")

    def shown(self, kind: str, is_left: bool, looked: Collection[str]) -> list[Item]:
        """Return the items that have a reason of this kind ('' for any), or those of them that are left."""
        return [
            item
            for item in self.items
            if (not kind or kind in _kinds(item)) and not (is_left and item.one.code in looked)
        ]


def _kinds(item: Item) -> set[str]:
    return {reason.kind for reason in item.reasons}


def worklist(
    table: CandidateTable,
    earlier: Sequence[Earlier] = (),
    plausibility: Plausibility | None = None,
    comments: Sequence[Comment] = (),
) -> Worklist:
    """Return the worklist of a table of any framework.

    `earlier` are tables verified before, of this round or of the last; `plausibility` what was found of its
    figures, `comments` what members said of its organisations.
    """
    general: list[str] = []
    found = [
        *_moved(table, earlier),
        *_near(table),
        *_unlikely(table),
        *_doubted(table, plausibility, general),
        *_missing(table, general),
        *_commented(table, comments),
    ]
    reasons: dict[str, list[Reason]] = {}
    for code, reason in found:
        reasons.setdefault(code, []).append(reason)
    items = [Item(table.by_code[code], tuple(own)) for code, own in reasons.items()]
    items.sort(key=lambda item: (-len(item.reasons), item.one.name))
    return Worklist(tuple(items), tuple(general))


Found = Iterator[tuple[str, Reason]]


def _moved(table: CandidateTable, earlier: Sequence[Earlier]) -> Found:
    for when, before in earlier:
        for one in table.organisations:
            old = before.by_code.get(one.code)
            said = "not in the table" if old is None else old.rating or "without a rating"
            if (old.rating if old else None) != one.rating:
                yield one.code, Reason("moved", f"{said} {when}, {one.rating or 'without a rating'} now")


def _near(table: CandidateTable) -> Found:
    near = [(one.closeness, one) for one in table.organisations if one.closeness is not None]
    near.sort(key=lambda each: each[0])
    for distance, one in near[:CLOSEST]:
        yield one.code, Reason("near", f"{one.close} ({distance:.2f} {table.distance})")


def _unlikely(table: CandidateTable) -> Found:
    for one in table.unlikely:
        yield one.code, Reason("unlikely", one.again)


def _doubted(table: CandidateTable, plausibility: Plausibility | None, general: list[str]) -> Found:
    for doubt in plausibility.doubts if plausibility else ():
        own = [each for each in doubt.figures if each.organisation in table.by_code]
        expected = f"{doubt.about}: “{doubt.expectation}” does not hold"
        if _is_general(len(own), table):
            general.append(f"{expected} for {len(own)} of {len(table.organisations)} {table.kinds}.")
            continue
        for each in own:
            more = [each.said, each.decides.rstrip(".")]
            yield each.organisation, Reason("doubted", "; ".join(filter(None, [expected, *more])))


def _missing(table: CandidateTable, general: list[str]) -> Found:
    rated = "rating" if table.labels else "score"
    without = [one for one in table.organisations if not (one.rating if table.labels else one.score)]
    if _is_general(len(without), table):
        general.append(f"{len(without)} of {len(table.organisations)} {table.kinds} have no {rated}.")
    else:
        for one in without:
            yield one.code, Reason("missing", f"no {rated}. {one.why}".rstrip(". "))
    for measure in table.measures:
        lacking = [one for one in table.organisations if measure.decides and _lacks(one, measure.code)]
        if _is_general(len(lacking), table):
            general.append(
                f"{measure.name}: no figure for {len(lacking)} of {len(table.organisations)} {table.kinds}."
            )
        else:
            for one in lacking:
                yield one.code, Reason("missing", f"no figure of {measure.name}")


def _lacks(one: Organisation, measure: str) -> bool:
    return any(figure.measure == measure and not figure.value for figure in one.figures)


def _is_general(count: int, table: CandidateTable) -> bool:
    return 2 * count > len(table.organisations)


def _commented(table: CandidateTable, comments: Sequence[Comment]) -> Found:
    for comment in comments:
        if comment.about in table.by_code:
            yield comment.about, Reason("commented", f"{comment.role}: {comment.text}")


FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet takes text that begins with one of these for a formula, and runs it."""


def worklist_csv(found: Worklist, table: CandidateTable, looked: Collection[str], state: str) -> bytes:
    """Return a worklist as CSV for the members of its panel.

    Each row is stamped with the `state` of the table in words, and as not for publication.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("status", "table", "code", "name", "region", "rating", *KINDS.values(), "Looked at"))
    for item in found.items:
        said = ["; ".join(one.said for one in item.reasons if one.kind == kind) for kind in KINDS]
        own = item.one
        cells = (own.code, own.name, own.region, own.rating, *said, "yes" if own.code in looked else "")
        stamp = (f"{state}; not for publication", table.subject_sha256)
        writer.writerow([f"'{cell}" if cell.startswith(FORMULA_SIGNS) else cell for cell in (*stamp, *cells)])
    return text.getvalue().encode("utf-8")
