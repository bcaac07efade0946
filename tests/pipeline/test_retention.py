"""What a database need not keep for ever, taken away: and all that was decided or released still verifies."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import dagster as dg
import pandas as pd
import pytest

from ccg_pipeline.orchestration.instance import dagster_instance
from ccg_pipeline.orchestration.retention import outdated_runs, take_away_runs
from ccg_pipeline.release import retention
from expert_panels.ledger.verify import verify
from tests.support.worlds.small_pipeline import MONTH, PANELS, YEAR, SmallPipeline
from tests.support.worlds.terminal import Terminal

Round = tuple[str, str]
LATER = date(2030, 1, 1)
FINDING = (
    "INSERT INTO plausibility SELECT '2012-01', suite, 'planted', title, severity, indicator_code, {end}, "
    "holds, observed, failing, is_made_up FROM plausibility WHERE period_end IS NOT NULL LIMIT 1"
)


def counts(pipeline: SmallPipeline) -> dict[Round, int]:
    """Of each round the rows of all tables of candidates."""
    found: dict[Round, int] = dict.fromkeys((MONTH, YEAR), 0)
    for table in retention.OF_ROUNDS:
        if "lane" not in table.columns:
            continue  # of rounds of other editions, of which there are none
        rows = pipeline.rows(table.name)
        for lane, key in zip(rows["lane"], rows["partition_key"], strict=True):
            found[lane, key] += 1
    return found


def _returned(pipeline: SmallPipeline) -> None:
    pipeline.decide("return", "cancer", 0, *YEAR)


@pytest.mark.parametrize(
    ("before", "happened", "goes"),
    [
        (date(2017, 3, 31), lambda _: None, ()),  # the year ends on that day
        (date(2017, 4, 1), lambda _: None, (YEAR,)),  # of the month the open areas are released
        (LATER, _returned, ()),  # somebody decided
    ],
)
def test_a_round_goes_when_it_is_over_and_nothing_of_it_was_released_or_decided(
    pipeline: SmallPipeline, before: date, happened: Callable[[SmallPipeline], None], goes: tuple[Round, ...]
) -> None:
    happened(pipeline)
    assert retention.outdated(pipeline.engine, [], before).rounds == goes


def test_what_is_left_verifies_and_what_went_comes_back_with_the_next_run(pipeline: SmallPipeline) -> None:
    pipeline.approve(PANELS, *MONTH)
    pipeline.converge()
    rows, lines, exports = counts(pipeline), pipeline.lines(), pipeline.exports(*MONTH)
    kept = pipeline.rows("kept")
    found = retention.outdated(pipeline.engine, [], LATER)
    assert (found.rounds, found.n_rows) == ((YEAR,), rows[YEAR])
    retention.take_away(pipeline.engine, found, [], LATER)
    assert counts(pipeline) == {MONTH: rows[MONTH], YEAR: 0}
    assert retention.outdated(pipeline.engine, [], LATER).rounds == ()
    assert pipeline.lines() == lines
    assert verify(pipeline.engine) == []
    pd.testing.assert_frame_equal(pipeline.rows("kept"), kept)
    assert pipeline.exports(*MONTH) == exports
    assert not pipeline.converge().run_ids  # nothing is due of what is gone
    pipeline.run(YEAR)
    assert counts(pipeline)[YEAR] == rows[YEAR]


def test_what_somebody_decided_on_in_the_meantime_stays(pipeline: SmallPipeline) -> None:
    rows, found = counts(pipeline), retention.outdated(pipeline.engine, [], LATER)
    assert found.rounds == (YEAR,)
    _returned(pipeline)
    retention.take_away(pipeline.engine, found, [], LATER)
    assert counts(pipeline) == rows


def test_a_finding_goes_when_no_round_that_is_left_rests_on_its_figures(pipeline: SmallPipeline) -> None:
    pipeline.change(FINDING.format(end="period_end"))
    pipeline.change(FINDING.format(end="DATE('1999-12-31')"))
    first = date(2012, 2, 1)
    assert retention.outdated(pipeline.engine, [], date(2012, 1, 31)).n_findings == 0
    found = retention.outdated(pipeline.engine, [], first)
    assert found.n_findings == 1
    retention.take_away(pipeline.engine, found, [], first)
    (left,) = pipeline.rows("plausibility", expectation="planted")["period_end"]
    assert left.year > 1999


def test_a_run_goes_unless_it_made_a_piece_of_an_asset_that_is_the_newest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CCG_HOME", str(tmp_path))
    monkeypatch.delenv("DAGSTER_HOME", raising=False)

    @dg.asset(partitions_def=dg.StaticPartitionsDefinition(["2017-02", "2017-03"]))
    def observed() -> None:
        pass

    with dagster_instance() as instance:
        old, february, march = (
            dg.materialize([observed], instance=instance, partition_key=key).run_id
            for key in ("2017-03", "2017-02", "2017-03")
        )
        assert outdated_runs(instance, datetime(2017, 4, 1, tzinfo=UTC)) == []
        assert outdated_runs(instance, datetime(2100, 1, 1, tzinfo=UTC)) == [old]
        take_away_runs(instance, [old])
        assert {run.run_id for run in instance.get_runs()} == {february, march}
        assert instance.get_materialized_partitions(observed.key) == {"2017-02", "2017-03"}
        left = {path.name.partition(".")[0] for path in (tmp_path / "dagster/history/runs").iterdir()}
        assert left == {"index", february, march}


def test_the_verb_says_what_would_go_before_it_takes_it(
    ccg: Terminal, copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ccg.at(copy)
    refused = ccg.type("database", "retention")
    assert (refused.code, "--keep-months or CCG_KEEP_MONTHS" in refused.err) == (2, True)
    monkeypatch.setenv("CCG_KEEP_MONTHS", "many")
    assert "CCG_KEEP_MONTHS is 'many'" in ccg.type("database", "retention").err
    monkeypatch.setenv("CCG_KEEP_MONTHS", "12")
    said = ccg.type("database", "retention").out
    assert "candidates of rounds that nobody decided on: none; 0 rows" in said
    assert "Nothing was taken away" in said
    assert "taken away:" in ccg.type("database", "retention", "--take-away").out
    assert ccg.type("panel", "verify").code == 0
