"""What the demo knows at a moment: what was sent, what came back, and what worker and broker say of the way between."""

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec
from msgspec import Struct, field

from cli.tail import LOCALIZED, Row, side_by_side
from inference.library.catalog import CATALOG
from schemas.reasons import Warn, word_of
from schemas.topics import DEAD_LETTER
from streams.feed import Sent
from streams.harvest import Harvested, Place
from streams.lag import PartitionLag
from streams.snapshot import READY, WorkerSeen

SAMPLES_MAX: Final = 2400  # at four a second ten minutes: then the oldest go
EMBEDDERS: Final = frozenset(spec.name for spec in CATALOG if not spec.target)
KINDS: Final = dict(zip(LOCALIZED, ("listing", "review", "parcel"), strict=True))
# Marks of a copy that nobody refused: no model knows the pair, or nobody knows the language.
UNASKED: Final = frozenset({Warn.PAIR_UNAVAILABLE, Warn.LANGUAGE_UNCERTAIN})


class Sample(Struct, frozen=True):
    """Counters at a moment, in seconds since the demo began; `lag` counts records, for all partitions together."""

    at_s: float
    consumed: int
    sentences: int
    lag: int


class Localized(Struct, frozen=True):
    """A localized event beside its source. `by_model`: at least one of its texts is a model's."""

    kind: str
    locale: str
    key: str
    status: str
    rows: tuple[Row, ...]
    warnings: tuple[str, ...]
    by_model: bool


class Board(Struct):
    """All that views and summaries are made from. One task writes it at a time; bounded by the size of the demo."""

    total: int
    where: str
    began_s: float = field(default_factory=time.monotonic)
    sent: Counter[str] = field(default_factory=Counter)
    sources: dict[Place, bytes | None] = field(default_factory=dict)
    emitted: Counter[str] = field(default_factory=Counter)
    by_model: Counter[str] = field(default_factory=Counter)
    by_people: int = 0
    withdrawn: int = 0
    dead: dict[str, Counter[str]] = field(default_factory=dict)
    latest: Localized | None = None
    examples: dict[str, Localized] = field(default_factory=dict)
    lags: Sequence[PartitionLag] = ()
    worker: WorkerSeen | None = None
    worker_says: str = "starting"
    ready_s: float | None = None
    through_s: float | None = None
    samples: list[Sample] = field(default_factory=list)

    @property
    def now_s(self) -> float:
        """Seconds since the demo began."""
        return time.monotonic() - self.began_s

    @property
    def lag(self) -> int:
        """Records that are sent and not yet committed."""
        return sum(lag.records for lag in self.lags)

    @property
    def consumed(self) -> dict[str, int]:
        """Input records behind the committed offsets, by topic."""
        counts: Counter[str] = Counter()
        for lag in self.lags:
            counts[lag.topic] += max(0, (lag.committed or 0) - lag.start)
        return dict(counts)

    @property
    def dead_reasons(self) -> Counter[str]:
        """Dead letters by reason, of all topics together."""
        return sum(self.dead.values(), Counter())

    @property
    def marks(self) -> Counter[str]:
        """What else did not become a translation: good events dropped and outputs that show a source, by reason."""
        if self.worker is None:
            return Counter()
        return sum((Counter(reasons) for reasons in self.worker.dropped.values()), Counter(self.worker.fallbacks))

    @property
    def sentences(self) -> int:
        """Sentences given to the translation models so far, second readings included."""
        models = self.worker.models if self.worker else {}
        return sum(seen.requests for name, seen in models.items() if name not in EMBEDDERS)

    def take_sent(self, sent: Sent) -> None:
        """Note a record on its way in."""
        self.sent[sent.topic] += 1
        self.sources[sent.topic, sent.partition, sent.offset] = sent.value

    def take_output(self, record: Harvested) -> Localized | None:
        """Note a record that came out; returns it beside its source when its texts were made for its reader."""
        if record.topic == DEAD_LETTER:
            letter = msgspec.json.decode(record.value or b"{}")
            self.dead.setdefault(letter["topic"], Counter())[letter["reason"]] += 1
            return None
        self.emitted[record.topic] += 1
        if record.value is None:
            self.withdrawn += 1
            return None
        localized = self._localized(record)
        if localized is None:
            return None
        self.by_model[record.topic] += localized.by_model
        self.by_people += sum(said.partition(",")[0] == "human" for *_, said in localized.rows)
        if localized.by_model:
            self.examples[f"{localized.kind} {localized.locale}"] = localized
        if not localized.by_model and _is_copy(localized):
            return None
        self.latest = localized
        return localized

    def take_sample(self) -> None:
        """Note the counters of this moment for the curves."""
        consumed = sum(self.worker.consumed.values()) if self.worker else 0
        self.samples.append(Sample(self.now_s, consumed, self.sentences, self.lag))
        del self.samples[:-SAMPLES_MAX]

    def take_readiness(self, word: str | None) -> None:
        """Note what the worker says of itself; None: it does not answer."""
        self.worker_says = word or "starting"
        if word == READY and self.ready_s is None:
            self.ready_s = self.now_s

    def _localized(self, record: Harvested) -> Localized | None:
        prefix = next((one for one in LOCALIZED if record.topic.startswith(one)), None)
        if prefix is None:
            return None
        value: dict[str, Any] = msgspec.json.decode(record.value or b"null")
        source = _document(self.sources.get(record.source)) if record.source else None
        rows = _parcel_rows(value, source) if KINDS[prefix] == "parcel" else side_by_side(record.topic, value, source)
        return Localized(
            kind=KINDS[prefix],
            locale=value["locale"],
            key=(record.key or b"").decode("utf-8", "replace"),
            status=str(value.get("status") or value.get("canonical_status") or f"{value.get('rating')} of 5"),
            rows=tuple(rows),
            warnings=tuple(value.get("warnings", ())),
            by_model=value["provenance"].get("model") is not None,
        )


def _is_copy(localized: Localized) -> bool:
    """Whether the reader gets the source because nothing else was tried; a parcel's phrases are always the reader's."""
    if localized.kind == "parcel":
        return False
    words = {word_of(warning) for warning in localized.warnings}
    return localized.status == "passthrough" or not words - UNASKED


def _parcel_rows(value: Mapping[str, Any], source: Mapping[str, Any] | None) -> list[Row]:
    """A carrier's code and words beside what the recipient reads."""
    carrier = source or {}
    code = " ".join(str(carrier[name]) for name in ("vocabulary", "code", "sub_code") if carrier.get(name))
    rows = [("headline", code, value["headline"], ""), ("explanation", "", value["explanation"], "")]
    if value.get("action"):
        rows.append(("action", "", value["action"], ""))
    if value.get("detail"):
        rows.append(("detail", value.get("original") or "", value["detail"], ""))
    return rows


def _document(value: bytes | None) -> dict[str, Any] | None:
    """The event in a record's value, out of its envelope if it is in one."""
    try:
        document = msgspec.json.decode(value or b"null")
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    if isinstance(document, dict) and isinstance(document.get("data"), dict):
        document = document["data"]
    return document if isinstance(document, dict) else None
