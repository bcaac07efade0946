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


YEAR_AGO = {"period_start": "2016-03-01", "period_end": "2016-03-31"}
RENEWAL = [
    # figures, those of the last period and of a year ago; of each, oldest first, percent of CCGs alike
    (counted(), counted(1, **FEBRUARY), NOBODY, [0.0]),
    (counted(), counted(**FEBRUARY), NOBODY, [100.0]),
    (valued(), valued(**FEBRUARY), NOBODY, [100.0]),
    (valued(0.1), valued(**FEBRUARY), NOBODY, [0.0]),
    (pd.concat([counted().head(100), counted(1).tail(109)]), counted(**FEBRUARY), NOBODY, [100 * 100 / 209]),
    (counted(), counted(1, **FEBRUARY), counted(**YEAR_AGO), [100.0, 0.0]),
    (counted(), NOBODY, counted(**YEAR_AGO), [100.0]),
    (counted(), counted(**YEAR_AGO), counted(**YEAR_AGO), [100.0]),  # an annual figure
]


@pytest.mark.parametrize(("now", "before", "year_ago", "percent"), RENEWAL)
def test_how_many_have_the_figures_of_an_earlier_period(
    now: pd.DataFrame, before: pd.DataFrame, year_ago: pd.DataFrame, percent: list[float]
) -> None:
    found = renewal(now, before, year_ago, EDITION, 50, 30)
    assert found.rows["percent_alike"].to_list() == pytest.approx(percent, abs=1)
    assert failing(found) == [at for at, one in enumerate(percent) if one > 50]


def test_what_is_said_of_the_last_periods_figures() -> None:
    found = renewal(counted(), counted(**FEBRUARY), NOBODY, EDITION, 50, 30)
    assert found.say(found.rows, found.rows) == (
        "209 of 209 organisations have just the figures of the period that ended 2017-02-28: "
        "is this that period's file under another date?"
    )


def test_one_period_alone_and_judgements_are_not_renewed() -> None:
    assert renewal(counted(), counted(), NOBODY, EDITION, 50, 30).rows.empty
    now, then = (frame.assign(indicator_code=MILESTONES) for frame in (counted(), counted(**FEBRUARY)))
    assert renewal(now, then, then, EDITION, 50, 30).rows.empty
    assert renewal(NOBODY, NOBODY, NOBODY, EDITION, 50, 30).rows.empty
