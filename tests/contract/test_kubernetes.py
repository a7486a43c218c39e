"""The manifests before the schemas of their kinds, unknown fields refused; and that they fit the image and the code."""

import copy
import functools
import json
import os
import shutil
import subprocess
from pathlib import Path

import kubernetes_validate
import pytest
import yaml
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from deploy.kubernetes.rules import MANIFEST, RULES, manifest
from schemas.settings import Settings, load
from schemas.topics import INPUTS
from streams.process import LEAVE_S

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy/kubernetes"
SCHEMAS = Path(__file__).parent / "kubernetes"  # of kinds that are not Kubernetes' own; its README says where from
OVERLAYS = {"base": DEPLOY / "base", "gpu": DEPLOY / "overlays/gpu"}
OLDEST = "1.29"  # the oldest cluster these are meant for
LEAST = {
    "ConfigMap", "Deployment", "Job", "NetworkPolicy", "PodDisruptionBudget", "PrometheusRule", "ScaledObject",
    "Service", "ServiceAccount", "ServiceMonitor",
}  # fmt: skip


def kustomize():
    """A command that builds a folder: kustomize itself, or the one in kubectl."""
    if found := shutil.which("kustomize"):
        return [found, "build"]
    if found := shutil.which("kubectl"):
        return [found, "kustomize"]
    if os.environ.get("CI"):
        pytest.fail("the manifests must be built in CI: neither kustomize nor kubectl is installed")
    return pytest.skip("neither kustomize nor kubectl is installed")


