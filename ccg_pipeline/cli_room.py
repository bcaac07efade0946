"""`ccg room`: serves the panels' room.

Belongs here: options, and putting the room together with this database, these panels and this edition.
Does not belong here: any page (expert_panels.room), where its tables come from (candidates/).
"""

import secrets
from typing import Annotated

import typer
import uvicorn
from rich.console import Console
from sqlalchemy import Engine
from starlette.applications import Starlette

from ccg_pipeline.candidates.kept import KeptCandidates
from ccg_pipeline.cli_panel import EDITION, Database
from ccg_pipeline.framework.load import load_edition
from ccg_pipeline.resources import Panels, database_url
from ccg_pipeline.storage.database import kind_of, open_database, reading
from expert_panels import tables
from expert_panels.room.app import room
from expert_panels.room.guarded import guard
from expert_panels.room.local import LocalSignIn
from expert_panels.room.sessions import Memory

LOOPBACK = "127.0.0.1"
console = Console()

Host = Annotated[str, typer.Option("--host", help="Address to listen on.")]
Port = Annotated[int, typer.Option("--port", help="Port to listen on.", min=1, max=65_535)]


def local_room(engine: Engine, host: str = LOOPBACK) -> Starlette:
    """Return the room in local mode on a database: whoever opens it signs in as a demonstration member.

    Raises NotLocal where that may not be.
    """

    def holds_real_data() -> bool:
        with reading(engine) as connection:
            return kind_of(connection) == "real"

    terms = Panels().all_terms()  # read once: who changes them starts the room again
    tables.create(engine)
    sign_in = LocalSignIn(host, Memory(engine), lambda: terms, holds_real_data)
    guarded = guard(
        engine, sign_in, lambda: terms, secrets.token_urlsafe(32), [host, "localhost"], is_secure=False
    )
    return room(engine, lambda: terms, KeptCandidates(engine, load_edition(EDITION)), guarded)


def serve(host: Host = LOOPBACK, port: Port = 8001, database: Database = "") -> None:
    """Open the panels' room: what lies before each panel, and its decisions."""
    app = local_room(open_database(database or database_url()), host)
    console.print(f"The panels' room: http://{host}:{port}", highlight=False)
    uvicorn.run(app, host=host, port=port, log_level="warning", access_log=False)
