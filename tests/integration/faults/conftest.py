import os
from collections.abc import Iterator

import pytest

from schemas.errors import OperatorError
from streams.broker.server import Broker


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
