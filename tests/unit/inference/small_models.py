"""Translation models with small random weights, for tests of engines: texts are numbers, "7 8 9" are the ids 7, 8, 9."""

from collections.abc import Sequence

import numpy as np
import onnx
import onnxruntime as ort

from inference.graphs import marian_ssru, seq2seq
from inference.library.calibration import Sample, calibrate
from inference.models import DecoderKind, Geometry, Ids, Pair, Precision, TranslationModel
from inference.providers import CPU
from inference.requests import ModelId
from tests.reference import tiny_marian, tiny_seq2seq
from tests.reference.greedy import cross_inputs, pack

COLUMNS = np.array([0, *range(2, 60)], np.int64)
SOURCE_MAX = 24
TARGET_MAX = 40
FORCED = 7
"""What translations of the second pair start with."""


class Numbers:
    """Numbers to ids, and the end behind them."""

    def encode(self, text: str) -> Ids:
        return np.array([*map(int, text.split()), 0], np.int64)

    def decode(self, ids: Sequence[int]) -> str:
        return " ".join(map(str, ids))


def session(graph: onnx.ModelProto) -> ort.InferenceSession:
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 4
    return ort.InferenceSession(graph.SerializeToString(), options, providers=[CPU])


def ssru() -> TranslationModel:
    """A Marian tiny; about a fifth of its texts come to an end by themselves."""
    weights = tiny_marian.random_weights(9)
    # Without the random bias the next token hangs on the state.
    weights.vectors["decoder_ff_logit_out_b"][:] = 0
    size = tiny_marian.SMALL
    encoder, decoder = marian_ssru.encoder_graph(weights), marian_ssru.decoder_graph(weights, COLUMNS)
    sizes = (size.decoder_layers, size.heads, size.d_model, size.vocabulary, size.vocabulary, 55)
    return _model(encoder, decoder, DecoderKind.SSRU, Precision.STATIC8, sizes)


def marian(precision: Precision = Precision.FLOAT32) -> TranslationModel:
    """An opus-mt."""
    return _transformer(tiny_seq2seq.MARIAN, precision, 31)


def m2m100(precision: Precision = Precision.FLOAT32) -> TranslationModel:
    """An M2M100."""
    return _transformer(tiny_seq2seq.M2M100, precision, 23)


KINDS = {
    "ssru": ssru,
    "marian": marian,
    "marian-row8": lambda: marian(Precision.ROW8),
    "marian-static8": lambda: marian(Precision.STATIC8),
    "m2m100": m2m100,
    "m2m100-row8": lambda: m2m100(Precision.ROW8),
}


def _transformer(config: dict[str, object], precision: Precision, eos: int) -> TranslationModel:
    weights = tiny_seq2seq.random_weights(4, **config)
    size = weights.config
    samples = [Sample(np.array([*range(at, at + 6), 0], np.int64)) for at in (2, 9, 16)]
    scales = calibrate(weights, samples) if precision is Precision.STATIC8 else None
    encoder = seq2seq.encoder_graph(weights, precision, scales)
    decoder = seq2seq.decoder_graph(weights, COLUMNS, precision, scales)
    sizes = (size.decoder_layers, size.decoder_heads, size.d_model, size.vocabulary, size.start, eos)
    return _model(encoder, decoder, DecoderKind.ATTENTION, precision, sizes)


def _model(
    encoder: onnx.ModelProto, decoder: onnx.ModelProto, kind: DecoderKind, precision: Precision, sizes: tuple[int, ...]
) -> TranslationModel:
    layers, heads, d_model, vocabulary, start, eos = sizes
    geometry = Geometry(
        decoder=kind,
        layers=layers,
        heads=heads,
        head_dim=d_model // heads,
        d_model=d_model,
        vocabulary=vocabulary,
        start=start,
        eos=eos,
        source_tokens_max=SOURCE_MAX,
        target_tokens_max=TARGET_MAX,
    )
    pairs = (Pair("en", "pt-BR", Numbers()), Pair("en", "es", Numbers(), FORCED))
    return TranslationModel(
        ModelId("small", "9"), pairs, session(encoder), session(decoder), geometry, COLUMNS, CPU, precision
    )


