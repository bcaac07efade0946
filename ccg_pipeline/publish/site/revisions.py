"""What a release changed: what is said of a round next to what the release before it said, in sentences.

Belongs here: comparing two releases of one round of any framework, and the list of them as the pages show it.
Does not belong here: reading releases (release/), what a revision of the data moved (release/as_known.py).
"""

from collections.abc import Sequence

from ccg_pipeline.publish.naming import how_many
from ccg_pipeline.publish.site.content import NOTHING, Decided, Round, Subject
from ccg_pipeline.release.history import DatedRelease

MOST_NAMED = 5
"""Titles or codes that a sentence names; of more it says how many (assumed)."""


def changes(before: Round, after: Round) -> tuple[str, ...]:
    """Return what reads otherwise in the later of two releases of a round, a sentence each."""
    pairs = [(before.by_key[one.key], one) for one in after.subjects if one.key in before.by_key]
    states: dict[tuple[str, str], list[str]] = {}
    figures: dict[str, dict[str, int]] = {}
    said = []
    for was, now in pairs:
        is_rated = bool(now.labels) or was.is_withheld != now.is_withheld
        if is_rated and was.verification != now.verification:
            states.setdefault((was.verification or "none", now.verification), []).append(now.title)
        if not (n := _moved(was, now)):
            continue
        if now.labels:
            said.append(f"{now.title}: {n} {'rating reads' if n == 1 else 'ratings read'} otherwise.")
        else:
            figures.setdefault(now.level, {})[now.code or now.title] = n
    for level, own in figures.items():
        n = sum(own.values())
        said.append(f"{how_many(n, f'{level} figure')} changed ({_named(list(own))}).")
    return (*(f"{_named(titles)}: {now}, before {was}." for (was, now), titles in states.items()), *said)


def _named(names: Sequence[str]) -> str:
    once = list(dict.fromkeys(names))
    more = f" and {len(once) - MOST_NAMED} more" if len(once) > MOST_NAMED else ""
    return f"{', '.join(once[:MOST_NAMED])}{more}"


def _moved(was: Subject, now: Subject) -> int:
    """How many organisations read otherwise in a subject, where both releases show it."""
    both = ((was.outcomes.get(code, NOTHING), one) for code, one in now.outcomes.items())
    if now.labels:
        return sum(bool(old.text and new.text) and old.text != new.text for old, new in both)
    shown = ((old, new) for old, new in both if old.text and new.text)
    return sum(old.text != new.text or _differ(old.number, new.number) for old, new in shown)


def _differ(one: float, other: float) -> bool:
    return one != other and not (one != one and other != other)


def listed(releases: Sequence[DatedRelease], rounds: Sequence[Round]) -> tuple[Decided, ...]:
    """Return a round's releases as the pages list them; `rounds` are what each of them says."""
    found: list[Decided] = []
    newest = rounds[-1]
    for at, (one, own) in enumerate(zip(releases, rounds, strict=True)):
        follows = releases[at + 1] if at + 1 < len(releases) else None
        on = f" of {follows.made_at[:10]}" if follows and follows.made_at else ""
        state = "current" if follows is None else f"superseded by release {follows.release.serial}{on}"
        gone = [each.title for each in own.subjects if _is_withdrawn(each, newest.by_key.get(each.key))]
        found.append(
            Decided(
                serial=one.release.serial,
                made_at=one.made_at,
                sha256=one.release.sha256,
                state=state,
                changes=changes(rounds[at - 1], own) if at else (),
                withdrawn=tuple(
                    f"{title} has been withdrawn by its panel since this release."
                    for title in dict.fromkeys(gone)
                ),
                although=own.although,
            )
        )
    return tuple(found)


def _is_withdrawn(was: Subject, now: Subject | None) -> bool:
    """Whether a release shows something that its panel has withdrawn since."""
    return not was.is_withheld and now is not None and now.is_withheld and "withdrawn" in now.verification
