"""Twenty people at once in the running room: nothing is lost, and how long it takes.

The speed itself is held by benchmarks/room.py; here it is only printed.
"""

import statistics
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import func, select

from ccg_pipeline.storage.database import reading
from expert_panels.tables import access_log
from tests.support.servers.live_room import Answer, LiveRoom, answered, crowd
from tests.support.worlds.small_pipeline import MONTH, PANELS, TERMS, SmallPipeline

CLIENTS, REQUESTS = 20, 200
LATE = {200, 409}
"""What whoever comes after the quorum is told: there is no decision to take, or it came too late."""


def test_twenty_people_at_once_lose_nothing(
    sqlite_pipeline: SmallPipeline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipeline, page = sqlite_pipeline, "/".join(MONTH)
    monkeypatch.setenv("CCG_HOME", str(tmp_path))
    seats = [
        (TERMS[panel].members[rank].email, f"/panels/{panel}/{page}") for rank in range(4) for panel in PANELS
    ][:CLIENTS]
    live = LiveRoom(tmp_path, {"CCG_DATABASE": pipeline.url})
    live.start()
    try:
        answers = crowd(live.address, seats, REQUESTS)
    finally:
        live.stop()

    assert len(answers) == REQUESTS, live.printed()
    looks = [one for one in answers if one.what == "look"]
    views = [one for one in answers if one.what in ("look", "table")]
    assert {(one.status, one.rows) for one in looks} == {(200, 209)}, live.printed()
    signed = [(line.actor, line.panel) for line in pipeline.lines() if line.decision == "approve"]
    told = Counter(one.who for one in answers if one.what == "confirm" and one.status == 303)
    assert told == Counter(actor for actor, _ in signed)
    assert {one.status for one in answers if one.what == "confirm"} <= {303, *LATE, 422}
    assert len(set(signed)) == len(signed)
    assert {panel for _, panel in signed} == set(PANELS)
    assert {pipeline.state(panel, *MONTH).state for panel in PANELS} == {"approved"}
    with reading(pipeline.engine) as connection:
        shown = select(func.count()).where(access_log.c.outcome == "shown")
        assert connection.execute(shown).scalar() == len(views)
    median = statistics.median(one.seconds for one in answers)
    print(f"\n{len(answers)} requests of {CLIENTS} people at once: median {1000 * median:.0f} ms")


@pytest.mark.parametrize(
    ("statuses", "lost"),
    [([200, 303], 0), ([200, 409, 200, 422], 0), ([422], 1), ([422, 409], 1), ([500, 409, 422], 1)],
)
def test_a_refusal_after_somebody_was_first_is_no_lost_request(statuses: list[int], lost: int) -> None:
    answers = [Answer("a@panel.example", "look", 0.1, status, 0) for status in statuses]
    another = Answer("b@panel.example", "look", 0.1, 200, 0)
    assert len(answers) + 1 - len(answered([*answers, another])) == lost