class Alone:
    """Hypotheses of one sentence decoded by themselves: outputs of a step become inputs of the next, nothing shared."""

    def __init__(self, model: TranslationModel, source: Ids) -> None:
        g = model.geometry
        feeds = pack([source])
        (kv,) = model.encoder.run(["kv"], feeds)
        self._model = model
        self._fed = cross_inputs(kv, feeds["lens"], g.layers, g.heads)
        self._scaled = any(output.name == "logits_scale" for output in model.decoder.get_outputs())
        if g.decoder is DecoderKind.SSRU:
            self.state = {f"c{layer}": np.zeros((1, g.d_model), np.float32) for layer in range(1, g.layers + 1)}
        else:
            shape = (1, g.heads, g.target_tokens_max, g.head_dim)
            names = [f"t{z}{layer}" for layer in range(1, g.layers + 1) for z in "kv"]
            self.state = {name: np.zeros(shape, kv.dtype) for name in names}
        self.limit = min(int(2.5 * len(source)) + 3, g.target_tokens_max)

    def step(self, state: dict[str, np.ndarray], token: int, position: int) -> tuple[dict[str, np.ndarray], np.ndarray]:
        """The state behind a token, and the logarithmic probabilities of the model's columns, float64."""
        fed = {"ids": np.array([token], np.int64), "pos": np.array([position], np.int64)}
        if self._model.geometry.decoder is DecoderKind.ATTENTION:
            fed |= {"tl1": np.array([position], np.int32), "ttot": np.array(position + 1, np.int32)}
        names = ["logits", *(f"{name}o" for name in state), *(["logits_scale"] if self._scaled else [])]
        logits, *rest = self._model.decoder.run(names, fed | self._fed | {k: v.copy() for k, v in state.items()})
        values = logits[0].astype(np.float64) * (float(rest[-1][0, 0]) if self._scaled else 1.0)
        after = dict(zip(state, rest, strict=False))
        return after, values - values.max() - np.log(np.exp(values - values.max()).sum())


def greedy_alone(model: TranslationModel, text: str, pair: int = 0) -> tuple[str, bool]:
    """The greedy translation of a text by itself, and whether it came to its end."""
    alone, first = Alone(model, Numbers().encode(text)), model.pairs[pair].first
    state, token, written = alone.state, model.geometry.start, []
    for position in range(alone.limit + (first is not None)):
        state, chances = alone.step(state, token, position)
        token = int(model.columns[chances.argmax()])
        if not position and first is not None:
            token = first
        elif token == model.geometry.eos:
            return Numbers().decode(written), True
        else:
            written.append(token)
        if position + 1 >= model.geometry.target_tokens_max:
            break
    return Numbers().decode(written), False


def beam_alone(model: TranslationModel, text: str, beam: int, pair: int = 0) -> tuple[str, bool]:
    """The translation of a text by a beam search, written as plainly as it can be."""
    alone, first = Alone(model, Numbers().encode(text)), model.pairs[pair].first
    limit = min(alone.limit + (first is not None), model.geometry.target_tokens_max)
    running = [(0.0, [], alone.state)]
    finished: list[tuple[float, list[int], bool]] = []
    for position in range(limit):
        found = []
        for score, ids, state in running:
            token = ids[-1] if ids else model.geometry.start
            after, chances = alone.step(state, token, position)
            if not position and first is not None:
                found.append((score, [first], after))
                continue
            best = np.argsort(-chances, kind="stable")[: 2 * beam]
            found += [(score + float(chances[at]), [*ids, int(model.columns[at])], after) for at in best]
        found.sort(key=lambda item: -item[0])
        for score, ids, _ in found[:beam]:
            if ids[-1] == model.geometry.eos:
                finished.append((score / len(ids), ids[:-1], True))
            elif position + 1 == limit:
                finished.append((score / len(ids), ids, False))
        running = [item for item in found[: 2 * beam] if item[1][-1] != model.geometry.eos][:beam]
        if len(finished) >= beam:
            break
    _, ids, complete = max(finished, key=lambda item: item[0])
    return Numbers().decode(ids[first is not None :]), complete
