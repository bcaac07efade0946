"""Events of the register in a line each, for tables that can be read without code.

Belongs here: reading such a line.
Does not belong here: what follows from events (reference/special_measures).

``"99A entered 2016-07"``: of CCG 99A, between the first and last day of July 2016. When it was is a day, a
month, a year, or two days with ``..`` between; ``of leadership,finance``, ``until 2017-12-31`` and
``by SOURCE`` follow where needed. Words of several words have ``_``: ``lifted_in_part``. Applied and
lifted are of directions; in_force, reviewed, extended and ended_by_merger are of special
measures unless ``directions`` follows.
"""

from calendar import monthrange
from datetime import date

from ccg_pipeline.reference.special_measures.events import Between, Event

OF_DIRECTIONS = ("applied", "lifted", "lifted_in_part")


def between(text: str) -> Between:
    """The days that a date may mean: 2016-07-21, 2016-07, 2016, or two days with .. between."""
    if ".." in text:
        first, last = text.split("..")
        return Between(date.fromisoformat(first), date.fromisoformat(last))
    numbers = [int(part) for part in text.split("-")]
    year, month = numbers[0], numbers[1] if len(numbers) > 1 else None
    if len(numbers) == 3:
        return Between(date(*numbers), date(*numbers))
    if month is None:
        return Between(date(year, 1, 1), date(year, 12, 31))
    return Between(date(year, month, 1), date(year, month, monthrange(year, month)[1]))


def event(line: str) -> Event:
    """The event that a line says."""
    code, what, when, *more = line.split()
    is_direction = what in OF_DIRECTIONS or "directions" in more
    said = dict(zip(*[iter(one for one in more if one != "directions")] * 2, strict=True))
    return Event(
        code,
        between(when),
        what.replace("_", " "),  # type: ignore[arg-type]  # refused as it is made, where it is none
        "directions" if is_direction else "special measures",
        said.get("by", "a newspaper"),
        "s.14Z21" if is_direction else "",
        tuple(said["of"].split(",")) if "of" in said else (),
        date.fromisoformat(said["until"]) if "until" in said else None,
    )


def events(lines: str) -> list[Event]:
    """The events of lines parted by semicolons."""
    return [event(line) for line in lines.split(";") if line.strip()]
