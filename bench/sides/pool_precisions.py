"""The bundled English-Portuguese model in int8, as the pool serves it, and in float32 from the same weights.

Usage: python -m bench.sides.pool_precisions THREADS
Each request: {"precision": "default" | "fp32", "texts": [...]}.
"""

import asyncio
import sys
import tempfile
from pathlib import Path
from typing import Any

import msgspec

from bench.sides.asking import translate_all
from bench.sides.protocol import serve
from inference import providers
from inference.graphs.builder import write_model
from inference.graphs.marian_ssru import decoder_graph, encoder_graph
from inference.library import catalog
from inference.library.store import ModelStore
from inference.models import LoadedModels, Precision, TranslationModel
from inference.pool import Pool
from inference.weights.marian_bin import read_marian
from schemas.report import silent
from schemas.settings import load


def float32(model: TranslationModel) -> TranslationModel:
    """Return the same model with graphs that round nothing."""
    weights = read_marian(catalog.weight_files(catalog.find(model.id.name))["model"])
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_model(encoder_graph(weights, Precision.FLOAT32), folder, "encoder")
        write_model(decoder_graph(weights, model.columns, Precision.FLOAT32), folder, "decoder")
        encoder, decoder = (
            providers.open_session(
                folder / f"{part}.onnx", model=model.id.name, device="cpu", accelerated=True, reporter=silent
            )[0]
            for part in ("encoder", "decoder")
        )
    return msgspec.structs.replace(model, encoder=encoder, decoder=decoder, precision=Precision.FLOAT32)


def main() -> None:
    settings = load().pool.model_copy(update={"threads": int(sys.argv[1]), "device": "cpu", "request_timeout_s": 600.0})
    (model,) = ModelStore(settings.models_dir).load(settings, names=["tiny-en-pt"]).translation
    models = {"default": model, "fp32": float32(model)}
    pair = model.pairs[0]

    async def translate(precision: str, texts: list[str]) -> list[str]:
        async with Pool(LoadedModels((models[precision],), None), settings) as pool:
            return [answer.text for answer in await translate_all(pool, texts, pair.source, pair.target)]

    def work(request: dict[str, Any]) -> dict[str, Any]:
        return {"texts": asyncio.run(translate(request["precision"], request["texts"]))}

    serve({"precision": model.precision.value}, work)


if __name__ == "__main__":
    main()
