"""What changed from one table to another: ratings and figures, organisation by organisation. Pure.

Belongs here: setting two tables side by side.
Does not belong here: which two (table_page.py), what a figure means.
"""

from dataclasses import dataclass

from expert_panels.papers import CandidateTable, Figure, Organisation


@dataclass(frozen=True)
class Change:
    """One thing about one organisation that reads otherwise than before; `what` is 'rating' or a measure."""

    code: str
    name: str
    what: str
    before: str
    after: str


def changes(before: CandidateTable, after: CandidateTable) -> tuple[Change, ...]:
    """Return every rating and figure that reads otherwise, ratings first, then by organisation.

    An organisation that is in one table alone changes from or to 'not in the table'.
    """
    ratings, figures = [], []
    for code in sorted(before.by_code.keys() | after.by_code.keys()):
        old, new = before.by_code.get(code), after.by_code.get(code)
        name = (new or old or _NOBODY).name
        said = _rating(old), _rating(new)
        if said[0] != said[1]:
            ratings.append(Change(code, name, "rating", *said))
        theirs, ours = _figures(old), _figures(new)
        for measure in dict.fromkeys([*theirs, *ours]):
            values = _value(theirs.get(measure)), _value(ours.get(measure))
            if values[0] != values[1]:
                figures.append(Change(code, name, measure, *values))
    return (*ratings, *figures)


_NOBODY = Organisation("", "", "", None, "", "", "", "", ())


def _rating(one: Organisation | None) -> str:
    if one is None:
        return "not in the table"
    score = f" ({one.score})" if one.score else ""
    return f"{one.rating or 'no rating'}{score}"


def _figures(one: Organisation | None) -> dict[str, Figure]:
    return {} if one is None else {figure.measure: figure for figure in one.figures}


def _value(figure: Figure | None) -> str:
    if figure is None:
        return "not in the table"
    said = [
        figure.value or "no figure",
        figure.counts,
        figure.reference,
        figure.period,
        figure.said,
    ]
    return "; ".join(part for part in said if part)
