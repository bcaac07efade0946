"""What the ccg command answers to mistakes and to --help: one sentence, an exit code, never a traceback."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.main import get_command

from ccg_pipeline.cli import verbs as cli_verbs
from ccg_pipeline.settings import database_url
from ccg_pipeline.storage.database import open_database
from expert_panels.foundation.fault import WrongUse
from tests.support.worlds.terminal import CHAIR, MARCH, Terminal, verbs

WHY = ("--reason", "why")
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
    (("explain", "airedale", "Overall"), 2, "The overall rating is of no area: `ccg show 02N --year "),
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
    (("files", "withdraw", "a.csv", "--as", "PERSON", *WHY), 2, "--as 'PERSON' is no e-mail address: name "),
    (("checks", "let-through", "ab", "--as", "jo", *WHY), 2, "--as 'jo' is no e-mail address: name "),
    (("quarantine", "revoke", "ab::3", "--as", "jo@\u212a.uk", *WHY), 2, "--as 'jo@\u212a.uk' is no e-mail "),
    (("files", "withdraw", "a.csv", "--as", " Jo@Data.Example", *WHY), 2, "No file 'a.csv' was met: "),
    (("files", "--database", "nonsense"), 1, "The database 'nonsense' is not a URL: write sqlite:///FILE "),
    (("files", "--database", "mysql://here/ccg"), 1, "The database mysql://here/ccg cannot be opened: "),
    (("files", "--database", "sqlite:////no/ccg.db"), 1, "There is no database sqlite:////no/ccg.db: check "),
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
    open_database(database_url()).dispose()  # one in which nothing was scored yet
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
    looked = "looking into the landing folder\n"
    assert answer.code == 1
    assert answer.err == (
        f"{looked}There is no file with a figure in the landing folder: name one with --landing.\n"
    )
    answer = ccg.type("run", "--landing", str(empty), *MARCH)
    assert answer.code == 1
    assert answer.err == f"{looked}{empty}: there are no files; name the folder with --landing.\n"


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
        (("explain",), "Missing argument 'CCG'"),
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
    with pytest.raises(WrongUse):
        ccg.type("show", "Nowhere", "--debug")
    with pytest.raises(WrongUse):
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

    open_database(database_url()).dispose()
    monkeypatch.setattr("ccg_pipeline.cli.prints.lists.files", fail)
    answer = ccg.type("files")
    assert answer.code == 1
    assert (
        answer.err == "This should not have happened (RuntimeError: the disk is full); --debug shows where.\n"
    )
    with pytest.raises(RuntimeError, match="disk is full"):
        ccg.type("files", "--debug")


def test_who_interrupts_a_command_is_told_what_was_kept(
    ccg: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    open_database(database_url()).dispose()
    monkeypatch.setattr("ccg_pipeline.cli.prints.lists.files", interrupt)
    answer = ccg.type("files")
    assert answer.code == 130
    assert answer.err.splitlines()[-1].startswith(
        "Interrupted: what was finished is kept, and nothing is half"
    )


def test_other_warnings_are_not_silenced(ccg: Terminal) -> None:
    import warnings

    ccg.type("method")
    with pytest.warns(UserWarning, match="something else"):
        warnings.warn("something else", UserWarning, stacklevel=1)
    with pytest.warns(UserWarning, match="Parameter `other`"):
        warnings.warn("Parameter `other` of function is in beta", UserWarning, stacklevel=1)


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
        "database",
        "panel",
        "fetch",
        "weights",
        "league",
        "robustness",
        "edition",
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
