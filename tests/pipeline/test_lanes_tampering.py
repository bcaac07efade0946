"""Whoever writes past the pipeline, into the database or Dagster's events, has nothing published by it."""

from collections.abc import Callable
from dataclasses import replace

import dagster as dg
import pytest
from sqlalchemy import insert

from ccg_pipeline.release.archive import StorageFault
from ccg_pipeline.storage.outside import room_signer
from expert_panels.foundation.fault import Fault
from expert_panels.ledger import record as ledger
from expert_panels.ledger.signing import LineSigner
from expert_panels.ledger.table import decision_ledger
from expert_panels.ledger.verify import verify
from tests.support.notations.ledger_cases import damage, edit
from tests.support.worlds.small_pipeline import MONTH, PANELS, SmallPipeline

AWAITED = dict.fromkeys(PANELS, "awaiting the panel")
MOVED = (
    "Nothing is released: the candidate of the panel for cancer in 2017-03 is not what its own run recorded"
)


def refuses(pipeline: SmallPipeline, sentence: str) -> None:
    """Neither the sensor's run nor one launched by hand releases; both say why, and nothing is written."""
    before = pipeline.fingerprints("release", "kept")
    with pytest.raises(Fault, match=sentence):
        pipeline.converge()
    by_hand = pipeline.launch("interim_release", MONTH[1], [dg.AssetKey(["interim", "assessment"])])
    assert not by_hand.success
    assert pipeline.fingerprints("release", "kept") == before


def taken_out(line: int) -> str:
    return f"DELETE FROM decision_ledger WHERE seq = {line}"  # noqa: S608  # damage on purpose


LEDGER: dict[str, tuple[Callable[[int], list[str]], str]] = {
    # the number of the last line of the signed round -> what is done, and what is said
    "a reason is edited": (
        lambda last: [edit(last - 1, "reason", "For another test.")],
        "the sign-off ledger is broken: Line {before} has been edited",
    ),
    "the signatures are cut off": (
        lambda last: [taken_out(last - 2), taken_out(last - 1), taken_out(last)],
        "so its tail has been cut off or rewritten",
    ),
    "a line is taken out": (
        lambda last: [taken_out(last - 1)],
        "Line {before} is missing",
    ),
}


@pytest.mark.parametrize(("statements", "sentence"), LEDGER.values(), ids=LEDGER.keys())
def test_a_ledger_that_was_touched_releases_nothing_more_and_is_named(
    sqlite_pipeline: SmallPipeline, statements: Callable[[int], list[str]], sentence: str
) -> None:
    pipeline = sqlite_pipeline
    pipeline.approve(["cancer"], *MONTH)
    pipeline.converge()
    last = pipeline.lines()[-1].seq
    damage(pipeline.engine, statements(last))
    pipeline.approve(["dementia"], *MONTH)
    refuses(pipeline, sentence.format(before=last - 1))
    with pytest.raises(StorageFault, match=r"Release 2 of interim 2017-03 is not what the sign-off ledger"):
        pipeline.tables(*MONTH)


def test_so_it_is_on_the_other_database(pipeline: SmallPipeline) -> None:
    pipeline.approve(["cancer"], *MONTH)
    pipeline.converge()
    damage(pipeline.engine, [edit(pipeline.lines()[-1].seq, "actor", "somebody@else.example")])
    pipeline.approve(["dementia"], *MONTH)
    refuses(pipeline, "has been edited: it does not give the hash that it carries")


CANDIDATES = {
    "a rating": "UPDATE candidate_rating SET rating = 'Top performing', grade = 1 WHERE panel = 'cancer'",
    "a score of the area": "UPDATE area_score SET score = 1.9 WHERE area_code = '122' AND ccg_code = '01C'",
    "a band": "UPDATE indicator_band SET band = 2 - band WHERE indicator_code = '122a' AND ccg_code = '01C'",
    "its fingerprint": "UPDATE lane_fingerprint SET sha256 = '" + "ab" * 32 + "' WHERE part = 'cancer'",
    "a row is taken out": "DELETE FROM candidate_rating WHERE panel = 'cancer' AND ccg_code = '01C'",
}


