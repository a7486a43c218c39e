"""The order in which a run over dead letters opens: docs/dead-letters.md promises it."""

from contextlib import asynccontextmanager

from schemas.errors import OperatorError
from schemas.settings import Settings
from schemas.topics import REVIEW_POSTED
from streams.letters import run as runs
from streams.letters.plan import Outcome, Plan
from streams.letters.run import Run
from streams.letters.younger import Younger
from tests.unit.streams.letter_kit import HERE, letter_of
from tests.wire import KEYS, event_with, record


async def test_the_ledger_is_read_when_nobody_else_can_write_there_any_more(monkeypatch) -> None:
    steps = []

    class Fences:
        def __init__(self, *_: object) -> None:
            steps.append("made")

        async def start(self) -> None:
            steps.append("fence")

        async def drop(self) -> None:
            steps.append("drop")

    async def read_ledger(_consumer: object) -> None:
        steps.append("ledger")
        raise OperatorError("as far as this test goes")

    @asynccontextmanager
    async def reader(_bootstrap: str):
        yield None

    for name, double in (("LetterProducer", Fences), ("read_ledger", read_ledger), ("reader", reader)):
        monkeypatch.setattr(runs, name, double)
    letter, _ = letter_of(record(REVIEW_POSTED, event_with(REVIEW_POSTED), KEYS[REVIEW_POSTED]))
    run = Run(Settings(), Plan((Outcome(letter.id, letter),), HERE, Younger(HERE)), "replayed")
    await run.work()
    assert steps == ["made", "fence", "ledger", "drop"]
    assert str(run.ended) == "as far as this test goes"
