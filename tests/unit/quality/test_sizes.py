"""Whole columns, England and single CCGs of another size than is known, with no earlier period to tell."""

import pandas as pd
import pytest

from ccg_pipeline.framework.load import load_edition
from ccg_pipeline.quality.sizes import among, usual_size
from tests.unit.quality.test_comparisons import failing, observed

EDITION = load_edition()
CODES = [f"{n:02d}A" for n in range(40)]


def valued(times: float = 1.0, n: int = 40, code: str = "128a", **same: object) -> pd.DataFrame:
    """Standardised admissions without counts, about 800 of 100,000, and England's."""
    cells = {one: {"value": times * (700.0 + 5 * place)} for place, one in enumerate(CODES[:n])}
    return observed({**cells, "ENG": {"value": 800.0}}, code, **same)


def counted(code: str, numerator: float, denominator: float, value: float) -> pd.DataFrame:
    cells = {"numerator": numerator, "denominator": denominator, "value": value}
    return observed(dict.fromkeys(CODES, cells), code)


SIZES = [
    # figures, what stands out
    (valued(), []),
    (valued(0.3), []),  # other definitions and years differ by less than ten times
    (valued(10), ["median of 40 organisations"]),
    (valued(0.1), ["median of 40 organisations"]),
    (valued(0.1, n=2), ["median of 2 organisations"]),  # a supplement of few
    (valued(-1), ["median of 40 organisations"]),
    (valued(0.001).iloc[-1:].assign(value=8.0), ["England"]),
    (
        counted("124a", 600, 1e6, 600),
        ["median of 40 organisations"],
    ),  # a numerator times ten, and its value with it
    (counted("104a", 200, 1e4, 2000), []),
    (
        counted("104a", 200, 1e5, 2000),
        ["median of 40 organisations"],
    ),  # a denominator, and the value as it was
    (counted("104a", 200, 0, 2000), []),
    (valued(10, code="gp_referrals_made"), []),  # of which no size is known
]


@pytest.mark.parametrize(("figures", "expected"), SIZES)
def test_figures_of_another_size_than_is_usual_stand_out(figures: pd.DataFrame, expected: list[str]) -> None:
    found = usual_size(figures, EDITION, 4)
    failed = found.rows.loc[failing(found)]
    assert failed["figure"].to_list() == expected
    assert found.say(found.rows, failed).endswith("lost?") == bool(expected)


def with_one(code: str, value: float) -> pd.DataFrame:
    frame = valued()
    frame.loc[frame["organisation_code"].eq(code), "value"] = value
    return frame


AMONG = [
    # figures, who lies far from the others
    (valued(), []),
    (with_one("05A", 7250.0), ["05A"]),
    (with_one("05A", 72.5), ["05A"]),  # a tenth
    (with_one("05A", 0.0), []),  # nobody was admitted
    (valued().assign(value=[1e-9, *(2.0 ** (n % 40 / 8) for n in range(1, 41))]), []),  # far apart by nature
    (with_one("05A", 72.5).assign(indicator_code="105d", value=lambda one: one["value"] / 10), ["05A"]),
    (valued(0.1, code="106a").assign(value=[*range(5, 85, 2), 40]), []),  # an index may be near nought
    (with_one("ENG", 8000.0), ["ENG"]),
    (with_one("ENG", 690.0), ["ENG"]),
    (valued(n=29).assign(value=range(0, 30_000, 1000)), []),  # too few to know
    (valued().assign(value=1.0), []),
    (valued(code="123c").assign(value=[*range(40), 500.0]), []),  # milestones jump by nature
]


@pytest.mark.parametrize(("figures", "expected"), AMONG)
def test_a_value_far_from_all_others_is_named(figures: pd.DataFrame, expected: list[str]) -> None:
    found = among(figures, EDITION, 12, 8, 30)
    failed = found.rows.loc[failing(found)]
    assert failed["organisation_code"].to_list() == expected
    assert all(one in found.say(found.rows, failed) for one in expected)


def test_every_indicator_that_has_a_size_says_what_is_usual() -> None:
    assert {one.kind for one in EDITION.indicators if one.usual_value is None} == {"judgement"}
