"""The one detached broker of a user: where `dragoman kafka` leaves word of it, and takes it up again."""

import fcntl
import os
import shutil
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from schemas.errors import OperatorError
from schemas.settings import runtime_dir
from streams.broker.lock import kafka_version, read_lock
from streams.broker.process import is_running, send_signal, wait_gone
from streams.broker.server import STOP_TIMEOUT_S, Broker

KILL_TIMEOUT_S: Final = 5.0
ENDED_ON_REQUEST: Final = (0, 128 + signal.SIGTERM)  # a JVM's exit status after SIGTERM


class RunningBroker(Struct, frozen=True):
    """What is known of a started broker. `mark` tells its process from a later one with the same id."""

    bootstrap: str
    pid: int
    mark: str
    version: str
    data: str
    temporary: bool
    log: str
    started_at: float  # seconds since the epoch: read by other processes

    @classmethod
    def of(cls, broker: Broker) -> "RunningBroker":
        """The record of `broker`, started now."""
        return cls(
            bootstrap=broker.bootstrap,
            pid=broker.pid,
            mark=broker.mark,
            version=kafka_version(read_lock()),
            data=str(broker.data_dir),
            temporary=broker.temporary,
            log=str(broker.log_file),
            started_at=time.time(),
        )

    def alive(self) -> bool:
        """Whether that very process still runs."""
        return is_running(self.pid, self.mark)

    def uptime_s(self) -> float:
        """Seconds since the start, never negative."""
        return max(0.0, time.time() - self.started_at)


def state_file() -> Path:
    """Where the record lies; its folder belongs to this user alone."""
    folder = runtime_dir()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if folder.stat().st_uid != os.getuid():
        raise OperatorError(f"{folder} belongs to another user")
    return folder / "kafka.json"


def read_state() -> RunningBroker | None:
    """The record of the last detached broker, alive or not; None when there is none (or it cannot be read)."""
    try:
        return msgspec.json.decode(state_file().read_bytes(), type=RunningBroker)
    except (FileNotFoundError, msgspec.DecodeError):
        return None


def write_state(running: RunningBroker) -> None:
    """Leave word of `running`, in one step."""
    path = state_file()
    draft = path.with_suffix(".new")
    draft.write_bytes(msgspec.json.encode(running))
    draft.replace(path)


def forget(running: RunningBroker) -> None:
    """Remove the record and the temporary data of a broker that has gone."""
    state_file().unlink(missing_ok=True)
    if running.temporary:
        shutil.rmtree(running.data, ignore_errors=True)


@contextmanager
def starting() -> Iterator[None]:
    """One start at a time; refuses when a broker runs, tidies up after one that has gone."""
    with state_file().with_suffix(".lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        running = read_state()
        if running is not None and running.alive():
            raise OperatorError(
                f"Kafka already runs at {running.bootstrap} (pid {running.pid}): use it with"
                f" `export DRAGOMAN_KAFKA__BOOTSTRAP={running.bootstrap}`, or stop it with `dragoman kafka stop`",
            )
        if running is not None:
            forget(running)
        yield


def stop_running() -> RunningBroker:
    """End the detached broker cleanly; raises OperatorError when none runs, after tidying up what it left."""
    running = read_state()
    if running is None:
        raise OperatorError("no embedded Kafka runs: start one with `dragoman kafka start`")
    if not running.alive():
        forget(running)
        raise OperatorError(f"the embedded Kafka (pid {running.pid}) had already ended: its state file was removed")
    send_signal(running.pid, running.mark, signal.SIGTERM)
    if not wait_gone(running.pid, running.mark, STOP_TIMEOUT_S):
        send_signal(running.pid, running.mark, signal.SIGKILL)
        wait_gone(running.pid, running.mark, KILL_TIMEOUT_S)
    forget(running)
    return running


@contextmanager
def terminable(*numbers: signal.Signals) -> Iterator[None]:
    """In this block SIGTERM (or `numbers`) ends the process as Ctrl-C does: what was opened is closed.

    A signal that is ignored (`nohup`) stays so.
    """

    def interrupt(number: int, frame: object) -> None:
        # As Ctrl-C itself where someone listens to that: asyncio's runner then cancels its task and closes its loop.
        if signal.getsignal(signal.SIGINT) not in {signal.SIG_IGN, signal.SIG_DFL, None}:
            signal.raise_signal(signal.SIGINT)
        else:
            raise KeyboardInterrupt

    before = {number: signal.getsignal(number) for number in numbers or (signal.SIGTERM,)}
    heard = [number for number, handler in before.items() if handler is not signal.SIG_IGN]
    try:
        for number in heard:
            signal.signal(number, interrupt)
        yield
    finally:
        for number in heard:
            signal.signal(number, before[number])


@contextmanager
def held(broker: Broker) -> Iterator[None]:
    """Run the block and then hold `broker` until it is interrupted; at the end it is stopped and forgotten.

    Raises OperatorError when the broker ends by itself.
    """
    running = read_state()
    try:
        with suppress(KeyboardInterrupt):
            yield
            status = broker.wait()
            if status not in ENDED_ON_REQUEST:
                raise OperatorError(f"Kafka ended by itself with status {status}: see {broker.log_file}")
    finally:
        broker.stop()
        if running and running.pid == broker.pid:
            forget(running)
