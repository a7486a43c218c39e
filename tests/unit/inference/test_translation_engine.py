"""The translation engine over real sessions with small random weights, one text at a time as the measure."""

import mmap
import random
import re
from pathlib import Path

import msgspec
import numpy as np
import pytest

from inference.engine import Outcome, Suspect
from inference.engines import decoder_slots, decoder_state, translation_engine
from inference.engines.arena import Arena
from inference.engines.decoder_slots import DecoderSlots
from inference.engines.translation_engine import TranslationEngine
from inference.engines.tuning import (
    MATRIX_UNITS,
    PLAIN,
    PLAIN_WIDE,
    Tuning,
    tuning,
)
from inference.providers import multiplies_tiles
from inference.requests import Decoding, Priority
from inference.scheduling.queue import Request
from tests.unit.inference.small_models import KINDS, SOURCE_MAX, beam_alone, greedy_alone, ssru


@pytest.fixture(scope="module", params=KINDS)
def model(request):
    return KINDS[request.param]()


@pytest.fixture(scope="module")
def texts():
    numbers = np.random.default_rng(3)
    return [" ".join(map(str, numbers.integers(2, 60, numbers.integers(1, SOURCE_MAX)))) for _ in range(60)]


@pytest.fixture(scope="module")
def alone(model, texts):
    """What each text gives by itself, in both directions of the model."""
    return {(text, pair): greedy_alone(model, text, pair) for text in texts for pair in (0, 1)}


def request(text, pair=0, decoding=Decoding.GREEDY, priority=Priority.LISTING):
    return Request(text, 0, decoding, 0.0, 0.0, pair, priority=priority)


def silent(_report):
    pass


def run(engine, requests, chaos=None, leaving=0.0):
    """Admit in parts, step, let some leave midway; return what came out."""
    chaos = chaos or random.Random(0)
    waiting, items, aboard = list(requests), [], []
    while waiting or engine.busy:
        if waiting and (room := engine.room):
            size = chaos.randint(1, room)
            engine.admit(waiting[:size])
            aboard += waiting[:size]
            waiting = waiting[size:]
        items += engine.step()
        if aboard and chaos.random() < leaving:
            chaos.choice(aboard).withdrawn = True
    return items


def said(items):
    return {(item.request.text, item.request.pair): (item.result.text, item.result.complete) for item in items}


@pytest.mark.parametrize("slots", [1, 5, 16])
def test_texts_are_what_they_are_alone(model, texts, alone, slots):
    items = run(TranslationEngine(model, slots, silent), [request(text, pair) for text, pair in alone])
    assert said(items) == alone
    # The measure would be weak if the model said little, or always the same.
    assert len({text for text, _ in alone.values()}) > 60
    assert 15 < sum(complete for _, complete in alone.values()) < 115


@pytest.mark.parametrize("seed", range(5))
def test_no_text_hangs_on_who_comes_and_who_leaves(model, alone, seed):
    chaos = random.Random(seed)
    asked = [request(text, pair, priority=chaos.choice(list(Priority))) for text, pair in alone]
    chaos.shuffle(asked)
    engine = TranslationEngine(model, chaos.choice([2, 3, 7, 13, 32]), silent)
    got = said(run(engine, asked, chaos, leaving=0.2))
    assert got == {key: alone[key] for key in got}
    left = sum(one.withdrawn for one in asked)
    assert left > 0
    assert len(asked) - left <= len(got) <= len(asked)
    assert engine.work.evicted == len(asked) - len(got)


def test_beam_search_is_what_it_is_alone_and_leaves_greedy_decoding_alone(model, texts, alone):
    few = texts[:16]
    expected = {(text, pair): beam_alone(model, text, 3, pair) for text in few for pair in (0, 1)}
    beams = [request(text, pair, Decoding.BEAM) for text, pair in expected]
    greedy = [request(text) for text in texts]
    mixed = [*beams, *greedy]
    random.Random(5).shuffle(mixed)
    items = run(TranslationEngine(model, 9, silent, beam=3), mixed)
    assert said(item for item in items if item.request.decoding is Decoding.BEAM) == expected
    assert said(item for item in items if item.request.decoding is Decoding.GREEDY) == {
        (text, 0): alone[text, 0] for text in texts
    }
    assert sum(expected[key] != alone[key] for key in expected) > 8


