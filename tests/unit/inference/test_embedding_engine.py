"""The embedding engine over a numpy session that tells what it was given."""

import numpy as np
import pytest

from inference.engine import Outcome, Suspect
from inference.engines.embedding_engine import LOOK_AHEAD, RUN_TOKENS, EmbeddingEngine, packed
from inference.models import EmbeddingModel
from inference.requests import Decoding, Embedding, ModelId, PoisonText, Priority
from inference.scheduling.queue import Request


class Numbers:
    """Texts are numbers, "7 8 9" is the ids 7, 8, 9 and the end."""

    def encode(self, text):
        return np.array([*map(int, text.split()), 0], np.int64)


class Framed(Numbers):
    """The same between a beginning 1 and an end 2."""

    def encode(self, text):
        return np.array([1, *map(int, text.split()), 2], np.int64)


class Nothing:
    def encode(self, text):
        return np.array([], np.int64)


class Sums:
    """A sentence encoder: the unit vector of (sum of ids, number of tokens). Fails on the id 99."""

    def __init__(self, normalized=True):
        self.runs = []
        self.options = []
        self.normalized = normalized

    def run(self, _outputs, feeds, options):
        ids, lens = feeds["ids"], feeds["lens"]
        texts = np.split(ids, np.cumsum(lens)[:-1])
        assert feeds["pos"].tolist() == [at for text in texts for at in range(len(text))]
        assert feeds["row"].tolist() == [row for row, text in enumerate(texts) for _ in text]
        self.runs.append([text.tolist() for text in texts])
        self.options.append(options)
        if (ids == 99).any():
            raise RuntimeError("no such id")
        vectors = np.array([[text.sum(), len(text)] for text in texts], np.float32)
        return [vectors / np.linalg.norm(vectors, axis=1, keepdims=True) if self.normalized else vectors]

    @property
    def lengths(self):
        return [[len(text) for text in run] for run in self.runs]


def engine_of(sums, tokens_max=8, *, tokenizer=None, frame=(0, 0), report=lambda _: None):
    model = EmbeddingModel(
        id=ModelId("sums", "1"),
        tokenizer=tokenizer or Numbers(),
        session=sums,
        dim=2,
        normalized=sums.normalized,
        tokens_max=tokens_max,
        provider="CPUExecutionProvider",
        frame=frame,
    )
    return EmbeddingEngine(model, report)


def request(text, priority=Priority.LISTING):
    return Request(text, 0, Decoding.GREEDY, 0.0, 0.0, priority=priority)


def words(count, word=1):
    """A text of `count` tokens, the end included."""
    return " ".join([str(word)] * (count - 1))


def run(engine, requests):
    """Admit as the engine has room, step to the end."""
    waiting, items = list(requests), []
    while waiting or engine.busy:
        if waiting and engine.room:
            engine.admit(waiting[: engine.room])
            waiting = waiting[LOOK_AHEAD:]
        items += engine.step()
    return items


def unit(*values):
    return np.array(values) / np.linalg.norm(values)


def test_texts_are_packed_without_padding():
    fed = packed([np.array([5, 6, 0]), np.array([7, 0])])
    assert fed["ids"].tolist() == [5, 6, 0, 7, 0]
    assert fed["pos"].tolist() == [0, 1, 2, 0, 1]
    assert fed["row"].tolist() == [0, 0, 0, 1, 1]
    assert fed["lens"].tolist() == [3, 2]
    assert fed["lens"].dtype == np.int32


def test_each_text_gets_its_own_vector():
    sums, reports = Sums(), []
    engine = engine_of(sums, tokens_max=100, report=reports.append)
    texts = [words(size, word) for size, word in ((60, 3), (2, 4), (3, 5), (59, 6), (4, 7))]
    items = run(engine, [request(text) for text in texts])
    got = {item.request.text: item.result for item in items}
    for text in texts:
        ids = Numbers().encode(text)
        np.testing.assert_allclose(got[text].vector, unit(ids.sum(), len(ids)), rtol=1e-6)
        assert not got[text].vector.flags.writeable
        assert got[text].normalized
    assert sum(len(report.queue_wait_s) for report in reports) == 5
    assert sum(report.tokens for report in reports) == engine.work.tokens_in == 60 + 2 + 3 + 59 + 4


def test_a_run_is_full_of_texts_of_like_length_and_never_over_its_budget():
    sums = Sums()
    random = np.random.default_rng(5)
    sizes = random.permutation([4] * 60 + [50] * 20)
    engine = engine_of(sums, tokens_max=100)
    assert len(run(engine, [request(words(size)) for size in sizes])) == 80
    assert all(len(lengths) * max(lengths) <= RUN_TOKENS for lengths in sums.lengths)
    assert sum(sum(lengths) for lengths in sums.lengths) == 60 * 4 + 20 * 50
    assert sum(len(set(lengths)) > 1 for lengths in sums.lengths) <= 3
    assert len(sums.runs) <= 7
    assert engine.work.capacity >= engine.work.rows == 80


def test_the_oldest_text_is_in_every_run():
    """A text of unlike length does not wait while those that came later and fit together go first."""
    sums = Sums()
    engine = engine_of(sums, tokens_max=200)
    engine.admit([request(words(150, 7)), *(request(words(4)) for _ in range(40))])
    engine.step()
    assert 150 in sums.lengths[0]
    for arrival in range(30):
        engine.admit([request(words(120, 5)), *(request(words(3)) for _ in range(20))])
        oldest = engine._pending[0][1].tolist()
        engine.step()
        assert oldest in sums.runs[-1], arrival


