"""How far a figure is from another grade: at, below and above each cut, in its unit and in people."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given as given_any
from hypothesis import strategies as st

from ccg_pipeline.method.scoring.grade_changes import grade_changes
from ccg_pipeline.method.scoring.rated import rate_panel
from tests.support.notations.method_tables import EDITION, bands, grades_of, lines

HIGHER, LOWER = (
    ("dementia", "126b"),
    ("maternity", "101a"),
)  # shares, of which more and of which less is better


def ways_of(
    of: tuple[str, str],
    numerator: float,
    n: int = 100,
    reference: float = 50,
    error: float = 5.0,
    tau2: float = 0.0,
) -> pd.DataFrame:
    """The ways of a percentage, by the grade that they reach; the panel's other indicators have no figure."""
    panel, code = of
    value = 100 * numerator / n
    z = (1 if of == HIGHER else -1) * (value - reference) / math.hypot(error, math.sqrt(tau2))
    frame = bands(
        f"indicator | ccg | z | value | standard_error | tau2 | n\n"
        f"{code} | 01A | {z!r} | {value!r} | {error} | {tau2} | {n}"
    ).astype({"standard_error": float, "tau2": float})
    frame["reference_value"] = reference
    nobody = frame[:0].assign(organisation_code="")
    rated = rate_panel(frame, nobody, EDITION, panel, "interim")
    found = grade_changes(frame, rated, EDITION, panel)
    assert list(found["indicator_code"].unique()) in ([code], [])
    return found.astype({"grade": int}).set_index("grade")


# numerator of 100, whose standard error is 5 points; the change and the people to each other grade
STEPS = """
    numerator | 1           | 2            | 3            | 4
    70        | own         | -10.2 / -11  | -20 / -21    | -29.8 / -30
    60        | own         | -0.2 / -1    | -10 / -11    | -19.8 / -20
    59        | 0.8 / 1     | own          | -9 / -10     | -18.8 / -19
    50        | 9.8 / 10    | own          | 0 / -1       | -9.8 / -10
    49        | 10.8 / 11   | 1 / 1        | own          | -8.8 / -9
    41        | 18.8 / 19   | 9 / 9        | own          | -0.8 / -1
    40        | 19.8 / 20   | 10 / 10      | 0.2 / 1      | own
    20        | 39.8 / 40   | 30 / 30      | 20.2 / 21    | own
"""
"""Significantly better begins on 59.8, better on 50, worse past 40.2."""


@pytest.mark.parametrize("given", lines(STEPS), ids=lambda given: given["numerator"])
@pytest.mark.parametrize("of", [HIGHER, LOWER], ids=["higher is better", "lower is better"])
def test_ways_of_a_share(of: tuple[str, str], given: dict[str, str]) -> None:
    of_100 = int(given["numerator"])
    numerator, sign = (of_100, 1) if of == HIGHER else (100 - of_100, -1)
    found = ways_of(of, numerator)
    for grade in range(1, 5):
        said = given[str(grade)]
        if said == "own":
            assert grade not in found.index
            continue
        change, people = (sign * float(one) for one in said.split("/"))
        assert found.loc[grade, "change"] == pytest.approx(change, abs=1e-9)
        assert found.loc[grade, "people"] == people


def test_the_margin_is_in_standard_errors_and_widened_with_the_limits() -> None:
    assert ways_of(HIGHER, 45).loc[2, "margin"] == pytest.approx(1.0)
    assert ways_of(HIGHER, 45, error=3.0, tau2=16.0).loc[2, "margin"] == pytest.approx(1.0)


def test_what_is_not_counted_has_no_people() -> None:
    frame = bands("indicator | ccg | z | value | standard_error | tau2\n122d | 01A | -1 | 8 | 0.1 | 0")
    frame = frame.astype({"standard_error": float, "tau2": float}).assign(
        denominator=math.nan, reference_value=math.nan
    )
    rated = rate_panel(frame, frame[:0].assign(organisation_code=""), EDITION, "cancer", "interim")
    found = grade_changes(frame, rated, EDITION, "cancer").set_index("grade")
    assert found["people"].isna().all()
    assert found.loc[2, "change"] == pytest.approx(0.1)


@pytest.mark.parametrize(
    ("of", "numerator", "reference", "why"),
    [
        (HIGHER, 96, 95, "significantly better begins at 104.8 %"),
        (LOWER, 4, 5, "significantly better begins below nobody"),
    ],
)
def test_no_way_leads_past_all_or_below_nobody(
    of: tuple[str, str], numerator: int, reference: float, why: str
) -> None:
    found = ways_of(of, numerator, reference=reference)
    assert (1 in found.index, 3 in found.index) == (False, True), why


@given_any(
    of=st.sampled_from([HIGHER, LOWER]),
    n=st.integers(20, 5_000),
    share_now=st.floats(0.02, 0.98),
    reference=st.floats(5, 95),
)
def test_so_many_people_are_the_fewest_that_reach_the_grade(
    of: tuple[str, str], n: int, share_now: float, reference: float
) -> None:
    numerator, error = round(n * share_now), math.sqrt(reference * (100 - reference) / n)

    def grade(people: float) -> float:
        z = (1 if of == HIGHER else -1) * (100 * (numerator + people) / n - reference) / error
        return float(grades_of(z))

    for reached, way in ways_of(of, numerator, n, reference, error).iterrows():
        people, towards = way["people"], math.copysign(1, way["people"])
        worse = np.sign(reached - grade(0))
        assert (grade(people) - reached) * worse >= 0  # one person may pass over a whole grade
        assert (grade(people - towards) - reached) * worse < 0


# rows of the dementia matrix: care plans (126b), columns: diagnoses (126a)
RATED = """
    126b | 126a | now | 126b to 1 | 126b to 2 | 126a to 2
    0.5  | -1   | 3   | 2         | own       | 2
    -1   | 3    | 2   | 1         | 1         | 3
"""


@pytest.mark.parametrize("given", lines(RATED), ids=lambda given: f"{given['126b']} {given['126a']}")
def test_a_way_says_the_rating_that_the_matrix_would_give(given: dict[str, str]) -> None:
    table = "indicator | ccg | z | value | standard_error | tau2 | n"
    for code in ("126b", "126a"):
        table += f"\n{code} | 01A | {given[code]} | 50 | 1 | 0 | 1000"
    frame = bands(table).astype({"standard_error": float, "tau2": float})
    nobody = frame[:0].assign(organisation_code="")
    rated = rate_panel(frame, nobody, EDITION, "dementia", "interim")
    found = grade_changes(frame, rated, EDITION, "dementia").set_index(["indicator_code", "grade"])
    assert set(found["rating_now"]) == {float(given["now"])}
    for code, grade in (("126b", 1), ("126b", 2), ("126a", 2)):
        said = given[f"{code} to {grade}"]
        if said != "own":
            better = frame.assign(
                z=frame["z"].where(frame["indicator_code"] != code, {1: 2.5, 2: 1.0}[grade])
            )
            assert rate_panel(better, nobody, EDITION, "dementia", "interim")["grade"].tolist() == [int(said)]
            assert found.loc[(code, grade), "rating"] == float(said)


def test_beside_a_rating_that_is_missing_no_way_says_one() -> None:
    assert ways_of(HIGHER, 45)["rating"].isna().all()  # one of the two indicators has no figure
