"""The one place where the parts are put together.

Belongs here: the Definitions that Dagster loads, and the defaults of their resources.
Does not belong here: anything that could be in a part.
"""

from collections.abc import Callable, Sequence

import dagster as dg

from ccg_pipeline.assets.assessment import assessment_asset
from ccg_pipeline.assets.candidates import candidates_asset, open_asset
from ccg_pipeline.assets.gates import committee_gate_asset, decision_specs, gates_asset
from ccg_pipeline.assets.lane import Lane
from ccg_pipeline.assets.lanes import areas_asset, bands_asset
from ccg_pipeline.assets.observations import OBSERVATIONS, observations_asset
from ccg_pipeline.assets.rounds import EditionRound, round_assets
from ccg_pipeline.assets.sources import source_assets, source_key
from ccg_pipeline.assets.uncertainty import uncertainty_asset
from ccg_pipeline.checks.asset_checks import Keys, plausibility_checks
from ccg_pipeline.framework.edition import Edition as AnyEdition
from ccg_pipeline.framework.families import edition_named
from ccg_pipeline.framework.load import load_edition
from ccg_pipeline.framework.model import Edition
from ccg_pipeline.framework.wanted import wanted_by
from ccg_pipeline.landing.files import LandingFolder
from ccg_pipeline.orchestration.automation import (
    follow_the_ledger,
    jobs,
    on_1_june,
    on_the_5th,
    round_jobs,
    send_notices,
)
from ccg_pipeline.orchestration.partitions import LOOK_BACK, MONTHS, YEAR_OF_MONTHS, YEARS
from ccg_pipeline.orchestration.resources import resources
from ccg_pipeline.orchestration.run_process import in_process_executor
from ccg_pipeline.settings import database_url, downloads_path, editions_in_force, landing_path
from expert_panels.foundation.fault import Fault


def lanes_of(edition: Edition) -> list[Lane]:
    """Return the lanes of an edition with their partitions."""
    by_month, by_year = (MONTHS, LOOK_BACK), (YEARS, YEAR_OF_MONTHS)
    return [Lane(rule, edition, *(by_month if rule.key == "interim" else by_year)) for rule in edition.lanes]


def rounds_of(editions: Sequence[AnyEdition]) -> list[EditionRound]:
    """Return the rounds of editions of any framework.

    Raises Fault for a round with gates: nobody could verify it here, and it must not go out without.
    """
    rounds = [EditionRound(edition, one) for edition in editions for one in edition.rounds]
    for each in rounds:
        if each.round.gates:
            bodies = ", ".join(gate.body for gate in each.round.gates)
            raise Fault(
                f"{each.edition.key}: its round {each.round.key} has gates ({bodies}), and only the edition "
                "of 2016/17 can be verified at gates so far. `ccg edition try` shows what it gives; nothing "
                "of it can be released."
            )
    return rounds


def named_editions(names: Sequence[str]) -> list[AnyEdition]:
    """Return the editions of these keys or folders that run by their rounds, each once.

    That of 2016/17 is always in force, and runs by its two lanes.
    """
    found = {edition.key: edition for edition in map(edition_named, names)}
    return [edition for key, edition in found.items() if key != load_edition().key]


def _assets(lane: Lane) -> list[dg.AssetsDefinition]:
    made = [
        bands_asset(lane),
        uncertainty_asset(lane),
        areas_asset(lane),
        candidates_asset(lane),
        open_asset(lane),
        gates_asset(lane),
        assessment_asset(lane),
    ]
    gate = lane.rule.overall_gate
    return made if gate is None else [*made, committee_gate_asset(lane, gate)]


def build_definitions(
    url: str | None = None,
    landing: str | None = None,
    folder: Callable[[], LandingFolder] | None = None,
    editions: Sequence[AnyEdition] | None = None,
) -> dg.Definitions:
    """Put the parts together for a database and a landing folder; without them, those of the environment.

    `folder` makes the landing folder of a run; without it, one for `landing` and today's corrections.
    `editions` run by their rounds, beside the two lanes of 2016/17; without them, those of CCG_EDITIONS.
    """
    edition = load_edition()
    others = named_editions(editions_in_force()) if editions is None else editions
    wanted, rounds = wanted_by(edition, *others), rounds_of(others)
    all_jobs, path = jobs(edition, wanted), landing or landing_path()
    return dg.Definitions(
        assets=[
            *source_assets(edition, wanted, MONTHS),
            observations_asset(edition, wanted, MONTHS),
            *(asset for lane in lanes_of(edition) for asset in _assets(lane)),
            *(asset for one in rounds for asset in round_assets(one)),
            *decision_specs(edition),
        ],
        asset_checks=[plausibility_checks(edition, Keys(OBSERVATIONS, source_key), MONTHS)],
        jobs=[*all_jobs, *round_jobs(rounds)],
        schedules=[on_the_5th, on_1_june],
        sensors=[
            follow_the_ledger([job for job in all_jobs if job.name.endswith("_release")], edition),
            send_notices(),
        ],
        resources=resources(url or database_url(), folder or (lambda: LandingFolder(path)), downloads_path()),
        # A process a step costs two seconds each; one process runs a month in the time of two steps.
        executor=in_process_executor,
    )


@dg.definitions
def defs() -> dg.Definitions:
    """What `dagster dev` and the daemon load."""
    return build_definitions()