@pytest.mark.parametrize("statement", CANDIDATES.values(), ids=CANDIDATES.keys())
def test_a_candidate_that_is_not_what_its_run_made_is_not_released(
    sqlite_pipeline: SmallPipeline, statement: str
) -> None:
    sqlite_pipeline.approve(["cancer"], *MONTH)
    sqlite_pipeline.change(statement)
    refuses(sqlite_pipeline, MOVED)
    assert sqlite_pipeline.verifications(*MONTH) == AWAITED


def test_a_part_that_was_rewritten_is_not_shown(sqlite_pipeline: SmallPipeline) -> None:
    sqlite_pipeline.approve(["cancer"], *MONTH)
    sqlite_pipeline.converge()
    sqlite_pipeline.change("UPDATE kept SET content = replace(content, '01C', '01D')")
    with pytest.raises(StorageFault, match="was altered: its bytes no longer match"):
        sqlite_pipeline.tables(*MONTH)


def test_a_gate_table_that_says_open_opens_nothing(sqlite_pipeline: SmallPipeline) -> None:
    pipeline = sqlite_pipeline
    pipeline.change("UPDATE gate SET state = 'approved', n_approvals = 3, missing = ''")
    pipeline.converge()
    assert pipeline.launch("interim_release", MONTH[1]).success
    assert pipeline.verifications(*MONTH) == AWAITED


def test_lines_written_past_the_rules_count_for_nothing(sqlite_pipeline: SmallPipeline) -> None:
    """Lines with right hashes and signatures: by nobody of the panel, on other rows, by one member
    three times."""
    pipeline = sqlite_pipeline
    pipeline.decide("approve", "cancer", 0, *MONTH)
    true = pipeline.lines()[-1]
    forged = [
        replace(true, actor="anybody@panel.example"),
        replace(true, actor="cancer.deputy@panel.example", role="deputy", subject_sha256="ab" * 32),
        replace(true, actor="cancer.deputy@panel.example", role="deputy", serial=2),
        true,
        true,
    ]
    signer = LineSigner(room_signer(pipeline.engine), "made_up")  # by who has even the room's key
    for line in forged:
        last = ledger.head(pipeline.engine)
        sealed = signer.signed(signer.named(line).sealed(last.seq + 1, last.hash))
        with pipeline.engine.begin() as connection:
            connection.execute(insert(decision_ledger).values(**sealed.content()))
    assert verify(pipeline.engine) == []
    pipeline.converge()
    assert pipeline.verifications(*MONTH) == AWAITED


def test_forged_events_publish_nothing(pipeline: SmallPipeline) -> None:
    """Events that Dagster takes from anybody: of decisions, gates, candidates and the table itself."""
    before, lines = pipeline.fingerprints("release", "kept", "gate"), pipeline.lines()
    for panel in PANELS:
        said = {"decision": "approve", "actor": f"{panel}.chair@panel.example", "state": "approved"}
        for key in (["decision", panel], ["interim", "gate", panel], ["interim", "candidate", panel]):
            partition = None if key[0] == "decision" else MONTH[1]
            pipeline.instance.report_runless_asset_event(
                dg.AssetMaterialization(dg.AssetKey(key), metadata=said, partition=partition)
            )
    pipeline.instance.report_runless_asset_event(
        dg.AssetMaterialization(dg.AssetKey(["interim", "assessment"]), partition=MONTH[1])
    )
    pipeline.instance.report_runless_asset_event(
        dg.AssetCheckEvaluation(
            asset_key=dg.AssetKey(["interim", "gate", "cancer"]), check_name="shows_the_ledger", passed=True
        )
    )
    pipeline.converge()
    data = pipeline.tick()
    assert data.run_requests == []
    assert pipeline.fingerprints("release", "kept", "gate") == before
    assert pipeline.lines() == lines
    # what is in no ledger is mirrored by nobody; the six lines of each lane are
    assert len(data.asset_events) == len(lines) == 12
    # and a release launched by hand says what it said before
    assert pipeline.launch("interim_release", MONTH[1]).success
    assert pipeline.fingerprints("release") == {"release": before["release"]}
    assert pipeline.verifications(*MONTH) == AWAITED
