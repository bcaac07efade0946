"""Frames that conform, one a layer, for the tests to spoil one thing at a time.

Belongs here: the smallest frames with every column of their layer.
Does not belong here: spoilt frames (each test spoils its own).
"""

from itertools import product

import pandas as pd
import pytest

from ccg_pipeline.framework.load import load_edition
from ccg_pipeline.framework.model import Edition
from ccg_pipeline.sources.result import OBSERVATION_COLUMNS, QUARANTINE_COLUMNS

CCGS = ("01C", "01D")
IN = {"lane": "annual", "partition_key": "2016-04-01", "is_made_up": True}


@pytest.fixture(scope="session")
def edition() -> Edition:
    return load_edition()


@pytest.fixture
def observations() -> pd.DataFrame:
    figures = [
        ("129a", "01C", "ccg", 90.0, 100.0, 90.0, "", "published"),
        ("129a", "01D", "ccg", None, None, None, "", "suppressed"),
        ("129a", "ENG", "england", 180.0, 200.0, 90.0, "", "published"),
        ("129a", "X24", "nhs_england", 0.0, 0.0, None, "", "missing"),
        ("165a", "01C", "ccg", None, None, None, "Green Star", "published"),
        ("127e", "E10000007", "local_authority", 20.0, None, None, "", "missing"),
    ]
    names = ["indicator_code", "organisation_code", "organisation_kind", "numerator", "denominator", "value"]
    frame = pd.DataFrame(figures, columns=[*names, "judgement", "status"]).assign(
        period_start=pd.Timestamp("2017-03-01"),
        period_end=pd.Timestamp("2017-03-31"),
        lower_95=float("nan"),
        upper_95=float("nan"),
        note="",
        publication="rtt",
        source_sha256="ab" * 32,
        source_name="rtt.xls",
        sheet="IncompleteProv",
        cell=[f"row {n}" for n in range(14, 20)],
        published_on=pd.Timestamp("2017-05-11"),
        revised_on=pd.NaT,
        dates_provenance="found",
        layout="published",
        is_made_up=True,
    )
    marked = frame["status"] != "published"
    frame.loc[marked, ["numerator", "denominator"]] = float("nan")
    return frame[list(OBSERVATION_COLUMNS)].astype({"revised_on": "datetime64[ns]"})


@pytest.fixture
def source_observations(observations: pd.DataFrame) -> pd.DataFrame:
    return observations


@pytest.fixture
def quarantine() -> pd.DataFrame:
    row = ("ab" * 32, "rtt.xls", "rtt", "IncompleteProv", 17, "129a", "01C", pd.Timestamp("2017-03-31"))
    why = ("numerator 101 is larger than denominator 100", "sources.rtt", '["01C", 101, 100]', True)
    return pd.DataFrame([(*row, *why)], columns=list(QUARANTINE_COLUMNS))


@pytest.fixture
def bands(edition: Edition) -> pd.DataFrame:
    rows = [
        {"indicator_code": indicator.code, "area_code": indicator.area, "ccg_code": ccg}
        for indicator, ccg in product(edition.indicators, CCGS)
    ]
    figure = {"numerator": 90.0, "denominator": 100.0, "value": 90.0, "lower_95": 84.0, "upper_95": 96.0}
    reference = {"reference_value": 92.0, "reference_basis": "standard", "reference_provenance": "found"}
    distance = {"standard_error": 2.7, "z": -0.7, "limits": "plain", "phi": 1.0, "tau2": 0.0}
    words = {
        "judgement": "",
        "status": "published",
        "direction": "higher_is_better",
        "why_no_band": "",
        "publication": "rtt",
        "source_name": "rtt.xls",
        "source_sha256": "ab" * 32,
        "sheet": "",
        "cell": "row 14",
        "note": "",
        "layout": "published",
    }
    day = {"period_start": pd.Timestamp("2017-03-01"), "period_end": pd.Timestamp("2017-03-31")}
    frame = pd.DataFrame(rows).assign(**figure, **reference, **distance, **words, **day, **IN)
    return frame.assign(band=pd.array([1] * len(frame), dtype="Int64"), points=1.0)


