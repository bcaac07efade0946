"""What the steps and sensors are given: the database, the landing folder, the downloads, the panels' terms.

Belongs here: Dagster resources, opened when they are first asked for.
Does not belong here: what any of them does (storage/, landing/, expert_panels), where they are (settings.py).
"""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any

import dagster as dg
from sqlalchemy import Engine

from ccg_pipeline.framework.edition import Edition
from ccg_pipeline.landing.downloads.publications import Downloads
from ccg_pipeline.landing.files import LandingFolder
from ccg_pipeline.orchestration.io_manager import frame_store
from ccg_pipeline.release.bodies import terms_in_force
from ccg_pipeline.storage.database import open_database

_MOST = 4
_ENGINES: OrderedDict[str, Engine] = OrderedDict()


def engine_of(url: str) -> Engine:
    """Return the database's engine, opened once a process; of more than a few the oldest is closed."""
    if url not in _ENGINES:
        _ENGINES[url] = open_database(url)
    _ENGINES.move_to_end(url)
    while len(_ENGINES) > _MOST:
        _, oldest = _ENGINES.popitem(last=False)
        oldest.dispose()  # else its connections would stay open until they are collected
    return _ENGINES[url]


def _made_by(make: Callable[[], Any], description: str) -> dg.ResourceDefinition:
    # A function and no configuration: the UI shows a configuration, a database's password included.
    return dg.ResourceDefinition(lambda _: make(), description=description)


def resources(
    url: str, landing: Callable[[], LandingFolder], downloads: str, editions: Sequence[Edition] = ()
) -> dict[str, Any]:
    """Return the resources by name for a database, a landing folder, a file of addresses and the editions."""
    return {
        "database": _made_by(lambda: engine_of(url), "The database, by its SQLAlchemy engine."),
        "landing": _made_by(landing, "The folder into which publishers' files are put."),
        "downloads": _made_by(lambda: Downloads(downloads), "Where publishers' files are to be had."),
        "terms": _made_by(lambda: terms_in_force(editions), "The terms of reference of all who decide."),
        "io_manager": frame_store,
    }
