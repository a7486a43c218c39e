"""What may happen to a worker at a step: each fault in one function, which is given the moment."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from aiokafka.errors import KafkaConnectionError, UnknownError

from tests.unit.streams.timing.kafka import refuse
from tests.unit.streams.timing.process import TP, Process
from tests.unit.streams.timing.world import Killed, Moment, World

Happening = Callable[[Moment], Awaitable[Any]]
LATE_S = 8.0  # longer than a client waits for an answer
OUTAGE_S = 3.0
SESSION_S = 6.0


# --- the network and the broker ------------------------------------------------------------------------------------


async def delayed(moment: Moment) -> Any:
    await asyncio.sleep(0.3)
    return moment.effect()


async def held(moment: Moment) -> Any:
    """For as long as a few other steps take."""
    await asyncio.sleep(0.02)
    return moment.effect()


async def request_lost(moment: Moment) -> Any:
    raise KafkaConnectionError("lost on its way")


async def answer_lost(moment: Moment) -> Any:
    moment.effect()
    raise KafkaConnectionError("lost on its way back")


async def refused(moment: Moment) -> Any:
    if moment.request is None:
        raise UnknownError(moment.step)
    return refuse(moment.request)


async def done_and_refused(moment: Moment) -> Any:
    moment.effect()
    return await refused(moment)


async def never_arrives(moment: Moment) -> Any:
    await asyncio.sleep(LATE_S)
    raise KafkaConnectionError("never arrived")


async def never_answered(moment: Moment) -> Any:
    answer = moment.effect()
    await asyncio.sleep(LATE_S)
    return answer


async def arrives_late(moment: Moment) -> Any:
    await asyncio.sleep(LATE_S)
    return moment.effect()


async def outage(moment: Moment) -> Any:
    moment.world.down = True
    asyncio.get_running_loop().call_later(OUTAGE_S, setattr, moment.world, "down", False)
    raise KafkaConnectionError("away")


async def stalls(moment: Moment) -> Any:
    """Longer than a transaction may be open: its coordinator aborts it meanwhile."""
    await asyncio.sleep(moment.process.settings.lanes.transaction_timeout_s + 2)
    return moment.effect()


async def disk_lost(moment: Moment) -> Any:
    """The worker's state on disk cannot be read any more."""
    moment.process.disk.lose()
    return moment.effect()


# --- another owner -------------------------------------------------------------------------------------------------


async def fenced(moment: Moment) -> Any:
    fence(moment.world)
    return moment.effect()


async def fenced_after(moment: Moment) -> Any:
    answer = moment.effect()
    fence(moment.world)
    return answer


def fence(world: World) -> None:
    """Somebody else starts a producer with the lane's transactional id, and does nothing with it."""
    world.kafka.fence(f"{world.victim.settings.kafka.group}-{TP.topic}-{TP.partition}")


async def taken_over(moment: Moment) -> Any:
    """The group takes it for dead, another has done all its work before it goes on."""
    await _successor_finishes(moment)
    return moment.effect()


async def taken_over_after(moment: Moment) -> Any:
    answer = moment.effect()
    await _successor_finishes(moment)
    return answer


async def _successor_finishes(moment: Moment) -> None:
    await succeed(moment)
    await finished(moment.world)


async def overtaken(moment: Moment) -> Any:
    """The same, and it goes on while the other is opening."""
    await succeed(moment)
    return moment.effect()


async def succeed(moment: Moment) -> None:
    """The group takes the process for dead, which hears of it with its next heartbeat, and gives another its partition."""
    world, process = moment.world, moment.process
    process.member = False
    world.errand(_hears_of_it(process))
    world.owner = Process(world, world.spare)
    await world.owner.join(TP)


async def _hears_of_it(process: Process) -> None:
    await asyncio.sleep(1.0)
    if not process.dead:
        await process.join()


async def finished(world: World) -> None:
    """Wait until everything is committed."""
    end = world.records[-1].offset + 1
    while world.kafka.offsets.get(world.victim.settings.kafka.group) != end:  # noqa: ASYNC110  (no time passes)
        await asyncio.sleep(0.05)


# --- a rebalance -----------------------------------------------------------------------------------------------------


async def rebalanced(moment: Moment) -> Any:
    """It is given its partition back, all while it stands at the step."""
    await moment.process.join(TP)
    await asyncio.sleep(0.05)
    return moment.effect()


async def rebalanced_after(moment: Moment) -> Any:
    answer = moment.effect()
    await moment.process.join(TP)
    await asyncio.sleep(0.05)
    return answer


