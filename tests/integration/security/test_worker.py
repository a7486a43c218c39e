"""Services on a broker that lets nobody in without a proof and nobody do more than `dragoman acl` says."""

import json
from contextlib import aclosing

import pytest

from schemas.settings import KafkaSettings
from streams.publish import publish
from streams.tail import tail
from tests.integration.security.deployment import Deployment, free_port, secret, until
from tests.integration.security.events import lines, listing

pytestmark = pytest.mark.integration

IDLE_S = 60


async def seen(kafka: KafkaSettings, topic: str, key: str) -> bool:
    """Wait until a reader of the topic has seen the key."""
    async with aclosing(tail(kafka, topic, from_beginning=True, timeout_s=IDLE_S, with_source=False)) as records:
        async for record in records:
            if record.key == key.encode():
                return True
    return False


@pytest.mark.parametrize("way", ["by_password", "by_token", "by_certificate"])
async def test_a_worker_does_its_work_with_the_rights_made_for_it(deployment: Deployment, way: str):
    deployment.issuer.asked.clear()
    worker = deployment.worker(getattr(deployment, way)("dragoman-worker"))
    producer = KafkaSettings(**deployment.by_password("dragoman-producer"))
    reader = KafkaSettings(**deployment.by_password("storefront-pt-BR"))
    assert (await publish(producer, "listing-updated", lines(listing(f"L-{way}")))).sent == 1
    assert await seen(reader, "listing-localized.pt-BR", f"L-{way}"), worker.said()
    assert secret("dragoman-worker") not in worker.arguments
    status, said = worker.stop()
    assert status == 0, said
    assert "Authorization" not in said
    if way == "by_token":  # some twenty clients share one
        assert len(deployment.issuer.asked) == 1


def test_an_operator_has_the_rights_for_its_commands(deployment: Deployment):
    token = {"DRAGOMAN_HTTP__PORT": str(free_port()), "DRAGOMAN_HTTP__TOKEN": secret("http")}
    worker = deployment.worker(deployment.by_password("dragoman-worker"), **token)
    operator = deployment.by_password("dragoman-operator")

    def dragoman(*arguments: str, given: bytes = b"") -> str:
        status, printed = deployment.dragoman(operator, *arguments, given=given.decode(), **token)
        assert status == 0, printed
        return printed

    dragoman("topics", "check")
    dragoman("publish", "listing-updated", "-", given=listing("L-operator") + b'\n{"listing_id": 5}\n')
    until(lambda: json.loads(dragoman("lag", "--json", "--interval", "0"))["records"] == 0, worker)
    lags = json.loads(dragoman("lag", "--json", "--interval", "0"))
    assert {one["in_flight"] for one in lags["partitions"]} == {0}, "the worker's metrics were not read"
    assert "listing-updated" in dragoman("dead-letters", "list", "--json")
    dragoman("dead-letters", "replay", "--force", "--since", "1h", "--yes")
    dragoman("relocalize", "--topic", "listing-updated", "--locale", "pt-BR", "--wait")
    dragoman("drain", f"http://127.0.0.1:{token['DRAGOMAN_HTTP__PORT']}")
    status, said = worker.ended()
    assert status == 0, said
    dragoman("offsets", "reset", "--to", "earliest", "--topic", "listing-updated", "--with-state", "--execute")
