"""Slots whose buffers are on a device: on the CPU they decode what the slots of this process's memory decode."""

from itertools import pairwise

import numpy as np
import onnxruntime as ort
import pytest
from msgspec import structs

from inference.engine import ModelFault
from inference.engines.arena import Arena
from inference.engines.decoder_slots import DecoderSlots
from inference.engines.device_slots import DeviceSlots
from inference.engines.translation_engine import TranslationEngine
from inference.graphs import marian_ssru, seq2seq
from inference.graphs.device import step_graph
from inference.models import DecoderKind, EmbeddingModel, Geometry, LoadedModels, Pair, Precision, TranslationModel
from inference.pool import Pool, threads_for
from inference.providers import CPU, CUDA
from inference.requests import Decoding, ModelId
from inference.scheduling.queue import Request
from inference.scheduling.worker import usable_cores
from schemas.errors import OperatorError
from schemas.settings import PoolSettings
from tests.reference import tiny_marian, tiny_seq2seq

COLUMNS = np.array([0, *range(2, 60)], np.int64)
FORCED = 7
NO_MEMORY = (
    "[ONNXRuntimeError] : 6 : RUNTIME_EXCEPTION : Non-zero status code returned while running MatMul node. "
    "Name:'MatMul_7' Status Message: /onnxruntime_src/onnxruntime/core/framework/bfc_arena.cc:376 void* "
    "onnxruntime::BFCArena::AllocateRawInternal(size_t, bool, onnxruntime::Stream*, bool, "
    "onnxruntime::WaitNotificationFn) Failed to allocate memory for requested buffer of size 2830172160"
)


def session(graph):
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 4
    return ort.InferenceSession(graph.SerializeToString(), options, providers=[CPU])


def translation_model(encoder, decoder, geometry, precision):
    pairs = (Pair("en", "pt-BR", None), Pair("en", "es", None, FORCED))
    return TranslationModel(
        ModelId("small", "9"), pairs, session(encoder), session(decoder), geometry, COLUMNS, CPU, precision
    )


def ssru(precision=Precision.STATIC8):
    weights = tiny_marian.random_weights(9)
    weights.vectors["decoder_ff_logit_out_b"][:] = 0
    size = tiny_marian.SMALL
    geometry = Geometry(
        decoder=DecoderKind.SSRU,
        layers=size.decoder_layers,
        heads=size.heads,
        head_dim=size.d_model // size.heads,
        d_model=size.d_model,
        vocabulary=size.vocabulary,
        start=size.vocabulary,
        eos=55,
        source_tokens_max=24,
        target_tokens_max=40,
    )
    decoder = marian_ssru.decoder_graph(weights, COLUMNS, precision)
    return marian_ssru.encoder_graph(weights, precision), decoder, geometry, precision


def attention(config=tiny_seq2seq.MARIAN, precision=Precision.FLOAT32, eos=31):
    weights = tiny_seq2seq.random_weights(4, **config)
    size = weights.config
    geometry = Geometry(
        decoder=DecoderKind.ATTENTION,
        layers=size.decoder_layers,
        heads=size.decoder_heads,
        head_dim=size.d_model // size.decoder_heads,
        d_model=size.d_model,
        vocabulary=size.vocabulary,
        start=size.start,
        eos=eos,
        source_tokens_max=24,
        target_tokens_max=40,
    )
    decoder = seq2seq.decoder_graph(weights, COLUMNS, precision)
    return seq2seq.encoder_graph(weights, precision), decoder, geometry, precision


KINDS = {
    "ssru": ssru,
    "marian": attention,
    "m2m100": lambda: attention(tiny_seq2seq.M2M100, eos=55),
}


@pytest.fixture(scope="module", params=KINDS)
def models(request):
    """A model as the CPU runs it, and with a decoder that answers with tokens."""
    encoder, decoder, geometry, precision = KINDS[request.param]()
    plain = translation_model(encoder, decoder, geometry, precision)
    return plain, translation_model(encoder, step_graph(decoder), geometry, precision)


