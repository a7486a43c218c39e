"""What the page remembers: series over time, recent events, parcels' journeys. All of it is bounded."""

from collections import Counter, OrderedDict, deque
from collections.abc import Iterator, Mapping
from typing import Final

import msgspec
from msgspec import Struct

from schemas.reasons import Reason
from streams.page.shown import Shown

SERIES_MAX: Final = 400
RECENT_MAX: Final = 40  # events of one kind and locale: a filter finds some even where others are frequent
GROUPS_MAX: Final = 128  # kinds times locales
RECENT_BYTES_MAX: Final = 8_000_000
PARCELS_MAX: Final = 500
STEPS_MAX: Final = 96  # of one parcel, all locales together
LETTERS_MAX: Final = 50
OTHER: Final = "other"

_ENCODER: Final = msgspec.json.Encoder()


class Series:
    """Values by name over the same moments, oldest first; a moment at which a series had no value holds None."""

    def __init__(self, length_max: int) -> None:
        self._length_max = length_max
        self._at_ms: deque[int] = deque(maxlen=length_max)
        self._values: dict[str, deque[float | None]] = {}

    def take(self, at_ms: int, values: Mapping[str, float | None]) -> None:
        """Add a moment; a series that is new here had no values before, and one past SERIES_MAX is not kept."""
        for name in values:
            if name not in self._values and len(self._values) < SERIES_MAX:
                self._values[name] = deque([None] * len(self._at_ms), maxlen=self._length_max)
        self._at_ms.append(at_ms)
        for name, kept in self._values.items():
            kept.append(values.get(name))
        for name in [name for name, kept in self._values.items() if all(value is None for value in kept)]:
            del self._values[name]

    def columns(self) -> dict[str, object]:
        """All of it, as the browser's charts take it."""
        return {"at": list(self._at_ms), "series": {name: list(kept) for name, kept in self._values.items()}}


class Letter(Struct, frozen=True):
    """A dead letter, without anything of its payload; `topic` is the input's."""

    at_ms: int
    topic: str
    partition: int
    offset: int
    stage: str
    reason: str


class Letters:
    """Dead letters counted by reason, and the latest of them."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.latest: deque[Letter] = deque(maxlen=LETTERS_MAX)

    def take(self, letter: Letter) -> None:
        """Count a letter; a reason that is no word of the code is another's, and counted as such."""
        self.counts[letter.reason if letter.reason in set(Reason) else OTHER] += 1
        self.latest.appendleft(letter)


class Recent:
    """The latest events of each kind and locale, encoded once for all browsers."""

    def __init__(self) -> None:
        self._groups: OrderedDict[tuple[str, str], deque[tuple[int, bytes]]] = OrderedDict()
        self._number = 0
        self._bytes = 0

    def take(self, event: Shown) -> bytes:
        """Keep an event; returns it as JSON."""
        encoded = _ENCODER.encode(event)
        group = self._groups.setdefault((event.kind, event.locale), deque())
        self._groups.move_to_end((event.kind, event.locale))
        self._number += 1
        group.append((self._number, encoded))
        self._bytes += len(encoded)
        if len(group) > RECENT_MAX:
            self._bytes -= len(group.popleft()[1])
        while len(self._groups) > GROUPS_MAX:
            self._bytes -= sum(len(one) for _, one in self._groups.popitem(last=False)[1])
        while self._bytes > RECENT_BYTES_MAX:
            largest = max(self._groups.values(), key=len)
            self._bytes -= len(largest.popleft()[1])
        return encoded

    def __iter__(self) -> Iterator[bytes]:
        """Oldest first."""
        kept = sorted(pair for group in self._groups.values() for pair in group)
        return (encoded for _, encoded in kept)


class Parcel(Struct, frozen=True):
    """A parcel that has a journey to show."""

    shipment_id: str
    steps: int
    locales: tuple[str, ...]


class Journeys:
    """The events of parcels, in the order in which they happened; what came least lately is forgotten first."""

    def __init__(self) -> None:
        self._parcels: OrderedDict[str, dict[tuple[str, str], Shown]] = OrderedDict()

    def take(self, event: Shown) -> None:
        """Keep a parcel's event; one that is told again replaces what was told before."""
        if event.step is None:
            return
        steps = self._parcels.setdefault(event.key, {})
        self._parcels.move_to_end(event.key)
        steps.pop((event.locale, event.step.event_id), None)
        steps[event.locale, event.step.event_id] = event
        if len(steps) > STEPS_MAX:
            del steps[next(iter(steps))]
        if len(self._parcels) > PARCELS_MAX:
            self._parcels.popitem(last=False)

    def of(self, shipment_id: str) -> list[Shown]:
        """All that is known of a parcel, in all locales, by the time at which it happened; empty for an unknown one."""
        steps = self._parcels.get(shipment_id, {}).values()
        return sorted(steps, key=lambda event: ("" if event.step is None else event.step.occurred_at, event.place))

    def parcels(self) -> list[Parcel]:
        """The parcels known, the latest first."""
        return [
            Parcel(
                shipment_id, len({event_id for _, event_id in steps}), tuple(sorted({locale for locale, _ in steps}))
            )
            for shipment_id, steps in reversed(self._parcels.items())
        ]
