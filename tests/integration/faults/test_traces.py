"""A worker's spans arrive where OTLP is taken, and a collector that is away costs nothing."""

import json
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web
from aiokafka import AIOKafkaProducer
from google.protobuf.json_format import MessageToDict
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from schemas.topics import LISTING_UPDATED
from tests.chaos.chain import event_json
from tests.integration.faults.probe import Probe

pytestmark = [pytest.mark.integration, pytest.mark.timeout(120)]
TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


@asynccontextmanager
async def collector():
    """Give the address of a receiver of OTLP over HTTP, and what it has taken."""
    taken = []

    async def take(request: web.Request) -> web.Response:
        said = ExportTraceServiceRequest.FromString(await request.read())
        taken.append(MessageToDict(said))
        return web.Response()

    app = web.Application()
    app.router.add_post("/v1/traces", take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}", taken
    finally:
        await runner.cleanup()


def spans_in(requests) -> list[dict]:
    scopes = [scope for request in requests for one in request["resourceSpans"] for scope in one["scopeSpans"]]
    return [span for scope in scopes for span in scope["spans"]]


async def test_a_collector_gets_the_spans_of_a_traced_event(probe: Probe, tmp_path: Path) -> None:
    async with collector() as (address, taken):
        probe.spawn(DRAGOMAN_TRACING__ENDPOINT=address)
        await probe.until_ready()
        header = ("traceparent", f"00-{TRACE}-{PARENT}-01".encode())
        async with AIOKafkaProducer(bootstrap_servers=probe.broker.bootstrap) as producer:
            await producer.send_and_wait(
                LISTING_UPDATED, event_json(0, "k", "a"), key=b"k", partition=0, headers=[header]
            )
        await probe.send("untraced", first=1)
        await probe.until_committed(2)
        probe.workers[-1].terminate()
        code, _ = await probe.ended()  # the last spans are sent before the worker is gone
        spans = spans_in(taken)
    assert code == 0
    assert sorted(span["name"] for span in spans) == ["commit", "decode", "localize", "process listing-updated"]
    (resource,) = {json.dumps(one["resource"]["attributes"]) for request in taken for one in request["resourceSpans"]}
    assert '"dragoman"' in resource


async def test_a_collector_that_is_not_there_costs_no_event(probe: Probe) -> None:
    probe.spawn(DRAGOMAN_TRACING__ENDPOINT="http://127.0.0.1:9", DRAGOMAN_TRACING__RATIO="1")
    await probe.send("a", "b", "c")
    await probe.until_committed(3)
    probe.workers[-1].terminate()
    code, seconds = await probe.ended()
    assert (code, seconds < 10) == (0, True)
