"""Which dates a file has, and where each comes from.

Belongs here: the order in which a file's own preamble, its sidecar and the edition are asked.
Does not belong here: reading a date from a cell (``dates``).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Literal

from ccg_pipeline.framework.model import Publication
from ccg_pipeline.sources.cells import heading, text
from ccg_pipeline.sources.dates import Period, last_day_of_month, month_of, read_day, read_period
from ccg_pipeline.sources.documents import Document
from ccg_pipeline.sources.result import Refused

LONGEST = {"monthly": timedelta(31), "quarterly": timedelta(92)}
"""How long a period of a publication is at most, by how often it comes out (assumed)."""


@dataclass(frozen=True)
class Dates:
    """When a file was published and revised: assumed as soon as one date is not the file's own."""

    published_on: date | None
    revised_on: date | None
    provenance: Literal["found", "assumed"]

    @property
    def out_by(self) -> date | None:
        """The day by which the file as it is was out, as it says itself; None where it does not."""
        said = [day for day in (self.published_on, self.revised_on) if day is not None]
        return max(said, default=None) if self.provenance == "found" else None

    def with_period_assumed(self) -> "Dates":
        """The same dates, where the period is not the file's own."""
        return replace(self, provenance="assumed")


def dates_of(document: Document, publication: Publication, preamble: Mapping[str, object]) -> Dates:
    """Publication and revision date: the preamble's, else the sidecar's, else the edition's.

    A file that says when it was revised but not when published was out by the revision: assumed.
    """
    published = _day(document, preamble, "published", publication.key)
    for label in ("publication date", "released"):
        if published is None and (words := preamble.get(label)):
            month_end = last_day_of_month(words)
            if month_end is not None:
                return Dates(month_end, None, "assumed")
            published = _day(document, preamble, label, publication.key)
    revised = _day(document, preamble, "revised", publication.key)
    sidecar = document.sidecar
    if published is not None:
        return Dates(published, revised or sidecar.revised_on, "found")
    other = sidecar.published_on or revised or publication.undated_published_on
    return Dates(other, revised or sidecar.revised_on, "assumed")


def period_in_preamble(
    document: Document, publication: Publication, preamble: Mapping[str, object]
) -> Period:
    """The period that the line "Period:" names, else the sidecar's. Raises Refused without either.

    A spreadsheet keeps a month that somebody typed as "Mar-17" as a date, the first of that month. A longer
    period than the publication comes out for is none of it.
    """
    cell = preamble.get("period", "")
    period = read_period(cell)
    if isinstance(cell, date) and cell.day == 1:
        period = month_of(cell.date() if isinstance(cell, datetime) else cell)
    if period is not None and period[1] - period[0] < LONGEST.get(publication.cadence, timedelta.max):
        return period
    if document.sidecar.period_start and document.sidecar.period_end:
        return document.sidecar.period_start, document.sidecar.period_end
    what = {"monthly": "month", "quarterly": "quarter or month"}.get(publication.cadence, "period")
    nothing = "says nothing" if "period" in preamble else "is missing"
    said = f"says {text(cell)!r}, which is no {what}" if text(cell) else nothing
    raise Refused(
        f"{document.name}: its line 'Period:' {said}; give period_start and period_end "
        f"in {document.name}.meta.yaml beside it.",
        publication.key,
    )


def assumed_period(document: Document, publication: Publication) -> Period:
    """The period of a file that names none: the sidecar's, else the edition's; Refused without either."""
    sidecar = document.sidecar
    if sidecar.period_start and sidecar.period_end:
        return sidecar.period_start, sidecar.period_end
    if publication.undated_period_start and publication.undated_period_end:
        return publication.undated_period_start, publication.undated_period_end
    raise Refused(
        f"{document.name}: says nowhere which period it covers; "
        f"give period_start and period_end in {document.name}.meta.yaml beside it.",
        publication.key,
    )


def is_made_up(document: Document, *preambles: Mapping[str, object]) -> bool:
    """True if the sidecar or any preamble's line "Status:" says that the file is made up."""
    said = any(heading(lines.get("status", "")) == "made up" for lines in preambles)
    return said or document.sidecar.is_made_up


def _day(document: Document, preamble: Mapping[str, object], label: str, publication: str) -> date | None:
    cell = preamble.get(label, "")
    if text(cell) in ("", "-"):
        return None
    day = read_day(cell)
    if day is None:
        raise Refused(
            f"{document.name}: its line {label.capitalize() + ':'!r} says {text(cell)!r}, which is no date; "
            "correct it.",
            publication,
        )
    return day
