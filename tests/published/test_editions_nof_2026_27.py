"""The NHS Oversight Framework 2026/27: published segments and places of 13 trusts, each line at its edges."""

import numpy as np

from ccg_pipeline.framework.families import edition_named
from ccg_pipeline.method.engine.facts import Facts
from ccg_pipeline.method.engine.run import Run
from tests.support.notations.method_tables import lines

# Ambulance trusts of the first quarter as NHS England published them (OGL v3.0, by teatkins/NOFChartsTool at
# 93489f51), and three acute trusts that nof_rules.csv quotes as examples of the override: RKE with its flag
# and segments, the other two by their averages, so that their flags and segments are derived.
PUBLISHED_2026_27 = """
    trust | type  | average | deficit | unadjusted | segment | place
    RX8   | amb   | 1.81    | 0       | 1          | 1       | 1
    RX6   | amb   | 1.90    | 0       | 1          | 1       | 2
    RX7   | amb   | 1.95    | 0       | 2          | 2       | 3
    RYA   | amb   | 2.13    | 0       | 2          | 2       | 4
    RRU   | amb   | 2.21    | 0       | 2          | 2       | 5
    RYD   | amb   | 2.21    | 0       | 2          | 2       | 5
    RX9   | amb   | 2.35    | 0       | 3          | 3       | 7
    RYF   | amb   | 2.46    | 0       | 3          | 3       | 8
    RYC   | amb   | 2.66    | 0       | 3          | 3       | 9
    RYE   | amb   | 2.82    | 0       | 4          | 4       | 10
    RKE   | acute | 2.00    | 1       | 2          | 3       |
    RWJ   | acute | 2.22    | 1       | 2          | 3       |
    RWY   | acute | 2.23    | 1       | 2          | 3       |
"""
EDGES = """
    average | deficit | segment
    1.00    | 0       | 1
    1.91    | 0       | 1
    1.92    | 0       | 1
    1.925   | 0       | 1
    1.93    | 0       | 2
    1.94    | 0       | 2
    2.32    | 0       | 2
    2.33    | 0       | 3
    2.77    | 0       | 3
    2.78    | 0       | 4
    4.00    | 0       | 4
    1.00    | 1       | 3
    2.32    | 1       | 3
    2.33    | 1       | 3
    2.78    | 1       | 4
    1.00    | -       | -
    2.32    | -       | -
    2.33    | -       | 3
    -       | 0       | -
"""


def of_2026_27(rows: list[dict[str, str]]) -> Run:
    def numbers(column: str) -> np.ndarray:
        return np.array([[float(row[column].replace("-", "nan")) for row in rows]])

    types = np.array([row.get("type", "amb") for row in rows], dtype=object)
    return Run(
        edition_named("nof_2026_27"),
        Facts(
            [row.get("trust", str(number)) for number, row in enumerate(rows)],
            {"nof/OF5202": numbers("average"), "nof/OF5204": numbers("deficit")},
            attributes={"trust_type": types},
        ),
    )


def test_segments_and_places_of_2026_27_equal_the_published() -> None:
    rows = lines(PUBLISHED_2026_27)
    run = of_2026_27(rows)
    for node in ("unadjusted", "segment"):
        assert run.states[node].outcome[0].tolist() == [float(row[node]) for row in rows]
    place = run.league(run.edition.leagues[0])[0]
    ranked = [(place[number], float(row["place"])) for number, row in enumerate(rows) if row["place"]]
    print(f"NOF 2026/27: segments of {len(rows)} of 13, places of {sum(a == b for a, b in ranked)} of 10")
    assert all(a == b for a, b in ranked)
    assert (len(rows), len(ranked)) == (13, 10)


def test_the_lines_of_2026_27_lie_between_the_published_averages() -> None:
    rows = lines(EDGES)
    found = of_2026_27(rows).states["segment"].outcome[0]
    expected = [float(row["segment"].replace("-", "nan")) for row in rows]
    assert np.array_equal(found, expected, equal_nan=True)
