"""Where what belongs to one database is kept: its home, by its URL; and whose keys are whose."""

from pathlib import Path

import pytest

from ccg_pipeline.settings import dagster_home, home_of, keys_of, report_path
from ccg_pipeline.storage.database import open_database, open_for_reading


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CCG_HOME", str(tmp_path))
    monkeypatch.delenv("DAGSTER_HOME", raising=False)
    return tmp_path


def test_the_database_in_the_home_folder_keeps_everything_there(home: Path) -> None:
    url = f"sqlite:///{home}/ccg.db"
    assert home_of(url) == home
    assert dagster_home(url) == home / "dagster"
    assert keys_of(url) == home / "keys"
    assert report_path(url, "2017-03") == home / "validation" / "2017-03.html"


SAME = [
    ("postgresql://ccg:one@db.example/ccg", "postgresql://ccg:two@db.example/ccg"),  # a new password
    (
        "postgresql://ccg@db.example/ccg",
        "postgresql+psycopg://other@db.example/ccg",
    ),  # another user or driver
    ("sqlite:////data/real.db", "sqlite:////data/../data/real.db"),
]
OTHERS = [
    ("postgresql://db.example/ccg", "postgresql://db.example/trial"),
    ("postgresql://db.example/ccg", "postgresql://other.example/ccg"),
    ("postgresql://db.example:5432/ccg", "postgresql://db.example:5433/ccg"),
    ("sqlite:////data/one/real.db", "sqlite:////data/two/real.db"),
]


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize(("one", "other"), SAME)
def test_a_database_has_one_home_however_it_is_reached(one: str, other: str) -> None:
    assert home_of(one) == home_of(other)


@pytest.mark.parametrize(("one", "other"), OTHERS)
def test_two_databases_share_nothing(home: Path, one: str, other: str) -> None:
    assert len({home, home_of(one), home_of(other)}) == 3
    assert home in home_of(one).parents


def test_a_database_that_is_only_read_has_the_same_home(home: Path) -> None:
    for url in (f"sqlite:///{home}/ccg.db", f"sqlite:///{home}/a b/other.db"):
        open_database(url).dispose()
        engine = open_for_reading(url)
        assert home_of(engine.url.render_as_string()) == home_of(url)
        engine.dispose()


def test_a_key_of_an_earlier_version_stays_with_the_only_database_there_was(home: Path) -> None:
    url = "postgresql://db.example/ccg"
    assert keys_of(url) == home_of(url) / "keys"
    (home / "keys").mkdir()
    assert keys_of(url) == home / "keys"  # earlier versions kept it there
    (home / "ccg.db").touch()
    assert keys_of(url) == home_of(url) / "keys"  # that key is the embedded database's
