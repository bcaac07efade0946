"""`ccg room`: serves the panels' room.

Belongs here: options, and putting the room together with this database, these panels and this edition.
Does not belong here: any page (expert_panels.room), where its tables come from (candidates/).
"""

from typing import Annotated

import typer
import uvicorn
from sqlalchemy import Engine
from starlette.applications import Starlette

from ccg_pipeline.cli.options import Database, console
from ccg_pipeline.framework.load import load_edition
from ccg_pipeline.panel_papers.papers import KeptCandidates
from ccg_pipeline.settings import database_url
from ccg_pipeline.storage.database import kind_of, open_database, reading
from expert_panels.room.app import room
from expert_panels.room.logs import LOGGING
from expert_panels.room.sign_in.entrance import entrance
from expert_panels.settings import Declared, declared
from expert_panels.terms import load_terms

LOOPBACK = "127.0.0.1"

Host = Annotated[str, typer.Option("--host", help="Address to listen on.")]
Port = Annotated[int, typer.Option("--port", help="Port to listen on.", min=1, max=65_535)]


def panel_room(engine: Engine, host: str = LOOPBACK, settings: Declared | None = None) -> Starlette:
    """Return the room on a database; without settings in local mode, where nobody proves who they are.

    Raises Fault where that may not be, WrongUse for settings that cannot be used.
    """

    def holds_real_data() -> bool:
        with reading(engine) as connection:
            return kind_of(connection) == "real"

    terms = load_terms()  # read once: who changes them starts the room again
    guarded = entrance(engine, settings, host, lambda: terms, holds_real_data)
    return room(engine, lambda: terms, KeptCandidates(engine, load_edition()), guarded)


def serve(host: Host = LOOPBACK, port: Port = 8001, database: Database = "") -> None:
    """Open the panels' room: what lies before each panel, and its decisions."""
    settings = declared()
    app = panel_room(open_database(database or database_url()), host, settings)
    address = settings.settings.address if settings else f"http://{host}:{port}"
    console.print(f"The panels' room: {address}", highlight=False)
    uvicorn.run(
        app,
        host=host,
        port=port,
        log_config=LOGGING,
        access_log=False,  # the access record is a table of the database, and needs no second one in a log
        server_header=False,
        proxy_headers=False,  # else X-Forwarded-For walks round the limit of tries
    )
