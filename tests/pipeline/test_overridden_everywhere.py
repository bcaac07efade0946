"""Whatever leaves of an overridden table says so where its rating stands, and nothing leaves unlisted.

A panel's table of a month and of a year, and the committee's of the year, each let out by two officers on
real runs. OUTPUTS is the list of all that shows a rating; the last tests hold it against the commands,
tables, formats, pages, events and metadata that there are, so that a new one fails here until it has a place.
"""

import base64
import csv
import io
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from typing import Any, get_args

import dagster as dg
import pytest
from board import Board
from rich.console import Console
from small_house import COMMITTEE, MONTH, PANELS, TERMS, YEAR, House
from starlette.routing import Mount, Route
from starlette.testclient import TestClient
from terminal import EDITION, Terminal, verbs

import ccg_pipeline.publish
from ccg_pipeline import cli_statements, cli_verbs, notices, printed_lists
from ccg_pipeline.cli_room import panel_room
from ccg_pipeline.publish.assessment import OVERRIDDEN, OVERRIDDEN_SUPERSEDED
from ccg_pipeline.publish.export import FORMATS
from ccg_pipeline.run import Outcome
from ccg_pipeline.storage.database import open_database
from expert_panels import ledger
from expert_panels.chain import Line
from expert_panels.ledger import Gate
from expert_panels.notices.events import Kind
from expert_panels.settings import Settings

CCG, AREA = "02N", "122"
INDICATORS = {one.code for one in EDITION.indicators_of(AREA)}


@dataclass(frozen=True)
class Place:
    """Where something was overridden: a round, and whose table of it."""

    round: tuple[str, str]
    body: str

    @property
    def options(self) -> tuple[str, str]:
        return ("--month", "2017-03") if self.round == MONTH else ("--year", "2016-17")

    @property
    def gate(self) -> Gate:
        return Gate(self.body, *self.round)


PLACES = {
    "a panel's table of a month": Place(MONTH, "cancer"),
    "a panel's table of a year": Place(YEAR, "cancer"),
    "the committee's table": Place(YEAR, COMMITTEE),
}


@pytest.fixture(scope="module")
def house(sqlite: Any, sqlite_scored_url: str, small_landing: Path, ccg_home: Path) -> Iterator[House]:
    """A month and a year of which the cancer panel's table was overridden, the year's overall one too."""
    del ccg_home
    with dg.DagsterInstance.ephemeral() as instance:
        made = House(sqlite.copy(sqlite_scored_url), small_landing, instance)
        for place in PLACES.values():
            if place.body == COMMITTEE:
                made.approve([one for one in PANELS if one != "cancer"], *YEAR)
                made.converge()
            for who in (0, 1):
                made.decide("override", place.body, who, *place.round)
        made.converge()
        yield made
        made.engine.dispose()


@dataclass
class World:
    """The house, a terminal on its database, and a folder."""

    house: House
    ccg: Terminal
    folder: Path
    _browsers: dict[str, TestClient] = field(default_factory=dict)

    def typed(self, *arguments: str) -> str:
        """What a command prints, or writes to standard output; it is known to succeed."""
        answer = self.ccg.type(*arguments, "--database", self.house.url)
        assert answer.code == 0, answer.err
        return answer.out

    def deciding(self, place: Place) -> Line:
        """The line that let a place's table out."""
        state = self.house.state(place.body, *place.round)
        (line,) = [one for one in self.house.lines() if one.hash == state.published_line]
        return line

    def page(self, place: Place, path: str) -> str:
        """A page of the room as an officer sees it, its tags as they are."""
        if place.body not in self._browsers:
            client = TestClient(panel_room(self.house.engine), "http://127.0.0.1", follow_redirects=False)
            form = dict(re.findall(r'name="(\w+)" value="([^"]*)"', client.get("/sign-in").text))
            form["email"] = TERMS[place.body].officers[2 if len(TERMS[place.body].officers) > 2 else 0].email
            assert client.post("/sign-in", data=form).status_code == 303
            self._browsers[place.body] = client
        answer = self._browsers[place.body].get(path)
        assert answer.status_code == 200, (path, answer.text)
        return unescape(answer.text)

    def metadata(self, *key: str) -> dict[str, str]:
        """What Dagster shows of an asset's last materialisation."""
        event = self.house.instance.get_latest_materialization_event(dg.AssetKey(list(key)))
        assert event is not None
        assert event.asset_materialization is not None
        return {name: str(value.value) for name, value in event.asset_materialization.metadata.items()}


