"""`ccg room`: serves the panels' room.

Belongs here: options, and putting the room together with this database, these panels and this edition.
Does not belong here: any page (expert_panels.room), where its tables come from (candidates/).
"""

from typing import Annotated

import typer
import uvicorn
from sqlalchemy import Engine
from starlette.applications import Starlette

from ccg_pipeline.cli.gate import editions_asked
from ccg_pipeline.cli.options import Database, console
from ccg_pipeline.framework.load import load_edition
from ccg_pipeline.panel_papers.papers import KeptCandidates
from ccg_pipeline.release.bodies import terms_in_force
from ccg_pipeline.settings import database_url
from ccg_pipeline.storage.database import open_database, reading
from ccg_pipeline.storage.outside import kind_of
from expert_panels.room.app import room
from expert_panels.room.server import served_as
from expert_panels.room.sign_in.entrance import entrance
from expert_panels.settings import Declared, declared

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

    editions = editions_asked()
    terms = terms_in_force(editions)  # read once: who changes them starts the room again
    guarded = entrance(engine, settings, host, lambda: terms, holds_real_data)
    papers = KeptCandidates(engine, load_edition(), editions, settings.settings if settings else None)
    app = room(engine, lambda: terms, papers, guarded)
    if token := settings.metrics_token() if settings else "":
        from ccg_pipeline.quality.metrics import exposition, metrics_of
        from expert_panels.room.metrics import Metrics

        app.add_middleware(Metrics, made=lambda: exposition(metrics_of(engine, terms)), token=token)
    return app


def serve(host: Host = LOOPBACK, port: Port = 8001, database: Database = "") -> None:
    """Open the panels' room: the tables submitted to each panel, and its decisions."""
    settings = declared()
    app = panel_room(open_database(database or database_url()), host, settings)
    address = settings.settings.address if settings else f"http://{host}:{port}"
    console.print(f"The panels' room: {address}", highlight=False)
    proxies = [str(one) for one in settings.settings.trusted_proxies] if settings else []
    uvicorn.run(app, host=host, port=port, **served_as(proxies))
