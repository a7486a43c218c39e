"""What a run amounts to, once everything has stopped: its history, read back, and judged against what was sent."""

from typing import NamedTuple

from tests.chaos.feed import Feed
from tests.chaos.history import Partition, Verdict, compare_input, judge
from tests.chaos.reader import read_history


class Hindsight(NamedTuple):
    """What a reader finds, what is wrong with it, and how much there is of events, outputs and dead letters."""

    history: dict[int, Partition]
    verdict: Verdict
    visible: int
    shown: int
    dead_letters: int


async def look_back(bootstrap: str, feed: Feed) -> Hindsight:
    """Read what `feed` has led to, and judge it."""
    history = await read_history(bootstrap)
    verdict = judge(history)
    visible = {number: partition.sent for number, partition in history.items()}
    compare_input(feed.acknowledged, frozenset(feed.withdrawn), visible, verdict)
    return Hindsight(
        history,
        verdict,
        visible=sum(len(partition.sent) for partition in history.values()),
        shown=sum(len(partition.shown) for partition in history.values()),
        dead_letters=sum(len(partition.letters) for partition in history.values()),
    )
