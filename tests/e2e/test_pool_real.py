"""The pool over the bundled models."""

import asyncio
import random
import threading
from pathlib import Path

import msgspec
import numpy as np
import pytest

from inference.engines.embedding_engine import packed
from inference.library.store import ModelStore
from inference.models import LoadedModels
from inference.pool import Pool
from inference.requests import Decoding, PoisonText, PoolDead, Priority, SegmentTooLong
from schemas.report import BatchRun, ModelFailed
from schemas.settings import PoolSettings
from tests.reference import greedy

pytestmark = pytest.mark.models

DATA = Path(__file__).parents[1] / "data"
SETTINGS = PoolSettings(threads=2)


def lines(name):
    return list(dict.fromkeys((DATA / name).read_text("utf-8").split("\n")[:-1]))


@pytest.fixture(scope="module")
def models():
    return ModelStore().load(SETTINGS)


@pytest.fixture(scope="module")
def sentences():
    """Sentences of both languages with their pair."""
    english = [(text, "en", "pt-BR") for text in lines("parity-en.txt")]
    return english + [(text, "pt-BR", "en") for text in lines("parity-pt.txt")]


@pytest.fixture(scope="module")
def alone(models, sentences):
    """Each sentence decoded by itself: nothing else is in its batch."""
    by_source = {model.pairs[0].source: model for model in models.translation}
    return {text: greedy.translate(by_source[source], [text], batch=1)[0] for text, source, _ in sentences}


class FailsOn:
    """A real tokenizer, but one text becomes ids that the model does not have."""

    def __init__(self, tokenizer, text):
        self._tokenizer = tokenizer
        self._text = text

    def encode(self, text):
        ids = self._tokenizer.encode(text)
        if text == self._text:
            ids[0] = 10_000_000
        return ids

    def decode(self, ids):
        return self._tokenizer.decode(ids)


@pytest.mark.parametrize("seed", range(4))
async def test_a_translation_does_not_depend_on_who_else_asks(models, sentences, alone, seed):
    order = random.Random(seed)
    shuffled = order.sample(sentences, len(sentences))
    callers = order.choice([1, 7, 40, len(sentences)]) if seed else len(sentences)
    got = {}
    async with Pool(models, SETTINGS) as pool:
        waiting = iter(shuffled)

        async def caller():
            for text, source, target in waiting:
                priority = order.choice(list(Priority))
                got[text] = (await pool.translate(text, source=source, target=target, priority=priority)).text
                if order.random() < 0.3:
                    await pool.embed(text)

        await asyncio.gather(*(caller() for _ in range(callers)))
    assert got == alone


async def test_one_bad_text_among_many_is_found(models, sentences, alone):
    english = [text for text, source, _ in sentences if source == "en"][:60]
    bad = "This sentence becomes ids that no table holds."
    (pair,) = models.translation[0].pairs
    pair = msgspec.structs.replace(pair, tokenizer=FailsOn(pair.tokenizer, bad))
    model = msgspec.structs.replace(models.translation[0], pairs=(pair,))
    reports = []
    async with Pool(LoadedModels((model,), None), SETTINGS, reports.append) as pool:
        asked = [*english[:30], bad, *english[30:]]
        results = await asyncio.gather(
            *(pool.translate(text, source="en", target="pt-BR") for text in asked), return_exceptions=True
        )
        assert isinstance(results.pop(30), PoisonText)
        assert [result.text for result in results] == [alone[text] for text in english]
        assert pool.statistics().models[0].poisoned == 1
    failures = [report for report in reports if isinstance(report, ModelFailed)]
    assert sum(failure.poison for failure in failures) == 1


class DiesInDecoder:
    """A real decoder session whose run fails a number of times."""

    def __init__(self, session, times):
        self._session = session
        self.left = times

    def __getattr__(self, name):
        return getattr(self._session, name)

    def run_with_iobinding(self, binding):
        if self.left and threading.current_thread().name.startswith("dragoman-pool"):
            self.left -= 1
            raise RuntimeError("the device hiccupped")
        self._session.run_with_iobinding(binding)


