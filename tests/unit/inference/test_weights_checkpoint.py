"""Hugging Face folders: what is read, and what is refused with a word to the operator."""

import importlib.util
import json

import numpy as np
import pytest
from safetensors.numpy import save_file

from inference.weights.checkpoint import (
    Activation,
    Architecture,
    emitted,
    position_table,
    read_checkpoint,
    seq2seq_config,
)
from inference.weights.tensors import read_config, read_tensors, weight_files
from schemas.errors import OperatorError
from tests.peers import run_peers

# Helsinki-NLP/opus-mt-en-de, as its folder says it.
OPUS_MT = {
    "activation_function": "swish", "add_bias_logits": False, "add_final_layer_norm": False,
    "architectures": ["MarianMTModel"], "bad_words_ids": [[58100]], "bos_token_id": 0, "d_model": 512,
    "decoder_attention_heads": 8, "decoder_ffn_dim": 2048, "decoder_layers": 6, "decoder_start_token_id": 58100,
    "decoder_vocab_size": 58101, "encoder_attention_heads": 8, "encoder_ffn_dim": 2048, "encoder_layers": 6,
    "eos_token_id": 0, "extra_pos_embeddings": 58101, "max_position_embeddings": 512, "model_type": "marian",
    "normalize_before": False, "normalize_embedding": False, "num_beams": 6, "pad_token_id": 58100,
    "scale_embedding": True, "share_encoder_decoder_embeddings": True, "static_position_embeddings": True,
    "vocab_size": 58101,
}  # fmt: skip
NLLB = {
    "activation_function": "relu", "architectures": ["M2M100ForConditionalGeneration"], "bos_token_id": 0,
    "d_model": 1024, "decoder_attention_heads": 16, "decoder_ffn_dim": 4096, "decoder_layers": 12,
    "decoder_start_token_id": 2, "encoder_attention_heads": 16, "encoder_ffn_dim": 4096, "encoder_layers": 12,
    "eos_token_id": 2, "max_position_embeddings": 1024, "model_type": "m2m_100", "pad_token_id": 1,
    "scale_embedding": True, "vocab_size": 256206,
}  # fmt: skip
TINY = OPUS_MT | {
    "d_model": 16, "encoder_layers": 1, "decoder_layers": 1, "encoder_attention_heads": 2, "decoder_attention_heads": 2,
    "encoder_ffn_dim": 24, "decoder_ffn_dim": 24, "vocab_size": 20, "pad_token_id": 19, "decoder_start_token_id": 19,
    "bad_words_ids": [[19], [4], [5, 6]],
}  # fmt: skip


def tensors() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(0)
    return {
        "model.shared.weight": rng.normal(size=(20, 16)).astype(np.float32),
        "final_logits_bias": np.zeros((1, 20), np.float32),
        "model.encoder.layers.0.fc1.weight": rng.normal(size=(24, 16)).astype(np.float32),
        "model.encoder.layers.0.fc1.bias": rng.normal(size=24).astype(np.float32),
    }


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "config.json").write_text(json.dumps(TINY))
    save_file(tensors(), tmp_path / "model.safetensors")
    return tmp_path


def test_opus_mt_as_its_folder_says_it():
    config = seq2seq_config(OPUS_MT)
    assert (config.architecture, config.activation, config.pre_norm) == (Architecture.MARIAN, Activation.SWISH, False)
    assert (config.start, config.eos, config.forbidden) == (58100, 0, (58100,))
    assert config.embedding_scale == pytest.approx(512**0.5)
    assert len(emitted(config)) == 58100


def test_nllb_as_its_folder_says_it():
    config = seq2seq_config(NLLB)
    assert (config.architecture, config.activation, config.pre_norm) == (Architecture.M2M100, Activation.RELU, True)
    assert (config.start, config.eos, config.pad) == (2, 2, 1)
    assert config.embedding_scale == 32


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"model_type": "mbart"}, "model_type 'mbart'"),
        ({"activation_function": "gelu_new"}, "activation_function 'gelu_new'"),
        ({"normalize_before": True}, "normalize_before True"),
        ({"normalize_embedding": True}, "normalize_embedding True"),
        ({"add_final_layer_norm": True}, "add_final_layer_norm True"),
        ({"static_position_embeddings": False}, "static_position_embeddings False"),
        ({"quantization_config": {"bits": 4}}, "already quantized"),
        ({"d_model": None}, "d_model None"),
        ({"d_model": 512.0}, "d_model 512.0"),
        ({"encoder_layers": 0}, "encoder_layers 0"),
        ({"encoder_layers": True}, "encoder_layers True"),
        ({"decoder_attention_heads": 7}, "7 heads"),
        ({"eos_token_id": [0, 3]}, "eos_token_id"),
        ({"decoder_start_token_id": 58101}, "decoder_start_token_id 58101"),
    ],
)
def test_what_the_graphs_do_not_do_is_refused(changed, named):
    with pytest.raises(OperatorError, match=named):
        seq2seq_config(OPUS_MT | changed)


