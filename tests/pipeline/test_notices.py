"""Notices of a database: collected from its ledger and releases, sent by the sensor and by the command."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import pandas as pd
import pytest
from rich.console import Console
from sqlalchemy import Engine, insert, select
from typer.testing import CliRunner

from ccg_pipeline.cli import notices as cli_notices
from ccg_pipeline.cli import verbs as cli_verbs
from ccg_pipeline.orchestration.alerts import STALE, fill_alerts, send_notices
from ccg_pipeline.orchestration.resources import engine_of
from ccg_pipeline.release.notices import fill
from ccg_pipeline.release.tables import VERIFIED
from ccg_pipeline.storage.database import open_database, reading
from ccg_pipeline.storage.fingerprint import canonical_json, sha256_of
from ccg_pipeline.storage.pieces import Piece, write
from ccg_pipeline.storage.sql import release
from expert_panels.foundation.fault import Fault
from expert_panels.ledger import record as ledger
from expert_panels.settings import VARIABLE, Declared
from expert_panels.tables import notice
from expert_panels.terms import load_terms
from tests.support.servers.mail_server import Mailboxes, mail_server

SETTINGS = """\
address: https://room.example
session_key_file: secret
sign_in: {{proxy: {{secret_file: secret, sign_in_at: /start}}}}
notices:
  mail: {{host: 127.0.0.1, port: {port}, starttls: false, sender: room@room.example}}
  engineers: [engineer@data.example]
