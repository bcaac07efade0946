"""How sure a rating is reads the same wherever it is said: terminal, room, export, site, Dagster."""

import io
import re
from dataclasses import replace
from datetime import UTC, datetime
from html import unescape
from pathlib import Path

import pandas as pd
import pytest
from rich.console import Console

from ccg_pipeline.assets.publication import headline_shown, published
from ccg_pipeline.cli.prints import figures as printed_figures
from ccg_pipeline.cli.prints import organisation as printed
from ccg_pipeline.cli.prints.round_sentences import again
from ccg_pipeline.panel_papers.figures import figures_of
from ccg_pipeline.panel_papers.panel_table import candidate_table
from ccg_pipeline.publish.explanation import explain, find_area
from ccg_pipeline.publish.export import exported
from ccg_pipeline.publish.lane_tables import as_exported
from ccg_pipeline.publish.league_critics import critics
from ccg_pipeline.publish.naming import band_in_words
from ccg_pipeline.publish.round_tables import frames_of
from ccg_pipeline.publish.site.data import tables_of
from ccg_pipeline.publish.site.publishing import headline_of
from ccg_pipeline.publish.uncertainty_words import how_sure
from ccg_pipeline.release.rounds import released_round
from ccg_pipeline.storage.database import open_database, reading
from tests.support.notations.gate_lines import sha
from tests.support.notations.method_tables import EDITION
from tests.support.worlds.built_site import built, publication, released_tables
from tests.support.worlds.publish_layers import made_of
from tests.support.worlds.released_rounds import InMemory, ambulances
from tests.support.worlds.room_cases import SmallRoom


def words_in(page: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def words(path: Path) -> str:
    return words_in(path.read_text(encoding="utf-8"))


def test_of_a_round_of_any_edition(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    codes = [f"R{at:02}" for at in range(12)]
    known = pd.DataFrame({"name": codes, "region": "North"}, pd.Index(codes, name="organisation_code"))
    made = InMemory(ambulances(tmp_path), known)
    for key, moved in {"2025-Q1": 0.0, "2025-Q2": 1.5}.items():  # the spread between quarters is the error
        made.score(key, {code: {"nof/OF0017": 18 + at + moved * (at % 3)} for at, code in enumerate(codes)})
        made.release(key)
    with reading(made.engine) as connection:
        read = released_round(connection, made.edition, made.round, "2025-Q2")
    frames = frames_of(read, made.edition, made.round, critics(made.edition, read.tables["scores"]))
    scores = frames["scores"].set_index(["node", "organisation_code"])
    said = str(scores.loc[("mark", "R02"), "how_sure"])
    assert said.startswith("grade 2, by the figures of 2025-Q2. Were the same measured again, about ")
    node = made.edition.node["mark"]
    each = {code: str(scores.loc[("mark", code), "how_sure"]) for code in codes}
    assert [code for code in codes if each[code] not in " ".join(again([node], read, code))] == []
    monkeypatch.setenv("CCG_SITE", str(tmp_path / "site"))
    monkeypatch.setenv("CCG_EDITIONS", str(made.edition.folder))
    shown = published(made.engine, datetime(2026, 3, 1, tzinfo=UTC))
    collected = {
        "terminal": " ".join(again([node], read, "R02")),
        "export": exported(frames["scores"], "csv").decode("utf-8"),
        "site": words(tmp_path / "site/ambulances/quarter/2025-Q2/organisation/R02.html"),
        "Dagster": str(shown["the newest round"].value),
    }
    assert [where for where, text in collected.items() if said not in text] == []


def test_on_which_side_of_its_reference_a_figure_is(tmp_path: Path) -> None:
    tables, ccg = released_tables("interim"), "02N"
    tables = replace(tables, header={**tables.header, "ledger_head": "1f" * 32})
    bands = tables.frames["bands"].query("ccg_code == @ccg").set_index("indicator_code")
    panel = EDITION.panel("cancer")
    no_grades = figures_of(bands.reset_index().assign(from_counts=False).itertuples(), {}, (), EDITION, panel)
    in_room = {one.measure: one.band for one in no_grades}
    page = words(
        built(tmp_path, publication("interim")) / f"iaf_2016_17/interim/2017-03/organisation/{ccg}.html"
    )
    sides = set()
    for code in ("122a", "129a", "131a"):
        row = bands.loc[code]
        said = band_in_words(row["band"], row["reference_basis"], EDITION.indicator(code).better != "none")
        console = Console(file=io.StringIO(), width=1000, no_color=True)
        found = explain(tables.frames, EDITION, ccg, find_area(EDITION, EDITION.indicator(code).area))
        printed_figures.explanation(console, tables, EDITION, ccg, found)
        assert f"{row['band']:g}, {said}" in console.file.getvalue()  # type: ignore[attr-defined]  # any text file
        assert said in page
        assert in_room.get(code, said) == said
        sides.add(said)
    assert "122a" in in_room
    assert len(sides) > 1


def room_says(url: str, lane: str) -> str:
    """What the cancer panel's page of 02N says, its table being that of a lane."""
    layers = made_of(lane)  # type: ignore[arg-type]  # a lane of the edition
    frames = layers.parts()["cancer"]
    engine = open_database(url)
    small = SmallRoom(engine, candidate_table(EDITION, "cancer", sha("A"), frames))
    small.open("A", lane=lane, key=layers.key)
    shown = small.enter("chair").look(f"/panels/cancer/{lane}/{layers.key}/ccgs/02N")
    engine.dispose()
    assert shown.status_code == 200
    return words_in(shown.text)


@pytest.mark.parametrize("lane", ["interim", "annual"])
def test_of_both_lanes_of_2016_17(lane: str, tmp_path: Path) -> None:
    tables = released_tables(lane)
    tables = replace(tables, header={**tables.header, "ledger_head": "1f" * 32})
    frames, labels = tables.frames, EDITION.labels(lane)
    panel = frames["ratings"].query("panel == 'cancer' and ccg_code == '02N'").iloc[0]
    console = Console(file=io.StringIO(), width=1000, no_color=True)
    printed.assessment(console, tables, EDITION, "02N")
    area = find_area(EDITION, "122")
    printed_figures.explanation(console, tables, EDITION, "02N", explain(frames, EDITION, "02N", area))
    terminal = console.file.getvalue()  # type: ignore[attr-defined]  # any text file
    made = publication(lane)
    name = "2017-03" if lane == "interim" else "2016-17"
    said = how_sure(panel, labels)
    assert said
    assert f", by the figures of {name}. Were the same measured again, about " in said
    assert terminal.count(said) == 2  # of the CCG, and of the area
    collected = {
        "terminal": terminal,
        "site": words(built(tmp_path, made) / f"iaf_2016_17/{lane}/{name}/organisation/02N.html"),
        "export": "".join(
            exported(as_exported(name, frames[name], labels), "csv").decode("utf-8")
            for name in ("ratings", "overall")
        ),
        "the site's data": "".join(
            exported(one.frame, "csv").decode("utf-8") for one in tables_of(made.round)
        ),
        "room": room_says(f"sqlite:///{tmp_path}/room.db", lane),
    }
    assert [where for where, text in collected.items() if said not in text] == []
    of_first = said
    if lane == "annual":
        of_first = how_sure(frames["overall"].set_index("ccg_code").loc["02N"], labels)
        del collected["room"]  # the cancer panel's room, which does not decide on it
        assert [where for where, text in collected.items() if of_first not in text] == []
    in_dagster = headline_shown(headline_of(made.round))  # what is rated first
    assert of_first in str(in_dagster.value)
