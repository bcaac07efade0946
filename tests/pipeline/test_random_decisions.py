"""Two thousand random decisions by two people at once, data that change, a daemon, and kills at any point.

Panels and committee of a month and a year on one SQLite database. After every kill: the chain verifies, and
no release shows what the bare lines of the ledger, counted by hand, have not let out. At the end every gate
and table shows what the fold of the ledger says.
"""

import os
import random
import signal
import time
from collections import Counter
from pathlib import Path

from ccg_pipeline.storage import frames
from ccg_pipeline.storage.database import open_database, reading
from ccg_pipeline.storage.sql import gate
from expert_panels.ledger import record as ledger
from expert_panels.ledger.verify import verify
from tests.support.notations.released_outputs import nothing_unverified_is_out, releases
from tests.support.patience import Patience, wait_until
from tests.support.worlds.board import Board
from tests.support.worlds.random_people import Nursery
from tests.support.worlds.small_pipeline import MONTH, PANELS, TERMS, YEAR

WANTED, SEED = 2_000, 2016  # so many decisions taken, recorded or refused
ROLES = ("daemon", "people", "people")


def test_random_decisions_changes_restarts_and_kills_keep_every_promise(tmp_path: Path) -> None:
    url, notes, chance = f"sqlite:///{tmp_path}/ccg.db", tmp_path / "notes", random.Random(SEED)
    engine = open_database(url)
    board, seen, kills = Board(engine), set[tuple[str, str, int]](), 0
    for lane_and_key in (MONTH, YEAR):
        board.stand(*lane_and_key, "a")
    board.catch_up()
    nursery, begun = Nursery(url, notes), time.monotonic()

    def acts() -> Counter[str]:
        return Counter(notes.read_text() if notes.exists() else "")

    def year_is_out() -> bool:
        return bool((releases(engine)["lane"] == "annual").any())

    patience = Patience(acts)

    try:
        while (done := acts())["D"] + done["R"] < WANTED or not year_is_out():
            assert not patience.has_ended(), f"only {dict(done)}"
            living = [nursery.fork(role, chance.randrange(10**9)) for role in ROLES]
            # counted in what the daemon showed, not in seconds: a slow machine gets as far before a kill
            shown = done["S"] + chance.randint(2, 16)
            wait_until(f"{shown} acts of the daemon", lambda shown=shown: acts()["S"] >= shown, acts)
            time.sleep(chance.uniform(0, 0.5))
            for number in living:  # one after the other: what one leaves locked another meets
                os.kill(number, signal.SIGKILL)
                kills += 1
                time.sleep(chance.uniform(0, 0.05))
            assert verify(engine) == []
            nothing_unverified_is_out(engine, seen)
    finally:
        nursery.close()
    for _ in range(3):  # the data before the panels, what they decided, what then comes before the committee
        board.catch_up()
    assert board.due() == []
    nothing_unverified_is_out(engine, seen)
    with reading(engine) as connection:
        gates = frames.read(connection, gate, {})
    assert len(gates) == 2 * len(PANELS) + 1
    for row in gates.itertuples(index=False):
        state = ledger.state_of(engine, TERMS[str(row.panel)], str(row.lane), str(row.partition_key))
        said = state.described, state.subject, state.last_hash
        assert (row.state, row.subject_sha256, row.last_line) == said
    recorded = Counter(line.decision for line in ledger.lines(engine))
    out = releases(engine)
    print(
        f"{done['D']} decisions recorded, {done['R']} refused, {done['C']} changes of the data, "
        f"{kills} kills, {len(out)} releases ({(out['lane'] == 'annual').sum()} of the year) in "
        f"{time.monotonic() - begun:.0f} s; lines by kind: {dict(recorded)}"
    )
    assert done["D"] > WANTED / 8  # how many depends on when the kills came, as does what is asked below
    assert {"open", "approve", "return", "recuse", "comment", "withdraw", "override"} <= set(recorded)