def test_an_urgent_text_waits_for_two_runs_at_most_and_the_oldest_for_as_many():
    sums = Sums()
    engine = engine_of(sums, tokens_max=RUN_TOKENS)
    long = RUN_TOKENS - 10
    engine.admit([request(words(long - at)) for at in range(4)])
    engine.step()
    urgent = [request(words(20 + at, 7), Priority.LOGISTICS) for at in range(2)]
    engine.admit(urgent)
    engine.step()
    engine.step()
    assert all(one.started_s for one in urgent)
    for _ in range(8):
        # More come than a run takes: the older, longer ones are served all the same.
        engine.admit([request(words(20, 9), Priority.LOGISTICS) for _ in range(20)])
        engine.step()
    assert sum(length > long - 4 for run in sums.lengths for length in run) == 4
    assert engine.busy


def test_room_for_more_only_while_less_than_a_run_is_on_board():
    engine = engine_of(Sums(), tokens_max=200)
    assert engine.room == LOOK_AHEAD
    engine.admit([request(words(128))])
    assert engine.room == LOOK_AHEAD
    engine.admit([request(words(128))])
    assert engine.room == 0
    engine.step()
    assert engine.room == LOOK_AHEAD
    assert not engine.busy


def test_a_long_text_is_the_mean_of_its_pieces_weighted_by_tokens():
    ids = [*range(1, 13)]
    (item,) = run(engine_of(Sums()), [request(" ".join(map(str, ids)))])
    first, second = [1, 2, 3, 4, 5, 6, 7], [8, 9, 10, 11, 12, 0]
    mean = 7 * unit(sum(first), 7) + 6 * unit(sum(second), 6)
    np.testing.assert_allclose(item.result.vector, mean / np.linalg.norm(mean), rtol=1e-6)


def test_each_piece_of_a_long_text_is_framed_like_a_text():
    sums = Sums()
    engine = engine_of(sums, tokenizer=Framed(), frame=(1, 1))
    run(engine, [request(" ".join(map(str, range(10, 24)))), request("3 4")])
    pieces = [text for texts in sums.runs for text in texts]
    assert sorted(pieces) == [[1, 3, 4, 2], [1, *range(10, 15), 2], [1, *range(15, 20), 2], [1, *range(20, 24), 2]]


def test_a_text_longer_than_a_run_goes_through_and_gives_the_memory_back():
    sums = Sums()
    engine = engine_of(sums, tokens_max=3 * RUN_TOKENS)
    items = run(engine, [request(words(3 * RUN_TOKENS)), request("5"), request("6")])
    assert len(items) == 3
    assert [options is not None for options in sums.options] == [True, True]
    assert run(engine_of(calm := Sums()), [request("5")])
    assert calm.options == [None]


def test_a_model_without_unit_vectors_gives_a_plain_mean():
    (item,) = run(engine_of(Sums(normalized=False)), [request(words(13, 3))])
    np.testing.assert_allclose(item.result.vector, (7 * np.array([21, 7]) + 6 * np.array([15, 6])) / 13, rtol=1e-6)
    assert not item.result.normalized


def test_a_failing_piece_makes_its_whole_text_suspect_once():
    engine = engine_of(Sums())
    bad = "99 " + "1 " * 700 + "99"
    items = run(engine, [request(bad), request(words(15))])
    suspects = [item.request.text for item in items if isinstance(item, Suspect)]
    assert suspects.count(bad) == 1
    assert len(items) == 2
    assert not engine.busy
    assert engine.room


def test_texts_in_runs_without_the_fault_are_served():
    engine = engine_of(Sums(), tokens_max=300)
    good = [words(size) for size in (200, 201, 202)]
    items = run(engine, [request(words(203, 99)), *map(request, good)])
    assert [item.request.text for item in items if isinstance(item, Suspect)] == [words(203, 99)]
    assert {item.request.text for item in items if isinstance(item, Outcome)} == set(good)


@pytest.mark.parametrize(("tokenizer", "text"), [(Numbers(), "x"), (Nothing(), "5")])
def test_a_text_without_tokens_is_poison(tokenizer, text):
    (item,) = run(engine_of(Sums(), tokenizer=tokenizer), [request(text)])
    assert isinstance(item.result, PoisonText)
    assert text not in str(item.result).split()


def test_a_withdrawn_text_is_skipped_and_counted_once():
    engine = engine_of(sums := Sums())
    gone = request(words(30))
    gone.withdrawn = True
    items = run(engine, [gone, request("5")])
    assert [type(item.result) for item in items] == [Embedding]
    assert engine.work.evicted == 1
    assert sums.lengths == [[2]]


def test_a_text_withdrawn_between_its_pieces_leaves():
    engine = engine_of(Sums(), tokens_max=200)
    long, short = request(words(1000)), request("5")
    engine.admit([long, short])
    assert engine.step() == []
    long.withdrawn = True
    items = run(engine, [])
    assert [item.request for item in items] == [short]
    assert engine.work.evicted == 1
    assert not engine.busy
