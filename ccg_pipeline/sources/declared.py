"""The declared layout: one CSV for every publication whose own layout is not known.

Belongs here: reading the columns that the made-up year, and anybody with figures of their own, write.
Does not belong here: layouts of real publications (each has its module).

One row a measure (or indicator), organisation and period; one publication a file. A measure is its code
within the publication, or ``publication/code``; the edition that reads it says what kind of organisation it
is about, and codes of organisations that are no CCGs stay as they are. The column layout says in every row
"made_up" (made by the made-up year) or "declared" (somebody's own return). Dates are ISO, organisations of
the NHS have ODS codes, ENG, X24 or STP codes; suppressed is *, missing - or empty. The column status
is for such a mark where no figure has room for it.

A column may be called as an attribute of organisations by which an edition in force makes pools or weighs
(type, region, population): what a row says there is so of its organisation at the end of its period.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date

import pandas as pd

from ccg_pipeline.framework.wanted import Wanted, measure_of
from ccg_pipeline.sources.assembling import assemble
from ccg_pipeline.sources.attributes import attributes_of
from ccg_pipeline.sources.cells import MISSING, SUPPRESSED, is_mark, texts
from ccg_pipeline.sources.claims import FIGURES, claim_each_row
from ccg_pipeline.sources.dates import month_in_name, read_days
from ccg_pipeline.sources.dating import LONGEST, Dates, is_made_up
from ccg_pipeline.sources.declaration import Reader
from ccg_pipeline.sources.documents import Document
from ccg_pipeline.sources.layouts import Layout
from ccg_pipeline.sources.observing import observe
from ccg_pipeline.sources.organisations import ENGLAND, is_other_ccg, kinds_of, read_codes
from ccg_pipeline.sources.result import Reading, Refused
from ccg_pipeline.sources.row_accounting import RowAccounting
from ccg_pipeline.sources.tables import find_table
from ccg_pipeline.tables.observations import ORGANISATION_KINDS

COLUMNS = (
    "layout", "publication", "indicator", "period_start", "period_end", "published_on", "organisation_code",
    "organisation_name", *FIGURES, "judgement", "status",
)  # fmt: skip
CODE = re.compile(r"\w(?:[\w .:/()'&+,-]{0,58}[\w).])?")
"""What a code of any register looks like: R0A, E38000001, WEST SHIRE."""
FEW = 0.1  # of the rows whose period ends on one day: a slip, and no period of its own (assumed)
LAYOUTS = {"made_up": "made_up", "declared": "assumed"}  # what the file says to what an observation says
LAYOUT = Layout(
    publication="",  # each file says its own
    what="a file in the declared layout",
    kind="csv",
    columns={name: (name,) for name in COLUMNS} | {"indicator": ("indicator", "measure")},
)


def publication_of(document: Document) -> str:
    """The publication that a file in the declared layout says it is of.

    Raises Refused where it names none or two.
    """
    return _the_one(document, texts(find_table(document, LAYOUT).rows["publication"]), "publication")


def read(document: Document, wanted: Wanted, today: date | None = None) -> Reading:
    """Whatever the file declares of what is wanted; no period ends after ``today``."""
    asked = {name: (name,) for name in wanted.attributes if name not in LAYOUT.columns}
    table = find_table(document, replace(LAYOUT, optional=asked))
    words = {name: texts(table.rows[name]) for name in COLUMNS}
    attributes = {name: table.rows[name] for name in asked if name in table.rows}
    key = _the_one(document, words["publication"], "publication")
    if key not in wanted.keys:
        raise Refused(
            f"{document.name}: declares the publication {key!r}, which no edition in force reads; "
            f"correct its column 'publication', or run with the edition that reads it."
        )
    layout = _the_one(document, words["layout"], "layout", key)
    if layout not in LAYOUTS:
        raise Refused(f"{document.name}: its layout {layout!r} is neither 'made_up' nor 'declared'.", key)
    account = RowAccounting(table)
    account.indicator = words["indicator"].str.removeprefix(measure_of(key, ""))
    known = {each.casefold(): each for each in wanted.codes} | {each: each for each in wanted.codes}
    account.indicator = account.indicator.map(
        lambda code: known.get(code) or known.get(code.casefold(), code)
    )
    account.organisation = read_codes(table.rows["organisation_code"])
    start, account.period_end = read_days(table.rows["period_start"]), read_days(table.rows["period_end"])
    published = read_days(table.rows["published_on"])
    other = is_other_ccg(account.organisation, table.rows["organisation_name"])
    kinds = kinds_of(account.organisation)
    kinds = _classify_rows(account, kinds.mask(other & kinds.eq("none"), "unknown"), key, wanted)
    for dates, name in (
        (start, "period_start"),
        (account.period_end, "period_end"),
        (published, "published_on"),
    ):
        account.doubt_where(dates.isna(), name + " {} is no date", words[name])
    is_reversed = start > account.period_end
    account.doubt_where(is_reversed, "period_start is after period_end")
    start = start.mask(is_reversed)  # nothing is claimed of such a period, not even a refusal
    _doubt_other_starts(account, start)
    own = ~kinds.isin([*ORGANISATION_KINDS, "none", "unknown", "blank", "other_ccg"])
    _doubt_codes(account, own)
    reason = "organisation_code {} is not that of the name beside it"
    account.doubt_where(other & kinds.isin(["ccg", "england", "nhs_england"]), reason, account.organisation)
    latest = published.max()
    if key in wanted.publications and wanted.publications[key].cadence in LONGEST:
        account.doubt_named(month_in_name(document.name))
    account.set_aside_before(wanted.since)
    account.doubt_future(latest.date() if pd.notna(latest) else None, today)
    if today is not None:
        account.doubt_where(
            published > pd.Timestamp(today), "published_on {} is still to come", words["published_on"]
        )
    columns = {name: words[name] for name in (*FIGURES, "judgement")}
    _doubt_status(account, words["status"], columns)
    if (withheld := words["status"].str.casefold().isin(SUPPRESSED)).any():
        columns = {name: cells.mask(withheld & cells.eq(""), "*") for name, cells in columns.items()}
    _doubt_numbers(account, attributes, wanted)
    claims = claim_each_row(account, kinds, start, **columns)
    is_listed = kinds.isin([*ORGANISATION_KINDS, "none"])  # their names are in the reference
    observations = observe(claims, account, wanted, key)
    names = attributes_of(account, kinds.mask(is_listed, "none"), {"name": table.rows["organisation_name"]})
    told = [attributes_of(account, kinds, attributes)] if attributes else []
    named = pd.concat([names, *told], ignore_index=True)
    reading = assemble(
        document,
        key,
        [(account, observations)],
        Dates(latest.date() if pd.notna(latest) else None, document.sidecar.revised_on, "found"),
        layout=LAYOUTS[layout],
        made_up=layout == "made_up" or is_made_up(document),
    )
    return reading.with_organisations(named)


def _classify_rows(
    account: RowAccounting, kinds: "pd.Series[str]", publication: str, wanted: Wanted
) -> "pd.Series[str]":
    """Settle rows about other indicators or organisations than asked; the kinds that may be claimed."""
    measures = {each.code: each for each in wanted.measures.values()}
    account.set_aside(~account.indicator.isin(list(measures)), "not_asked_for")
    whose = account.indicator.map({code: each.organisation for code, each in measures.items()}).fillna("ccg")
    is_other_kind = ~whose.isin(["ccg", "stp"])
    said = texts(account.rows["organisation_code"])
    is_own = is_other_kind & account.organisation.ne(ENGLAND)
    # a word that stands for nobody among CCGs may be somebody's code: NA is Namibia
    account.organisation = account.organisation.mask(is_own, said)
    kinds = kinds.mask(is_own, whose.mask(said.eq(""), "blank"))
    account.settle_organisations(kinds, [*FIGURES, "judgement"])
    elsewhere = ~account.indicator.isin([each.code for each in wanted.of(publication)])
    account.doubt_where(elsewhere, f"indicator {{}} does not come from {publication}", account.indicator)
    other_level = (kinds.eq("stp") != whose.eq("stp")) & ~kinds.isin(["unknown", "blank"]) & ~is_other_kind
    account.doubt_where(other_level, "the indicator is not about organisations like {}", account.organisation)
    return kinds.mask(
        elsewhere | other_level, "unknown"
    )  # nothing can be claimed of these, not even a refusal


def _doubt_other_starts(account: RowAccounting, start: "pd.Series[pd.Timestamp]") -> None:
    """Quarantine the few rows of a measure whose period begins on another day than those that end with it."""
    said = pd.DataFrame({"indicator": account.indicator, "end": account.period_end, "start": start})
    said = said[account.kept].dropna()
    n_rows = said.groupby(["indicator", "end", "start"])["start"].transform("size")
    ends_so = said.groupby(["indicator", "end"])["start"].transform("size")
    few = said.index[n_rows <= ends_so * FEW]
    reason = "period_start {} is not that of the other rows whose period ends on the same day"
    words = texts(account.rows["period_start"])
    account.doubt_where(account.rows.index.isin(few), reason, words, can_be_true=True)


def _doubt_codes(account: RowAccounting, own: "pd.Series[bool]") -> None:
    """Doubt codes of an edition's own organisations that are no code, or another's but for its capitals.

    Of two that differ in capitals alone, the one with fewer rows in the file is doubted, or else both.
    """
    codes = account.organisation
    account.doubt_where(own & ~codes.str.fullmatch(CODE.pattern), "organisation_code {} is no code", codes)
    rows = codes[own].value_counts()
    spellings = rows.groupby(rows.index.str.casefold())
    most = rows.eq(spellings.transform("max"))
    is_first = most & most.groupby(rows.index.str.casefold()).transform("sum").eq(1)
    doubted = rows.index[(spellings.transform("size") > 1) & ~is_first]
    reason = "organisation_code {} is another one of this file but for its capitals"
    account.doubt_where(own & codes.isin(doubted), reason, codes)


def _doubt_status(
    account: RowAccounting, status: "pd.Series[str]", columns: Mapping[str, "pd.Series[str]"]
) -> None:
    """Doubt a status that is none, and one that says that there is no figure in a row that has one."""
    said = status.str.casefold()
    is_published = said.isin(["", "published"])
    is_mark_of_none = said.isin(SUPPRESSED | MISSING | {"missing"})
    account.doubt_where(
        ~is_published & ~is_mark_of_none,
        "status {} is not known: write published, * or -, or leave it empty",
        status,
    )
    cells = pd.concat([columns["value"], columns["judgement"]], axis=1)
    has_figure = cells.apply(lambda column: ~column.map(is_mark)).any(axis=1)
    account.doubt_where(
        ~is_published & is_mark_of_none & has_figure,
        "status {} says that there is no figure, and there is one",
        status,
    )


def _doubt_numbers(
    account: RowAccounting, attributes: Mapping[str, "pd.Series[str]"], wanted: Wanted
) -> None:
    """Doubt rows in which an attribute that an edition weighs by is no number above 0."""
    for name, cells in attributes.items():
        if wanted.attributes[name]:
            said = texts(cells)
            is_number = pd.to_numeric(said, errors="coerce").gt(0) & said.str.fullmatch(r"[0-9.]+")
            account.doubt_where(said.ne("") & ~is_number, name + " {} is no number above 0", said)


def _the_one(document: Document, words: Iterable[str], column: str, publication: str = "") -> str:
    different = sorted(set(words))
    if len(different) != 1 or not different[0]:
        raise Refused(
            f"{document.name}: its column {column!r} must say the same in every row, but says "
            f"{', '.join(map(repr, different[:3]))}; give one file a {column}.",
            publication,
        )
    return different[0]


READER = Reader(LAYOUT)