@functools.cache
def built(overlay):
    done = subprocess.run(
        [*kustomize(), OVERLAYS[overlay]], capture_output=True, text=True, timeout=60, check=False, env=os.environ
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return list(yaml.safe_load_all(done.stdout))


@pytest.fixture(params=OVERLAYS)
def objects(request):
    return copy.deepcopy(built(request.param))


def the(objects, kind):
    [found] = [one for one in objects if one["kind"] == kind]
    return found


def pods(objects):
    return [one["spec"]["template"]["spec"] for one in objects if one["kind"] in {"Deployment", "Job"}]


def strict(schema):
    """The same schema, which refuses fields that it does not name: an API server only drops them, without a word."""
    if isinstance(schema, list):
        return [strict(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {name: strict(part) for name, part in schema.items()}
    if isinstance(closed.get("properties"), dict) and not closed.get("x-kubernetes-preserve-unknown-fields"):
        closed.setdefault("additionalProperties", False)
    return closed


def check(one):
    own = SCHEMAS / f"{one['kind']}.json"
    if not own.exists():
        kubernetes_validate.validate(one, OLDEST, strict=True)
        kubernetes_validate.validate(one, kubernetes_validate.latest_version(), strict=True)
        return
    schema = strict(json.loads(own.read_bytes()))
    schema["properties"]["metadata"] = {"type": "object"}
    Draft202012Validator(schema).validate(one)


def test_every_object_is_one_of_its_kind(objects):
    assert {one["kind"] for one in objects} == LEAST
    for one in objects:
        check(one)


FAULTS = {
    "a probe that is none": ("Deployment", ("spec", "template", "spec", "containers", 0, "readynessProbe"), {}),
    "a budget in words": ("PodDisruptionBudget", ("spec", "minAvailable"), ["one"]),
    "a misspelt fallback": ("ScaledObject", ("spec", "fallbak"), {}),
    "a fallback of its own": ("ScaledObject", ("spec", "fallback", "behavior"), "hold"),
    "a threshold that is no text": ("ScaledObject", ("spec", "triggers", 0, "metadata", "lagThreshold"), 5),
    "an endpoint's misspelt path": ("ServiceMonitor", ("spec", "endpoints", 0, "paths"), "/metrics"),
    "a rule without an expression": ("PrometheusRule", ("spec", "groups", 0, "rules"), [{"alert": "Lag"}]),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_put_into_them_is_found(fault):
    kind, (*parents, last), value = FAULTS[fault]
    faulty = place = copy.deepcopy(the(built("base"), kind))
    for name in parents:
        place = place[name]
    place[last] = value
    with pytest.raises((ValidationError, kubernetes_validate.ValidationError)):
        check(faulty)


def test_no_pod_may_do_more_than_it_must(objects):
    """What the Pod Security Standard `restricted` asks for, and a root that cannot be written."""
    for pod in pods(objects):
        assert pod["automountServiceAccountToken"] is False
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert pod["securityContext"]["runAsUser"] == 10001
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        for container in pod["containers"]:
            context = container["securityContext"]
            assert context["readOnlyRootFilesystem"] is True
            assert context["allowPrivilegeEscalation"] is False
            assert context["capabilities"] == {"drop": ["ALL"]}
            assert "memory" in container["resources"]["limits"]
            written = {mount["mountPath"] for mount in container["volumeMounts"] if not mount.get("readOnly")}
            assert written == {"/var/lib/dragoman"}
    assert {one["kind"] for one in objects} & {"Secret", "Role", "ClusterRole"} == set()


def test_the_settings_are_settings(objects, monkeypatch):
    """An unknown key would end every worker with exit code 2."""
    given = dict(the(objects, "ConfigMap")["data"])
    for variable in the(objects, "Deployment")["spec"]["template"]["spec"]["containers"][0]["env"]:
        given[variable["name"]] = variable.get("value", "1")
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    settings = load()
    assert settings.kafka.group == the(objects, "ScaledObject")["spec"]["triggers"][0]["metadata"]["consumerGroup"]


def test_a_pod_is_given_the_time_that_leaving_takes(objects):
    pod = the(objects, "Deployment")["spec"]["template"]["spec"]
    assert pod["terminationGracePeriodSeconds"] > LEAVE_S
    assert "replicas" not in the(objects, "Deployment")["spec"]  # the ScaledObject's to say


def test_selectors_find_the_workers_and_nothing_else(objects):
    labels = the(objects, "Deployment")["spec"]["template"]["metadata"]["labels"]
    others = the(objects, "Job")["spec"]["template"]["metadata"]["labels"]
    selectors = [
        the(objects, "Deployment")["spec"]["selector"]["matchLabels"],
        the(objects, "PodDisruptionBudget")["spec"]["selector"]["matchLabels"],
        the(objects, "Service")["spec"]["selector"],
    ]
    for selector in selectors:
        assert selector.items() <= labels.items()
        assert not selector.items() <= others.items()
    assert (
        the(objects, "ServiceMonitor")["spec"]["selector"]["matchLabels"].items()
        <= the(objects, "Service")["metadata"]["labels"].items()
    )
    policy = the(objects, "NetworkPolicy")["spec"]["podSelector"]["matchLabels"]
    assert policy.items() <= labels.items()
    assert policy.items() <= others.items()


def test_the_scaler_asks_for_what_there_is(objects):
    scaler = the(objects, "ScaledObject")["spec"]
    assert scaler["scaleTargetRef"]["name"] == the(objects, "Deployment")["metadata"]["name"]
    assert scaler["maxReplicaCount"] <= min(Settings().kafka.partitions.values())
    bootstrap = the(objects, "ConfigMap")["data"]["DRAGOMAN_KAFKA__BOOTSTRAP"]
    for trigger in scaler["triggers"]:
        lag = trigger["metadata"]
        assert lag["bootstrapServers"] == bootstrap
        assert lag["topic"] in INPUTS
        assert int(lag["lagThreshold"]) > int(lag["activationLagThreshold"]) > 1
        # KEDA refuses these two together, and the second without a topic.
        assert (lag["allowIdleConsumers"], lag["limitToPartitionsWithLag"]) == ("false", "true")


def test_the_rules_are_those_of_prometheus():
    if not RULES.exists():
        pytest.skip("there are no rules yet")
    assert MANIFEST.read_text("utf-8") == manifest(RULES.read_text("utf-8")), "python deploy/kubernetes/rules.py"


def test_a_gpu_is_asked_for_where_there_is_one():
    cpu, gpu = (the(built(name), "Deployment")["spec"]["template"]["spec"]["containers"][0] for name in OVERLAYS)
    assert "nvidia.com/gpu" not in cpu["resources"]["limits"]
    assert gpu["resources"]["limits"]["nvidia.com/gpu"] == 1
    assert gpu["image"] == f"{cpu['image']}-gpu"
