"""What a run does, drawn from its seed alone: the same seed, options and version of this file draw the same schedule.

Faults are dealt like cards: a hand of `HAND` per run, and no fault twice before all have been dealt, so that any
`runs_per_deal` seeds in a row that start at a multiple of it meet every fault.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from tests.chaos.chain import Kind

HAND = 4
KEYS = 40
FIRST_SHARE, LAST_SHARE = 0.06, 0.85  # of the events: when faults begin
# Shorter than in production, so that a fault can outlast them within seconds.
SESSION_S = 4.0
TRANSACTION_S = 5.0
LOCALIZE_S = 10.0  # longer than any worker is stopped: a sound event must never be given up
WORKERS_MAX = 4
OWN_NAME = "{name}"  # in a setting: the worker's


@dataclass(frozen=True)
class Range:
    """Seconds, or another amount, to draw between."""

    low: float
    high: float


@dataclass(frozen=True)
class FaultKind:
    """One kind of fault. `seconds`: how long it lasts; `amount`: how strong it is. `says`: for people."""

    name: str
    says: str
    seconds: Range = Range(0, 0)
    amounts: tuple[float, ...] = (0.0,)
    in_input: bool = False  # it is in the events, from the first to the last


KINDS = (
    FaultKind("sigkill", "a worker is killed and started again"),
    FaultKind("sigterm", "a worker is told to end and started again"),
    FaultKind("freeze-session", "a worker is stopped beyond its session and goes on", Range(4.5, 6.5)),
    FaultKind("freeze-transaction", "all workers are stopped beyond the transaction time-out", Range(5.5, 7.0)),
    FaultKind("join", "a worker more"),
    FaultKind("leave", "a worker less"),
    FaultKind("rolling", "every worker is restarted, one after the other"),
    FaultKind("scale", "one worker, then four, then two", Range(1.0, 2.5)),
    FaultKind("broker-kill", "the broker is killed and started again", Range(0.5, 3.0)),
    FaultKind("black-hole", "nothing passes between a worker and the broker", Range(2.0, 9.0)),
    FaultKind("reset", "a worker's connections are reset, again and again", Range(1.0, 3.0)),
    FaultKind("slow-network", "every packet of a worker is late", Range(2.0, 5.0), (0.02, 0.05, 0.2)),
    FaultKind("slow-broker", "the broker stops in short bursts", Range(2.0, 5.0), (0.1, 0.3, 0.6)),
    FaultKind("full-disk", "the workers' disk is full, and one of them starts on it", Range(2.0, 4.0)),
    FaultKind("memory-cap", "a worker gets no more memory", Range(1.0, 3.0)),
    FaultKind("clock-jump", "a worker's wall clock is off", Range(1.0, 4.0), (-86_400.0, -1800.0, 1800.0, 7200.0)),
    FaultKind("pool-death", "a thread of a worker's pool dies"),
    FaultKind("fatal", "an event finds the ground gone, and the worker ends"),
    FaultKind("poison", "1% of the events cannot be decoded or localized", in_input=True),
    FaultKind("oversize", "outputs larger than their topic takes", in_input=True),
    FaultKind("hanging", "events whose localization never ends", in_input=True),
    FaultKind("aborted", "an input in transactions, a quarter of them aborted", in_input=True),
)
BY_NAME = {kind.name: kind for kind in KINDS}


@dataclass(frozen=True)
class Fault:
    """A fault at its time: once `at` events are acknowledged, on the `target`-th worker (modulo those there are)."""

    name: str
    at: int
    target: int
    seconds: float
    amount: float


@dataclass(frozen=True)
class Schedule:
    """All that is decided before a run. `kinds` of the events are drawn from the seed as well (`event_kinds`)."""

    seed: int
    events: int
    workers: int
    settings: dict[str, str]
    in_input: tuple[str, ...]
    faults: tuple[Fault, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Every kind of fault in it, once."""
        return tuple(dict.fromkeys((*self.in_input, *(fault.name for fault in self.faults))))


def runs_per_deal(kinds: int) -> int:
    """How many runs it takes to deal every fault."""
    return -(-kinds // HAND)


def draw(seed: int, events: int, only: Sequence[str] = ()) -> Schedule:
    """Draw a run."""
    names = [kind.name for kind in KINDS if not only or kind.name in only]
    deal, place = divmod(seed, runs_per_deal(len(names)))
    random.Random(f"deal {deal}").shuffle(names)
    hand = names[place * HAND : (place + 1) * HAND]
    rng = random.Random(f"run {seed}")
    while len(hand) < HAND:
        hand.append(rng.choice(names))
    faults = [_placed(BY_NAME[name], events, rng) for name in hand if not BY_NAME[name].in_input]
    return Schedule(
        seed=seed,
        events=events,
        workers=rng.choice((2, 2, 3)),
        settings=_settings(rng),
        in_input=tuple(sorted({name for name in hand if BY_NAME[name].in_input})),
        faults=tuple(sorted(faults, key=lambda fault: fault.at)),
    )


def _settings(rng: random.Random) -> dict[str, str]:
    """Settings of the workers that change when and how they commit, and to whom partitions go."""
    settings = {
        "DRAGOMAN_LANES__WINDOW": rng.choice(("128", "256")),
        "DRAGOMAN_LANES__COMMIT_INTERVAL_S": rng.choice(("0.02", "0.1")),
        "DRAGOMAN_LANES__TRANSACTION_RECORDS": rng.choice(("50", "2000")),
    }
    return settings | ({"DRAGOMAN_KAFKA__INSTANCE_ID": OWN_NAME} if rng.random() < 0.3 else {})


def _placed(kind: FaultKind, events: int, rng: random.Random) -> Fault:
    return Fault(
        name=kind.name,
        at=int(events * rng.uniform(FIRST_SHARE, LAST_SHARE)),
        target=rng.randrange(WORKERS_MAX),
        seconds=round(rng.uniform(kind.seconds.low, kind.seconds.high), 2),
        amount=rng.choice(kind.amounts),
    )


def event_kinds(schedule: Schedule) -> list[Kind]:
    """What each event is for, by its number."""
    rng = random.Random(f"events {schedule.seed}")
    kinds = [Kind.SOUND] * schedule.events
    everywhere = range(schedule.events)
    if "poison" in schedule.in_input:
        for number in rng.sample(everywhere, max(2, schedule.events // 100)):
            kinds[number] = rng.choice((Kind.POISON, Kind.BROKEN))
    if "oversize" in schedule.in_input:
        for number in rng.sample(everywhere, max(2, schedule.events // 1000)):
            kinds[number] = Kind.HUGE
    if "hanging" in schedule.in_input:
        # Close together: each holds its partition for `LOCALIZE_S`, those of one window at the same time.
        first = int(schedule.events * rng.uniform(0.1, 0.7))
        for number in rng.sample(range(first, min(first + 200, schedule.events)), 4):
            kinds[number] = Kind.HANGING
    return kinds


def keys(schedule: Schedule) -> list[str]:
    """The key of each event, by its number."""
    rng = random.Random(f"keys {schedule.seed}")
    return [f"k{rng.randrange(KEYS)}" for _ in range(schedule.events)]