"""
TERMS = load_terms()
ROUND = {"lane": "annual", "partition_key": "2016-04-01"}


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/notices.db"


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    """A database in which the cancer panel has verified its table and the release shows it."""
    engine = open_database(url)
    subject = "a" * 64
    ledger.open_round(engine, TERMS["cancer"], **ROUND, subject=subject, launched_by="engineer")
    for who in ("chair", "clinician", "nurse"):
        line = ledger.decide(
            engine, TERMS["cancer"], **ROUND, decision="approve", subject=subject,
            actor=f"cancer.{who}@panel.example", interests="none",
        )  # fmt: skip
    header = {**ROUND, "panels": {"cancer": {"verification": VERIFIED, "last_line": line.hash}}}
    text = canonical_json(header)
    with engine.begin() as connection:
        connection.execute(insert(release).values(**ROUND, serial=1, sha256=sha256_of(text), header=text))
    yield engine
    engine.dispose()


def settings(folder: Path, port: int) -> Declared:
    path = folder / "room.yaml"
    path.write_text(SETTINGS.format(port=port), encoding="utf-8")
    return Declared(path)


def test_what_happened_is_told_once_to_whom_it_concerns(engine: Engine, tmp_path: Path) -> None:
    declared = settings(tmp_path, 1).settings
    # opened to five members; verified and released to five members and the engineer
    assert [fill(engine, TERMS, declared) for _ in range(2)] == [5 + 6 + 6, 0]
    late = datetime.now(UTC) + timedelta(days=8)
    assert fill(engine, TERMS, declared, late) == 0
    ledger.open_round(engine, TERMS["cancer"], **ROUND, subject="b" * 64, launched_by="engineer")
    assert fill(engine, TERMS, declared) == 5
    assert fill(engine, TERMS, declared, late) == 5  # the reminder


@pytest.mark.usefixtures("engine")
def test_the_sensor_sends_what_is_due_and_does_nothing_without_settings(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, instance: dg.DagsterInstance
) -> None:
    mailboxes, sensor = Mailboxes(), send_notices([])
    resources = {"database": engine_of(url), "terms": load_terms()}

    def look() -> str:
        with dg.build_sensor_context(instance, resources=resources) as context:
            answer = sensor(context)
        assert answer is None or isinstance(answer, dg.SkipReason)
        return (answer.skip_message or "") if answer else ""

    monkeypatch.delenv(VARIABLE, raising=False)
    assert look() == ""
    with mail_server(mailboxes) as port:
        settings(tmp_path, port)
        monkeypatch.setenv(VARIABLE, str(tmp_path / "room.yaml"))
        assert [look(), look()] == ["18 new messages; 18 delivered.", ""]  # what does nothing says nothing
    assert mailboxes.recipients.count("engineer@data.example") == 3
    told = [mail for mail in mailboxes.accepted if not str(mail["Subject"]).startswith("Sign-off ledger, ")]
    assert len(mailboxes.accepted) - len(told) == 1  # the daily head
    subjects = {str(mail["Subject"]) for mail in told}
    assert subjects == {
        f"Cancer panel, annual assessment, 2016-17: {what}"
        for what in ("a table awaits you", "verified", "released")
    }
    (link,) = {mail.get_content().strip().splitlines()[-1] for mail in told}
    assert link == "https://room.example/panels/cancer/annual/2016-04-01"


@pytest.mark.usefixtures("engine")
def test_the_command_fills_shows_and_delivers(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mailboxes = Mailboxes()
    mailboxes.refuse = {"engineer@data.example": "550 no such user"}
    monkeypatch.setenv(VARIABLE, str(tmp_path / "room.yaml"))
    monkeypatch.setattr(cli_notices, "console", Console(width=200))
    with mail_server(mailboxes) as port:
        settings(tmp_path, port)
        shown = CliRunner().invoke(cli_verbs.app, ["panel", "notices", "--database", url])
        assert (shown.exit_code, shown.output.splitlines()[:2]) == (0, ["New: 18.", "mail: 18 waiting"])
        assert mailboxes.accepted == []
        sent = CliRunner().invoke(cli_verbs.app, ["panel", "notices", "--deliver", "--database", url])
    assert sent.output.splitlines()[:4] == ["New: 0.", "Delivered: 15.", "mail: 3 refused", "mail: 15 sent"]
    assert "550 no such user" in sent.output


def test_the_command_without_settings_says_what_to_do(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    answer = CliRunner().invoke(cli_verbs.app, ["panel", "notices", "--database", url])
    assert str(answer.exception).startswith("There is nowhere to send notices: name a settings file")


def test_a_run_that_failed_and_stale_sources_are_told_once(
    engine: Engine, tmp_path: Path, instance: dg.DagsterInstance
) -> None:
    @dg.asset
    def broken() -> None:
        raise Fault("the share is away: mount it again.")

    run = dg.materialize([broken], instance=instance, raise_on_error=False).run_id
    finding = {
        "suite": "observations", "title": "No data period is stale", "severity": "warn", "failing": "[]",
        "period_end": pd.Timestamp("2016-03-31"), "is_made_up": True, "expectation": STALE,
    }  # fmt: skip
    said = [
        ("2017-02", "103a", False, "an older month"),
        ("2017-03", "103a", False, "The newest period ended 2016-03-31"),
        ("2017-03", "104a", True, "fresh"),
    ]
    rows = [
        finding | {"partition_key": month, "indicator_code": code, "holds": holds, "observed": observed}
        for month, code, holds, observed in said
    ]
    write(engine, [Piece("plausibility", {}, pd.DataFrame(rows))])
    declared = settings(tmp_path, 1).settings
    assert [fill_alerts(engine, instance, declared) for _ in range(2)] == [2, 0]
    with reading(engine) as connection:
        told = connection.execute(select(notice.c.subject, notice.c.text).order_by(notice.c.subject)).all()
    assert [tuple(one) for one in told] == [
        (
            "A run failed: __ephemeral_asset_job__, several months",
            f"the share is away: mount it again.\n\nRun {run} of the job __ephemeral_asset_job__, "
            "several months.\n",
        ),
        ("Stale sources, 2017-03: 1 indicators", "103a: The newest period ended 2016-03-31\n"),
    ]
    late = datetime.now(UTC) + timedelta(days=3)
    assert fill_alerts(open_database(f"sqlite:///{tmp_path}/new.db"), instance, declared, late) == 0
