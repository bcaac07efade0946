"""Gates of an edition outside the package: from files through its bodies to a release, and back.

Belongs here: an edition with three bodies, one after the others, through the real pipeline.
Does not belong here: the parts of a round by themselves (tests/spec), the lanes of 2016/17.
"""

import re
import shutil
from collections.abc import Callable, Iterator
from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console
from sqlalchemy import Connection, insert

from ccg_pipeline.cli.prints.rounds import leagues, of_organisation
from ccg_pipeline.cli.room import panel_room
from ccg_pipeline.framework.load import load_edition
from ccg_pipeline.framework.round_dates import lane_of, rounds_by_lane
from ccg_pipeline.framework.round_parts import parts_of
from ccg_pipeline.method.certainty.saying import MODERATED
from ccg_pipeline.method.engine.rows import place_table, score_table
from ccg_pipeline.method.round_assessment import run_of
from ccg_pipeline.publish.moderation_words import moderations, moderations_by_score
from ccg_pipeline.publish.round_tables import frames_of
from ccg_pipeline.release import round_gates
from ccg_pipeline.release.archive import candidate_fingerprints, fetch, keep
from ccg_pipeline.release.holds import all_blocking, change
from ccg_pipeline.release.rederived import faults_of_releases
from ccg_pipeline.release.round_parts import content_of, part_tables, run_again
from ccg_pipeline.release.round_state import judgement_in_round, rounds_behind
from ccg_pipeline.storage.database import reading
from ccg_pipeline.storage.fingerprint import canonical_json, sha256_of
from ccg_pipeline.storage.sql import plausibility, release
from expert_panels.foundation.fault import Fault
from expert_panels.ledger import record as ledger
from tests.support.worlds.room_client import browser, sign_in_as
from tests.support.worlds.schools import BODIES, KEY, LANE, Schools, opened
from tests.support.worlds.terminal import Terminal, today


def printed(what: Callable[..., None], *about: object) -> str:
    """Return what a print shows, in one line."""
    out = StringIO()
    what(Console(file=out, width=200), *about)
    return " ".join(out.getvalue().split())


