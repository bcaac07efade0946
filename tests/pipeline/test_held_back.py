"""A round whose figures do not meet what blocks: held back before its gates, until it is let through."""

import json
import re
from pathlib import Path

from sqlalchemy import select, text, update

from ccg_pipeline.reference.organisations import ccgs
from ccg_pipeline.sources.declared import COLUMNS
from ccg_pipeline.storage.database import open_database, reading
from ccg_pipeline.storage.sql import gate, let_through, release
from expert_panels.ledger import record as ledger
from tests.support.worlds.terminal import MARCH, PANELS, Terminal, database

ENGINEER = ("--as", "engineer@data.example")


def land(home: Path, england: int, published: str = "2017-05-11") -> None:
    """105a of every CCG, 600 of 1,205 or so, and an England row of so many of 150,000."""
    month = {
        "publication": "e_rs",
        "indicator": "105a",
        "period_start": "2017-03-01",
        "period_end": "2017-03-31",
    }
    counts = {code: (300 + at % 9, 600 + at % 7) for at, code in enumerate(ccgs()["ccg_code"])}
    counts["ENG"] = (england, 150_000)
    lines = [",".join(COLUMNS)]
    for code, (numerator, denominator) in counts.items():
        row = dict.fromkeys(COLUMNS, "") | month | {"layout": "declared", "published_on": published}
        row |= {"organisation_code": code, "numerator": f"{numerator}", "denominator": f"{denominator}"}
        lines.append(",".join(row[name] for name in COLUMNS))
    (home / "landing").mkdir(exist_ok=True)
    (home / "landing" / f"e_rs_{published}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def opened(home: Path) -> set[str]:
    return {line.panel for line in ledger.lines(open_database(database(home))) if line.decision == "open"}


def released(home: Path) -> list[str]:
    """The open part of each release, in order: what nobody verifies."""
    with reading(open_database(database(home))) as connection:
        headers = connection.execute(select(release.c.header).order_by(release.c.serial)).scalars()
        return [json.loads(header)["open"] for header in headers]


def id_of(said: str) -> str:
    return re.findall(r"\b[0-9a-f]{12}\b", said)[0]


def test_an_england_total_that_disagrees_holds_the_month_back_until_it_is_let_through(
    tmp_path: Path, ccg: Terminal
) -> None:
    """Seen before: "Did not hold: blocks", and release 1 went out."""
    land(tmp_path, england=16_000)
    ccg.at(tmp_path).wide(400)
    run = ccg.type("run", *MARCH, "--landing", str(tmp_path / "landing"))
    assert run.code == 0, run.err
    assert "Held back, interim 2017-03: 105a, period to 2017-03-31 (england_total_agrees, " in run.said
    assert (opened(tmp_path), released(tmp_path)) == (set(), [])

    # its reason, wherever somebody looks
    why = "is held back. 105a, period to 2017-03-31 (england_total_agrees, "
    shown = ccg.type("show", "00C", *MARCH)
    assert (shown.code, why in " ".join(shown.err.split())) == (1, True)
    assert f"Interim assessment, 2017-03, {why}" in ccg.type("panel", "status").said
    with reading(open_database(database(tmp_path))) as connection:
        gates = connection.execute(gate.select()).mappings().all()
    assert {row["panel"] for row in gates} == set(PANELS)  # Dagster's checks say these words
    assert all((row["state"], "ccg checks" in row["missing"]) == ("held back", True) for row in gates)
    listed = ccg.type("checks").said
    assert "The published England figure agrees with the sum of its parts does not hold." in listed
    assert "It holds back every round whose figures these are." in listed

    # with a person and a reason it goes on, and the release says so
    finding = id_of(listed)
    refused = ccg.type("checks", "let-through", finding, *ENGINEER, "--reason", " ")
    assert (refused.code, opened(tmp_path)) == (1, set())
    unknown = ccg.type("checks", "let-through", "0123456789ab", *ENGINEER, "--reason", "x")
    assert (unknown.code, "Nothing that blocks has the ID '0123456789ab'" in unknown.err) == (2, True)
    done = ccg.type("checks", "let-through", finding, *ENGINEER, "--reason", "England counts hubs too")
    assert done.said.startswith("Recorded: 105a, period to 2017-03-31 (england_total_agrees) is let through.")
    assert (opened(tmp_path), len(released(tmp_path))) == (set(PANELS), 1)
    said = "Let through by engineer@data.example on "
    assert said in ccg.type("checks").said
    shown = ccg.type("show", "00C", *MARCH).said
    assert "Released although 105a, period to 2017-03-31, does not meet england total agrees (" in shown
    assert f"because: England counts hubs too. {said}" in shown
    noted = ccg.type("export", "ratings", *MARCH, "--output", str(tmp_path / "ratings.csv")).err
    assert f"because: England counts hubs too. {said}" in noted
    again = ccg.type("checks", "let-through", finding, *ENGINEER, "--reason", "x")
    assert (again.code, "is let through already" in again.err) == (1, True)
    assert ccg.type("panel", "verify").code == 0

    # other data, and it is found in another way: what was let through says nothing of it
    land(tmp_path, england=17_000, published="2017-06-11")
    run = ccg.type("run", *MARCH, "--landing", str(tmp_path / "landing"))
    assert "Held back, interim 2017-03: 105a" in run.said
    assert id_of(ccg.type("checks").said) != finding
    assert len(set(released(tmp_path))) == 1  # what is out stays as it was
    shown = ccg.type("show", "00C", *MARCH).said
    assert "Newer data are held back. 105a, period to 2017-03-31" in shown

    # a release whose record is gone is not shown
    engine = open_database(database(tmp_path))
    with engine.begin() as connection:
        for name in (
            connection.execute(
                text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'let_through'")
            )
            .scalars()
            .all()
        ):
            connection.execute(text(f'DROP TRIGGER "{name}"'))
        connection.execute(update(let_through).values(reason="another"))
    shown = ccg.type("show", "00C", *MARCH)
    assert (shown.code, "of which there is no record" in shown.err) == (1, True)
