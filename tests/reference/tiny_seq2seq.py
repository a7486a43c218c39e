"""Random encoder-decoder transformers, small enough for a unit test, in the shapes of a Hugging Face checkpoint."""

import numpy as np

from inference.weights.checkpoint import Seq2SeqWeights, seq2seq_config, seq2seq_weights

SIZES = {
    "vocab_size": 60,
    "d_model": 32,
    "encoder_layers": 2,
    "decoder_layers": 2,
    "encoder_attention_heads": 4,
    "decoder_attention_heads": 4,
    "encoder_ffn_dim": 48,
    "decoder_ffn_dim": 48,
    "pad_token_id": 1,
    "eos_token_id": 0,
    "max_position_embeddings": 64,
    # Tied, a random model says its last token again and again.
    "tie_word_embeddings": False,
}
MARIAN = {"model_type": "marian", "activation_function": "swish", "decoder_start_token_id": 1, "scale_embedding": True}
M2M100 = {"model_type": "m2m_100", "activation_function": "relu", "decoder_start_token_id": 0}


def random_weights(seed: int, **config: object) -> Seq2SeqWeights:
    """A model with every parameter random and activations near unit variance; `config` is MARIAN or M2M100."""
    sizes = seq2seq_config(SIZES | config)
    random = np.random.default_rng(seed)
    d_model = sizes.d_model
    tensors = {"model.shared.weight": random.normal(0, d_model**-0.5, (sizes.vocabulary, d_model))}
    tensors["lm_head.weight"] = random.normal(0, 1, (sizes.vocabulary, d_model))
    tensors["final_logits_bias"] = np.zeros((1, sizes.vocabulary))

    def linear(name: str, inputs: int, outputs: int) -> None:
        tensors[f"{name}.weight"] = random.normal(0, inputs**-0.5, (outputs, inputs))
        tensors[f"{name}.bias"] = random.normal(0, 0.1, outputs)

    def norm(name: str) -> None:
        tensors[f"{name}.weight"] = random.normal(1, 0.1, d_model)
        tensors[f"{name}.bias"] = random.normal(0, 0.1, d_model)

    for side, layers, ffn in (
        ("encoder", sizes.encoder_layers, sizes.encoder_ffn),
        ("decoder", sizes.decoder_layers, sizes.decoder_ffn),
    ):
        for layer in range(layers):
            prefix = f"model.{side}.layers.{layer}"
            for attention in ("self_attn", "encoder_attn")[: 1 + (side == "decoder")]:
                for z in ("q_proj", "k_proj", "v_proj", "out_proj"):
                    linear(f"{prefix}.{attention}.{z}", d_model, d_model)
                norm(f"{prefix}.{attention}_layer_norm")
            linear(f"{prefix}.fc1", d_model, ffn)
            linear(f"{prefix}.fc2", ffn, d_model)
            norm(f"{prefix}.final_layer_norm")
        norm(f"model.{side}.layer_norm")
    whole = {name: np.asarray(array, np.float32) for name, array in tensors.items()}
    # The graphs read the norm behind the last layer by this name; the reader keeps what has `.layer` in its name.
    return seq2seq_weights(sizes, whole, sizes.positions_max)
