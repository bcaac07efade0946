"""What is said of a quarter of the NHS Oversight Framework against what the next one brought.

Errors are the spread between quarters (assumed). The third quarter is foretold from the first two; what falls
short of what was said is real change, and the lines between segments, which move from quarter to quarter.
"""

from pathlib import Path

import pandas as pd
import pytest

from ccg_pipeline.framework.families import edition_named
from ccg_pipeline.method.certainty.simulation import certainty
from ccg_pipeline.method.engine.run import Run
from tests.support import nof_files

EDITION = edition_named("nof_2025_26")


@pytest.fixture(scope="module")
def runs(shared: Path) -> list[Run]:
    """The first, second and third quarter."""
    tables = [nof_files.read(path) for path in sorted((shared / "landing" / "nof").glob("*.csv"))]
    observed, known = nof_files.observations(tables), nof_files.trusts(tables)
    ends = sorted(observed["period_end"].unique())
    return [Run(EDITION, nof_files.facts(observed, known, EDITION, one.date())) for one in ends]


def of_next(now: Run, after: Run, node: str, chances: pd.DataFrame) -> pd.DataFrame:
    """By trust: its grade now, what is said of it (chance, ``again``), and its grade in the next quarter."""
    grades = {
        name: pd.Series(one.states[node].outcome[0], index=list(one.facts.organisations))
        for name, one in (("now", now), ("next", after))
    }
    table = pd.DataFrame(grades).dropna().rename_axis("organisation").reset_index()
    rows = chances[(chances["node"] == node) & (chances["kind"] == "again")]
    said = rows.rename(columns={"grade": "now", "chance": "said"})[["organisation", "now", "said"]]
    return table.merge(said, on=["organisation", "now"], validate="1:1")


def test_segments_are_repeated_as_often_as_was_said(runs: list[Run]) -> None:
    first, second, third = runs
    found = certainty(second, [first.facts], draws=1000, seed=1)
    for node in ("unadjusted", "adjusted", "access", "effectiveness", "safety", "people", "finance"):
        table = of_next(second, third, node, found.grade_chance)
        said, seen = table["said"].mean(), (table["now"] == table["next"]).mean()
        print(f"NOF 2025/26, {node}: to keep its grade in quarter 3 said {said:.2f}, seen {seen:.2f}")
        error = (said * (1 - said) / len(table)) ** 0.5
        if node in ("unadjusted", "adjusted"):  # domains rest on few figures, of which some really changed
            assert abs(seen - said) < 2 * error


def test_without_the_quarter_before_nothing_is_said(runs: list[Run]) -> None:
    found = certainty(runs[0], draws=100)
    assert found.grade_chance[found.grade_chance["node"] == "segment"].empty
    assert "nof/OF0047" in found.held["segment"]
