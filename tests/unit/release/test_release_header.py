"""Whether the ledger lets anything go out, in one sentence however much of it is broken."""

from pathlib import Path

import pytest

from ccg_pipeline.release.header import NothingToRelease, check_ledger
from ccg_pipeline.storage.database import open_database
from tests.support.notations.ledger_cases import damage, edit, filled


@pytest.mark.parametrize(
    ("edited", "named", "more"),
    [
        ([3], ["Line 3"], ""),
        ([2, 3, 4], ["Line 2", "Line 3", "Line 4"], ""),
        ([2, 3, 4, 5], ["Line 2", "Line 3", "Line 4"], "lists 1 more."),
        ([1, 2, 3, 4, 5, 6], ["Line 1", "Line 2", "Line 3"], "lists 3 more."),
    ],
)
def test_of_a_broken_ledger_the_first_faults_are_named(
    tmp_path: Path, edited: list[int], named: list[str], more: str
) -> None:
    engine = open_database(f"sqlite:///{tmp_path}/a.db")  # with a home of its own, where heads are kept
    filled(engine)
    damage(engine, [edit(line, "reason", "For another test.") for line in edited])
    with pytest.raises(NothingToRelease, match="the sign-off ledger is broken: ") as refused:
        check_ledger(engine)
    engine.dispose()
    said = str(refused.value)
    assert [f"Line {line}" for line in range(1, 9) if f"Line {line} has been edited" in said] == named
    assert said.endswith(more or "carries.")
