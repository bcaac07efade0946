"""Editions of any framework from files to releases: through Dagster, and read back by the commands.

Belongs here: small outside editions on a few rows of files, run as people run them.
Does not belong here: the rules (tests/spec), editions that ship against published figures (tests/published).
"""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pandas as pd
import pytest
from sqlalchemy import insert

from ccg_pipeline.assets.edition_round import EditionRound
from ccg_pipeline.framework.families import edition_named
from ccg_pipeline.orchestration.definitions import build_definitions
from ccg_pipeline.orchestration.instance import dagster_instance
from ccg_pipeline.orchestration.main_job import MainJob
from ccg_pipeline.orchestration.resources import engine_of
from ccg_pipeline.release.archive import fetch, keep
from ccg_pipeline.release.round_gates import NO_GATE
from ccg_pipeline.release.rounds import ReleasedRound, released_round
from ccg_pipeline.sources.declared import COLUMNS
from ccg_pipeline.storage.database import reading
from ccg_pipeline.storage.fingerprint import canonical_json, sha256_of
from ccg_pipeline.storage.pieces import rows_of
from ccg_pipeline.storage.sql import release
from expert_panels.foundation.fault import Fault
from tests.support.worlds.released_rounds import AMBULANCES
from tests.support.worlds.terminal import Terminal

HEADER = "Quarter,Region,Trust_type,Trust_code,Trust_name,Metric_ID,Reporting_date,Units,Value,Rank\n"
THREE = ("Fast, Fair, Slow", "20, 30", ["Fast", "Fair", "Slow"])
SEVEN = ("A, B, C, D, E, F, G", "19, 21, 24, 26, 30, 33", ["B", "C", "E"])


def rows(quarter: str, **minutes: float) -> str:
    return "".join(
        f"{quarter} 2025/26,London,Ambulance trust,{code},{code} Trust,OF0017,To Dec 2025,mins,{value},\n"
        for code, value in minutes.items()
    )


def edition_in(folder: Path, key: str, labels: str, cuts: str) -> Path:
    folder.mkdir()
    text = AMBULANCES.replace("key: ambulances", f"key: {key}")
    text = text.replace('"1", "2", "3"', labels).replace("20, 30", cuts)
    (folder / "edition.yaml").write_text(text, encoding="utf-8")
    return folder


class World:
    """A landing folder, a database, two editions outside the package."""

    def __init__(self, home: Path, instance: dg.DagsterInstance) -> None:
        self.home, self.url, self.landing = home, f"sqlite:///{home}/ccg.db", home / "landing"
        self.instance, self.engine = instance, engine_of(self.url)
        self.landing.mkdir()
        self.three = edition_named(str(edition_in(home / "three", "three", *THREE[:2])))
        self.seven = edition_named(str(edition_in(home / "seven", "seven", *SEVEN[:2])))

    def land(self, name: str, text: str, sidecar: str = "") -> None:
        (self.landing / name).write_text(HEADER + text, encoding="utf-8")
        if sidecar:
            (self.landing / f"{name}.yaml").write_text(sidecar, encoding="utf-8")

    def run(self, name: str, key: str) -> ReleasedRound:
        edition = getattr(self, name)
        job = MainJob(self.instance, self.url, str(self.landing), editions=[self.three, self.seven])
        job.run_round(EditionRound(edition, edition.rounds[0]), key)
        return self.released(name, key)

    def released(self, name: str, key: str) -> ReleasedRound:
        edition = getattr(self, name)
        with reading(self.engine) as connection:
            return released_round(connection, edition, edition.rounds[0], key)


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    monkeypatch.setenv("CCG_HOME", str(tmp_path))
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path / "dagster"))
    with dagster_instance() as instance:
        yield World(tmp_path, instance)


def labels(released: ReleasedRound, node: str = "mark") -> dict[str, str]:
    scores = released.tables["scores"]
    own = scores[scores["node"] == node]
    return dict(zip(own["organisation_code"], own["label"], strict=True))


