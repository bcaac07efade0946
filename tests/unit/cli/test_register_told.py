"""What a committee recorded in the register, told wherever a later release is, and nowhere before."""

import csv
import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest
from sqlalchemy import Engine

from ccg_pipeline.publish.site.publications import Found
from ccg_pipeline.publish.site.publishing import behind
from ccg_pipeline.release.bodies import RECORDS
from ccg_pipeline.release.entries import submitted
from tests.support.worlds.edition_terminal import Answer, Typed
from tests.support.worlds.register_entries import CHAIR, DEPUTY, REGIONAL, lay, made_up_database, take
from tests.support.worlds.released_rounds import InMemory, ambulances

CODES = ("02N", "07V", "05N")
KEYS = ("2017-Q1", "2017-Q2")


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    with made_up_database(tmp_path, monkeypatch) as made:
        yield made


@pytest.fixture
def released(engine: Engine, tmp_path: Path) -> InMemory:
    """A round of an edition of CCGs that was released before anything is recorded here."""
    known = pd.DataFrame({"name": CODES, "region": "North"}, pd.Index(CODES, name="organisation_code"))
    edition = ambulances(tmp_path, organisation="ccg", year="2017-18")
    made = InMemory(edition, known, engine.url.render_as_string())
    for key in KEYS:
        made.score(key, {code: {"nof/OF0017": 18.0 + at} for at, code in enumerate(CODES)})
    made.release(KEYS[0], at="2000-01-01T09:30:00")
    return made


def test_one_entry_from_minutes_to_every_place_that_tells_of_a_later_release(
    command: Typed, released: InMemory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CCG_EDITIONS", str(released.edition.folder))
    folder = str(released.edition.folder)
    asked = ("--edition", folder, "--quarter")
    export = ("export", "organisations", "--format", "csv", *asked, KEYS[0])
    before = command(*export).out
    assert "02N" in before
    command(
        *("measures", "submit", "02N", "--event", "entered", "--on", "2017-04-21"),
        *("--evidence", "Red in three years", "--source", "letter"),
    )
    (entry,) = submitted(released.engine)
    assert entry.state.opened_at is not None
    form = {
        "meeting": f"{entry.state.opened_at:%Y-%m-%d}", "panel": RECORDS, "entry": entry.key,
        "table": entry.state.subject, "minutes": "signed.pdf", "present": [CHAIR, DEPUTY, REGIONAL],
        "decisions": [
            {"who": one, "decision": "approve", "interests": "none"} for one in (CHAIR, DEPUTY, REGIONAL)
        ],
    }  # fmt: skip
    (tmp_path / "signed.pdf").write_bytes(b"signed by hand")

    def minuted(**changed: str) -> Answer:
        (tmp_path / "minutes.yaml").write_text(json.dumps(form | changed), encoding="utf-8")
        return command("panel", "minutes", "minutes.yaml")

    for changed, why in (
        ({"year": "2016-17"}, "not two of them"),
        ({"edition": "iaf_2016_17"}, "belongs to no edition"),
        ({"panel": "cancer"}, "decided by special_measures_committee"),
        ({"entry": "another"}, "There is no entry 'another'"),
    ):
        assert why in " ".join(minuted(**changed).err.split())
    assert minuted().code == 0
    released.release(KEYS[1], at="2999-01-01T09:30:00")
    assert command("publish", "site").code == 0

    def tells(key: str) -> dict[str, bool]:
        """Where a round says that the CCG is in special measures."""
        folder = tmp_path / "site" / "ambulances" / "quarter" / key
        texts = {
            "show": command("show", "02N", *asked, key).words,
            "page": (folder / "organisation" / "02N.html").read_text("utf-8"),
        }
        tables = {
            "export": command(*export[:-1], key).out,
            "data": (folder / "data" / "organisations.csv").read_text("utf-8"),
        }
        rows = {
            name: next(row for row in csv.DictReader(io.StringIO(one)) if "02N" in row.values())
            for name, one in tables.items()
        }
        return {name: "yes (since 2017-04-21)" in one for name, one in texts.items()} | {
            name: row["special_measures"] == "yes" for name, row in rows.items()
        }

    assert set(tells(KEYS[0]).values()) == {False}
    assert set(tells(KEYS[1]).values()) == {True}
    assert command(*export).out == before  # of a release of before, not a byte changes
    assert "2017-04-21" in register_on(tmp_path / "site")


def register_on(site: Path) -> str:
    """What a site's register says of an entry that was recorded here; its file says the same spells."""
    page, file = ((site / f"special-measures.{ending}").read_text("utf-8") for ending in ("html", "csv"))
    told = "recorded here by the Special measures committee"
    assert (told in page) == (told in file)
    return " ".join(line for line in file.splitlines() if told in line)


def test_the_register_of_a_site_is_that_of_the_day_and_has_it_published_again(
    command: Typed, released: InMemory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CCG_EDITIONS", str(released.edition.folder))
    site, source = tmp_path / "site", released.source()

    def late() -> list[Found]:
        return behind(site, source, datetime(2026, 1, 5, tzinfo=UTC))

    assert late() == [(released.lane, KEYS[0])]
    assert command("publish", "site").code == 0
    assert (late(), register_on(site)) == ([], "")
    key = lay(released.engine, "02N entered 2017-04-21")
    assert late() == []  # it is submitted, and not recorded yet
    take(released.engine, key, "approve", CHAIR, DEPUTY, REGIONAL)
    assert late() == [(released.lane, KEYS[0])]
    assert command("publish", "site").code == 0
    assert late() == []
    assert "2017-04-21" in register_on(site)
    page = (site / "ambulances" / "quarter" / KEYS[0] / "organisation" / "02N.html").read_text("utf-8")
    assert "yes (since 2017-04-21)" not in page  # its release was before
