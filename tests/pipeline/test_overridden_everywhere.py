"""Whatever leaves of an overridden table says so where its rating is, and nothing leaves unlisted.

A panel's table of a month and of a year, and the committee's of the year, each let out by two officers on
real runs. OUTPUTS (outputs.py) is the list of all that shows a rating; the last tests hold it against the
commands, tables, formats, pages and events that there are, so that a new one fails here until it has a place.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import dagster as dg
import pytest
from starlette.routing import Mount, Route

import ccg_pipeline.publish
from ccg_pipeline.cli.room import panel_room
from ccg_pipeline.release.tables import OVERRIDDEN, OVERRIDDEN_SUPERSEDED
from ccg_pipeline.storage.database import open_database
from ccg_pipeline.tables.exports import released_tables
from expert_panels.ledger import record as ledger
from expert_panels.notices.events import Kind
from tests.support.notations.outputs import GATE, OUTPUTS, PLACES, WHERE_IN_TABLE, Place, World
from tests.support.worlds.board import Board
from tests.support.worlds.small_pipeline import COMMITTEE, EDITION, PANELS, TERMS, YEAR, SmallPipeline
from tests.support.worlds.terminal import Terminal, verbs


@pytest.fixture(scope="module")
def pipeline(
    sqlite: Any, sqlite_scored_url: str, small_landing: Path, ccg_home: Path
) -> Iterator[SmallPipeline]:
    """A month and a year of which the cancer panel's table was overridden, the year's overall one too."""
    del ccg_home
    with dg.DagsterInstance.ephemeral() as instance:
        made = SmallPipeline(sqlite.copy(sqlite_scored_url), small_landing, instance)
        for place in PLACES.values():
            if place.body == COMMITTEE:
                made.approve([one for one in PANELS if one != "cancer"], *YEAR)
                made.converge()
            for who in (0, 1):
                made.decide("override", place.body, who, *place.round)
        made.converge()
        yield made
        made.engine.dispose()


@pytest.fixture
def world(pipeline: SmallPipeline, ccg: Terminal, tmp_path: Path, ccg_home: Path) -> World:
    return World(pipeline, ccg.at(ccg_home).wide(220), tmp_path)  # the room's key lies in the home


OF_A_PANEL_ALONE = (
    "explain",
    "run",
    *(f"export: {one}" for one in ("area_scores", "ratings", "indicator_grades", "bands")),
)
OF_THE_OVERALL_RATING_ALONE = ("export: overall", "compare")

UNRELEASED = {
    ("diff",): "scores both sides again and stamps them UNRELEASED",
    ("edition", "try"): "runs an edition on somebody's own figures, stamped UNRELEASED",
    ("method",): "--fit counts what was scored, stamped UNRELEASED",
    ("quarantine", "show"): "says what a refused row would change, stamped UNRELEASED",
}
WITHOUT_RATING = {
    ("demo",): "writes source files",
    **{("database", verb): "tells or changes the version of the tables" for verb in ("status", "upgrade")},
    **{("database", verb): "copies the whole database" for verb in ("backup", "restore")},
    ("database", "retention"): "takes away what no release rests on",
    ("doctor",): "is about the machine",
    ("metrics",): "counts rows, files and runs, and says no rating",
    ("ui",): "starts Dagster",
    ("files", "withdraw"): "takes a source file back",
    **{
        ("measures", verb): "is about special measures"
        for verb in ("show", "on", "history", "propose", "submit", "entries", "entry", "decide")
    },
    **{("edition", verb): "is about the rules alone" for verb in ("list", "check", "new")},
    ("fetch",): "gets source files",
    ("weights",): "lists weights",
    ("quarantine", "amendments"): "lists waivers and corrections",
    ("checks", "let-through"): "names a finding about source files",
    **{("quarantine", verb): "amends a refused row" for verb in ("waive", "correct", "revoke")},
    **{("panel", verb): "makes a key" for verb in ("key", "recorder-key")},
    ("panel", "sign-minutes"): "signs a form",
    ("panel", "verify"): "checks the ledger",
    ("panel", "resubmit"): "names a line",
    **{
        ("panel", verb): "prints the meaning of the line that it wrote"
        for verb in (
            "sign", "return", "withdraw", "recuse", "override", "comment", "moderate", "minutes",
            "demonstrate",
        )
    },
}  # fmt: skip
PAGES_WITHOUT_RATING = {
    "/sign-in",
    "/sign-out",
    f"{GATE}/ccgs/{{code}}/comment",
    f"{GATE}/ccgs/{{code}}/look",
    f"{GATE}/ccgs/{{code}}/moderation",
    f"{GATE}/decision/confirm/{{draft}}",
    f"{GATE}/decision/confirm",
}
KINDS_WITHOUT_AN_OVERRIDE = {
    "opened", "changed", "moderated", "reminder", "quorum reached", "chair outstanding", "returned",
    "released", "withdrawn",
}  # fmt: skip
OF_PUBLISH = {
    "explanation", "export", "league", "robustness_page",  # by the outputs above
    "lane_tables", "markdown", "moderation_words", "naming", "pictures", "uncertainty_words",  # pieces
    "validation_report", "weights",  # about source files
    "offline_page",  # a frame
    "frameworks", "league_critics", "special_measures",  # of frameworks before; no override is possible
    "round_tables", "measures", "workbook",  # of rounds of any edition
}  # fmt: skip


def cases() -> Iterator[Any]:
    for name in OUTPUTS:
        for where, place in PLACES.items():
            left_out = OF_A_PANEL_ALONE if place.body == COMMITTEE else OF_THE_OVERALL_RATING_ALONE
            if not name.startswith(left_out):
                yield pytest.param(name, place, id=f"{name}, {where}")


@pytest.mark.parametrize(("name", "place"), list(cases()))
def test_what_leaves_of_an_overridden_table_says_so(world: World, name: str, place: Place) -> None:
    found = OUTPUTS[name](world, place)
    assert found, "nothing is there of it"
    assert [one for one in found if "overridden" not in one.casefold()] == []


def test_every_command_is_listed() -> None:
    by_outputs = {name.partition(":")[0] for name in OUTPUTS} - {"Dagster"}
    listed = [*(tuple(name.split()) for name in by_outputs), *UNRELEASED, *WITHOUT_RATING]
    assert sorted(listed) == sorted(verbs())


def test_every_released_table_is_listed(world: World) -> None:
    assert set(WHERE_IN_TABLE) == set(released_tables(EDITION)) == set(world.pipeline.tables(*YEAR).frames)


def test_every_page_of_the_room_is_listed(world: World) -> None:
    routes = panel_room(world.pipeline.engine).routes
    assert [one.path for one in routes if isinstance(one, Mount)] == ["/static"]
    pages = {one.path for one in routes if isinstance(one, Route)}
    listed = {name.removeprefix("room: ") for name in OUTPUTS if name.startswith("room: ")}
    assert pages == listed | PAGES_WITHOUT_RATING


def test_every_notice_is_listed() -> None:
    assert set(get_args(Kind)) == KINDS_WITHOUT_AN_OVERRIDE | {"overridden", "released as overridden"}


def test_every_module_that_writes_what_leaves_is_listed() -> None:
    (folder,) = ccg_pipeline.publish.__path__
    assert {path.stem for path in Path(folder).glob("*.py")} - {"__init__"} == OF_PUBLISH


@pytest.mark.parametrize("body", ["cancer", COMMITTEE])
def test_an_overridden_table_whose_data_changed_is_never_called_verified(body: str) -> None:
    """On a board, where standing in for runs takes moments."""
    engine = open_database("sqlite://")
    board = Board(engine)
    board.stand(*YEAR, "a")
    board.catch_up()
    for signing in (PANELS, [COMMITTEE]):
        board.sign(*YEAR, *(one for one in signing if one != body))
        if body in signing:
            board.decide(*YEAR, "override", 0, body)
            board.decide(*YEAR, "override", 1, body)
        board.catch_up()

    def said() -> tuple[str, str]:
        newest = board.newest(*YEAR)
        assert newest is not None
        entries = {**newest.header["panels"], COMMITTEE: newest.header["overall"]}
        return entries[body]["verification"], ledger.state_of(engine, TERMS[body], *YEAR).described

    assert said() == (OVERRIDDEN, "overridden")
    board.stand(*YEAR, "b", "cancer")
    board.catch_up()
    assert said() == (OVERRIDDEN_SUPERSEDED, "superseded, overridden before")
    engine.dispose()
