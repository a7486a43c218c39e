"""The image by itself: what is in it, what it may do, and a worker in it from its start to a clean end."""

import docker
import pytest
from testcontainers.core.container import DockerContainer

from tests.containers.conftest import IMAGE
from tests.containers.kafka import INSIDE
from tests.containers.traffic import count_to, outputs, send, until_healthy

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]

SIZE_MAX = 1_000_000_000
UID = "10001:10001"
NO_TOOLS = ("gcc", "cc", "g++", "c++", "clang", "make", "cmake", "ld", "as", "cargo", "git", "curl", "wget")
HARDENED = {
    "read_only": True,
    "cap_drop": ["ALL"],
    "security_opt": ["no-new-privileges:true"],
    "tmpfs": {"/var/lib/dragoman": "uid=10001"},
}


@pytest.fixture(scope="module")
def idle(engine, image):
    """A container of the image in which nothing runs, as strict as in production."""
    container = engine.containers.run(image, entrypoint=["sleep", "600"], detach=True, network_mode="none", **HARDENED)
    try:
        yield container
    finally:
        container.remove(force=True, v=True)


def test_it_is_small_and_says_what_it_is(image):
    assert image.attrs["Size"] < SIZE_MAX
    assert image.attrs["Config"]["User"] == UID
    assert image.attrs["Config"]["StopSignal"] == "SIGTERM"
    assert image.attrs["Config"]["Healthcheck"]["Test"][:2] == ["CMD", "python"]
    assert {f"org.opencontainers.image.{name}" for name in ("title", "licenses", "version", "revision")} <= set(
        image.labels
    )


def test_it_runs_as_nobody_and_writes_in_one_place(idle):
    assert idle.exec_run(["id", "-u"]).output.strip() == b"10001"
    assert idle.exec_run(["touch", "/opt/dragoman/x"]).exit_code != 0
    assert idle.exec_run(["touch", "/x"]).exit_code != 0
    assert idle.exec_run(["touch", "/var/lib/dragoman/x"]).exit_code == 0


def test_nothing_in_it_builds_or_fetches(idle):
    found = idle.exec_run(["sh", "-c", f"for tool in {' '.join(NO_TOOLS)}; do command -v $tool; done; true"])
    assert found.output == b""
    assert b"No module named pip" in idle.exec_run(["python", "-m", "pip"]).output


def test_its_files_cannot_be_changed_by_who_runs_it(idle):
    found = idle.exec_run(["find", "/opt/dragoman", "-writable", "-not", "-type", "l", "-print", "-quit"])
    assert (found.exit_code, found.output) == (0, b"")


def test_a_mistake_of_the_operators_is_one_line(engine, image):
    with pytest.raises(docker.errors.ContainerError) as failed:
        engine.containers.run(
            image,
            network_mode="none",
            environment={"DRAGOMAN_KAFKA__BOOSTRAP": "x"},
            stderr=True,
            **HARDENED,
            remove=True,
        )
    assert failed.value.exit_status == 2
    assert b"unknown setting" in failed.value.stderr
    assert b"Traceback" not in failed.value.stderr


async def test_a_worker_in_it_serves_a_kafka_of_testcontainers(engine, image, models, kafka):
    environment = {
        "DRAGOMAN_KAFKA__BOOTSTRAP": INSIDE,
        "DRAGOMAN_HTTP__OPEN": "true",
        "DRAGOMAN_HTTP__HOST": "0.0.0.0",  # noqa: S104  (inside its own network)
        "DRAGOMAN_LOCALIZATION__LOCALES": '["en", "pt-BR"]',
        "DRAGOMAN_POOL__THREADS": "1",
    }
    engine.containers.run(
        image, ["topics", "create"], remove=True, environment=environment, network=kafka.network.name, **HARDENED
    )
    strict = {name: value for name, value in HARDENED.items() if name != "tmpfs"}
    place = DockerContainer(IMAGE).with_network(kafka.network).with_envs(**environment).with_kwargs(**strict)
    place.with_tmpfs_mount("/var/lib/dragoman", "uid=10001").with_volume_mapping(
        models, "/var/lib/dragoman/models", "rw"
    )
    with place as worker:
        container = worker.get_wrapped_container()
        await until_healthy(container)
        keys = await send(kafka.bootstrap, count_to(40))
        seen, last = await outputs(kafka.bootstrap, keys, 60)
        assert seen == dict.fromkeys(keys, 1)
        assert last["L-0"]["status"] == "localized"
        container.stop(timeout=20)  # SIGTERM; SIGKILL would make the code 137
        container.reload()
        assert container.attrs["State"]["ExitCode"] == 0, container.logs(tail=20).decode()
