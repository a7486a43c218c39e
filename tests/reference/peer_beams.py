"""Run with the peers' interpreter: what transformers' beam search writes with random weights.

Argument: a folder. Each kind gets a folder of its own there, as the hub lays it out, and `{kind}.npz` beside it.
"""

import sys
from pathlib import Path

import numpy as np
import torch
from transformers import M2M100Config, M2M100ForConditionalGeneration, MarianConfig, MarianMTModel

SENTENCES = 40
BEAM = 4
SIZES = {
    "vocab_size": 600, "d_model": 64, "encoder_layers": 2, "decoder_layers": 2, "encoder_attention_heads": 4,
    "decoder_attention_heads": 4, "encoder_ffn_dim": 128, "decoder_ffn_dim": 128, "max_position_embeddings": 128,
    "init_std": 0.15,
}  # fmt: skip
MARIAN = {
    "pad_token_id": 599, "decoder_start_token_id": 599, "eos_token_id": 0, "activation_function": "swish",
    "scale_embedding": True, "forced_eos_token_id": None, "tie_word_embeddings": False,
}  # fmt: skip
# kind: (model, the logit its end of sentence is raised by, first target token)
KINDS = {
    "marian": lambda: (MarianMTModel(MarianConfig(**SIZES, **MARIAN)), 4.2, None),
    "m2m100": lambda: (M2M100ForConditionalGeneration(M2M100Config(**SIZES, tie_word_embeddings=False)), 2.3, 590),
}


def main(folder):
    torch.set_num_threads(1)
    for kind, make in KINDS.items():
        torch.manual_seed(7)
        model, raised, first = make()
        model.eval()
        with torch.no_grad():
            # Ended by chance alone, a sentence of random tokens would go on for hundreds of them.
            if hasattr(model, "final_logits_bias"):
                model.final_logits_bias[0, model.config.eos_token_id] = raised
            else:
                norm = model.model.decoder.layer_norm
                norm.bias[0] = 2.0
                model.lm_head.weight[model.config.eos_token_id, 0] = raised / 2.0
        generator = torch.Generator().manual_seed(3)
        found = {"first": -1 if first is None else first}
        for number in range(SENTENCES):
            size = 2 + number % 14
            source = torch.randint(10, 580, (1, size), generator=generator)
            source[0, -1] = model.config.eos_token_id
            forced = {} if first is None else {"forced_bos_token_id": first}
            common = {
                "num_beams": BEAM, "early_stopping": True, "length_penalty": 1.0, "do_sample": False,
                "max_new_tokens": int(2.5 * size) + 3 + (first is not None), "bad_words_ids": [[model.config.pad_token_id]],
            }  # fmt: skip
            with torch.inference_mode():
                written = model.generate(source, **common, **forced)
                renormalized = model.generate(source, renormalize_logits=True, **common, **forced)
            found |= {
                f"source{number}": source[0].numpy(),
                f"written{number}": written[0, 1:].numpy(),
                f"renormalized{number}": renormalized[0, 1:].numpy(),
            }
        np.savez(folder / f"{kind}.npz", **found)
        model.save_pretrained(folder / kind)


main(Path(sys.argv[1]))