@pytest.fixture
def world(house: House, ccg: Terminal, tmp_path: Path) -> World:
    return World(house, ccg.wide(220), tmp_path)


def beginning(out: str, *words: str) -> list[str]:
    """The lines of a print that begin with one of `words`."""
    return [line.strip() for line in out.splitlines() if line.strip().startswith(words)]


def between(text: str, begin: str, end: str) -> str:
    return text.split(begin, 1)[1].split(end, 1)[0]


def provenance(out: str) -> str:
    """The line at the end of a print that says of which release it is, however it was folded."""
    return " ".join(out.rpartition("Release ")[2].split())


def shown(world: World, place: Place) -> list[str]:
    out = world.typed("show", CCG, *place.options)
    if place.body == COMMITTEE:
        return beginning(out, "overall rating")
    found = beginning(out, "Cancer ", f"{AREA} Cancer")
    assert len(found) == 2  # the rating, and the score among the 29 areas
    return found


def explained(world: World, place: Place) -> list[str]:
    return beginning(world.typed("explain", CCG, AREA, *place.options), "area score", "panel rating", "band ")


WHERE_IN_TABLE: dict[str, Callable[[dict[str, Any], Place], object]] = {
    "assessment": lambda row, place: row[
        f"{'overall' if place.body == COMMITTEE else 'cancer'}_verification"
    ],
    "area_scores": lambda row, _: row["area_code"] == AREA and row["verification"],
    "ratings": lambda row, _: row["panel"] == "cancer" and row["verification"],
    "bands": lambda row, _: row["indicator_code"] in INDICATORS and row["verification"],
    "overall": lambda row, _: row["verification"],
}
"""Released table -> what stands in a row about a place; False for a row about something else."""


def exported(table: str, file_format: str = "csv") -> "Probe":
    def probe(world: World, place: Place) -> list[str]:
        path = world.folder / "table"
        typed = ("export", table, *place.options, "--format", file_format, "--output", str(path))
        world.typed(*typed)
        return [str(one) for one in (WHERE_IN_TABLE[table](row, place) for row in rows_of(path)) if one]

    return probe


def rows_of(path: Path) -> list[dict[str, Any]]:
    """The rows of a table, whichever format it is in."""
    content = path.read_bytes()
    if content.startswith(b"PAR1"):
        import pandas as pd

        return [
            {str(name): value for name, value in row.items()}
            for row in pd.read_parquet(path).to_dict("records")
        ]
    text = content.decode("utf-8")
    return list(json.loads(text)) if text.startswith("[") else list(csv.DictReader(io.StringIO(text)))


def league(file_format: str) -> "Probe":
    def probe(world: World, place: Place) -> list[str]:
        which = ("--overall",) if place.body == COMMITTEE else ("--area", AREA)
        path = world.folder / "league"
        typed = ("league", *which, *place.options, "--format", file_format)
        if file_format == "table":
            out = world.typed(*typed)
            return [*beginning(out, "League of"), provenance(out)]
        world.typed(*typed, "--output", str(path))
        if file_format == "svg":
            text = path.read_text(encoding="utf-8")
            return [between(text, "<title", "</title>"), between(text, "<text", "</text>")]
        return [str(row["verification"]) for row in rows_of(path)]

    return probe


def statement(file_format: str) -> "Probe":
    def probe(world: World, place: Place) -> list[str]:
        out = world.typed("robustness", *place.options, "--format", file_format)
        name = "Overall rating" if place.body == COMMITTEE else "Cancer"
        if file_format == "html":
            return [*re.findall(rf"<td>({name}[^<]*)</td>", out), between(out, "<p>Release", "</p>")]
        if file_format == "json":
            found = json.loads(out)
            measures = ("overall",) if place.body == COMMITTEE else ("cancer", "areas")
            return [
                found["release"],
                *(row["verification"] for row in found["rows"] if row["measure"] in measures),
            ]
        return [*beginning(out, name), provenance(out)]

    return probe


