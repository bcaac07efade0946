"""What the room asks of the pipeline: the table that a round is about.

Belongs here: the protocol that the pipeline implements, and the table it hands over.
Does not belong here: any implementation, any knowledge of what the columns mean.
"""

from dataclasses import dataclass
from typing import Protocol

import pandas as pd


@dataclass(frozen=True)
class CandidateTable:
    """The exact rows behind a `subject_sha256`, and what is to be said of all of them.

    `rows` has one row an organisation; `notes` are sentences for the panel, e.g. how many rows were refused.
    """

    panel: str
    lane: str
    partition_key: str
    subject_sha256: str
    rows: pd.DataFrame
    is_made_up: bool
    notes: tuple[str, ...] = ()


class Candidates(Protocol):
    """Where the tables come from. Whatever was ever laid before a panel can be asked for for ever."""

    def table(self, subject_sha256: str) -> CandidateTable | None:
        """Return the table with that fingerprint, or None when no candidate ever had it."""
        ...
