"""What a reader asks of the long table: order, text, region, rating, all in the address of the page. Pure.

Belongs here: reading the query, choosing and sorting rows, addresses of the same table otherwise.
Does not belong here: markup, what a row says.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from expert_panels.papers import CandidateTable, Organisation

LONGEST_TEXT = 80
"""Signs of a filter that are read."""

Key = Callable[[Organisation], Any]


def _columns(table: CandidateTable) -> dict[str, Key]:
    """What the table can be sorted by: name of the column -> the value of a row, None for the end."""
    by_measure = {measure.code: _of_measure(measure.code) for measure in table.measures if measure.decides}
    return {
        "name": lambda one: one.name,
        "code": lambda one: one.code,
        "region": lambda one: one.region,
        "rating": lambda one: one.grade,
        "score": lambda one: one.score or None,
        "near": lambda one: one.closeness,
        **by_measure,
    }


def _of_measure(code: str) -> Key:
    return lambda one: next((each.order for each in one.figures if each.measure == code), None)


@dataclass(frozen=True)
class Asked:
    """An order and a filter; '' asks for nothing."""

    sort: str = "name"
    is_descending: bool = False
    text: str = ""
    region: str = ""
    rating: str = ""

    def query(self, **changes: Any) -> str:
        """Return the query of the address of this table with `changes`, without what asks for nothing."""
        one = replace(self, **changes)
        parts = {
            "sort": one.sort if one.sort != "name" else "",
            "order": "desc" if one.is_descending else "",
            "q": one.text,
            "region": one.region,
            "rating": one.rating,
        }
        return urlencode({name: value for name, value in parts.items() if value})

    def sorted_by(self, column: str) -> str:
        """Return the query of the table sorted by `column`, the other way round where it is already."""
        return self.query(sort=column, is_descending=self.sort == column and not self.is_descending)

    def aria(self, column: str) -> str:
        """Return what a column's head says of the order, for a screen reader."""
        if self.sort != column:
            return "none"
        return "descending" if self.is_descending else "ascending"


def asked(query: Mapping[str, str], table: CandidateTable) -> Asked:
    """Return what a page's query asks; what is not understood asks for nothing."""
    sort = query.get("sort", "")
    return Asked(
        sort if sort in _columns(table) else "name",
        query.get("order") == "desc",
        query.get("q", "").strip()[:LONGEST_TEXT],
        query.get("region", "") if query.get("region", "") in regions(table) else "",
        query.get("rating", "") if query.get("rating", "") in (*table.labels, NO_RATING) else "",
    )


NO_RATING = "no rating"
"""What asks for the rows without a rating."""


def regions(table: CandidateTable) -> list[str]:
    """Return the regions of a table, in order."""
    return sorted({one.region for one in table.organisations})


def rows(table: CandidateTable, wanted: Asked) -> list[Organisation]:
    """Return the rows that are asked for, in order; those without a value in that column come last."""
    text = wanted.text.casefold()
    chosen = [
        one
        for one in table.organisations
        if (not text or text in f"{one.code} {one.name}".casefold())
        and wanted.region in ("", one.region)
        and wanted.rating in ("", one.rating or NO_RATING)
    ]
    key = _columns(table)[wanted.sort]
    known = sorted((one for one in chosen if key(one) is not None), key=lambda one: one.name)
    known.sort(key=key, reverse=wanted.is_descending)
    return known + [one for one in chosen if key(one) is None]
