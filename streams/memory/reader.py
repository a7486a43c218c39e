"""Reading the shared memory from the side: what it knows of one text, and what people have corrected."""

from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec
from aiokafka import ConsumerRecord, TopicPartition
from msgspec import Struct
from msgspec.structs import replace

from localization.memory import Verdict
from localization.memory.corrections import Corrections, filed
from localization.memory.rows import find, row_of
from localization.protection.masking import mask, restore
from localization.text.abbreviations import written_out
from localization.text.clean import folded
from schemas.locales import parse_locale, same_language
from schemas.outputs import Correction
from schemas.report import MemoryKind
from schemas.settings import Settings
from schemas.topics import TRANSLATION_CORRECTIONS, TRANSLATION_MEMORY
from streams.connection import Where
from streams.memory.shared import verdict_of
from streams.reach import broker_errors
from streams.scan import Teller, read_all, reader
from streams.topics import partition_count


class Remembered(Struct, frozen=True, omit_defaults=True):
    """What is known of a text. `text` is what readers see, None where there is a reason why not (`refused`, `cut`).

    `by` is the version of the model's weights, or whoever corrected it; `kind` says for which text it was known.
    """

    kind: MemoryKind
    text: str | None
    by: str
    at: datetime
    pipeline_version: str | None = None
    glossary: str = ""
    refused: str | None = None
    cut: bool = False


async def read_corrections(kafka: Where) -> list[Correction]:
    """Return every correction in force, the latest first; raises OperatorError when the broker cannot be used."""
    return (await _corrections(kafka)).in_force()


async def read_remembered(settings: Settings, text: str, source: str, target: str, tell: Teller) -> list[Remembered]:
    """Return what is known of a text: a correction first, then what models made of it, the newest first.

    It is found where only the settings' protected terms are stood in for, not the names that its event or the glossary
    protect. Raises OperatorError when the broker cannot be used.
    """
    kafka = settings.kafka
    search = _Search(filed(text), source, target, settings.localization.protected_terms)
    await read_all(kafka, TRANSLATION_MEMORY, search.take, tell)
    made = sorted(search.found.values(), key=lambda one: one.at, reverse=True)
    said = (await _corrections(kafka)).said(source, target, filed(text))
    if said is None:
        return made
    shown, correction = said
    by = f"{correction.actor_role} ({correction.kind} {correction.source_id})"
    return [Remembered("correction", shown, by, correction.at), *made]


async def shared_records(kafka: Where) -> int:
    """Return how many records `translation-memory` holds, those not yet compacted included."""
    with broker_errors(kafka):
        count = await partition_count(kafka, TRANSLATION_MEMORY)
        places = [TopicPartition(TRANSLATION_MEMORY, number) for number in range(count)]
        async with reader(kafka) as consumer:
            firsts, ends = await consumer.beginning_offsets(places), await consumer.end_offsets(places)
    return sum(ends[place] - firsts[place] for place in places)


async def _corrections(kafka: Where) -> Corrections:
    corrections = Corrections()
    decoder = msgspec.json.Decoder(Correction)

    def take(records: Sequence[ConsumerRecord]) -> None:
        for record in records:
            try:
                corrections.take(decoder.decode(record.value or b""))
            except ValueError:  # not ours; a worker passes over it too, and says so
                continue

    await read_all(kafka, TRANSLATION_CORRECTIONS, take)
    return corrections


class _Search:
    """Looks for the verdicts on one text, the newest of each model, pipeline and glossary."""

    def __init__(self, text: str, source: str, target: str, terms: tuple[str, ...]) -> None:
        tag = parse_locale(source)
        asked = written_out(text, tag.language)  # as the localizer asks it
        self._masks = tuple(mask(asked, terms, strict=strict, region=tag.territory) for strict in (False, True))
        self._source = source
        self._target = target
        self.found: dict[tuple[str, str, str], Remembered] = {}

    def take(self, records: Sequence[ConsumerRecord]) -> None:
        for record in records:
            try:
                key, verdict = verdict_of(record.value or b"")
            except ValueError:
                continue
            if key.target_locale != self._target or not same_language(key.source_locale, self._source):
                continue
            name, row = row_of(key, verdict)
            mine = find(replace(key, segment=folded(self._masks[0].text)), {name: row}.get)
            if mine is not None:
                version = key.model_version, key.pipeline_version, key.glossary
                at = datetime.fromtimestamp(record.timestamp / 1000, UTC)
                self.found[version] = Remembered(
                    kind=mine.kind,
                    text=self._shown(mine),
                    by=key.model_version,
                    at=at,
                    pipeline_version=key.pipeline_version,
                    glossary=key.glossary,
                    refused=mine.refused,
                    cut=mine.cut,
                )

    def _shown(self, verdict: Verdict) -> str | None:
        if verdict.output is None:
            return None
        return restore(self._masks[verdict.strict], verdict.output, self._source, self._target)
