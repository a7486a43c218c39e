"""What an evaluation counts: requests of the pool by decoding, refusals of the gate, use of the memory."""

from collections import Counter

from inference.pool import Pool
from inference.requests import Decoding, Priority, Translation
from schemas.report import GateJudged, MemoryUsed, Report


class CountedPool(Pool):
    """A pool that counts what it is asked; `asked` by decoding: `second` are the retries after a refusal."""

    asked: Counter[str]

    async def translate(
        self,
        text: str,
        *,
        source: str,
        target: str,
        priority: Priority = Priority.LISTING,
        decoding: Decoding = Decoding.GREEDY,
        timeout_s: float | None = None,
    ) -> Translation:
        """Count, and do as the pool does."""
        self.asked[str(decoding)] += 1
        return await super().translate(
            text, source=source, target=target, priority=priority, decoding=decoding, timeout_s=timeout_s
        )


class Tally:
    """A reporter: how many segments the gate refused for good, by reason, and what the memory had of them."""

    def __init__(self) -> None:
        self.refused: Counter[str] = Counter()
        self.memory: Counter[str] = Counter()

    def __call__(self, report: Report) -> None:
        """Take one report."""
        match report:
            case GateJudged():
                self.refused[str(report.reason)] += 1
            case MemoryUsed():
                self.memory[str(report.kind)] += 1
            case _:
                pass
