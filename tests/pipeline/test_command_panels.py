"""`ccg panel`: what is before the panels and the committee, their decisions, minutes and certificates."""

import json
from pathlib import Path

import pytest
from dagster import AssetKey, DagsterInstance
from sqlalchemy import insert, text

from ccg_pipeline.panel_papers.certificates import tables_decided_on
from ccg_pipeline.release.archive import latest_release
from ccg_pipeline.settings import database_url
from ccg_pipeline.storage.database import open_database
from ccg_pipeline.storage.fingerprint import canonical_json, sha256_of
from ccg_pipeline.storage.sql import release
from expert_panels.ledger import record as ledger
from expert_panels.terms import load_terms
from tests.support.worlds.real_data import called_real
from tests.support.worlds.terminal import (
    CHAIR,
    CLINICIAN,
    DEPUTY,
    EDITION,
    MARCH,
    PANELS,
    Answer,
    Terminal,
    database,
    decide,
    table_before,
    today,
    views,
)


def test_panel_status_says_what_is_before_each_panel_and_what_it_takes(home: Path, ccg: Terminal) -> None:
    answer = ccg.at(home).type("panel", "status")
    assert answer.code == 0
    for panel in PANELS:
        assert f"{panel} 1 awaiting nobody {table_before(panel, home)[:12]}" in answer.said
    assert "Interim assessment, 2017-03" in answer.said
    assert answer.said.count("3 more of the 3 signatures of the quorum; the chair or the deputy.") == 1


def test_before_any_run_no_panel_has_anything_before_it(ccg: Terminal) -> None:
    for verb in ("status", "verify"):
        answer = ccg.type("panel", verb)
        assert answer.code == 1
        assert answer.err.startswith("There is no database sqlite:")
    open_database(database_url()).dispose()
    answer = ccg.type("panel", "status")
    assert (answer.code, answer.said) == (
        0,
        "No table has been submitted to a panel yet: `ccg run` does that.",
    )
    assert ccg.type("panel", "verify").said.startswith("The ledger is whole: 0 lines")


def test_panel_show_prints_the_table_with_its_fingerprint_and_is_logged(home: Path, ccg: Terminal) -> None:
    before = views(home)
    answer = ccg.at(home).type("panel", "show", "cancer", *MARCH)
    assert answer.code == 0
    assert answer.said.count(" NHS ") >= 209
    assert f"Table {table_before('cancer', home)}: give it back, all of it, with --seen" in answer.said
    assert "UNRELEASED" in answer.said
    assert views(home)[len(before) :] == [("engineer@data.example", "panel show cancer", "interim 2017-03")]


REFUSED: list[tuple[str, dict[str, str], str]] = [
    (
        "sign",
        {"seen": "0" * 64},
        "The data have moved: you saw 000000000000 and the Cancer panel's table of ",
    ),
    ("sign", {"seen": "abc"}, "--seen 'abc' is no fingerprint of a table: give all 64 characters of it"),
    ("sign", {"as": "stranger@elsewhere.example"}, "stranger@elsewhere.example"),
    ("sign", {"as": "dementia.chair@panel.example"}, "dementia.chair@panel.example"),
    ("sign", {"interests": ""}, "interests"),
    ("return", {"reason": ""}, "reason"),
    ("return", {"reason": "  "}, "reason"),
    ("withdraw", {"reason": "Wrong."}, "There is nothing to withdraw: the Cancer panel's table of interim "),
    ("override", {"reason": "Haste."}, CHAIR),
]


@pytest.mark.parametrize(("verb", "changed", "said"), REFUSED)
def test_a_decision_that_may_not_be_taken_is_one_sentence_and_leaves_no_line(
    home: Path, ccg: Terminal, verb: str, changed: dict[str, str], said: str
) -> None:
    engine = open_database(database(home))
    before = ledger.head(engine)
    answer = ccg.at(home).type(*decide(verb, home, **changed))
    assert (answer.code, answer.err.count("\n")) == (1, 1)
    assert said in answer.err
    assert answer.out == ""
    assert ledger.head(engine) == before