def test_a_beam_of_eight(model, texts):
    wide = run(TranslationEngine(model, 32, silent, beam=8), [request(text, 0, Decoding.BEAM) for text in texts[:8]])
    assert said(wide) == {(text, 0): beam_alone(model, text, 8) for text in texts[:8]}


class FailingDecoder:
    """A real decoder whose next run fails when it is told so."""

    def __init__(self, session):
        self._session = session
        self.fails = False

    def __getattr__(self, name):
        return getattr(self._session, name)

    def run_with_iobinding(self, binding):
        if self.fails:
            self.fails = False
            raise RuntimeError("the device hiccupped")
        self._session.run_with_iobinding(binding)


@pytest.mark.parametrize("decoding", [Decoding.GREEDY, Decoding.BEAM])
def test_a_fault_in_a_step_frees_all_rows_and_the_engine_serves_on(model, texts, decoding):
    decoder = FailingDecoder(model.decoder)
    engine = TranslationEngine(msgspec.structs.replace(model, decoder=decoder), 4, silent)
    asked = [request(text, 0, decoding) for text in texts[:6]]
    first, rest = asked[:3], asked[3:]
    engine.admit(asked)
    for _ in range(2):
        assert engine.step() == []
    decoder.fails = True
    suspects = engine.step()
    assert all(isinstance(item, Suspect) for item in suspects)
    assert 0 < len(suspects) <= 4
    assert not any(item.fault.memory for item in suspects)
    running = engine._decodes[-1]
    assert running.rows.active == running.active == 0
    # Who had no row stays on board; who was in the run may come again.
    again = run(engine, [item.request for item in suspects])
    assert all(isinstance(item, Outcome) for item in again)
    assert len(again) == len(asked)
    assert {item.request.text for item in again} == {one.text for one in [*first, *rest]}
    fresh = run(TranslationEngine(model, 4, silent), [request(text, 0, decoding) for text in texts[:6]])
    assert said(again) == said(fresh)
    assert engine.work.evicted == 0


def test_the_withdrawn_are_let_go_in_rows_ready_and_pending(model, texts, alone):
    long = [text for text in texts if len(text.split()) > 12 and not alone[text, 0][1]]
    engine = TranslationEngine(model, 2, silent)
    asked = [request(text) for text in long[:8]]
    engine.admit(asked)
    engine.step()
    boarding = engine._greedy.boarding
    begun = [one for one in asked if one.started_s]
    assert len(begun) == 2
    assert len(boarding._pending) == 6
    for one in (*begun[:1], *asked[4:7]):
        one.withdrawn = True
    kept = [one for one in asked if not one.withdrawn]
    items = run(engine, [])
    assert said(items) == {(one.text, 0): alone[one.text, 0] for one in kept}
    assert engine.work.evicted == 8 - len(kept)


def test_a_translation_without_end_is_cut_and_says_so(model, alone):
    items = run(TranslationEngine(model, 8, silent), [request(text, pair) for text, pair in alone])
    for item in items:
        tokens_in, first = item.result.tokens_in, item.request.pair
        longest = min(int(decoder_slots.LENGTH_FACTOR * tokens_in) + decoder_slots.LENGTH_BONUS + first, 40) - first
        assert item.result.tokens_out <= longest - item.result.complete
        assert item.result.complete or item.result.tokens_out == longest


def test_the_second_reading_is_the_first_of_another_text(texts):
    model = ssru()

    class Words:
        """`Skirt` and `skirt` are other ids."""

        def encode(self, text):
            return np.array([*(2 + sum(map(ord, word)) % 57 for word in text.split()), 0], np.int64)

        def decode(self, ids):
            return " ".join(map(str, ids))

    (pair, _) = model.pairs
    model = msgspec.structs.replace(model, pairs=(msgspec.structs.replace(pair, tokenizer=Words()),))
    asked = [
        request("Skirt with pockets"),
        request("Skirt with pockets", 0, Decoding.SECOND),
        request("skirt with pockets"),
        request("XQ1 with pockets", 0, Decoding.SECOND),
        request("XQ1 with pockets"),
    ]
    got = [item.result.text for item in sorted(run(TranslationEngine(model, 4, silent), asked), key=_place(asked))]
    assert got[1] == got[2] != got[0]
    assert got[3] == got[4]


