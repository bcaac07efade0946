"""All that leaves with a rating, as a person meets it: what is there of a table, word by word.

Belongs here: the rounds in which something was overridden, and for each command, file, page, notice and entry
of Dagster's the place where the rating of it is.
Does not belong here: what must stand there, and whether the list is whole (test_overridden_everywhere.py).
"""

import base64
import csv
import io
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from typing import Any

import dagster as dg
from rich.console import Console
from starlette.testclient import TestClient

from ccg_pipeline.cli import statements as cli_statements
from ccg_pipeline.cli.prints import lists as printed_lists
from ccg_pipeline.cli.room import panel_room
from ccg_pipeline.orchestration.main_job import Outcome
from ccg_pipeline.publish.export import FORMATS
from ccg_pipeline.release import notices
from ccg_pipeline.release.gates import SHOWS_THE_LEDGER
from expert_panels.ledger.line import Line
from expert_panels.ledger.record import Gate
from expert_panels.settings import Settings
from tests.support.worlds.small_pipeline import COMMITTEE, MONTH, TERMS, YEAR, SmallPipeline
from tests.support.worlds.terminal import EDITION, Terminal

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


@dataclass
class World:
    """The pipeline, a terminal on its database, and a folder."""

    pipeline: SmallPipeline
    ccg: Terminal
    folder: Path
    _browsers: dict[str, TestClient] = field(default_factory=dict)

    def typed(self, *arguments: str) -> str:
        """What a command prints, or writes to standard output; it is known to succeed."""
        answer = self.ccg.type(*arguments, "--database", self.pipeline.url)
        assert answer.code == 0, answer.err
        return answer.out

    def deciding(self, place: Place) -> Line:
        """The line that let a place's table out."""
        state = self.pipeline.state(place.body, *place.round)
        (line,) = [one for one in self.pipeline.lines() if one.hash == state.published_line]
        return line

    def page(self, place: Place, path: str) -> str:
        """A page of the room as an officer sees it, its tags as they are."""
        if place.body not in self._browsers:
            client = TestClient(panel_room(self.pipeline.engine), "http://127.0.0.1", follow_redirects=False)
            form = dict(re.findall(r'name="(\w+)" value="([^"]*)"', client.get("/sign-in").text))
            form["email"] = TERMS[place.body].officers[2 if len(TERMS[place.body].officers) > 2 else 0].email
            assert client.post("/sign-in", data=form).status_code == 303
            self._browsers[place.body] = client
        answer = self._browsers[place.body].get(path)
        assert answer.status_code == 200, (path, answer.text)
        return unescape(answer.text)

    def metadata(self, *key: str) -> dict[str, str]:
        """What Dagster shows of an asset's last materialisation."""
        event = self.pipeline.instance.get_latest_materialization_event(dg.AssetKey(list(key)))
        assert event is not None
        assert event.asset_materialization is not None
        return {name: str(value.value) for name, value in event.asset_materialization.metadata.items()}


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
    "indicator_grades": lambda row, _: row["panel"] == "cancer" and row["verification"],
    "bands": lambda row, _: row["indicator_code"] in INDICATORS and row["verification"],
    "overall": lambda row, _: row["verification"],
}
"""Released table -> what is in a row about a place; False for a row about something else."""


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


def compared(world: World, _place: Place) -> list[str]:
    return beginning(world.typed("compare", CCG, "--year", "2016-17"), EDITION.title)


def on_the_site(world: World, place: Place) -> list[str]:
    """What each page, and each file for programs, says of the rating, on a site that is built once."""
    folder = world.pipeline.landing.parent / "site_of_overrides"
    if not folder.exists():
        world.typed("publish", str(folder))
    lane, name = place.round[0], place.options[1]
    key = "overall" if place.body == COMMITTEE else "cancer"
    level, title = ("overall", "Overall rating") if place.body == COMMITTEE else ("clinical-area", "Cancer")
    here = folder / EDITION.key / lane / name
    pages = {one: unescape((here / one).read_text(encoding="utf-8")) for one in (
        "index.html", f"{level}/{key}.html", f"organisation/{CCG}.html", "data/ratings.csv"
    )}  # fmt: skip
    found = [
        between(pages["index.html"], '<div class="nhsuk-inset-text"', '<p class="lede">'),
        between(pages[f"{level}/{key}.html"], "<h1", "</h1>"),
        between(pages[f"organisation/{CCG}.html"], f">{title}", "</h3>"),
        json.loads((here / f"api/organisation/{CCG}.json").read_bytes())["subjects"][key]["verification"],
    ]
    if place.body == COMMITTEE:
        return [*found, between((here / "league/overall.html").read_text(encoding="utf-8"), "<h1", "</h1>")]
    return found


def summed_up(world: World, place: Place) -> list[str]:
    console = Console(file=io.StringIO(), width=220, no_color=True)
    printed_lists.summary(console, world.pipeline.engine, EDITION, [place.round], Outcome())
    return beginning(console.file.getvalue(), "Cancer ratings")  # type: ignore[attr-defined]  # any text file


def certified(world: World, place: Place) -> list[str]:
    """The certificate of the deciding line, and that the bare table does not leave next to it."""
    paper, key, table = (world.folder / name for name in ("paper.json", "key.pem", "table.csv"))
    made = world.ccg.type("panel", "key", "--output", str(key), "--database", world.pipeline.url)
    assert made.code == 0, made.err
    asked = ("panel", "certificate", str(world.deciding(place).seq), "--output", str(paper))
    refused = world.ccg.type(*asked, "--table", str(table), "--database", world.pipeline.url)
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
    happened = notices.events(world.pipeline.engine, TERMS, datetime.now(UTC))
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
    (record,) = world.pipeline.instance.event_log_storage.get_asset_check_execution_history(
        dg.AssetCheckKey(dg.AssetKey([lane, "gate", place.body]), SHOWS_THE_LEDGER), limit=1
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
    shown_as = "overall" if place.body == COMMITTEE else EDITION.panel(place.body).name
    return [row[names.index(shown_as)], metadata["verified"]]


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
    "compare": compared,
    "publish": on_the_site,
    "panel status": lambda world, place: beginning(world.typed("panel", "status"), f"{place.body} "),
    "panel show": lambda world, place: beginning(
        world.typed("panel", "show", place.body, *place.options), "State:"
    ),
    "panel certificate": certified,
    "verify": verified,
    "room: /": on_the_board,
    f"room: {GATE}": on_page("", '<div class="room-head">', "</div>"),
    f"room: {GATE}/table": on_page("/table", "</h1>", "<form"),
    f"room: {GATE}/worklist.csv": on_page("/worklist.csv", "Looked at", "not for publication"),
    f"room: {GATE}/ccgs/{{code}}": on_page("/ccgs/{code}", "</h1>", "<h2"),
    f"room: {GATE}/decision": on_page("/decision", "</h1>", "</p>"),
    f"room: {GATE}/decisions/{{seq:int}}": on_page("/decisions/{seq}", "Where the table stands now:", "</p>"),
    "room: /certificates/{seq:int}": certificate_of_room,
    "panel notices": noticed,
    "Dagster: the gate": of_gate,
    "Dagster: the assessment": of_assessment,
}
"""What leaves with a rating: a command (what of it), a page of the room, Dagster's -> what is there."""