def test_on_real_data_nobody_decides_at_the_command_line(ccg: Terminal, copy: Path) -> None:
    called_real(open_database(database(copy)))
    before = ledger.head(open_database(database(copy)))
    for verb in ("sign", "recuse"):
        answer = ccg.at(copy).type(*decide(verb, copy))
        assert (answer.code, answer.err.count("\n")) == (1, 1)
        assert answer.err.startswith(
            "This database holds real data: whoever types an address here proves nothing"
        )
        _, what, subject = views(copy)[-1]
        assert what.startswith(f"panel {'approve' if verb == 'sign' else verb} as ")
        assert subject.endswith("interim 2017-03")
    answer = ccg.type("panel", "demonstrate", *MARCH)
    assert (answer.code, answer.err.count("\n")) == (1, 1)
    assert answer.err.startswith("The demonstration signs on made-up data only")
    assert ledger.head(open_database(database(copy))) == before


def test_a_real_database_that_is_called_made_up_takes_no_typed_name(ccg: Terminal, copy: Path) -> None:
    """Seen before: one UPDATE, and whoever typed an address signed."""
    engine = open_database(database(copy))
    called_real(engine)
    before = ledger.head(engine)
    for statement in ("UPDATE database_kind SET kind = 'made_up'", "DELETE FROM database_kind"):
        with engine.begin() as connection:
            connection.execute(text(statement))
        for asked in (decide("sign", copy), ("panel", "demonstrate", *MARCH)):
            answer = ccg.at(copy).type(*asked)
            assert (answer.code, answer.err.count("\n")) == (1, 1)
    assert ledger.head(engine) == before
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO database_kind VALUES (1, 'made_up', 'a.csv')"))
    assert (
        "its data are made up, and line 1 of its ledger that they are real" in ccg.type("panel", "verify").err
    )


def test_a_release_that_somebody_put_there_makes_no_table_verified(ccg: Terminal, copy: Path) -> None:
    """The words of `panel show` are those of a release that the ledger gives, and of no other."""
    ccg.at(copy)
    with open_database(database(copy)).begin() as connection:
        found = latest_release(connection, "interim", "2017-03")
        assert found is not None
        panels = {
            panel: {**entry, "verification": "verified", "subject": table_before(panel, copy)}
            for panel, entry in found.header["panels"].items()
        }
        header = canonical_json({**found.header, "panels": panels})
        row = {"lane": "interim", "partition_key": "2017-03", "serial": found.serial + 1}
        connection.execute(insert(release).values(**row, sha256=sha256_of(header), header=header))
    shown = ccg.type("panel", "show", "cancer", *MARCH)
    assert shown.code == 1
    assert f"Release {found.serial + 1} of interim 2017-03" in shown.err
    assert "Verified" not in shown.out


def test_three_signatures_let_the_area_out_and_a_withdrawal_takes_it_in_again(
    ccg: Terminal, copy: Path
) -> None:
    ccg.at(copy)
    for actor, state in ((CHAIR, "partial"), (DEPUTY, "partial"), (CLINICIAN, "approved")):
        signed = ccg.type(*decide("sign", copy, **{"as": actor}))
        assert signed.code == 0
        assert "I have examined this table and verify its ratings for publication." in signed.said
        assert f"cancer 1 {state}" in ccg.type("panel", "status").said
    shown = ccg.type("show", "02N")
    assert "3 of 4 verified" in shown.said or "2 of 4 verified" in shown.said
    assert any(f"Cancer {label} " in shown.said for label in EDITION.labels("interim"))
    verified = int(shown.said.split("Release ")[1].split()[0])
    assert verified > 1
    assert "band withheld" not in ccg.type("explain", "02N", "cancer").said
    at_panel = ccg.type("panel", "show", "cancer", *MARCH).said
    assert f"Verified, and as release {verified} shows it." in at_panel
    assert "UNRELEASED" not in at_panel
    twice = ccg.type(*decide("sign", copy))
    assert twice.code == 1
    withdrawn = ccg.type(*decide("withdraw", copy, reason="A figure is wrong."))
    assert withdrawn.code == 0
    assert "UNRELEASED" in ccg.type("panel", "show", "cancer", *MARCH).said
    shown = ccg.type("show", "02N")
    assert "Cancer no rating withheld withdrawn by the panel" in shown.said
    assert f"Release {verified + 1} " in shown.said
    assert ccg.type("panel", "verify").said.startswith("The ledger is whole: ")


