import asyncio
from collections.abc import Iterator

import pytest

from streams.acl import grant
from streams.permissions import permissions
from streams.topics import create_topics
from tests.integration.security.deployment import Deployment, secret
from tests.integration.security.secured import SecuredBroker
from tests.integration.security.tokens import Issuer

SERVICES = ("worker", "page", "operator", "producer")
READERS = ("partner-acme", "partner-globex", "storefront-en", "storefront-pt-BR")
HALVES = ("no-group", "no-output", "no-transactions", "stranger")  # some right short of a worker, and all of them
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
    settings = made.settings(secured.user("admin"))
    asyncio.run(create_topics(settings.kafka, settings.topics(), 1))
    asyncio.run(grant(settings.kafka, permissions(settings)))
    return made


@pytest.fixture
def deployment(granted: Deployment, tmp_path) -> Iterator[Deployment]:
    made = Deployment(granted.broker, granted.issuer, tmp_path)
    yield made
    made.stop()
