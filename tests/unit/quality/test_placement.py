"""Figures next to other CCGs than their own, and those of the last period under another name."""

import numpy as np
import pandas as pd
import pytest

from ccg_pipeline.framework.load import load_edition
from ccg_pipeline.quality.placement import belonging, renewal
from ccg_pipeline.reference.populations import population_mid_2015
from tests.unit.quality.test_comparisons import FEBRUARY, NOBODY, failing, observed

EDITION = load_edition()
POPULATION = population_mid_2015()
CODES = list(POPULATION.index)
MILESTONES = next(one.code for one in EDITION.indicators if one.kind == "milestones")


def counted(shift: int = 0, **same: object) -> pd.DataFrame:
    """A numerator of one in a hundred residents, `shift` rows lower than the codes."""
    figures = np.roll(POPULATION.to_numpy() // 100, shift)
    return observed({code: {"numerator": float(n)} for code, n in zip(CODES, figures, strict=True)}, **same)


def valued(step: float = 0.0, shift: int = 0, **same: object) -> pd.DataFrame:
    """Its own value for each CCG, a little later or `shift` rows lower."""
    values = np.roll(50 + np.random.default_rng(1).permutation(len(CODES)) / 10, shift) + step
    return observed({code: {"value": v} for code, v in zip(CODES, values, strict=True)}, **same)


def at_random(frame: pd.DataFrame) -> pd.DataFrame:
    order = np.random.default_rng(2).permutation(len(frame))
    return frame.assign(numerator=frame["numerator"].to_numpy()[order])


BELONGING = [
    # figures, those of the last period, whether they are next to their own CCGs
    (counted(), NOBODY, [True]),
    (counted(1), NOBODY, [False]),
    (at_random(counted()), NOBODY, [False]),
    (valued(0.1), valued(**FEBRUARY), [True]),
    (valued(0.1, 1), valued(**FEBRUARY), [False]),
    (valued(0.1, 1), NOBODY, []),  # nothing is known that values go with
    (counted(1).head(29), NOBODY, []),  # too few
    (counted().assign(numerator=7.0), NOBODY, []),  # all alike
    (counted(1).assign(indicator_code=MILESTONES), NOBODY, []),
]


@pytest.mark.parametrize(("now", "before", "holds"), BELONGING)
def test_figures_go_with_the_organisations_that_they_stand_beside(
    now: pd.DataFrame, before: pd.DataFrame, holds: list[bool]
) -> None:
    found = belonging(now, before, EDITION, POPULATION, 0.2, 30)
    assert [row not in failing(found) for row in found.rows.index] == holds


def test_what_is_said_of_a_column_that_was_moved() -> None:
    found = belonging(counted(1), NOBODY, EDITION, POPULATION, 0.2, 30)
    said = found.say(found.rows, found.rows)
    assert said.startswith("numerator: the rank correlation of 209 organisations with their populations is ")
    assert said.endswith(
        ", and at least 0.2 is expected: has a column been moved, or sorted, without the others?"
    )


RENEWAL = [
    # figures, those of the last period, percent of CCGs that have the same
    (counted(), counted(1, **FEBRUARY), 0.0),
    (counted(), counted(**FEBRUARY), 100.0),
    (valued(), valued(**FEBRUARY), 100.0),
    (valued(0.1), valued(**FEBRUARY), 0.0),
    (pd.concat([counted().head(100), counted(1).tail(109)]), counted(**FEBRUARY), 100 * 100 / 209),
]


@pytest.mark.parametrize(("now", "before", "percent"), RENEWAL)
def test_how_many_have_the_figures_of_the_last_period(
    now: pd.DataFrame, before: pd.DataFrame, percent: float
) -> None:
    found = renewal(now, before, EDITION, 50, 30)
    assert found.rows["percent_alike"].to_list() == pytest.approx([percent], abs=1)
    assert failing(found) == ([0] if percent > 50 else [])


def test_what_is_said_of_the_last_periods_figures() -> None:
    found = renewal(counted(), counted(**FEBRUARY), EDITION, 50, 30)
    assert found.say(found.rows, found.rows) == (
        "209 of 209 organisations have just the figures of the period that ended 2017-02-28: "
        "is this the last period's file under another date?"
    )


def test_one_period_alone_and_judgements_are_not_renewed() -> None:
    assert renewal(counted(), counted(), EDITION, 50, 30).rows.empty
    now, then = (frame.assign(indicator_code=MILESTONES) for frame in (counted(), counted(**FEBRUARY)))
    assert renewal(now, then, EDITION, 50, 30).rows.empty
    assert renewal(NOBODY, NOBODY, EDITION, 50, 30).rows.empty
