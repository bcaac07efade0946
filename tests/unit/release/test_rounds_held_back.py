"""A round without gates whose figures do not meet what blocks, and what its releases say of it."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from sqlalchemy import delete, insert

from ccg_pipeline.publish.site.data import data_files, tables_of
from ccg_pipeline.publish.site.publications import publications_of
from ccg_pipeline.publish.site.workbook import sheets_of
from ccg_pipeline.release.header import NothingToRelease
from ccg_pipeline.release.holds import Blocking, all_blocking, are_recorded, change, known_as
from ccg_pipeline.storage.database import reading
from ccg_pipeline.storage.pieces import Piece, write
from ccg_pipeline.storage.sql import observation, plausibility
from expert_panels.foundation.fault import WrongUse
from tests.support.worlds.built_site import built
from tests.support.worlds.released_rounds import TRUSTS, InMemory, ambulances

KEY, ENGINEER = "2025-Q1", "a@data.example"
ALTHOUGH = (
    "Released although OF0017, period to 2025-06-30, does not meet total agrees (20 of 30), because: "
    "Counted twice on purpose. Let through by a@data.example on "
)


def found(observed: str) -> dict[str, object]:
    return {
        "partition_key": "2025-06", "suite": "observations", "expectation": "total_agrees",
        "title": "It adds up", "severity": "block", "indicator_code": "OF0017",
        "period_end": date(2025, 6, 30), "holds": False, "observed": observed, "failing": "[]",
        "is_made_up": True,
    }  # fmt: skip


@pytest.fixture
def trusts(tmp_path: Path) -> InMemory:
    """A quarter with one figure of one trust, of which something that blocks was found."""
    made = InMemory(ambulances(tmp_path), TRUSTS)
    made.score(KEY, {"RA": {"nof/OF0017": 20.0}})
    row = dict.fromkeys((column.name for column in observation.columns), "") | {
        "partition_key": "2025-06", "publication": "nof", "indicator_code": "OF0017",
        "organisation_kind": "trust", "organisation_code": "RA", "status": "published", "value": 20.0,
        "source_name": "a.csv", "source_sha256": "0" * 64, "is_made_up": True,
    }  # fmt: skip
    days = {"period_start": "2025-04-01", "period_end": "2025-06-30", "published_on": "2025-08-01"}
    numbers = dict.fromkeys(("numerator", "denominator", "lower_95", "upper_95"), float("nan"))
    frame = pd.DataFrame([row | numbers]).assign(**{name: pd.Timestamp(day) for name, day in days.items()})
    frame["revised_on"] = pd.NaT
    write(made.engine, [Piece("observation", {"partition_key": "2025-06"}, frame)])
    with made.engine.begin() as connection:
        connection.execute(insert(plausibility).values(found("20 of 30")))
    return made


def let_it_through(trusts: InMemory) -> Blocking:
    (one,) = all_blocking(trusts.engine)
    return change(trusts.engine, one.id, "let through", ENGINEER, "Counted twice on purpose.", ENGINEER)


def test_without_a_gate_it_is_held_back_until_it_is_let_through_and_stays_when_it_blocks_again(
    trusts: InMemory,
) -> None:
    with pytest.raises(NothingToRelease, match=r"ambulances/quarter 2025-Q1 is held back\..*OF0017, period"):
        trusts.release(KEY)
    let_it_through(trusts)
    trusts.release(KEY)
    (publication,) = publications_of(trusts.source(), trusts.source().found())
    (although,) = publication.round.although
    assert although.startswith(ALTHOUGH)

    # found in another way it blocks again: other figures are not released, and what is out stays
    with trusts.engine.begin() as connection:
        connection.execute(delete(plausibility))
        connection.execute(insert(plausibility).values(found("21 of 30")))
    trusts.score(KEY, {"RA": {"nof/OF0017": 29.0}})
    trusts.release(KEY)
    (publication,) = publications_of(trusts.source(), trusts.source().found())
    assert publication.round.by_key["minutes"].outcomes["RA"].number == 20.0
    assert publication.round.although == (although,)


def test_that_it_was_let_through_is_on_its_pages_in_its_workbook_and_in_what_describes_its_tables(
    trusts: InMemory, tmp_path: Path
) -> None:
    let_it_through(trusts)
    trusts.release(KEY)
    (publication,) = publications_of(trusts.source(), trusts.source().found())
    here = built(tmp_path / "site", publication) / publication.round.address
    for page in ("index.html", "release/1.html", "data.html"):
        assert ALTHOUGH in (here / page).read_text(encoding="utf-8"), page
    index = json.loads((here / "api" / "index.json").read_text(encoding="utf-8"))
    assert index["notes"][0].startswith(ALTHOUGH)
    tables = tables_of(publication.round)
    cover = next(sheets_of(publication.round, tables))
    assert any(line.startswith(ALTHOUGH) for line in cover.lines)
    described = [
        text.decode("utf-8") for name, text in data_files(publication.round, tables) if name.endswith(".json")
    ]
    assert described
    assert all(ALTHOUGH in text for text in described)


@pytest.mark.parametrize(
    ("said", "is_recorded"),
    [
        ({}, True),
        ({"reason": "Another"}, False),
        ({"about": "OF0017, period to 2025-09-30"}, False),
        ({"expectation": "another"}, False),
        ({"observed": "30 of 30"}, False),
        ({"more": "1"}, False),
    ],
)
def test_what_a_header_says_was_let_through_is_what_its_record_says(
    trusts: InMemory, said: dict[str, str], is_recorded: bool
) -> None:
    let_it_through(trusts)
    (one,) = all_blocking(trusts.engine)
    with reading(trusts.engine) as connection:
        assert are_recorded(connection, [one.record | said]) is is_recorded
        assert not are_recorded(connection, [{"finding": one.sha256, "actor": ENGINEER}])


A, B = (
    Blocking(f"{'0123456789ab' * 5}{end}", "total_agrees", "It adds up", code, date(2025, 6, 30), "")
    for code, end in (("OF0017", "aaaa"), ("OF0086", "bbbb"))
)
OTHER = replace(A, sha256="f" * 64)


@pytest.mark.parametrize(
    ("wanted", "known"),
    [
        (A.sha256, A),
        (B.sha256[:61], B),
        ("ffffffff", OTHER),
        ("FFFFFFFF", OTHER),
        ("fffffff", "Nothing that blocks has the ID 'fffffff'"),  # below eight signs
        ("0" * 12, "Nothing that blocks has the ID"),
        (A.id, f"is of 2 findings, type more of the one: {A.sha256} (OF0017, period to 2025-06-30, total_"),
    ],
)
def test_a_finding_is_known_by_a_beginning_that_no_other_has(wanted: str, known: Blocking | str) -> None:
    if isinstance(known, Blocking):
        assert known_as([A, B, OTHER], wanted) == known
        return
    with pytest.raises(WrongUse) as refused:
        known_as([A, B, OTHER], wanted)
    assert known in str(refused.value)
