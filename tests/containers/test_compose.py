"""`docker compose up` for real: events go in, localized ones come out, Prometheus sees it, and a killed worker loses nothing."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from typing import Any

import aiohttp
import pytest
import yaml

from deploy.images.build import kafka_image
from tests.containers.compose import ROOT, Compose
from tests.containers.traffic import outputs, send

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]

WORKERS = ("worker-1", "worker-2")
STARTED = (*WORKERS, "prometheus")  # Grafana's image cannot be had everywhere, and the page is not what is tested here
UP_S = 240
ASK_S = 60
LOOK_S = 0.5
BEYOND_THE_KILL = 150  # events


@pytest.fixture(scope="module")
def up(compose: Compose, image: object, models: str) -> Iterator[Compose]:
    """Kafka, topics, two workers and Prometheus, all of them healthy."""
    settings = {"DRAGOMAN_LOCALIZATION__LOCALES": '["en", "pt-BR"]'}
    try:
        compose(
            "up", "--detach", "--no-build", "--wait", "--wait-timeout", str(UP_S), *STARTED, timeout_s=300, **settings
        )
        yield compose
    finally:
        compose.down()


@pytest.fixture
async def ask(up: Compose) -> AsyncIterator[Any]:
    """Asks Prometheus: value by the label `by`."""
    async with aiohttp.ClientSession(f"http://{up.address('PROMETHEUS_PORT')}") as session:

        async def answer(query: str, by: str = "instance") -> dict[str, float]:
            async with session.get("/api/v1/query", params={"query": query}) as response:
                found = await response.json()
            assert found["status"] == "success", found
            return {row["metric"].get(by, ""): float(row["value"][1]) for row in found["data"]["result"]}

        yield answer


async def until(ask: Any, query: str, expected: Any) -> None:
    """Wait until Prometheus answers as expected."""
    found: dict[str, float] = {}
    try:
        async with asyncio.timeout(ASK_S):
            while not expected(found):
                await asyncio.sleep(LOOK_S)
                found = await ask(query)
    except TimeoutError:
        pytest.fail(f"{query} is still {found}")


@contextlib.contextmanager
def telling(compose: Compose) -> Iterator[None]:
    """What fails within comes with the last lines of every container."""
    try:
        yield
    except BaseException as error:
        error.add_note(compose("logs", "--tail", "40", *STARTED, "kafka"))
        raise


def addresses(*workers: str) -> set[str]:
    return {f"{worker}:6066" for worker in workers}


async def test_a_killed_worker_loses_nothing_and_prometheus_saw_it_all(up, engine, ask):
    left: list[int] = []  # events that are still to come, once one worker is gone

    def enough() -> bool:
        if not left:
            return False
        left[0] -= 1
        return left[0] < 0

    async def kill() -> None:
        await until(ask, "dragoman_events_consumed_total > 0", lambda found: found.keys() == addresses(*WORKERS))
        await asyncio.to_thread(engine.containers.get(up.container("worker-1")).kill)
        left.append(BEYOND_THE_KILL)

    bootstrap = up.address("KAFKA_PORT")
    await until(ask, "up", lambda found: {address for address, value in found.items() if value} >= addresses(*WORKERS))
    with telling(up):
        keys, _ = await asyncio.gather(send(bootstrap, enough), kill())
    seen, last = await outputs(bootstrap, keys, 120)
    assert {key: count for key, count in seen.items() if count != 1} == {}
    assert seen.keys() == set(keys)
    assert last["L-0"]["fields"]["title"]["origin"] == "model"
    assert last["P-1"]["shipment_id"] == "P-1"
    await until(ask, "up", lambda found: found.get("worker-1:6066") == 0 and found.get("worker-2:6066") == 1)
    consumed = await ask("sum by (instance) (max_over_time(dragoman_events_consumed_total[10m]))")
    assert consumed.keys() == addresses(*WORKERS)
    assert await ask("dragoman_event_end_to_end_seconds_count > 0")
    assert await ask("dragoman_inference_batch_size_count > 0")


async def test_the_rules_are_loaded(ask, up):
    files = list((ROOT / "deploy/prometheus/rules").glob("*.yml"))
    groups = [group["name"] for file in files for group in yaml.safe_load(file.read_text())["groups"]]
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"http://{up.address('PROMETHEUS_PORT')}/api/v1/rules") as found,
    ):
        loaded = (await found.json())["data"]["groups"]
    assert sorted(group["name"] for group in loaded) == sorted(groups)


def test_what_runs_is_as_strict_as_the_file_says(up, engine):
    for service in (*WORKERS, "prometheus"):
        container = engine.containers.get(up.container(service))
        host = container.attrs["HostConfig"]
        assert host["ReadonlyRootfs"] is True
        assert host["CapDrop"] == ["ALL"]
        assert host["Memory"] > 0
        assert "no-new-privileges:true" in host["SecurityOpt"]
        published = [binding for bindings in (host["PortBindings"] or {}).values() for binding in bindings]
        assert {binding["HostIp"] for binding in published} <= {"127.0.0.1"}
        assert container.attrs["Config"]["User"] not in {"", "root", "0"}
    worker = engine.containers.get(up.container("worker-2"))
    assert list(worker.attrs["NetworkSettings"]["Networks"]) == [f"{up.name}_inside"]
    assert worker.exec_run(["touch", "/opt/dragoman/x"]).exit_code != 0


def test_the_file_names_the_kafka_that_everything_else_here_runs_on(compose):
    services = yaml.safe_load(compose("config"))["services"]
    assert services["kafka"]["image"] == kafka_image()
    for service in services.values():
        assert all(port["host_ip"] == "127.0.0.1" for port in service.get("ports", ()))
        assert service["deploy"]["resources"]["limits"]["memory"]
        assert service["cap_drop"] == ["ALL"]
