import os
from collections.abc import Iterator

import pytest

from streams.broker.server import Broker


@pytest.fixture(scope="session")
def broker(request: pytest.FixtureRequest) -> Iterator[str]:
    """Bootstrap address of one Apache Kafka for the whole session: ours, or the one that BROKER=host:port names."""
    if named := os.environ.get("BROKER"):
        yield named
        return
    request.getfixturevalue("embedded_kafka")
    with Broker.start() as running:
        yield running.bootstrap