def test_a_comment_on_a_ccg_goes_back_with_a_returned_table(ccg: Terminal, copy: Path) -> None:
    ccg.at(copy)
    said = decide("comment", copy, about="Airedale, Wharfedale", reason="122b looks doubled.\nPlease see.")
    said = tuple(part for part in said if part not in ("--interests", "none"))
    before = ledger.head(open_database(database(copy))).seq
    answer = ccg.type(*said)
    assert answer.code == 0
    assert "I remark on one organisation in this table; it is no vote." in answer.said
    assert "has said so of 02N already" in ccg.type(*said).err
    assert ccg.type(*said[:-1], "nowhere", "--about", "Atlantis").code == 2
    assert "cancer 1 awaiting nobody" in ccg.type("panel", "status").said
    released = ccg.type("show", "02N").said.split("Release ")[1].split()[0]
    assert released == "1"  # a comment is no reason for a new release
    assert ccg.type(*decide("return", copy, reason="See the comments.", **{"as": DEPUTY})).code == 0
    status = ccg.wide(200).type("panel", "status")
    assert "Returned by cancer (deputy): See the comments." in status.said
    shown = ccg.type("panel", "show", "cancer", *MARCH).said
    assert "Returned by cancer (deputy): See the comments." in shown
    assert "cancer on 02N " in shown
    assert "122b looks doubled. Please see." in shown
    assert "\ncancer on 02N (chair): 122b looks doubled. Please see.\n" in status.out
    assert [line.about for line in ledger.lines(open_database(database(copy)), after=before)] == ["02N", ""]
    with DagsterInstance.get() as instance:
        shown = instance.get_latest_materialization_event(AssetKey(["interim", "gate", "cancer"]))
    assert shown is not None
    assert shown.asset_materialization is not None
    table = str(shown.asset_materialization.metadata["remarks"].value)
    assert "| 2017-03 | the table | returned: See the comments. | deputy |" in table
    assert "| 2017-03 | 02N | 122b looks doubled. Please see. | chair |" in table
    again = ccg.type("panel", "resubmit", "cancer", "--month", "2017-03")
    assert again.code == 0
    assert "submitted to the Cancer panel again by engineer@data.example, as round 2." in again.said
    assert "cancer 2 awaiting nobody" in ccg.type("panel", "status").said
    refused = ccg.type("panel", "resubmit", "cancer", "--month", "2017-03")
    assert (refused.code, refused.err) == (
        1,
        "The table of the Cancer panel is awaiting, neither returned nor withdrawn.\n",
    )


def test_a_ledger_that_was_altered_is_said(ccg: Terminal, copy: Path) -> None:
    engine = open_database(database(copy))
    with engine.begin() as connection:
        for trigger in (
            connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).scalars().all()
        ):
            connection.execute(text(f'DROP TRIGGER "{trigger}"'))
        connection.execute(text("UPDATE decision_ledger SET actor = 'somebody' WHERE seq = 2"))
    answer = ccg.at(copy).type("panel", "verify")
    assert (answer.code, answer.err.count("\n")) == (1, 1)
    assert answer.err.startswith("The sign-off ledger is broken: ")


