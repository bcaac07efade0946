"""The one door: which tables are found, that they are the bytes that were kept, who saw what is not out."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import Engine, insert

from ccg_pipeline.release.archive import (
    StorageFault,
    candidate_fingerprints,
    keep,
    latest_release,
    next_header,
)
from ccg_pipeline.release.committee import bodies_of, content_before_committee, submit_to_committee
from ccg_pipeline.release.header import proposed_header
from ccg_pipeline.release.parts import OPEN
from ccg_pipeline.release.rederived import faults_of_releases
from ccg_pipeline.release.released import released, unreleased
from ccg_pipeline.storage.database import open_database, reading
from ccg_pipeline.storage.fingerprint import sha256_of
from ccg_pipeline.storage.sql import lane_fingerprint, release
from expert_panels.foundation.fault import Fault
from expert_panels.ledger import record as ledger
from expert_panels.terms import load_terms
from tests.support.notations.method_tables import EDITION
from tests.support.notations.storage_cases import damage
from tests.support.worlds.publish_layers import CCGS, Layers

PANELS = [rule.key for rule in EDITION.panels]
TERMS = load_terms()


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = open_database(f"sqlite:///{tmp_path / 'ccg.db'}")
    yield engine
    engine.dispose()


def stand(engine: Engine, layers: Layers) -> dict[str, str]:
    """Keep the parts of a lane as what is in force now, and return the sha256 of each."""
    contents = layers.contents()
    with engine.begin() as connection:
        stands = {part: keep(connection, part, content) for part, content in contents.items()}
        for part, sha256 in stands.items():
            row = {"lane": layers.lane, "partition_key": layers.key, "part": part, "sha256": sha256}
            connection.execute(insert(lane_fingerprint).values(**row, launched_by="x", is_made_up=True))
    return stands


def sign(engine: Engine, layers: Layers, body: str, subject: str, n_signatures: int = 3) -> None:
    """Lay a table before a body, as its run does, and let members sign it."""
    about = {"lane": layers.lane, "partition_key": layers.key, "subject": subject}
    ledger.open_round(engine, TERMS[body], **about, launched_by="x")
    for member in TERMS[body].members[:n_signatures]:
        ledger.decide(engine, TERMS[body], **about, decision="approve", actor=member.email, interests="none")


def write_release(engine: Engine, layers: Layers, stands: dict[str, str], *signed: str) -> dict[str, Any]:
    """Release what is current, after the panels `signed` have signed; return the header."""
    lane = EDITION.lane(layers.lane)
    for panel in signed:
        sign(engine, layers, panel, stands[panel])
    if lane.overall_gate is not None:
        state, _ = submit_to_committee(engine, EDITION, lane, layers.key, TERMS)
        sign(engine, layers, lane.overall_gate.key, state.subject)
    header = checked_header_without_rows(engine, layers)
    insert_release(engine, header)
    return header


def checked_header_without_rows(engine: Engine, layers: Layers) -> dict[str, Any]:
    """The header that the ledger allows now; the rows of the candidates themselves are not in this world."""
    lane = EDITION.lane(layers.lane)
    at = layers.lane, layers.key
    states = {body: ledger.state_of(engine, TERMS[body], *at) for body in bodies_of(EDITION, lane)}
    candidates = candidate_fingerprints(engine, *at)
    recorded = dict(zip(candidates["part"], candidates["sha256"], strict=True))
    with reading(engine) as connection:
        content = content_before_committee(connection, EDITION, lane, layers.key, recorded, states)
        before = latest_release(connection, *at)
    submitted = sha256_of(content) if content else ""
    return proposed_header(EDITION, lane, layers.key, candidates, states, before, submitted)


def insert_release(engine: Engine, header: dict[str, Any]) -> None:
    """What the step writes, and what anybody could who may write to the database: a header with its hash."""
    with engine.begin() as connection:
        for row in next_header(connection, header).to_dict("records"):
            connection.execute(insert(release).values(**{str(key): value for key, value in row.items()}))


@pytest.mark.parametrize(
    ("lane", "key", "named"),
    [
        ("", "", "No table has been released"),
        ("interim", "2017-03", "No interim table of 2017-03 has been released"),
        ("annual", "2016-04-01", "No annual table of 2016-17 has been released"),
    ],
)
def test_before_any_release_one_sentence_says_what_to_do(
    engine: Engine, lane: str, key: str, named: str
) -> None:
    with pytest.raises(Fault) as told:
        released(engine, EDITION, lane, key)
    assert str(told.value) == (
        f"{named}: `ccg panel status` says what is awaited, and --unreleased shows what is not verified."
    )


@pytest.mark.parametrize(
    ("lane", "key", "named"),
    [
        ("", "", "in this database"),
        ("interim", "2017-02", "in the interim lane for 2017-02"),
        ("annual", "2015-04-01", "in the annual lane for 2015-16"),
    ],
)
def test_before_any_score_one_sentence_says_what_to_do(
    engine: Engine, lane: str, key: str, named: str
) -> None:
    with pytest.raises(Fault) as told:
        unreleased(engine, EDITION, lane, key)
    assert str(told.value) == f"Nothing has been scored {named}: `ccg run` does that."


def test_a_release_is_put_together_from_the_parts_it_points_at(engine: Engine, layers: Layers) -> None:
    write_release(engine, layers, stand(engine, layers), "cancer")
    tables = released(engine, EDITION, "interim", "2017-03")
    assert tables.release is not None
    assert (tables.release.serial, tables.is_made_up) == (1, True)
    wide = tables.frames["assessment"]
    assert len(wide) == 209
    here = wide[wide["ccg_code"].isin(CCGS)]
    assert list(here["cancer_rating"]) == list(layers.ratings["cancer"]["rating"])
    assert set(wide["dementia_verification"]) == {"awaiting the panel"}
    assert (wide["dementia_rating"] == "").all()  # though its part is kept and the header knows which it is
    assert wide["area_126_dementia"].isna().all()
    bands = tables.frames["bands"]
    assert pd.api.types.is_datetime64_any_dtype(bands["period_end"])
    assert str(bands["band"].dtype) == "Int64"


def test_the_newest_release_is_shown_and_a_month_before_a_year(
    engine: Engine, layers: Layers, year: Layers
) -> None:
    stands = stand(engine, layers)
    write_release(engine, layers, stands)
    write_release(engine, year, stand(engine, year), *PANELS)
    write_release(engine, layers, stands, "cancer")
    newest = released(engine, EDITION)
    assert newest.release is not None
    assert (newest.lane, newest.partition_key, newest.release.serial) == ("interim", "2017-03", 2)
    assert released(engine, EDITION, "annual", "2016-04-01").frames["overall"]["rating"].ne("").any()


def test_what_is_not_released_says_so_in_every_row(engine: Engine, layers: Layers) -> None:
    stand(engine, layers)
    tables = unreleased(engine, EDITION)
    assert (tables.lane, tables.partition_key, tables.release) == ("interim", "2017-03", None)
    ratings = tables.frames["ratings"]
    assert set(ratings["verification"]) == {"not verified, not for publication"}
    assert set(ratings.loc[ratings["panel"] == "cancer", "rating"]) == set(layers.ratings["cancer"]["rating"])


@pytest.mark.parametrize("part", [OPEN, "cancer"])
def test_a_part_that_was_altered_is_not_shown(engine: Engine, layers: Layers, part: str) -> None:
    stands = stand(engine, layers)
    write_release(engine, layers, stands, "cancer")
    changed = "UPDATE kept SET content = replace(content, '\"02N\"', '\"02Q\"') WHERE sha256 = :sha256"
    assert damage(engine, changed, sha256=stands[part]) == 1
    for show in (released, unreleased):
        with pytest.raises(StorageFault, match=f"{stands[part][:12]}… was altered"):
            show(engine, EDITION, "interim", "2017-03")


def test_a_header_that_was_altered_is_not_shown(engine: Engine, layers: Layers) -> None:
    write_release(engine, layers, stand(engine, layers))
    damage(engine, "UPDATE release SET header = replace(header, 'awaiting the panel', 'verified')")
    with pytest.raises(StorageFault, match="Release 1 of interim 2017-03 was altered"):
        released(engine, EDITION)


def test_a_part_that_is_gone_is_said(engine: Engine, layers: Layers) -> None:
    stands = stand(engine, layers)
    write_release(engine, layers, stands, "cancer")
    damage(engine, "DELETE FROM kept WHERE part = 'cancer'")
    with pytest.raises(StorageFault, match="No part is kept under"):
        released(engine, EDITION)


FORGED: dict[str, tuple[Callable[[dict[str, Any]], Any], str]] = {
    # what is written into a true header -> what is said
    "a panel that was never asked": (
        lambda header: header["panels"]["dementia"].update(verification="verified"),
        "it differs in dementia",
    ),
    "another table than was signed": (
        lambda header: header["panels"]["cancer"].update(subject="ab" * 32),
        "it differs in cancer",
    ),
    "other people": (
        lambda header: header["panels"]["cancer"].update(by=[["chair", "nobody@panel.example"]]),
        "it differs in cancer",
    ),
    "signatures after the head that it carries": (
        lambda header: header.update(ledger_head=""),
        "fewer lines of the ledger than release 1",
    ),
    "a head of no line": (
        lambda header: header.update(ledger_head="cd" * 32),
        "the hash of a line that its rounds of the ledger do not have",
    ),
    "a panel less": (lambda header: header["panels"].pop("dementia"), "its header is not one of ours"),
    "an edition of another year": (lambda header: header.update(edition="other"), "it differs in edition"),
}


@pytest.mark.parametrize(("change", "said"), FORGED.values(), ids=FORGED.keys())
def test_a_release_that_the_ledger_does_not_give_is_not_shown(
    engine: Engine, layers: Layers, change: Callable[[dict[str, Any]], Any], said: str
) -> None:
    """One plain INSERT of a header with its right hash publishes nothing."""
    header = write_release(engine, layers, stand(engine, layers), "cancer")
    assert released(engine, EDITION, "interim", "2017-03").verifications["cancer"] == "verified"
    change(header)
    insert_release(engine, header)
    with pytest.raises(StorageFault, match="^Release 2 of interim 2017-03 is not what .*" + said) as told:
        released(engine, EDITION, "interim", "2017-03")
    with reading(engine) as connection:
        (fault,) = faults_of_releases(connection, EDITION, TERMS)
    assert fault == str(told.value)


def test_a_release_of_before_a_withdrawal_is_not_shown_again(engine: Engine, layers: Layers) -> None:
    stands = stand(engine, layers)
    verified = write_release(engine, layers, stands, "cancer")
    ledger.decide(
        engine, TERMS["cancer"], lane=layers.lane, partition_key=layers.key, decision="withdraw",
        subject=stands["cancer"], actor=TERMS["cancer"].members[0].email, interests="none", reason="Wrong.",
    )  # fmt: skip
    write_release(engine, layers, stands)
    assert released(engine, EDITION).verifications["cancer"].startswith("withdrawn")
    insert_release(engine, verified)
    with pytest.raises(StorageFault, match=r"Release 3 .* fewer lines of the ledger than release 2"):
        released(engine, EDITION)
