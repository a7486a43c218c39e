"""How late the event loop is while the pool is saturated: from an event's arrival at the process to its handling.

python bench/loop_lag.py

Another process writes the time into a pipe every few milliseconds; the loop reads it as it would read Kafka's answers.
All bundled models work at once, more callers than slots. Compared are the pool's threads niced and not, and the
interpreter's switch interval as it is by default and as the worker sets it. `others`: cores that other processes kept
busy; figures are of the pool only where that is next to nothing.
"""

import asyncio
import gc
import itertools
import json
import os
import random
import struct
import subprocess
import sys
import time
from io import FileIO
from pathlib import Path
from typing import Self, cast

from rich.console import Console
from rich.table import Table

from inference.library.store import ModelStore
from inference.models import LoadedModels
from inference.pool import Pool
from schemas.settings import PoolSettings

DATA = Path(__file__).parent.parent / "tests" / "data"
EVERY_S = 0.003
WARM_S, MEASURED_S = 1.0, 8.0
CALLERS = 96
PULSE = f"""
import os, struct, time
at = time.monotonic()
while True:
    at += {EVERY_S}
    time.sleep(max(0.0, at - time.monotonic()))
    os.write(1, struct.pack("d", time.monotonic()))
"""


class Pulse:
    """Times from a process of its own, and how long each took to be read here."""

    def __init__(self) -> None:
        self.lags_s: list[float] = []

    def __enter__(self) -> Self:
        self._process = subprocess.Popen([sys.executable, "-c", PULSE], stdout=subprocess.PIPE, bufsize=0)
        self._pipe = cast("FileIO", self._process.stdout)
        asyncio.get_running_loop().add_reader(self._pipe.fileno(), self._read)
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.get_running_loop().remove_reader(self._pipe.fileno())
        self._process.kill()
        self._process.wait()
        self._pipe.close()

    def _read(self) -> None:
        sent = self._pipe.read(8 * 64)
        now_s = time.monotonic()
        self.lags_s += [now_s - at_s for (at_s,) in struct.iter_unpack("d", sent)]

    async def measure(self) -> dict[str, float]:
        """Return milliseconds by percentile, and how many cores other processes kept busy meanwhile."""
        await asyncio.sleep(WARM_S)
        self.lags_s.clear()
        others_s = -busy_elsewhere_s()
        await asyncio.sleep(MEASURED_S)
        others_s += busy_elsewhere_s()
        lags = sorted(self.lags_s)
        if len(lags) < MEASURED_S / EVERY_S / 2:
            raise RuntimeError("the other process fell behind: nothing can be said about lag")
        at = {"p50": 0.5, "p90": 0.9, "p99": 0.99, "p99.9": 0.999, "max": 1.0}
        figures = {name: round(1000 * lags[min(len(lags) - 1, int(len(lags) * part))], 3) for name, part in at.items()}
        return figures | {"others": round(others_s / MEASURED_S, 2)}


def busy_elsewhere_s() -> float:
    """Seconds of CPU that all other processes have used.

    A niced thread that they keep from running may hold the lock of the interpreter: beside them lag says little.
    """
    ticks = [int(field) for field in Path("/proc/stat").read_text("ascii").split(maxsplit=9)[1:9]]
    idle = ticks[3] + ticks[4]
    return (sum(ticks) - idle) / os.sysconf("SC_CLK_TCK") - time.process_time()


def lines(name: str) -> list[str]:
    return (DATA / name).read_text("utf-8").splitlines()


async def saturated(models: LoadedModels, nice: int) -> dict[str, float]:
    texts = {"en": lines("parity-en.txt"), "pt-BR": lines("parity-pt.txt")}
    other = {"en": "pt-BR", "pt-BR": "en"}
    vectors = lines("parity-multilingual.txt")
    answered, numbers, dice = 0, itertools.count(), random.Random(1)
    async with Pool(models, PoolSettings(nice=nice)) as pool:

        async def caller(number: int) -> None:
            nonlocal answered
            source = ("en", "pt-BR")[number % 2]
            while True:
                # A number makes each text another one: nothing is shared, all is computed.
                if number % 6 == 0:
                    await pool.embed(f"{dice.choice(vectors)} {next(numbers)}")
                else:
                    await pool.translate(
                        f"{dice.choice(texts[source])} {next(numbers)}", source=source, target=other[source]
                    )
                answered += 1

        callers = [asyncio.create_task(caller(number)) for number in range(CALLERS)]
        began, began_s = answered, time.monotonic()
        with Pulse() as pulse:
            figures = await pulse.measure()
        figures["answers_per_s"] = round((answered - began) / (time.monotonic() - began_s), 1)
        for task in callers:
            task.cancel()
        await asyncio.gather(*callers, return_exceptions=True)
    return figures


async def idle() -> dict[str, float]:
    with Pulse() as pulse:
        return await pulse.measure()


async def main() -> None:
    models = ModelStore().load(PoolSettings())
    gc.collect()
    gc.freeze()
    figures = {"idle": await idle()}
    for switch_s in (0.005, 0.0005):
        for nice in (0, 10):
            sys.setswitchinterval(switch_s)
            figures[f"nice {nice}, switch {switch_s * 1000:g} ms"] = await saturated(models, nice)
    keys = ("p50", "p90", "p99", "p99.9", "max", "others", "answers_per_s")
    table = Table("pool", *keys, title="lag of the event loop, milliseconds")
    for name, row in figures.items():
        table.add_row(name, *(str(row.get(key, "")) for key in keys))
    Console().print(table)
    print(json.dumps({"name": "loop_lag", "unit": "ms", "figures": figures}))


if __name__ == "__main__":
    asyncio.run(main())
