"""`docker compose` on the file at the top of the repository, under a name and on ports of its own."""

import importlib.util
import os
import subprocess
from pathlib import Path

from tests.cluster.cluster import HOST, free_ports

ROOT = Path(__file__).parents[2]
PUBLISHED = ("KAFKA_PORT", "PROMETHEUS_PORT", "GRAFANA_PORT", "PAGE_PORT")


def program() -> str:
    """Compose itself, from its wheel: the wrapper beside it loses the exit code."""
    found = importlib.util.find_spec("compose")
    assert found is not None
    assert found.submodule_search_locations
    return str(Path(found.submodule_search_locations[0]) / "docker-compose")


class Compose:
    """A project of the file. Calling it runs a subcommand and returns what it printed; AssertionError when it fails."""

    def __init__(self, name: str, **variables: str) -> None:
        self.name = name
        ports = zip(PUBLISHED, free_ports(len(PUBLISHED)), strict=True)
        self.ports = {published: str(port) for published, port in ports}
        own = ("DRAGOMAN_", "GRAFANA_")  # nobody's settings but those given here
        outer = {key: value for key, value in os.environ.items() if not key.startswith(own)}
        self._environment = {**outer, **self.ports, **variables}

    def address(self, published: str) -> str:
        return f"{HOST}:{self.ports[published]}"

    def volume(self, name: str) -> str:
        """What the engine calls a volume of the file."""
        return f"{self.name}_{name}"

    def container(self, service: str) -> str:
        """What the engine calls the container of a service."""
        return f"{self.name}-{service}-1"

    def __call__(self, *arguments: str, timeout_s: float = 120, **variables: str) -> str:
        done = subprocess.run(
            [program(), "--project-name", self.name, *arguments],
            cwd=ROOT,
            env=self._environment | variables,
            capture_output=True,
            text=True,
            timeout=timeout_s,
            check=False,
        )
        assert done.returncode == 0, f"{arguments}: {(done.stdout + done.stderr)[-3000:]}"
        return done.stdout

    def down(self) -> None:
        self("down", "--volumes", "--timeout", "10")
