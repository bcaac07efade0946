"""Settling the rows of one table, as its reader declares, and its observations.

Belongs here: the order in which a table's rows are settled, whatever its publication.
Does not belong here: what holds between tables of a file (``engine``), what a figure may be (``observing``).
"""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pandas as pd

from ccg_pipeline.framework.model import Publication
from ccg_pipeline.framework.wanted import Wanted
from ccg_pipeline.sources.attributes import attributes_of
from ccg_pipeline.sources.cells import heading, is_mark, texts, times
from ccg_pipeline.sources.claims import FIGURES, claim_each_group, claim_each_row
from ccg_pipeline.sources.dates import month_in_name
from ccg_pipeline.sources.dating import LONGEST, Dates
from ccg_pipeline.sources.declaration import Reader
from ccg_pipeline.sources.documents import Document
from ccg_pipeline.sources.observing import COLUMNS, observe
from ccg_pipeline.sources.organisations import (
    ENGLAND,
    is_nobody,
    is_other_ccg,
    kinds_of,
    read_codes,
    read_names,
)
from ccg_pipeline.sources.result import Refused
from ccg_pipeline.sources.row_accounting import RowAccounting
from ccg_pipeline.sources.tables import Table

Asked = Mapping[str, Mapping[str, str]]


def is_about(table: Table, line: str) -> bool:
    """True where a line above the table begins so."""
    return any(cell.startswith(heading(line)) for cell in table.above)