def _place(asked):
    return lambda item: next(at for at, one in enumerate(asked) if one is item.request)


def test_an_urgent_request_overtakes_all_that_have_no_row(texts):
    model = ssru()
    engine = TranslationEngine(model, 4, silent)
    listings = [request(text) for text in texts]
    urgent = request(texts[0], 0, Decoding.GREEDY, Priority.LOGISTICS)
    engine.admit(listings)
    ended = 0
    while ended < 10:
        ended += len(engine.step())
    before = sum(bool(one.started_s) for one in listings)
    rows = {owner.request for owner in engine._greedy._owners}
    engine.admit([urgent])
    while not urgent.started_s:
        engine.step()
    # It is alone in the first group after its arrival, and is placed before all that were encoded already.
    assert sum(bool(one.started_s) for one in listings) == before
    now = {owner.request for owner in engine._greedy._owners}
    assert urgent in now
    assert now - {urgent} <= rows


def test_sentences_with_a_word_that_a_reduced_head_narrows_are_counted(texts):
    narrowed = [7, 11]
    model = msgspec.structs.replace(ssru(), narrowed=np.array(narrowed))
    engine = TranslationEngine(model, 4, silent)
    run(engine, [request(text) for text in texts])
    tokenizer = model.pairs[0].tokenizer
    expected = sum(bool(np.isin(tokenizer.encode(text), narrowed).any()) for text in texts)
    assert 0 < expected < len(texts)
    assert engine.work.shortlist_misses == expected


def test_memory_that_a_long_sentence_took_is_given_back(monkeypatch):
    monkeypatch.setattr(decoder_state, "KEPT_TOKENS", 8)
    model = KINDS["marian"]()
    slots = DecoderSlots(model, 3, Arena(model.provider, 100))
    token_bytes = 2 * model.geometry.layers * model.geometry.d_model * 4
    long, short = np.array([*range(2, 25), 0]), np.array([9, 0])

    def decode(*sentences):
        for row, memory in enumerate(slots.encode(sentences)):
            slots.place(row, memory)
        for _ in range(6):
            slots.advance()
        return [(slots._tokens[row, :6].tolist()) for row in range(len(sentences))]

    first = decode(long, long, short)
    assert slots._state.resident_bytes == token_bytes * (24 + 24 + 2 + 3 * 6)
    slots.clear()
    assert slots._state.resident_bytes == token_bytes * (2 + 3 * 6)
    # A row that kept its memory and one that gave it back decode alike.
    assert decode(short, long, long) == [first[2], first[0], first[0]]


def test_long_sentences_share_the_memory_there_is(monkeypatch):
    model = KINDS["marian"]()
    token_bytes = 2 * model.geometry.layers * model.geometry.d_model * 4
    monkeypatch.setattr(decoder_slots, "CACHE_BYTES", token_bytes * 150)
    slots = DecoderSlots(model, 8, Arena(model.provider, 100))
    # 24 source tokens and at most 40 target tokens each.
    (memory,) = slots.encode([np.array([*range(2, 25), 0])])
    fitted = 0
    while slots.fits(24):
        slots.place(fitted, memory)
        fitted += 1
    assert fitted == 2
    assert slots.fits(5)
    assert not slots.fits(8)
    # A row that takes another's place brings its own share with it.
    (short,) = slots.encode([np.array([9, 0])])
    slots.place(2, short)
    slots.remove(0)
    assert slots.fits(24)
    engine = TranslationEngine(model, 8, silent)
    texts = [" ".join(map(str, range(at, at + 23))) for at in range(2, 30)]
    assert said(run(engine, [request(text) for text in texts])) == {
        (text, 0): greedy_alone(model, text) for text in texts
    }
    assert engine.work.rows / engine.work.steps <= 2


def test_sizes_are_those_of_the_processor_unless_the_operator_says_otherwise(tmp_path):
    cpuinfo = tmp_path / "cpuinfo"
    cpuinfo.write_text("flags\t\t: fpu avx512_vnni amx_bf16 amx_tile amx_int8\n")
    assert multiplies_tiles(cpuinfo)
    plain = tmp_path / "plain"
    plain.write_text("flags\t\t: fpu avx512_vnni\n")
    assert not multiplies_tiles(plain)
    assert not multiplies_tiles(tmp_path / "none")
    assert tuning(0, 256) in {PLAIN, MATRIX_UNITS}
    assert tuning(0, 1024) in {PLAIN_WIDE, MATRIX_UNITS}
    assert tuning(5, 256).slots == tuning(5, 1024).slots == 5
    assert tuning(5, 1024).group_tokens == tuning(0, 1024).group_tokens


