"""The verbs of the ccg command, each loaded when it is called and only described until then.

Belongs here: which verbs there are, in which module, and reading their help from the source, so that
`ccg --help` imports none of them.
Does not belong here: a verb itself (a module each), what becomes of an error (main.py).
"""

import ast
import inspect
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command as command_of

# typer brings a click of its own, whose types have no public name: what is handed to it is Any here

VERBS = {
    "fetch": "fetch:fetch",
    "verify": "records:verify",
    "room": "room:serve",
    "diff": "diff:diff",
    "league": "statements:print_league",
    "robustness": "statements:print_robustness",
    "run": "run:run",
    "demo": "run:demo",
    "show": "show:show",
    "explain": "show:explain_area",
    "export": "export:export",
    "weights": "export:weights",
    "method": "method:method",
    "files": "method:files",
    "edition": "edition:app",
    "panel": "panel_group:app",
    "quarantine": "quarantine:app",
    "database": "database:app",
}
"""Verb -> module of this room and the function, or the group of verbs, in it."""


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
            given = {one.arg: one.value for one in node.value.keywords}
            if ast.unparse(node.targets[0]) == name and "help" in given:
                return str(ast.literal_eval(given["help"]))
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
        return TyperCommand(cmd_name, help=help_of(cmd_name)) if self._is_listing else load(cmd_name)

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


@app.callback()
def every_verb(
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
) -> None:
    """Declare --debug, which may be anywhere, for the help; main.py takes it out before."""
    del debug
