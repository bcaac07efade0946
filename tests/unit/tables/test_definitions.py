"""Definitions: nothing lacks a meaning, keys hold in the database, the dictionary is current."""

import io
from datetime import date

import pyarrow.parquet as pq
import pytest
from sqlalchemy import Connection, create_engine, insert
from sqlalchemy.exc import IntegrityError

from ccg_pipeline.framework.load import load_edition
from ccg_pipeline.publish.export import exported
from ccg_pipeline.storage.sql import BY_NAME, metadata
from ccg_pipeline.tables.column import Column, Table, number, text, whole
from ccg_pipeline.tables.dictionary import PAGE, dictionary, page, panels_tables
from ccg_pipeline.tables.exports import BANDS, DICTIONARY, exported_tables
from ccg_pipeline.tables.stored import STORED

TABLES = (*STORED, *exported_tables(load_edition()), *panels_tables())
VALUES = {"text": "", "whole": 1, "number": 0.5, "date": date(2017, 3, 31), "flag": True}


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_table_and_column_has_a_meaning_in_a_sentence_and_every_number_a_unit(table: Table) -> None:
    assert table.key
    assert table.meaning.endswith(".")
    for column in table.columns:
        assert column.meaning.endswith((".", "…")), column.name
        assert column.unit or column.kind != "number", column.name


def test_the_page_of_all_columns_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(load_edition()), (
        "docs/data_dictionary.md is not current: python -m ccg_pipeline.tables.dictionary"
    )


@pytest.fixture
def connection() -> Connection:
    engine = create_engine("sqlite://")
    metadata.create_all(engine)
    return engine.connect()


@pytest.mark.parametrize("table", STORED, ids=lambda table: table.name)
def test_the_database_refuses_a_row_that_is_there(table: Table, connection: Connection) -> None:
    row = {one.name: VALUES[one.kind] for one in table.columns}
    connection.execute(insert(BY_NAME[table.name]).values(row))
    with pytest.raises(IntegrityError, match=r"UNIQUE|insert-only"):
        connection.execute(insert(BY_NAME[table.name]).values(row))


def test_the_columns_of_a_stored_table_are_those_of_its_definition() -> None:
    for table in STORED:
        found = [(one.name, one.comment) for one in BY_NAME[table.name].columns]
        assert found == [(one.name, one.meaning) for one in table.columns]


@pytest.mark.parametrize(
    ("column", "said"),
    [
        (text("status", "A status.", ("read", "refused")), "read, refused"),
        (text("sha256", "A file.", like="[0-9a-f]{64}"), "[0-9a-f]{64}"),
        (number("score", "A score.", "points", 0, 2), "0 to 2"),
        (number("phi", "A ratio.", "", 0), "0 or more"),
        (whole("row", "A row."), ""),
    ],
)
def test_what_a_column_may_hold_is_said_in_words(column: Column, said: str) -> None:
    assert column.vocabulary == said


@pytest.mark.parametrize(
    ("key", "index", "said"),
    [(("b",), {}, r"no column \['b'\]"), (("a",), {"b": ("c",)}, r"no column \['c'\]")],
)
def test_a_key_or_an_index_of_no_column_is_refused(
    key: tuple[str, ...], index: dict[str, tuple[str, ...]], said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        Table("t", "A table.", (text("a", "A text."),), key, indexes=index)


def test_a_column_that_is_defined_twice_is_refused() -> None:
    with pytest.raises(ValueError, match=r"defines \['a'\] twice"):
        Table("t", "A table.", (text("a", "A text."), text("a", "Another.")), ("a",))


def test_the_dictionary_is_a_table_of_all_exported_columns() -> None:
    tables = exported_tables(load_edition())
    found = dictionary(tables)
    assert list(found.columns) == list(DICTIONARY.names)
    assert len(found) == sum(len(table.columns) for table in tables)
    assert (found[["table", "column", "kind", "meaning"]] != "").all(axis=None)


def test_parquet_carries_what_each_column_means() -> None:
    frame = dictionary([BANDS])
    schema = pq.read_table(io.BytesIO(exported(frame, "parquet", DICTIONARY))).schema
    assert {field.metadata[b"meaning"].decode() for field in schema} == {
        one.meaning for one in DICTIONARY.columns
    }
    assert schema.metadata[b"table"] == b"dictionary"
    bare = pq.read_table(io.BytesIO(exported(frame, "parquet")))
    assert bare.equals(pq.read_table(io.BytesIO(exported(frame, "parquet", DICTIONARY))))
