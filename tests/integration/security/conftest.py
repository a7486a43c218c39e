import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest

from schemas.settings import Settings
from streams.acl import grant
from streams.permissions import permissions
from streams.topics import create_topics
from tests.integration.security.deployment import Deployment, secret
from tests.integration.security.secured import SecuredBroker
from tests.integration.security.tokens import Issuer

SERVICES = ("worker", "page", "operator", "producer")
READERS = ("partner-acme", "partner-globex", "storefront-en", "storefront-pt-BR")
HALVES = ("no-group", "no-output", "no-transactions", "stranger")  # some right short of a worker, and all of them
HANG_UP_S = 30
USERS = ("admin", *(f"dragoman-{service}" for service in SERVICES), *READERS, *HALVES)


@pytest.fixture(scope="session")
def issuer() -> Iterator[Issuer]:
    made = Issuer({name: secret(name) for name in USERS})
    yield made
    made.close()


@pytest.fixture(scope="session")
def secured(embedded_kafka: None, issuer: Issuer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SecuredBroker]:
    folder = tmp_path_factory.mktemp("secured")
    with SecuredBroker.launch(folder, {name: secret(name) for name in USERS}, issuer.url) as running:
        yield running


@pytest.fixture(scope="session")
def granted(secured: SecuredBroker, issuer: Issuer, tmp_path_factory: pytest.TempPathFactory) -> Deployment:
    """The topics are there, and every service has the rights that are made for it, and no others."""
    made = Deployment(secured, issuer, tmp_path_factory.mktemp("services"))
    asyncio.run(prepared(made.settings(secured.user("admin"))))
    return made


async def prepared(settings: Settings) -> None:
    await create_topics(settings.kafka, settings.topics(), 1)
    await grant(settings.kafka, permissions(settings))
    await hung_up()


async def hung_up() -> None:
    """Wait until every connection is closed: aiokafka does not, and over TLS a farewell takes a while."""
    async with asyncio.timeout(HANG_UP_S):
        while any(one._sock for one in asyncio.get_running_loop()._transports.values()):  # noqa: ASYNC110
            await asyncio.sleep(0.01)


@pytest.fixture
async def deployment(granted: Deployment, tmp_path) -> AsyncIterator[Deployment]:
    made = Deployment(granted.broker, granted.issuer, tmp_path)
    yield made
    await hung_up()
    made.stop()
