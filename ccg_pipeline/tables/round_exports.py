"""The tables of a round of any edition as they leave the house: scores, places, chances, figures and more.

Belongs here: the columns that an export adds to what is stored of a round.
Does not belong here: what is stored (scores.py, observations.py), filling the columns
(publish/round_tables.py).
"""

from collections.abc import Collection
from dataclasses import replace

from ccg_pipeline.tables.column import Column, Table, date, text, whole
from ccg_pipeline.tables.exports import VERIFICATION
from ccg_pipeline.tables.observations import OBSERVATION_COLUMNS
from ccg_pipeline.tables.organisations import STANDING_COLUMNS
from ccg_pipeline.tables.scores import (
    GRADE_CHANCE,
    HOW_SURE,
    MEASURE,
    MEASURE_CHANGE,
    ORGANISATION,
    PLACE,
    SCORE,
)

MODERATED = text(
    "moderated",
    "Each judgement under it that a body moderated: from what to what, by whom and why.",
    may_be_missing=True,
)
CRITICS = (
    whole(
        "place_after_deprivation_and_age",
        "The place by what is left of the score after a line in deprivation and age; of CCGs alone.",
        may_be_missing=True,
        at_least=1,
    ),
    whole(
        "first_place_by_weights",
        "The first place when each member in its turn counts double; of CCGs alone.",
        may_be_missing=True,
        at_least=1,
    ),
    whole("last_place_by_weights", "The last place then.", may_be_missing=True, at_least=1),
)
_FIGURE = {one.name: one for one in OBSERVATION_COLUMNS}


def _exported(name: str, of: Table, *more: Column) -> Table:
    return replace(of, name=name, columns=(*of.columns, *more), rules=lambda _: (), indexes={})


SCORES = _exported("scores", SCORE, HOW_SURE, MODERATED, VERIFICATION)
PLACES = _exported("places", PLACE, *CRITICS, VERIFICATION)
CHANCES = _exported("chances", GRADE_CHANCE, VERIFICATION)
CHANGES = _exported("changes", MEASURE_CHANGE)
MEASURES = Table(
    "measures",
    "The measures that the edition reads: which they are, and how it reads them.",
    (
        MEASURE,
        text("publication", "Key of the publication that it is from."),
        text("code", "Its code there."),
        text("node", "The first node that reads it."),
        text("title", "What people call that node."),
        text("level", "The framework's own word for such a node."),
        text("reads", "What is read.", ("figure", "judgement", "place")),
        text("better", "Which way is better there.", may_be_missing=True),
        text("error", "Of which kind its error is; none where it is not known.", may_be_missing=True),
        whole("organisations", "Organisations with a published figure.", at_least=0),
        date("period_start", "First day of its data periods.", may_be_missing=True),
        date("period_end", "Last day of its data periods.", may_be_missing=True),
    ),
    ("measure",),
)


def figures_table(columns: Collection[str]) -> Table:
    """Return the table of the published figures that a round rests on, of these columns."""
    own = (MEASURE, *(_anything(one) for one in OBSERVATION_COLUMNS if one.name in columns))
    return Table("figures", "The published figures that a round rests on, with the cell of each.", own,
                 ("measure", "organisation_code"))  # fmt: skip


def _anything(one: Column) -> Column:
    """A column of figures, whatever edition it is of."""
    return replace(one, values=None) if one.name in ("organisation_kind", "publication") else one


def organisations_table(columns: Collection[str]) -> Table:
    """Return the table of the organisations of a round, whose rules go by the attributes in `columns`."""
    standings = {one.name: one for one in STANDING_COLUMNS}
    more = [
        standings.get(name) or text(name, f"The {name.replace('_', ' ')}, as files say.", may_be_missing=True)
        for name in columns
        if name not in (ORGANISATION.name, "name")
    ]
    name = text("name", "Name of the organisation.", may_be_missing=True)
    about = "The organisations that a round assesses, with what is known of each next to its ratings."
    return Table("organisations", about, (ORGANISATION, name, *more), (ORGANISATION.name,))


def round_tables(edition_attributes: Collection[str] = ()) -> tuple[Table, ...]:
    """Return all tables of a round; those of organisations have these attributes."""
    standings = [one.name for one in STANDING_COLUMNS]
    return (
        SCORES,
        PLACES,
        CHANCES,
        CHANGES,
        MEASURES,
        figures_table(_FIGURE),
        organisations_table([*edition_attributes, *standings]),
    )