def sentences(count, seed=3):
    random = np.random.default_rng(seed)
    return [np.array([*random.integers(2, 60, random.integers(1, 23)), 0]) for _ in range(count)]


def in_process(model, slots):
    return DecoderSlots(model, slots, Arena(CPU, 1000))


def decode(slots, capacity, sources, group=7, forced=lambda _: None):
    """Decode all with rows taken over, removed and refilled in turn; return each sentence's tokens and whether whole."""
    memories = []
    for at in range(0, len(sources), group):
        memories += slots.encode(sources[at : at + group])
    waiting, owners, ended = list(range(len(sources))), [], {}
    while waiting or owners:
        while waiting and len(owners) < capacity:
            owners.append(waiting.pop(0))
            slots.place(len(owners) - 1, memories[owners[-1]], forced(owners[-1]))
        assert slots.active == len(owners)
        for row in slots.advance():
            ended[owners[row]] = slots.tokens(row)
            if waiting and len(waiting) % 3:
                owners[row] = waiting.pop(0)
                slots.place(row, memories[owners[row]], forced(owners[row]))
            else:
                slots.remove(row)
                last = owners.pop()
                if row < len(owners):
                    owners[row] = last
    return [ended[at] for at in range(len(sources))]


def test_the_tokens_are_those_of_the_slots_in_process(models):
    plain, stepping = models
    sources = sentences(120)
    expected = decode(in_process(plain, 6), 6, sources)
    reports = []
    assert decode(DeviceSlots(stepping, 6, reports.append), 6, sources) == expected
    assert decode(DeviceSlots(stepping, 9, reports.append), 4, sources, group=1) == expected
    assert len({tuple(tokens) for tokens, _ in expected}) > 60
    assert 5 < sum(whole for _, whole in expected) < 115
    assert reports == []


def test_a_forced_first_token_is_followed_and_no_part_of_the_text(models):
    plain, stepping = models

    def forced(at):
        return FORCED if at % 3 else None

    sources = sentences(40)
    expected = decode(in_process(plain, 5), 5, sources, forced=forced)
    assert decode(DeviceSlots(stepping, 5, print), 5, sources, forced=forced) == expected
    assert expected != decode(in_process(plain, 5), 5, sources)


def test_a_sentence_withdrawn_before_it_was_written_leaves_no_trace(models):
    _, stepping = models
    sources = sentences(6)
    alone = decode(DeviceSlots(stepping, 4, print), 4, sources[3:])
    slots = DeviceSlots(stepping, 4, print)
    for row, memory in enumerate(slots.encode(sources[:3])):
        slots.place(row, memory)
    slots.remove(1)
    slots.advance()
    slots.clear()
    assert slots.active == 0
    assert decode(slots, 4, sources[3:]) == alone


@pytest.mark.parametrize("kind", [ssru, attention])
def test_float16_decodes_what_float32_decodes_nearly_always(kind):
    """The same graphs in half the precision: the first tokens are the same, a near tie may end a likeness later."""
    encoder, decoder, geometry, precision = kind(precision=Precision.FLOAT32)
    wide = translation_model(encoder, step_graph(decoder), geometry, precision)
    encoder, decoder, geometry, precision = kind(precision=Precision.FLOAT16)
    half = translation_model(encoder, step_graph(decoder), geometry, precision)
    sources = sentences(40)
    expected = decode(DeviceSlots(wide, 6, print), 6, sources)
    found = decode(DeviceSlots(half, 6, print), 6, sources)
    same = [a == b for a, b in zip(expected, found, strict=True)]
    assert sum(same) > 30
    assert sum(a[0][:1] == b[0][:1] for a, b in zip(expected, found, strict=True)) > 37


@pytest.mark.parametrize(
    "message",
    [
        NO_MEMORY,
        # At the limit of an arena (pool.gpu_memory_gb).
        "Status Message: bfc_arena.cc:360 AllocateRawInternal Available memory of 7 is smaller than requested bytes of 8",
        "CUDA failure 2: out of memory ; GPU=0 ; hostname=h ; file=cuda_allocator.cc ; line=17 ; expr=cudaMalloc(p, n);",
        "CUBLAS failure 3: CUBLAS_STATUS_ALLOC_FAILED ; GPU=0 ; hostname=h ; expr=cublasCreate(&cublas_handle_);",
    ],
)
def test_the_runtimes_words_for_too_little_memory_are_known(message):
    assert ModelFault(RuntimeError(message)).memory


