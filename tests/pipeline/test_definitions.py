"""The definitions load, and hold the assets, groups, checks and jobs that definitions.txt lists."""

import difflib
import os
from datetime import datetime
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.remote_representation.external_data import RepositorySnap

from ccg_pipeline.framework.load import load_edition
from ccg_pipeline.orchestration import definitions
from ccg_pipeline.orchestration.automation import on_1_june, on_the_5th
from ccg_pipeline.orchestration.definitions import build_definitions
from ccg_pipeline.orchestration.partitions import MONTHS, YEARS
from expert_panels.foundation.strict_yaml import parse

SNAPSHOT = Path(__file__).with_name("definitions.txt")
RENEW = "CCG_RENEW_SNAPSHOT"
EDITION = load_edition()


@pytest.fixture(scope="module")
def defs(ccg_home: Path) -> dg.Definitions:
    return build_definitions(f"sqlite:///{ccg_home}/none.db", str(ccg_home / "none"))


def listed(defs: dg.Definitions) -> str:
    """What there is, a line each: whatever is added, renamed or moved shows in a review."""
    partitions = {MONTHS: "by month", YEARS: "by year", None: "not partitioned"}
    graph = defs.resolve_asset_graph()
    nodes = [graph.get(key) for key in sorted(graph.get_all_asset_keys())]
    lines = [
        f"asset     {node.key.to_user_string():<52} {node.group_name:<30} {partitions[node.partitions_def]}"
        + ("" if node.is_materializable else ", external")
        for node in nodes
    ]
    checks = sorted((key.asset_key.to_user_string(), key.name) for key in graph.asset_check_keys)
    lines += [f"check     {asset:<52} {name}" for asset, name in checks]
    jobs = sorted(job.name for job in defs.resolve_all_job_defs() if not job.name.startswith("__"))
    lines += [f"job       {name}" for name in jobs]
    lines += [
        f"schedule  {one.name:<52} {one.job_name:<30} {one.cron_schedule}" for one in defs.schedules or ()
    ]
    lines += [f"sensor    {one.name}" for one in defs.sensors or ()]
    return "\n".join(lines) + "\n"


def test_the_definitions_load(defs: dg.Definitions) -> None:
    dg.Definitions.validate_loadable(defs)


def test_the_workspace_names_the_definitions() -> None:
    path = Path(__file__).parents[2] / "workspace.yaml"
    (location,) = parse(path.read_text(encoding="utf-8"), "").data["load_from"]
    named = location["python_module"]
    assert named["module_name"] == definitions.__name__
    loaded = getattr(definitions, named["attribute"])()
    assert loaded.resolve_asset_graph().get_all_asset_keys()


def test_what_there_is_is_what_is_listed(defs: dg.Definitions) -> None:
    found = listed(defs)
    if os.environ.get(RENEW):
        SNAPSHOT.write_text(found, encoding="utf-8")
    kept = SNAPSHOT.read_text(encoding="utf-8")
    change = "\n".join(difflib.unified_diff(kept.splitlines(), found.splitlines(), "listed", "found", n=0))
    assert found == kept, (
        f"{change}\nIf this change is meant, write the list anew and commit it: "
        f"{RENEW}=1 make test ARGS={SNAPSHOT.parent.name}/{Path(__file__).name}"
    )


class Addressed(dg.ConfigurableResource[str]):
    """A resource as it must not be: the webserver shows its configuration to whoever reaches it."""

    url: str


# Dagster's own, of what it writes into the snapshot of a schedule
@pytest.mark.filterwarnings("ignore:Property `ScheduleDefinition.environment_vars`:DeprecationWarning")
def test_what_the_webserver_shows_holds_no_password(defs: dg.Definitions, ccg_home: Path) -> None:
    """GraphQL's `configuredValues` answers from this snapshot, and asks nobody to sign in."""
    url = "postgresql://ccg:do-not-show@db.example/ccg"

    def shown(one: dg.Definitions) -> str:
        return str(dg.serialize_value(RepositorySnap.from_def(one.get_repository_def())))

    planted = dg.Definitions(resources={"database": Addressed(url=url)})
    assert "do-not-show" in shown(planted)
    ours = build_definitions(url, str(ccg_home / "none"))
    assert "do-not-show" not in shown(ours)
    assert set(ours.resources or {}) == set(defs.resources or {})


def test_every_part_of_the_edition_has_its_assets(defs: dg.Definitions) -> None:
    """Counted from the edition: a list that was renewed in error would agree with itself."""
    keys = {key.to_user_string() for key in defs.resolve_asset_graph().get_all_asset_keys()}
    for lane in ("interim", "annual"):
        assert sum(key.startswith(f"{lane}/area/") for key in keys) == 29
        committee = {"annual": {"annual/gate/commissioning_committee"}}.get(lane, set())
        for room, more in (("candidate", set()), ("gate", committee)):
            panels = {f"{lane}/{room}/{rule.key}" for rule in EDITION.panels}
            assert {key for key in keys if key.startswith(f"{lane}/{room}/")} == panels | more
        assert {f"{lane}/indicator_bands", f"{lane}/assessment"} < keys
    assert {key for key in keys if key.startswith("source/")} == {
        "source/unrecognised_files",
        *(f"source/{one.key}" for one in EDITION.publications),
    }


def test_what_a_person_reads_is_there(defs: dg.Definitions) -> None:
    graph = defs.resolve_asset_graph()
    for key in graph.get_all_asset_keys():
        node = graph.get(key)
        assert len(node.description or "") > 20, key
        assert node.owners, key
        assert node.kinds, key
        assert node.is_external or node.code_version, key


def test_no_job_but_the_release_jobs_makes_an_assessment(defs: dg.Definitions) -> None:
    """The scheduled jobs stop at the gates."""
    graph = defs.resolve_asset_graph()
    making = {
        job.name
        for job in defs.resolve_all_job_defs()
        if any(key.path[-1] == "assessment" for key in job.asset_layer.executable_asset_keys)
    }
    assert {name for name in making if not name.startswith("__")} == {"interim_release", "annual_release"}
    upstream = graph.get(dg.AssetKey(["interim", "assessment"])).parent_keys
    assert {key.path[1] for key in upstream} == {"gate", "open_areas"}


@pytest.mark.parametrize(
    ("schedule", "tick", "partition"),
    [
        (on_the_5th, datetime(2017, 4, 5, 6), "2017-03"),
        (on_the_5th, datetime(2017, 1, 5, 6), "2016-12"),
        (on_the_5th, datetime(2016, 3, 5, 6), "2016-02"),
        (on_1_june, datetime(2017, 6, 1, 6), "2016-04-01"),
    ],
)
def test_a_schedule_names_the_partition_before_its_tick(
    schedule: dg.ScheduleDefinition, tick: datetime, partition: str
) -> None:
    with dg.build_schedule_context(scheduled_execution_time=tick) as context:
        request = schedule(context)
    assert isinstance(request, dg.RunRequest)
    assert request.partition_key == partition
    assert partition in (MONTHS if len(partition) == 7 else YEARS).get_partition_keys()
