"""A run in which every file was refused: it says so, ends as a fault, and releases nothing."""

from pathlib import Path

import pytest

from ccg_pipeline.orchestration.instance import dagster_instance
from ccg_pipeline.orchestration.main_job import MainJob
from ccg_pipeline.storage.database import open_for_reading, reading
from ccg_pipeline.storage.sql import BY_NAME
from expert_panels.foundation.fault import Fault


def test_nothing_is_released_and_each_refusal_is_on_record(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path / "dagster"))
    landing, url = tmp_path / "landing", f"sqlite:///{tmp_path / 'own.db'}"
    landing.mkdir()
    (landing / "desktop.ini").write_text("[.ShellClassInfo]\nIconIndex=1", encoding="utf-8")
    (landing / "empty.xls").write_bytes(b"")
    with dagster_instance(url) as instance:
        for _ in range(2):  # the second time from the record
            with pytest.raises(Fault, match=r"every file was refused, so that nothing is released"):
                MainJob(instance, url, str(landing)).run("interim", "2017-03")
    with reading(open_for_reading(url)) as connection:
        files = connection.execute(BY_NAME["source_file"].select()).mappings().all()
        releases = connection.execute(BY_NAME["release"].select()).all()
    assert {row["name"]: row["state"] for row in files} == {"desktop.ini": "refused", "empty.xls": "refused"}
    assert releases == []
