"""What is read of an encoder's folder, and what is refused."""

import json

import numpy as np
import onnxruntime as ort
import pytest
from safetensors.numpy import save_file

from inference.engines.embedding_engine import packed
from inference.graphs.text_encoder import encoder_graph
from inference.models import Precision
from inference.weights.checkpoint import Activation
from inference.weights.encoder_checkpoint import Pooling, read_encoder, read_encoder_config
from schemas.errors import OperatorError

BERT = {
    "model_type": "bert",
    "hidden_act": "gelu",
    "hidden_size": 16,
    "num_attention_heads": 2,
    "intermediate_size": 32,
    "num_hidden_layers": 1,
    "max_position_embeddings": 20,
    "vocab_size": 30,
    "type_vocab_size": 2,
    "layer_norm_eps": 1e-12,
}
MODULES = ("Transformer", "Pooling", "Normalize")


def tensors(prefix="", norm=("weight", "bias")):
    random = np.random.default_rng(1)
    tables = (("word", 30), ("position", 20), ("token_type", 2))
    shapes = {f"embeddings.{name}_embeddings.weight": (rows, 16) for name, rows in tables}
    layer = "encoder.layer.0"
    linears = {f"{layer}.attention.self.{z}": (16, 16) for z in ("query", "key", "value")}
    linears |= {f"{layer}.attention.output.dense": (16, 16)}
    linears |= {f"{layer}.intermediate.dense": (32, 16), f"{layer}.output.dense": (16, 32)}
    for name, shape in linears.items():
        shapes |= {f"{name}.weight": shape, f"{name}.bias": shape[:1]}
    for name in ("embeddings", f"{layer}.attention.output", f"{layer}.output"):
        shapes |= {f"{name}.LayerNorm.{part}": (16,) for part in norm}
    return {prefix + name: random.standard_normal(shape).astype(np.float32) for name, shape in shapes.items()}


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "1_Pooling").mkdir()
    write(tmp_path, "config.json", BERT)
    write(tmp_path, "modules.json", modules(*MODULES))
    write(tmp_path, "1_Pooling/config.json", {"word_embedding_dimension": 16, "pooling_mode_mean_tokens": True})
    write(tmp_path, "sentence_bert_config.json", {"max_seq_length": 12, "do_lower_case": False})
    write(tmp_path, "config_sentence_transformers.json", {"prompts": {}, "default_prompt_name": None})
    save_file(tensors(), tmp_path / "model.safetensors")
    return tmp_path


def write(folder, name, content):
    (folder / name).write_text(json.dumps(content))


def modules(*kinds):
    return [
        {
            "idx": at,
            "name": str(at),
            "path": f"{at}_{kind}" if at else "",
            "type": f"sentence_transformers.models.{kind}",
        }
        for at, kind in enumerate(kinds)
    ]