def sure(frame: pd.DataFrame, lower: object, upper: object) -> pd.DataFrame:
    """The columns of how sure a score is, and of its place, the same for all rows."""
    distance = {"to_better": float("nan"), "nearest_to_better": 2.5, "nearest_people": 12.0}
    told = frame.assign(lower_95=lower, upper_95=upper, is_told_apart=True, nearest_indicator="122a")
    return placed(told.assign(**distance))


def placed(frame: pd.DataFrame) -> pd.DataFrame:
    """A place among two, with its set."""
    there = frame["lower_95"].notna()
    places = {"rank": 1, "rank_lower_95": 1, "rank_upper_95": 2, "n_not_told_apart": 1}
    whole = {
        name: pd.Series(value, frame.index, dtype="Int64").where(there) for name, value in places.items()
    }
    chances = {name: pd.Series(0.5, frame.index).where(there) for name in ("p_top_10", "p_bottom_10")}
    return frame.assign(**whole, **chances)


def graded(frame: pd.DataFrame) -> pd.DataFrame:
    """Two rows, the first rated and distinguished, the second without a rating."""
    none = float("nan")
    chances = {
        f"p_{of}_{grade}": [share, none]
        for of in ("grade", "again")
        for grade, share in enumerate((0.96, 0.04, 0.0, 0.0), 1)
    }
    whole = {"grade": 1, "best_grade_95": 1, "worst_grade_95": 2, "neighbour_grade": None}
    return frame.assign(
        **chances,
        **{name: pd.array([value, None], dtype="Int64") for name, value in whole.items()},
        rating=["Outstanding", ""],
        p_own_grade_by_both=[0.9, none],
        lower_95=[1.5, none],
        upper_95=[1.9, none],
        is_told_apart=[True, False],
        to_better=none,
        nearest_indicator="",
        nearest_to_better=none,
        nearest_people=none,
    )


@pytest.fixture
def areas(edition: Edition) -> pd.DataFrame:
    rows = [
        {"area_code": area.code, "area": area.slug, "domain": area.domain, "ccg_code": ccg}
        for area, ccg in product(edition.areas, CCGS)
    ]
    rest = {"score": 1.5, "n_used": 2, "n_expected": 3, "note": "", "why_no_score": "", "is_official": False}
    against = {"p_above_reference": 0.99, "p_at_reference": 0.01, "p_below_reference": 0.0}
    return sure(pd.DataFrame(rows).assign(**rest, **against, against_reference="above", **IN), 1.0, 2.0)


@pytest.fixture
def candidates(edition: Edition) -> pd.DataFrame:
    area = edition.panel("cancer").area
    frame = pd.DataFrame({"ccg_code": CCGS, "panel": "cancer", "area_code": area, **IN})
    return graded(frame).assign(
        score=[1.9, float("nan")],
        n_used=[4, 1],
        n_expected=4,
        rule="mean",
        detail='{"122a":1}',
        why_no_rating=["", "Only 1 of 4 indicators has a grade."],
    )


@pytest.fixture
def overall() -> pd.DataFrame:
    frame = pd.DataFrame({"ccg_code": CCGS, **IN})
    return placed(graded(frame)).assign(
        performance_score=[1.5, 0.8],
        n_performance_used=58,
        n_performance_expected=58,
        leadership_judgement=["Green", ""],
        leadership_points=[1.33, float("nan")],
        finance_judgement=["Green", "Red"],
        finance_points=[2.0, 0.0],
        weight_used=[1.0, 0.75],
        overall_score=[1.58, float("nan")],
        bands_to_better=float("nan"),
        why_no_rating=["", "There is no judgement of the quality of leadership."],
    )
