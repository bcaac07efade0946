"""The data of the site are valid data packages and CSV on the Web, and say which release they are of."""

import json
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from ccg_pipeline.publish.site.content import Outcome
from ccg_pipeline.publish.site.data import api_files, data_files, tables_of
from tests.support.notations.method_tables import EDITION
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
    assert len(report.tasks) == 6


def test_each_csv_is_as_its_metadata_say(data: Path) -> None:
    csvw = pytest.importorskip("csvw", reason="csvw: the lock does not hold it yet")
    checked = [csvw.CSVW(str(one), validate=True) for one in sorted(data.glob("*-metadata.json"))]
    assert [(one.is_valid, one.warnings) for one in checked] == [(True, [])] * 6


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


def test_who_has_the_files_and_their_dictionary_alone_can_answer_ten_questions(data: Path) -> None:
    """Each answer is looked up by what the dictionary says, and held against the round itself."""
    package = json.loads((data / "datapackage.json").read_text(encoding="utf-8"))
    tables = {
        one["name"]: pd.read_csv(data / one["path"], dtype={"area_code": "str"})
        for one in package["resources"]
    }
    said = {
        (one["name"], field["name"]): field
        for one in package["resources"]
        for field in one["schema"]["fields"]
    }
    round_ = publication().round
    overall, survival, cancer = (round_.by_key[key] for key in ("overall", "122b", "cancer"))
    own = {name: frame[frame["ccg_code"] == "02N"] for name, frame in tables.items()}
    figure = own["bands"].query("indicator_code == '122b'").iloc[0]
    rated = own["ratings"].query("panel == 'cancer'").iloc[0]
    grades = own["indicator-grades"].query("panel == 'cancer'").set_index("indicator_code")["indicator_grade"]
    better = {"higher_is_better": "higher", "lower_is_better": "lower"}
    outcome = survival.outcomes["02N"]
    asked = {
        "What is its overall rating?": (own["overall"]["rating"].item(), overall.outcomes["02N"].text),
        "How many have the best one?": (
            (tables["overall"]["grade"] == 1).sum(),
            sum(one.grade == 1 for one in overall.outcomes.values()),
        ),
        "How sure is the rating of its cancer care?": (rated["how_sure"], cancer.outcomes["02N"].sure),
        "Who verified it?": (rated["verification"], cancer.verification),
        "On which indicators does it rest?": (list(grades.index), sorted(EDITION.panel("cancer").indicators)),
        "What is its figure of 122b?": (figure["value"], pytest.approx(outcome.number)),
        "Is more of it better?": (better[figure["direction"]], survival.better),
        "With what is it compared?": (figure["reference_value"], pytest.approx(outcome.reference)),
        "From which file and cell is it?": (f"{figure['source_name']}, {figure['cell']}", outcome.where),
        "Is any of it official, or real?": (
            (*own["area-scores"]["is_official"].unique(), *own["bands"]["is_made_up"].unique()),
            (round_.is_official, round_.is_made_up),
        ),
    }
    assert {question: answer for question, (answer, _) in asked.items()} == {
        question: right for question, (_, right) in asked.items()
    }
    needed = (
        "how_sure",
        "verification",
        "value",
        "direction",
        "reference_value",
        "source_name",
        "cell",
        "grade",
    )
    for column in needed:
        assert any(len(field["description"]) > 10 for (_, name), field in said.items() if name == column)
    assert said["area-scores", "score"]["unit"] == "points"
