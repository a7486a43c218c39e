"""The spans of an event, in an exporter in memory: the runner's own way, and a pool's queue."""

import asyncio
import dataclasses
import socket
import time

import msgspec
import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode
from prometheus_client.openmetrics import exposition as openmetrics

from inference.pool import Pool
from inference.scheduling.queue_wait import Served
from schemas.settings import TracingSettings
from streams.metrics import Metrics
from streams.tracing import Timeline, Tracer
from streams.window import Slot
from tests.unit.inference.pool_fakes import Machine, loaded, settings
from tests.unit.streams.runner_kit import OUTPUT, Bench, record

TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


def traced(number: int, flags: str = "01"):
    header = ("traceparent", f"00-{TRACE}-{PARENT}-{flags}".encode())
    return dataclasses.replace(record(number), headers=(header,))


class Traced(Bench):
    """A bench whose runner tells its spans to `spans`."""

    def __init__(self, ratio: float = 0.0, **lanes: object) -> None:
        super().__init__(**lanes)
        self.exporter = InMemorySpanExporter()
        self.runner._tracer = Tracer(TracingSettings(ratio=ratio), "group", self.exporter)

    def spans(self, name: str):
        return [span for span in self.exporter.get_finished_spans() if span.name == name]

    def sent_contexts(self) -> list[str | None]:
        rows = self.ledger.rows(OUTPUT)
        return [next((v.decode() for k, v in row.headers if k == "traceparent"), None) for row in rows]


async def test_a_traced_event_has_a_span_under_its_producers_and_its_outputs_carry_it_on():
    bench = Traced()
    await bench.play(traced(0), record(1))
    (process,) = bench.spans("process listing-updated")
    assert f"{process.context.trace_id:032x}" == TRACE
    assert f"{process.parent.span_id:016x}" == PARENT
    assert process.kind is SpanKind.CONSUMER
    assert process.attributes["messaging.kafka.offset"] == 0
    for name in ("decode", "localize", "commit"):
        (span,) = bench.spans(name)
        assert span.parent.span_id == process.context.span_id
        assert process.start_time <= span.start_time <= span.end_time <= process.end_time
    assert bench.sent_contexts() == [f"00-{TRACE}-{process.context.span_id:016x}-01", None]


async def test_an_event_that_is_processed_again_gives_the_same_context_again():
    contexts = []
    for _ in range(2):
        bench = Traced(ratio=1.0)
        await bench.play(traced(3), record(4))
        contexts.append(bench.sent_contexts())
    assert contexts[0] == contexts[1]
    assert len(set(contexts[0])) == 2


async def test_an_event_whose_trace_is_not_sampled_is_let_through_as_it_is():
    bench = Traced(ratio=1.0)
    await bench.play(traced(0, flags="00"))
    assert bench.exporter.get_finished_spans() == ()
    assert bench.sent_contexts() == [f"00-{TRACE}-{PARENT}-00"]


@pytest.mark.parametrize(("ratio", "least", "most"), [(0.0, 0, 0), (0.5, 60, 140), (1.0, 200, 200)])
async def test_a_share_of_the_others_begin_a_trace(ratio, least, most):
    bench = Traced(ratio=ratio)
    await bench.play(*(record(n) for n in range(200)))
    begun = bench.spans("process listing-updated")
    assert least <= len(begun) <= most
    assert all(span.parent is None for span in begun)


async def test_a_dead_letter_is_an_error_with_its_reason():
    bench = Traced()
    bench.script.errors[0] = [KeyError("secret")]
    await bench.play(traced(0))
    (process,) = bench.spans("process listing-updated")
    assert process.status.status_code is StatusCode.ERROR
    assert process.attributes["error.type"] == "localize_failed"
    assert "secret" not in process.to_json()


async def test_what_cannot_be_settled_is_an_error_too():
    bench = Traced()
    bench.script.outcomes[0] = KeyError("secret")
    await bench.play(traced(0))
    (process,) = bench.spans("process listing-updated")
    assert process.attributes["error.type"] == "settle_failed"


async def test_a_wait_in_the_pools_queue_is_no_wait_for_admission():
    """The time of a record stands still while it waits there: its admission seems to move (streams/window.py)."""
    bench = Traced()
    slots = []
    process = bench.runner._live.window._process

    async def moved(slot):
        await process(slot)
        slot.admitted += 2.0
        slots.append(slot)

    bench.runner._live.window._process = moved
    await bench.play(traced(0))
    assert slots[0].admitted > slots[0].taken
    assert bench.spans("admission") == []


