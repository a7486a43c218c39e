"""What memory and readers' feedback amount to, asked at every scrape."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Final

from msgspec import Struct
from prometheus_client.registry import Collector

from streams import families as f


class MemoryStatistics(Struct, frozen=True):
    """A worker's translation memory, now. `disk_bytes` is what the store's files take.

    `shared`, `unshared` and `learned` count since the start: told to the others, given up while the broker was away,
    read from the others and from before.
    """

    entries: int
    disk_entries: int
    disk_bytes: int
    corrections: int
    shared: int
    unshared: int
    learned: int


class Tally(Struct, frozen=True):
    """What readers said of the texts of one kind in one locale. A withdrawn correction says nothing of a text."""

    understood: int
    misunderstood: int
    corrected: int

    @property
    def interactions(self) -> int:
        """How often a reader said anything."""
        return self.understood + self.misunderstood + self.corrected

    @property
    def misunderstanding(self) -> float:
        """The part of interactions that failed."""
        return self.misunderstood / self.interactions

    @property
    def efficiency(self) -> float:
        """The part that did not: a reader who corrects a text has understood it."""
        return 1 - self.misunderstanding


RATIOS: Final[Mapping[f.Family, Callable[[Tally], float]]] = {
    f.MISUNDERSTANDING: lambda tally: tally.misunderstanding,
    f.EFFICIENCY: lambda tally: tally.efficiency,
    f.ACCURACY: lambda tally: tally.understood / tally.interactions,
    f.QUALITY: lambda tally: 1 - tally.corrected / tally.interactions,
    # The published mean of a rate and its complement says nothing; the mean of two rates does.
    f.BARRIER: lambda tally: (tally.misunderstanding + 1 - tally.efficiency) / 2,
    f.BARRIER_PUBLISHED: lambda tally: (tally.misunderstanding + tally.efficiency) / 2,
}


class FeedbackCollector(Collector):
    """Turns what readers said, by (kind, locale, verdict), into the ratios of the field. None before anybody spoke."""

    def __init__(self, said: Mapping[tuple[str, str, str], int]) -> None:
        self._said = said

    def describe(self) -> Iterable[f.Pulled]:
        """Name the families."""
        return f.pulled(f.PULLED_OF_FEEDBACK).values()

    def collect(self) -> Iterable[f.Pulled]:
        """Return the families of this moment."""
        families = f.pulled(f.PULLED_OF_FEEDBACK)
        by_place: dict[tuple[str, str], Counter[str]] = {}
        for (kind, locale, verdict), count in self._said.items():
            by_place.setdefault((kind, locale), Counter())[verdict] += count
        for place, verdicts in by_place.items():
            tally = Tally(verdicts["understood"], verdicts["misunderstood"], verdicts["corrected"])
            if tally.interactions:
                for family, ratio in RATIOS.items():
                    families[family].add_metric(place, ratio(tally))
        return families.values()


class MemoryCollector(Collector):
    """Reads the memory's counters when scraped."""

    def __init__(self, statistics: Callable[[], MemoryStatistics]) -> None:
        self._statistics = statistics

    def describe(self) -> Iterable[f.Pulled]:
        """Name the families without asking the memory."""
        return f.pulled(f.PULLED_OF_MEMORY).values()

    def collect(self) -> Iterable[f.Pulled]:
        """Return the families of this moment."""
        now = self._statistics()
        values = {
            f.MEMORY_BYTES: now.disk_bytes,
            f.CORRECTIONS: now.corrections,
            f.MEMORY_SHARED: now.shared,
            f.MEMORY_UNSHARED: now.unshared,
            f.MEMORY_LEARNED: now.learned,
        }
        families = f.pulled(f.PULLED_OF_MEMORY)
        for family, value in values.items():
            families[family].add_metric((), value)
        families[f.MEMORY_ENTRIES].add_metric(("hand",), now.entries)
        families[f.MEMORY_ENTRIES].add_metric(("disk",), now.disk_entries)
        return families.values()