def summed_up(world: World, place: Place) -> list[str]:
    console = Console(file=io.StringIO(), width=220, no_color=True)
    printed_lists.summary(console, world.house.engine, EDITION, [place.round], Outcome())
    return beginning(console.file.getvalue(), "Cancer ratings")  # type: ignore[attr-defined]  # any text file


def certified(world: World, place: Place) -> list[str]:
    """The certificate of the deciding line, and that the bare table does not leave beside it."""
    paper, key, table = (world.folder / name for name in ("paper.json", "key.pem", "table.csv"))
    assert world.ccg.type("panel", "key", "--output", str(key)).code == 0
    asked = ("panel", "certificate", str(world.deciding(place).seq), "--output", str(paper))
    refused = world.ccg.type(*asked, "--table", str(table), "--database", world.house.url)
    assert (refused.code, table.exists()) == (1, False)
    said = world.typed(*asked)
    return [refused.err, said, base64.b64decode(json.loads(paper.read_bytes())["payload"]).decode()]


def verified(world: World, place: Place) -> list[str]:
    certified(world, place)
    answer = world.ccg.type(
        "verify", str(world.folder / "paper.json"), "--key", str(world.folder / "key.pem")
    )
    assert answer.code == 0
    return [between(answer.said, "holds Line", "holds")]


GATE = "/panels/{panel}/{lane}/{key}"


def on_the_board(world: World, place: Place) -> list[str]:
    return [between(world.page(place, "/"), f'href="{address(place)}"', "</li>")]


def address(place: Place) -> str:
    return GATE.format(panel=place.body, lane=place.round[0], key=place.round[1])


def on_page(path: str, begin: str, end: str) -> "Probe":
    def probe(world: World, place: Place) -> list[str]:
        text = world.page(place, address(place) + path.format(code=CCG, seq=world.deciding(place).seq))
        return [between(text, begin, end)]

    return probe


def certificate_of_room(world: World, place: Place) -> list[str]:
    text = world.page(place, f"/certificates/{world.deciding(place).seq}")
    return [base64.b64decode(json.loads(text)["payload"]).decode()]


def noticed(world: World, place: Place) -> list[str]:
    """Each mail and each post to the webhook since the second officer's line."""
    settings = Settings.model_validate(
        {
            "address": "https://room.example",
            "session_key_file": "key",
            "sign_in": {"proxy": {"secret_file": "secret", "sign_in_at": "/"}},
            "notices": {
                "mail": {"host": "smtp.example", "sender": "room@room.example"},
                "webhook": {"url": "https://hook.example", "secret_file": "secret"},
            },
        }
    )
    since = world.deciding(place).at
    happened = notices.events(world.house.engine, TERMS, datetime.now(UTC))
    events = [one for one in happened if one.gate == place.gate and one.at >= since]
    assert {one.kind for one in events} == {"overridden", "released as overridden"}
    return [
        part
        for event in events
        for message in notices.messages(event, TERMS[place.body], settings)
        for part in (message.subject, message.text)
    ]


def of_gate(world: World, place: Place) -> list[str]:
    lane, _ = place.round
    metadata = world.metadata(lane, "gate", place.body)
    assert set(metadata) >= {"state", "round", "table", "remarks", "is_made_up"}
    check = "confirmed_by_committee" if place.body == COMMITTEE else "verified_by_panel"
    (record,) = world.house.instance.event_log_storage.get_asset_check_execution_history(
        dg.AssetCheckKey(dg.AssetKey([lane, "gate", place.body]), check), limit=1
    )
    assert record.event is not None
    assert record.event.dagster_event is not None
    evaluation = record.event.dagster_event.asset_check_evaluation_data
    assert not evaluation.passed  # nobody verified it
    return [metadata["state"], metadata["table"].splitlines()[-1], str(evaluation.description)]


def of_assessment(world: World, place: Place) -> list[str]:
    metadata = world.metadata(place.round[0], "assessment")
    assert set(metadata) >= {"new releases", "panels", "verified", "ledger head", "is_made_up"}
    names, *_, row = (
        [cell.strip() for cell in line.split("|")] for line in metadata["panels"].strip().splitlines()
    )
    return [row[names.index("overall" if place.body == COMMITTEE else "cancer")], metadata["verified"]]


