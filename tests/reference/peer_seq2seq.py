"""Run with the peers' interpreter: translation models with random weights, and what transformers computes with them.

Argument: a folder. Each kind gets a folder of its own there, as the hub lays it out, and `{kind}.npz` beside it.
"""

import sys
from pathlib import Path

import numpy as np
import torch
from transformers import M2M100Config, M2M100ForConditionalGeneration, MarianConfig, MarianMTModel

# What every kind is asked: source lengths, end included; target positions.
SOURCES = (7, 1, 23, 12, 40, 3, 31, 18)
TARGET = 12
GENERATED = 20


def opus_mt(**changed):
    """The configuration of Helsinki-NLP/opus-mt-en-de, but for half of its layers and the spread of the random weights."""
    sizes = {
        "vocab_size": 58101, "d_model": 512, "encoder_layers": 3, "decoder_layers": 3, "encoder_attention_heads": 8,
        "decoder_attention_heads": 8, "encoder_ffn_dim": 2048, "decoder_ffn_dim": 2048, "activation_function": "swish",
        "scale_embedding": True, "max_position_embeddings": 512, "pad_token_id": 58100, "eos_token_id": 0,
        "decoder_start_token_id": 58100, "forced_eos_token_id": None, "init_std": 0.05
    }  # fmt: skip
    return MarianMTModel(MarianConfig(**(sizes | changed)))


def m2m100(**changed):
    """The configuration of facebook/nllb-200-distilled-600M, but for layers and vocabulary."""
    sizes = {
        "vocab_size": 3000, "d_model": 1024, "encoder_layers": 2, "decoder_layers": 2, "encoder_attention_heads": 16,
        "decoder_attention_heads": 16, "encoder_ffn_dim": 4096, "decoder_ffn_dim": 4096, "activation_function": "relu",
        "scale_embedding": True, "max_position_embeddings": 1024, "init_std": 0.03,
    }  # fmt: skip
    return M2M100ForConditionalGeneration(M2M100Config(**(sizes | changed)))


SMALL = {
    "vocab_size": 600, "d_model": 64, "encoder_layers": 2, "decoder_layers": 3, "encoder_attention_heads": 4,
    "decoder_attention_heads": 2, "encoder_ffn_dim": 96, "decoder_ffn_dim": 128, "init_std": 0.2,
}  # fmt: skip
SMALL_MARIAN = SMALL | {"pad_token_id": 599, "decoder_start_token_id": 599}
UNTIED = {
    "share_encoder_decoder_embeddings": False, "decoder_vocab_size": 500, "pad_token_id": 499,
    "decoder_start_token_id": 499, "activation_function": "gelu", "scale_embedding": False,
}  # fmt: skip

# kind: (model, type its weights are stored in, how large a shard may be, first target token)
KINDS = {
    "opus-mt": lambda: (opus_mt(), torch.float32, "5GB", None),
    "small": lambda: (opus_mt(**SMALL_MARIAN), torch.float32, "5GB", None),
    "untied": lambda: (opus_mt(**SMALL_MARIAN | UNTIED), torch.float32, "5GB", None),
    "relu": lambda: (opus_mt(**SMALL_MARIAN | {"activation_function": "relu"}), torch.float16, "5GB", None),
    "own-head": lambda: (opus_mt(**SMALL_MARIAN | {"tie_word_embeddings": False}), torch.float32, "5GB", None),
    "nllb": lambda: (m2m100(), torch.bfloat16, "40MB", 2990),
    "m2m100": lambda: (m2m100(**SMALL), torch.float32, "5GB", 590),
}


def disturb(model, dtype):
    """Give biases and norms values as a training would, and round everything to the type it is stored in."""
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if parameter.ndim == 1:
                parameter.add_(0.2 * torch.randn_like(parameter))
            if "embed_positions" not in name:
                parameter.copy_(parameter.to(dtype).float())
        if hasattr(model, "final_logits_bias"):
            model.final_logits_bias.copy_(torch.randn_like(model.final_logits_bias).to(dtype).float())


def memory_of(model, states):
    """Cross-attention keys and values per decoder layer without their biases, which graphs do not compute."""
    pieces = []
    for layer in model.model.decoder.layers:
        attention = layer.encoder_attn
        pieces += [states @ attention.k_proj.weight.T, states @ attention.v_proj.weight.T]
    return torch.cat(pieces, dim=-1)


def answers(model, first):
    config = model.config
    source_vocabulary, vocabulary = config.vocab_size, model.lm_head.out_features
    generator = torch.Generator().manual_seed(3)
    found = {}
    # Beside the padding, one more id that must never be written.
    model.generation_config.bad_words_ids = [[config.pad_token_id], [7]]
    for number, size in enumerate(SOURCES):
        source = torch.randint(10, source_vocabulary - 10, (1, size), generator=generator)
        source[0, -1] = config.eos_token_id
        target = torch.randint(10, vocabulary - 10, (1, TARGET), generator=generator)
        target[0, 0] = config.decoder_start_token_id
        states = model.model.encoder(input_ids=source).last_hidden_state
        logits = model(encoder_outputs=(states,), decoder_input_ids=target).logits
        forced = {} if first is None else {"forced_bos_token_id": first}
        written = model.generate(
            source, num_beams=1, do_sample=False, max_new_tokens=GENERATED, min_new_tokens=GENERATED, **forced
        )
        found |= {
            f"source{number}": source[0].numpy(), f"target{number}": target[0].numpy(),
            f"memory{number}": memory_of(model, states)[0].numpy(), f"logits{number}": logits[0].numpy(),
            f"written{number}": written[0, 1:].numpy(),
        }  # fmt: skip
    return found


def main(folder):
    # Two threads that wait for each other lose ten times over where the cores are busy.
    torch.set_num_threads(1)
    for kind, make in KINDS.items():
        torch.manual_seed(5)
        model, dtype, shard, first = make()
        model.eval()
        disturb(model, dtype)
        with torch.inference_mode():
            np.savez(folder / f"{kind}.npz", first=-1 if first is None else first, **answers(model, first))
        model.to(dtype).save_pretrained(folder / kind, max_shard_size=shard)
        if kind == "small":
            (folder / "pickled").mkdir()
            torch.save(model.state_dict(), folder / "pickled/pytorch_model.bin")
            (folder / "pickled/config.json").write_bytes((folder / kind / "config.json").read_bytes())


main(Path(sys.argv[1]))
