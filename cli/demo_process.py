"""The demo's processes: each a real `dragoman` command of its own, ended whatever happens to the demo."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from schemas.errors import Fatal
from schemas.settings import environment

HOST: Final = "127.0.0.1"
STOP_TIMEOUT_S: Final = 12.0  # a worker leaves within 10 s of SIGTERM
START: Final = "from cli.main import run; run()"
ERROR_CHARS_MAX: Final = 300


class DemoProcess:
    """A running command; `name` is what people call it, `url` is where it tells of itself."""

    def __init__(self, name: str, process: subprocess.Popen[bytes], url: str, log: Path) -> None:
        self.url = url
        self.log = log
        self._name = name
        self._process = process

    @property
    def pid(self) -> int:
        """The process, which leads a group of its own."""
        return self._process.pid

    def require_alive(self) -> None:
        """Raise Fatal with the command's own last words when it has ended."""
        status = self._process.poll()
        if status is not None:
            raise Fatal(f"the {self._name} ended with status {status}: {self._last_words()} (log: {self.log})")

    def stop(self) -> None:
        """Ask it to leave, insist after STOP_TIMEOUT_S; returns once it and its group are gone."""
        try:
            self._process.terminate()
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(STOP_TIMEOUT_S)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def _last_words(self) -> str:
        lines = [line.strip() for line in self.log.read_text("utf-8", "replace").splitlines() if line.strip()]
        said = next((line for line in reversed(lines) if line.startswith("dragoman: ")), lines[-1] if lines else "")
        return said.removeprefix("dragoman: ")[:ERROR_CHARS_MAX] or "it said nothing"


@contextmanager
def demo_process(
    name: str, arguments: Sequence[str], settings: Mapping[str, str], url: str, log: Path
) -> Iterator[DemoProcess]:
    """Run `dragoman ARGUMENTS` for the length of the block, with this process's settings and `settings` on top."""
    with log.open("wb") as file:
        process = subprocess.Popen(  # noqa: S603  (this interpreter and this package)
            [sys.executable, "-c", START, *arguments],
            env=environment(settings),
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=file,
            start_new_session=True,  # Ctrl-C goes to the demo, which stops its processes before its broker
        )
    running = DemoProcess(name, process, url, log)
    try:
        yield running
    finally:
        running.stop()


def free_port(preferred: int = 0) -> int:
    """A port that nobody listens on: the preferred one if it is free."""
    try:
        with socket.create_server((HOST, preferred)) as holder:
            port: int = holder.getsockname()[1]
            return port
    except OSError:
        return free_port()
