"""The room's pages: who sees what, what is there, and what never gets onto one."""

import re
from threading import Event

import pytest
from sqlalchemy import Engine
from starlette.testclient import TestClient

from expert_panels.foundation.fault import Fault
from expert_panels.papers import CandidateTable, Doubt, DoubtedFigure, Plausibility, RefusedRow
from expert_panels.room.app import warm
from tests.support.notations.gate_lines import email, sha
from tests.support.patience import SECONDS
from tests.support.worlds.room_cases import (
    ADDRESS,
    HOSTILE,
    SmallCandidates,
    SmallRoom,
    Visitor,
    figure,
    hidden,
    organisation,
    table,
)
from tests.support.worlds.room_client import logged


def test_the_board_leads_to_the_table(chair: Visitor) -> None:
    board = chair.look("/")
    assert board.status_code == 200
    assert f'href="{ADDRESS}"' in board.text
    assert "Awaiting the panel" in board.text


TABLE = f"{ADDRESS}/table"


def test_the_first_page_says_what_concerns_the_whole_table(chair: Visitor) -> None:
    shown = chair.look()
    assert shown.status_code == 200
    assert shown.headers["cache-control"] == "no-store"
    for said in ("Best", "A note.", "our choice", sha("A")[:12], f'href="{TABLE}"'):
        assert said in shown.text, said
    assert "No table of this round was verified before this one." in shown.text


def test_the_full_table_says_all_of_every_row(chair: Visitor) -> None:
    shown = chair.look(TABLE)
    assert shown.status_code == 200
    for said in ("Place A01", "Best", "80.0 %", "Too few figures.", "A measure"):
        assert said in shown.text, said


def codes(text: str) -> list[str]:
    long = text[text.index('id="long-caption"') :]
    return [part[:3] for part in long.split(f'href="{ADDRESS}/ccgs/')[1:]]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, "A01 A02 A03 A04"),
        ({"order": "desc"}, "A04 A03 A02 A01"),
        ({"sort": "rating", "order": "desc"}, "A03 A02 A01 A04"),
        ({"sort": "m1"}, "A03 A04 A02 A01"),
        ({"sort": "near"}, "A03 A02 A01 A04"),
        ({"region": "South"}, "A02 A04"),
        ({"rating": "Good"}, "A02"),
        ({"rating": "no rating"}, "A04"),
        ({"q": "place a03"}, "A03"),
        ({"q": "nowhere"}, ""),
        ({"sort": "password", "region": "Mars", "rating": "9"}, "A01 A02 A03 A04"),
    ],
)
def test_the_table_is_sorted_and_filtered_by_its_address(
    chair: Visitor, query: dict[str, str], found: str
) -> None:
    assert codes(chair.look(TABLE, **query).text) == found.split()


def test_an_organisation_has_a_page_and_nobody_else_has(chair: Visitor) -> None:
    assert "2 more would make it significantly better" in chair.look(f"{ADDRESS}/ccgs/A02").text
    assert chair.look(f"{ADDRESS}/ccgs/ZZZ").status_code == 404


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/panels/astrology/interim/2017-03", 404),
        ("/panels/cancer/interim/1999-01", 404),
        (f"{ADDRESS}/decisions/99", 404),
        ("/nowhere", 404),
    ],
)
def test_what_is_not_there_is_said_to_be_not_there(chair: Visitor, path: str, status: int) -> None:
    answer = chair.look(path)
    assert answer.status_code == status
    assert "There is no such page" in answer.text


