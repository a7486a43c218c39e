import asyncio
from collections.abc import Iterator

import pytest

from streams.broker.server import Broker
from streams.topics import create_topics
from tests.integration.compat.deployment import Deployment
from tests.integration.compat.java_tools import JavaTools
from tests.integration.compat.librdkafka import Confluent, Kcat
from tests.integration.faults.conftest import own_broker  # noqa: F401


@pytest.fixture
def deployment(own_broker: Broker, tmp_path) -> Iterator[Deployment]:  # noqa: F811
    made = Deployment(own_broker.bootstrap, tmp_path)
    asyncio.run(create_topics(made.bootstrap, made.topics(), 1))
    yield made
    made.stop()


@pytest.fixture
def clients(deployment: Deployment) -> list[JavaTools | Confluent | Kcat]:
    return [kind(deployment.bootstrap) for kind in (JavaTools, Confluent, Kcat)]
