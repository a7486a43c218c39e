"""What happens to the brokers. Each fault is undone before it returns, and says whom it met.

What hits one broker lasts until every lane commits again without it: that it comes back must not be what helps. But
for one whose peers do not hear it and who may still hear them (an engine without firewall rules routes from one network
to the other): its heartbeats arrive, so Kafka leaves it what it leads, and takes no write there until it is back.
"""

import asyncio
from collections.abc import Callable
from functools import partial

from tests.cluster.cluster import BROKERS, Cluster
from tests.cluster.roles import holder, roles_of, until_healed
from tests.cluster.trial import Happening
from tests.cluster.watch import Watch

AWAY_S = 12.0  # longer than the sessions of brokers (3 s, or Kafka's own 9 s) and of workers (6 s)
TWO_AWAY_S = 30.0
WITHOUT_S = 60.0  # after that, every lane must commit again with the broker still away
ONE_S = 30.0  # for how long events must come, so that there is something to commit
ROLLING_S = 45.0  # what a rolling restart takes, about
CUT_FROM_PEERS = "cut from the other brokers"
SINGLE = {
    "kill -9": (Cluster.kill, Cluster.start_broker),
    "pause": (Cluster.pause, Cluster.unpause),
    CUT_FROM_PEERS: (Cluster.cut_from_peers, Cluster.join_peers),
    "cut from everybody": (Cluster.cut_off, Cluster.join_all),
}


def to_one(fault: str, role: str) -> Happening:
    """One of the `SINGLE` faults, aimed at the broker that has a role."""
    begin, end = SINGLE[fault]
    return partial(_to_one, begin, end, role, fault != CUT_FROM_PEERS)


async def _to_one(
    begin: Callable[[Cluster, int], None],
    end: Callable[[Cluster, int], None],
    role: str,
    without: bool,
    cluster: Cluster,
    watch: Watch,
) -> str:
    node = await holder(cluster.bootstrap, role)
    also = [other for other in await roles_of(cluster.bootstrap, node) if other != role]
    await asyncio.to_thread(begin, cluster, node)
    try:
        await asyncio.sleep(AWAY_S)
        if without:
            await watch.until_all_show(WITHOUT_S)
    finally:
        await asyncio.to_thread(end, cluster, node)
    return ", ".join([f"{role} ({node})", *(f"also {other}" for other in also)])


async def rolling_restart(cluster: Cluster, _watch: Watch) -> str:
    """Restart every broker, each when all is healed after the one before."""
    for node in BROKERS:
        await asyncio.to_thread(cluster.stop_broker, node)
        await asyncio.to_thread(cluster.start_broker, node)
        await until_healed(cluster.bootstrap)
    return "all, one after the other"


async def two_away(cluster: Cluster, _watch: Watch) -> str:
    """Kill two of three: no majority of controllers, and too few copies to write to."""
    away = BROKERS[1:]
    for node in away:
        await asyncio.to_thread(cluster.kill, node)
    await asyncio.sleep(TWO_AWAY_S)
    for node in away:
        await asyncio.to_thread(cluster.start_broker, node)
    return f"{' and '.join(str(node) for node in away)}"
