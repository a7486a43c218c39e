"""Beam search whose state is on a device: on the CPU it computes what the state in this process's memory computes."""

import numpy as np
import pytest

from inference.engines.arena import Arena
from inference.engines.beam import BeamSlots
from inference.engines.decoder_slots import encode
from inference.engines.decoder_state import DecoderState
from inference.engines.device_beam import DeviceBeam
from inference.graphs.device import step_graph
from inference.models import Precision
from inference.providers import CPU
from tests.unit.inference.test_device_slots import (
    FORCED,
    KINDS,
    attention,
    decode,
    sentences,
    translation_model,
)

ROWS = 6


@pytest.fixture(scope="module", params=KINDS)
def model(request):
    encoder, decoder, geometry, precision = KINDS[request.param]()
    return translation_model(encoder, step_graph(decoder), geometry, precision)


class Both:
    """The two states, given the same orders, with their logits compared at every step."""

    def __init__(self, model):
        self.model = model
        self.states = DecoderState(model, ROWS), DeviceBeam(model, ROWS)
        self.compared = 0

    def encode(self, sources):
        here = encode(self.model, Arena(CPU, 1000), sources)
        return list(zip(here, self.states[1].encode(sources), strict=True))

    def start(self, rows, memories):
        for state, memory in zip(self.states, memories, strict=True):
            state.start(rows, memory)

    def order(self, name, *arguments):
        for state in self.states:
            getattr(state, name)(*arguments)

    def run(self, n):
        here, there = (state.run(n) for state in self.states)
        np.testing.assert_array_equal(np.asarray(there), here)
        for state in self.states:
            state.position[:n] += 1
            state.previous[:n] = self.model.columns[here.argmax(1)]
        self.compared += 1


def test_logits_are_those_of_the_state_in_process_through_moves_and_reorderings(model):
    both, random = Both(model), np.random.default_rng(2)
    first, second, third = both.encode(sentences(3, seed=8))
    both.start(slice(0, 3), first)
    both.start(slice(3, 6), second)
    for _ in range(4):
        both.run(6)
        rows = np.arange(6)
        sources = np.concatenate([random.integers(0, 3, 3), random.integers(3, 6, 3)])
        both.order("gather", rows[rows != sources], sources[rows != sources])
    for source, row in ((3, 0), (4, 1), (5, 2)):
        both.order("move", source, row)
        both.order("release", source)
    both.run(3)
    both.start(slice(3, 6), third)
    for _ in range(3):
        both.run(6)
        both.order("gather", np.array([0, 4]), np.array([1, 5]))
    both.order("gather", np.array([], np.int64), np.array([], np.int64))
    both.run(6)
    assert both.compared == 9


def test_a_beam_search_in_half_precision_finds_what_it_finds_in_full_nearly_always():
    encoder, decoder, geometry, precision = attention()
    wide = translation_model(encoder, decoder, geometry, precision)
    encoder, decoder, geometry, precision = attention(precision=Precision.FLOAT16)
    half = translation_model(encoder, step_graph(decoder), geometry, precision)
    sources = sentences(40)

    def forced(at):
        return FORCED if at % 3 else None

    expected = decode(BeamSlots(wide, 4, 3, Arena(CPU, 1000)), 4, sources, forced=forced)
    found = decode(BeamSlots(half, 4, 3, Arena(CPU, 1000)), 4, sources, forced=forced)
    assert sum(a == b for a, b in zip(expected, found, strict=True)) > 28
    assert len({tuple(tokens) for tokens, _ in found}) > 20


def test_only_what_was_encoded_is_started(model):
    with pytest.raises(TypeError):
        DeviceBeam(model, 2).start(slice(0, 2), np.zeros((3, 4), np.float32))
