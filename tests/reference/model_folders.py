"""Small random models in folders as others publish them: opus-mt, M2M100, Firefox."""

import gzip
import json
import random
from pathlib import Path

import numpy as np
import sentencepiece
from safetensors.numpy import save_file
from tokenizers import Tokenizer, models, pre_tokenizers, processors

from inference.weights.checkpoint import Seq2SeqWeights
from tests.reference.tiny_marian import SMALL, shortlist_file, weights_file
from tests.reference.tiny_marian import random_weights as random_ssru
from tests.reference.tiny_seq2seq import M2M100, MARIAN, SIZES, random_weights

CARD = "---\nlanguage:\n- en\n- de\nlicense: cc-by-4.0\n---\n# A model\n"


def sentences(count: int, seed: int = 1) -> list[str]:
    """Different lines of made-up words."""
    dice = random.Random(seed)
    words = ["".join(dice.choice("abcdefghijklmnopqrst") for _ in range(dice.randint(2, 6))) for _ in range(200)]
    return [" ".join(dice.choice(words) for _ in range(dice.randint(3, 9))) for _ in range(count)]


def train(path: Path, size: int, seed: int = 1, **options: object) -> list[str]:
    """Train a tokenizer into a file and return its pieces but the first three, which are special."""
    sentencepiece.SentencePieceTrainer.Train(
        sentence_iterator=iter(sentences(400, seed)),
        model_prefix=str(path.with_suffix("")),
        vocab_size=size,
        minloglevel=2,
        **options,
    )
    path.with_suffix(".model").rename(path)
    pieces = sentencepiece.SentencePieceProcessor()
    pieces.Load(str(path))
    return [pieces.IdToPiece(at) for at in range(3, pieces.GetPieceSize())]


def write_opus(folder: Path, *, marks: tuple[str, ...] = (), card: str = CARD, seed: int = 1) -> None:
    """An opus-mt model whose source and target share a vocabulary."""
    folder.mkdir(parents=True)
    pieces = train(folder / "source.spm", 120)
    (folder / "target.spm").write_bytes((folder / "source.spm").read_bytes())
    vocabulary = ["</s>", "<unk>", *pieces, *(f">>{mark}<<" for mark in marks), "<pad>"]
    write_ids(folder / "vocab.json", vocabulary)
    changed = {"vocab_size": len(vocabulary), "pad_token_id": len(vocabulary) - 1}
    _write_checkpoint(folder, MARIAN | changed | {"decoder_start_token_id": len(vocabulary) - 1}, seed)
    (folder / "tokenizer_config.json").write_text("{}")
    if card:
        (folder / "README.md").write_text(card)


def write_m2m100(folder: Path) -> None:
    """An M2M100 model of four languages."""
    folder.mkdir(parents=True)
    pieces = train(folder / "sentencepiece.bpe.model", 120, model_type="bpe")
    vocabulary = ["<s>", "<pad>", "</s>", "<unk>", *pieces]
    write_ids(folder / "vocab.json", vocabulary)
    marks = ["__de__", "__en__", "__pt__", "__ru__"]
    (folder / "special_tokens_map.json").write_text(json.dumps({"additional_special_tokens": marks}))
    sizes = {"vocab_size": len(vocabulary) + len(marks), "eos_token_id": 2, "decoder_start_token_id": 2}
    _write_checkpoint(folder, M2M100 | sizes, 3)
    (folder / "LICENSE").write_text(
        "MIT License\n\nPermission is hereby granted, free of charge, to any person obtaining a copy"
    )


