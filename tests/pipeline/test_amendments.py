"""A refused row from quarantine to the panel's table and back: waived, corrected, lapsed, revoked."""

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import dagster as dg
import pandas as pd
import pytest

from ccg_pipeline.framework.rounds import last_day
from ccg_pipeline.landing.files import LandingFolder
from ccg_pipeline.orchestration.main_job import MainJob
from ccg_pipeline.quality.corrections import Amending, NotAmended
from ccg_pipeline.quality.quarantine import effect_of, row_id
from ccg_pipeline.quality.row_ledger import row_ledger, unaccounted
from ccg_pipeline.release.as_known import assess_source_observations, source_observations_until
from ccg_pipeline.sources.corrections import Amendment
from ccg_pipeline.storage.database import reading
from expert_panels.foundation.fault import WrongUse
from tests.support.worlds.planted_files import of, respoil_rows
from tests.support.worlds.small_pipeline import EDITION, MONTH, SmallPipeline, land_again

WAITS = "cancer_waits/cancer_waits_2017-03-31.csv"
CCG = "01C"
BEFORE, DAY, LAST, AFTER = "2030-01-01", "2030-01-02", date(2030, 6, 30), "2030-07-01"
UNTIL = "until 2030-06-30: the publisher confirmed it"


def run(pipeline: SmallPipeline, day: str) -> None:
    """What `ccg run` does on a day."""
    MainJob(
        pipeline.instance, pipeline.url, str(pipeline.landing), pipeline.told.append, date.fromisoformat(day)
    ).run(*MONTH)


def figure(pipeline: SmallPipeline, table: str) -> pd.Series:
    """What is current of 122b for the CCG."""
    rows = pipeline.rows(table, indicator_code="122b")
    code = "ccg_code" if table == "indicator_band" else "organisation_code"
    (row,) = (one for _, one in rows[rows[code] == CCG].iterrows() if one.get("lane") in (None, MONTH[0]))
    return row