def test_a_request_that_never_had_its_turn_has_waited_until_it_was_given_up():
    exporter = InMemorySpanExporter()
    tracer = Tracer(TracingSettings(ratio=1.0), "group", exporter)
    line = Timeline(1, 2, None, decoded_s=10.1, asked_s=10.1, began_s=10.1, localized_s=14.0)
    line.served = [Served("fake", arrived_s=11.0, started_s=0.0, ended_s=13.0)]
    slot = Slot(dataclasses.replace(record(7), partition=5), taken=10.0, timeline=line)
    tracer.committed([slot], 15.0, 16.0)
    spans = {span.name: span for span in exporter.get_finished_spans()}
    lasted = {name: (span.end_time - span.start_time) / 1e9 for name, span in spans.items()}
    assert lasted == pytest.approx(
        {"decode": 0.1, "localize": 3.9, "queue": 2.0, "commit": 1.0, "process listing-updated": 6.0}
    )
    told = spans["process listing-updated"].attributes
    assert (told["messaging.kafka.offset"], told["messaging.destination.partition.id"]) == (7, "5")


@pytest.mark.timeout(15)  # all that is left would be tried for 20 s
def test_a_collector_that_never_answers_holds_nobody_up():
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        settings = TracingSettings(endpoint=f"http://127.0.0.1:{deaf.getsockname()[1]}", ratio=1.0)
        tracer = Tracer(settings, "group")
        for _ in range(2000):
            tracer._spans.start_span("left").end()
        tracer.close()


async def test_waiting_for_ones_turn_and_being_computed_are_told_apart():
    machine = Machine(slots=1, look_ahead=1)
    async with Pool(loaded(), settings(), make_engines=machine.make_engines()) as pool:
        bench = Traced()

        async def localize(event: object, _tools: object) -> object:
            await asyncio.gather(*(pool.translate(f"text {n}", source="en", target="pt-BR") for n in range(2)))
            return event.version

        bench.runner.agent = msgspec.structs.replace(bench.script.agent, localize=localize)
        await bench.play(traced(0))
    (localizing,) = bench.spans("localize")
    queued, computed = bench.spans("queue"), bench.spans("batch")
    assert len(queued) == len(computed) == 2
    for span in (*queued, *computed):
        assert span.parent.span_id == localizing.context.span_id
        assert span.attributes["dragoman.model"] == "fake"
    for before, after in zip(queued, computed, strict=True):
        assert before.start_time <= before.end_time == after.start_time <= after.end_time
    # One row at a time: the second waited while the first was computed.
    assert max(span.end_time - span.start_time for span in queued) > 0
    assert queued[1].end_time >= computed[0].start_time


async def test_a_wait_for_admission_is_a_span_and_no_wait_is_none():
    bench = Traced(work_bytes=1)  # one at a time
    bench.script.hold(0)
    loop = asyncio.get_running_loop()
    loop.call_later(0.05, bench.script.gates[0].set)
    await bench.play(traced(0), traced(1))
    (waiting,) = bench.spans("admission")
    first, second = bench.spans("process listing-updated")
    decoded, localizing = (bench.spans(name) for name in ("decode", "localize"))
    assert waiting.parent.span_id == second.context.span_id != first.context.span_id
    assert decoded[1].end_time <= waiting.start_time < waiting.end_time == localizing[1].start_time
    assert waiting.end_time >= localizing[0].end_time


async def test_without_tracing_nothing_is_kept():
    bench = Bench()
    await bench.play(traced(0))
    assert bench.ledger.rows(OUTPUT)[0].headers[-2] == ("traceparent", f"00-{TRACE}-{PARENT}-01".encode())


async def test_the_latency_of_a_traced_event_points_at_its_trace():
    bench = Traced()
    metrics = Metrics()
    bench.runner._report = metrics
    now_ms = int(time.time() * 1000)
    slow = dataclasses.replace(traced(0), timestamp=now_ms - 7_000)
    await bench.play(slow, record(1, timestamp=now_ms))
    page = openmetrics.generate_latest(metrics.registry).decode()
    (line,) = [line for line in page.splitlines() if TRACE in line]
    assert line.startswith('dragoman_event_end_to_end_seconds_bucket{le="10.0",topic="listing-updated"}')
