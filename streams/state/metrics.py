"""What the state on disk amounts to, asked at every scrape."""

from collections.abc import Iterable

from prometheus_client.registry import Collector

from streams import families as f
from streams.state.store import StateStore


class StateCollector(Collector):
    """Reads the state's size when scraped."""

    def __init__(self, store: StateStore) -> None:
        self._store = store

    def describe(self) -> Iterable[f.Pulled]:
        """Name the families."""
        return f.pulled(f.PULLED_OF_STATE).values()

    def collect(self) -> Iterable[f.Pulled]:
        """Return the families of this moment."""
        families = f.pulled(f.PULLED_OF_STATE)
        families[f.STATE_KEYS].add_metric((), self._store.keys)
        families[f.STATE_BYTES].add_metric((), self._store.size_bytes)
        families[f.STATE_WAITING].add_metric((), self._store.waiting)
        return families.values()