async def rebalance_begins(moment: Moment) -> Any:
    """The step goes on between revocation and assignment."""
    moment.world.errand(moment.process.join(TP))
    await asyncio.sleep(0.01)
    return moment.effect()


async def rebalance_goes_on(moment: Moment) -> Any:
    """The step goes on after the revocation, before the assignment."""
    await moment.process.revoke()
    moment.world.errand(_assigned_later(moment.process))
    return moment.effect()


async def _assigned_later(process: Process) -> None:
    await asyncio.sleep(0.5)
    await process.assign(TP)


async def moved(moment: Moment) -> Any:
    """Its partition goes to another worker, in order."""
    await _move(moment)
    return moment.effect()


async def moved_after(moment: Moment) -> Any:
    answer = moment.effect()
    await _move(moment)
    return answer


async def moving(moment: Moment) -> Any:
    """The same, and the step goes on while it moves."""
    moment.world.errand(_move(moment))
    await asyncio.sleep(0.01)
    return moment.effect()


async def _move(moment: Moment) -> None:
    world = moment.world
    await moment.process.join()
    world.owner = Process(world, world.spare)
    await world.owner.join(TP)


async def moved_and_back(moment: Moment) -> Any:
    """Another has it for a while."""
    await _move(moment)
    world = moment.world
    await asyncio.sleep(0.03)
    await world.owner.join()
    world.owner = moment.process
    await moment.process.join(TP)
    return moment.effect()


# --- the end ---------------------------------------------------------------------------------------------------------


async def cancelled(moment: Moment) -> Any:
    raise asyncio.CancelledError


async def cancelled_after(moment: Moment) -> Any:
    moment.effect()
    raise asyncio.CancelledError


async def stopped(moment: Moment) -> Any:
    """SIGTERM; the step goes on. Another comes."""
    moment.world.errand(_stop(moment))
    await asyncio.sleep(0.01)
    return moment.effect()


async def _stop(moment: Moment) -> None:
    await moment.process.stop()
    await _another_comes(moment)


async def killed(moment: Moment) -> Any:
    """SIGKILL before the step takes effect. Another comes."""
    moment.process.kill()
    moment.world.errand(_another_comes(moment))


async def killed_after(moment: Moment) -> Any:
    moment.effect()
    await killed(moment)


async def killed_and_late(moment: Moment) -> Any:
    """SIGKILL; what it had sent arrives while another is opening."""
    await killed(moment)
    await asyncio.sleep(0.03)
    moment.effect()


async def _another_comes(moment: Moment) -> None:
    await asyncio.sleep(0.02)
    moment.world.owner = Process(moment.world, moment.process.disk.rows)  # it has been started again
    await moment.world.owner.join(TP)


# --- at steps that cannot wait ---------------------------------------------------------------------------------------


async def dies(moment: Moment) -> Any:
    await killed(moment)
    raise Killed


async def fails(moment: Moment) -> Any:
    raise RuntimeError("a fault of ours")


async def is_fenced(moment: Moment) -> Any:
    fence(moment.world)


async def is_overtaken(moment: Moment) -> Any:
    moment.world.errand(succeed(moment))


async def is_rebalanced(moment: Moment) -> Any:
    moment.world.errand(moment.process.join(TP))


async def is_moved(moment: Moment) -> Any:
    moment.world.errand(_move(moment))


async def is_stopped(moment: Moment) -> Any:
    moment.world.errand(_stop(moment))


OF_OTHERS = (taken_over, taken_over_after, overtaken, fenced, fenced_after)
OF_THE_GROUP = (rebalanced, rebalanced_after, rebalance_begins, rebalance_goes_on, moved, moved_after, moving)
OF_THE_GROUP += (moved_and_back,)
OF_THE_END = (cancelled, cancelled_after, stopped, killed, killed_after, killed_and_late)
OF_THE_NETWORK = (delayed, request_lost, answer_lost, refused, done_and_refused, never_arrives, never_answered)
OF_THE_NETWORK += (arrives_late, outage, stalls, disk_lost)
REMOTE: tuple[Happening, ...] = OF_THE_NETWORK + OF_OTHERS + OF_THE_GROUP + OF_THE_END
WAITING: tuple[Happening, ...] = (delayed, taken_over, overtaken, fenced, *OF_THE_GROUP, stopped, killed)
SUDDEN: tuple[Happening, ...] = (dies, fails, disk_lost, is_fenced, is_overtaken, is_rebalanced, is_moved, is_stopped)
