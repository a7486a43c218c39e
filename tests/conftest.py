"""What every test may rely on."""

import os
import signal
import tempfile
from collections.abc import Iterator

import hypothesis  # noqa: F401  (its plugin would import it while pytest sums up, deep in pytest's own frames)
import pytest

from schemas.errors import OperatorError
from streams.broker.jars import ensure_jars
from streams.broker.server import find_java

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # of a job in the background; what tests start must hear Ctrl-C
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session", autouse=True)
def runtime_folder() -> Iterator[None]:
    """No test sees, or is seen by, an Apache Kafka that this user runs beside the tests."""
    before = os.environ.get("XDG_RUNTIME_DIR")
    with tempfile.TemporaryDirectory(prefix="dragoman-run-") as folder:
        os.environ["XDG_RUNTIME_DIR"] = folder
        yield
    if before is None:
        del os.environ["XDG_RUNTIME_DIR"]
    else:
        os.environ["XDG_RUNTIME_DIR"] = before


@pytest.fixture(scope="session")
def embedded_kafka() -> None:
    """Java and the jars are here: `Broker.start` will not fail for want of them."""
    try:
        find_java()
        ensure_jars()
    except OperatorError as error:
        if os.environ.get("CI"):
            pytest.fail(f"Apache Kafka must run in CI: {error}")
        pytest.skip(f"no Apache Kafka: {error}")
