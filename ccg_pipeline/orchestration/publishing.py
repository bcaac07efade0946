"""Publishing by itself: the sensor that has the site built when a round is due.

Belongs here: comparing the folder of the site with what is released and due, and asking for a run.
Does not belong here: what is due (publish/site), the step itself (assets/publication.py).
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import dagster as dg
from sqlalchemy import Engine

from ccg_pipeline.assets.edition_round import EditionRound
from ccg_pipeline.assets.publication import PUBLICATION
from ccg_pipeline.framework.model import Edition
from ccg_pipeline.orchestration.automation import Catching, requests
from ccg_pipeline.publish.site.publications import Source
from ccg_pipeline.publish.site.publishing import behind
from ccg_pipeline.release.due import Due
from ccg_pipeline.settings import published_to
from ccg_pipeline.storage.fingerprint import sha256_of


def publications_to_build(
    engine: Engine, edition: Edition, rounds: Mapping[str, EditionRound], now: datetime
) -> list[Due]:
    """Return the round by which the site catches up at `now`: one, since the site is built whole.

    None where the settings name no folder, or the site holds what is due and nothing else.
    """
    where = published_to()
    if not where.folder:
        return []
    source = Source(engine, edition, {lane: (of.edition, of.round) for lane, of in rounds.items()})
    found = behind(Path(where.folder), source, now, Path(where.calendar) if where.calendar else None)
    wanted = sha256_of("\n".join([where.folder, *(source.address(one) for one in found)]))[:16]
    return [Due(lane, key, (), True, wanted) for lane, key in found[:1]]


def publication_key(one: Due, rounds: Catching) -> list[dg.AssetKey]:
    """Return the asset that builds the site for a round."""
    of = rounds.get(one.lane)
    return [dg.AssetKey([one.lane, PUBLICATION]) if of is None else of.key(PUBLICATION)]


def publish_what_is_due(
    release_jobs: Sequence[Any], edition: Edition, rounds: Sequence[EditionRound] = ()
) -> dg.SensorDefinition:
    """Build the sensor that publishes at the time that the calendar says, and says nothing before it."""

    others = {of.lane: of for of in rounds}

    @dg.sensor(
        name="publish_what_is_due",
        jobs=release_jobs,
        minimum_interval_seconds=30,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description=(
            "Has the site in the folder of CCG_SITE built when a released round is due by the calendar of "
            "CCG_SITE_CALENDAR, or is due no longer. Without CCG_SITE it does nothing."
        ),
    )
    def sensor(context: dg.SensorEvaluationContext, database: dg.ResourceParam[Engine]) -> dg.SensorResult:
        due = publications_to_build(database, edition, others, datetime.now(UTC))
        answers = list(requests(context.instance, due, others, publication_key))
        wishes = [one for one in answers if isinstance(one, dg.RunRequest)]
        reasons = [one.skip_message or "" for one in answers if isinstance(one, dg.SkipReason)]
        return dg.SensorResult(run_requests=wishes, skip_reason=" ".join(reasons) or None)

    return sensor
