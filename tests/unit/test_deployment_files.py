"""Files of a deployment: what they name is there, and what must hold of them does. Nothing is built here."""

import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from ccg_pipeline.orchestration.instance import settings_faults
from ccg_pipeline.settings import Settings

ROOT = Path(__file__).parents[2]
CONTAINERFILE = (ROOT / "Containerfile").read_text(encoding="utf-8")
COMMANDS = {"ccg", "dagster", "dagster-daemon", "dagster-webserver"}


def documents(name: str) -> list[Any]:
    return list(YAML(typ="safe").load_all((ROOT / name).read_text(encoding="utf-8")))


def services() -> dict[str, Any]:
    (compose,) = documents("compose.yaml")
    found: dict[str, Any] = compose["services"]
    return found


def test_dagsters_settings_are_as_they_must_be() -> None:
    for executor in ("in_process", "celery"):
        assert settings_faults(ROOT / "deploy" / "dagster.yaml", executor) == []


def test_the_image_copies_what_is_there_and_runs_as_nobody_in_particular() -> None:
    copied = re.findall(r"^COPY (?!--from)(.*) \S+$", CONTAINERFILE, re.M)
    names = [name for line in copied for name in line.split()]
    assert len(names) >= 7
    assert [name for name in names if not (ROOT / name).exists()] == []
    allowed = {line[1:] for line in (ROOT / ".containerignore").read_text().splitlines() if line[:1] == "!"}
    assert {name.split("/")[0] for name in names} <= allowed
    assert re.search(r"^USER 10001", CONTAINERFILE, re.M)


def test_the_lock_of_the_image_is_the_lock_without_the_tests() -> None:
    def pins(name: str) -> dict[str, str]:
        return dict(re.findall(r"^([\w.-]+)(?:\[[\w,-]+\])?==([^ \\]+)", (ROOT / name).read_text(), re.M))

    image, every = pins("requirements-image.lock"), pins("requirements.lock")
    assert {name: pin for name, pin in image.items() if every.get(name) != pin} == {}
    assert {"dagster", "psycopg", "dagster-celery", "dagster-k8s", "prometheus-client"} <= set(image)
    assert not {"pytest", "mypy", "playwright", "ruff"} & set(image)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = [each for group in project["optional-dependencies"].values() for each in group]
    needed = {re.match(r"[\w.-]+", one)[0] for one in [*project["dependencies"], *extras]}
    assert {name.replace(".", "-") for name in needed} - set(image) == set()


@pytest.mark.parametrize("service", sorted(set(services()) - {"postgres"}))
def test_every_service_runs_a_command_of_the_image_with_variables_that_it_knows(service: str) -> None:
    said = services()[service]
    assert said["command"][0] in COMMANDS
    assert said["read_only"]
    assert said["cap_drop"] == ["ALL"]
    known = {f"CCG_{name.upper()}" for name in Settings.model_fields} | {"CCG_ROOM", "CCG_DAGSTER_DATABASE"}
    assert {name.removesuffix("_FILE") for name in said["environment"]} <= known
    (compose,) = documents("compose.yaml")
    assert set(said["secrets"]) <= set(compose["secrets"])
    assert {mount.split(":")[0] for mount in said["volumes"] if mount[0] not in "./$"} <= set(
        compose["volumes"]
    )
    assert all(port.startswith("127.0.0.1:") for port in said.get("ports", ()))


def test_secrets_come_by_file(tmp_path: Path) -> None:
    secret = tmp_path / "database"
    secret.write_text("postgresql://ccg:it's $ecret@postgres/ccg\n")
    entrypoint = [str(ROOT / "deploy" / "entrypoint.sh"), "printenv", "CCG_DATABASE", "CCG_LANDING"]
    environment = {"PATH": "/usr/bin:/bin", "CCG_DATABASE_FILE": str(secret), "CCG_LANDING": "/landing"}
    done = subprocess.run(entrypoint, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout == "postgresql://ccg:it's $ecret@postgres/ccg\n/landing\n"


def test_the_room_in_kubernetes_is_asked_whether_it_is_up() -> None:
    deployment, service = documents("deploy/helm/room.yaml")
    (room,) = deployment["spec"]["template"]["spec"]["containers"]
    assert room["livenessProbe"]["httpGet"]["path"] == "/health/live"
    assert room["readinessProbe"]["httpGet"]["path"] == "/health/ready"
    assert deployment["spec"]["template"]["spec"]["securityContext"]["runAsNonRoot"]
    assert service["spec"]["selector"] == deployment["spec"]["selector"]["matchLabels"]
    mounted = {one["name"] for one in room["volumeMounts"]}
    assert mounted == {one["name"] for one in deployment["spec"]["template"]["spec"]["volumes"]}


def test_in_kubernetes_addresses_with_passwords_are_files_that_the_entrypoint_reads() -> None:
    (values,) = documents("deploy/helm/values.yaml")
    (code,) = values["dagster-user-deployments"]["deployments"]
    room_deployment, _ = documents("deploy/helm/room.yaml")
    (room,) = room_deployment["spec"]["template"]["spec"]["containers"]
    assert "command" not in room  # it would take the place of the entrypoint
    for one in (code, room):
        (file,) = [entry["value"] for entry in one["env"] if entry["name"] == "CCG_DATABASE_FILE"]
        assert str(Path(file).parent) in {mount["mountPath"] for mount in one["volumeMounts"]}
        assert not {"envFrom", "envSecrets"} & set(one)
    assert code["includeConfigInLaunchedRuns"]["enabled"]


def test_what_must_hold_of_dagsters_settings_holds_of_the_chart() -> None:
    (values,) = documents("deploy/helm/values.yaml")
    daemon = values["dagsterDaemon"]
    assert not values["telemetry"]["enabled"]
    assert daemon["runMonitoring"]["enabled"]
    assert daemon["runCoordinator"]["config"]["queuedRunCoordinator"]["maxConcurrentRuns"] == 2
    assert values["additionalInstanceConfig"]["freshness"]["enabled"]
    # else the chart writes its own password over ours
    assert values["generatePostgresqlPasswordSecret"] is False


def test_the_chart_is_told_of_the_version_of_the_lock() -> None:
    pinned = re.search(r"^dagster==(\S+)", (ROOT / "requirements.lock").read_text(), re.M)
    assert pinned
    values = (ROOT / "deploy" / "helm" / "values.yaml").read_text(encoding="utf-8")
    assert f"--version {pinned[1]} " in values