def run(folder, *texts):
    graph = encoder_graph(read_encoder(folder), Precision.FLOAT32)
    session = ort.InferenceSession(graph.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run(None, packed([np.array(text) for text in texts]))[0]


def test_a_folder_of_sentence_transformers(folder):
    config = read_encoder_config(folder)
    assert (config.pooling, config.normalized, config.tokens_max) == (Pooling.MEAN, True, 12)
    assert (config.activation, config.first_position) == (Activation.GELU, 0)
    weights = read_encoder(folder)
    stored = tensors()
    kinds, places = (stored[f"embeddings.{name}_embeddings.weight"] for name in ("token_type", "position"))
    np.testing.assert_array_equal(weights.places, places[:12] + kinds[0])


def test_a_plain_folder_is_read_by_the_mean_at_unit_length(folder):
    for name in ("modules.json", "1_Pooling/config.json", "sentence_bert_config.json"):
        (folder / name).unlink()
    config = read_encoder_config(folder)
    assert (config.pooling, config.normalized, config.tokens_max) == (Pooling.MEAN, True, 20)


def test_positions_begin_behind_the_padding_in_robertas_numbering(folder):
    write(folder, "config.json", {**BERT, "model_type": "xlm-roberta", "pad_token_id": 3})
    config = read_encoder_config(folder)
    assert (config.first_position, config.tokens_max) == (4, 12)
    write(folder, "sentence_bert_config.json", {"max_seq_length": None})
    assert read_encoder_config(folder).tokens_max == 16
    stored = tensors()
    kinds, places = (stored[f"embeddings.{name}_embeddings.weight"] for name in ("token_type", "position"))
    np.testing.assert_array_equal(read_encoder(folder).places, places[4:] + kinds[0])


@pytest.mark.parametrize(
    ("found", "pooling"),
    [
        ({"pooling_mode_cls_token": True, "pooling_mode_mean_tokens": False}, Pooling.CLS),
        ({"pooling_mode_cls_token": False, "pooling_mode_mean_tokens": True}, Pooling.MEAN),
        ({"pooling_mode": "cls", "embedding_dimension": 16}, Pooling.CLS),
        ({"pooling_mode": "mean"}, Pooling.MEAN),
    ],
)
def test_poolings(folder, found, pooling):
    write(folder, "1_Pooling/config.json", found)
    assert read_encoder_config(folder).pooling is pooling


@pytest.mark.parametrize("prefix", ["bert.", "roberta."])
def test_names_of_a_model_with_a_head_and_of_old_ones_are_read(folder, prefix):
    plain = run(folder, [2, 3, 4])
    others = {"cls.predictions.bias": np.zeros(30, np.float32)}
    save_file(tensors(prefix, ("gamma", "beta")) | others, folder / "model.safetensors")
    np.testing.assert_array_equal(run(folder, [2, 3, 4]), plain)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"model_type": "mpnet"}, "model_type 'mpnet'"),
        ({"model_type": None}, "model_type 'None'"),
        ({"hidden_act": "gelu_new"}, "hidden_act 'gelu_new'"),
        ({"position_embedding_type": "relative_key"}, "position_embedding_type 'relative_key'"),
        ({"is_decoder": True}, "is_decoder True"),
        ({"add_cross_attention": True}, "add_cross_attention True"),
        ({"quantization_config": {"bits": 4}}, "quantization_config"),
        ({"num_attention_heads": 3}, "3 heads in 16 channels"),
        ({"hidden_size": "16"}, "hidden_size '16'"),
        ({"num_hidden_layers": 0}, "num_hidden_layers 0"),
        ({"layer_norm_eps": "1"}, "layer_norm_eps '1'"),
        ({"model_type": "roberta", "pad_token_id": 40}, "20 positions, of which 41 are skipped"),
        ({"model_type": "roberta", "pad_token_id": -1}, "pad_token_id -1"),
    ],
)
def test_a_configuration_that_the_graph_does_not_do_is_refused(folder, change, says):
    write(folder, "config.json", {**BERT, **change})
    with pytest.raises(OperatorError) as caught:
        read_encoder_config(folder)
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("modules.json", modules("Transformer"), "the modules Transformer"),
        ("modules.json", modules("Transformer", "Pooling", "Dense"), "the modules Transformer, Pooling, Dense"),
        ("modules.json", [{**modules("Transformer")[0], "path": "0_T"}, *modules(*MODULES)[1:]], "its weights in 0_T"),
        ("modules.json", {"a": 1}, "is no list of modules"),
        ("1_Pooling/config.json", {"pooling_mode_max_tokens": True}, "the pooling max_tokens"),
        (
            "1_Pooling/config.json",
            {"pooling_mode_cls_token": True, "pooling_mode_mean_tokens": True},
            "the pooling cls_token and mean_tokens",
        ),
        ("1_Pooling/config.json", {"pooling_mode_mean_tokens": False}, "the pooling None"),
        ("1_Pooling/config.json", [], "no JSON object"),
        ("sentence_bert_config.json", {"do_lower_case": True}, "do_lower_case"),
        ("sentence_bert_config.json", {"max_seq_length": 0}, "max_seq_length 0"),
        ("config_sentence_transformers.json", {"default_prompt_name": "query"}, "a prompt before every text"),
    ],
)
def test_a_reading_that_the_graph_does_not_do_is_refused(folder, name, content, says):
    write(folder, name, content)
    with pytest.raises(OperatorError) as caught:
        read_encoder_config(folder)
    assert says in str(caught.value)


def test_a_pooling_that_is_named_must_be_there(folder):
    (folder / "1_Pooling/config.json").unlink()
    with pytest.raises(OperatorError, match=r"1_Pooling/config\.json is missing"):
        read_encoder_config(folder)
    (folder / "modules.json").write_text("[")
    with pytest.raises(OperatorError, match=r"modules\.json cannot be read"):
        read_encoder_config(folder)


def test_weights_that_do_not_fit_are_refused(folder):
    found = tensors()
    missing = {name: array for name, array in found.items() if name != "encoder.layer.0.output.dense.bias"}
    save_file(missing, folder / "model.safetensors")
    with pytest.raises(OperatorError, match=r"no encoder\.layer\.0\.output\.dense\.bias"):
        run(folder, [1])
    save_file(
        found | {"embeddings.word_embeddings.weight": np.zeros((29, 16), np.float32)}, folder / "model.safetensors"
    )
    with pytest.raises(OperatorError, match=r"word_embeddings\.weight is \(29, 16\), not \(30, 16\)"):
        read_encoder(folder)
    save_file({"other": np.zeros(3, np.float32)}, folder / "model.safetensors")
    with pytest.raises(OperatorError, match="0 tensors"):
        read_encoder(folder)