def test_two_editions_of_three_and_seven_grades_share_a_database(world: World) -> None:
    world.land("q3.csv", rows("Q3", RRU=20, RX7=20.01, RX9=30.01) + rows("Q2", RRU=31))
    third, other = world.run("three", "2025-Q3"), world.run("seven", "2025-Q3")
    assert labels(third) == dict(zip(["RRU", "RX7", "RX9"], THREE[2], strict=True))
    assert labels(other) == {"RRU": "B", "RX7": "B", "RX9": "F"}
    assert labels(world.run("three", "2025-Q2")) == {"RRU": "Slow"}  # one organisation
    assert labels(world.released("three", "2025-Q3")) == labels(third)
    header = third.release.header
    assert (header["lane"], header["verification"], third.release.serial) == ("three/quarter", NO_GATE, 1)

    sickness = third.tables["scores"].query("node == 'sickness'")
    assert set(sickness["why"]) == {"there is no figure of nof/OF0086"}
    places = third.tables["places"].set_index("organisation_code")["place"]
    assert places.to_dict() == {"RRU": 1, "RX7": 2, "RX9": 3}
    assert len(rows_of(world.engine, "score", edition="three")) == 3 * 4
    assert len(rows_of(world.engine, "score", edition="seven")) == 3 * 3


def test_how_often_a_grade_would_come_again_is_told_by_the_quarters_before(world: World) -> None:
    """Figures without counts: the spread between quarters is their error, where an edition says so."""
    steady = {f"R{at:02}": 25.0 for at in range(6)}
    restless = {f"R{at:02}": 19.0 + at for at in range(6, 12)}
    world.land("q1.csv", rows("Q1", **steady, **restless))
    alone = world.run("three", "2025-Q1")
    assert alone.tables["chances"].empty
    world.land("q2.csv", rows("Q2", **steady, **dict.fromkeys(restless, 26.0)))
    chances = world.run("three", "2025-Q2").tables["chances"]
    told = chances.groupby(["organisation_code", "kind"])["chance"].sum()
    assert len(told) == 2 * 12
    assert told.round(9).eq(1).all()
    assert (chances["n_held"] == 0).all()
    # one figure decides the order: there are sets and no places
    places = world.released("three", "2025-Q2").tables["places"]
    assert places["set_first"].notna().all()
    assert places["place"].isna().all()


def test_what_really_changed_and_what_would_change_a_grade_is_printed(world: World, ccg: Terminal) -> None:
    before = {f"R{at:02}": 25.0 + at / 10 for at in range(12)}
    after = {code: value + (0.1 if at % 2 else -0.1) for at, (code, value) in enumerate(before.items())}
    world.land("q1.csv", rows("Q1", **before))
    world.land("q2.csv", rows("Q2", **after | {"R00": 35.0}))
    assert world.run("three", "2025-Q1").tables["changes"].empty
    changes = world.run("three", "2025-Q2").tables["changes"].set_index("organisation_code")
    assert set(changes["since"]) == {"2025-Q1"}
    assert changes.index[changes["direction"] == -1].tolist() == ["R00"]
    assert (changes.drop(index="R00")["direction"] == 0).all()
    assert len(rows_of(world.engine, "measure_change", edition="three")) == 12

    of = ["--edition", str(world.home / "three"), "--database", world.url]
    rose = "Response time rose from 25 to 35, which is worse and more than chance alone would do."
    near = (
        "Nearest other grade of Mark: Response time is 35; at 30, all else being equal, the rating would be"
    )
    for verb in (["show", "R00"], ["explain", "R00", "mark"]):
        said = " ".join(ccg.type(*verb, *of).said.split())
        assert rose in said
        assert near in said
        assert "Since 2025-Q1 the change above is real, of 1 figures that were tested." in said
    assert "no change is real" in " ".join(ccg.type("show", "R01", *of).said.split())
    league = " ".join(ccg.type("league", *of).said.split())
    assert "1 worse" in league
    path = world.home / "tables"
    assert ccg.type("export", "all", *of, "--output", str(path)).code == 0
    assert len(pd.read_csv(path / "changes.csv")) == 12
    measures = pd.read_csv(path / "measures.csv").set_index("measure")
    assert measures.loc["nof/OF0017", ["title", "better", "error", "organisations"]].tolist() == [
        "Response time", "lower", "repeated", 12,
    ]  # fmt: skip
    assert len(pd.read_csv(path / "organisations.csv")) == 12


