"""The data of the site are valid data packages and CSV on the Web, and say which release they are of."""

import json
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from ccg_pipeline.publish.site.content import Outcome
from ccg_pipeline.publish.site.data import api_files, data_files, tables_of
from tests.support.worlds.built_site import publication


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    round_ = publication().round
    for address, content in data_files(round_, tables_of(round_)):
        (folder / Path(address).name).write_bytes(content)
    return folder


def test_the_data_package_is_valid(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    frictionless = pytest.importorskip("frictionless", reason="frictionless: the lock does not hold it yet")
    monkeypatch.chdir(data)
    report = frictionless.Package("datapackage.json").validate()
    assert [error.message for task in report.tasks for error in task.errors] == []
    assert len(report.tasks) == 5


def test_each_csv_is_as_its_metadata_say(data: Path) -> None:
    csvw = pytest.importorskip("csvw", reason="csvw: the lock does not hold it yet")
    checked = [csvw.CSVW(str(one), validate=True) for one in sorted(data.glob("*-metadata.json"))]
    assert [(one.is_valid, one.warnings) for one in checked] == [(True, [])] * 5


def test_every_row_says_its_release_and_names_stand_beside_codes(data: Path) -> None:
    bands = pd.read_csv(data / "bands.csv", dtype=str, keep_default_na=False)
    assert set(bands["release"]) == {"1"}
    assert set(bands["release_sha256"]) == {"1f" * 32}
    assert set(bands["round_name"]) == {"2016-17"}
    row = bands[(bands["ccg_code"] == "02N") & (bands["indicator_code"] == "122b")].iloc[0]
    assert row["organisation_name"] == "NHS Airedale, Wharfedale and Craven CCG"
    assert row["indicator_name"].startswith("People with urgent GP referral")


def test_the_json_says_a_limit_of_nought_and_leaves_out_what_is_not_known() -> None:
    limits = Outcome(text="0.00 of 2", number=0.0, lower=0.0, upper=1.0, why="")
    round_ = publication().round
    one = replace(round_.subjects[-1], outcomes={"02N": limits})
    files = dict(api_files(replace(round_, subjects=(one,))))
    (content,) = (json.loads(text) for name, text in files.items() if "/subject/" in name)
    assert content["organisations"] == {
        "02N": {"text": "0.00 of 2", "number": 0.0, "lower": 0.0, "upper": 1.0}
    }


def test_every_column_has_a_meaning_and_no_cell_holds_an_object(data: Path) -> None:
    package = json.loads((data / "datapackage.json").read_text(encoding="utf-8"))
    for resource in package["resources"]:
        frame = pd.read_csv(data / resource["path"], dtype=str, keep_default_na=False)
        fields = resource["schema"]["fields"]
        assert [one["name"] for one in fields] == list(frame.columns)
        assert all(len(one["description"]) > 10 for one in fields)
        assert not frame.apply(lambda column: column.str.startswith("{").any()).any()
