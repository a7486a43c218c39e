import os
from collections.abc import Iterator

import pytest

from schemas.errors import OperatorError
from streams.broker.jars import ensure_jars
from streams.broker.server import Broker, find_java


@pytest.fixture(scope="session")
def embedded_kafka() -> None:
    """Java and the jars are here: `Broker.start` will not fail for want of them."""
    try:
        find_java()
        ensure_jars()
    except OperatorError as error:
        if os.environ.get("CI"):
            pytest.fail(f"integration tests must run in CI: {error}")
        pytest.skip(f"no Apache Kafka: {error}")


@pytest.fixture(scope="session")
def broker(request: pytest.FixtureRequest) -> Iterator[str]:
    """Bootstrap address of one Apache Kafka for the whole session: ours, or the one that BROKER=host:port names."""
    if named := os.environ.get("BROKER"):
        yield named
        return
    request.getfixturevalue("embedded_kafka")
    with Broker.start() as running:
        yield running.bootstrap
