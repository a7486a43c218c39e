"""Dragoman's image, built as an operator builds it, and a volume with its models, built without any network."""

import contextlib
import os
from collections.abc import Iterator
from uuid import uuid4

import docker
import pytest

from deploy.images.build import ensure_images, ensure_prometheus, ensure_python
from schemas.errors import OperatorError
from tests.containers.compose import Compose
from tests.containers.kafka import ApacheKafka

ENGINE_TIMEOUT_S = 120
LABEL = "dragoman.containers"  # on what is made here beside compose and testcontainers
IMAGE = "dragoman:tested"


def unavailable(why: str) -> None:
    if os.environ.get("CI"):
        pytest.fail(f"containers must run in CI: {why}")
    pytest.skip(f"no containers: {why}")


@pytest.fixture(scope="session")
def engine() -> Iterator[docker.DockerClient]:
    """A Docker engine, with the images that others make: pulled, or built where the hub is out of reach."""
    try:
        ensure_images()
        ensure_python()
        ensure_prometheus()
    except OperatorError as error:
        unavailable(str(error))
    with contextlib.closing(docker.from_env(timeout=ENGINE_TIMEOUT_S)) as client:
        yield client


@pytest.fixture(scope="session")
def compose(engine: docker.DockerClient) -> Compose:
    """The file at the top, as a project of its own."""
    return Compose(
        f"dragoman-test-{uuid4().hex[:8]}",
        WORKER_IMAGE=IMAGE,
        WORKER_CPUS="1",
        PROMETHEUS_IMAGE=ensure_prometheus(),
        BUILD_NETWORK="host",  # an engine without rules of its own gives a bridge no way out
        DOCKER_BUILDKIT="0",
        PIP_CERT="/etc/ssl/certs/ca-certificates.crt",  # in the image: Debian's, or this machine's where it was built here
    )


@pytest.fixture(scope="session")
def image(engine: docker.DockerClient, compose: Compose) -> docker.models.images.Image:
    """The image that the file says how to build."""
    compose("build", "--quiet", "worker-1", timeout_s=600)
    return engine.images.get(IMAGE)


@pytest.fixture(scope="session")
def models(engine: docker.DockerClient, image: docker.models.images.Image, compose: Compose) -> Iterator[str]:
    """A volume with the models, built from the weights in the image by a container that has no network."""
    volume = engine.volumes.create(compose.volume("models"), labels={LABEL: ""})
    try:
        engine.containers.run(
            image,
            ["models", "build"],
            network_mode="none",
            read_only=True,
            cap_drop=["ALL"],
            tmpfs={"/var/lib/dragoman": "uid=10001"},
            volumes={volume.name: {"bind": "/var/lib/dragoman/models"}},
            remove=True,
        )
        yield volume.name
    finally:
        with contextlib.suppress(docker.errors.NotFound):
            volume.remove(force=True)


@pytest.fixture
def kafka(engine: docker.DockerClient) -> Iterator[ApacheKafka]:
    """An Apache Kafka in a container, of testcontainers."""
    with ApacheKafka(ensure_images()) as running:
        yield running
