"""What lies before a panel: the page of its table, and the page of one organisation in it.

Belongs here: finding the gate that an address names, whether this person may see it, and gathering what the
two pages show.
Does not belong here: sorting and filtering (query.py), comparing (changes.py), deciding (decision_page.py).
"""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from expert_panels.ledger import record as ledger
from expert_panels.ledger.fold import fold
from expert_panels.ledger.gate_state import GateState
from expert_panels.ledger.line import Line
from expert_panels.papers import CandidateTable
from expert_panels.room.pages.base import Room, markup, page, room_of
from expert_panels.room.pages.board import gate_address, is_reader
from expert_panels.room.pages.changes import Change, changes
from expert_panels.room.pages.pictures import HEIGHT, WIDTH, picture
from expert_panels.room.pages.query import NO_RATING, Asked, asked, regions, rows
from expert_panels.room.sign_in.identity import typed_before, viewed
from expert_panels.terms import Terms

CLOSEST = 12
"""Organisations that the page names as nearest to another rating."""


@dataclass(frozen=True)
class Before:
    """A gate that was found, and that this person may look into."""

    room: Room
    terms: Terms
    lane: str
    partition_key: str
    lines: Sequence[Line]
    state: GateState

    @property
    def name(self) -> str:
        """What people call the round."""
        return self.room.candidates.round_name(self.lane, self.partition_key)

    @property
    def address(self) -> str:
        """The address of the panel's page."""
        return gate_address(self.terms.panel, self.lane, self.partition_key)

    @property
    def last_verified(self) -> str:
        """The fingerprint of what was verified last before the table now before the panel; '' for none."""
        opened = [line.seq for line in self.lines if line.decision == "open"]
        earlier = [line for line in self.lines if line.seq < opened[-1]] if opened else []
        return fold(earlier, self.terms).published_subject if earlier else ""


def before(request: Request) -> Before:
    """Return the gate that the address names.

    Raises HTTPException: 404 when there is none, 403 when what lies before that panel is not for this person.
    """
    here, asked_for = room_of(request), request.path_params
    terms = here.terms().get(asked_for["panel"])
    if terms is None:
        raise HTTPException(404, f"There is no panel {asked_for['panel']!r}.")
    email = request.state.person.email
    if not is_reader(terms, email, here.clock()):
        raise HTTPException(403, f"What lies before the {terms.title} is for its members; {email} is none.")
    lane, key = asked_for["lane"], asked_for["key"]
    lines = ledger.lines(here.engine, ledger.Gate(terms.panel, lane, key))
    if not lines:
        raise HTTPException(404, f"Nothing has been laid before the {terms.title} in {lane} {key}.")
    return Before(here, terms, lane, key, lines, fold(lines, terms))


def table_of(found: Before) -> CandidateTable:
    """Return the table before the panel, or, when it was taken away, the one that is published.

    Raises HTTPException 404 when there is none, or when its bytes are not in this database.
    """
    subject = found.state.subject or found.state.published_subject
    table = found.room.candidates.table(subject) if subject else None
    if table is None:
        raise HTTPException(404, f"There is no table before the {found.terms.title} now.")
    return table


_PARTS: OrderedDict[tuple[str, str, Asked], Markup] = OrderedDict()
_REMEMBERED = 256


def _long_table(found: Before, table: CandidateTable, wanted: Asked) -> Markup:
    """Return the long table as markup: what a fingerprint and a query stand for never changes."""
    key = (found.address, table.subject_sha256, wanted)
    if key not in _PARTS:
        _PARTS[key] = markup(
            "long_table.html",
            table=table,
            rows=rows(table, wanted),
            asked=wanted,
            address=found.address,
            deciding=[one for one in table.measures if one.decides],
            decisive={one.code for one in table.measures if one.decides},
            has_scores=any(one.score for one in table.organisations),
            name=found.name,
        )
        while len(_PARTS) > _REMEMBERED:
            _PARTS.popitem(last=False)
    return _PARTS[key]


def _compared(found: Before, table: CandidateTable) -> tuple[Change, ...] | None:
    """Return what changed since the last verified table, or None when there is none to compare with."""
    subject = found.last_verified
    earlier = found.room.candidates.table(subject) if subject else None
    return None if earlier is None else changes(earlier, table)


def candidate_page(request: Request) -> Response:
    """Show what lies before a panel."""
    found = before(request)
    table = table_of(found)
    viewed(request, f"{found.terms.panel} {found.lane} {found.partition_key}")
    wanted = asked(request.query_params, table)
    counts = {label: sum(one.rating == label for one in table.organisations) for label in table.labels}
    unrated = sum(not one.rating for one in table.organisations)
    close = sorted(
        (one for one in table.organisations if one.closeness is not None), key=lambda one: one.closeness or 0
    )
    return page(
        request,
        "candidate.html",
        found=found,
        table=table,
        asked=wanted,
        long_table=_long_table(found, table, wanted),
        regions=regions(table),
        ratings=[*table.labels, NO_RATING],
        counts={**counts, NO_RATING: unrated} if unrated else counts,
        pictures=[drawn for spread in table.spreads if (drawn := picture(spread))],
        width=WIDTH,
        height=HEIGHT,
        close=close[:CLOSEST],
        changed=_compared(found, table),
        plausibility=found.room.candidates.plausibility(table.subject_sha256),
        refused=found.room.candidates.refused_rows(found.terms.panel),
        method=found.room.candidates.method(found.terms.panel),
    )


def organisation_page(request: Request) -> Response:
    """Show one organisation of the table before a panel, with its figures and those it resembles."""
    return organisation_shown(request, before(request), **typed_before(request))


def organisation_shown(
    request: Request, found: Before, faults: Mapping[str, str] | None = None, **typed: str
) -> Response:
    """Return the page of the organisation that the address names.

    `faults` says, by the id of a field of its forms, what that field lacks (then the answer is 422), and
    `typed` what had been filled in.
    """
    table, code = table_of(found), request.path_params["code"]
    organisation = table.by_code.get(code)
    if organisation is None:
        raise HTTPException(404, f"There is no {code} in this table.")
    viewed(request, f"{found.terms.panel} {found.lane} {found.partition_key} {code}")
    changed = _compared(found, table)
    return page(
        request,
        "organisation.html",
        422 if faults else 200,
        faults=faults or {},
        typed=typed,
        found=found,
        table=table,
        one=organisation,
        measures={measure.code: measure for measure in table.measures},
        similar=[table.by_code[each] for each in organisation.similar if each in table.by_code],
        doubted=found.room.candidates.plausibility(table.subject_sha256).of(code),
        changed=None if changed is None else [change for change in changed if change.code == code],
        comments=[each for each in found.state.comments if each.about == code],
        moderable=[
            figure
            for figure in organisation.figures
            if figure.measure in found.terms.may_moderate and figure.choices
        ],
        may_comment=found.terms.member(request.state.person.email, found.room.clock().date()) is not None,
    )
