from tests.integration.faults.conftest import own_broker  # noqa: F401  (a fixture: topics must start empty here too)
