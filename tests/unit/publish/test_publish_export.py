"""Exports: the same bytes for the same rows, nothing lost in a format, no formula for a spreadsheet."""

import csv
import io
import json
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccg_pipeline.publish.export import FORMATS, UNRELEASED, exported, stamped


def frame() -> pd.DataFrame:
    """A column of each kind, each with something missing."""
    return pd.DataFrame(
        {
            "ccg_code": ["01C", "02N", "15F"],
            "ccg_name": ["NHS Eastern Cheshire CCG", "", "NHS Leeds, “North” CCG"],
            "band": pd.array([0, None, 2], dtype="Int64"),
            "n_expected": [3, 0, 60],
            "score": [1 / 3, float("nan"), -0.5],
            "tau2": [3.20123456789e-07, 0.0, float("nan")],
            "period_end": pd.to_datetime(["2017-03-31", None, "2016-12-31"]),
            "is_made_up": [True, False, True],
        }
    )


def csv_rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8"), newline="")))


def test_csv_has_iso_dates_twelve_digits_and_nothing_for_what_is_missing() -> None:
    lines = exported(frame(), "csv").decode("utf-8").split("\n")
    assert lines == [
        "ccg_code,ccg_name,band,n_expected,score,tau2,period_end,is_made_up",
        "01C,NHS Eastern Cheshire CCG,0,3,0.333333333333,3.20123456789e-07,2017-03-31,True",
        "02N,,,0,,0,,False",
        '15F,"NHS Leeds, “North” CCG",2,60,-0.5,,2016-12-31,True',
        "",
    ]


def test_json_tells_missing_from_no_text_and_keeps_the_digits_of_small_numbers() -> None:
    rows = json.loads(exported(frame(), "json"))
    assert rows[0] == {
        "ccg_code": "01C",
        "ccg_name": "NHS Eastern Cheshire CCG",
        "band": 0,
        "n_expected": 3,
        "score": 0.333333333333,
        "tau2": 3.20123456789e-07,
        "period_end": "2017-03-31",
        "is_made_up": True,
    }
    assert rows[1] == {
        "ccg_code": "02N",
        "ccg_name": "",
        "band": None,
        "n_expected": 0,
        "score": None,
        "tau2": 0.0,
        "period_end": None,
        "is_made_up": False,
    }
    assert "“North”" in exported(frame(), "json").decode("utf-8")


def test_parquet_keeps_the_type_of_every_column_and_tells_missing_from_no_text() -> None:
    table = pq.read_table(io.BytesIO(exported(frame(), "parquet")))
    kinds = {field.name: field.type for field in table.schema}
    assert kinds["period_end"] == pa.date32()
    assert (kinds["band"], kinds["n_expected"]) == (pa.int64(), pa.int64())
    assert (kinds["score"], kinds["is_made_up"]) == (pa.float64(), pa.bool_())
    assert pa.types.is_string(kinds["ccg_name"]) or pa.types.is_large_string(kinds["ccg_name"])
    columns = table.to_pydict()
    assert columns["ccg_name"][1] == ""
    assert (columns["band"], columns["score"][1]) == ([0, None, 2], None)
    assert [day and day.isoformat() for day in columns["period_end"]] == ["2017-03-31", None, "2016-12-31"]


@pytest.mark.parametrize("column", ["band", "score", "period_end", "ccg_name"])
def test_a_column_without_any_value_keeps_its_type(column: str) -> None:
    """An interim table has such columns, and who reads twelve of them wants one type."""
    empty = frame().iloc[:0]
    missing = frame().assign(**{column: frame()[column].where([False] * 3)})
    whole = pq.read_table(io.BytesIO(exported(frame(), "parquet"))).schema.field(column).type
    for other in (empty, missing):
        assert pq.read_table(io.BytesIO(exported(other, "parquet"))).schema.field(column).type == whole
    assert exported(empty, "csv").count(b"\n") == 1
    assert json.loads(exported(empty, "json")) == []


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r"])
@pytest.mark.parametrize("dtype", ["str", "object"])
def test_no_text_is_a_formula(sign: str, dtype: str) -> None:
    formula = f'{sign}HYPERLINK("http://x.example";"01C")'
    made = pd.DataFrame({"note": pd.Series([formula, "a=b", " =b"], dtype=dtype), "score": [-1.5, 2.0, 3.0]})
    rows = csv_rows(exported(made, "csv"))
    assert [row["note"] for row in rows] == [f"'{formula}".replace("\r", "\n"), "a=b", " =b"]
    assert rows[0]["score"] == "-1.5"
    # a spreadsheet opens neither of the others by itself, and the text is the text
    assert json.loads(exported(made, "json"))[0]["note"] == formula
    assert pq.read_table(io.BytesIO(exported(made, "parquet"))).to_pydict()["note"][0] == formula


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8), max_size=5))
def test_any_text_comes_back_from_csv_but_for_the_apostrophe(texts: list[str]) -> None:
    made = pd.DataFrame({"note": pd.Series(texts, dtype="str"), "n": range(len(texts))})
    back = [row["note"] for row in csv_rows(exported(made, "csv"))]
    meant = [text.replace("\r\n", "\n").replace("\r", "\n") for text in texts]
    assert [text.removeprefix("'") for text in back] == [text.removeprefix("'") for text in meant]
    assert not any(text.startswith(("=", "+", "-", "@", "\t", "\r")) for text in back)


@pytest.mark.parametrize("file_format", FORMATS)
def test_equal_rows_give_equal_bytes_and_the_frame_is_left_alone(file_format: str) -> None:
    first = frame()
    content = exported(first, file_format)
    assert exported(frame(), file_format) == content == exported(first, file_format)
    pd.testing.assert_frame_equal(first, frame())
    other = frame()
    other.loc[0, "score"] = 0.334
    assert exported(other, file_format) != content


@pytest.mark.parametrize("file_format", ["csv", "json"])
def test_arithmetic_noise_beyond_twelve_digits_is_no_difference(file_format: str) -> None:
    noisy = frame()
    noisy["score"] = noisy["score"] * (1 + 1e-15)
    assert exported(noisy, file_format) == exported(frame(), file_format)


def test_no_second_row_begins_inside_a_text() -> None:
    made = pd.DataFrame({"note": ["refused:\r=1+1", "refused:\r\n=1+1"], "n": [1, 2]})
    content = exported(made, "csv")
    assert b"\r" not in content
    assert [row["note"] for row in csv_rows(content)] == ["refused:\n=1+1"] * 2


def test_a_stamp_stands_in_every_row() -> None:
    rows = csv_rows(exported(stamped(frame()), "csv"))
    assert [row["release_status"] for row in rows] == [UNRELEASED] * 3
    assert "release_status" not in frame()


@pytest.mark.parametrize("file_format", ["xlsx", "", "CSV"])
def test_an_unknown_format_is_refused_with_those_that_are_known(file_format: str) -> None:
    with pytest.raises(ValueError, match=rf"no format '{file_format}': choose one of csv, json, parquet\."):
        exported(frame(), file_format)


def test_json_has_no_number_that_json_does_not_have() -> None:
    def refuse(name: str) -> Any:
        raise AssertionError(name)

    json.loads(exported(frame(), "json"), parse_constant=refuse)
