from tests.integration.faults.conftest import own_broker

__all__ = ["own_broker"]
