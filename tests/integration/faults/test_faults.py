"""Exactly once under the faults an SRE meets first, on Apache Kafka; and a control run that must fail."""

import asyncio
import signal
from pathlib import Path

import pytest

from streams.broker.server import Broker
from tests.integration.faults.campaign import Campaign, Verdict

pytestmark = [pytest.mark.integration, pytest.mark.timeout(240)]
EVENTS = 3000
RATE = 250.0


@pytest.fixture
def campaign(own_broker: Broker, tmp_path: Path):
    run = Campaign(own_broker, EVENTS, RATE, seed=11, logs=tmp_path)
    yield run
    run.stop()


async def run(campaign: Campaign, faults) -> Verdict:
    """Produce, let `faults` happen meanwhile, and judge."""
    await campaign.prepare()
    async with asyncio.TaskGroup() as group:
        group.create_task(campaign.produce())
        await faults()
    return await campaign.judge()


def assert_exactly_once(verdict: Verdict) -> None:
    assert verdict.exactly_once, verdict
    assert verdict.dead_letters == len(range(0, EVENTS, 97))


async def test_sigkill_and_restart(campaign: Campaign) -> None:
    async def faults() -> None:
        for share in (0.15, 0.5):
            worker = campaign.spawn("w1")
            await campaign.until_written(int(share * EVENTS))
            worker.kill()
            worker.wait()
        campaign.spawn("w1")

    assert_exactly_once(await run(campaign, faults))


async def test_a_second_worker_joins_and_leaves(campaign: Campaign) -> None:
    async def faults() -> None:
        campaign.spawn("w1")
        await campaign.until_written(300)
        second = campaign.spawn("w2")
        await campaign.until_at_work("w2")
        await asyncio.sleep(2)
        second.send_signal(signal.SIGTERM)
        assert await asyncio.to_thread(second.wait, 15) == 0

    assert_exactly_once(await run(campaign, faults))


async def test_a_zombie_comes_back(campaign: Campaign) -> None:
    async def faults() -> None:
        campaign.spawn("w1")
        campaign.spawn("w2")
        await campaign.until_at_work("w1")
        await campaign.until_at_work("w2")
        await asyncio.sleep(2)
        campaign.workers["w1"].send_signal(signal.SIGSTOP)
        await asyncio.sleep(10)  # beyond the session of 6 s: the group gives its partitions to the other
        campaign.workers["w1"].send_signal(signal.SIGCONT)
        await asyncio.sleep(3)

    supervised = asyncio.create_task(_supervise_later(campaign, "w1", "w2"))
    verdict = await run(campaign, faults)
    supervised.cancel()
    assert_exactly_once(verdict)


async def test_the_broker_is_killed_and_restarted(campaign: Campaign) -> None:
    async def faults() -> None:
        campaign.spawn("w1")
        await campaign.until_written(300)
        await asyncio.to_thread(campaign.broker.kill)
        await asyncio.sleep(2)
        await asyncio.to_thread(campaign.broker.restart)

    supervised = asyncio.create_task(_supervise_later(campaign, "w1"))
    verdict = await run(campaign, faults)
    supervised.cancel()
    assert_exactly_once(verdict)


async def test_without_transactions_the_harness_sees_duplicates(campaign: Campaign) -> None:
    """The control run: a harness that never fails proves nothing."""
    campaign.extra_env["AT_LEAST_ONCE"] = "1"

    async def faults() -> None:
        for share in (0.15, 0.5):
            worker = campaign.spawn("w1")
            await campaign.until_written(int(share * EVENTS))
            worker.kill()
            worker.wait()
        campaign.spawn("w1")

    verdict = await run(campaign, faults)
    assert verdict.duplicates > 0
    assert not verdict.exactly_once


async def _supervise_later(campaign: Campaign, *names: str) -> None:
    while not all(name in campaign.workers for name in names):  # noqa: ASYNC110  (a test, a fifth of a second)
        await asyncio.sleep(0.2)
    await campaign.supervise(*names)
