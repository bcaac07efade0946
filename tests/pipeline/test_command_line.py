"""The ccg command as people type it: what it prints, what it answers to mistakes, and its exit codes.

One small run, of a made-up March, in a process of its own; what follows is typed in this process, in the home
folder that it left or in a copy of it.
"""

import csv
import io
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest
from dagster import AssetKey, DagsterInstance
from planted_files import Rows, of, respoil_rows, write_files
from rich.console import Console
from sqlalchemy import insert, select, text
from typer.main import get_command

from ccg_pipeline import cli, cli_panel, cli_verbs
from ccg_pipeline.demo.year import year_files
from ccg_pipeline.framework.load import load_edition
from ccg_pipeline.publish.explanation import NotKnown
from ccg_pipeline.publish.export import UNRELEASED
from ccg_pipeline.resources import Panels
from ccg_pipeline.storage.database import open_database
from ccg_pipeline.storage.tables import database_kind
from expert_panels import ledger
from expert_panels import tables as panel_tables

EDITION = load_edition()
PANELS = [rule.key for rule in EDITION.panels]
NAMES = (
    "rtt/Incomplete-Commissioner-Mar17.xls",
    "cancer_waits/cancer_waits_2017-03-31.csv",
    "cancer_survival/cancer_survival_2015-12-31.csv",
    "cancer_experience/cancer_experience_2016-06-30.csv",
    "finance/finance_2017-03-31.csv",
    "leadership/leadership_2017-03-31.csv",
    "stp_progress/stp_progress_2017-03-31.csv",
)
CHAIR, DEPUTY, CLINICIAN = (f"cancer.{seat}@panel.example" for seat in ("chair", "deputy", "clinician"))
MARCH = ("--month", "2017-03")


@dataclass(frozen=True)
class Answer:
    """What a command left: its exit code and what it wrote."""

    code: int
    out: str
    err: str

    @property
    def said(self) -> str:
        """All that was printed, as one line, however it was folded."""
        return " ".join(self.out.replace("─", "").split())


@pytest.fixture(scope="module")
def scored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home folder in which `ccg run` took March to the gates, with what it printed beside it."""
    home = tmp_path_factory.mktemp("command") / "home"
    write_files(home / "landing", NAMES)
    respoil_rows(home / "landing" / NAMES[1], lambda rows: of(rows, "01C").update(numerator="see note"))
    environment = {
        key: value for key, value in os.environ.items() if not key.startswith(("CCG_", "DAGSTER_"))
    }
    done = subprocess.run(
        [sys.executable, "-m", "ccg_pipeline.cli", "run", *MARCH],
        env={**environment, "CCG_HOME": str(home), "CCG_ACTOR": "engineer@data.example", "COLUMNS": "80"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    (home / "run.out").write_text(done.stdout, encoding="utf-8")
    (home / "run.err").write_text(done.stderr, encoding="utf-8")
    return home


class Terminal:
    """Types commands in this process, in a home folder."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._monkeypatch, self._capsys = monkeypatch, capsys

    def at(self, home: Path) -> "Terminal":
        for name in ("CCG_DATABASE", "CCG_LANDING"):
            self._monkeypatch.delenv(name, raising=False)
        self._monkeypatch.setenv("CCG_HOME", str(home))
        self._monkeypatch.setenv("DAGSTER_HOME", str(home / "dagster"))
        self._monkeypatch.setenv("CCG_ACTOR", "engineer@data.example")
        return self

    def wide(self, width: int) -> "Terminal":
        self._monkeypatch.setattr(cli_verbs, "console", Console(width=width))
        self._monkeypatch.setattr(cli_panel, "console", Console(width=width))
        return self

    def type(self, *arguments: str) -> Answer:
        self._monkeypatch.setattr(sys, "argv", ["ccg", *arguments])
        self._capsys.readouterr()
        code = 0
        try:
            cli.main()
        except SystemExit as end:
            code = int(end.code or 0)
        captured = self._capsys.readouterr()
        return Answer(code, captured.out, captured.err)


