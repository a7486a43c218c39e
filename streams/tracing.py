"""The life of an event as OpenTelemetry spans, told to a collector once the event is durable.

    process <topic>    from being taken to the end of its transaction; a child of the producer's span
      decode
      admission        the worker has enough texts of this kind in work; only where that was waited for
      localize
        queue          a request waits for its turn in the pool
        batch          it is computed, together with others
      commit           settle, send, offsets, commit: one transaction, shared with its neighbours

An event that comes with a trace goes by that trace's sampled flag; of the others `tracing.ratio` get a trace. Outputs
carry the context of the event's span. Its ids are a hash of where the event came from, never chance: an event that is
processed again gives the same bytes again. Needs the extra `tracing`; without an endpoint nothing of this is imported.
"""

import hashlib
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct, field
from msgspec.structs import replace

from inference.scheduling.queue_wait import Served
from schemas.codec import Received, Record
from schemas.errors import OperatorError
from schemas.settings import TracingSettings
from streams.window import Slot

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SpanExporter

SAMPLED: Final = 1  # the lowest bit of a context's flags (W3C Trace Context, section 3.2.2.5)
LOW_64: Final = (1 << 64) - 1
SCOPE: Final = "dragoman"
FLUSH_S: Final = 2.0
WAITED_S: Final = 0.001  # to be let in at once takes microseconds


class Timeline(Struct):
    """What is measured of one traced event, in monotonic seconds, which the event loop counts too; 0.0: not reached."""

    trace: int
    span: int
    parent: int | None
    decoded_s: float = 0.0
    asked_s: float = 0.0
    began_s: float = 0.0
    localized_s: float = 0.0
    served: list[Served] = field(default_factory=list)

    @contextmanager
    def localizing(self) -> Iterator[None]:
        """Measure what is done inside."""
        self.began_s = time.monotonic()
        try:
            yield
        finally:
            self.localized_s = time.monotonic()


def context_of(received: Received[Any], record: Record, ratio: float) -> tuple[int, int, int | None] | None:
    """Return trace id, span id and parent's span id for an event; None when it is not traced."""
    if received.traceparent is not None:
        _version, trace_hex, parent_hex, flags = received.traceparent.split("-")[:4]
        if not int(flags, 16) & SAMPLED:
            return None
        trace, parent = int(trace_hex, 16), int(parent_hex, 16)
        return trace, _span_id(trace, record), parent
    if not ratio:
        return None
    trace = int.from_bytes(hashlib.sha256(received.source_id.encode()).digest()[:16], "big") or 1
    if (trace & LOW_64) >= ratio * LOW_64:
        return None
    return trace, _span_id(trace, record), None


def _span_id(trace: int, record: Record) -> int:
    name = f"{trace:032x}|{record.topic}|{record.partition}|{record.offset}".encode()
    return int.from_bytes(hashlib.sha256(name).digest()[:8], "big") or 1