def test_a_release_that_does_not_follow_from_its_figures_is_not_shown(world: World, ccg: Terminal) -> None:
    """A colleague who may write to the database puts another part under the release."""
    world.land("q3.csv", rows("Q3", RRU=31, RX7=25))
    released = world.run("three", "2025-Q3")
    of = ["--edition", str(world.home / "three"), "--database", world.url]
    assert "Slow" in ccg.type("show", "RRU", *of).said
    with world.engine.begin() as connection:
        content = fetch(connection, released.release.header["open"]).replace('"Slow"', '"Fast"')
        header = {**released.release.header, "open": keep(connection, "open", content)}
        connection.execute(
            insert(release).values(
                lane="three/quarter",
                partition_key="2025-Q3",
                serial=2,
                sha256=sha256_of(canonical_json(header)),
                header=canonical_json(header),
            )
        )
    for verb in (["show", "RRU"], ["explain", "RRU", "mark"], ["league"], ["export", "scores"]):
        answer = ccg.type(*verb, *of)
        assert answer.code == 1
        assert "does not follow from its figures" in " ".join(answer.err.split())


def test_two_runs_of_a_round_at_once_make_one_release(world: World) -> None:
    world.land("q3.csv", rows("Q3", RRU=20, RX7=25))
    typed = [sys.executable, "-m", "ccg_pipeline.cli", "run", "--edition", str(world.home / "three")]
    typed += ["--quarter", "2025-Q3", "--landing", str(world.landing), "--database", world.url]
    both = [subprocess.Popen(typed, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in "ab"]
    answers = [(*one.communicate(), one.returncode) for one in both]
    assert [code for *_, code in answers] == [0, 0], answers
    assert len(rows_of(world.engine, "release")) == 1
    assert len(rows_of(world.engine, "score", edition="three")) == 2 * 3
    assert labels(world.released("three", "2025-Q3")) == {"RRU": "Fast", "RX7": "Fair"}


def test_an_edition_of_ccgs_reads_the_files_of_another(world: World) -> None:
    """Measures belong to no edition: one of 2016/17 is read by an edition of other rules and grades."""
    path = edition_in(world.home / "smoking", "smoking", "Few, Many", "10") / "edition.yaml"
    text = path.read_text(encoding="utf-8").replace("nof/OF0017", "satod/101a").replace("trust", "ccg")
    path.write_text(text, encoding="utf-8")
    row = "declared,satod,101a,2025-04-01,2025-06-30,2025-09-01,{},,{},400,,,,,\n"
    lines = row.format("00C", 40) + row.format("00K", 41)
    (world.landing / "satod.csv").write_text(",".join(COLUMNS) + "\n" + lines, encoding="utf-8")
    edition = edition_named(str(path.parent))
    job = MainJob(world.instance, world.url, str(world.landing), editions=[edition])
    job.run_round(EditionRound(edition, edition.rounds[0]), "2025-Q1")
    with reading(world.engine) as connection:
        found = released_round(connection, edition, edition.rounds[0], "2025-Q1")
    assert labels(found) == {"00C": "Few", "00K": "Many"}
    assert found.tables["organisations"].loc["00C", "name"] == "NHS Darlington CCG"


def test_nodes_and_rounds_of_any_name_are_assets(world: World) -> None:
    path = edition_in(world.home / "named", "named", *THREE[:2]) / "edition.yaml"
    text = path.read_text(encoding="utf-8").replace("key: sickness", 'key: "min utes"')
    text = text.replace("key: minutes", "key: min.utes").replace("{node: minutes}", "{node: min.utes}")
    path.write_text(text.replace("key: quarter", "key: each quarter"), encoding="utf-8")
    edition = edition_named(str(path.parent))
    definitions = build_definitions(world.url, str(world.landing), editions=[edition])
    keys = {key.to_user_string() for key in definitions.resolve_asset_graph().get_all_asset_keys()}
    assert {"named/each_quarter/metric/min_utes_1", "named/each_quarter/metric/min_utes_2"} <= keys


def test_the_same_files_make_no_new_release_and_changed_ones_supersede(world: World) -> None:
    world.land("q3.csv", rows("Q3", RRU=20, RX7=25))
    first = world.run("three", "2025-Q3")
    again = world.run("three", "2025-Q3")
    assert (again.release.serial, again.release.sha256) == (1, first.release.sha256)
    world.land("q3_revised.csv", rows("Q3", RRU=33), sidecar="revised_on: 2026-03-01\n")
    second = world.run("three", "2025-Q3")
    assert second.release.serial == 2
    assert labels(second) == {"RRU": "Slow", "RX7": "Fair"}


def test_an_edition_of_an_earlier_year_reads_its_own_files(world: World) -> None:
    text = (world.home / "three" / "edition.yaml").read_text(encoding="utf-8")
    (world.home / "early").mkdir()
    (world.home / "early" / "edition.yaml").write_text(text.replace("2025-26", "2005-06"), encoding="utf-8")
    edition = edition_named(str(world.home / "early"))
    world.land("q3.csv", rows("Q3", RRU=20).replace("2025", "2005").replace("/26", "/06"))
    job = MainJob(world.instance, world.url, str(world.landing), editions=[edition])
    job.run_round(EditionRound(edition, edition.rounds[0]), "2005-Q3")
    with reading(world.engine) as connection:
        found = released_round(connection, edition, edition.rounds[0], "2005-Q3")
    assert labels(found) == {"RRU": "Fast"}


def test_without_a_figure_there_is_a_sentence_and_nothing_is_released(world: World) -> None:
    world.land("q3.csv", rows("Q3", RRU=20))
    with pytest.raises(Fault, match=r"^There is no figure of three for any trust in 2025-Q1"):
        world.run("three", "2025-Q1")
    with pytest.raises(Fault, match="Nothing of three 2025-Q1 is released"):
        world.released("three", "2025-Q1")


def test_several_quarters_at_once_are_scored_though_one_has_no_figure(world: World) -> None:
    world.land("q3.csv", rows("Q3", RRU=20) + rows("Q1", RRU=31))
    world.run("three", "2025-Q3")
    of = EditionRound(world.three, world.three.rounds[0])
    definitions = build_definitions(world.url, str(world.landing), editions=[world.three])
    span = {"dagster/asset_partition_range_start": "2025-Q1", "dagster/asset_partition_range_end": "2025-Q3"}
    done = definitions.resolve_job_def(of.name).execute_in_process(instance=world.instance, tags=span)
    assert done.success
    assert labels(world.released("three", "2025-Q1")) == {"RRU": "Slow"}
    with pytest.raises(Fault, match="Nothing of three 2025-Q2 is released"):
        world.released("three", "2025-Q2")
    said = {
        event.asset_key.path[-1]: event.materialization.metadata
        for event in done.get_asset_materialization_events()
        if event.asset_key and event.asset_key.path[-1] in ("scores", "release")
    }
    assert "no figure of three for any trust in 2025-Q2" in str(said["scores"]["without a figure"].value)
    assert "2025-Q2 has not been scored" in str(said["release"]["not released"].value)


def test_an_edition_with_gates_does_not_run_without_anybody_to_decide(world: World, ccg: Terminal) -> None:
    path = edition_in(world.home / "gated", "gated", *THREE[:2]) / "edition.yaml"
    gate = "{key: board, body: board, verifies: [mark], provenance: assumed, source: a test}"
    text = path.read_text(encoding="utf-8").replace("every: quarter,", f"every: quarter, gates: [{gate}],")
    path.write_text(text, encoding="utf-8")
    world.land("q3.csv", rows("Q3", RRU=20))
    of = ["--edition", str(world.home / "gated"), "--database", world.url, "--landing", str(world.landing)]
    answer = ccg.type("run", *of, "--quarter", "2025-Q3")
    assert answer.code == 1
    assert "for board has no terms of reference: write terms/board.yaml" in " ".join(answer.err.split())


def test_each_node_is_an_asset_that_rests_on_what_it_uses(world: World) -> None:
    definitions = build_definitions(world.url, str(world.landing), editions=[world.three])
    graph = definitions.resolve_asset_graph()
    mark = graph.get(dg.AssetKey(["three", "quarter", "overall", "mark"]))
    assert mark.parent_keys == {dg.AssetKey(["three", "quarter", "metric", "minutes"])}
    assert mark.partitions_def is not None
    assert mark.partitions_def.get_partition_keys() == ["2025-Q1", "2025-Q2", "2025-Q3", "2025-Q4"]
    release = graph.get(dg.AssetKey(["three", "quarter", "release"]))
    assert release.parent_keys == {dg.AssetKey(["three", "quarter", "scores"])}


def test_the_commands_read_a_released_round(world: World, ccg: Terminal) -> None:
    world.land("q3.csv", rows("Q3", RRU=20, RX7=25))
    of = ["--edition", str(world.home / "three"), "--database", world.url]
    said = ccg.type("run", *of, "--quarter", "2025-Q3", "--landing", str(world.landing))
    assert said.code == 0, said.err
    assert "release 1" in said.said
    assert NO_GATE in said.said
    shown = ccg.type("show", "RRU", *of).said
    assert "Fast" in shown
    assert "Order: place 1 of 2" in shown
    explained = ccg.type("explain", "RX7", "mark", *of).said
    assert "cuts" in explained
    assert "q3.csv" in explained
    assert "RX7" in ccg.type("league", *of).said
    path = world.home / "scores.csv"
    assert ccg.type("export", "scores", *of, "--output", str(path)).code == 0
    assert set(pd.read_csv(path)["label"].dropna()) == {"Fast", "Fair"}


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["show", "RRU", "--quarter", "2025-Q3"], "--quarter is of an edition with such rounds"),
        (["show", "RRU", "--edition", "THREE", "--month", "2025-10"], "three has no round for --month"),
        (["show", "RRU", "--edition", "THREE", "--quarter", "2024-Q3"], "is no quarter of three"),
        (["show", "ZZZ", "--edition", "THREE"], "There is no organisation 'ZZZ'"),
        (["show", "none", "--edition", "THREE"], "There is no organisation 'none'"),
        (["show", "RRU", "--edition", "THREE", "--as-at", "2026-01-01"], "--as-at is of the edition iaf"),
        (["league", "--edition", "THREE", "--format", "csv"], "--format is of the edition iaf_2016_17"),
        (["explain", "RRU", "zzz", "--edition", "THREE"], "three has no node 'zzz'"),
        (["export", "bands", "--edition", "THREE"], "There is no table 'bands' of a round"),
        (
            ["export", "all", "--edition", "THREE"],
            "`ccg export all` writes a file a table: name their folder",
        ),
    ],
)
def test_what_cannot_be_asked_for_is_said(
    world: World, ccg: Terminal, arguments: list[str], why: str
) -> None:
    world.land("q3.csv", rows("Q3", RRU=20))
    world.run("three", "2025-Q3")
    named = [str(world.home / "three") if one == "THREE" else one for one in arguments]
    answer = ccg.type(*named, "--database", world.url)
    assert answer.code == 2
    assert why in " ".join(answer.err.split())
