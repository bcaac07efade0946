"""What comes out of reading one file of a publication: the file itself, its observations, its refused rows.

Belongs here: the types that every reader returns, their columns, and the rule that no row is lost.
Does not belong here: how any publication is laid out, scoring, storage.
"""

from dataclasses import dataclass, field, replace
from datetime import date
from typing import Self

import pandas as pd

from ccg_pipeline.tables import observations, organisations, records
from expert_panels.foundation.fault import Fault

OBSERVATION_COLUMNS = tuple(one.name for one in observations.OBSERVATION_COLUMNS)
QUARANTINE_COLUMNS = tuple(one.name for one in records.QUARANTINE_COLUMNS)
ATTRIBUTE_COLUMNS = tuple(one.name for one in organisations.ORGANISATION_ATTRIBUTE.columns)


class Refused(Fault):
    """A file whose structure cannot be trusted, refused whole: one sentence with its name and what to do.

    ``publication`` is the key of the publication that the file was recognised as, or empty.
    """

    def __init__(self, sentence: str, publication: str = "") -> None:
        super().__init__(sentence)
        self.publication = publication


@dataclass(frozen=True)
class SourceFile:
    """One file of a publication, known by its sha256, with the account of its data rows.

    ``rows_read`` counts data rows of the sheets that the reader reads, and equals the sum of the four
    other counts: a row is used (alone or with others), valid but about no indicator of the edition,
    no organisation of ours (a total, a hub, a note), or quarantined.
    """

    sha256: str
    name: str
    size_bytes: int
    publication: str
    layout: str
    published_on: date | None
    revised_on: date | None
    dates_provenance: str
    is_made_up: bool
    rows_read: int
    rows_used: int
    rows_not_asked_for: int
    rows_not_an_organisation: int
    rows_quarantined: int

    def __post_init__(self) -> None:
        """Refuse an account that does not add up: a lost row is a defect of the reader, not of the file."""
        accounted = (
            self.rows_used + self.rows_not_asked_for + self.rows_not_an_organisation + self.rows_quarantined
        )
        if accounted != self.rows_read:
            raise AssertionError(f"{self.name}: {self.rows_read} rows read but {accounted} accounted for.")


@dataclass(frozen=True)
class Reading:
    """A file that was read: its account, observations, quarantined rows, attributes of organisations."""

    source_file: SourceFile
    observations: pd.DataFrame
    quarantine: pd.DataFrame
    organisations: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=ATTRIBUTE_COLUMNS))

    def with_organisations(self, known: pd.DataFrame) -> Self:
        """The same, with attributes of the organisations that the file is about."""
        file = self.source_file
        said = known.assign(
            source_sha256=file.sha256,
            source_name=file.name,
            published_on=pd.Series(file.published_on, index=known.index, dtype="datetime64[ns]"),
            revised_on=pd.Series(file.revised_on, index=known.index, dtype="datetime64[ns]"),
        )
        return replace(self, organisations=said[[*ATTRIBUTE_COLUMNS]])