def test_a_minuted_decision_has_a_certificate_that_holds_of_the_released_table(
    ccg: Terminal, copy: Path, tmp_path: Path
) -> None:
    """From the minutes of a meeting to `ccg verify` of a released export, and of one that was touched."""
    ccg.at(copy).wide(160)
    engine, files = open_database(database(copy)), tmp_path / "files"
    files.mkdir()
    (files / "signed.pdf").write_bytes(b"signed by hand")
    who = (CHAIR, DEPUTY, CLINICIAN)
    decisions = "".join(f"  - {{who: {one}, decision: approve, interests: none}}\n" for one in who)
    form = (
        f"meeting: {today()}\npanel: cancer\nmonth: 2017-03\ntable: {table_before('cancer', copy)}\n"
        f"minutes: signed.pdf\npresent: [{', '.join(who)}]\ndecisions:\n{decisions}"
    )
    (files / "wrong.yaml").write_text(form + decisions, encoding="utf-8")
    before = ledger.head(engine)
    answer = ccg.type("panel", "minutes", str(files / "wrong.yaml"))
    assert (answer.code, answer.err.count("\n")) == (1, 1)
    assert answer.err.startswith("Nothing is recorded, for decision 4 of 6: cancer.chair@panel.example has")
    assert ledger.head(engine) == before
    (files / "right.yaml").write_text(form, encoding="utf-8")
    answer = ccg.type("panel", "minutes", str(files / "right.yaml"))
    assert answer.code == 0
    assert answer.said.count("verify its ratings for publication.") == 3
    last = ledger.lines(engine, after=before.seq)[-1]
    assert (last.via, last.minuted_on) == ("minutes", today())

    paper, table, public = files / "certificate.json", files / "table.csv", files / "key.pem"
    assert ccg.type("panel", "key", "--output", str(public)).said.startswith("Kept: key ")
    assert ccg.type("panel", "key").said.startswith("Kept: key ")
    asked = ("panel", "certificate", str(last.seq), "--output", str(paper))
    assert ccg.type(*asked, "--table", str(table)).code == 0
    released, grades, signed = files / "ratings.csv", files / "grades.csv", files / "signed.csv"
    assert ccg.type("export", "ratings", *MARCH, "--output", str(released)).code == 0
    assert ccg.type("export", "indicator_grades", *MARCH, "--output", str(grades)).code == 0
    signed.write_bytes(tables_decided_on(engine, last.subject_sha256)[""])  # as exports of before were
    for one in (table, signed, released, grades):
        answer = ccg.type("verify", str(paper), "--key", str(public), "--table", str(one))
        assert answer.code == 0, answer.out
        assert answer.out.count("holds ") == (
            6 if one in (table, signed) else 7
        )  # what is not of the decision, too
        assert f"Signed by {CHAIR} (chair, line " in answer.said
    released.write_bytes(released.read_bytes().replace(b",01C,", b",01D,", 1))
    answer = ccg.type("verify", str(paper), "--key", str(public), "--table", str(released))
    assert (answer.code, answer.out.count("BROKEN")) == (1, 1)
    assert "BROKEN The table is not the one that was decided on." in answer.said
    assert ccg.type("verify", str(paper), "--key", str(table)).code == 1
    assert ccg.type("verify", str(files / "nowhere"), "--key", str(public)).code == 2
    # what is not released stays: of the table before another panel only the certificate may leave
    opened = next(line for line in ledger.lines(engine) if line.panel == "dementia")
    asked = ("panel", "certificate", str(opened.seq), "--output", str(paper))
    assert "is not released, so it stays here" in ccg.type(*asked, "--table", str(table)).err
    assert ccg.type(*asked).code == 0
    assert ccg.type("panel", "certificate", "999", "--output", str(paper)).err.startswith(
        "The ledger has no line"
    )


def seen_by_the_committee(home: Path) -> str:
    terms = load_terms()["commissioning_committee"]
    return ledger.state_of(open_database(database(home)), terms, "annual", "2016-04-01").subject


def minuted(ccg: Terminal, folder: Path, table: str, decisions: str) -> Answer:
    """Minutes of the committee that name a table, recorded."""
    form = folder / "minutes.yaml"
    present = ", ".join(one.email for one in load_terms()["commissioning_committee"].members)
    form.write_text(
        f"meeting: {today()}\npanel: commissioning_committee\nyear: 2016-17\ntable: {table}\n"
        f"minutes: signed.pdf\npresent: [{present}]\ndecisions:\n{decisions}",
        encoding="utf-8",
    )
    return ccg.type("panel", "minutes", str(form))


