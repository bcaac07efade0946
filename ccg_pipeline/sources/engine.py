"""Carrying out a reader's declaration: from a document to its observations and the account of its rows.

Belongs here: the tables of a file, their dates, and what must hold between them, whatever the publication.
Does not belong here: anything of one publication (its declaration), the rows of a table (``settling``).
"""

from collections.abc import Iterator, Mapping
from datetime import date

import pandas as pd

from ccg_pipeline.framework.model import Publication
from ccg_pipeline.framework.wanted import Wanted
from ccg_pipeline.sources.assembling import Part, assemble, each_once
from ccg_pipeline.sources.attributes import WHOSE
from ccg_pipeline.sources.dates import read_period
from ccg_pipeline.sources.dating import Dates, dates_of, is_made_up
from ccg_pipeline.sources.declaration import Reader
from ccg_pipeline.sources.documents import Document
from ccg_pipeline.sources.preambles import preamble
from ccg_pipeline.sources.result import Reading, Refused
from ccg_pipeline.sources.settling import Settling, is_about
from ccg_pipeline.sources.tables import Table, find_tables

PERIOD = "period"  # the label of a line above a table, as a heading
TITLE_SHEET = 40  # rows of a sheet that may hold a title, a date of publication, a status


def read(reader: Reader, document: Document, wanted: Wanted, today: date | None = None) -> Reading:
    """What ``document`` says of what is ``wanted``, as ``reader`` declares. Raises Refused.

    ``today``: no period ends after it.
    """
    publication = wanted.publication(reader.layout.publication)
    reader = reader.narrowed_to(wanted)
    tables = [
        (each, table) for each in (reader, *reader.also) for table in find_tables(document, each.layout)
    ]
    if reader.subject_line and not any(is_about(table, reader.subject_line) for _, table in tables):
        raise Refused(
            f"{document.name}: has no line {reader.subject_line + ' …'!r} above its table; "
            f"check that it is {reader.layout.what}, unchanged.",
            publication.key,
        )
    for each, table in tables:
        _refuse_lost_header(each, table, document)
    settled = [
        Settling(each, table, document, publication, dates_of(document, publication, said), today)
        for (each, table), said in zip(tables, _said(document, tables), strict=True)
    ]
    for each, table in tables:
        _refuse_sheets_of_other_periods(each, table, document)
    _refuse_different_periods(document, publication, settled)
    parts: list[Part] = []
    known: list[pd.DataFrame] = []
    for settling in settled:
        observations = settling.observations(wanted)
        if settling.reader.layout.every_sheet:
            observations = observations.assign(
                published_on=settling.dates.published_on, dates_provenance=settling.dates.provenance
            )
        parts.append((settling.account, observations))
        known += settling.known
    _refuse_where_nothing_is_asked_for(document, publication, settled)
    dates = _latest([settling.dates for settling in settled])
    read_so_far = assemble(
        document,
        publication.key,
        each_once(parts),
        dates.with_period_assumed() if reader.period.is_assumed else dates,
        layout=reader.status,
        made_up=is_made_up(document, *(preamble(sheet, TITLE_SHEET) for sheet in document.sheets)),
    )
    if not known:
        return read_so_far
    return read_so_far.with_organisations(pd.concat(known, ignore_index=True).drop_duplicates(WHOSE))


def _said(document: Document, tables: list[tuple[Reader, Table]]) -> Iterator[Mapping[str, object]]:
    """What the lines above each table say by their label, else those of the other sheets."""
    elsewhere: dict[str, object] = {}
    for sheet in document.sheets if document.kind == "workbook" else ():
        for label, said in preamble(sheet, TITLE_SHEET).items():
            elsewhere.setdefault(label, said)
    for reader, table in tables:
        yield table.preamble if reader.layout.every_sheet else {**elsewhere, **table.preamble}


def _latest(dates: list[Dates]) -> Dates:
    """The dates of the table that came out last."""
    known = [one for one in dates if one.published_on is not None]
    return max(known, key=lambda one: str(one.published_on), default=dates[0])


def _refuse_lost_header(reader: Reader, table: Table, document: Document) -> None:
    """Refuse a file with a sheet that is about an indicator asked for, but has not the header."""
    if table.rows.columns.empty and any(is_about(table, line) for line in reader.subjects):
        wanted = " and ".join(repr(names[0]) for names in reader.layout.columns.values())
        raise Refused(
            f"{document.name}: its sheet {table.sheet!r} has no header with {wanted}; "
            f"check that it is {reader.layout.what}, unchanged.",
            reader.layout.publication,
        )


def _refuse_sheets_of_other_periods(reader: Reader, table: Table, document: Document) -> None:
    """Refuse a workbook of one period in which a sheet that is shown names another one above its table."""
    if reader.layout.every_sheet or document.kind != "workbook" or PERIOD not in table.preamble:
        return
    for sheet in document.sheets:
        lines = {} if sheet.is_hidden else preamble(sheet, TITLE_SHEET)
        said = {read_period(each[PERIOD]) for each in (lines, table.preamble) if PERIOD in each}
        if len(said - {None}) > 1:
            raise Refused(
                f"{document.name}: its sheets {table.sheet!r} and {sheet.name!r} are about different "
                "periods; correct their lines 'Period:'.",
                reader.layout.publication,
            )


def _refuse_different_periods(
    document: Document, publication: Publication, settlings: list[Settling]
) -> None:
    """Refuse a file whose tables each name one period, and not the same."""
    named = {
        settling.account.period_end.iloc[0]
        for settling in settlings
        if settling.is_asked and settling.reader.period.of_file is not None
    }
    if len(named) > 1:
        raise Refused(
            f"{document.name}: its sheets are about different periods; correct its lines 'Period:'.",
            publication.key,
        )


def _refuse_where_nothing_is_asked_for(
    document: Document, publication: Publication, settlings: list[Settling]
) -> None:
    """Refuse a file of which one reader's tables all lack the word by which their rows are asked for.

    A total that goes by another code would else set every row aside, and no organisation have a figure.
    """
    for reader in {id(one.reader): one.reader for one in settlings}.values():
        lacking = [one.lacking for one in settlings if one.reader is reader and one.is_asked]
        if lacking and all(lacking):
            raise Refused(
                f"{document.name}: {lacking[0]}; check that it is {reader.layout.what}, unchanged.",
                publication.key,
            )
