"""The NHS Oversight Framework 2025/26 from its publisher's files to releases, quarter by quarter."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from ccg_pipeline.assets.edition_round import EditionRound
from ccg_pipeline.framework.families import edition_named
from ccg_pipeline.method.engine.rows import place_table, score_table
from ccg_pipeline.method.engine.run import Run
from ccg_pipeline.orchestration.instance import dagster_instance
from ccg_pipeline.orchestration.main_job import MainJob
from ccg_pipeline.orchestration.resources import engine_of
from ccg_pipeline.release.rounds import ReleasedRound, released_round
from ccg_pipeline.storage.database import reading
from ccg_pipeline.storage.pieces import rows_of
from tests.support import nof_files

EDITION = edition_named("nof_2025_26")
QUARTERS = {"2025-Q1": date(2025, 6, 30), "2025-Q2": date(2025, 9, 30), "2025-Q3": date(2025, 12, 31)}


@pytest.fixture(scope="module")
def released(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, ReleasedRound]]:
    home = tmp_path_factory.mktemp("nof")
    url, one = f"sqlite:///{home}/ccg.db", EDITION.rounds[0]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CCG_HOME", str(home))
        patch.setenv("DAGSTER_HOME", str(home / "dagster"))
        with dagster_instance() as instance:
            job = MainJob(instance, url, str(shared / "landing" / "nof"), editions=[EDITION])
            for key in QUARTERS:
                job.run_round(EditionRound(EDITION, one), key)
    engine = engine_of(url)
    files = rows_of(engine, "source_file")
    accounted = files[["rows_used", "rows_not_asked_for", "rows_not_an_organisation", "rows_quarantined"]]
    assert (accounted.sum(axis=1) == files["rows_read"]).all()
    assert files["rows_quarantined"].sum() == 0
    print(f"{len(files)} files, {files['rows_read'].sum():,} rows, each accounted for")
    with reading(engine) as connection:
        yield {key: released_round(connection, EDITION, one, key) for key in QUARTERS}


@pytest.fixture(scope="module")
def tables(shared: Path) -> list[pd.DataFrame]:
    return [nof_files.read(path) for path in sorted((shared / "landing" / "nof").glob("*.csv"))]


@pytest.mark.parametrize("key", QUARTERS)
def test_a_released_quarter_is_what_the_engine_makes_of_the_files(
    key: str, released: dict[str, ReleasedRound], tables: list[pd.DataFrame]
) -> None:
    facts = nof_files.facts(nof_files.observations(tables), nof_files.trusts(tables), EDITION, QUARTERS[key])
    run = Run(EDITION, facts)
    by = ["node", "organisation_code"]
    wanted = score_table(run).rename(columns={"organisation": "organisation_code"}).set_index(by).sort_index()
    scores = released[key].tables["scores"].set_index(by).sort_index()
    wanted = wanted.loc[scores.index]
    pd.testing.assert_series_equal(scores["score"], wanted["score"], check_dtype=False, rtol=1e-11)
    assert scores["label"].tolist() == wanted["label"].tolist()
    places = place_table(run).set_index("organisation")["place"].sort_index()
    found = released[key].tables["places"].set_index("organisation_code")["place"].sort_index()
    assert found.astype("float64").tolist() == places.astype("float64").tolist()
    print(f"NOF 2025/26, {key}: {len(scores):,} scores and {len(found)} places released")
