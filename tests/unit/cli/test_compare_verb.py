"""`ccg compare`, typed where nothing is released."""

from pathlib import Path

from ccg_pipeline.storage.database import open_database
from tests.support.worlds.edition_terminal import Typed


def test_nothing_is_compared_before_anything_is_released(command: Typed) -> None:
    answer = command("compare", "02N", "--database", "sqlite:///none.db")
    assert answer.code == 1
    assert "There is no database sqlite:///none.db" in " ".join(answer.err.split())


def test_where_nothing_is_released_each_framework_has_what_to_type(command: Typed, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'empty.db'}"
    open_database(url).dispose()
    said = command("compare", "02N", "--database", url).err
    assert "run `ccg run --year 2015-16`" in said
    assert "run `ccg run --edition scorecard_2015 --year 2015-16`" in said
    assert "--unreleased" not in said  # it is no option of this verb


def test_a_year_and_a_ccg_must_be_known(command: Typed) -> None:
    assert "'2015' is not a financial year" in command("compare", "02N", "--year", "2015").err
    assert "There is no CCG 'Atlantis'" in command("compare", "Atlantis").err
