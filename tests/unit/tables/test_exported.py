"""Exported tables: a frame that leaves has just the columns that are defined, and holds what they allow."""

import pandas as pd
import pytest

from ccg_pipeline.framework.rules import Lane
from ccg_pipeline.method.assess import MOVES as MOVED
from ccg_pipeline.method.uncertainty.robustness import ROBUSTNESS_COLUMNS
from ccg_pipeline.publish.export import stamped
from ccg_pipeline.publish.league import league
from ccg_pipeline.publish.weights import weightings, weights_of
from ccg_pipeline.quality.quarantine import row_id
from ccg_pipeline.reference.organisations import ccgs
from ccg_pipeline.release.as_known import as_rows
from ccg_pipeline.release.tables import AWAITING, OVERRIDDEN
from ccg_pipeline.tables.column import Basis, Table
from ccg_pipeline.tables.conform import SchemaFault, conform
from ccg_pipeline.tables.exports import (
    DICTIONARY,
    LEAGUE,
    MOVES,
    REFUSED_ROWS,
    ROBUSTNESS,
    exported_tables,
    released_tables,
    weights_table,
)
from ccg_pipeline.tables.schema import schema_of
from tests.support.notations.method_tables import EDITION
from tests.support.worlds.publish_layers import CCGS, made_of

STATES = ({}, {"cancer": AWAITING}, {"cancer": OVERRIDDEN, "dementia": AWAITING})


def conforms(frame: pd.DataFrame, table: Table, lane: str = "") -> None:
    conform(frame, schema_of(table, Basis(EDITION, CCGS, lane)), table.name)


@pytest.mark.parametrize("states", STATES, ids=["all verified", "one awaits", "one overridden"])
@pytest.mark.parametrize("lane", ["interim", "annual"])
def test_released_tables_are_as_defined(lane: Lane, states: dict[str, str]) -> None:
    frames = made_of(lane).tables(**states)
    tables = released_tables(EDITION)
    assert set(frames) == set(tables)
    for name, frame in frames.items():
        cells = frame.select_dtypes("str").stack()
        assert not cells.str.startswith(("{", "[")).any()  # a cell holds one value, and no object
        conforms(frame, tables[name], lane)
        conforms(stamped(frame), tables[name], lane)


def test_a_column_that_is_not_defined_does_not_pass() -> None:
    frames = made_of("interim").tables()
    with pytest.raises(SchemaFault, match="extra is not known"):
        conforms(frames["bands"].assign(extra=1.0), released_tables(EDITION)["bands"], "interim")


def test_leagues_are_as_defined() -> None:
    frames = made_of("annual").tables()
    for area in (None, EDITION.area("129")):
        found = league(frames, EDITION, ccgs(), area)
        conforms(found, LEAGUE, "annual")
        conforms(stamped(found), LEAGUE, "annual")


@pytest.mark.parametrize("name", weightings()["weights"])
def test_weights_are_as_defined(name: str) -> None:
    conforms(weights_of(name), weights_table(name))


def test_what_moved_is_as_defined() -> None:
    key, columns = MOVED["bands"]
    row = {name: pd.Timestamp("2017-03-31") if name.startswith("period") else "122a" for name in key}
    sides = {f"{name}_{side}": side for name in columns for side in ("before", "after")}
    moves = stamped(as_rows({"bands": pd.DataFrame([row | sides])}))
    assert len(moves) == len(columns)
    conforms(moves, MOVES)


def test_the_list_of_refused_rows_is_as_defined(quarantine: pd.DataFrame) -> None:
    listed = quarantine.assign(partition_key="2017-03", row_id=row_id("ab" * 32, "IncompleteProv", 17))
    conforms(listed, REFUSED_ROWS)
    conforms(stamped(listed.assign(would_change="nothing of its own CCG", of_others="0")), REFUSED_ROWS)


def test_the_statement_of_robustness_has_the_columns_that_are_defined() -> None:
    assert ROBUSTNESS.names == (*ROBUSTNESS_COLUMNS, "verification")


def test_the_tables_that_leave_are_all_in_the_dictionary() -> None:
    named = {one.name for one in exported_tables(EDITION)}
    assert {LEAGUE.name, MOVES.name, REFUSED_ROWS.name, ROBUSTNESS.name, DICTIONARY.name} <= named
    assert set(released_tables(EDITION)) <= named