class Settling:
    """One table on its way: its rows settled as far as its own words go, then its observations."""

    def __init__(
        self,
        reader: Reader,
        table: Table,
        document: Document,
        publication: Publication,
        dates: Dates,
        today: date | None,
    ) -> None:
        self.reader, self.publication, self.dates, self.today = reader, publication, dates, today
        self.document = document
        has_header = set(reader.layout.columns) <= set(table.rows.columns)
        if reader.is_note is not None and has_header:
            table = replace(table, ragged=table.ragged.difference(table.rows.index[reader.is_note(table)]))
        self.account = RowAccounting(table)
        self.known: list[pd.DataFrame] = []
        self.lacking = ""
        self.asked = self._asked()
        self.is_asked = bool(self.asked or reader.measures or (reader.observe and has_header))
        if self.is_asked and table.is_uneven:
            raise Refused(
                f"{document.name}: the blocks side by side in sheet {table.sheet!r} have not the same "
                f"columns; check that it is {reader.layout.what}, unchanged.",
                publication.key,
            )
        if self.is_asked:
            ends = reader.period.ends(document, publication, table)
            self.account.period_start, self.account.period_end = ends

    def _asked(self) -> Asked:
        """The indicators of which something is asked here, each with the columns of its figures."""
        reader, table = self.reader, self.account.table
        if not set(reader.layout.columns) <= set(table.rows.columns):
            return {}  # a sheet without the header
        if not reader.subjects or "subject" in table.rows:
            return reader.figures
        about = {indicator for line, indicator in reader.subjects.items() if is_about(table, line)}
        return {indicator: figures for indicator, figures in reader.figures.items() if indicator in about}

    def observations(self, wanted: Wanted) -> pd.DataFrame:
        """The table's observations, every row of it settled."""
        account, reader = self.account, self.reader
        if not self.is_asked:
            return self._ask_nothing()
        words = self._set_aside_what_nobody_asked()
        kinds = self._organisations()
        account.settle_organisations(kinds, self._columns())
        self._doubt_rows_that_do_not_say()
        self._doubt_periods()
        account.set_aside_before(wanted.since)
        if reader.check is not None:
            reader.check(account)
        if reader.observe is not None:
            observations = reader.observe(account, kinds, wanted)
            self._learn_attributes(kinds)
            if "period_end" in observations:
                return observations
            ends = account.period_start.iloc[0], account.period_end.iloc[0]
            return observations.assign(period_start=ends[0], period_end=ends[1])
        claims = self._claims(kinds, words)
        if reader.fill is not None:
            claims = reader.fill(claims)
        observations = observe(claims, account, wanted, reader.layout.publication, needs=reader.needs)
        return observations if reader.derive is None else reader.derive(observations, wanted)

    def _learn_attributes(self, kinds: "pd.Series[str]") -> None:
        rows = self.account.rows
        if cells := {name: rows[name] for name in self.reader.attributes if name in rows}:
            self.known.append(attributes_of(self.account, kinds, cells))

    def _ask_nothing(self) -> pd.DataFrame:
        """Set every row aside: about nobody (a note, a total, no table at all), or not asked for."""
        account = self.account
        columns = [name for name in ("code", "name") if name in account.rows]
        said = [texts(account.rows[name]) for name in columns]
        if not said:
            account.set_aside(account.kept, "not_an_organisation")
        else:
            account.organisation = read_codes(said[0]) if "code" in columns else read_names(said[0])
            account.set_aside(is_nobody(account.organisation), "not_an_organisation")
            if "code" not in columns:
                strange = kinds_of(account.organisation).eq("unknown")
                account.set_aside(strange, "not_an_organisation")  # a line below the table
            blank = np.all([codes.eq("") for codes in said], axis=0)
            account.set_aside(blank, "not_an_organisation")
        account.set_aside(account.kept, "not_asked_for")
        return pd.DataFrame(columns=COLUMNS)

    def _set_aside_what_nobody_asked(self) -> "pd.Series[str]":
        """Set aside rows of other words than asked for; the words by which a long table's rows are told."""
        account, reader = self.account, self.reader
        account.indicator[:] = ", ".join(self.asked)
        words = pd.Series("", index=account.rows.index, dtype=object)
        if reader.measures:
            words = texts(account.rows["measure"]).str.casefold()
            account.indicator = words.map({word: to[0] for word, to in reader.measures.items()}).fillna("")
            account.set_aside(~words.isin(list(reader.measures)), "not_asked_for")
            self._note_lacking("measure", words, reader.known_measures)
        if reader.subjects and "subject" in account.rows:
            subjects = {line.casefold(): indicator for line, indicator in reader.subjects.items()}
            account.indicator = texts(account.rows["subject"]).str.casefold().map(subjects).fillna("")
            account.set_aside(account.indicator.eq(""), "not_asked_for")
        for column, accepted in reader.only.items():
            if column in account.rows:
                said = texts(account.rows[column]).str.casefold()
                account.set_aside(~said.isin(["", *accepted]), "not_asked_for")
                self._note_lacking(column, said, accepted)
        return words

    def _note_lacking(self, column: str, said: "pd.Series[str]", accepted: Collection[str]) -> None:
        """Note that no row says one of the words that are asked for, and what the rows say instead."""
        if said.isin(list(accepted)).any():
            return
        instead = ", ".join(repr(word) for word in said[said.ne("")].unique()[:3]) or "nothing"
        sheet = f" of its sheet {self.account.table.sheet!r}" if self.account.table.sheet else ""
        name = self.reader.layout.heading_of(column)
        wanted = " or ".join(repr(word) for word in list(accepted)[:3])
        self.lacking = f"no row{sheet} has {wanted} as {name!r}, but {instead}"

    def _organisations(self) -> "pd.Series[str]":
        """Each row's organisation, by code, by name where that says more, or as declared; and its kind."""
        account, reader, rows = self.account, self.reader, self.account.rows
        if reader.organisation:
            account.organisation[:] = reader.organisation
            return kinds_of(account.organisation)
        if reader.kinds is not None:
            return reader.kinds(account)
        if "code" not in rows:
            account.organisation = read_names(rows["name"])
        else:
            account.organisation = read_codes(rows["code"])
            if "name" in rows:
                kinds = kinds_of(account.organisation)
                is_england = read_names(rows["name"]).eq(ENGLAND) & kinds.isin(["blank", "unknown", "none"])
                account.organisation = account.organisation.mask(is_england, ENGLAND)
        kinds = kinds_of(account.organisation)
        kinds = kinds.mask(kinds.eq("stp"), "none")  # a plan, where CCGs are meant
        if "code" in rows and "name" in rows:
            kinds = kinds.mask(kinds.eq("none") & is_other_ccg(account.organisation, rows["name"]), "unknown")
        return kinds if reader.levels is None else self._at_level(kinds, reader.levels)

    def _at_level(self, kinds: "pd.Series[str]", levels: Mapping[str, str]) -> "pd.Series[str]":
        """Kinds where the level of a row settles it: another level, or England under a code not its own."""
        said = texts(self.account.rows["level"]).str.casefold()
        self.account.set_aside(said.map(levels).eq("not_asked_for"), "not_asked_for")
        settled = said.map(lambda word: "blank" if not word else levels.get(word, "none")).astype(object)
        kinds = kinds.where(settled.eq(""), settled)
        is_england = self.account.organisation.eq(ENGLAND)
        kinds = kinds.mask(settled.eq("england") & ~is_england, "unknown")
        total = settled.eq("england") & self.account.organisation.eq("")  # England's figures once more
        return kinds.mask(total, "none")

    def _doubt_periods(self) -> None:
        """Quarantine rows of a period that is still to come, was long over when the file came out, or is not
        that of the file's name.

        A revision adds nothing to a file of one period: it was out when it was published first.
        """
        dates, is_of_one = self.dates, self.reader.period.of_file is not None
        first = dates.published_on if is_of_one and dates.provenance == "found" else None
        self.account.doubt_future(first or dates.out_by, self.today)
        self.account.doubt_late(first, timedelta(self.publication.stale_after_days))
        if self.publication.cadence in LONGEST:  # a file of a year may be called after when it came out
            self.account.doubt_named(month_in_name(self.document.name))

    def _columns(self) -> list[str]:
        """The columns that hold figures; a row without any is a note."""
        if self.reader.measures:
            return ["value"]
        columns = [column for figures in self.asked.values() for column in figures.values()]
        columns = columns or list(self.reader.layout.columns)
        return [column for column in dict.fromkeys(columns) if column in self.account.rows]

    def _doubt_rows_that_do_not_say(self) -> None:
        """Quarantine rows with figures that do not say what they are about; without figures: notes."""
        account, reader = self.account, self.reader
        for column in reader.only:
            if column in account.rows:
                blank = texts(account.rows[column]).eq("")
                if not blank.any():
                    continue
                figures = account.rows[self._columns()]
                notes = figures.map(lambda cell: is_mark(heading(cell))).all(axis=1)
                account.set_aside(blank & notes, "not_an_organisation")
                name = reader.layout.heading_of(column)
                account.doubt_where(blank & ~notes, f"the row does not say its {name}")
        if "code" in account.rows and "name" in account.rows and reader.kinds is None:
            other = is_other_ccg(account.organisation, account.rows["name"])
            account.doubt_where(
                other, "organisation code {} is not that of the name beside it", account.organisation
            )
        period = reader.period
        if period.column:
            unread = account.period_start.isna() | account.period_end.isna()
            name = reader.layout.heading_of(period.column)
            unread &= account.indicator.ne("")
            account.doubt_where(unread, f"{name} {{}} is no {period.what}", account.rows[period.column])

    def _doubt_emptied_columns(self, claims: pd.DataFrame, columns: Mapping[str, str]) -> None:
        """Quarantine all rows where a count is blank in each of several, with figures next to it.

        So they look when cells were moved against their headings, or a column was cut out. A value may be
        left out, since its counts give it.
        """
        layout = self.reader.layout
        names = ("numerator", "denominator", "value")
        figures = [one for one in names if columns.get(one) in layout.columns]
        is_blank = pd.DataFrame({one: texts(claims[one]).eq("") for one in figures})
        if len(claims) < 2 or is_blank.all(axis=None):
            return
        for one in figures:
            if one != "value" and is_blank[one].all():
                reason = (
                    f"the column {layout.heading_of(columns[one])!r} is empty in every row, and others have "
                    "figures: cells seem to have moved"
                )
                has_figures = ~is_blank.all(axis=1)
                for rows in claims.loc[has_figures.to_numpy(), "rows"]:
                    self.account.doubt(rows, reason, can_be_true=True)

    def _claims(self, kinds: "pd.Series[str]", words: "pd.Series[str]") -> pd.DataFrame:
        """What the rows say: each row of an indicator's figures, or all rows of it put together."""
        account, reader, rows = self.account, self.reader, self.account.rows
        if reader.measures:
            figures = {word: figure for word, (_, figure) in reader.measures.items()}
            return claim_each_group(account, kinds, account.period_start, words, figures, rows["value"])
        claims = []
        for indicator, columns in self.asked.items():
            cells = {
                figure: times(rows[column], 100.0) if column in reader.shares else rows[column]
                for figure, column in columns.items()
                if column in rows
            }
            told = claim_each_row(account, kinds, account.period_start, **cells)
            if reader.subjects and "subject" in rows:
                told = told[told["indicator_code"].eq(indicator)]
            self._doubt_emptied_columns(told, columns)
            claims.append(told.assign(indicator_code=indicator))
        if len(claims) == 1:
            return claims[0]
        together = pd.concat(claims, ignore_index=True)
        of_figures = [figure for figure in FIGURES if figure in together]
        return together.assign(**{figure: together[figure].fillna("") for figure in of_figures})
