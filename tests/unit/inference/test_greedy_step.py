"""Rows decoded with the graph that answers with tokens, against those of the graph that answers with logits."""

from collections.abc import Iterator

import numpy as np
import pytest
from msgspec import structs

from inference.engines.arena import Arena
from inference.engines.beam import BeamSlots
from inference.engines.decoder_slots import DecoderSlots
from inference.engines.decoder_state import DecoderState
from inference.graphs import marian_ssru
from inference.models import Ids, TranslationModel
from inference.providers import CPU
from tests.reference import tiny_marian
from tests.unit.inference import small_models
from tests.unit.inference.small_models import COLUMNS


@pytest.fixture(scope="module")
def plain() -> TranslationModel:
    return small_models.ssru()


@pytest.fixture(scope="module")
def quick(plain: TranslationModel) -> TranslationModel:
    weights = tiny_marian.random_weights(9)
    weights.vectors["decoder_ff_logit_out_b"][:] = 0
    return structs.replace(plain, greedy=small_models.session(marian_ssru.greedy_graph(weights, COLUMNS)))


def sentences() -> list[Ids]:
    random = np.random.default_rng(3)
    return [np.append(random.integers(2, 60, random.integers(1, 20)), 0) for _ in range(24)]


def translations(rows: DecoderSlots | BeamSlots, capacity: int) -> Iterator[tuple[int, list[int], bool]]:
    """Decode all sentences, rows refilled and closed up as they end."""
    waiting = list(enumerate(sentences()))
    owners: list[int] = []
    while waiting or owners:
        while waiting and len(owners) < capacity:
            number, ids = waiting.pop(0)
            rows.place(len(owners), rows.encode([ids])[0])
            owners.append(number)
        for row in rows.advance():
            yield owners[row], *rows.tokens(row)
            rows.remove(row)
            last = owners.pop()
            if row < len(owners):
                owners[row] = last


@pytest.mark.parametrize("capacity", [1, 5, 24])
def test_the_same_translations_come_out(plain: TranslationModel, quick: TranslationModel, capacity: int) -> None:
    found, expected = (
        sorted(translations(DecoderSlots(model, capacity, Arena(CPU, 1000)), capacity)) for model in (quick, plain)
    )
    assert len({tuple(ids) for _, ids, _ in expected}) > 1
    assert found == expected


def test_beams_read_logits_of_the_same_model(plain: TranslationModel, quick: TranslationModel) -> None:
    found, expected = (sorted(translations(BeamSlots(model, 4, 2, Arena(CPU, 1000)), 4)) for model in (quick, plain))
    assert found == expected


def test_a_greedy_state_has_no_logits_to_show(quick: TranslationModel) -> None:
    state = DecoderState(quick, 1, greedy=True)
    state.start(slice(0, 1), np.zeros((3, 2 * 2 * quick.geometry.d_model), np.float32))
    assert state.choose(1).shape == (1,)
    with pytest.raises(TypeError, match="greedy"):
        state.run(1)
