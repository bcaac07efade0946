"""The one place where the parts are put together.

Belongs here: the Definitions that Dagster loads, and the defaults of their resources.
Does not belong here: anything that could be in a part.
"""

from collections.abc import Callable, Sequence

import dagster as dg

from ccg_pipeline.assets.assessment import assessment_asset
from ccg_pipeline.assets.candidates import candidates_asset, open_asset
from ccg_pipeline.assets.edition_round import EditionRound
from ccg_pipeline.assets.gates import committee_gate_asset, decision_specs, gates_asset
from ccg_pipeline.assets.lane import Lane
from ccg_pipeline.assets.lanes import areas_asset, bands_asset
from ccg_pipeline.assets.observations import OBSERVATIONS, observations_asset
from ccg_pipeline.assets.publication import publication_asset
from ccg_pipeline.assets.rounds import round_assets
from ccg_pipeline.assets.sources import source_assets, source_key
from ccg_pipeline.assets.special_measures import proposals_asset, register_asset
from ccg_pipeline.assets.uncertainty import uncertainty_asset
from ccg_pipeline.checks.asset_checks import Keys, plausibility_checks
from ccg_pipeline.framework.edition import Edition as AnyEdition
from ccg_pipeline.framework.families import named_editions
from ccg_pipeline.framework.load import load_edition
from ccg_pipeline.framework.model import Edition
from ccg_pipeline.framework.round_dates import rounds_by_lane
from ccg_pipeline.framework.wanted import wanted_by
from ccg_pipeline.landing.files import LandingFolder
from ccg_pipeline.orchestration.alerts import send_notices
from ccg_pipeline.orchestration.automation import (
    REGISTER_JOB,
    follow_the_ledger,
    jobs,
    on_1_june,
    on_the_5th,
    round_jobs,
)
from ccg_pipeline.orchestration.executors import executor_named
from ccg_pipeline.orchestration.partitions import LOOK_BACK, MONTHS, YEAR_OF_MONTHS, YEARS, months
from ccg_pipeline.orchestration.publishing import publish_what_is_due
from ccg_pipeline.orchestration.resources import resources
from ccg_pipeline.release.bodies import terms_in_force
from ccg_pipeline.release.special_measures import ANNUAL
from ccg_pipeline.settings import (
    CELERY,
    database_url,
    downloads_path,
    editions_in_force,
    executor_name,
    landing_path,
)


def lanes_of(edition: Edition) -> list[Lane]:
    """Return the lanes of an edition with their partitions."""
    by_month, by_year = (MONTHS, LOOK_BACK), (YEARS, YEAR_OF_MONTHS)
    return [Lane(rule, edition, *(by_month if rule.key == "interim" else by_year)) for rule in edition.lanes]


def rounds_of(editions: Sequence[AnyEdition]) -> list[EditionRound]:
    """Return the rounds of editions of any framework; Fault for a gate at which nobody could decide."""
    terms_in_force(editions)
    return [EditionRound(edition, one) for edition, one in rounds_by_lane(editions).values()]


def _assets(lane: Lane) -> list[dg.AssetsDefinition]:
    made = [
        bands_asset(lane),
        uncertainty_asset(lane),
        areas_asset(lane),
        candidates_asset(lane),
        open_asset(lane),
        gates_asset(lane),
        assessment_asset(lane),
        publication_asset(
            lane.key, lane.key("assessment"), f"{lane.name}/release", lane.rule.title, lane.step
        ),
    ]
    gate = lane.rule.overall_gate
    return made if gate is None else [*made, committee_gate_asset(lane, gate)]


def build_definitions(
    url: str | None = None,
    landing: str | None = None,
    folder: Callable[[], LandingFolder] | None = None,
    editions: Sequence[AnyEdition] | None = None,
    executor: str = "",
) -> dg.Definitions:
    """Put the parts together for a database and a landing folder; without them, those of the environment.

    `folder` makes the landing folder of a run; without it, one for `landing` and today's corrections.
    `editions` run by their rounds, next to the two lanes of 2016/17; without them, those of CCG_EDITIONS.
    `executor` is `in_process` or `celery`; without it, that of CCG_EXECUTOR.
    """
    edition, executor = load_edition(), executor or executor_name()
    others = named_editions(editions_in_force()) if editions is None else editions
    wanted, rounds = wanted_by(edition, *others), rounds_of(others)
    all_jobs, jobs_of_rounds, path = jobs(edition, wanted), round_jobs(rounds), landing or landing_path()
    own = {one.release_job for one in rounds} | {f"{rule.key}_release" for rule in edition.lanes}
    of_sources = months(wanted.since)
    releasing = [job for job in [*all_jobs, *jobs_of_rounds] if job.name in own]
    return dg.Definitions(
        assets=[
            *source_assets(edition, wanted, of_sources, by_workers=executor == CELERY),
            observations_asset(edition, wanted, of_sources),
            *(asset for lane in lanes_of(edition) for asset in _assets(lane)),
            *(asset for one in rounds for asset in round_assets(one)),
            register_asset(),
            *(proposals_asset(lane) for lane in lanes_of(edition) if lane.name == ANNUAL),
            *decision_specs(edition, rounds),
        ],
        asset_checks=[plausibility_checks(edition, Keys(OBSERVATIONS, source_key), of_sources)],
        jobs=[*all_jobs, *jobs_of_rounds],
        schedules=[on_the_5th, on_1_june],
        sensors=[
            follow_the_ledger(
                [*releasing, *(job for job in all_jobs if job.name == REGISTER_JOB)], edition, rounds
            ),
            publish_what_is_due(releasing, edition, rounds),
            send_notices(rounds),
        ],
        resources=resources(
            url or database_url(), folder or (lambda: LandingFolder(path)), downloads_path(), others
        ),
        executor=executor_named(executor),
    )


@dg.definitions
def defs() -> dg.Definitions:
    """What `dagster dev` and the daemon load."""
    return build_definitions()