class Cramped:
    """A session whose memory holds `rows` rows of the input `rows_of`: more than that fails in ONNX Runtime's words."""

    def __init__(self, real, rows_of, rows, message=NO_MEMORY):
        self._real = real
        self._rows_of = rows_of
        self.rows = rows
        self.message = message
        self.tried = []

    def __getattr__(self, name):
        return getattr(self._real, name)

    def io_binding(self):
        return Counting(self._real.io_binding(), self._rows_of)

    def run_with_iobinding(self, binding):
        self.tried.append(binding.rows)
        # The real run comes first: what it wrote before its memory ran out must not spoil the next try.
        self._real.run_with_iobinding(binding.real)
        if binding.rows > self.rows:
            raise RuntimeError(self.message)


class Counting:
    """A binding that knows how many rows an input has."""

    def __init__(self, real, name):
        self.real = real
        self._name = name
        self.rows = 0

    def __getattr__(self, name):
        return getattr(self.real, name)

    def bind_cpu_input(self, name, values):
        if name == self._name:
            self.rows = len(values)
        self.real.bind_cpu_input(name, values)

    def bind_input(self, name, kind, index, dtype, shape, address):
        if name == self._name:
            self.rows = shape[0]
        self.real.bind_input(name, kind, index, dtype, shape, address)


def cramped(model, **limits):
    """The same model with sessions that run out of memory: `encoder` and `decoder` say at more than how many rows."""
    parts = {"encoder": "lens", "decoder": "ids"}
    sessions = {name: Cramped(getattr(model, name), parts[name], rows) for name, rows in limits.items()}
    return structs.replace(model, **sessions)


def test_without_memory_for_all_rows_a_step_is_taken_in_parts_and_no_text_changes(models):
    _, stepping = models
    sources = sentences(60)
    expected = decode(DeviceSlots(stepping, 8, print), 8, sources)
    tight, reports = cramped(stepping, decoder=3), []
    assert decode(DeviceSlots(tight, 8, reports.append), 8, sources) == expected
    assert tight.decoder.tried[:6] == [8, 4, 2, 2, 2, 2]
    assert set(tight.decoder.tried[3:]) == {2}
    assert [report.error.partition(" (")[0] for report in reports] == [
        "out of memory, going on with 4 at a time",
        "out of memory, going on with 2 at a time",
    ]
    assert not any(report.poison for report in reports)


def test_without_memory_for_a_group_the_encoder_takes_halves(models):
    _, stepping = models
    sources = sentences(30)
    expected = decode(DeviceSlots(stepping, 8, print), 8, sources, group=8)
    tight, reports = cramped(stepping, encoder=2), []
    assert decode(DeviceSlots(tight, 8, reports.append), 8, sources, group=8) == expected
    assert tight.encoder.tried[:4] == [8, 4, 2, 2]
    assert len(reports) == 2


def test_without_memory_for_writing_a_group_its_sentences_are_written_in_halves(models, monkeypatch):
    _, stepping = models
    sources = sentences(30)
    expected = decode(DeviceSlots(stepping, 8, print), 8, sources, group=8)
    reports = []
    slots = DeviceSlots(stepping, 8, reports.append)
    slots._state._placing = Cramped(slots._state._placing, "rows", 3)
    assert decode(slots, 8, sources, group=8) == expected
    assert slots._state._placing.tried[:4] == [8, 4, 2, 2]
    assert len(reports) == 2


@pytest.mark.parametrize("part", ["encoder", "decoder"])
def test_without_memory_for_one_row_the_fault_is_raised(models, part):
    _, stepping = models
    tight, reports = cramped(stepping, **{part: 0}), []
    slots = DeviceSlots(tight, 4, reports.append)
    with pytest.raises(ModelFault) as caught:
        decode(slots, 4, sentences(4))
    assert caught.value.memory
    sizes = getattr(tight, part).tried
    assert sizes == [4, 2, 1]
    slots.clear()
    assert slots.active == 0


