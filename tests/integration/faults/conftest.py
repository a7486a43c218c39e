import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from schemas.errors import OperatorError
from streams.broker.server import Broker
from tests.integration.faults.probe import Probe


@pytest.fixture
def own_broker() -> Iterator[Broker]:
    """A broker of the test's own, because it kills it, or because its topics must start empty."""
    try:
        running = Broker.start()
    except OperatorError as error:
        if os.environ.get("CI"):
            pytest.fail(f"integration tests must run in CI: {error}")
        pytest.skip(f"no Apache Kafka: {error}")
    with running:
        yield running


@pytest.fixture
async def probe(own_broker: Broker, tmp_path: Path):
    """One worker at a time on a broker of its own, with its topics; ended with the test."""
    probe = Probe(own_broker, tmp_path)
    await probe.create_topics()
    yield probe
    probe.stop()