@pytest.fixture(scope="module", params=["each"])
def scored(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Path:
    """A home in which the round has been scored and put before its bodies."""
    home = tmp_path_factory.mktemp("schools")
    with pytest.MonkeyPatch.context() as patch:
        with opened(home, patch, request.param) as found:
            found.land("first.csv", "2025-02-01")
            found.run()
        found.engine.dispose()
    return home


@pytest.fixture
def schools(scored: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Schools]:
    copy = tmp_path / "home"
    shutil.copytree(scored, copy)
    with opened(copy, monkeypatch) as found:
        yield found


def test_each_gate_lets_its_own_out_and_the_board_has_its_say_after_them(schools: Schools) -> None:
    waiting = "0 awaiting the panel"
    assert [schools.state(body) for body in BODIES] == ["awaiting", "awaiting", "not_ready"]
    shown = schools.shown()
    assert {node: said for node, said in shown.items() if not said.startswith("3 no panel")} == {
        "attendance": waiting,  # who sees it can work the mark out
        "care": waiting,
        "head": waiting,
        "learning": waiting,
        "results": waiting,
        "whole": waiting,
        "index": "0 care_panel: awaiting the panel; learning_panel: awaiting the panel",
    }
    assert shown["meals"] == "3 no panel verifies it"
    page = printed(of_organisation, schools.edition, schools.round, schools.released(), "S1")
    order = ["Whole school overall", "index overall", "Care area", "Learning area", "Leadership judgement"]
    assert sorted(order, key=page.index) == order  # by level, and within it as the edition has them

    schools.decide("care_panel")
    assert schools.labels("care") == ["Good", "Fair", "Poor"]
    assert schools.shown()["care"] == schools.shown()["attendance"] == "3 verified"
    assert schools.labels("whole") == ["awaiting the panel"] * 3
    assert (schools.state("school_board"), len(schools.released().tables["places"])) == ("not_ready", 0)
    assert printed(leagues, schools.edition, schools.released()) == (
        "No league is shown: care_panel: verified; learning_panel: awaiting the panel."
    )

    schools.decide("learning_panel")
    assert schools.state("school_board") == "awaiting"
    assert schools.shown()["index"] == "3 care_panel: verified; learning_panel: verified"
    assert schools.released().tables["places"].set_index("organisation_code")["place"].to_dict() == {
        "S1": 1, "S2": 2, "S3": 2,
    }  # fmt: skip
    schools.decide("school_board")
    assert schools.labels("whole") == ["Good", "Poor", "Poor"]
    assert schools.labels("head") == ["Good", "Poor", "Good"]


def test_a_board_moderates_and_is_asked_anew(schools: Schools) -> None:
    schools.decide("care_panel")
    schools.decide("learning_panel")
    state = ledger.state_of(schools.engine, schools.terms["school_board"], LANE, KEY)
    asked = (schools.engine, schools.edition, schools.round, "school_board", state)
    assert judgement_in_round(*asked, "s2", "head", "Good") == "Poor"
    with pytest.raises(Fault, match="may moderate head, and not 'care'"):
        judgement_in_round(*asked, "S2", "care", "Good")
    with pytest.raises(Fault, match="choose one of Good, Fair, Poor"):
        judgement_in_round(*asked, "S2", "head", "Splendid")
    schools.decide(
        "school_board", "moderate", "a", about="S2", item="head", before="Poor", after="Good",
        reason="A new head since January",
    )  # fmt: skip
    assert schools.state("school_board") == "awaiting"
    schools.decide("school_board")
    assert schools.labels("head") == ["Good", "Good", "Good"]
    assert schools.labels("whole") == ["Good", "Fair", "Poor"]
    (made,) = schools.released().parts["school_board"].moderations
    assert (made.organisation, made.before, made.after, made.role) == ("S2", "Poor", "Good", "chair")
    said = "Leadership was moderated from Poor to Good by the chair: A new head since January."
    for code, node, told in (("S2", "", [said]), ("S2", "whole", [said]), ("S2", "care", []), ("S1", "", [])):
        assert list(moderations(schools.edition, schools.released(), code, node)) == told
    by_score = moderations_by_score(schools.edition, schools.released())
    assert set(by_score) == {(node, "S2") for node in ("head", "whole")}
    exported = frames_of(schools.released(), schools.edition, schools.round, None)["scores"]
    moderated = exported[exported["moderated"] == said]
    assert {*moderated["organisation_code"]} == {"S2"}
    assert {*moderated.loc[moderated["node"] == "whole", "how_sure"]} == {MODERATED}


def test_changed_data_wait_for_their_panel_and_what_rests_on_them_too(schools: Schools) -> None:
    for body in BODIES:
        schools.decide(body)
    schools.land("second.csv", "2025-03-01", S1={"attendance": 85})
    schools.run()
    assert [schools.state(body) for body in BODIES] == ["superseded", "approved", "superseded"]
    superseded = "3 verified, superseded by newer data that await the panel"
    shown = schools.shown()
    assert (shown["care"], shown["learning"], shown["whole"]) == (superseded, "3 verified", superseded)
    assert shown["index"] == f"{superseded.replace('3 ', '3 care_panel: ')}; learning_panel: verified"
    assert schools.labels("care") == ["Good", "Fair", "Poor"]  # as last verified
    schools.decide("care_panel")
    assert schools.labels("care") == ["Poor", "Fair", "Poor"]
    assert schools.labels("whole") == ["Good", "Poor", "Poor"]
    schools.decide("school_board")
    assert schools.labels("whole") == ["Poor", "Poor", "Poor"]


def test_the_parts_of_a_round_that_is_caught_up_are_not_read_again(
    schools: Schools, monkeypatch: pytest.MonkeyPatch
) -> None:
    schools.decide("care_panel")
    rounds, settled = [(schools.edition, schools.round)], dict[tuple[str, str], str]()
    assert rounds_behind(schools.engine, rounds, schools.terms, settled=settled) == []
    assert list(settled) == [(LANE, KEY)]
    read: list[str] = []

    def noted(connection: Connection, sha256: str) -> str:
        read.append(sha256)
        return fetch(connection, sha256)

    monkeypatch.setattr(round_gates, "fetch", noted)
    assert rounds_behind(schools.engine, rounds, schools.terms, settled=settled) == []
    assert read == []
    assert rounds_behind(schools.engine, rounds, schools.terms, lambda _: True, settled)  # a run was killed
    assert read
    read.clear()
    schools.decide("learning_panel", by="a")  # one of two: the round is caught up, by other lines
    assert rounds_behind(schools.engine, rounds, schools.terms, settled=settled) == []
    assert read


def test_a_withdrawal_takes_out_what_rests_on_it(schools: Schools) -> None:
    for body in BODIES:
        schools.decide(body)
    schools.decide("care_panel", "withdraw", "a")
    assert schools.labels("care") == ["withdrawn by the panel"] * 3
    assert schools.labels("whole") == ["awaiting the panel"] * 3
    assert schools.shown()["index"].startswith("0 care_panel: withdrawn by the panel")
    assert schools.labels("learning") == ["Good", "Fair", "Good"]


@pytest.mark.parametrize("scored", ["together"], indirect=True)
def test_nothing_goes_out_before_all_have_decided_where_all_go_together(
    schools: Schools, ccg: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CCG_EDITIONS", str(schools.folder))
    of = ["--edition", str(schools.folder), "--database", schools.url]
    for body in BODIES[:2]:
        schools.decide(body)
        with pytest.raises(Fault, match="Nothing of schools 2024 is released"):
            schools.released()
    assert ccg.type("show", "S1", *of).code == 1
    answer = ccg.type("panel", "show", "school_board", *of, "--year", KEY)
    before = answer.said
    assert answer.code == 0, answer.err
    assert "UNRELEASED" in before
    assert "S2 School S2" in before
    table = ledger.state_of(schools.engine, schools.terms["school_board"], LANE, KEY).subject
    assert f"Table {table}:" in before
    signed = ["--interests", "none", "--seen", table, "--year", KEY]
    for who in "ab":
        answer = ccg.type(
            "panel", "sign", "school_board", *of, *signed, "--as", f"{who}@school_board.example"
        )
        assert answer.code == 0, answer.err
    assert schools.labels("whole") == ["Good", "Poor", "Poor"]
    shown = ccg.type("show", "S2", *of).said
    assert "school_board: verified" in shown
    assert "Poor" in shown
    assert "Schools, an example, annual 2024" in ccg.type("panel", "status", *of[2:]).said
    said = ccg.type("panel", "verify", *of)
    assert (said.code, "The ledger is whole" in said.said) == (0, True)


def test_a_release_that_nobody_decided_is_named(schools: Schools) -> None:
    """A colleague writes the header of a release in which the board verified what it never saw."""
    schools.decide("care_panel")
    found = schools.released().release
    board = {**found.header["panels"]["care_panel"], "subject": _part(schools, "school_board")}
    panels = {**found.header["panels"], "school_board": board}
    header = canonical_json({**found.header, "panels": panels})
    with schools.engine.begin() as connection:
        row = {"lane": LANE, "partition_key": KEY, "serial": found.serial + 1}
        connection.execute(insert(release).values(**row, sha256=sha256_of(header), header=header))
    with pytest.raises(Fault, match="is not what the sign-off ledger"):
        schools.released()
    with reading(schools.engine) as connection:
        rounds = rounds_by_lane([schools.edition])
        (said,) = faults_of_releases(connection, load_edition(), schools.terms, rounds)
    assert "school_board" in said


def test_figures_of_ones_own_under_what_nobody_signs_are_named(schools: Schools) -> None:
    """A colleague puts in an index that follows from figures which are not those that were signed."""
    for body in BODIES[:2]:
        schools.decide(body)
    found = schools.released()
    name = "care_panel+learning_panel"
    part = found.parts[name]
    figures = part.tables["figures"]
    other = figures.assign(value=figures["value"].where(figures["organisation_code"] != "S3", 96.0))
    run = run_of(schools.edition, other, part.tables["organisations"], every=True)
    scores, places = score_table(run), place_table(run)
    index = scores[scores["node"] == "index"].set_index("organisation")["score"]
    tables = dict(part.tables) | {"figures": other}
    tables["scores"] = tables["scores"].assign(score=tables["scores"]["organisation_code"].map(index))
    own = places.set_index("organisation")
    codes = tables["places"]["organisation_code"]
    tables["places"] = tables["places"].assign(place=codes.map(own["place"]), score=codes.map(own["score"]))
    tables["organisations"] = tables["organisations"].reset_index()
    cut = next(each for each in parts_of(schools.edition, schools.round) if each.name == name)
    content = content_of(schools.edition, schools.round, KEY, cut, tables, part.rests_on)
    assert run_again(schools.edition, part_tables(content))  # it follows from its own figures
    with schools.engine.begin() as connection:
        header = {**found.release.header, "resting": {name: keep(connection, name, content)}}
        row = {"lane": LANE, "partition_key": KEY, "serial": found.release.serial + 1}
        text = canonical_json(header)
        connection.execute(insert(release).values(**row, sha256=sha256_of(text), header=text))
    with pytest.raises(Fault, match=f"its part {re.escape(name)} rests on other rows"):
        schools.released()


def test_a_changed_mark_in_a_part_that_was_signed_is_named(schools: Schools) -> None:
    schools.decide("care_panel")
    found = schools.released().release
    with schools.engine.begin() as connection:
        content = fetch(connection, found.header["open"]).replace('"meals"', '"attendance"', 1)
        header = canonical_json({**found.header, "open": keep(connection, "open", content)})
        row = {"lane": LANE, "partition_key": KEY, "serial": found.serial + 1}
        connection.execute(insert(release).values(**row, sha256=sha256_of(header), header=header))
    with pytest.raises(Fault, match="does not follow from its figures"):
        schools.released()


@pytest.mark.parametrize("by_option", [False, True])
def test_minutes_of_a_meeting_about_any_editions_round_are_recorded(
    schools: Schools, ccg: Terminal, tmp_path: Path, by_option: bool
) -> None:
    ccg.at(schools.home).wide(160)
    (tmp_path / "signed.pdf").write_bytes(b"signed by hand")
    subject = ledger.state_of(schools.engine, schools.terms["care_panel"], LANE, KEY).subject
    who = [f"{one}@care_panel.example" for one in "ab"]
    taken = "".join(f"  - {{who: {one}, decision: approve, interests: none}}\n" for one in who)
    named = "" if by_option else f"edition: {schools.folder}\n"
    (tmp_path / "form.yaml").write_text(
        f"meeting: {today()}\npanel: care_panel\n{named}year: '{KEY}'\ntable: {subject}\n"
        f"minutes: signed.pdf\npresent: [{', '.join(who)}]\ndecisions:\n{taken}",
        encoding="utf-8",
    )
    option = ["--edition", str(schools.folder)] if by_option else []
    answer = ccg.type("panel", "minutes", str(tmp_path / "form.yaml"), *option)
    assert answer.code == 0, answer.said
    assert schools.state("care_panel") == "approved"
    assert schools.labels("care") == ["Good", "Fair", "Poor"]  # and released


def test_the_room_shows_what_is_before_a_body_of_any_edition(
    schools: Schools, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CCG_EDITIONS", str(schools.folder))
    client = browser(panel_room(schools.engine))
    sign_in_as(client, "a@care_panel.example", "/")
    board = client.get("/").text
    assert "Schools, an example, annual 2024" in board
    address = "/panels/care_panel/schools:annual/2024"
    assert f'href="{address}"' in board
    page = client.get(address)
    assert page.status_code == 200
    assert "Not checked" in page.text  # nothing is expected of what schools return
    assert "School S2" in client.get(f"{address}/table").text
    assert "CCG" not in page.text.replace("CCG_", "")
    one = client.get(f"{address}/ccgs/S2").text
    assert "returns/attendance" in one
    assert "the rating would be Poor" in page.text
    assert client.get(f"{address}/decision").status_code == 200
    assert client.get("/panels/learning_panel/schools:annual/2024").status_code == 403


def _part(schools: Schools, name: str) -> str:
    stands = candidate_fingerprints(schools.engine, lane_of(schools.edition, schools.round), KEY)
    return str(stands.set_index("part")["sha256"][name])


def test_a_round_whose_figures_do_not_meet_what_blocks_is_held_back_until_it_is_let_through(
    schools: Schools,
) -> None:
    assert [schools.state(body) for body in BODIES] == ["awaiting", "awaiting", "not_ready"]
    found = {
        "partition_key": "2024-12", "suite": "observations", "expectation": "total_agrees",
        "title": "It adds up", "severity": "block", "indicator_code": "meals",
        "period_end": date(2024, 12, 31), "holds": False, "observed": "It does not.", "failing": "[]",
        "is_made_up": True,
    }  # fmt: skip
    with schools.engine.begin() as connection:
        connection.execute(insert(plausibility).values(found))
    schools.converge()
    assert [schools.state(body) for body in BODIES] == [
        "not_ready"
    ] * 3  # what was before a body is taken away
    (one,) = all_blocking(schools.engine)
    change(
        schools.engine, one.id, "let through", "a@data.example", "Counted twice on purpose", "a@data.example"
    )
    schools.converge()
    assert [schools.state(body) for body in BODIES] == ["awaiting", "awaiting", "not_ready"]
    schools.decide("care_panel")
    assert schools.shown()["care"] == "3 verified"
    (said,) = schools.released().release.header["let_through"]
    assert (said["about"], said["reason"]) == ("meals, period to 2024-12-31", "Counted twice on purpose")
