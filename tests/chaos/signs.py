"""What workers logged in a run, counted: a fault that left no trace anywhere may not have happened."""

from collections import Counter
from pathlib import Path
from typing import Any

import orjson

CLIENT = ("aiokafka", "asyncio")  # their lines differ in addresses and counts: one kind each
UNREADABLE = "other"
# A worker that finds the state ahead of the offset refuses to repeat anything; that it could come to this is the fault.
CONTRADICTION = b"offsets were reset"


def count_signs(folder: Path) -> dict[str, int]:
    """Count the kinds of lines in all workers' logs: our own by event, a library's by its name."""
    signs: Counter[str] = Counter()
    for log in sorted(folder.glob("*.log")):
        for line in log.read_bytes().splitlines():
            signs[_kind(line)] += 1
            signs["MemoryError"] += b"MemoryError" in line
            signs["contradiction"] += CONTRADICTION in line
    return {kind: count for kind, count in sorted(signs.items()) if count}


def _kind(line: bytes) -> str:
    try:
        told: dict[str, Any] = orjson.loads(line)
        library = str(told["logger"]).partition(".")[0]
        return library if library in CLIENT else str(told["event"])
    except (orjson.JSONDecodeError, LookupError, TypeError):
        return UNREADABLE
