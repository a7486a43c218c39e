"""Slots on a device with the weights of a bundled model, on the CPU: what a GPU is given to do."""

from pathlib import Path

import pytest
from msgspec import structs

from inference.engines.arena import Arena
from inference.engines.decoder_slots import DecoderSlots
from inference.engines.device_slots import DeviceSlots
from inference.graphs import marian_ssru
from inference.graphs.device import step_graph
from inference.library import catalog
from inference.library.store import ModelStore
from inference.models import Precision
from inference.providers import CPU
from inference.weights.marian_bin import read_marian
from schemas.settings import PoolSettings
from tests.unit.inference.test_device_slots import decode, session

pytestmark = pytest.mark.models

NAME = "tiny-en-pt"
DATA = Path(__file__).parents[1] / "data"
SLOTS = 16


@pytest.fixture(scope="module")
def bundled():
    return ModelStore().load(PoolSettings(device="cpu"), names=[NAME]).translation[0]


@pytest.fixture(scope="module")
def sources(bundled):
    texts = (DATA / "parity-en.txt").read_text("utf-8").splitlines()
    return [bundled.pairs[0].tokenizer.encode(text) for text in texts]


def in_precision(bundled, precision):
    """The model in another precision, with a decoder that answers with tokens."""
    weights = read_marian(catalog.weight_files(catalog.find(NAME))["model"])
    encoder = session(marian_ssru.encoder_graph(weights, precision))
    decoder = session(step_graph(marian_ssru.decoder_graph(weights, bundled.columns, precision)))
    return structs.replace(bundled, encoder=encoder, decoder=decoder, precision=precision)


def test_real_sentences_are_the_same_on_a_device_token_for_token(bundled, sources):
    expected = decode(DecoderSlots(bundled, SLOTS, Arena(CPU, 1000)), SLOTS, sources)
    stepping = in_precision(bundled, Precision.STATIC8)
    assert decode(DeviceSlots(stepping, SLOTS, print), SLOTS, sources) == expected
    assert all(whole for _, whole in expected)


def test_half_precision_changes_hardly_any_real_sentence(bundled, sources):
    whole = decode(DeviceSlots(in_precision(bundled, Precision.FLOAT32), SLOTS, print), SLOTS, sources)
    half = decode(DeviceSlots(in_precision(bundled, Precision.FLOAT16), SLOTS, print), SLOTS, sources)
    same = sum(a == b for a, b in zip(whole, half, strict=True))
    assert same >= 0.95 * len(sources)
