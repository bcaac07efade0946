"""The reference of the command line, docs/commands.md: every verb with its options and an example.

Belongs here: an example for each verb, and turning the command's own help into Markdown.
Does not belong here: what a verb or an option does (its docstring and help, in ccg_pipeline/cli).

`python -m tests.support.documents.commands` writes the file, the same whatever the width of the terminal.
"""

import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from typer.main import get_command

from ccg_pipeline.cli.verbs import app

DOCUMENT = Path(__file__).resolve().parents[3] / "docs" / "commands.md"

OPENING = """\
# The command line

Generated from the `ccg` command itself (`make docs`); a test fails when it is not current.
`ccg VERB --help` prints the same. Exit codes: 0 done, 1 the data or the method refused, 2 wrong use. An error
is one sentence on standard error; `--debug`, anywhere in the line, shows its traceback. Words in capitals in
an example are for you to fill in.
"""

SEEN = "--as cancer.chair@panel.example --seen FINGERPRINT"
SEAT = f"{SEEN} --interests none"
DOUBT = "--as jo@data.example --reason WHY"
EXAMPLES = {
    "run": "--landing FOLDER --month 2017-03 --database sqlite:///real.db",
    "demo": "--landing FOLDER --seed 2016",
    "show": "02N --month 2017-03",
    "explain": "02N cancer --month 2017-03",
    "export": "assessment --month 2017-03 --format csv --output assessment.csv",
    "league": "--area 122 --month 2017-03 --format svg --output league.svg",
    "robustness": "--year 2016-17 --format html --output robustness.html",
    "diff": "--month 2017-03 --since 2017-06-01",
    "files": "",
    "files withdraw": f"satod_2017-03-31.csv {DOUBT}",
    "method": "--fit --year 2016-17",
    "edition list": "",
    "edition check": "iaf_2016_17 --numbers",
    "edition new": "FOLDER",
    "edition try": "FOLDER FOLDER/figures.csv --organisation CODE --league",
    "publish": "FOLDER --contact ADDRESS",
    "weights": "dtoc --output weights.csv",
    "compare": "02N --year 2015-16",
    "measures show": "",
    "measures on": "2016-07-21",
    "measures history": "07V",
    "measures propose": "",
    "measures submit": '02N --event entered --on 2017-07-21 --evidence "Red in 3 years" --source "letter"',
    "measures entries": "",
    "measures entry": "2017-07-21-02N-special-measures-entered",
    "measures decide": "2017-07-21-02N-special-measures-entered approve --as special.measures.committee.chair"
    "@panel.example --seen FINGERPRINT --interests none",
    "fetch": "rtt --month 2017-03",
    "verify": "line7.json --key public.pem --table ratings.csv",
    "room": "--port 8001",
    "panel status": "",
    "panel show": "cancer --month 2017-03",
    "panel verify": "",
    "panel demonstrate": "--month 2017-03",
    "panel notices": "--deliver",
    "panel sign": f"cancer --month 2017-03 {SEAT}",
    "panel return": f"cancer --month 2017-03 {SEAT} --reason WHY",
    "panel withdraw": f"cancer --month 2017-03 {SEAT} --reason WHY",
    "panel recuse": f"cancer --month 2017-03 {SEAT}",
    "panel override": f"cancer --month 2017-03 {SEAT} --reason WHY",
    "panel resubmit": "cancer --month 2017-03",
    "panel comment": f"cancer --about 02N --month 2017-03 {SEEN} --reason WHY",
    "panel moderate": f"02N --judgement leadership --to Amber --year 2016-17 {SEAT} --reason WHY",
    "panel minutes": "MINUTES.yaml",
    "panel sign-minutes": "MINUTES.yaml --key FOLDER/recorder.key.pem",
    "panel recorder-key": "FOLDER",
    "panel key": "--output public.pem",
    "panel certificate": "7 --output line7.json --table ratings.csv",
    "quarantine": "--month 2017-03 --effect",
    "quarantine show": "ID --month 2017-03",
    "quarantine waive": f"ID {DOUBT} --until DAY",
    "quarantine correct": f"ID --set COLUMN=VALUE {DOUBT} --until DAY",
    "quarantine revoke": f"ID {DOUBT}",
    "quarantine amendments": "",
    "checks": "",
    "checks let-through": f"ID {DOUBT}",
    "database status": "",
    "database upgrade": "",
    "database backup": "ccg.backup",
    "database restore": "ccg.backup --database sqlite:///restored.db",
    "database retention": "--keep-months 36",
    "ui": "--port 3000",
    "doctor": "",
    "metrics": "",
}
"""The options of one call of each verb; words in capitals are filled in by whoever types it."""


def verbs(command: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every verb below a command of click, with the words that are typed for it, in their order."""
    is_group = hasattr(command, "list_commands")
    if getattr(command, "hidden", False):
        return
    if path and (not is_group or command.invoke_without_command):
        yield path, command
    if is_group:
        context = command.make_context("ccg", [], resilient_parsing=True)
        for name in sorted(command.list_commands(context)):
            yield from verbs(command.get_command(context, name), f"{path} {name}".strip())


def leaf(words: list[str]) -> tuple[str, Any, list[str]]:
    """Return the verb that `words` begin with, its command, and what is left of the words."""
    known = dict(verbs(get_command(app)))
    for length in (2, 1):
        if (verb := " ".join(words[:length])) in known:
            return verb, known[verb], words[length:]
    raise KeyError(f"there is no verb {words[0]!r}")


def example(verb: str) -> str:
    """Return the line of a verb's example."""
    return f"ccg {verb} {EXAMPLES[verb]}".strip()


def render() -> str:
    """Return the whole page."""
    known = list(verbs(get_command(app)))
    contents = [f"| [`ccg {verb}`](#{_anchor(verb)}) | {_first(command.help)} |\n" for verb, command in known]
    head = f"| verb | what it does |\n| --- | --- |\n{''.join(contents)}"
    return "\n".join([OPENING, head, *(_section(verb, command) for verb, command in known)])


def _anchor(verb: str) -> str:
    return f"ccg-{verb.replace(' ', '-')}"


def _first(said: str) -> str:
    return " ".join(said.split("\n\n")[0].split())


def _section(verb: str, command: Any) -> str:
    rows = [f"| {_name(one)} | {_help(one)} |\n" for one in command.params]
    table = f"| argument, option | |\n| --- | --- |\n{''.join(rows)}\n" if rows else ""
    return f"## `ccg {verb}`\n\n{command.help}\n\n{table}```sh\n{example(verb)}\n```\n"


def _name(parameter: Any) -> str:
    if parameter.param_type_name == "argument":
        return f"`{(parameter.metavar or parameter.name).strip('[]')}`"
    return f"`{parameter.opts[0]}`"


def _help(parameter: Any) -> str:
    default = parameter.default
    is_shown = type(default) in (int, float, str) and default != ""
    marks = [
        *(["required"] if parameter.required else []),
        *([f"default {default}"] if is_shown else []),
        *(["may be given more than once"] if getattr(parameter, "multiple", False) else []),
    ]
    said = " ".join(parameter.help.split()).replace("|", r"\|")
    return f"{said} ({'; '.join(marks)})" if marks else said


def parse(line: str) -> None:
    """Parse a line as it is typed, running nothing; click's UsageError says what is wrong with it."""
    verb, command, rest = leaf(shlex.split(line)[1:])
    with command.make_context(f"ccg {verb}", rest):
        pass


if __name__ == "__main__":
    DOCUMENT.write_text(render(), encoding="utf-8")