def test_room_is_a_look_ahead_when_an_eighth_is_free_and_nobody_waits(texts, monkeypatch):
    monkeypatch.setattr(translation_engine, "tuning", lambda *_, **__: Tuning(16, 10_000, 40))
    engine = TranslationEngine(ssru(), 0, silent)
    assert engine.room == 40
    engine.admit([request(text) for text in texts[:15]])
    assert engine.room == 0
    engine.step()
    active = engine._greedy.active
    assert 13 <= active <= 15
    assert engine.room == (40 if active <= 14 else 0)
    engine.admit([request(text) for text in texts[15:40]])
    engine.step()
    assert engine._greedy.active == 16
    assert engine.room == 0
    while engine.busy:
        waits = len(engine._greedy.boarding)
        assert (engine.room > 0) == (not waits and engine._greedy.active <= 14)
        engine.step()
    # Beams that keep their own rows full do not keep others out.
    engine.admit([request(text, 0, Decoding.BEAM) for text in texts[:4]])
    engine.step()
    assert engine.room == 0
    engine.admit([request(texts[0])])
    engine.step()
    assert engine.room == 40


@pytest.mark.skipif(not hasattr(mmap, "MADV_DONTNEED"), reason="this system gives no part of a mapping back")
def test_a_caches_memory_comes_as_it_is_written_and_goes_by_rows():
    shape = (2, 3, 4, 4096, 64)  # large beside what else may come into its mapping
    cache = decoder_state._Cache(shape, np.float32)

    size_kb = cache.values.nbytes // 1024

    def resident_kb():
        """Of the system's mapping that holds the cache, neighbours included."""
        address = cache.values.ctypes.data
        lines = Path("/proc/self/smaps").read_text("ascii", errors="replace").splitlines()
        for at, line in enumerate(lines):
            match = re.match(r"([0-9a-f]+)-([0-9a-f]+) ", line)
            if match and int(match[1], 16) <= address < int(match[2], 16):
                return int(next(line for line in lines[at:] if line.startswith("Rss:")).split()[1])
        raise AssertionError("the cache is not mapped")

    empty = resident_kb()
    cache.claim(slice(0, 3), 4096)
    cache.values[:] = 1
    assert resident_kb() - empty == pytest.approx(size_kb, rel=0.1)
    assert cache.resident_bytes == cache.values.nbytes
    cache.trim(1, 100)
    assert resident_kb() - empty == pytest.approx(size_kb * 2 / 3, rel=0.1)
    assert cache.resident_bytes == cache.values.nbytes // 3 * 2
    assert (cache.values[:, [0, 2]] == 1).all()
    assert (cache.values[:, 1] == 0).all()
    # What is about as long as what was there stays where it is.
    cache.trim(2, 4096)
    assert (cache.values[:, 2] == 1).all()


@pytest.mark.parametrize("slots", [1, 2, 4, 7, 16])
def test_an_engine_at_rest_always_has_room(slots):
    """However short the last translation was: one that ends at once must not leave the engine waiting for company."""
    engine = TranslationEngine(ssru(), slots, silent)
    for text in ("5", "6", "5 6", "7"):
        one = request(text)
        assert engine.room
        engine.admit([one])
        engine.step()
        one.withdrawn = True  # at rest after fewer steps than share an encoder run
        while engine.busy:
            engine.step()


def test_in_company_the_arrivals_of_some_steps_share_an_encoder_run(texts):
    engine = TranslationEngine(ssru(), 16, silent)
    engine.admit([request(text) for text in texts if len(text.split()) > SOURCE_MAX // 2][:4])
    rooms = []
    for _ in range(2 * translation_engine.CADENCE):
        engine.step()
        rooms.append(bool(engine.room))
        if rooms[-1]:
            engine.admit([request(texts[len(rooms)])])
    assert rooms == ([False] * (translation_engine.CADENCE - 1) + [True]) * 2
