"""The verbs of the ccg command, each loaded when it is called and only described until then.

Belongs here: which verbs there are, in which module, and reading their help from the source, so that
`ccg --help` imports none of them.
Does not belong here: a verb itself (a module each), what becomes of an error (main.py).
"""

import ast
import inspect
from importlib import import_module
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command as command_of

# typer brings its own click, whose types have no public name: what is handed to it is Any here

GROUPS = {
    "From source files to the gates": {"run": "run:run", "demo": "run:demo", "fetch": "fetch:fetch"},
    "What the files said": {
        "files": "files:app",
        "quarantine": "quarantine:app",
        "checks": "checks:app",
    },
    "Panels decide": {"panel": "panel_group:app", "room": "room:serve"},
    "Look at what was released": {
        "show": "show:show",
        "explain": "show:explain_area",
        "league": "statements:print_league",
        "compare": "compare:compare",
        "measures": "special_measures:app",
        "diff": "diff:diff",
    },
    "Give it to others": {
        "export": "export:export",
        "publish": "publish:publish",
        "verify": "records:verify",
    },
    "How it is worked out": {
        "method": "method:method",
        "robustness": "statements:print_robustness",
        "weights": "export:weights",
        "edition": "edition:app",
    },
    "Keep it running": {
        "ui": "ui:ui",
        "database": "database:app",
        "doctor": "doctor:doctor",
        "metrics": "metrics:metrics",
    },
}
"""The verbs in the order of use, in groups: verb -> module of this room and the function, or the group of
verbs, in it."""

VERBS = {verb: where for group in GROUPS.values() for verb, where in group.items()}
GROUP_OF = {verb: name for name, group in GROUPS.items() for verb in group}

EXAMPLES = {
    "run": "run --month 2017-03",
    "demo": "demo --landing FOLDER",
    "fetch": "fetch rtt --month 2017-03",
    "files": "files",
    "quarantine": "quarantine --effect",
    "checks": "checks",
    "panel": "panel status",
    "room": "room",
    "show": "show 02N --year 2016-17",
    "explain": "explain 02N 122a",
    "league": "league --area 122",
    "compare": "compare 02N",
    "measures": "measures on 2016-07-21",
    "diff": "diff --month 2017-03 --since 2017-06-01",
    "export": "export ratings --output ratings.csv",
    "publish": "publish FOLDER",
    "verify": "verify line7.json --key public.pem",
    "method": "method",
    "robustness": "robustness --year 2016-17",
    "weights": "weights dtoc",
    "edition": "edition list",
    "ui": "ui",
    "database": "database status",
    "doctor": "doctor",
    "metrics": "metrics",
}
"""What is typed for each verb, as its line in `ccg --help` shows it."""


def load(verb: str) -> Any:
    """Return the command of a verb, its module imported."""
    module, _, name = VERBS[verb].partition(":")
    found: Any = getattr(import_module(f"ccg_pipeline.cli.{module}"), name)
    if not isinstance(found, typer.Typer):
        alone = typer.Typer(rich_markup_mode="markdown", add_completion=False)
        alone.command(verb)(found)
        found = alone
    command = command_of(found)
    command.name = verb
    return command


def help_of(verb: str) -> str:
    """Return the help of a verb from the source of its module, which is not imported."""
    module, _, name = VERBS[verb].partition(":")
    spec = find_spec(f"ccg_pipeline.cli.{module}")
    assert spec is not None
    assert spec.origin is not None
    for node in ast.parse(Path(spec.origin).read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef) and node.name == name:
            return inspect.cleandoc(ast.get_docstring(node) or "")
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
            given = [one.value for one in node.value.keywords if one.arg == "help"] or node.value.args
            if ast.unparse(node.targets[0]) == name and given:
                return str(ast.literal_eval(given[0]))
    raise AssertionError(f"{VERBS[verb]} has no help")


class Verbs(TyperGroup):
    """The group of all verbs: it lists them by their help, and loads the one that is called."""

    _is_listing = False

    @property  # type: ignore[override]  # typer keeps a mapping; this one is made when it is asked for
    def commands(self) -> dict[str, Any]:
        """Every verb, loaded."""
        return {verb: load(verb) for verb in VERBS}

    @commands.setter
    def commands(self, _given: dict[str, Any]) -> None:
        """Take no verb from the application that is made of this class: VERBS has them."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the verbs in the order in which they are listed."""
        del ctx
        return list(VERBS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return a verb, or no more than its name and help while the verbs are being listed."""
        del ctx
        if cmd_name not in VERBS:
            return None
        if not self._is_listing:
            return load(cmd_name)
        first, _, _ = help_of(cmd_name).partition("\n\n")
        said = f"{' '.join(first.split())} `ccg {EXAMPLES[cmd_name]}`"
        return TyperCommand(cmd_name, help=said, rich_help_panel=GROUP_OF[cmd_name])

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Print the help of the group."""
        self._is_listing = True
        try:
            super().format_help(ctx, formatter)
        finally:
            self._is_listing = False


app = typer.Typer(
    cls=Verbs,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    rich_markup_mode="markdown",
    help="From published source files to the interim and annual assessment of Clinical Commissioning Groups.",
)


def _say_version(is_asked: bool) -> None:
    if is_asked:
        typer.echo(f"ccg-pipeline {version('ccg-pipeline')}")
        raise typer.Exit


@app.callback()
def every_verb(
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
    is_version_asked: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_say_version, is_eager=True)
    ] = False,
) -> None:
    """Declare --debug, which may be anywhere, for the help; main.py takes it out before."""
    del debug, is_version_asked
