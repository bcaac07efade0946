"""The pipeline's side of the panels' room: candidate tables as the room's protocol asks for them.

Belongs here: finding the kept bytes behind a fingerprint, and what is asked of the database beside them.
Does not belong here: what a row or a figure says (a module each in this room), any page (expert_panels).
"""

from collections.abc import Sequence

from sqlalchemy import Engine

from ccg_pipeline.framework.model import Edition
from ccg_pipeline.publish.naming import words
from ccg_pipeline.storage.database import kind_of, reading
from expert_panels.candidate import CandidateTable, MethodNumber, RefusedRow


class KeptCandidates:
    """Candidate tables from the parts that are kept for ever; implements expert_panels' `Candidates`."""

    def __init__(self, engine: Engine, edition: Edition) -> None:
        self._engine, self._edition = engine, edition

    def table(self, subject_sha256: str) -> CandidateTable | None:
        """Return the table with that fingerprint, or None."""
        raise NotImplementedError

    def refused_rows(self, panel: str) -> Sequence[RefusedRow]:
        """Return the rows, refused until now, that could have been figures of the panel's area."""
        raise NotImplementedError

    def method(self, panel: str) -> Sequence[MethodNumber]:
        """Return every number by which the panel's area is rated."""
        raise NotImplementedError

    def is_made_up(self) -> bool:
        """Return whether this database holds made-up data."""
        with reading(self._engine) as connection:
            return kind_of(connection) == "made_up"

    def round_name(self, lane: str, partition_key: str) -> str:
        """Return the lane and partition in words: `interim assessment, 2017-03`."""
        return f"{lane} assessment, {words(lane, partition_key)}"