def test_the_tables_of_open_rounds_are_read_when_the_room_starts(
    small: SmallRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, has_begun, may_go_on = list[str](), Event(), Event()

    def slow(_candidates: SmallCandidates, subject: str) -> CandidateTable | None:
        asked.append(subject)
        has_begun.set()
        assert may_go_on.wait(SECONDS)
        return None

    monkeypatch.setattr(SmallCandidates, "table", slow)
    with TestClient(small.app, "http://127.0.0.1", follow_redirects=False) as client:
        assert has_begun.wait(SECONDS)
        assert client.get("/sign-in").status_code == 200  # the first answer does not wait for it
        may_go_on.set()
    assert asked == [sha("A")]


def test_a_table_that_cannot_be_read_in_advance_stops_no_start(
    small: SmallRoom, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(SmallCandidates, "table", lambda *_: 1 / 0)
    warm(small.app.state.room)
    assert "could not be read in advance" in caplog.text


DOUBT = Doubt(
    "m1 A measure, period to 31 March 2017",
    "It moves little",
    "warning",
    "2 of 4 moved too far: A01, A03.",
    (
        DoubtedFigure(
            "A01", "value 5, change -70", "In March, A01 is rated 'Best' with it and 'Poor' without."
        ),
        DoubtedFigure("A03", "value 9", ""),
        DoubtedFigure("Q99", "value 1", ""),
    ),
)


def test_what_is_doubted_of_the_figures_is_shown_with_whom_and_what_it_decides(
    small: SmallRoom, chair: Visitor
) -> None:
    small.candidates.found = Plausibility(7, (DOUBT,), ())
    quality = section(chair.look().text, "quality")
    for said in (DOUBT.about, DOUBT.expectation, "Warning", DOUBT.sentence, "7 of 8 expectations"):
        assert said in quality, said
    named = 'Place A01 <span class="room-code">A01</span>'
    assert f'<a href="{ADDRESS}/ccgs/A01">{named}</a>: value 5, change -70' in quality
    assert "<li>Q99: value 1</li>" in quality  # not of this table, and so without a page
    assert "A01 is rated &#39;Best&#39; with it and &#39;Poor&#39; without." in quality
    assert "Not checked" not in quality
    own, other = (chair.look(f"{ADDRESS}/ccgs/{code}").text for code in ("A01", "A02"))
    assert "Figures that are in doubt" in own
    assert "value 5, change -70" in own
    assert "value 9" not in own
    assert "in doubt" not in other


def test_a_table_that_was_never_checked_does_not_read_as_if_all_were_well(
    small: SmallRoom, chair: Visitor
) -> None:
    small.candidates.found = Plausibility(0, (), ("m1 A measure, period to 31 March 2017",))
    quality = section(chair.look().text, "quality")
    assert "Not checked" in quality
    assert "m1 A measure, period to 31 March 2017" in quality
    assert "are met" not in quality


def test_a_release_that_is_not_what_the_ledger_gives_stops_no_page_and_shows_nothing(
    small: SmallRoom, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def altered(*_: object) -> dict[str, str]:
        raise Fault("Release 1 is not what the sign-off ledger gives.")

    monkeypatch.setattr(SmallCandidates, "released", altered)
    for who in ("chair", "m1", "m2"):
        assert small.enter(who).sign("approve").status_code == 303
    for path in ("/", ADDRESS):
        shown = small.enter("chair").look(path)
        assert shown.status_code == 200
        assert "It is not released yet" in shown.text
    assert "Release 1 is not what" in caplog.text


def section(text: str, name: str) -> str:
    return text.split(f'<section id="{name}"')[1].split("</section>")[0]


def test_every_view_is_logged_before_it_is_shown(chair: Visitor, engine: Engine) -> None:
    chair.look()
    chair.look(f"{ADDRESS}/ccgs/A02")
    for path in (TABLE, f"{ADDRESS}/worklist.csv"):
        chair.look(path)
    views = [(who, subject) for who, _, subject, outcome in logged(engine) if outcome == "shown"]
    assert views == [
        (email("chair"), f"cancer interim 2017-03 table {sha('A')}"),
        (email("chair"), "cancer interim 2017-03 A02"),
        *[(email("chair"), f"cancer interim 2017-03 table {sha('A')}")] * 2,
    ]


def test_the_page_shows_what_changed_since_the_last_verified_table(small: SmallRoom) -> None:
    for who in ("m1", "m2", "chair"):
        assert small.enter(who).sign("approve").status_code == 303
    small.open("B")
    shown = small.enter("m1").look().text
    assert "Changed since it was verified" in shown
    changed = shown[shown.index('id="changes-caption"') : shown.index('id="quality"')]
    assert "<td>Good</td><td>Poor</td>" in changed
    assert "60.0 %" in changed
    assert "45.0 %" in changed
    assert changed.count(f"{ADDRESS}/ccgs/A02") == 2
    assert "Good when this round was verified last, Poor now" in shown
    assert "A01" not in changed


def test_text_from_data_and_people_is_never_markup(engine: Engine) -> None:
    hostile = organisation(
        "A01", 1, 80.0, name=HOSTILE, region=HOSTILE, why=HOSTILE, close=HOSTILE,
        figures=(figure(80.0, note=HOSTILE, counts=HOSTILE, reference=HOSTILE),), similar=("A01",),
    )  # fmt: skip
    small = SmallRoom(engine, table("A", [hostile]))
    small.candidates.refused = (RefusedRow(HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE),)
    small.open("A")
    chair = small.enter("chair")
    chair.sign("return", reason=HOSTILE, interest="some", interests=HOSTILE)
    form = {**hidden(chair.look(f"{ADDRESS}/ccgs/A01").text), "text": HOSTILE}
    chair.client.post(f"{ADDRESS}/ccgs/A01/comment", data=form)
    again = chair.send(chair.form(), decision="", reason=HOSTILE, interests=HOSTILE)
    pages = [
        chair.look(),
        chair.look(TABLE, q=HOSTILE, region=HOSTILE),
        chair.look(f"{ADDRESS}/ccgs/A01"),
        chair.look(f"{ADDRESS}/ccgs/{HOSTILE}"),
        chair.look(f"{ADDRESS}/decisions/2"),
        again,
    ]
    for one in pages:
        assert "<script>alert" not in one.text
        assert "<img src=x" not in one.text
        assert one.text.count("<script") == 1  # ours
    assert "&lt;script&gt;alert(1)" in pages[0].text
    assert "&lt;script&gt;alert(1)" in pages[2].text
    assert "{{ 7 * 7 }}" in pages[2].text


def test_no_page_has_inline_script_style_or_an_address_of_the_web(chair: Visitor) -> None:
    form = chair.form()
    pages = [
        chair.look("/"),
        chair.look(),
        chair.look(TABLE),
        chair.look(f"{ADDRESS}/ccgs/A02"),
        chair.look(f"{ADDRESS}/decision"),
        chair.send(form, decision="return"),
        chair.look(chair.send(form, decision="approve").headers["location"]),
        chair.look("/nowhere"),
    ]
    for one in pages:
        assert " style=" not in one.text
        assert "<style" not in one.text
        assert re.search(r"<[^>]* on\w+=", one.text) is None
        assert "http://" not in one.text.replace("http://www.w3.org", "")
        assert "https://" not in one.text
        assert one.text.count("<h1") == 1
        assert 'lang="en"' in one.text
