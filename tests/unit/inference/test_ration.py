"""Halving what runs at once when memory runs out, on its own and in the embedding engine."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.engine import ModelFault, Outcome
from inference.engines.embedding_engine import EmbeddingEngine
from inference.engines.ration import Ration
from inference.models import EmbeddingModel
from inference.requests import Decoding, ModelId
from inference.scheduling.queue import Request

FULL = "Failed to allocate memory for requested buffer of size 2830172160"


@given(items=st.lists(st.integers(), max_size=40), most=st.integers(1, 50), room=st.integers(1, 50))
def test_everything_is_done_once_and_in_order_by_runs_that_fit(items, most, room):
    done, reports = [], []

    def run(part):
        if len(part) > room:
            raise ModelFault(RuntimeError(FULL))
        done.extend(part)

    ration = Ration("m", most, reports.append)
    ration.run(items, run)
    assert done == items
    tried = min(most, len(items))
    assert bool(reports) == (tried > room)
    assert ration.size <= most
    if reports:
        assert (room + 1) // 2 <= ration.size <= room  # halved, rounding down, from more than `room`


def test_one_item_that_does_not_fit_is_a_fault():
    ration, tried = Ration("m", 8, lambda _: None), []

    def run(part):
        tried.append(len(part))
        raise ModelFault(MemoryError())

    with pytest.raises(ModelFault):
        ration.run(range(5), run)
    assert tried == [5, 2, 1]


def test_what_has_another_cause_is_not_tried_again():
    ration, tried, reports = Ration("m", 8, lambda _: None), [], []

    def run(part):
        tried.append(len(part))
        raise ModelFault(RuntimeError("no such id"))

    with pytest.raises(ModelFault):
        ration.run(range(5), run)
    assert tried == [5]
    assert ration.size == 8
    assert not reports


class Cramped:
    """A sentence encoder with memory for two texts: the vector of a text is (its length, 1)."""

    def __init__(self):
        self.tried = []

    def run(self, _outputs, feeds, _options):
        self.tried.append(len(feeds["lens"]))
        if len(feeds["lens"]) > 2:
            raise RuntimeError(FULL)
        return [np.stack([feeds["lens"], np.ones_like(feeds["lens"])], 1).astype(np.float32)]


class Words:
    def encode(self, text):
        return np.ones(len(text.split()), np.int64)

    def decode(self, _ids):
        raise NotImplementedError


def test_texts_are_embedded_in_smaller_runs_when_memory_runs_out():
    session, reports = Cramped(), []
    model = EmbeddingModel(
        id=ModelId("m", "1"),
        tokenizer=Words(),
        session=session,
        dim=2,
        normalized=False,
        tokens_max=100,
        provider="numpy",
    )
    engine = EmbeddingEngine(model, reports.append)
    texts = ["a " * size for size in range(1, 10)]
    engine.admit([Request(text, 0, Decoding.GREEDY, 0.0, 0.0) for text in texts])
    outcomes = []
    while engine.busy:
        outcomes += engine.step()
    assert all(isinstance(outcome, Outcome) for outcome in outcomes)
    found = {outcome.request.text: outcome.result.vector.tolist() for outcome in outcomes}
    assert found == {text: [len(text.split()), 1] for text in texts}
    assert session.tried == [9, 4, 2, 2, 2, 2, 1]
    assert [getattr(report, "error", "").partition(" (")[0] for report in reports[:2]] == [
        "out of memory, going on with 4 at a time",
        "out of memory, going on with 2 at a time",
    ]


def test_an_item_that_does_not_fit_alone_is_a_fault_wherever_it_stands():
    """The last one alone in its run, too, while two at a time are allowed."""
    tried = []

    def run(part):
        assert len(tried) < 5, "tried for ever"
        tried.append(list(part))
        if 3 in part:
            raise ModelFault(RuntimeError(FULL))

    with pytest.raises(ModelFault):
        Ration("m", 2, lambda _: None).run([1, 2, 3], run)
    assert tried == [[1, 2], [3]]
