"""Is there a Kafka at the other end, and if not, why: aiokafka tells the reason to its logger and nobody else."""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any, Final

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from schemas.errors import OperatorError
from streams.broker.state import read_state
from streams.connection import Where, address, connection
from streams.refusals import FORBIDDEN, explain, forbidden

CLIENT_LOGGERS: Final = ("aiokafka", "kafka")
REMEMBERED: Final = 16


class ClientErrors(logging.Handler):
    """Keeps the last complaints of the Kafka client. Bounded; safe from any thread."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.messages: deque[str] = deque(maxlen=REMEMBERED)

    def emit(self, record: logging.LogRecord) -> None:
        """Remember the message as one line."""
        self.messages.append(" ".join(record.getMessage().split()))


_kept: Final = ClientErrors()


def keep_client_errors() -> None:
    """Remember the client's complaints from now on, and keep them off the terminal where nothing else logs."""
    for name in CLIENT_LOGGERS:
        logger = logging.getLogger(name)
        if _kept not in logger.handlers:
            logger.addHandler(_kept)


def last_client_error() -> str | None:
    """Return the client's latest warning or error in one line, or None. Needs `keep_client_errors` before."""
    return _kept.messages[-1] if _kept.messages else None


def unreachable(kafka: Where, error: BaseException) -> OperatorError:
    """Return the one line an operator reads when the broker cannot be used."""
    if isinstance(error, FORBIDDEN):
        return forbidden(kafka, error)
    if told := explain(tuple(_kept.messages), kafka):
        return OperatorError(f"cannot use Kafka at {address(kafka)}: {told}")
    reason = last_client_error() or str(error) or type(error).__name__
    running = read_state()
    if running is not None and running.alive() and running.bootstrap != address(kafka):
        remedy = f"yours runs elsewhere: export DRAGOMAN_KAFKA__BOOTSTRAP={running.bootstrap}"
    else:
        remedy = "start one with `dragoman kafka start` or name another in DRAGOMAN_KAFKA__BOOTSTRAP"
    return OperatorError(f"cannot use Kafka at {address(kafka)}: {reason}; {remedy}")


@contextmanager
def broker_errors(kafka: Where) -> Iterator[None]:
    """Turn every failure to talk to the broker inside the block into one OperatorError."""
    keep_client_errors()
    _kept.messages.clear()
    try:
        yield
    except (KafkaError, OSError, TimeoutError) as error:
        raise unreachable(kafka, error) from error


@asynccontextmanager
async def admin_client(kafka: Where, timeout_s: float) -> AsyncIterator[AIOKafkaAdminClient]:
    """Give a started admin client that is closed at the end, also when it could not be started."""
    client = AIOKafkaAdminClient(**connection(kafka), request_timeout_ms=int(timeout_s * 1000))
    try:
        async with asyncio.timeout(timeout_s):
            await client.start()
        yield client
    finally:
        await client.close()


async def reach(kafka: Where, timeout_s: float = 5.0) -> int:
    """Return the number of brokers of the cluster; raises OperatorError when it cannot be reached."""
    with broker_errors(kafka):
        async with admin_client(kafka, timeout_s) as client, asyncio.timeout(timeout_s):
            return len((await client.describe_cluster())["brokers"])


async def cluster_id(kafka: Where, timeout_s: float = 10.0) -> str:
    """Return the name a cluster has given itself; raises OperatorError when it cannot be reached."""
    with broker_errors(kafka):
        async with admin_client(kafka, timeout_s) as client, asyncio.timeout(timeout_s):
            found: dict[str, Any] = await client.describe_cluster()
    return str(found.get("cluster_id"))
