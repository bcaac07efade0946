"""The publication of a round as an asset: the site, built again after a release.

Belongs here: one thin step, and what the UI shows of it.
Does not belong here: what a site is made of (publish/site), what may be released (release).
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import dagster as dg
import pandas as pd
from sqlalchemy import Engine

from ccg_pipeline.assets.lane import Decorator
from ccg_pipeline.assets.metadata import DATA_ENGINEERS, PIECES, materialize_result, on_the_site, table_of
from ccg_pipeline.framework.families import named_editions
from ccg_pipeline.framework.load import load_edition
from ccg_pipeline.publish.site.publications import source_of
from ccg_pipeline.publish.site.publishing import publish_into
from ccg_pipeline.publish.site.statement import robustness_of
from ccg_pipeline.settings import editions_in_force, published_to
from ccg_pipeline.storage.code_version import code_version
from expert_panels.room.styles import files_of_styles

PUBLICATION = "publication"
NO_FOLDER = "nothing is written: CCG_SITE names no folder for the site"


def publication_asset(
    key: Callable[..., dg.AssetKey], after: dg.AssetKey, group: str, title: str, step: dict[str, Any]
) -> dg.AssetsDefinition:
    """Build `<round>/publication`, downstream of the release `after`; `key` makes the round's asset keys."""
    decorator: Decorator = dg.asset(
        key=key(PUBLICATION),
        dagster_type=PIECES,
        deps=[after],
        group_name=group,
        owners=DATA_ENGINEERS,
        kinds={"python"},
        code_version=code_version("ccg_pipeline.publish"),
        description=(
            f"{title}, as part of the site in the folder of CCG_SITE: whatever is released and due is "
            "written there, and what says the same as before is left as it is."
        ),
        **step,
    )

    @decorator
    def publication(database: dg.ResourceParam[Engine]) -> dg.MaterializeResult:
        return materialize_result([], about=None, metadata=published(database, datetime.now(UTC)))

    return publication


def headline_shown(headline: Sequence[tuple[str, str, str, str]]) -> dg.MetadataValue[Any]:
    """Return how the UI shows the first ratings of the newest round: code, name, rating, how sure it is."""
    return table_of(pd.DataFrame(headline, columns=["code", "name", "rating", "how sure"]))


def published(database: Engine, now: datetime) -> dict[str, Any]:
    """Publish into the folder of the settings, and return what the UI shows of it."""
    where, edition = published_to(), load_edition()
    if not where.folder:
        return {"site": NO_FOLDER}
    source = source_of(database, edition, named_editions(editions_in_force()), robustness_of(edition))
    calendar = Path(where.calendar) if where.calendar else None
    done = publish_into(Path(where.folder), source, files_of_styles(), now, calendar, where.contact)
    shown: dict[str, Any] = {
        "site": done.sentence,
        **on_the_site(),
        "home": dg.MetadataValue.path(str((done.folder / "index.html").absolute())),
        "rounds": done.n_rounds,
        "files written": done.built.n_written,
        "the newest round": headline_shown(done.headline),
    }
    return shown | ({"remarks": " ".join(done.remarks)} if done.remarks else {})