async def test_a_decoder_fault_in_the_middle_is_repaired_without_a_trace(models, sentences, alone):
    english = [text for text, source, _ in sentences if source == "en"][:40]
    decoder = DiesInDecoder(models.translation[0].greedy, 0)
    model = msgspec.structs.replace(models.translation[0], greedy=decoder)
    few_slots = SETTINGS.model_copy(update={"slots": 4})
    async with Pool(LoadedModels((model,), None), few_slots) as pool:
        tasks = [asyncio.create_task(pool.translate(text, source="en", target="pt-BR")) for text in english]
        await tasks[0]
        decoder.left = 1
        assert [(await task).text for task in tasks] == [alone[text] for text in english]
        assert decoder.left == 0
        assert pool.statistics().models[0].poisoned == 0


async def test_memory_that_stays_short_ends_the_pool(models):
    class NoMemory(DiesInDecoder):
        def run_with_iobinding(self, binding):
            if self.left:
                raise MemoryError
            super().run_with_iobinding(binding)

    decoder = NoMemory(models.translation[0].greedy, 0)
    model = msgspec.structs.replace(models.translation[0], greedy=decoder)
    async with Pool(LoadedModels((model,), None), SETTINGS) as pool:
        decoder.left = 1
        with pytest.raises(PoolDead):
            await pool.translate("The parcel is late.", source="en", target="pt-BR")


async def test_cancelled_decodes_leave_no_slot_behind(models, sentences, alone):
    english = [text for text, source, _ in sentences if source == "en"]
    chaos = random.Random(11)
    async with Pool(models, SETTINGS) as pool:
        tasks = {text: asyncio.create_task(pool.translate(text, source="en", target="pt-BR")) for text in english}
        victims = chaos.sample(english, len(english) // 2)
        for text in victims:
            await asyncio.sleep(chaos.choice([0, 0.001]))
            tasks[text].cancel()
        results = await asyncio.gather(*tasks.values(), return_exceptions=True)
        for text, result in zip(tasks, results, strict=True):
            assert isinstance(result, asyncio.CancelledError) or result.text == alone[text]
        again = await asyncio.gather(*(pool.translate(text, source="en", target="pt-BR") for text in english))
        assert [answer.text for answer in again] == [alone[text] for text in english]
        counted = pool.statistics().models[0]
        assert (counted.depth, counted.at_door, counted.in_flight) == (0, 0, 0)


async def test_a_text_longer_than_the_model_and_a_second_reading(models):
    async with Pool(models, SETTINGS) as pool:
        with pytest.raises(SegmentTooLong):
            await pool.translate("very " * 400 + "long", source="en", target="pt-BR")
        lower = await pool.translate("skirt with pockets", source="en", target="pt-BR")
        second = await pool.translate("Skirt with pockets", source="en", target="pt-BR", decoding=Decoding.SECOND)
        assert second.text == lower.text
        assert second.complete
        assert second.queue_wait_s >= 0
        assert second.compute_s > 0


async def test_embeddings_in_company_equal_those_alone_and_long_texts_are_averaged(models):
    texts = lines("parity-multilingual.txt")
    model = models.embedding
    assert model is not None
    async with Pool(models, SETTINGS) as pool:
        together = await asyncio.gather(*(pool.embed(text) for text in texts))
        for text, answer in zip(texts, together, strict=True):
            (expected,) = model.session.run(None, packed([model.tokenizer.encode(text)]))[0]
            np.testing.assert_array_equal(answer.vector, expected)
        long = await pool.embed(" ".join(texts * 20))
        assert len(model.tokenizer.encode(" ".join(texts * 20))) > model.tokens_max
        assert np.linalg.norm(long.vector) == pytest.approx(1.0, abs=1e-5)
        assert max(float(long.vector @ answer.vector) for answer in together) > 0.2


async def test_the_loop_turns_while_the_pool_is_saturated(models, sentences):
    reports, turns = [], 0
    async with Pool(models, SETTINGS, reports.append) as pool:

        async def tick():
            nonlocal turns
            while True:
                await asyncio.sleep(0)
                turns += 1

        ticking = asyncio.create_task(tick())
        await asyncio.gather(
            *(pool.translate(text, source=source, target=target) for text, source, target in sentences)
        )
        ticking.cancel()
    runs = [report for report in reports if isinstance(report, BatchRun)]
    assert turns > len(sentences)
    assert {run.model for run in runs} >= {model.id.name for model in models.translation}
    assert sum(len(run.queue_wait_s) for run in runs) == len(sentences)