Probe = Callable[[World, Place], list[str]]

OUTPUTS: dict[str, Probe] = {
    "show": shown,
    "explain": explained,
    **{f"export: {table}": exported(table) for table in WHERE_IN_TABLE},
    **{f"export: ratings as {one}": exported("ratings", one) for one in FORMATS if one != "csv"},
    **{f"export: overall as {one}": exported("overall", one) for one in FORMATS if one != "csv"},
    **{f"league: {one}": league(one) for one in cli_statements.LEAGUE_FORMATS},
    **{f"robustness: {one}": statement(one) for one in cli_statements.STATEMENT_FORMATS},
    "run": summed_up,
    "panel status": lambda world, place: beginning(world.typed("panel", "status"), f"{place.body} "),
    "panel show": lambda world, place: beginning(
        world.typed("panel", "show", place.body, *place.options), "State:"
    ),
    "panel certificate": certified,
    "verify": verified,
    "room: /": on_the_board,
    f"room: {GATE}": on_page("", '<div class="room-head">', "</div>"),
    f"room: {GATE}/ccgs/{{code}}": on_page("/ccgs/{code}", "</h1>", "<h2"),
    f"room: {GATE}/decision": on_page("/decision", "</h1>", "</p>"),
    f"room: {GATE}/decisions/{{seq:int}}": on_page("/decisions/{seq}", "Where the table stands now:", "</p>"),
    "room: /certificates/{seq:int}": certificate_of_room,
    "panel notices": noticed,
    "Dagster: the gate": of_gate,
    "Dagster: the assessment": of_assessment,
}
"""What leaves with a rating: a command (what of it), a page of the room, Dagster's -> what stands there."""

OF_A_PANEL_ALONE = ("explain", "run", *(f"export: {one}" for one in ("area_scores", "ratings", "bands")))
OF_THE_OVERALL_RATING_ALONE = ("export: overall",)

UNRELEASED = {
    ("diff",): "scores both sides anew and stamps them UNRELEASED",
    ("method",): "--fit counts what was scored, stamped UNRELEASED",
    ("quarantine", "show"): "says what a refused row would change, stamped UNRELEASED",
}
WITHOUT_RATING = {
    ("demo",): "writes source files",
    ("fetch",): "gets source files",
    ("files",): "accounts for source files",
    ("weights",): "lists weights",
    ("quarantine", "amendments"): "lists waivers and corrections",
    **{("quarantine", verb): "amends a refused row" for verb in ("waive", "correct", "revoke")},
    **{("panel", verb): "makes a key" for verb in ("key", "recorder-key")},
    ("panel", "sign-minutes"): "signs a form",
    ("panel", "verify"): "checks the ledger",
    ("panel", "lay-again"): "names a line",
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
    f"{GATE}/ccgs/{{code}}/moderation",
    f"{GATE}/decision/confirm/{{draft}}",
    f"{GATE}/decision/confirm",
}
KINDS_WITHOUT_AN_OVERRIDE = {
    "opened", "changed", "moderated", "reminder", "quorum reached", "chair outstanding", "returned",
    "released", "withdrawn",
}  # fmt: skip
OF_PUBLISH = {
    "assessment", "released", "explanation", "export", "league", "robustness_page",  # by the outputs above
    "as_known",  # never released
    "certainty_words", "naming", "parts", "pictures",  # pieces of the above
    "checked_figures",  # about published figures
    "findings", "validation_report", "quarantined", "row_ledger", "weights",  # about source files
    "offline_page",  # a frame
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
    assert found, "nothing stands there of it"
    assert [one for one in found if "overridden" not in one.casefold()] == []


def test_every_command_is_listed() -> None:
    by_outputs = {name.partition(":")[0] for name in OUTPUTS} - {"Dagster"}
    listed = [*(tuple(name.split()) for name in by_outputs), *UNRELEASED, *WITHOUT_RATING]
    assert sorted(listed) == sorted(verbs())


def test_every_released_table_is_listed(world: World) -> None:
    assert set(WHERE_IN_TABLE) == set(cli_verbs.TABLES) == set(world.house.tables(*YEAR).frames)


def test_every_page_of_the_room_is_listed(world: World) -> None:
    routes = panel_room(world.house.engine).routes
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
