"""Judges what a case has left behind: what readers of committed records see, and what the lanes believe."""

from base64 import b64decode
from collections import Counter
from typing import Any

import msgspec

from schemas.outputs import DeadLetter
from schemas.topics import DEAD_LETTER
from tests.chaos.chain import Chain
from tests.unit.streams.timing.kafka import Kafka
from tests.unit.streams.timing.story import CHANGELOG, OUTPUT, POISON, follow

SOURCE = "dragoman-source-offset"


def visible(kafka: Kafka) -> tuple[list[tuple[bytes, Chain]], list[int]]:
    """Outputs (key and chain) and the numbers of dead letters, as committed, in their order."""
    outputs = [(row.key, msgspec.json.decode(row.value, type=Chain)) for row in kafka.logs[OUTPUT].committed()]
    letters = [msgspec.json.decode(row.value, type=DeadLetter) for row in kafka.logs[DEAD_LETTER].committed()]
    return outputs, [number_in(b64decode(letter.value or "")) for letter in letters]


def state_of(kafka: Kafka) -> dict[str, Chain]:
    """The state that the changelog holds, as committed."""
    rows = kafka.logs[CHANGELOG].committed()
    return {row.key.decode(): msgspec.json.decode(row.value, type=Chain) for row in rows}


def expected(records: list[Any]) -> tuple[list[tuple[bytes, Chain]], list[int], dict[str, Chain]]:
    """What the records must give."""
    outputs, letters, state = [], [], {}
    for record in records:
        number = number_in(record.value)
        if number in POISON:
            letters.append(number)
            continue
        key = record.key.decode()
        state[key] = follow(state.get(key), number)
        outputs.append((record.key, state[key]))
    return outputs, letters, state


def number_in(value: bytes) -> int:
    return int(value.split(b'"version":')[1].split(b",")[0])


def faults_in(kafka: Kafka, records: list[Any], group: str) -> list[str]:
    """What is wrong with what everybody sees at this moment, work in progress included; nothing if nothing is."""
    committed = kafka.offsets.get(group, 0)
    outputs, letters, state = expected([record for record in records if record.offset < committed])
    told, dead = visible(kafka)
    said = []
    if told != outputs:
        numbers = Counter(chain.number for _, chain in told)
        wanted = [chain.number for _, chain in outputs]
        said.append(
            f"outputs differ: lost {[n for n in wanted if n not in numbers]},"
            f" twice {[n for n, count in numbers.items() if count > 1]}, told {[chain.number for _, chain in told]}"
        )
    if dead != letters:
        said.append(f"dead letters {dead} instead of {letters}")
    if state_of(kafka) != state:
        said.append("the changelog is not what the outputs say")
    return said
