"""Greedy decoding of a TranslationModel, one padded batch at a time: no slots, no queue, nothing to go wrong."""

from collections.abc import Sequence

import numpy as np

from inference.models import Ids, TranslationModel


def pack(sources: Sequence[Ids]) -> dict[str, np.ndarray]:
    """The encoder's inputs for these sentences."""
    lengths = np.array([len(ids) for ids in sources], np.int32)
    starts = np.cumsum(lengths) - lengths
    columns = np.arange(lengths.max())
    real = columns < lengths[:, None]
    return {
        "ids": np.concatenate(sources),
        "pos": np.concatenate([np.arange(size) for size in lengths]),
        "idx_pad": np.where(real, starts[:, None] + columns, 0),
        "idx_flat": np.flatnonzero(real),
        "lens": lengths,
    }


def cross_inputs(kv: np.ndarray, lengths: np.ndarray, layers: int, heads: int) -> dict[str, np.ndarray]:
    """The decoder's constant inputs, from the packed keys and values [N, layers * 2 * d_model]."""
    batch, width = len(lengths), kv.shape[1] // (2 * layers)
    stops = np.cumsum(lengths)
    fed: dict[str, np.ndarray] = {"sl1": lengths - 1, "stot": np.array(lengths.max(), np.int32)}
    for index in range(2 * layers):
        name = f"{'kv'[index % 2]}{index // 2 + 1}"
        cache = np.zeros((batch, heads, int(lengths.max()), width // heads), kv.dtype)
        last = np.zeros((batch, 1, width), kv.dtype)
        for row, (stop, size) in enumerate(zip(stops, lengths, strict=True)):
            own = kv[stop - size : stop, index * width : (index + 1) * width]
            cache[row, :, :size] = own.reshape(size, heads, -1).transpose(1, 0, 2)
            last[row, 0] = own[-1]
        fed[name], fed[f"l{name}"] = cache, last
    return fed


def decode(model: TranslationModel, sources: Sequence[Ids]) -> list[list[int]]:
    """Target ids of each source, without the end of sentence."""
    shape = model.geometry
    batch = pack(sources)
    (kv,) = model.encoder.run(["kv"], batch)
    fed = cross_inputs(kv, batch["lens"], shape.layers, shape.heads)
    state = {f"c{layer}": np.zeros((len(sources), shape.d_model), np.float32) for layer in range(1, shape.layers + 1)}
    ids = np.full(len(sources), shape.start, np.int64)
    limits = (batch["lens"] * 2.5).astype(np.int64) + 3
    targets: list[list[int]] = [[] for _ in sources]
    alive = np.ones(len(sources), bool)
    for position in range(int(limits.max())):
        pos = np.full(len(sources), position, np.int64)
        logits, *states = model.decoder.run(
            ["logits", *(f"{name}o" for name in state)], {"ids": ids, "pos": pos, **fed, **state}
        )
        state = dict(zip(state, states, strict=True))
        ids = model.columns[logits.argmax(1)]
        alive &= (ids != shape.eos) & (position < limits)
        for row in np.flatnonzero(alive):
            targets[row].append(int(ids[row]))
        if not alive.any():
            break
    return targets


def translate(model: TranslationModel, texts: Sequence[str], batch: int = 16) -> list[str]:
    """Translations of texts, each no longer than the model takes."""
    out: list[str] = []
    for start in range(0, len(texts), batch):
        sources = [model.pairs[0].tokenizer.encode(text) for text in texts[start : start + batch]]
        out += [model.pairs[0].tokenizer.decode(ids) for ids in decode(model, sources)]
    return out