def test_the_committee_moderates_a_judgement_and_confirms_at_the_command_line(
    ccg: Terminal, copy: Path, tmp_path: Path
) -> None:
    """From six signed panels to the year's table with a judgement before and after."""
    ccg.at(copy).wide(160)
    assert ccg.type("run", "--year", "2016-17").code == 0
    engine, terms, year = open_database(database(copy)), load_terms(), ("annual", "2016-04-01")
    for panel in PANELS:
        fields = {"lane": year[0], "partition_key": year[1], "decision": "approve", "interests": "none"}
        subject = ledger.state_of(engine, terms[panel], *year).subject
        for member in terms[panel].members[:3]:
            ledger.decide(engine, terms[panel], subject=subject, actor=member.email, **fields)
    assert ccg.type("run", "--year", "2016-17").code == 0
    before = json.loads(
        ccg.type("export", "overall", "--year", "2016-17", "--format", "json", "--unreleased").out
    )
    (row,) = [one for one in before if one["ccg_code"] == "02N"]
    was, to = row["leadership_judgement"], "Red" if row["leadership_judgement"] != "Red" else "Green"
    chairs = [one.email for one in terms["commissioning_committee"].members[:3]]
    who = ("--as", chairs[0], "--interests", "none")
    how = ("--judgement", "leadership", "--to", to, "--reason", "Seen at\nthe visit.", "--year", "2016-17")
    seen = seen_by_the_committee(copy)
    assert ccg.type("panel", "moderate", "02N", *how, *who, "--seen", "0" * 12).code == 1
    for wrong, said in (
        ("--to", "choose one of Green Star, Green, Amber, Red"),
        ("--judgement", "say leadership"),
    ):
        answer = ccg.type("panel", "moderate", "02N", *how, wrong, "Gold", *who, "--seen", seen)
        assert (answer.code, answer.err.count("\n")) == (2, 1)
        assert said in answer.err
    assert ccg.type("panel", "moderate", "02N", *how, *who, "--seen", seen).code == 0
    shown = ccg.type("panel", "show", "commissioning_committee", "--year", "2016-17")
    assert f"{to} (was {was})" in shown.said
    assert "02N, leadership moderated: Seen at the visit." in shown.said
    assert seen_by_the_committee(copy) != seen
    assert (
        ccg.type("panel", "sign", "commissioning_committee", "--year", "2016-17", *who, "--seen", seen).code
        == 1
    )
    # what else the meeting moderated, from its minutes; then, in its own form, what it decided on that
    (tmp_path / "signed.pdf").write_bytes(b"signed by hand")
    (row,) = [one for one in before if one["ccg_code"] == "01C"]
    other = "Red" if row["finance_judgement"] != "Red" else "Green"
    moderates = f"decision: moderate, about: 01C, judgement: finance, to: {other}, reason: Late accounts"
    forms = [
        f"- {{who: {chairs[0]}, interests: none, {moderates}}}\n",
        "".join(f"- {{who: {one}, decision: approve, interests: none}}\n" for one in chairs),
    ]
    assert "goes into its own form" in minuted(ccg, tmp_path, seen, forms[0] + forms[1]).err
    seen = seen_by_the_committee(copy)
    wrong = minuted(ccg, tmp_path, seen, forms[0].replace("01C", "99Z"))
    assert (wrong.code, "There is no CCG '99Z' in the table before the committee" in wrong.err) == (2, True)
    answer = minuted(ccg, tmp_path, seen, forms[0])
    assert answer.code == 0, answer.err
    now = seen_by_the_committee(copy)
    assert f"Round 3 is submitted to the Commissioning committee now, table {now}." in answer.said
    assert "The data have moved" in minuted(ccg, tmp_path, seen, forms[1]).err
    assert minuted(ccg, tmp_path, now, forms[1]).code == 0
    shown = ccg.type("show", "02N", "--year", "2016-17")
    assert f"leadership (165a) {to}, moderated from {was}: Seen at the visit." in shown.said
    for table in ("overall", "assessment"):
        rows = json.loads(ccg.type("export", table, "--year", "2016-17", "--format", "json").out)
        (row,) = [one for one in rows if one["ccg_code"] == "02N"]
        names = ("leadership_judgement_before", "leadership_judgement", "leadership_moderation_reason")
        assert [row[name] for name in names] == [was, to, "Seen at\nthe visit."]
