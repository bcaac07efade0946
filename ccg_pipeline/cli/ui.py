"""`ccg ui`: opens Dagster on the packaged definitions, in a checkout or outside one.

Belongs here: its options, and what Dagster's own command is told.
Does not belong here: the definitions and the instance (orchestration/).
"""

import os
import sys
from typing import Annotated

import typer

from ccg_pipeline.cli.options import Database, console, errors
from ccg_pipeline.settings import dagster_home, database_url, executor_name, home
from expert_panels.foundation.whole_file import write_whole

WORKSPACE = """\
load_from:
  - python_module:
      module_name: ccg_pipeline.orchestration.definitions
      attribute: defs
      location_name: ccg_pipeline
"""
"""As `workspace.yaml` of a checkout, for an installed package."""


def ui_command(url: str, host: str, port: int) -> tuple[list[str], dict[str, str]]:
    """Return what starts the webserver and the daemon, and the variables that they need.

    They run in folders of their own, so that every folder is named absolutely.
    """
    from ccg_pipeline.cli.main import STILL_BETA  # it imports this module

    folder = dagster_home(url).absolute()
    variables = {
        "CCG_HOME": str(home()),
        "CCG_DATABASE": url,
        "DAGSTER_HOME": str(folder),
        "DAGSTER_DISABLE_TELEMETRY": "1",
        "PYTHONWARNINGS": ",".join(f"ignore:{begin}" for begin in (*STILL_BETA, "Function `dev_command`")),
    }
    command = [sys.executable, "-m", "dagster", "dev", "-w", str(folder / "workspace.yaml")]
    # what it says of its own start is of no use to anybody; a warning is
    return [*command, "--log-level", "warning", "-h", host, "-p", str(port)], variables


def ui(
    host: Annotated[str, typer.Option("--host", help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", help="Port to listen on.", min=1, max=65_535)] = 3000,
    database: Database = "",
) -> None:
    """Open Dagster: its webserver and its daemon, on the pipeline as it is installed.

    Whoever reaches the address can launch runs: leave it on loopback, or put a proxy that signs people in
    before it.
    """
    from ccg_pipeline.orchestration.instance import dagster_instance, settings_faults, settings_file

    url = database or database_url()
    with dagster_instance(url):  # writes its settings where there are none yet
        pass
    for fault in settings_faults(settings_file(url), executor_name()):
        errors.print(fault, markup=False, highlight=False, soft_wrap=True)
    write_whole(dagster_home(url) / "workspace.yaml", WORKSPACE.encode())
    command, variables = ui_command(url, host, port)
    console.print(f"Dagster: http://{host}:{port}", highlight=False)
    os.execve(command[0], command, {**os.environ, **variables})
