"""A replay that dies around the commit of its second transaction: `before` it, or `after` it; two letters each."""

import asyncio
import os
import signal
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3]))

from aiokafka import AIOKafkaProducer

import streams.letters.run
from schemas.handled import parse_letter_id
from schemas.settings import load
from streams.letters.plan import plan_replay
from streams.letters.run import Run

commits = 0
commit_transaction = AIOKafkaProducer.commit_transaction


async def commit_and_die(self: AIOKafkaProducer) -> None:
    global commits  # noqa: PLW0603
    commits += 1
    if commits == 2 and sys.argv[1] == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    await commit_transaction(self)
    if commits == 2:
        os.kill(os.getpid(), signal.SIGKILL)


async def main() -> None:
    settings = load()
    streams.letters.run.CHUNK_RECORDS = 2
    AIOKafkaProducer.commit_transaction = commit_and_die
    await Run(settings, await plan_replay(settings, [*map(parse_letter_id, sys.argv[2:])]), "replayed").work()


asyncio.run(main())