def test_another_fault_is_raised_at_once(models):
    _, stepping = models
    tight = cramped(stepping, decoder=3)
    tight.decoder.message = "indices element out of data bounds"
    with pytest.raises(ModelFault) as caught:
        decode(DeviceSlots(tight, 4, print), 4, sentences(4))
    assert not caught.value.memory
    assert tight.decoder.tried == [4]


def test_the_part_grows_again_after_a_thousand_runs_without_a_fault(models, monkeypatch):
    _, stepping = models
    monkeypatch.setattr("inference.engines.ration.TRIALS", 10)
    tight = cramped(stepping, decoder=4)
    slots = DeviceSlots(tight, 8, lambda _: None)
    sources = sentences(40)
    expected = decode(DeviceSlots(stepping, 8, print), 8, sources)
    assert decode(slots, 8, sources) == expected
    assert tight.decoder.tried[:12] == [8, *[4] * 10, 8]
    tight.decoder.rows = 8
    assert decode(slots, 8, sources) == expected
    assert tight.decoder.tried[-1] == 8
    assert not any(before == after == 8 for before, after in pairwise(tight.decoder.tried[:12]))


def test_buffers_that_do_not_fit_are_one_line_for_the_operator(models, monkeypatch):
    def refuse(*_):
        raise RuntimeError(NO_MEMORY)

    monkeypatch.setattr(ort.InferenceSession, "create_ortvalue_from_shape_and_type", refuse)
    with pytest.raises(OperatorError, match=r"8 slots of small do not fit on the device .*lower pool.slots") as caught:
        DeviceSlots(models[1], 8, print)
    assert "\n" not in str(caught.value)


def test_only_what_was_encoded_is_placed(models):
    with pytest.raises(TypeError):
        DeviceSlots(models[1], 2, print).place(0, np.zeros((3, 4), np.float32))


class Numbers:
    """Texts are numbers, "7 8 9" is the ids 7, 8, 9 and the end; any other word is 2."""

    def encode(self, text):
        return np.array([*(int(word) if word.isdigit() else 2 for word in text.split()), 0], np.int64)

    def decode(self, ids):
        return " ".join(map(str, ids))


@pytest.fixture(scope="module")
def half():
    """A float16 model as the store opens it on a machine without a GPU: it runs, slowly, with its state on the CPU."""
    encoder, decoder, geometry, precision = attention(precision=Precision.FLOAT16)
    pairs = (Pair("en", "pt-BR", Numbers()),)
    sessions = session(encoder), session(step_graph(decoder))
    return TranslationModel(ModelId("half", "9"), pairs, *sessions, geometry, COLUMNS, CPU, precision)


def test_the_engine_of_a_float16_model_decodes_on_the_device_of_its_decoder(half):
    sources = sentences(30)
    expected = [tokens for tokens, _ in decode(DeviceSlots(half, 6, print), 6, sources)]
    engine = TranslationEngine(half, 6, lambda _: None)
    engine.warm_up()
    texts = [" ".join(map(str, ids[:-1])) for ids in sources]
    engine.admit([Request(text, 0, Decoding.GREEDY, 0.0, 0.0) for text in texts])
    found = {}
    while engine.busy:
        for item in engine.step():
            found[item.request.text] = item.result.text
    assert [found[text] for text in texts] == [Numbers().decode(tokens) for tokens in expected]


@pytest.mark.parametrize(("provider", "threads"), [(CUDA, 1), (CPU, usable_cores())])
def test_decodes_on_a_gpu_are_served_by_one_thread(half, provider, threads):
    embedder = EmbeddingModel(ModelId("e", "1"), Numbers(), None, 2, normalized=True, tokens_max=8, provider=CUDA)
    assert threads_for([half, structs.replace(half, provider=provider), embedder]) == threads
    assert Pool(LoadedModels((half,), None), PoolSettings(threads=3)).statistics().threads == 3
