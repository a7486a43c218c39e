"""One text, one translation: 500 sentences in 20 random batchings and orders of arrival, with the bundled model."""

import random
from itertools import pairwise
from pathlib import Path

import pytest

from inference.engines import translation_engine
from inference.engines.translation_engine import TranslationEngine
from inference.engines.tuning import Tuning
from inference.library.store import ModelStore
from inference.requests import Decoding, Priority
from inference.scheduling.queue import Request
from schemas.settings import PoolSettings

pytestmark = pytest.mark.models

DATA = Path(__file__).parents[1] / "data"
SENTENCES = 500


@pytest.fixture(scope="module")
def model():
    loaded = ModelStore().load(PoolSettings(embedding_model=""))
    return next(model for model in loaded.translation if model.pairs[0].source == "en")


@pytest.fixture(scope="module")
def texts():
    """Sentences of one word to fifty: those at hand, and neighbours among them as one."""
    short = (DATA / "parity-en.txt").read_text("utf-8").splitlines()
    short += [line.split("\t")[0] for line in (DATA / "commerce-en-pt.tsv").read_text("utf-8").splitlines()]
    short = list(dict.fromkeys(short))
    return [*short, *(" ".join(two) for two in pairwise(short))][:SENTENCES]


@pytest.fixture(scope="module")
def alone(model, texts):
    """What each sentence gives when nothing else is encoded or decoded."""
    engine, found = TranslationEngine(model, 1, lambda _: None), {}
    for text in texts:
        engine.admit([Request(text, 0, Decoding.GREEDY, 0.0, 0.0)])
        while engine.busy:
            for item in engine.step():
                found[text] = item.result.text
    return found


def test_there_are_so_many_sentences_and_they_differ(texts, alone):
    assert len(alone) == len(texts) == SENTENCES
    assert len(set(alone.values())) > 0.95 * SENTENCES


@pytest.mark.parametrize("seed", range(20))
def test_a_translation_does_not_depend_on_its_neighbours(model, texts, alone, seed, monkeypatch):
    chaos = random.Random(seed)
    sizes = Tuning(chaos.choice([3, 8, 16, 32, 48, 64]), chaos.choice([40, 160, 320, 700]), chaos.choice([5, 64, 128]))
    monkeypatch.setattr(translation_engine, "tuning", lambda *_, **__: sizes)
    engine = TranslationEngine(model, 0, lambda _: None)
    waiting = [_request(text, chaos) for text in chaos.sample(texts, len(texts))]
    aboard, got = [], {}
    while waiting or engine.busy:
        if waiting and engine.room and chaos.random() < 0.7:
            arrivals = [waiting.pop() for _ in range(min(len(waiting), chaos.randint(1, engine.room)))]
            engine.admit(arrivals)
            aboard += arrivals
        for item in engine.step():
            got.setdefault(item.request.text, set()).add(item.result.text)
        if aboard and chaos.random() < 0.1:
            # It leaves wherever it is by now, and comes again.
            leaver = aboard.pop(chaos.randrange(len(aboard)))
            if leaver.text not in got:
                leaver.withdrawn = True
                waiting.insert(chaos.randint(0, len(waiting)), _request(leaver.text, chaos))
    assert {text: {translation} for text, translation in alone.items()} == got
    assert engine.work.evicted > 0


def _request(text, chaos):
    return Request(text, 0, Decoding.GREEDY, 0.0, 0.0, priority=chaos.choice(list(Priority)))
