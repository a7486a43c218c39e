"""A real Prometheus that scrapes a worker every second, with our rules, on a port of its own."""

import json
import os
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml

from deploy.prometheus.catalogue import RULES

HOST = "127.0.0.1"
STARTS_IN_S = 30.0


class Prometheus:
    """Answers queries; `url` is without a path."""

    def __init__(self, url: str) -> None:
        self.url = url

    def get(self, path: str, **arguments: str):
        """The data of an answer of the HTTP API; an error of Prometheus' is raised with what it says."""
        address = f"{self.url}/api/v1/{path}?{urllib.parse.urlencode(arguments)}"
        try:
            with urllib.request.urlopen(address, timeout=20) as answer:  # noqa: S310  (loopback)
                return json.load(answer)["data"]
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{arguments}: {error.read().decode()}") from error

    def query(self, expression: str) -> list[tuple[dict[str, str], float]]:
        """The series of this moment, without those that are no number."""
        found = [(one["metric"], float(one["value"][1])) for one in self.get("query", query=expression)["result"]]
        return [(labels, value) for labels, value in found if value == value]  # noqa: PLR0124  (NaN)

    def alerts(self) -> set[str]:
        """The names of alerts that fire."""
        return {one["labels"]["alertname"] for one in self.get("alerts")["alerts"] if one["state"] == "firing"}


@contextmanager
def prometheus(folder: Path, target: str) -> Iterator[Prometheus]:
    """Run one that scrapes `host:port`; a user without the binary is told that the test is skipped."""
    binary = shutil.which("prometheus")
    if binary is None and os.environ.get("CI"):
        pytest.fail("prometheus must be here in CI: .ci/run installs it")
    if binary is None:
        pytest.skip("no prometheus: install the package of that name")
    with socket.create_server((HOST, 0)) as holder:
        port = holder.getsockname()[1]
    config = folder / "prometheus.yml"
    scrape = {"job_name": "dragoman", "static_configs": [{"targets": [target]}]}
    every = {"scrape_interval": "1s", "scrape_timeout": "1s", "evaluation_interval": "1s"}
    config.write_text(yaml.safe_dump({"global": every, "rule_files": [str(RULES)], "scrape_configs": [scrape]}))
    command = [
        binary,
        f"--config.file={config}",
        f"--storage.tsdb.path={folder / 'data'}",
        f"--web.listen-address={HOST}:{port}",
        "--log.level=warn",
    ]
    log = folder / "prometheus.log"
    with log.open("wb") as file:
        process = subprocess.Popen(command, stdout=file, stderr=file, cwd=folder)
    try:
        running = Prometheus(f"http://{HOST}:{port}")
        _wait_ready(running, process, log)
        yield running
    finally:
        process.terminate()
        process.wait(20)


def _wait_ready(running: Prometheus, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + STARTS_IN_S
    while time.monotonic() < deadline:
        assert process.poll() is None, log.read_text()
        try:
            with urllib.request.urlopen(f"{running.url}/-/ready", timeout=2):  # noqa: S310  (loopback)
                return
        except OSError:
            time.sleep(0.1)
    pytest.fail(f"Prometheus is not ready: {log.read_text()}")
