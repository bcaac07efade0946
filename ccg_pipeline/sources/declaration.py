"""The declaration of a reader: where a publication's table is, and what its rows say of whom and when.

Belongs here: the type whose instances are the readers, one module a publication.
Does not belong here: carrying a declaration out (``engine``), any publication, choosing among them
(``catalogue``).
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, Self

import pandas as pd

from ccg_pipeline.framework.wanted import Wanted
from ccg_pipeline.sources.layouts import Layout
from ccg_pipeline.sources.periods import Period
from ccg_pipeline.sources.row_accounting import RowAccounting
from ccg_pipeline.sources.tables import Table

ASKED_BY_NOBODY = Period()


@dataclass(frozen=True)
class Reader:
    """How to know a publication's files, and what their rows say. Columns are called as in ``layout``.

    What a row says, one of:

    - ``figures``: indicator to the columns of its figures (numerator, denominator, value, lower_95,
      upper_95); one row may tell of several indicators.
    - ``measures``: word of the column ``measure`` to the indicator and figure that the column ``value`` then
      holds; the rows of an organisation and period are put together. ``known_measures`` are these words
      before the reader was narrowed to what is wanted.
    - neither: its rows are counted and nothing is taken from them.

    Whose figures they are:

    - ``subjects``: how a line above a table begins to the one indicator of ``figures`` that it is about, or
      to words of the column ``subject`` where there is one. Nothing is asked of other tables and rows. A file
      without a line that begins with ``subject_line`` is refused.
    - ``only``: of these columns only rows with these words (casefolded) are asked for; a row with figures
      that says none is quarantined.
    - ``levels``: word of the column ``level`` (casefolded) to the kind of organisation, "" where the code
      tells it, "not_asked_for" for another level that nobody asks about. A word that is not there is no
      organisation.
    - ``organisation``: the one that the whole table is about; ``kinds`` settles each row's where code and
      name do not say it, and sets ``account.organisation``.

    Exceptions of its own, each a function: ``check`` doubts rows; ``fill`` works out cells of claims from
    others; ``observe`` stands in for claims where rows are no figures of organisations (``figures`` then
    names the indicator alone, or none where each row names its measure); ``is_note`` finds lines that are no
    rows of the table; ``derive`` makes more observations of the observations.

    ``attributes`` are columns that tell of the organisations themselves. ``shares`` are columns given as a
    share of one, to be read as percent. ``needs`` is the figure without which nothing is published. ``also``
    are readers of other tables of the same file.
    """

    layout: Layout
    period: Period = ASKED_BY_NOBODY
    figures: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    measures: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    known_measures: tuple[str, ...] = ()
    subjects: Mapping[str, str] = field(default_factory=dict)
    subject_line: str = ""
    only: Mapping[str, Collection[str]] = field(default_factory=dict)
    levels: Mapping[str, str] | None = None
    organisation: str = ""
    kinds: Callable[[RowAccounting], "pd.Series[str]"] | None = None
    is_note: Callable[[Table], "pd.Series[bool]"] | None = None
    check: Callable[[RowAccounting], None] | None = None
    fill: Callable[[pd.DataFrame], pd.DataFrame] | None = None
    observe: Callable[[RowAccounting, "pd.Series[str]", Wanted], pd.DataFrame] | None = None
    derive: Callable[[pd.DataFrame, Wanted], pd.DataFrame] | None = None
    attributes: tuple[str, ...] = ()
    shares: frozenset[str] = frozenset()
    needs: Literal["value", "numerator"] = "value"
    status: Literal["published", "assumed"] = "published"
    also: tuple["Reader", ...] = ()

    @property
    def indicators(self) -> tuple[str, ...]:
        """Every indicator or supplementary measure of which the publication's files may tell."""
        told = [*self.figures, *(indicator for indicator, _ in self.measures.values())]
        return tuple(dict.fromkeys(told))

    def narrowed_to(self, wanted: Wanted) -> Self:
        """The reader that asks for nothing but what is wanted: all else is "not asked for"."""
        key = self.layout.publication
        asked = {one for one in self.indicators if wanted.measure(key, one) is not None}
        return replace(
            self,
            figures={one: columns for one, columns in self.figures.items() if one in asked},
            measures={word: to for word, to in self.measures.items() if to[0] in asked},
            known_measures=tuple(self.measures),
            subjects={line: one for line, one in self.subjects.items() if one in asked},
            observe=self.observe if asked or (not self.indicators and wanted.of(key)) else None,
            also=tuple(one.narrowed_to(wanted) for one in self.also),
        )
