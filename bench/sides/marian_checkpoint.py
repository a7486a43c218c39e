"""Makes the model of the comparison with CTranslate2 and transformers: opus-mt's sizes, random weights. Run by peers.

Usage: python -m bench.sides.marian_checkpoint CACHE_FOLDER
"""

import sys
from pathlib import Path
from types import SimpleNamespace

import torch
from ctranslate2.converters import TransformersConverter
from transformers import MarianConfig, MarianMTModel
from transformers.utils.logging import disable_progress_bar

from bench.sides import numbered

# Random weights of this width give logits that spread about as far as those of a trained model.
INIT_STD = 0.06
# The end's embedding is shorter than others, so that no sentence ends by chance before its length.
END_LENGTH = 0.4
# How much of what a decoder layer attends to is added to what it has.
ATTENDED = 0.3


def write_checkpoint(folder: Path) -> None:
    """Save a Marian model of opus-mt's configuration."""
    torch.manual_seed(0)
    config = MarianConfig(
        vocab_size=numbered.VOCABULARY,
        d_model=512,
        encoder_layers=6,
        decoder_layers=6,
        encoder_attention_heads=8,
        decoder_attention_heads=8,
        encoder_ffn_dim=2048,
        decoder_ffn_dim=2048,
        activation_function="swish",
        scale_embedding=True,
        static_position_embeddings=True,
        share_encoder_decoder_embeddings=True,
        max_position_embeddings=512,
        pad_token_id=numbered.PAD,
        eos_token_id=numbered.EOS,
        decoder_start_token_id=numbered.PAD,
        forced_eos_token_id=None,
        dropout=0.0,
        init_std=INIT_STD,
    )
    model = MarianMTModel(config).eval()
    with torch.no_grad():
        enliven(model)
    model.save_pretrained(folder)


def enliven(model: MarianMTModel) -> None:
    """Scale the weights so that tokens depend on those before them; as they come, a sentence repeats one token.

    Sizes and operations stay what they are; only texts become worth comparing.
    """
    model.get_input_embeddings().weight[numbered.EOS] *= END_LENGTH
    for name, parameter in model.named_parameters():
        if name.endswith("fc2.weight"):
            # What the hidden units have in common would drown what tells sentences apart.
            parameter.sub_(parameter.mean(1, keepdim=True))
        elif name.endswith("attn.v_proj.weight") and ".decoder." in name:
            parameter.mul_(ATTENDED)
        elif name.endswith("decoder.layers.5.final_layer_norm.weight"):
            # Embeddings and output share their weights: without signs, a token would be followed by itself.
            parameter.mul_(torch.randint(0, 2, parameter.shape) * 2.0 - 1)


class Converter(TransformersConverter):
    """The stock converter; the model has no tokenizer files, so its words are made here."""

    def load_tokenizer(self, *_: object, **__: object) -> SimpleNamespace:
        """Return what the converter asks a tokenizer for."""
        words = {numbered.word(piece): piece for piece in range(numbered.VOCABULARY)}
        ends, unknown = numbered.word(numbered.EOS), numbered.word(numbered.UNKNOWN)
        return SimpleNamespace(get_vocab=lambda: words, eos_token=ends, unk_token=unknown)


def main() -> None:
    disable_progress_bar()
    folders = numbered.folders(Path(sys.argv[1]))
    checkpoint = folders["checkpoint"]
    checkpoint.parent.mkdir(parents=True, exist_ok=True)
    write_checkpoint(checkpoint)
    # An empty source phrase: these targets are allowed in every sentence.
    mapping = checkpoint.parent / "vmap.txt"
    mapping.write_text("\t" + " ".join(map(numbered.word, numbered.pruned_columns())) + "\n", "utf-8")
    Converter(str(checkpoint)).convert(str(folders["ct2"]), quantization="int8", force=True)
    Converter(str(checkpoint)).convert(str(folders["ct2-vmap"]), vmap=str(mapping), quantization="int8", force=True)
    (checkpoint.parent / "complete").touch()


if __name__ == "__main__":
    main()
