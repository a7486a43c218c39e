"""Worker processes, kept alive as an orchestrator would: one that ends and should not is started again."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import ClientError, ClientSession, ClientTimeout

from schemas.settings import LaneSettings
from tests.chaos.chain import LOCALE
from tests.chaos.cluster import Cluster
from tests.chaos.schedule import LOCALIZE_S, OWN_NAME, SESSION_S, TRANSACTION_S, WORKERS_MAX

GROUP = "chaos"
WORKER = Path(__file__).with_name("chain_worker.py")
LOOK_S = 0.1
GRACE_S = 12.0  # SIGTERM to SIGKILL: a worker has promised to end within 10 s
READY_S = 60.0


@dataclass
class Worker:
    """One place in the fleet. `lock`: one fault at a time has it. `wanted`: it should run."""

    index: int
    process: subprocess.Popen[bytes] | None = None
    wanted: bool = False
    starts: int = 0
    exits: list[int] = field(default_factory=list)
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def name(self) -> str:
        """What its files are called."""
        return f"w{self.index}"

    @property
    def runs(self) -> bool:
        """Whether there is a process."""
        return self.process is not None and self.process.poll() is None

    @property
    def pid(self) -> int:
        """Its process; only while it `runs`."""
        assert self.process is not None
        return self.process.pid

    def signal(self, number: signal.Signals) -> None:
        """Send a signal, if there is somebody to hear it."""
        if self.process is not None:
            self.process.send_signal(number)  # asks first whether the process has ended

    def tell(self, *words: str) -> None:
        """Have the process do something to itself (chain_worker.py)."""
        if self.process is not None and self.process.stdin is not None:
            with contextlib.suppress(OSError):
                self.process.stdin.write((" ".join(words) + "\n").encode())
                self.process.stdin.flush()


class Fleet:
    """Up to `WORKERS_MAX` workers of one group. `env`: settings of theirs beyond what every run has."""

    def __init__(self, cluster: Cluster, folder: Path, env: Mapping[str, str]) -> None:
        self.workers = [Worker(index) for index in range(WORKERS_MAX)]
        self._cluster = cluster
        self._folder = folder
        self._env = env

    @property
    def wanted(self) -> list[Worker]:
        """The workers that should run."""
        return [worker for worker in self.workers if worker.wanted]

    def pick(self, number: int) -> Worker:
        """Return the `number`-th worker of those that should run, modulo how many they are."""
        return self.wanted[number % len(self.wanted)]

    async def supervise(self) -> None:
        """Start again what has ended and should not have, until cancelled."""
        while True:
            for worker in self.workers:
                self._reap(worker)
                if worker.wanted and worker.process is None:
                    self.spawn(worker)
            await asyncio.sleep(LOOK_S)

    def spawn(self, worker: Worker) -> None:
        """Start a worker's process."""
        worker.wanted = True
        worker.starts += 1
        stem = self._folder / worker.name
        with stem.with_suffix(".log").open("ab") as log, stem.with_suffix(".url").open("wb") as url:
            worker.process = subprocess.Popen(
                [sys.executable, str(WORKER)],
                env=self._environment(worker),
                stdin=subprocess.PIPE,
                stdout=url,
                stderr=log,
                start_new_session=True,  # Ctrl-C goes to the campaign, which ends them
            )

    def _environment(self, worker: Worker) -> dict[str, str]:
        folder = self._folder / "disk"
        settings = {
            "DRAGOMAN_KAFKA__BOOTSTRAP": self._cluster.worker_bootstrap(worker.index),
            "DRAGOMAN_KAFKA__GROUP": GROUP,
            "DRAGOMAN_KAFKA__SESSION_TIMEOUT_S": str(SESSION_S),
            "DRAGOMAN_KAFKA__HEARTBEAT_S": "0.5",
            "DRAGOMAN_LANES__TRANSACTION_TIMEOUT_S": str(TRANSACTION_S),
            "DRAGOMAN_LANES__LOCALIZE_TIMEOUT_S": str(LOCALIZE_S),
            "DRAGOMAN_LOCALIZATION__LOCALES": f'["{LOCALE}"]',
            "DRAGOMAN_LOCALIZATION__MEMORY_DIR": str(folder / "memory"),
            "DRAGOMAN_POOL__THREADS": "1",
            "DRAGOMAN_HTTP__PORT": "0",
        }
        if "state_dir" in LaneSettings.model_fields:
            settings["DRAGOMAN_LANES__STATE_DIR"] = str(folder / "state")
        own = {key: worker.name if value == OWN_NAME else value for key, value in self._env.items()}
        return {**os.environ, **settings, **own}

    async def until_started(self, worker: Worker, before: int) -> None:
        """Wait until a worker that had been started `before` times has been once more."""
        while worker.wanted and worker.starts == before:  # noqa: ASYNC110  (the supervisor looks as often)
            await asyncio.sleep(LOOK_S)

    async def retire(self, worker: Worker) -> None:
        """Tell a worker to end, and wait until it has."""
        worker.wanted = False
        worker.signal(signal.SIGTERM)
        await self._until_ended(worker, GRACE_S)

    async def until_ended(self, worker: Worker, timeout_s: float) -> bool:
        """Wait until the process of this moment has ended; False when it did not in time."""
        process = worker.process
        deadline = time.monotonic() + timeout_s
        while process is not None and process.poll() is None:
            if time.monotonic() > deadline:
                return False
            await asyncio.sleep(LOOK_S)
        return True

    async def _until_ended(self, worker: Worker, timeout_s: float) -> None:
        if not await self.until_ended(worker, timeout_s):
            worker.signal(signal.SIGCONT)
            worker.signal(signal.SIGKILL)
            await self.until_ended(worker, GRACE_S)
        self._reap(worker)

    def _reap(self, worker: Worker) -> None:
        process = worker.process
        if process is not None and process.poll() is not None:
            worker.exits.append(process.returncode)
            if process.stdin is not None:
                with contextlib.suppress(OSError):
                    process.stdin.close()
            worker.process = None

    async def until_ready(self, *workers: Worker, timeout_s: float = READY_S) -> None:
        """Wait until these workers do their share: group joined, lanes open. Raises TimeoutError."""
        async with asyncio.timeout(timeout_s), ClientSession(timeout=ClientTimeout(total=2)) as session:
            for worker in workers:
                while worker.wanted and not await self._ready(session, worker):  # noqa: ASYNC110  (a process, asked)
                    await asyncio.sleep(LOOK_S)

    async def _ready(self, session: ClientSession, worker: Worker) -> bool:
        url = (self._folder / worker.name).with_suffix(".url").read_text().strip()
        if not worker.runs or not url:
            return False
        try:
            async with session.get(f"{url}/ready") as answer:
                return answer.status == 200
        except (ClientError, OSError, TimeoutError):
            return False

    async def ask_where(self) -> None:
        """Have every worker write into its log where its threads are."""
        for worker in self.workers:
            worker.signal(signal.SIGUSR1)
        await asyncio.sleep(LOOK_S)

    async def retire_all(self) -> None:
        """Tell every worker to end, and wait for them."""
        await asyncio.gather(*(self.retire(worker) for worker in self.workers))

    def kill_all(self) -> None:
        """End every process now."""
        for worker in self.workers:
            worker.wanted = False
            if worker.runs:
                worker.signal(signal.SIGKILL)
            if worker.process is not None:
                worker.process.wait()
            self._reap(worker)
