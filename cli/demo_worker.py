"""The demo's worker: a real `dragoman worker` in a process of its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cli.demo_process import HOST, DemoProcess, demo_process, free_port
from streams.connection import Where, address


@contextmanager
def worker_process(kafka: Where, log: Path) -> Iterator[DemoProcess]:
    """Run a worker on a broker for the length of the block, with this process's settings otherwise."""
    port = free_port()
    settings = {
        "DRAGOMAN_KAFKA__BOOTSTRAP": address(kafka),
        "DRAGOMAN_HTTP__HOST": HOST,
        "DRAGOMAN_HTTP__PORT": str(port),
        "DRAGOMAN_LOGS__FORMAT": "json",
        # Beside the log, which is new: the demo shows what models do, not what they did when it was shown before.
        "DRAGOMAN_LOCALIZATION__MEMORY_DIR": str(log.parent / "memory"),
        "DRAGOMAN_LANES__STATE_DIR": str(log.parent / "state"),
    }
    if isinstance(kafka, str):  # the demo's own broker asks for nothing, whatever the settings' asks for
        settings["DRAGOMAN_KAFKA__SECURITY_PROTOCOL"] = "PLAINTEXT"
    with demo_process("worker", ["worker"], settings, f"http://{HOST}:{port}", log) as worker:
        yield worker
