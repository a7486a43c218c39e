"""Activation scales from an operator's sentences, and what they cost and give.

The same held-out sentences go through builds of one model at three precisions; texts and CPU time are compared.
"""

import asyncio
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

from msgspec import Struct, structs

from inference.library import opening, recipes
from inference.library.artefacts import Manifest
from inference.library.calibration import Sample, calibrate
from inference.library.catalog import Direction
from inference.library.chrf import chrf
from inference.library.recipes import BUILDER, Order, Progress
from inference.models import LoadedModels, Precision, TranslationModel
from inference.pool import Pool
from inference.providers import Wish
from inference.requests import PoisonText, SegmentTooLong
from inference.tokenizers.directions import open_pairs
from schemas.errors import OperatorError
from schemas.report import silent
from schemas.settings import PoolSettings

# Of the sample's lines: how many the scales are found with, and how many are translated to see what they cost.
_LEARNT_LINES: Final = 600
_HELD_OUT_LINES: Final = 200
_HELD_OUT_EVERY: Final = 4
_LINES_MIN: Final = 20
# The builds take turns, so that a machine that slows down meanwhile slows all of them.
_TURNS: Final = 4
# Of one thread: CPU seconds are compared, and several threads would share what one alone has.
_THREADS: Final = 1
_TIMEOUT_S: Final = 600.0

Text = tuple[str, str, str]
"""A sentence, its locale and the target's."""


class Measured(Struct, frozen=True):
    """One precision on the held-out sentences.

    chrf: of its texts against those of fp32, 0 to 100; equal: share of texts that are the same, 0 to 1.
    """

    precision: Precision
    chrf: float
    equal: float
    sentences: int
    sentences_per_cpu_second: float


def calibrated(order: Order, lines: Sequence[str], progress: Progress) -> tuple[Order, tuple[Measured, ...]]:
    """Return the order at STATIC8 with scales, and what they cost on every fourth line, which they are not found with.

    A line is a sentence of the first direction's source, or a source's locale, a tab and a sentence. Raises
    OperatorError when there are too few.
    """
    texts = _texts(order.directions, lines)
    held_out = texts[::_HELD_OUT_EVERY][:_HELD_OUT_LINES]
    learnt = [text for at, text in enumerate(texts) if at % _HELD_OUT_EVERY][:_LEARNT_LINES]
    what = f"{order.name} calibration"
    progress(what, 0.0)
    scales = calibrate(recipes.read_seq2seq(order.files), _samples(order, learnt))
    progress(what, 0.4)
    static = structs.replace(order, precision=Precision.STATIC8, scales=scales)
    with tempfile.TemporaryDirectory(prefix="dragoman-") as folder:
        others = (structs.replace(order, precision=one, scales=None) for one in (Precision.FLOAT32, Precision.ROW8))
        models = {one.precision: trial(one, Path(folder) / one.precision) for one in (*others, static)}
        progress(what, 0.6)
        measured = compare(models, held_out, lambda share: progress(what, 0.6 + 0.4 * share))
    return static, tuple(measured)


def read_lines(path: Path) -> list[str]:
    """Return the lines of a text file that are not blank, each once; raises OperatorError."""
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise OperatorError(f"cannot read sentences from {path}: {error}") from error
    return list(dict.fromkeys(line.strip() for line in lines if line.strip()))


def trial(order: Order, folder: Path) -> TranslationModel:
    """Build a model into an empty folder and open it on the CPU, without a store."""
    folder.mkdir()
    sizes = recipes.build(order, folder, lambda _name, _fraction: None)
    manifest = Manifest(
        name=order.name,
        version=f"trial-{order.precision}",
        builder=BUILDER,
        sources={},
        sizes=sizes,
        kind=order.kind.value,
        precision=order.precision.value,
        directions=order.directions,
    )
    return opening.open_translation(folder, manifest, Wish("cpu"), silent)


def compare(
    models: Mapping[Precision, TranslationModel], texts: Sequence[Text], advance: Callable[[float], None]
) -> list[Measured]:
    """Translate the texts with every model and compare each with fp32, which must be among them.

    A text that one of them refuses is left out. `advance` is told the share that is done, 0 to 1.
    """
    outputs, seconds = asyncio.run(_translate(models, texts, advance))
    both = [at for at in range(len(texts)) if all(output[at] is not None for output in outputs.values())]
    reference = [outputs[Precision.FLOAT32][at] or "" for at in both]
    measured = []
    for precision, output in outputs.items():
        ours = [output[at] or "" for at in both]
        equal = sum(one == other for one, other in zip(ours, reference, strict=True))
        measured.append(
            Measured(
                precision=precision,
                chrf=chrf(ours, reference),
                equal=equal / max(len(both), 1),
                sentences=len(both),
                sentences_per_cpu_second=len(texts) / max(seconds[precision], 1e-9),
            )
        )
    return measured


async def _translate(
    models: Mapping[Precision, TranslationModel], texts: Sequence[Text], advance: Callable[[float], None]
) -> tuple[dict[Precision, list[str | None]], dict[Precision, float]]:
    """Return each model's texts and the CPU seconds it took for them."""
    settings = PoolSettings(threads=_THREADS, nice=0, request_timeout_s=_TIMEOUT_S)
    outputs: dict[Precision, list[str | None]] = {precision: [] for precision in models}
    seconds = dict.fromkeys(models, 0.0)
    turn = max(1, -(-len(texts) // _TURNS))
    done, all_of_them = 0, len(texts) * len(models)
    for start in range(0, len(texts), turn):
        for precision, model in models.items():
            async with Pool(LoadedModels((model,), None), settings) as pool:
                began_s = time.process_time()
                part = texts[start : start + turn]
                outputs[precision] += await asyncio.gather(*(_text(pool, text) for text in part))
                seconds[precision] += time.process_time() - began_s
            done += len(part)
            advance(done / all_of_them)
    return outputs, seconds


async def _text(pool: Pool, text: Text) -> str | None:
    sentence, source, target = text
    try:
        return (await pool.translate(sentence, source=source, target=target)).text
    except (SegmentTooLong, PoisonText):
        return None


def _texts(directions: Sequence[Direction], lines: Sequence[str]) -> list[Text]:
    """Give each sentence one of the directions that read its language, in turn."""
    if len(lines) < _LINES_MIN:
        raise OperatorError(f"calibration needs {_LINES_MIN} different sentences at least, better a few hundred")
    by_source: dict[str, list[Direction]] = {}
    for one in directions:
        by_source.setdefault(one.source, []).append(one)
    texts = []
    for at, line in enumerate(lines):
        locale, tab, sentence = line.partition("\t")
        source = locale if tab and locale in by_source else directions[0].source
        serving = by_source[source]
        texts.append((sentence if tab and locale in by_source else line, source, serving[at % len(serving)].target))
    return texts


def _samples(order: Order, texts: Sequence[Text]) -> list[Sample]:
    pairs = {(pair.source, pair.target): pair for pair in open_pairs(order.kind, order.files, order.directions)}
    samples = [
        Sample(pairs[source, target].tokenizer.encode(sentence), pairs[source, target].first)
        for sentence, source, target in texts
    ]
    return [sample for sample in samples if len(sample.source) <= recipes.SOURCE_TOKENS_MAX]
