"""The demo's live page: a real `dragoman page` in a process of its own."""

import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from cli.demo_process import HOST, DemoProcess, demo_process, free_port
from schemas.errors import Fatal
from streams.connection import Where, address

START_TIMEOUT_S: Final = 30.0
LOOK_EVERY_S: Final = 0.1
REQUEST_TIMEOUT_S: Final = 5.0


@contextmanager
def page_process(kafka: Where, worker_url: str, preferred_port: int, log: Path) -> Iterator[DemoProcess]:
    """Run the page on a broker beside a worker for the length of the block; it may still be starting."""
    port = free_port(preferred_port)
    settings = {
        "DRAGOMAN_KAFKA__BOOTSTRAP": address(kafka),
        "DRAGOMAN_PAGE__HOST": HOST,
        "DRAGOMAN_PAGE__PORT": str(port),
        "DRAGOMAN_LOGS__FORMAT": "json",
    }
    if isinstance(kafka, str):  # see `worker_process`
        settings["DRAGOMAN_KAFKA__SECURITY_PROTOCOL"] = "PLAINTEXT"
    with demo_process("page", ["page", "--metrics", worker_url], settings, f"http://{HOST}:{port}", log) as page:
        yield page


def require_answer(page: DemoProcess) -> None:
    """Return once the page answers; raises Fatal when it has ended, or does not answer within START_TIMEOUT_S."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # loopback is behind nobody's proxy
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline:
        page.require_alive()
        try:
            with opener.open(f"{page.url}/live", timeout=REQUEST_TIMEOUT_S):
                return
        except OSError:
            time.sleep(LOOK_EVERY_S)
    raise Fatal(f"the page does not answer at {page.url} (log: {page.log})")
