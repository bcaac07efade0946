"""Each rule of each schema holds on a good frame and fails on one spoilt cell, naming column and row."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pandera.pandas as pa
import pytest

from ccg_pipeline.framework.model import Edition
from ccg_pipeline.tables.areas import AREA_SCORE
from ccg_pipeline.tables.bands import INDICATOR_BAND
from ccg_pipeline.tables.candidates import CANDIDATE_RATING
from ccg_pipeline.tables.column import Basis, Table
from ccg_pipeline.tables.conform import SchemaFault, conform
from ccg_pipeline.tables.observations import OBSERVATION, SOURCE_OBSERVATION
from ccg_pipeline.tables.overall import OVERALL_RATING
from ccg_pipeline.tables.records import QUARANTINE
from ccg_pipeline.tables.schema import schema_of

CCGS = ("01C", "01D")
LAYERS: dict[str, tuple[Table, str, str]] = {
    "observations": (OBSERVATION, "", ""),
    "source_observations": (SOURCE_OBSERVATION, "", ""),
    "quarantine": (QUARANTINE, "", ""),
    "bands": (INDICATOR_BAND, "", ""),
    "areas": (AREA_SCORE, "", ""),
    "candidates": (CANDIDATE_RATING, "annual", "cancer"),
    "overall": (OVERALL_RATING, "annual", ""),
}
"""Frame -> the table that it is of, its lane and its panel."""
NOON = pd.Timestamp("2017-03-31 12:00")

# layer, row, cells that are put in, what the sentence must say
SPOILT: list[tuple[str, int, dict[str, Any], str]] = [
    ("observations", 0, {"indicator_code": "999z"}, "row 1 (999z 01C 2017-03-31 row 14): indicator_"),
    ("observations", 1, {"organisation_code": ""}, "row 2 (129a 2017-03-31 row 15): "),
    ("observations", 0, {"organisation_kind": "hub"}, "organisation_kind must be one of 'ccg'"),
    ("observations", 0, {"organisation_code": "ENG"}, "must have a code of its kind of organisation"),
    ("observations", 2, {"organisation_code": "X24"}, "must have a code of its kind of organisation"),
    ("observations", 0, {"judgement": None}, "judgement must not be missing"),
    ("observations", 0, {"status": "lost"}, "status must be one of 'missing', 'published'"),
    ("observations", 0, {"publication": "unheard_of"}, "publication must be one of"),
    ("observations", 0, {"source_sha256": "AB" * 32}, "source_sha256 must match [0-9a-f]{64}"),
    ("observations", 0, {"source_name": ""}, "source_name must not be empty"),
    ("observations", 0, {"cell": ""}, "cell must not be empty"),
    ("observations", 0, {"dates_provenance": "guessed"}, "dates_provenance must be one of"),
    ("observations", 0, {"layout": "other"}, "layout must be one of"),
    ("observations", 0, {"period_end": NOON}, "period_end must be a day, at midnight"),
    ("observations", 0, {"period_end": pd.NaT}, "period_end must not be missing"),
    ("observations", 0, {"period_start": pd.Timestamp("2017-04-01")}, "must begin no later than it ends"),
    ("observations", 0, {"value": np.nan}, "must have a value or a judgement where its status is published"),
    ("observations", 4, {"judgement": ""}, "must have a value or a judgement where its status is published"),
    ("observations", 2, {"value": np.nan, "numerator": np.nan}, "must have a value or a judgement where"),
    ("observations", 1, {"value": 90.0}, "must have neither figure nor judgement"),
    ("observations", 1, {"numerator": 0.0}, "must have neither figure nor judgement"),
    ("observations", 1, {"judgement": "Green"}, "must have neither figure nor judgement"),
    ("observations", 0, {"value": 100.1}, "must have a proportion within 0 to 100 %"),
    ("observations", 0, {"value": -0.1}, "must have a proportion within 0 to 100 %"),
    ("observations", 0, {"value": np.inf}, "value must be finite (found: inf)"),
    ("observations", 0, {"numerator": 101.0}, "must have a numerator no larger than the denominator"),
    ("observations", 0, {"numerator": -1.0}, "must have no count below 0"),
    ("observations", 0, {"lower_95": 96.0, "upper_95": 84.0}, "must have its lower limit no higher"),
    ("observations", 0, {"layout": "made_up", "is_made_up": False}, "must be made up where its layout is"),
    ("observations", 1, {"organisation_code": "01C"}, "row 1 (129a 01C 2017-03-31 row 14): must stand"),
    ("quarantine", 0, {"row": 0}, "row must be at least 1 (found: 0)"),
    ("quarantine", 0, {"reasons": ""}, "reasons must not be empty"),
    ("quarantine", 0, {"refused_by": ""}, "refused_by must not be empty"),
    ("quarantine", 0, {"raw": "{01C"}, "must hold the row as read, in JSON"),
    ("bands", 0, {"band": 3}, "band must be at most 2 (found: 3)"),
    ("bands", 0, {"band": -1}, "band must be at least 0"),
    ("bands", 0, {"points": 2.1}, "points must be at most 2"),
    ("bands", 0, {"points": 1.33}, "must have as its band the points, where these are whole"),
    ("bands", 0, {"points": np.nan}, "must have points or say why there is no band"),
    ("bands", 0, {"why_no_band": "The figure is missing."}, "must have points or say why there is no band"),
    ("bands", 0, {"status": "suppressed"}, "must have points only for a published figure"),
    ("bands", 0, {"z": np.nan}, "must have z, reference and standard error where statistical limits"),
    ("bands", 0, {"tau2": np.nan}, "must have z, reference and standard error where statistical limits"),
    ("bands", 0, {"reference_basis": "none"}, "must have the basis and provenance of its reference"),
    ("bands", 0, {"reference_provenance": ""}, "must have the basis and provenance of its reference"),
    ("bands", 0, {"direction": "up"}, "direction must be one of"),
    ("bands", 0, {"limits": "wide"}, "limits must be one of"),
    ("bands", 0, {"ccg_code": "99Z"}, "ccg_code must be one of '01C', '01D'"),
    ("bands", 1, {"ccg_code": "01C"}, "must stand once for its lane, partition_key, indicator_code"),
    ("bands", 0, {"partition_key": "March"}, "partition_key must match"),
    ("areas", 0, {"score": 2.01}, "score must be at most 2 (found: 2.01)"),
    ("areas", 0, {"score": -0.01}, "score must be at least 0"),
    ("areas", 0, {"score": np.nan}, "must have a score or say why there is none"),
    ("areas", 0, {"why_no_score": "None of 3."}, "must have a score or say why there is none"),
    ("areas", 0, {"n_used": 4}, "must use no more indicators than expected"),
    ("areas", 0, {"n_used": 0}, "must have a score only from indicators"),
    ("areas", 0, {"is_official": True}, "is_official must be False"),
    ("areas", 0, {"lane": "weekly"}, "lane must be one of 'annual', 'interim'"),
    ("areas", 1, {"ccg_code": "01C"}, "must stand once for its lane, partition_key, area_code, ccg_code"),
    ("candidates", 0, {"grade": 5}, "grade must be at most 4"),
    ("candidates", 0, {"rating": "Good"}, "row 1 (cancer 122 01C): must have as its rating"),
    ("candidates", 0, {"rating": "Top performing"}, "rating must be one of"),
    ("candidates", 0, {"lane": "interim"}, "lane must be one of 'annual'"),
    ("candidates", 1, {"why_no_rating": ""}, "must have a rating or say why there is none"),
    ("candidates", 0, {"n_used": 5}, "must use no more indicators than expected"),
    ("candidates", 0, {"detail": "[1]"}, "must hold its detail as an object in JSON"),
    ("candidates", 1, {"ccg_code": "01C"}, "must stand once for its lane, partition_key, panel, ccg_code"),
    ("overall", 0, {"overall_score": np.nan}, "must have a rating only with its score"),
    ("overall", 0, {"grade": 2}, "must have as its rating the label of its grade"),
    ("overall", 1, {"why_no_rating": ""}, "must have a rating or say why there is none"),
    ("overall", 0, {"weight_used": 1.01}, "weight_used must be at most 1"),
    ("overall", 0, {"n_performance_used": 59}, "must use no more indicators than expected"),
    ("overall", 0, {"lane": "interim"}, "lane must be one of 'annual'"),
]  # fmt: skip


def schema(layer: str, edition: Edition) -> pa.DataFrameSchema:
    table, lane, panel = LAYERS[layer]
    return schema_of(table, Basis(edition, CCGS, lane, panel))


@pytest.fixture
def frame_of(request: pytest.FixtureRequest) -> Callable[[str], pd.DataFrame]:
    return lambda layer: request.getfixturevalue(layer)


@pytest.mark.parametrize("layer", LAYERS)
def test_a_good_frame_comes_back_as_it_is(
    layer: str, frame_of: Callable[[str], pd.DataFrame], edition: Edition
) -> None:
    good = frame_of(layer)
    before = good.copy()
    assert conform(good, schema(layer, edition), layer) is good
    pd.testing.assert_frame_equal(good, before)


@pytest.mark.parametrize(("layer", "row", "cells", "said"), SPOILT)
def test_one_spoilt_row_is_refused_by_column_and_row(
    layer: str,
    row: int,
    cells: dict[str, Any],
    said: str,
    frame_of: Callable[[str], pd.DataFrame],
    edition: Edition,
) -> None:
    frame = frame_of(layer)
    for column, value in cells.items():
        frame.loc[row, column] = value
    with pytest.raises(SchemaFault) as fault:
        conform(frame, schema(layer, edition), "The file")
    assert str(fault.value).startswith("The file does not conform in ")
    assert said in str(fault.value)
    assert row in set(fault.value.failures["row"])


@pytest.mark.parametrize("layer", LAYERS)
def test_a_column_less_or_more_is_refused(
    layer: str, frame_of: Callable[[str], pd.DataFrame], edition: Edition
) -> None:
    frame = frame_of(layer).rename(columns={"is_made_up": "made_up"})
    with pytest.raises(SchemaFault, match=r"is_made_up is missing, made_up is not known\.$"):
        conform(frame, schema(layer, edition), layer)


@pytest.mark.parametrize(
    ("column", "values", "said"),
    [
        ("value", ["90"] * 6, "value must hold numbers (found: str)."),
        ("period_end", ["2017-03-31"] * 6, "period_end must hold dates without a time zone (found: str)."),
        ("note", [1.5] * 6, "note must hold text (found: float64)."),
        ("is_made_up", ["yes"] * 6, "is_made_up must hold true or false (found: str)."),
    ],
)
def test_a_column_of_another_kind_is_refused(
    column: str, values: list[Any], said: str, observations: pd.DataFrame, edition: Edition
) -> None:
    with pytest.raises(SchemaFault) as fault:
        conform(observations.assign(**{column: values}), schema("observations", edition), "The file")
    assert str(fault.value) == f"The file does not conform: {said}"


def test_text_of_another_kind_within_a_column_is_refused(
    observations: pd.DataFrame, edition: Edition
) -> None:
    observations["note"] = pd.Series(["", 3, "", "", "", ""], dtype="object")
    with pytest.raises(SchemaFault, match=r"row 2 \(129a 01D .*\): note must be text \(found: 3\)"):
        conform(observations, schema("observations", edition), "The file")


def test_any_unit_of_time_and_either_storage_of_text_conform(
    observations: pd.DataFrame, edition: Edition
) -> None:
    other = observations.astype({"period_end": "datetime64[s]", "note": "object", "judgement": "string"})
    conform(other, schema("observations", edition), "The file")


@pytest.mark.parametrize(
    ("layer", "said"),
    [
        ("bands", "must have 120 rows, one for every indicator and CCG (found: 119 rows)"),
        ("areas", "must have 58 rows, one for every area and CCG (found: 57 rows)"),
        ("candidates", "must have 2 rows, one for every CCG (found: 1 rows)"),
        ("overall", "must have 2 rows, one for every CCG (found: 1 rows)"),
    ],
)
def test_a_lost_row_is_refused(
    layer: str, said: str, frame_of: Callable[[str], pd.DataFrame], edition: Edition
) -> None:
    with pytest.raises(SchemaFault) as fault:
        conform(frame_of(layer).iloc[1:], schema(layer, edition), "The table")
    assert str(fault.value) == f"The table does not conform: {said}."


def test_stored_rows_carry_their_partition(observations: pd.DataFrame, edition: Edition) -> None:
    conform(observations.assign(partition_key="2017-03"), schema("observations", edition), "The table")
    with pytest.raises(SchemaFault, match="partition_key must match"):
        conform(observations.assign(partition_key="2017"), schema("observations", edition), "The table")


def test_two_files_may_give_one_figure_but_one_file_only_once(
    observations: pd.DataFrame, edition: Edition
) -> None:
    revised = observations.assign(source_sha256="cd" * 32)
    both = pd.concat([observations, revised])
    assert conform(both, schema("source_observations", edition), "The table") is both
    with pytest.raises(SchemaFault, match="12 of 12 rows"):
        conform(both, schema("observations", edition), "The table")
    with pytest.raises(SchemaFault, match="must stand once"):
        conform(pd.concat([observations] * 2), schema("source_observations", edition), "The table")


def test_a_row_with_several_faults_is_named_once_with_all_of_them(
    observations: pd.DataFrame, edition: Edition
) -> None:
    observations.loc[0, ["value", "numerator", "cell"]] = [101.0, 101.0, ""]
    with pytest.raises(SchemaFault) as fault:
        conform(observations, schema("observations", edition), "rtt.xls")
    assert str(fault.value) == (
        "rtt.xls does not conform in 1 of 6 rows: row 1 (129a 01C 2017-03-31): "
        "must have a numerator no larger than the denominator of a proportion, "
        "must have a proportion within 0 to 100 %, cell must not be empty."
    )
    assert list(fault.value.failures["row"]) == [0, 0, 0]


def test_of_many_offending_rows_three_are_named_and_all_are_counted_and_kept(
    bands: pd.DataFrame, edition: Edition
) -> None:
    with pytest.raises(SchemaFault) as fault:
        conform(bands.assign(points=3.0), schema("bands", edition), "The table")
    assert str(fault.value).count("points must be at most 2 (found: 3.0)") == 3
    assert str(fault.value).startswith("The table does not conform in 120 of 120 rows: row 1 (101a 101 01C")
    assert str(fault.value).endswith("; and 117 more.")
    assert fault.value.failures["row"].nunique() == 120


def test_rows_are_counted_by_position_whatever_the_index(
    observations: pd.DataFrame, edition: Edition
) -> None:
    observations.loc[5, "status"] = "lost"
    with pytest.raises(SchemaFault) as fault:
        conform(observations.set_index(observations.index * 10), schema("observations", edition), "The file")
    assert "row 6 (127e E10000007" in str(fault.value)
    assert set(fault.value.failures["row"]) == {5}


@pytest.mark.parametrize("value", [0.0, 100.0])
def test_a_proportion_may_be_nothing_or_all(
    value: float, observations: pd.DataFrame, edition: Edition
) -> None:
    observations.loc[0, ["value", "numerator"]] = value
    conform(observations, schema("observations", edition), "The file")


def test_an_authority_may_have_a_count_alone(observations: pd.DataFrame, edition: Edition) -> None:
    observations.loc[5, ["status", "numerator"]] = ["published", 20.0]
    conform(observations, schema("observations", edition), "The file")


def test_a_value_that_fills_a_page_is_cut_in_the_sentence_and_whole_in_the_failures(
    observations: pd.DataFrame, edition: Edition
) -> None:
    observations.loc[0, "status"] = "x" * 5_000
    with pytest.raises(SchemaFault) as fault:
        conform(observations, schema("observations", edition), "The table")
    assert len(str(fault.value)) < 1_000
    assert "x" * 5_000 in set(fault.value.failures["found"])