@pytest.fixture
def ccg(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    """A terminal in a new, empty home folder."""
    return Terminal(monkeypatch, capsys).at(tmp_path / "home")


@pytest.fixture
def copy(scored: Path, tmp_path: Path) -> Path:
    """A copy of the scored home, to change."""
    return Path(shutil.copytree(scored, tmp_path / "copy"))


def database(home: Path) -> str:
    return f"sqlite:///{home / 'ccg.db'}"


def views(home: Path) -> list[tuple[str, str, str]]:
    """Who saw what that was not released."""
    columns, engine = panel_tables.access_log.c, open_database(database(home))
    panel_tables.create(engine)
    with engine.connect() as connection:
        rows = connection.execute(select(columns.actor, columns.what, columns.subject).order_by(columns.seq))
        return [(str(actor), str(what), str(subject)) for actor, what, subject in rows]


def table_before(panel: str, home: Path) -> str:
    """The fingerprint of the table before a panel in March."""
    terms = Panels().all_terms()[panel]
    return ledger.state_of(open_database(database(home)), terms, "interim", "2017-03").subject


# --- the run ---------------------------------------------------------------------------------------------


def test_a_run_ends_with_a_short_table_and_where_to_look(scored: Path) -> None:
    out = (scored / "run.out").read_text(encoding="utf-8")
    said = " ".join(out.split())
    assert "interim 2017-03" in said
    assert "CCGs 209" in said
    assert "areas scored 4 of 29" in said
    assert "Cancer ratings 203, awaiting" in said  # three indicators are needed, and six CCGs have fewer
    assert "Dementia ratings 0, awaiting" in said
    assert "released table release 1" in said
    assert "rows quarantined 1" in said
    assert "files refused 0" in said
    assert "Warned: source/cancer_waits: every_file_is_sound" in said
    assert "verified_by_panel" not in said  # which the table says in better words
    assert str(scored / "validation" / "2017-03.html") in "".join(out.split())
    assert (scored / "validation" / "2017-03.html").is_file()
    fits_and_is_stamped(Answer(0, out, ""), 80)
    assert len(out.splitlines()) < 45


def test_a_run_leaves_an_instance_for_the_ui_with_telemetry_off(scored: Path) -> None:
    settings = (scored / "dagster" / "dagster.yaml").read_text(encoding="utf-8")
    assert "telemetry:\n  enabled: false" in settings


def test_nothing_but_the_progress_is_on_standard_error(scored: Path) -> None:
    err = (scored / "run.err").read_text(encoding="utf-8")
    assert "Warning" not in err
    assert err.strip() == ""


def test_a_second_run_finds_nothing_new_and_says_the_same(scored: Path, ccg: Terminal) -> None:
    first = Answer(0, (scored / "run.out").read_text(encoding="utf-8"), "")
    again = ccg.at(scored).wide(120).type("run", *MARCH)
    fits_and_is_stamped(again, 120)
    assert again.said.split("checks warned")[0] == first.said.split("checks warned")[0]
    assert "released table release 1" in again.said
    assert "checks warned in this run 0" in again.said


# --- what it shows ---------------------------------------------------------------------------------------


def test_show_prints_29_areas_and_what_awaits_its_panel(scored: Path, ccg: Terminal) -> None:
    shown = ccg.at(scored).type("show", "02N")
    assert shown.code == 0
    assert "NHS Airedale, Wharfedale and Craven CCG (02N), North of England, West Yorkshire" in shown.said
    # the longest name is folded, so that its second line stands apart
    assert all(f"{area.code} {area.name[:33].rstrip()}" in shown.said for area in EDITION.areas)
    assert "Cancer no rating withheld awaiting the panel" in shown.said
    assert "122 Cancer none awaiting the panel" in shown.said
    assert "101 Smoking none 0 of 1" in shown.said
    assert "161, 162, 163, 164: no file with a figure has landed." in shown.said
    assert "Release 1 (made-up data; interim 2017-03, edition iaf_2016_17), sha256 " in shown.said


def test_explain_goes_down_to_the_cell(scored: Path, ccg: Terminal) -> None:
    shown = ccg.at(scored).type("explain", "airedale", "Elective access")
    assert shown.code == 0
    assert "(02N): 129 Elective access" in shown.said
    assert "129a Patients waiting 18 weeks or less" in shown.said
    assert "reference 92, the national standard (memory)" in shown.said
    assert "source Incomplete-Commissioner-Mar17.xls, Commissioner, row " in shown.said
    assert "standard errors (overdispersed limits)" in shown.said


def test_explain_says_what_is_withheld_and_what_was_refused(scored: Path, ccg: Terminal) -> None:
    shown = ccg.at(scored).type("explain", "01C", "122")
    assert "panel rating none (awaiting the panel)" in shown.said
    assert shown.said.count("band withheld until its panel has verified the area") == 4
    assert "value none, refused" in shown.said
    unreleased = ccg.type("explain", "01C", "122", "--unreleased")
    assert "band none: The figure was refused: its row is in quarantine." in unreleased.said
    assert "by mean of the grades 1 (best) to 4 (worst): 122a none, 122b none, 122c" in unreleased.said


def test_a_released_export_is_a_table_and_no_view_is_logged(scored: Path, ccg: Terminal) -> None:
    before = views(scored)
    answer = ccg.at(scored).type("export", "assessment")
    rows = list(csv.DictReader(io.StringIO(answer.out)))
    assert (answer.code, len(rows)) == (0, 209)
    assert {row["cancer_verification"] for row in rows} == {"awaiting the panel"}
    assert {row["is_made_up"] for row in rows} == {"True"}
    assert "release_status" not in rows[0]
    assert answer.err.startswith("Release 1 (made-up data; interim 2017-03")
    assert views(scored) == before


@pytest.mark.parametrize("table", ["assessment", "area_scores", "ratings", "bands", "overall"])
@pytest.mark.parametrize("file_format", ["csv", "json", "parquet"])
def test_every_table_leaves_in_every_format_and_twice_the_same(
    scored: Path, ccg: Terminal, tmp_path: Path, table: str, file_format: str
) -> None:
    contents = []
    for name in ("one", "two"):
        path = tmp_path / name
        answer = ccg.at(scored).type("export", table, "--format", file_format, "--output", str(path))
        assert (answer.code, answer.out) == (0, "")
        contents.append(path.read_bytes())
    assert contents[0] == contents[1] != b""
    rows = {"assessment": 209, "area_scores": 29 * 209, "ratings": 6 * 209, "bands": 60 * 209, "overall": 0}
    if file_format == "csv":
        assert contents[0].decode("utf-8").count("\n") == rows[table] + 1
    elif file_format == "json":
        assert len(json.loads(contents[0])) == rows[table]
    else:
        assert len(pd.read_parquet(tmp_path / "one")) == rows[table]
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


UNRELEASED_VIEWS = [
    (("show", "02N"), "show 02N"),
    (("explain", "02N", "cancer"), "explain 02N 122"),
    (("export", "ratings"), "export ratings"),
]


@pytest.mark.parametrize(("typed", "what"), UNRELEASED_VIEWS)
def test_what_is_not_released_is_shown_only_on_demand_logged_and_stamped(
    scored: Path, ccg: Terminal, typed: tuple[str, ...], what: str
) -> None:
    released = ccg.at(scored).type(*typed)
    before = views(scored)
    answer = ccg.type(*typed, "--unreleased")
    assert answer.code == 0
    assert views(scored)[len(before) :] == [("engineer@data.example", what, "interim 2017-03")]
    stamp = "UNRELEASED (made-up data; interim 2017-03, edition iaf_2016_17): not verified by the panels"
    assert stamp in " ".join((answer.out + answer.err).split())
    labels = EDITION.labels("interim")
    assert any(label in answer.said for label in labels)
    assert not any(label in released.said for label in labels)


def test_every_row_of_an_unreleased_export_is_stamped(scored: Path, ccg: Terminal) -> None:
    answer = ccg.at(scored).type("export", "ratings", "--unreleased")
    rows = list(csv.DictReader(io.StringIO(answer.out)))
    assert {row["release_status"] for row in rows} == {UNRELEASED}
    assert len(rows) == 6 * 209


def test_the_weights_are_listed_and_leave_as_a_table(ccg: Terminal, tmp_path: Path) -> None:
    listed = ccg.type("weights")
    assert listed.code == 0
    assert "dtoc Delayed days of 151 authorities to the 209 (127e) LSOAs" in listed.said
    rows = list(csv.DictReader(io.StringIO(ccg.type("weights", "2017").out)))
    morecambe_bay = {row["to_code"]: row for row in rows if row["from_code"] == "01K"}
    assert sorted(morecambe_bay) == ["01H", "01K"]
    assert sum(float(row["weight"]) for row in morecambe_bay.values()) == pytest.approx(1)
    assert {row["provenance"] for row in morecambe_bay.values()} == {"assumed"}
    target = tmp_path / "weights.parquet"
    assert ccg.type("weights", "dtoc", "--format", "parquet", "--output", str(target)).code == 0
    assert pd.read_parquet(target)["weight"].sum() == pytest.approx(151)
    for wrong in (("2016",), ("dtoc", "--format", "xls")):
        answer = ccg.type("weights", *wrong)
        assert (answer.code, answer.out) == (2, "")


def test_the_method_lists_every_assumed_number(ccg: Terminal) -> None:
    answer = ccg.wide(400).type("method")
    assert answer.code == 0
    assumed = EDITION.assumed()
    assert len(assumed) > 30
    for one in assumed:
        value = one.value if isinstance(one.value, str) else f"{one.value:g}"
        line = next((line for line in answer.out.splitlines() if line.strip().startswith(one.item)), "")
        assert line, one.item
        assert " ".join(str(value).split())[:40] in " ".join(answer.out.split()), one
        assert " ".join(one.source.split()) in " ".join(answer.out.split()), one
    assert f"{len(assumed)} assumed." in answer.said
    assert "and not NHS England's" in answer.said


def test_the_fit_stands_beside_the_published_counts(scored: Path, ccg: Terminal) -> None:
    before = views(scored)
    answer = ccg.at(scored).wide(400).type("method", "--fit", *MARCH)
    assert answer.code == 0
    assert "Shown, never tuned to" in answer.said
    cancer = answer.out.split("— Cancer")[1].split("— Dementia")[0]
    counts = {line.split("  ")[0].strip(): line.split()[-1] for line in cancer.splitlines() if line.strip()}
    assert counts["Top performing"] == "7"  # of the published baseline
    assert counts["Needs improvement"] == "156"
    assert all(f"{one.code} {one.name}" in answer.said for one in EDITION.indicators)
    assert "Cancer, published: found, Baseline of 2016" in answer.said
    assert views(scored)[len(before) :] == [("engineer@data.example", "method --fit", "interim 2017-03")]


def test_files_and_quarantine_account_for_everything(scored: Path, ccg: Terminal) -> None:
    files = ccg.at(scored).type("files")
    assert files.code == 0
    assert all(Path(name).name in "".join(files.out.split()) for name in NAMES)
    assert f"{len(NAMES)} files, 0 of them refused; " in files.said
    assert "cancer_waits_2017-03-31.csv 210 209 0 0 1" in files.said
    refused = ccg.type("quarantine")
    assert "cancer_waits_2017-03-31.csv" in refused.said
    assert "122b 01C numerator is 'see note', which is no figure" in refused.said
    assert "1 rows in quarantine." in refused.said


MADE_UP_PRINTS = [
    ("show", "02N"),
    ("show", "02N", "--unreleased"),
    ("explain", "02N", "127"),
    ("league", "--area", "122", "--unreleased", *MARCH),
    ("robustness", *MARCH),
    ("files",),
    ("quarantine",),
    ("method", "--fit", *MARCH),
    ("panel", "status"),
    ("panel", "show", "cancer", *MARCH),
]


@pytest.mark.parametrize("typed", MADE_UP_PRINTS, ids=" ".join)
@pytest.mark.parametrize("width", [80, 120])
def test_every_print_says_that_it_is_made_up_and_fits_the_terminal(
    scored: Path, ccg: Terminal, typed: tuple[str, ...], width: int
) -> None:
    fits_and_is_stamped(ccg.at(scored).wide(width).type(*typed), width)


def fits_and_is_stamped(answer: Answer, width: int) -> None:
    assert answer.code == 0
    assert answer.said.startswith("MADE-UP DATA: every figure below was drawn from a seed")
    assert max(len(line) for line in answer.out.splitlines()) <= width
    assert "…" not in answer.out  # nothing is cut
    assert "nan" not in answer.said.lower().split()
    assert "<NA>" not in answer.out


def test_the_league_of_an_area_is_drawn_and_that_of_a_withheld_one_is_not(
    scored: Path, ccg: Terminal, tmp_path: Path
) -> None:
    drawn = ccg.at(scored).type(
        "league", "--area", "122", "--unreleased", *MARCH, "--format", "svg", "--output", str(tmp_path / "a")
    )
    assert drawn.code == 0
    picture = (tmp_path / "a").read_text(encoding="utf-8")
    assert picture.count("<circle") > 100
    assert "UNRELEASED: League of 122 Cancer" in picture
    withheld = ccg.at(scored).type("league", "--area", "122", *MARCH)
    assert (withheld.code, withheld.err.strip()) == (
        2,
        "There is no league of the area Cancer: awaiting the panel.",
    )


def test_the_statement_of_robustness_is_a_page_and_tells_nothing_of_what_is_withheld(
    scored: Path, ccg: Terminal, tmp_path: Path
) -> None:
    for file_format in ("html", "json"):
        where = f"{tmp_path}/statement.{file_format}"
        said = ccg.at(scored).type("robustness", *MARCH, "--format", file_format, "--output", where)
        assert said.code == 0
    page = (tmp_path / "statement.html").read_text(encoding="utf-8")
    assert page.startswith("<!DOCTYPE html>")
    assert "England in the place of every national standard" in page
    rows = json.loads((tmp_path / "statement.json").read_text(encoding="utf-8"))["rows"]
    assert {row["measure"] for row in rows} == {"areas"}  # no panel has verified anything


# --- mistakes --------------------------------------------------------------------------------------------

MISTAKES: list[tuple[tuple[str, ...], int, str]] = [
    (("run", "--month", "2017-3"), 2, "--month '2017-3' is not a month: write it as 2017-03."),
    (("run", "--month", "2017-13"), 2, "--month '2017-13' is not a month: write it as 2017-03."),
    (("run", "--month", "March 2017"), 2, "--month 'March 2017' is not a month: write it as 2017-03."),
    (("run", "--month", "2999-01"), 2, "--month 2999-01 cannot be assessed: give a month that is over, "),
    (("run", "--year", "2016"), 2, "--year '2016' is not a financial year: write it as 2016-17."),
    (("run", "--year", "2016-18"), 2, "--year '2016-18' is not a financial year: write it as 2016-17."),
    (("run", "--year", "2010-11"), 2, "--year 2010-11 cannot be assessed: give a year that is over, "),
    (("run", *MARCH, "--year", "2016-17"), 2, "Give --month or --year, not both."),
    (("show", "02N", *MARCH, "--year", "2016-17"), 2, "Give --month or --year, not both."),
    (("run", "--landing", "nowhere"), 2, "--landing nowhere: there is no such folder."),
    (("show", "Nowhere"), 2, "There is no CCG 'Nowhere': give its code (02N) or a part of its name."),
    (("show", "leeds"), 2, "'leeds' is 3 CCGs, among them 02V NHS Leeds North CCG, "),
    (("explain", "02N", "999"), 2, "There is no area '999': give its code or name, one of 101 Smoking, "),
    (("explain", "99Z", "122"), 2, "There is no CCG '99Z': "),
    (("export", "everything"), 2, "There is no table 'everything': choose one of assessment, area_scores, "),
    (("export", "bands", "--format", "xlsx"), 2, "--format 'xlsx' is not known: choose one of csv, json, "),
    (("export", "bands", "--output", "no/such/b.csv"), 2, "--output no/such/b.csv: there is no "),
    (("league",), 2, "Say which league: --area 122, or --overall."),
    (("league", "--overall", "--format", "png"), 2, "--format 'png' is not known: choose one of table, "),
    (("robustness", "--format", "pdf"), 2, "--format 'pdf' is not known: choose one of table, html, json."),
    (("robustness", *MARCH), 1, "No interim table of 2017-03 has been released: "),
    (("show", "02N"), 1, "No table has been released: `ccg panel status` says what is awaited, "),
    (("show", "02N", "--year", "2016-17"), 1, "No annual table of 2016-17 has been released: "),
    (("export", "bands", *MARCH), 1, "No interim table of 2017-03 has been released: "),
    (("show", "02N", "--unreleased"), 1, "Nothing has been scored in this database: `ccg run` does that."),
    (("method", "--fit", "--year", "2016-17"), 1, "Nothing has been scored in the annual lane for 2016-17: "),
    (("panel", "show", "cancer"), 2, "Say which round: --month 2017-03 or --year 2016-17."),
    (("panel", "show", "cancers", *MARCH), 2, "There is no panel 'cancers': choose one of cancer, "),
    (("panel", "show", "cancer", *MARCH), 1, "Nothing has been scored in the interim lane for 2017-03: "),
    (("panel", "demonstrate", *MARCH), 1, "The demonstration signs on made-up data only, and this database "),
    (("files", "--database", "nonsense"), 1, "The database 'nonsense' is not a URL: write sqlite:///FILE "),
    (("files", "--database", "mysql://here/ccg"), 1, "The database mysql://here/ccg cannot be opened: "),
    (("files", "--database", "sqlite:////proc/none/ccg.db"), 1, "The database sqlite:////proc/none/ccg.db "),
    (
        ("files", "--database", "postgresql://me:secret@127.0.0.1:1/ccg"),
        1,
        "The database postgresql+psycopg://me:***@127.0.0.1:1/ccg cannot be opened: ",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("typed", "code", "said"), MISTAKES, ids=[" ".join(one[0]) for one in MISTAKES])
def test_a_mistake_is_one_sentence_and_an_exit_code(
    ccg: Terminal, typed: tuple[str, ...], code: int, said: str
) -> None:
    answer = ccg.type(*typed)
    assert answer.err.startswith(said)
    assert answer.code == code
    assert answer.err.endswith("\n")
    assert answer.err.count("\n") == 1
    assert "Traceback" not in answer.err
    assert "secret" not in answer.err
    assert answer.out == ""


def test_an_empty_landing_folder_is_said(ccg: Terminal, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    answer = ccg.type("run", "--landing", str(empty))
    assert (answer.code, answer.err.count("\n")) == (1, 1)
    assert answer.err == "There is no file with a figure in the landing folder: name one with --landing.\n"
    answer = ccg.type("run", "--landing", str(empty), *MARCH)
    assert (answer.code, answer.err) == (1, f"{empty}: there are no files; name the folder with --landing.\n")


def test_a_file_that_is_no_database_is_said(ccg: Terminal, tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("no database\n" * 400, encoding="utf-8")
    answer = ccg.type("files", "--database", f"sqlite:///{path}")
    assert (answer.code, answer.err.count("\n")) == (1, 1)
    assert answer.err.startswith(f"The database sqlite:///{path} cannot be opened: ")
    assert path.read_text(encoding="utf-8").startswith("no database")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (("run", "--moth", "2017-03"), "No such option: --moth"),
        (("sow", "02N"), "No such command 'sow'"),
        (("show",), "Missing argument 'CCG'"),
        (("demo", "--seed", "many"), "Invalid value for '--seed'"),
        (("panel", "sign", "cancer", *MARCH, "--as", CHAIR, "--seen", "x"), "Missing option '--interests'"),
        (("panel", "return", "cancer", "--as", CHAIR, "--seen", "x", "--interests", "none"), "'--reason'"),
    ],
)  # fmt: skip
def test_wrong_use_is_said_with_how_to_get_help(ccg: Terminal, typed: tuple[str, ...], said: str) -> None:
    answer = ccg.type(*typed)
    assert answer.code == 2
    assert said in answer.err
    assert "--help" in answer.err
    assert "Traceback" not in answer.err


def test_debug_shows_the_traceback_wherever_it_stands(ccg: Terminal, tmp_path: Path) -> None:
    with pytest.raises(NotKnown):
        ccg.type("show", "Nowhere", "--debug")
    with pytest.raises(NotKnown):
        ccg.type("--debug", "show", "Nowhere")
    done = subprocess.run(
        [sys.executable, "-m", "ccg_pipeline.cli", "show", "Nowhere", "--debug"],
        env={**os.environ, "CCG_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "Traceback" in done.stderr
    assert done.stderr.rstrip().endswith("give its code (02N) or a part of its name.")


def test_what_nobody_foresaw_is_one_sentence_too(ccg: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("the disk is full\nand more lines")

    monkeypatch.setattr(cli_verbs.printed_lists, "files", fail)
    answer = ccg.type("files")
    assert answer.code == 1
    assert (
        answer.err == "This should not have happened (RuntimeError: the disk is full); --debug shows where.\n"
    )
    with pytest.raises(RuntimeError, match="disk is full"):
        ccg.type("files", "--debug")


def test_other_warnings_are_not_silenced(ccg: Terminal) -> None:
    import warnings

    ccg.type("method")
    with pytest.warns(UserWarning, match="something else"):
        warnings.warn("something else", UserWarning, stacklevel=1)
    with pytest.warns(UserWarning, match="Parameter `other`"):
        warnings.warn("Parameter `other` of function is in beta", UserWarning, stacklevel=1)


# --- help ------------------------------------------------------------------------------------------------


def verbs() -> Iterator[tuple[str, ...]]:
    group = get_command(cli_verbs.app)
    for name, command in group.commands.items():  # type: ignore[attr-defined]  # a group, typed as a command
        inner = getattr(command, "commands", None)
        yield from ((name, other) for other in inner) if inner else ((name,),)


def test_the_help_names_every_verb_and_debug(ccg: Terminal) -> None:
    answer = ccg.type("--help")
    assert answer.code == 0
    assert "--debug" in answer.out
    for verb in (
        "run",
        "demo",
        "show",
        "explain",
        "export",
        "method",
        "files",
        "quarantine",
        "panel",
        "fetch",
        "weights",
        "league",
        "robustness",
    ):
        assert f" {verb} " in answer.out, verb
    assert ccg.type().code in (0, 2)  # nothing typed: the same help


@pytest.mark.parametrize("verb", list(verbs()), ids=" ".join)
def test_the_help_of_a_verb_explains_it_and_names_its_options(ccg: Terminal, verb: tuple[str, ...]) -> None:
    answer = ccg.type(*verb, "--help")
    command = get_command(cli_verbs.app)
    for name in verb:
        command = command.commands[name]  # type: ignore[attr-defined]  # a group, typed as a command
    assert answer.code == 0
    assert command.help
    assert " ".join(command.help.replace("`", "").split())[:60] in answer.said
    for parameter in command.params:
        option = parameter.opts[0] if parameter.opts[0].startswith("-") else str(parameter.metavar)
        assert option in answer.out, option
        assert getattr(parameter, "help", None), f"{verb} {option} has no help"
    assert "\\b" not in answer.out


# --- the made-up year ------------------------------------------------------------------------------------


@pytest.fixture
def a_short_year(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A made-up year of a few files, so that writing it takes a moment."""
    files = year_files(2016, "2016-17", EDITION)
    wanted = [*NAMES, "_truth/README.txt", "_truth/latent.csv"]

    def few(seed: int, *_: object) -> dict[str, object]:
        return {name: files[name] for name in wanted} | {"_truth/README.txt": lambda: f"{seed}\n".encode()}

    monkeypatch.setattr("ccg_pipeline.demo.year.year_files", few)
    return wanted


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_made_up_year_written_twice_is_the_same(
    ccg: Terminal, tmp_path: Path, a_short_year: list[str]
) -> None:
    folder = tmp_path / "year"
    first = ccg.type("demo", "--landing", str(folder))
    assert (first.code, first.out) == (
        0,
        f"Wrote {len(a_short_year)} made-up files into {folder} from seed 2016.\n",
    )
    before = contents(folder)
    assert sorted(before) == sorted(a_short_year)
    assert ccg.type("demo", "--landing", str(folder)).code == 0
    assert contents(folder) == before
    other = ccg.type("demo", "--landing", str(folder), "--seed", "7")
    assert "from seed 7." in other.out
    assert contents(folder) != before


def test_the_made_up_year_never_lies_among_other_files(ccg: Terminal, tmp_path: Path) -> None:
    (tmp_path / "mine.xls").write_bytes(b"mine")
    answer = ccg.type("demo", "--landing", str(tmp_path))
    assert (answer.code, answer.err.count("\n")) == (2, 1)
    assert "already holds mine.xls, which is not of this made-up year; name an empty folder." in answer.err
    assert (tmp_path / "mine.xls").read_bytes() == b"mine"
    answer = ccg.type("demo", "--landing", str(tmp_path / "mine.xls"))
    assert (answer.code, answer.err.count("\n")) == (2, 1)
    assert "is a file; name a folder to write the made-up year into." in answer.err


@pytest.mark.usefixtures("a_short_year")
def test_a_run_without_options_makes_up_the_year_and_takes_its_last_month_and_the_year(
    ccg: Terminal, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    answer = ccg.type("run")
    assert answer.code == 0, answer.err
    assert (home / "landing" / "_truth" / "latent.csv").is_file()
    assert "interim 2017-03 annual 2016-17" in answer.said
    assert "released table release 1 none" in answer.said  # no annual table before all six panels
    assert ccg.type("show", "02N", "--year", "2016-17").err.startswith("No annual table of 2016-17 has been")
    assert ccg.type("panel", "demonstrate", "--year", "2016-17").code == 0
    shown = ccg.type("show", "02N", "--year", "2016-17")
    assert shown.code == 0
    assert "overall rating" in shown.said
    assert shown.said.count("verified") >= 6
    assert "plan's progress" in shown.said
    assert "Release 1 (made-up data; annual 2016-17" in shown.said


# --- the panels ------------------------------------------------------------------------------------------


def decide(verb: str, home: Path, **changed: str) -> tuple[str, ...]:
    """A decision of the cancer panel's chair on what is before it, but for what is `changed`."""
    options = {"as": CHAIR, "seen": table_before("cancer", home), "interests": "none", **changed}
    typed = [part for name, value in options.items() for part in (f"--{name}", value)]
    return ("panel", verb, "cancer", *MARCH, *typed)


def test_panel_status_says_what_is_before_each_panel_and_what_it_takes(scored: Path, ccg: Terminal) -> None:
    answer = ccg.at(scored).type("panel", "status")
    assert answer.code == 0
    for panel in PANELS:
        assert f"{panel} 1 awaiting nobody {table_before(panel, scored)[:12]}" in answer.said
    assert "Interim 2017-03" in answer.said
    assert answer.said.count("3 more of the 3 signatures of the quorum; the chair or the deputy.") == 1


def test_before_any_run_no_panel_has_anything_before_it(ccg: Terminal) -> None:
    answer = ccg.type("panel", "status")
    assert (answer.code, answer.said) == (
        0,
        "No table has been laid before a panel yet: `ccg run` does that.",
    )
    assert ccg.type("panel", "verify").said.startswith("The ledger is whole: 0 lines")


def test_panel_show_prints_the_table_with_its_fingerprint_and_is_logged(scored: Path, ccg: Terminal) -> None:
    before = views(scored)
    answer = ccg.at(scored).type("panel", "show", "cancer", *MARCH)
    assert answer.code == 0
    assert answer.said.count(" NHS ") >= 209
    assert f"Table {table_before('cancer', scored)[:12]}: give it back with --seen" in answer.said
    assert "UNRELEASED" in answer.said
    assert views(scored)[len(before) :] == [("engineer@data.example", "panel show cancer", "interim 2017-03")]


REFUSED: list[tuple[str, dict[str, str], str]] = [
    (
        "sign",
        {"seen": "0" * 12},
        "The data have moved: you saw 000000000000 and the Cancer panel's table of ",
    ),
    ("sign", {"seen": "abc"}, "The data have moved: you saw abc and "),
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
    scored: Path, ccg: Terminal, verb: str, changed: dict[str, str], said: str
) -> None:
    engine = open_database(database(scored))
    before = ledger.head(engine)
    answer = ccg.at(scored).type(*decide(verb, scored, **changed))
    assert (answer.code, answer.err.count("\n")) == (1, 1)
    assert said in answer.err
    assert answer.out == ""
    assert ledger.head(engine) == before


def test_on_real_data_nobody_decides_at_the_command_line(ccg: Terminal, copy: Path) -> None:
    with open_database(database(copy)).begin() as connection:
        connection.execute(text("UPDATE database_kind SET kind = 'real'"))
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
    twice = ccg.type(*decide("sign", copy))
    assert twice.code == 1
    withdrawn = ccg.type(*decide("withdraw", copy, reason="A figure is wrong."))
    assert withdrawn.code == 0
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
    assert "\ncancer on 02N (chair): 122b looks doubled. Please see.\n" in status.out
    assert [line.about for line in ledger.lines(open_database(database(copy)), after=before)] == ["02N", ""]
    with DagsterInstance.get() as instance:
        shown = instance.get_latest_materialization_event(AssetKey(["interim", "gate", "cancer"]))
    assert shown is not None
    assert shown.asset_materialization is not None
    table = str(shown.asset_materialization.metadata["remarks"].value)
    assert "| 2017-03 | the table | returned: See the comments. | deputy |" in table
    assert "| 2017-03 | 02N | 122b looks doubled. Please see. | chair |" in table
    again = ccg.type("panel", "lay-again", "cancer", "--month", "2017-03")
    assert again.code == 0
    assert "laid before the Cancer panel again by engineer@data.example, as round 2." in again.said
    assert "cancer 2 awaiting nobody" in ccg.type("panel", "status").said
    refused = ccg.type("panel", "lay-again", "cancer", "--month", "2017-03")
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


def test_whatever_is_printed_or_exported_of_an_overridden_area_says_so(ccg: Terminal, copy: Path) -> None:
    ccg.at(copy).wide(160)
    officers = Panels().all_terms()["cancer"].officers
    for officer in officers[:2]:
        answer = ccg.type(*decide("override", copy, reason="Out of time.", **{"as": officer.email}))
        assert answer.code == 0
    assert "cancer 1 overridden" in ccg.type("panel", "status").said
    assert "of 4 overridden" in ccg.type("show", "02N").said
    assert " (overridden)" in ccg.type("explain", "02N", "cancer").said
    indicators = {one.code for one in EDITION.indicators_of("122")}
    theirs = {
        "assessment": lambda row: row["cancer_verification"],
        "area_scores": lambda row: row["area_code"] == "122" and row["verification"],
        "ratings": lambda row: row["panel"] == "cancer" and row["verification"],
        "bands": lambda row: row["indicator_code"] in indicators and row["verification"],
    }
    for table, word in theirs.items():
        for file_format in ("csv", "json"):
            out = ccg.type("export", table, *MARCH, "--format", file_format).out
            rows = json.loads(out) if file_format == "json" else list(csv.DictReader(io.StringIO(out)))
            assert {word(row) for row in rows} - {False} == {"overridden"}, (table, file_format)


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
        f"meeting: 2017-07-05\npanel: cancer\nmonth: 2017-03\ntable: {table_before('cancer', copy)[:12]}\n"
        f"minutes: signed.pdf\npresent: [{', '.join(who)}]\ndecisions:\n{decisions}"
    )
    (files / "wrong.yaml").write_text(form + decisions, encoding="utf-8")
    before = ledger.head(engine)
    answer = ccg.type("panel", "minutes", str(files / "wrong.yaml"))
    assert (answer.code, answer.err.count("\n")) == (1, 1)
    assert answer.err.startswith("Nothing is recorded, for decision 4 of 6: It is decided")
    assert ledger.head(engine) == before
    (files / "right.yaml").write_text(form, encoding="utf-8")
    answer = ccg.type("panel", "minutes", str(files / "right.yaml"))
    assert answer.code == 0
    assert answer.said.count("verify its ratings for publication.") == 3
    last = ledger.lines(engine, after=before.seq)[-1]
    assert (last.via, last.minuted_on) == ("minutes", "2017-07-05")

    paper, table, public = files / "certificate.json", files / "table.csv", files / "key.pem"
    answer = ccg.type("panel", "certificate", str(last.seq), "--output", str(paper))
    assert (answer.code, "`ccg panel key` makes one" in answer.err) == (1, True)
    assert ccg.type("panel", "key", "--output", str(public)).said.startswith("Made: key ")
    assert ccg.type("panel", "key").said.startswith("Kept: key ")
    asked = ("panel", "certificate", str(last.seq), "--output", str(paper))
    assert ccg.type(*asked, "--table", str(table)).code == 0
    released = files / "ratings.csv"
    assert ccg.type("export", "ratings", *MARCH, "--output", str(released)).code == 0
    for one in (table, released):
        answer = ccg.type("verify", str(paper), "--key", str(public), "--table", str(one))
        assert answer.code == 0, answer.out
        assert answer.out.count("holds ") == 4
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
    terms = Panels().all_terms()["commissioning_committee"]
    return ledger.state_of(open_database(database(home)), terms, "annual", "2016-04-01").subject


def test_the_committee_moderates_a_judgement_and_confirms_at_the_command_line(
    ccg: Terminal, copy: Path
) -> None:
    """From six signed panels to the year's table with a judgement before and after."""
    ccg.at(copy).wide(160)
    assert ccg.type("run", "--year", "2016-17").code == 0
    engine, terms, year = open_database(database(copy)), Panels().all_terms(), ("annual", "2016-04-01")
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
    who = ("--as", "commissioning.committee.chair@board.example", "--interests", "none")
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
    assert ccg.type("panel", "moderate", "02N", *how, *who, "--seen", seen[:12]).code == 0
    shown = ccg.type("panel", "show", "commissioning_committee", "--year", "2016-17")
    assert f"{to} (was {was})" in shown.said
    assert "02N, leadership moderated: Seen at the visit." in shown.said
    assert seen_by_the_committee(copy) != seen
    assert (
        ccg.type("panel", "sign", "commissioning_committee", "--year", "2016-17", *who, "--seen", seen).code
        == 1
    )
    assert ccg.type("panel", "demonstrate", "--year", "2016-17").code == 0
    shown = ccg.type("show", "02N", "--year", "2016-17")
    assert f"leadership (165a) {to}, moderated from {was}: Seen at the visit." in shown.said
    for table in ("overall", "assessment"):
        rows = json.loads(ccg.type("export", table, "--year", "2016-17", "--format", "json").out)
        (row,) = [one for one in rows if one["ccg_code"] == "02N"]
        names = ("leadership_judgement_before", "leadership_judgement", "leadership_moderation_reason")
        assert [row[name] for name in names] == [was, to, "Seen at\nthe visit."]


# --- real beside made up ---------------------------------------------------------------------------------


def test_a_real_file_is_not_let_into_a_made_up_database(ccg: Terminal, copy: Path, tmp_path: Path) -> None:
    def by_a_publisher(rows: Rows) -> None:
        for row in rows:
            row["layout"] = "declared"

    name = "cancer_waits/cancer_waits_2016-12-31.csv"
    landing = write_files(tmp_path / "real", [name])
    respoil_rows(landing / name, by_a_publisher)
    answer = ccg.at(copy).type("run", "--landing", str(landing), *MARCH)
    assert (answer.code, answer.err.count("\n")) == (1, 1)
    assert answer.err == (
        "cancer_waits_2016-12-31.csv holds real data but this database holds made-up data: "
        "give --database another file or URL for it.\n"
    )
    with open_database(database(copy)).connect() as connection:
        held = connection.execute(
            text("SELECT count(*) FROM source_observation WHERE NOT is_made_up")
        ).scalar_one()
        assert connection.execute(select(database_kind.c.kind)).scalar_one() == "made_up"
    assert held == 0


def test_a_real_database_says_nothing_of_made_up_data(ccg: Terminal, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'real.db'}"
    with open_database(url).begin() as connection:
        connection.execute(insert(database_kind).values(only=1, kind="real", decided_by="a.csv"))
    for typed in (("files",), ("quarantine",), ("panel", "status")):
        assert "MADE-UP" not in ccg.type(*typed, "--database", url).out
