"""What `deploy` has for containers fits the product, Dagster's Kubernetes launcher, and Kubernetes.

No container engine is needed, or asked: `deploy/try-image` runs the image's steps.
"""

import re
import shlex
import sys
from pathlib import Path
from typing import Any

import kubernetes
import pytest
from dagster import DagsterInstance
from dagster._config import process_config
from dagster_k8s.job import DagsterK8sJobConfig, UserDefinedDagsterK8sConfig
from dagster_k8s.job import construct_dagster_k8s_job as job_of
from dagster_k8s.launcher import K8sRunLauncher
from dagster_k8s.models import k8s_model_from_dict, k8s_snake_case_dict
from ruamel.yaml import YAML

PROJECT = Path(__file__).parents[1]
DEPLOY = PROJECT / "deploy"
USER = 10001
LOCKED = re.compile(r"^([a-z0-9-]+==\S+)", re.MULTILINE)
IMAGE = (DEPLOY / "image" / "Dockerfile").read_text()
OWN_PROGRAMS = ("pg_isready", "postgres")
"""Of the PostgreSQL image."""


def yaml(path: Path) -> Any:  # noqa: ANN401 - whatever stands there
    return YAML(typ="safe").load(path)


VALUES = yaml(DEPLOY / "kubernetes" / "values.yaml")
COMPOSE = yaml(DEPLOY / "compose" / "compose.yaml")
LAUNCHER = VALUES["runLauncher"]["config"]["k8sRunLauncher"]
(CODE,) = VALUES["dagster-user-deployments"]["deployments"]
PARTS = [VALUES["dagsterWebserver"], VALUES["dagsterDaemon"], CODE]


def model(name: str, fields: dict[str, Any]) -> Any:  # noqa: ANN401 - the client's classes
    """The Kubernetes object of that kind; fields that it does not have are an error."""
    kind = getattr(kubernetes.client, name)
    return k8s_model_from_dict(kind, k8s_snake_case_dict(kind, fields))


def test_the_image_has_the_versions_that_the_tests_run_with() -> None:
    in_image = set(LOCKED.findall((DEPLOY / "image" / "requirements.lock").read_text()))
    tested = set(LOCKED.findall((PROJECT / "requirements.lock").read_text()))

    assert "pillow" in {line.partition("==")[0] for line in in_image}
    assert in_image <= tested


def test_the_image_runs_as_nobody_in_particular_wherever_it_runs() -> None:
    contexts = [part["podSecurityContext"] for part in PARTS]
    contexts.append(LAUNCHER["runK8sConfig"]["podSpecConfig"]["securityContext"])

    assert f"\nUSER {USER}\n" in IMAGE
    assert f"--uid {USER}" in (DEPLOY / "image" / "system").read_text()
    for context in contexts:
        checked = model("V1PodSecurityContext", context)
        assert (checked.run_as_non_root, checked.run_as_user) == (True, USER)


def test_whatever_the_image_copies_is_in_the_project() -> None:
    copied = re.findall(r"^COPY (?!--from|\.)(\S+)", IMAGE, re.MULTILINE)

    assert copied
    assert all((PROJECT / path).is_file() for path in copied)


def test_kubernetes_knows_every_field_of_the_chart_s_parts() -> None:
    for part in PARTS:
        assert model("V1ResourceRequirements", part["resources"]).limits["memory"]
        assert not model("V1SecurityContext", part["securityContext"]).allow_privilege_escalation
        assert [model("V1SecretEnvSource", each).name for each in part["envSecrets"]]
    assert all(model("V1EnvVar", variable).value for variable in CODE["env"])


def test_dagster_makes_a_kubernetes_job_of_the_launcher_s_configuration() -> None:
    asked = LAUNCHER["runK8sConfig"]
    config = {
        "service_account_name": "dagster",
        "instance_config_map": "dagster-instance",
        "dagster_home": "/srv/dagster",
        "image_pull_policy": LAUNCHER["imagePullPolicy"],
        "load_incluster_config": LAUNCHER["loadInclusterConfig"],
        "resources": LAUNCHER["resources"],
        "run_k8s_config": {
            "container_config": asked["containerConfig"],
            "pod_spec_config": asked["podSpecConfig"],
            "pod_template_spec_metadata": asked["podTemplateSpecMetadata"],
            "job_spec_config": asked["jobSpecConfig"],
        },
    }
    taken = process_config(K8sRunLauncher.config_type(), config)
    job = job_of(
        DagsterK8sJobConfig(job_image="image", dagster_home="/srv/dagster"),
        args=["dagster", "api", "execute_run"],
        job_name="run",
        user_defined_k8s_config=UserDefinedDagsterK8sConfig.from_dict(config["run_k8s_config"]),
    ).to_dict()

    assert taken.success, taken.errors
    assert job["spec"]["ttl_seconds_after_finished"] == 3600
    assert job["spec"]["template"]["spec"]["termination_grace_period_seconds"] == 150


def test_on_kubernetes_dagster_is_configured_as_elsewhere(tmp_path: Path) -> None:
    elsewhere = yaml(DEPLOY / "dagster.yaml")
    chart_has_its_own = {"storage", "telemetry"}
    extra = VALUES["additionalInstanceConfig"]
    YAML().dump(extra, tmp_path / "dagster.yaml")

    assert extra == {k: v for k, v in elsewhere.items() if k not in chart_has_its_own}
    with DagsterInstance.from_config(str(tmp_path)) as instance:
        assert instance.run_retries_max_retries == 3


def test_kubernetes_knows_every_field_of_the_desk() -> None:
    deployment, service = YAML(typ="safe").load_all(DEPLOY / "kubernetes" / "desk.yaml")

    desk = model("V1Deployment", deployment)
    exposed = model("V1Service", service)
    assert exposed.spec.selector == desk.spec.template.metadata.labels
    assert desk.spec.selector.match_labels == desk.spec.template.metadata.labels


@pytest.mark.parametrize("name", sorted(COMPOSE["services"]))
def test_every_service_of_compose_runs_a_program_of_its_image_and_tells_its_health(
    name: str,
) -> None:
    service = COMPOSE["services"][name]
    programs = [shlex.split(service["command"])[0], service["healthcheck"]["test"][1]]

    assert service["healthcheck"]["test"][0] == "CMD"
    ours = Path(sys.executable).parent
    assert all(program in OWN_PROGRAMS or (ours / program).exists() for program in programs)


def test_in_compose_dagster_finds_the_code_where_it_is_served() -> None:
    (location,) = yaml(DEPLOY / "compose" / "workspace.yaml")["load_from"]
    command = shlex.split(COMPOSE["services"]["code"]["command"])

    assert location["grpc_server"]["host"] in COMPOSE["services"]
    assert str(location["grpc_server"]["port"]) == command[command.index("--port") + 1]