def write_firefox(folder: Path, *, packed: bool) -> None:
    """A tiny model as Mozilla publishes it, gzip-compressed or not."""
    folder.mkdir(parents=True)
    train(folder / "vocab.enpt.spm", SMALL.vocabulary, eos_id=0, unk_id=1, bos_id=-1)
    (folder / "model.enpt.intgemm.alphas.bin").write_bytes(weights_file(random_ssru(1)))
    (folder / "lex.50.50.enpt.s2t.bin").write_bytes(shortlist_file(30, list(range(30, 60)) * 3))
    for path in folder.iterdir() if packed else ():
        path.with_name(f"{path.name}.gz").write_bytes(gzip.compress(path.read_bytes()))
        path.unlink()


def write_encoder(folder: Path) -> None:
    """A MiniLM-like sentence encoder as sentence-transformers lays it out."""
    (folder / "1_Pooling").mkdir(parents=True)
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *"abcdefgh", "red", "box", "##es"]
    tokenizer = Tokenizer(models.WordPiece({word: at for at, word in enumerate(words)}, unk_token=words[1]))
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    tokenizer.save(str(folder / "tokenizer.json"))
    sizes = {"hidden_size": 32, "num_attention_heads": 4, "intermediate_size": 48, "num_hidden_layers": 2}
    more = {"vocab_size": 40, "type_vocab_size": 2, "max_position_embeddings": 64, "hidden_act": "gelu"}
    (folder / "config.json").write_text(json.dumps({"model_type": "bert", **sizes, **more}))
    kinds = ("Transformer", "Pooling", "Normalize")
    modules = [{"path": "1_Pooling" if at == 1 else "", "type": f"x.models.{kind}"} for at, kind in enumerate(kinds)]
    (folder / "modules.json").write_text(json.dumps(modules))
    (folder / "1_Pooling/config.json").write_text(json.dumps({"pooling_mode_mean_tokens": True}))
    (folder / "README.md").write_text("---\nlicense: apache-2.0\n---\n")
    save_file(_encoder_tensors(32, 48), folder / "model.safetensors")


def _encoder_tensors(width: int, inner: int) -> dict[str, np.ndarray]:
    dice = np.random.default_rng(5)

    def values(*shape: int) -> np.ndarray:
        return dice.normal(0, shape[-1] ** -0.5, shape).astype(np.float32)

    tensors = {
        "embeddings.word_embeddings.weight": values(40, width),
        "embeddings.position_embeddings.weight": values(64, width),
        "embeddings.token_type_embeddings.weight": values(2, width),
    }
    norms = ["embeddings.LayerNorm"]
    for layer in ("encoder.layer.0", "encoder.layer.1"):
        norms += [f"{layer}.attention.output.LayerNorm", f"{layer}.output.LayerNorm"]
        for name, shape in (
            *((f"attention.self.{part}", (width, width)) for part in ("query", "key", "value")),
            ("attention.output.dense", (width, width)),
            ("intermediate.dense", (inner, width)),
            ("output.dense", (width, inner)),
        ):
            tensors |= {f"{layer}.{name}.weight": values(*shape), f"{layer}.{name}.bias": values(shape[0])}
    for norm in norms:
        tensors |= {f"{norm}.weight": np.ones(width, np.float32), f"{norm}.bias": values(width)}
    return tensors


def write_ids(path: Path, pieces: list[str]) -> None:
    path.write_text(json.dumps({piece: at for at, piece in enumerate(pieces)}))


def _write_checkpoint(folder: Path, config: dict[str, object], seed: int) -> None:
    (folder / "config.json").write_text(json.dumps(SIZES | config))
    save_file(tensors_of(random_weights(seed, **config)), folder / "model.safetensors")


def tensors_of(weights: Seq2SeqWeights) -> dict[str, np.ndarray]:
    """The tensors of a model under the names of its checkpoint."""
    bias = weights.output_bias if weights.output_bias is not None else np.zeros(weights.config.vocabulary, np.float32)
    return {
        **{name: np.ascontiguousarray(array) for name, array in weights.tensors.items()},
        "model.shared.weight": weights.source_embedding,
        "lm_head.weight": weights.output_embedding,
        "final_logits_bias": np.asarray(bias, np.float32)[None],
    }
