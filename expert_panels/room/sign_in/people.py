"""Who is at the other end: a person, and how fresh the proof of it is.

Belongs here: what the pages may know of whoever asks. Roles are not: they stand in the terms of reference.
Does not belong here: how the proof is obtained (local.py, openid.py, proxy.py), what a person may do.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from expert_panels.terms import Terms

FRESH = timedelta(minutes=5)
"""How old an authentication may be for a decision to rest on it."""

CLOCKS_APART = timedelta(seconds=30)
"""How far the clock of whoever authenticates may be ahead of ours."""


@dataclass(frozen=True)
class Person:
    """Somebody who has signed in: the address by which terms know them, and when they last proved it.

    `authenticated_at` is aware. `via` says who vouches: nobody on made-up data, an OpenID provider, a proxy.
    """

    email: str
    name: str
    authenticated_at: datetime
    via: Literal["local", "oidc", "proxy"]


def is_fresh(person: Person, now: datetime) -> bool:
    """Return whether the authentication is recent enough to decide on: at most five minutes old."""
    return -CLOCKS_APART <= now - person.authenticated_at <= FRESH


def holds_a_seat(person: Person, terms: Mapping[str, Terms], day: date) -> bool:
    """Return whether the person is a member or an officer of any panel on `day`; engineers are not."""
    return any(each.member(person.email, day) or each.officer(person.email, day) for each in terms.values())
