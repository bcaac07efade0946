"""Heads of the ledger that people keep: each paper says one, and a ledger rewritten or cut off shows."""

from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest
from sqlalchemy import create_engine

from ccg_pipeline.publish.export import exported, with_head
from expert_panels.certificates.certificate import certificate
from expert_panels.certificates.heads import heads_in_file
from expert_panels.ledger.verify import verify
from expert_panels.notices.events import events_of
from expert_panels.notices.wording import wording
from tests.support.notations.gate_lines import TERMS, lines_of
from tests.support.notations.ledger_cases import damage, filled
from tests.support.notations.signed_lines import ROOM, with_key
from tests.support.worlds.room_cases import ADDRESS, SmallRoom

LINE = lines_of("open A; m1 approve")[1]
EVENT = events_of(lines_of("open A"), TERMS, datetime(2017, 4, 5, 9, 1, tzinfo=UTC))[0]
TABLE = with_head(pd.DataFrame({"ccg_code": ["01C"], "source_sha256": ["b" * 64]}), LINE.hash)


@pytest.mark.parametrize(
    ("content", "heads"),
    [
        (certificate(LINE, {"table": "c" * 64}, ROOM), [LINE.hash]),
        (exported(TABLE, "csv"), [LINE.hash]),
        (exported(TABLE, "json"), [LINE.hash]),
        (wording(EVENT, "Cancer panel", "interim", "https://x").text.encode(), [lines_of("open A")[0].hash]),
        (f"Release 1, sha256 {'a' * 64}, sign-off ledger up to {LINE.hash}.".encode(), [LINE.hash]),
        (b"ccg_code\n01C\n", []),
        (b"a" * 64, []),
        (b"\xff\xfe\x00", []),
    ],
    ids=["certificate", "csv", "json", "notice", "print", "table without", "bare text", "bytes"],
)
def test_a_file_that_was_kept_says_its_head(content: bytes, heads: list[str]) -> None:
    assert heads_in_file(content) == heads


def test_the_receipt_says_the_head(small: SmallRoom) -> None:
    receipt = small.enter("m1")
    at = receipt.sign("approve").headers["location"]
    assert at.startswith(f"{ADDRESS}/decisions/")
    page = receipt.look(at).text
    (head,) = heads_in_file(page.encode())
    assert verify(small.engine, head) == []


@pytest.mark.parametrize(
    "attack", ["DELETE FROM decision_ledger WHERE seq > 6", "DELETE FROM decision_ledger"]
)
def test_a_head_shows_what_was_cut_off_or_written_anew(tmp_path: Path, attack: str) -> None:
    """Seen before: whole, where nobody had kept one."""
    engine = with_key(create_engine(f"sqlite:///{tmp_path}/ledger.sqlite"))
    kept = heads_in_file(f"Head of the sign-off ledger: line 8, {filled(engine)[7]}.".encode())
    assert verify(engine, kept) == []
    damage(engine, [attack])
    assert verify(engine) == []
    (said,) = verify(engine, kept)
    assert said.endswith("so its tail has been cut off or rewritten.")
    engine.dispose()
