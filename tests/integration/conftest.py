import os
from collections.abc import Iterator

import pytest

from schemas.errors import OperatorError
from streams.broker.server import Broker


@pytest.fixture(scope="session")
def broker() -> Iterator[str]:
    """Bootstrap address of one Apache Kafka for the whole session: ours, or the one that BROKER=host:port names."""
    if named := os.environ.get("BROKER"):
        yield named
        return
    try:
        running = Broker.start()
    except OperatorError as error:
        if os.environ.get("CI"):
            pytest.fail(f"integration tests must run in CI: {error}")
        pytest.skip(f"no Apache Kafka: {error}")
    with running:
        yield running.bootstrap