def test_single_forbidden_ids_are_read_from_either_file(folder):
    assert read_checkpoint(folder).config.forbidden == (4, 19)
    (folder / "generation_config.json").write_text(json.dumps({"bad_words_ids": [[19], [8]]}))
    assert read_checkpoint(folder).config.forbidden == (8, 19)


def test_positions_are_those_of_the_two_families():
    marian = position_table(seq2seq_config(OPUS_MT), 3)
    np.testing.assert_allclose(marian[1, [0, 1, 256]], [np.sin(1), np.sin(10_000 ** (-2 / 512)), np.cos(1)], rtol=1e-6)
    m2m100 = position_table(seq2seq_config(NLLB), 3)
    # Its first position has the sinusoid of 2, because ids of padding are numbered 1.
    np.testing.assert_allclose(m2m100[0, [0, 511]], [np.sin(2), np.sin(2e-4)], rtol=1e-5)


def test_a_bias_of_zeros_is_none(folder):
    assert read_checkpoint(folder).output_bias is None


def test_shards_are_read_whole(folder):
    parts = list(tensors().items())
    (folder / "model.safetensors").unlink()
    weight_map = {}
    for number, part in enumerate((parts[:2], parts[2:])):
        save_file(dict(part), folder / f"part{number}.safetensors")
        weight_map |= {name: f"part{number}.safetensors" for name, _ in part}
    (folder / "model.safetensors.index.json").write_text(json.dumps({"weight_map": weight_map}))
    found = read_tensors(folder)
    assert all(np.array_equal(found[name], array) for name, array in parts)
    (folder / "part1.safetensors").unlink()
    with pytest.raises(OperatorError, match=r"part1\.safetensors is missing: download the model again"):
        read_tensors(folder)


@pytest.mark.parametrize("index", ["{", "[]", '{"weight_map": {}}', '{"weight_map": {"a": "../b.safetensors"}}'])
def test_a_damaged_index_is_refused(folder, index):
    (folder / "model.safetensors").unlink()
    (folder / "model.safetensors.index.json").write_text(index)
    with pytest.raises(OperatorError, match="cannot be read"):
        weight_files(folder)


@pytest.mark.parametrize("kept", [0, 5, 40, 600, -1])
def test_a_file_cut_short_is_refused(folder, kept):
    path = folder / "model.safetensors"
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(OperatorError, match="cannot be read") as refused:
        read_checkpoint(folder)
    assert "\n" not in str(refused.value)


def test_half_precision_is_read_as_float32(folder):
    halves = {name: array.astype(np.float16) for name, array in tensors().items()}
    save_file(halves, folder / "model.safetensors")
    found = read_tensors(folder)
    assert all(found[name].dtype == np.float32 and np.array_equal(found[name], halves[name]) for name in halves)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_weights_that_are_no_numbers_are_refused(folder, value):
    broken = tensors()
    broken["model.shared.weight"][3, 4] = value
    save_file(broken, folder / "model.safetensors")
    with pytest.raises(OperatorError, match=r"model\.shared\.weight holds values that are no finite numbers"):
        read_checkpoint(folder)


@pytest.mark.parametrize("name", ["model.shared.weight", "final_logits_bias"])
def test_a_missing_tensor_is_named(folder, name):
    save_file({key: array for key, array in tensors().items() if key != name}, folder / "model.safetensors")
    with pytest.raises(OperatorError, match=f"no {name}"):
        read_checkpoint(folder)


def test_a_tensor_of_another_shape_is_named(folder):
    weights = read_checkpoint(folder)
    with pytest.raises(OperatorError, match=r"fc1\.weight is \(24, 16\), not \(25, 16\)"):
        weights.linear("model.encoder.layers.0.fc1", 16, 25)
    with pytest.raises(OperatorError, match=r"no model\.encoder\.layers\.0\.fc2\.weight"):
        weights.linear("model.encoder.layers.0.fc2", 24, 16)


@pytest.mark.parametrize("text", ["", "{", "[]", "3", "\xff"])
def test_a_damaged_config_is_refused(folder, text):
    (folder / "config.json").write_text(text, encoding="latin-1")
    with pytest.raises(OperatorError, match=r"config\.json cannot be read"):
        read_config(folder)


def test_a_folder_without_a_model_is_refused(tmp_path):
    with pytest.raises(OperatorError, match=r"holds no config\.json"):
        read_checkpoint(tmp_path)
    (tmp_path / "config.json").write_text(json.dumps(TINY))
    with pytest.raises(OperatorError, match=r"holds neither model\.safetensors nor pytorch_model\.bin"):
        read_checkpoint(tmp_path)


@pytest.mark.skipif(importlib.util.find_spec("torch") is not None, reason="torch is installed here")
def test_a_pickle_without_torch_says_what_to_install(folder):
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    with pytest.raises(OperatorError, match=r"pip install 'dragoman\[convert\]'"):
        read_checkpoint(folder)


def test_a_pickle_is_read_by_torch_and_runs_nothing(seq2seq_peers):
    sound, evil = run_peers("peer_checkpoint.py", seq2seq_peers).splitlines()
    assert sound.endswith("tensors True")
    # The refusal is one line of ours, and the call inside the pickle was not made.
    assert evil == "refused True False False"
