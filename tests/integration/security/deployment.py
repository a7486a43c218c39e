"""The services of one deployment on a broker that demands to know who asks, and what they print."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from schemas.settings import KafkaSettings, Settings
from schemas.topics import INPUTS
from tests.integration.security.secured import SecuredBroker
from tests.integration.security.tokens import Issuer

CANARY = "canary-4f1c"  # in every secret of these tests: it must never be seen
PARTNERS = ("acme", "globex")
LOCALES = ("en", "pt-BR")
PARTITIONS = dict.fromkeys(INPUTS, 1)
WORKER = Path(__file__).with_name("secured_worker.py")
DRAGOMAN = Path(sys.executable).with_name("dragoman")
WAIT_S = 60


def secret(name: str) -> str:
    return f"{CANARY}-{name}"


def sealed(text: str) -> str:
    """The text, once it is known to hold no secret."""
    assert CANARY not in text, text
    assert "eyJ" not in text, text  # how every signed token begins
    return text


class Process:
    """A worker; `ended` gives its exit status and what it has said."""

    def __init__(self, environment: Mapping[str, str], log: Path) -> None:
        with log.open("wb") as file:
            self._process = subprocess.Popen([sys.executable, WORKER], env=environment, stdout=file, stderr=file)
        self._log = log

    @property
    def arguments(self) -> str:
        return Path(f"/proc/{self._process.pid}/cmdline").read_text()

    def said(self) -> str:
        return sealed(self._log.read_text())

    def alive(self) -> bool:
        return self._process.poll() is None

    def ended(self) -> tuple[int, str]:
        return self._process.wait(WAIT_S), self.said()

    def stop(self) -> tuple[int, str]:
        self._process.terminate()
        return self.ended()

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()


class Deployment:
    def __init__(self, broker: SecuredBroker, issuer: Issuer, folder: Path) -> None:
        self.broker = broker
        self.issuer = issuer
        self.folder = folder
        self.workers: list[Process] = []

    def settings(self, kafka: Mapping[str, Any], **others: Mapping[str, Any]) -> Settings:
        local = {"locales": LOCALES, "partners": PARTNERS, "embed_listings": False}
        return Settings(kafka=KafkaSettings(partitions=PARTITIONS, **kafka), localization=local, **others)

    def environment(self, kafka: Mapping[str, Any], **others: str) -> dict[str, str]:
        named = {f"DRAGOMAN_KAFKA__{name.upper()}": str(value) for name, value in kafka.items()}
        return os.environ | {
            "DRAGOMAN_KAFKA__PARTITIONS": json.dumps(PARTITIONS),
            "DRAGOMAN_LOCALIZATION__LOCALES": json.dumps(LOCALES),
            "DRAGOMAN_LOCALIZATION__PARTNERS": json.dumps(PARTNERS),
            "DRAGOMAN_LOCALIZATION__EMBED_LISTINGS": "false",
            "DRAGOMAN_LOCALIZATION__FIND_PERSONAL_DATA": "false",
            "DRAGOMAN_LOCALIZATION__MEMORY_DIR": str(self.folder / "memory"),
            "DRAGOMAN_LANES__STATE_DIR": str(self.folder / "state"),
            "DRAGOMAN_POOL__THREADS": "1",
            "DRAGOMAN_LOGS__LEVEL": "debug",
            "DRAGOMAN_LOGS__FORMAT": "json",
            "DRAGOMAN_HTTP__PORT": "-1",
            "DRAGOMAN_HUB__TOKEN": secret("hub"),
            **named,
            **others,
        }

    def by_password(self, name: str, **settings: Any) -> dict[str, Any]:
        """SCRAM with the password in a file."""
        file = self.folder / f"{name}.password"
        file.write_text(f"{secret(name)}\n")
        known = self.broker.user(name)
        del known["password"]
        return {**known, "password_file": file, **settings}

    def by_token(self, name: str, **settings: Any) -> dict[str, Any]:
        return {
            **{key: self.broker.user(name)[key] for key in ("bootstrap", "security_protocol", "ca_file")},
            "sasl_mechanism": "OAUTHBEARER",
            "oauth_url": f"{self.issuer.url}/token",
            "oauth_client_id": name,
            "oauth_client_secret": secret(name),
            **settings,
        }

    def by_certificate(self, name: str) -> dict[str, Any]:
        return self.broker.certified(name)

    def worker(self, kafka: Mapping[str, Any], **others: str) -> Process:
        log = self.folder / f"worker-{len(self.workers)}.log"
        self.workers.append(Process(self.environment(kafka, **others), log))
        return self.workers[-1]

    def dragoman(self, kafka: Mapping[str, Any], *arguments: str, given: str = "", **others: str) -> tuple[int, str]:
        """Run a command; returns its exit status and what it printed on both outputs."""
        environment = self.environment(kafka, **others)
        done = subprocess.run(
            [DRAGOMAN, *arguments],
            env=environment,
            input=given,
            capture_output=True,
            text=True,
            timeout=WAIT_S,
            check=False,
        )
        return done.returncode, sealed(done.stdout + done.stderr)

    def stop(self) -> None:
        for worker in self.workers:
            if worker.alive():
                worker.kill()
            worker.said()


def until(true, worker: Process) -> None:
    deadline = time.monotonic() + WAIT_S
    while not true():
        assert worker.alive(), worker.said()
        assert time.monotonic() < deadline, worker.said()
        time.sleep(0.1)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as holder:
        return holder.getsockname()[1]