class Tracer:
    """Follows events and tells their spans. Owned by the event loop; the exporter has a thread of its own."""

    def __init__(self, settings: TracingSettings, group: str, exporter: "SpanExporter | None" = None) -> None:
        """`exporter` replaces that of the settings: the seam for tests."""
        self._ratio = settings.ratio
        self._group = group
        self._provider, self._ids = _provider(settings, exporter)
        self._spans = self._provider.get_tracer(SCOPE)

    def follow(self, slot: Slot, now_s: float) -> None:
        """Begin to measure an event that has just been decoded, if it is to be traced."""
        received = slot.received
        assert received is not None  # noqa: S101  (for the type checker; what is not decoded is not followed)
        found = context_of(received, slot.record, self._ratio)
        if found is None:
            return
        slot.timeline = Timeline(*found, decoded_s=now_s)
        slot.received = replace(received, traceparent=f"00-{found[0]:032x}-{found[1]:016x}-01")

    def committed(self, slots: Iterable[Slot], began_s: float, ended_s: float) -> None:
        """Tell the spans of the traced among these events, whose transaction took from `began_s` to `ended_s`."""
        epoch_ns = time.time_ns() - int(time.monotonic() * 1e9)
        for slot in slots:
            if slot.timeline is not None:
                self._tell(slot, slot.timeline, epoch_ns, began_s, ended_s)

    def _tell(self, slot: Slot, line: Timeline, epoch_ns: int, began_s: float, ended_s: float) -> None:
        from opentelemetry.trace import SpanKind, Status, StatusCode, set_span_in_context  # noqa: PLC0415  (an extra)

        def moment(seconds: float) -> int:
            return epoch_ns + int(seconds * 1e9)

        def child(name: str, inside: Any, first_s: float, last_s: float, **attributes: str) -> Any:
            span = self._spans.start_span(name, inside, start_time=moment(first_s), attributes=attributes)
            span.end(moment(max(first_s, last_s)))
            return set_span_in_context(span)

        record = slot.record
        self._ids.trace, self._ids.span = line.trace, line.span
        span = self._spans.start_span(
            f"process {record.topic}",
            _remote(line),
            SpanKind.CONSUMER,
            start_time=moment(slot.taken),
            attributes={
                "messaging.system": "kafka",
                "messaging.operation.type": "process",
                "messaging.destination.name": record.topic,
                "messaging.destination.partition.id": str(record.partition),
                "messaging.kafka.offset": record.offset,
                "messaging.consumer.group.name": self._group,
            },
        )
        inside = set_span_in_context(span)
        child("decode", inside, slot.taken, line.decoded_s)
        if line.began_s - line.asked_s >= WAITED_S:
            child("admission", inside, line.asked_s, line.began_s)
        if line.localized_s:
            localizing = child("localize", inside, line.began_s, line.localized_s)
            for one in line.served:
                started_s = one.started_s or one.ended_s
                child("queue", localizing, one.arrived_s, started_s, **{"dragoman.model": one.model})
                if one.started_s:
                    child("batch", localizing, started_s, one.ended_s, **{"dragoman.model": one.model})
        child("commit", inside, began_s, ended_s)
        if slot.refused is not None:
            span.set_attribute("error.type", slot.refused.reason)
            span.set_status(Status(StatusCode.ERROR, slot.refused.reason))
        span.end(moment(ended_s))

    def close(self) -> None:
        """Send what is left, for FLUSH_S at most: a collector that is away must not hold up a worker that leaves."""
        # The exporter keeps to no time limit of ours, so it is left behind in a thread that holds up nothing.
        ending = threading.Thread(target=self._provider.shutdown, daemon=True)
        ending.start()
        ending.join(FLUSH_S)


def open_tracer(settings: TracingSettings, group: str) -> Tracer | None:
    """Return a tracer, or None where no endpoint is set; raises OperatorError without the extra."""
    return None if settings.endpoint is None else Tracer(settings, group)


def _remote(line: Timeline) -> Any:
    """The context of the producer's span; an empty one where the trace begins here."""
    from opentelemetry.context import Context  # noqa: PLC0415  (an extra)
    from opentelemetry.trace import (  # noqa: PLC0415
        NonRecordingSpan,
        SpanContext,
        TraceFlags,
        set_span_in_context,
    )

    if line.parent is None:
        return Context()
    flags = TraceFlags(TraceFlags.SAMPLED)
    return set_span_in_context(
        NonRecordingSpan(SpanContext(line.trace, line.parent, is_remote=True, trace_flags=flags))
    )


def _provider(settings: TracingSettings, exporter: "SpanExporter | None") -> "tuple[TracerProvider, Any]":
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415  (an extra)
        from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
        from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
        from opentelemetry.sdk.trace.export import BatchSpanProcessor, SimpleSpanProcessor  # noqa: PLC0415
        from opentelemetry.sdk.trace.id_generator import RandomIdGenerator  # noqa: PLC0415
    except ImportError as error:
        raise OperatorError("tracing.endpoint is set: install the extra, `pip install dragoman[tracing]`") from error

    class Ids(RandomIdGenerator):
        """Gives the ids that have been decided for the next span, once; chance for all others."""

        trace = span = 0

        def generate_trace_id(self) -> int:
            trace, self.trace = self.trace, 0
            return trace or super().generate_trace_id()

        def generate_span_id(self) -> int:
            span, self.span = self.span, 0
            return span or super().generate_span_id()

    ids = Ids()
    provider = TracerProvider(
        resource=Resource.create({"service.name": settings.service}), id_generator=ids, shutdown_on_exit=False
    )
    if exporter is not None:
        provider.add_span_processor(SimpleSpanProcessor(exporter))
    else:
        url = f"{(settings.endpoint or '').rstrip('/')}/v1/traces"
        # Bounded: what the collector does not take in time is dropped, never waited for.
        provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(url, timeout=5)))
    return provider, ids
