"""The one place where the parts are put together.

Belongs here: the Definitions that Dagster loads, and the defaults of their resources.
Does not belong here: anything that could stand in a part.
"""

import dagster as dg

from ccg_pipeline.assets.assessment import assessment_asset
from ccg_pipeline.assets.candidates import candidates_asset, open_asset
from ccg_pipeline.assets.committee import committee_gate_asset
from ccg_pipeline.assets.gates import decision_specs, gates_asset
from ccg_pipeline.assets.lanes import areas_asset, bands_asset
from ccg_pipeline.assets.observations import observations_asset
from ccg_pipeline.assets.sources import source_assets
from ccg_pipeline.assets.uncertainty import certainty_asset
from ccg_pipeline.checks.asset_checks import plausibility_checks
from ccg_pipeline.framework.load import load_edition
from ccg_pipeline.orchestration.automation import follow_the_ledger, jobs, on_1_june, on_the_5th
from ccg_pipeline.orchestration.io_manager import Database, FrameStore
from ccg_pipeline.orchestration.resources import (
    Downloads,
    LandingFolder,
    Methodology,
    Panels,
    database_url,
    downloads_path,
    landing_path,
)
from ccg_pipeline.orchestration.run_process import in_this_process
from ccg_pipeline.release.notices import send_notices

EDITION = "iaf_2016_17"


def build_definitions(
    url: str | None = None, landing: str | None = None, amended_on: str = ""
) -> dg.Definitions:
    """Put the parts together for a database and a landing folder; without them, those of the environment.

    `amended_on`: the day whose amendments are in force, in ISO 8601; today without.
    """
    edition = load_edition(EDITION)
    database = Database(url=url or database_url())
    all_jobs = jobs(edition)
    lanes = [
        part
        for lane in edition.lanes
        for part in (
            bands_asset(lane, edition),
            certainty_asset(lane, edition),
            areas_asset(lane, edition),
            candidates_asset(lane, edition),
            open_asset(lane, edition),
            gates_asset(lane, edition),
            assessment_asset(lane, edition),
        )
    ]
    committees = [
        committee_gate_asset(lane, lane.overall_gate, edition)
        for lane in edition.lanes
        if lane.overall_gate is not None
    ]
    return dg.Definitions(
        assets=[
            *source_assets(edition),
            observations_asset(edition),
            *lanes,
            *committees,
            *decision_specs(edition),
        ],
        asset_checks=[plausibility_checks(edition)],
        jobs=all_jobs,
        schedules=[on_the_5th, on_1_june],
        sensors=[
            follow_the_ledger([job for job in all_jobs if job.name.endswith("_release")]),
            send_notices(),
        ],
        resources={
            "database": database,
            "landing": LandingFolder(path=landing or landing_path(), amended_on=amended_on),
            "downloads": Downloads(path=downloads_path()),
            "methodology": Methodology(edition_key=EDITION),
            "panels": Panels(),
            "io_manager": FrameStore(database=database),
        },
        # A process a step costs two seconds each; one process runs a month in the time of two steps.
        executor=in_this_process,
    )


@dg.definitions
def defs() -> dg.Definitions:
    """What `dagster dev` and the daemon load."""
    return build_definitions()
