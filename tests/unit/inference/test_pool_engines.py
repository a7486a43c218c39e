"""The engines over real sessions (small random weights) and over a numpy session."""

import numpy as np
import pytest

from inference.engine import Outcome, Suspect
from inference.engines.arena import Arena
from inference.engines.decoder_slots import DecoderSlots
from inference.engines.packing import pack
from inference.engines.translation_engine import TranslationEngine, second_reading
from inference.requests import Decoding, PoisonText, SegmentTooLong
from inference.scheduling.queue import Request
from tests.reference import greedy
from tests.unit.inference.small_models import Numbers, ssru


@pytest.fixture(scope="module")
def model():
    return ssru()


def request(text, decoding=Decoding.GREEDY):
    return Request(text, 0, decoding, 0.0, 0.0)


def sentences(count, seed=3):
    random = np.random.default_rng(seed)
    return [" ".join(map(str, random.integers(2, 60, random.integers(1, 23)))) for _ in range(count)]


def run(engine, requests):
    """Admit as the engine has room, step to the end."""
    waiting, items = list(requests), []
    while waiting or engine.busy:
        if waiting and (room := engine.room):
            engine.admit(waiting[:room])
            waiting = waiting[room:]
        items += engine.step()
    return items


def test_every_text_is_what_one_padded_batch_gives(model):
    texts = sentences(150)
    reports = []
    engine = TranslationEngine(model, 6, reports.append)
    items = run(engine, [request(text) for text in texts])
    got = {item.request.text: item.result for item in items}
    assert len(items) == 150
    alone = dict(
        zip(texts, greedy.decode(model, [model.pairs[0].tokenizer.encode(text) for text in texts]), strict=True)
    )
    # The reference has no longest target; the small model seldom ends by itself, so all it says up to there counts.
    assert {text: got[text].text for text in texts} == {text: Numbers().decode(alone[text][:40]) for text in texts}
    assert len(set(map(tuple, alone.values()))) > 80
    assert {got[text].tokens_in for text in texts} == {len(text.split()) + 1 for text in texts}
    cut = [text for text in texts if not got[text].complete]
    assert all(got[text].tokens_out == min(40, int(2.5 * got[text].tokens_in) + 3) for text in cut)
    assert 20 < len(cut) < 140
    assert sum(report.rows > 0 for report in reports) >= 1
    assert max(report.rows for report in reports) == 6
    assert all(report.tokens <= report.padded_tokens for report in reports)
    assert sum(len(report.queue_wait_s) for report in reports) == 150
    assert engine.work.tokens_out == sum(got[text].tokens_out for text in texts)
    assert engine.work.evicted == 0


def test_a_text_that_is_too_long_is_refused_and_none_is_cut(model):
    fits, too_long = " ".join(["5"] * 23), " ".join(["5"] * 24)
    got = {
        item.request.text: item.result
        for item in run(TranslationEngine(model, 4, print), [request(fits), request(too_long)])
    }
    assert isinstance(got[too_long], SegmentTooLong)
    assert got[fits].tokens_in == 24


def test_a_text_the_tokenizer_refuses_is_poison(model):
    (item,) = run(TranslationEngine(model, 4, print), [request("not a number")])
    assert isinstance(item.result, PoisonText)
    assert "not a number" not in str(item.result)


def test_a_failing_encoder_run_leaves_everything_else_on_board(model):
    engine = TranslationEngine(model, 2, lambda _: None)
    items = run(engine, [request("3 4"), request("5 6"), request("3 4 5 6 7 8 9 999999")])
    failed = [item for item in items if isinstance(item, Suspect)]
    assert [item.request.text for item in failed] == ["3 4 5 6 7 8 9 999999"]
    assert {item.request.text for item in items if isinstance(item, Outcome)} == {"3 4", "5 6"}
    assert not failed[0].fault.memory


def test_a_withdrawn_row_is_given_to_another(model):
    engine = TranslationEngine(model, 1, lambda _: None)
    gone, kept = request("7 8 9 10 11 12"), request("5 6 7 8 9 10 11 12")
    engine.admit([gone, kept])
    assert engine.step() == []
    gone.withdrawn = True
    items = run(engine, [])
    assert [item.request for item in items] == [kept]
    assert engine.work.evicted == 1
    assert not engine.busy
    assert engine.room


def test_withdrawn_before_it_was_encoded(model):
    engine = TranslationEngine(model, 1, lambda _: None)
    gone = request("7 8")
    gone.withdrawn = True
    assert run(engine, [gone]) == []
    assert engine.work.evicted == 1


def test_packing_keeps_real_tokens_only():
    fed = pack([np.array([5, 6, 0]), np.array([7, 0])])
    assert fed["ids"].tolist() == [5, 6, 0, 7, 0]
    assert fed["pos"].tolist() == [0, 1, 2, 0, 1]
    assert fed["idx_pad"].tolist() == [[0, 1, 2], [3, 4, 0]]
    assert fed["idx_flat"].tolist() == [0, 1, 2, 3, 4]
    assert fed["lens"].tolist() == [3, 2]


@pytest.mark.parametrize(
    ("text", "second"),
    [
        ("Skirt", "skirt"),
        ("“Skirt with pockets”", "“skirt with pockets”"),
        ("A skirt", "a skirt"),
        ("Élan", "élan"),
        ("XQ1 is blue", "XQ1 is blue"),
        ("SALE!", "SALE!"),
        ("Q7 lamp", "Q7 lamp"),
        ("skirt", "skirt"),
        ("12 Skirts", "12 Skirts"),
        ("…", "…"),
    ],
)
def test_second_reading_lowers_only_a_capitalised_word(text, second):
    assert second_reading(text) == second


def test_a_moved_row_goes_on_exactly_as_if_it_had_been_alone(model):
    tokens = [np.array([3, 17, 40, 8, 0]), np.array([5, 0]), np.array([8, 9, 10, 11, 12, 13, 59, 0])]
    (memory,) = model.encoder.run(None, pack(tokens))
    arena = Arena(model.provider, 100)
    crowd, alone = DecoderSlots(model, 3, arena), DecoderSlots(model, 1, arena)
    for row, part in enumerate(np.split(memory, [5, 7])):
        crowd.place(row, part)
    alone.place(0, memory[7:])
    for step in range(6):
        if step == 3:
            crowd.remove(0)
        crowd.advance()
        alone.advance()
        np.testing.assert_array_equal(crowd._state._logits[2 if step < 3 else 0], alone._state._logits[0])
    assert crowd.tokens(0) == alone.tokens(0)
