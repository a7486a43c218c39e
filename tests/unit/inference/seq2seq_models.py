"""Steps of seq2seq graphs in tests: a padded batch, fed as the engine's slots are."""

from collections.abc import Sequence

import numpy as np
import onnx
import onnxruntime as ort
from msgspec import Struct

from inference import providers
from inference.graphs import seq2seq
from inference.models import Ids, Precision
from inference.weights.checkpoint import Seq2SeqWeights, emitted
from tests.reference.greedy import cross_inputs, pack

Scales = dict[str, float]


def session(model: onnx.ModelProto, *, exact_products: bool = False) -> ort.InferenceSession:
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    if exact_products:
        options.add_session_config_entry("session.x64quantprecision", "1")
    return ort.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])


class Graphs(Struct, frozen=True):
    """A model's two sessions at one precision."""

    weights: Seq2SeqWeights
    precision: Precision
    columns: np.ndarray
    encoder: ort.InferenceSession
    decoder: ort.InferenceSession

    @property
    def kept(self) -> type:
        """The type of keys and values."""
        return {Precision.FLOAT16: np.float16, Precision.STATIC8: np.int8}.get(self.precision, np.float32)

    def memory(self, sources: Sequence[Ids]) -> np.ndarray:
        return self.encoder.run(["kv"], pack(sources))[0]

    def start(self, sources: Sequence[Ids], positions: int) -> "Decode":
        return Decode(self, sources, positions)


class Decode:
    """Rows decoded step by step; caches go from one step's outputs to the next one's inputs."""

    def __init__(self, graphs: Graphs, sources: Sequence[Ids], positions: int) -> None:
        config = graphs.weights.config
        self.graphs = graphs
        self.position = 0
        self.extra: dict[str, np.ndarray] = {}
        lengths = np.array([len(ids) for ids in sources], np.int32)
        self.fed = cross_inputs(graphs.memory(sources), lengths, config.decoder_layers, config.decoder_heads)
        shape = (len(sources), config.decoder_heads, positions, config.d_model // config.decoder_heads)
        self.caches = [f"t{z}{layer}" for layer in range(1, config.decoder_layers + 1) for z in "kv"]
        self.fed |= {name: np.zeros(shape, graphs.kept) for name in self.caches}

    def step(self, ids: np.ndarray) -> np.ndarray:
        """Return logits [rows, columns] of the next token; `extra` then holds the outputs a precision has beside."""
        rows = len(ids)
        extra = ["logits_scale"] if self.graphs.precision is Precision.ROW8 else []
        outputs = self.graphs.decoder.run(
            ["logits", *(f"{name}o" for name in self.caches), *extra],
            self.fed
            | {
                "ids": ids,
                "pos": np.full(rows, self.position, np.int64),
                "tl1": np.full(rows, self.position, np.int32),
                "ttot": np.array(self.position + 1, np.int32),
            },
        )
        self.fed |= dict(zip(self.caches, outputs[1:], strict=False))
        self.extra = dict(zip(extra, outputs[1 + len(self.caches) :], strict=True))
        self.position += 1
        return outputs[0]

    def teach(self, targets: np.ndarray) -> np.ndarray:
        """Logits [rows, positions, columns] of targets int64 [rows, positions], fed one by one."""
        return np.stack([self.step(np.ascontiguousarray(column)) for column in targets.T], axis=1)


def graphs(
    weights: Seq2SeqWeights,
    precision: Precision = Precision.FLOAT32,
    scales: Scales | None = None,
    columns: np.ndarray | None = None,
) -> Graphs:
    columns = emitted(weights.config) if columns is None else columns
    # Where the CPU would cut sums of int8 products off, the graphs run as the pool runs them.
    exact = providers.products_saturate()
    return Graphs(
        weights=weights,
        precision=precision,
        columns=columns,
        encoder=session(seq2seq.encoder_graph(weights, precision, scales), exact_products=exact),
        decoder=session(seq2seq.decoder_graph(weights, columns, precision, scales), exact_products=exact),
    )