@pytest.fixture(scope="module")
def refused_once(
    sqlite: Any,
    sqlite_scored_url: str,
    small_landing: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> SmallPipeline:
    """A revision has come whose row of the CCG is refused: its value is not what its counts give."""
    landing = Path(shutil.copytree(small_landing, tmp_path_factory.mktemp("refused") / "landing"))
    later = land_again(landing / WAITS, (landing / WAITS).with_name("later.csv"), "2018-06-20")
    respoil_rows(later, lambda rows: of(rows, CCG).update(value="99.9"))
    with dg.DagsterInstance.ephemeral() as instance:
        pipeline = SmallPipeline(sqlite.copy(sqlite_scored_url), landing, instance)
        run(pipeline, BEFORE)
        assert figure(pipeline, "indicator_band")["status"] == "refused"
    return pipeline


@pytest.fixture
def refused(
    refused_once: SmallPipeline, sqlite: Any, instance: dg.DagsterInstance, tmp_path: Path
) -> Iterator[SmallPipeline]:
    """A copy of it, to change."""
    landing = Path(shutil.copytree(refused_once.landing, tmp_path / "landing"))
    pipeline = SmallPipeline(sqlite.copy(refused_once.url), landing, instance)
    yield pipeline
    pipeline.engine.dispose()


def amending(pipeline: SmallPipeline, day: str) -> Amending:
    return Amending(
        pipeline.engine, LandingFolder(str(pipeline.landing), amended_on=date.fromisoformat(day)), EDITION
    )


def the_row(pipeline: SmallPipeline) -> str:
    (row,) = pipeline.rows("quarantine").to_dict("records")
    return row_id(row["source_sha256"], row["sheet"], row["row"])


def test_a_waiver_shows_in_all_it_touches_and_lapses(refused: SmallPipeline) -> None:
    pipeline, row = refused, the_row(refused)
    later = pipeline.landing / "cancer_waits" / "later.csv"
    bytes_before = later.read_bytes()
    tables = ("observation", "indicator_band", "area_score", "candidate_rating", "quarantine")
    before, subject = pipeline.fingerprints(*tables), pipeline.state("cancer", *MONTH).subject
    # the record's clock is today's: what holds on DAY was written before it
    waived = amending(pipeline, DAY).waive(row, "jo@data.example", "the publisher confirmed it", LAST)
    assert waived.id == row
    assert pipeline.fingerprints(*tables) == before  # nothing moves before the next run

    run(pipeline, DAY)
    note = f"amended: row {waived.row} taken in as it stands, by jo@data.example {UNTIL}"
    for table in ("observation", "indicator_band"):
        assert tuple(figure(pipeline, table)[["status", "note"]]) == ("published", note)
    assert pipeline.rows("quarantine").empty
    with reading(pipeline.engine) as connection:
        assert unaccounted(row_ledger(connection)) == []
    amended = pipeline.tables(*MONTH).frames["assessment"].set_index("ccg_code")["amended_indicators"]
    assert amended[CCG] == "122b"
    assert (amended.drop(CCG) == "").all()
    assert pipeline.state("cancer", *MONTH).subject != subject  # the panel has something else before it
    with_it = pipeline.fingerprints(*tables)
    run(pipeline, f"{LAST}")
    assert pipeline.fingerprints(*tables) == with_it
    run(pipeline, AFTER)
    assert pipeline.fingerprints(*tables) == before
    assert pipeline.state("cancer", *MONTH).subject == subject
    assert the_row(pipeline) == row
    assert later.read_bytes() == bytes_before


def test_a_correction_is_tried_before_it_is_recorded_and_can_be_revoked(refused: SmallPipeline) -> None:
    pipeline, row = refused, the_row(refused)
    amends = amending(pipeline, DAY)
    who = ("jo@data.example", "the publisher confirmed it")
    for wrong, sentence in (
        (
            lambda: amends.correct(row, {"numerator": "see note"}, *who, LAST),
            "Even so the row would be",
        ),
        (lambda: amends.correct(row, {"count": "3"}, *who, LAST), "has no column 'count'"),
        (lambda: amends.correct(row, {}, *who, LAST), "Nothing to correct"),
        (lambda: amends.waive(row, *who, date(2030, 1, 1)), "--until 2030-01-01 is over"),
        (lambda: amends.waive(row, "jo@data.example", "  ", LAST), "needs a person"),
        (lambda: amends.revoke(row, *who), "Nothing is in force"),
    ):
        with pytest.raises(NotAmended, match=sentence):
            wrong()
    with pytest.raises(WrongUse, match="There is no refused row"):
        amends.waive("0123456789ab::3", *who, LAST)
    assert pipeline.rows("amendment").empty

    amends.correct(row, {"value": "", "numerator": "100", "denominator": "125"}, *who, LAST)
    run(pipeline, DAY)
    assert figure(pipeline, "observation")["value"] == 80.0
    said = "amended: row 18 corrected to denominator 125, numerator 100, value nothing, by jo@"
    assert figure(pipeline, "observation")["note"].startswith(said)
    amends.revoke(row, "sam@data.example", "It was not the publisher.")
    run(pipeline, DAY)
    assert figure(pipeline, "observation")["status"] == "refused"
    assert list(pipeline.rows("amendment")["action"]) == ["correct", "revoke"]


def test_a_refused_row_shows_what_it_would_have_changed(refused: SmallPipeline) -> None:
    pipeline, end = refused, last_day(MONTH[1])
    before = pipeline.fingerprints("observation", "source_observation", "indicator_band")
    amends, said = amending(pipeline, DAY), source_observations_until(pipeline.engine, end)
    refusal = amends.refusal(the_row(pipeline))
    without = assess_source_observations(said, EDITION, MONTH[0], end)
    read = amends.reading_with(refusal, Amendment(refusal.sheet, refusal.row, "suppose"))
    effect = effect_of(refusal, said, without, read.observations, EDITION, MONTH[0], end)
    told = effect.of_ccg(EDITION).set_index("what")
    assert set(told["ccg_code"]) == {CCG}
    assert list(told.index) == ["122b value", "122b points", "area 122 score", "Cancer rating"]
    assert told.loc["122b value", "without"] == "none"
    value = read.observations.set_index("organisation_code").loc[CCG, "value"]
    assert told.loc["122b value", "with_it"] == f"{value:.4g}"
    assert set(effect.moves["bands"]["ccg_code"]) == {CCG}
    assert pipeline.fingerprints("observation", "source_observation", "indicator_band") == before
    # with the row believed and with the row waived is the same
    amends.waive(refusal.id, "jo@data.example", "the publisher confirmed it", LAST)
    run(pipeline, DAY)
    stands = figure(pipeline, "indicator_band")
    own = effect.with_it.bands
    own = own[(own["indicator_code"] == "122b") & (own["ccg_code"] == CCG)].iloc[0]
    assert stands["z"] == pytest.approx(own["z"], rel=1e-12)
    Path(pipeline.landing / "cancer_waits" / "later.csv").unlink()
    with pytest.raises(NotAmended, match="is not in"):
        amends.reading_with(refusal, Amendment(refusal.sheet, refusal.row, "suppose"))
