"""Reading Marian's files: what was written comes back, what is damaged or foreign is refused in one line."""

from pathlib import Path

import numpy as np
import pytest

from inference.weights.marian_bin import EMBEDDING, read_marian
from inference.weights.shortlist import head_columns, narrowed_pieces, read_shortlist
from schemas.errors import OperatorError
from tests.reference.tiny_marian import SMALL, random_weights, shortlist_file, weights_file


def test_every_parameter_comes_back(tmp_path: Path) -> None:
    weights = random_weights(1)
    path = tmp_path / "model.bin"
    path.write_bytes(weights_file(weights))
    read = read_marian(path)
    assert read.config == SMALL
    assert read.matrices.keys() == weights.matrices.keys()
    assert read.vectors.keys() == weights.vectors.keys()
    for name, matrix in weights.matrices.items():
        np.testing.assert_array_equal(read.matrices[name].values, matrix.values)
        assert read.matrices[name].scale == pytest.approx(matrix.scale, rel=1e-6)
        assert read.multipliers[name] == weights.multipliers[name]
    for name, values in weights.vectors.items():
        np.testing.assert_array_equal(read.vectors[name], values)
    assert read.matrices[EMBEDDING].values.shape == (SMALL.vocabulary, SMALL.d_model)


@pytest.mark.parametrize(
    ("key", "value"), [("dec_cell", "gru"), ("transformer_preprocess", "n"), ("transformer_ffn_activation", "swish")]
)
def test_another_architecture_is_refused_by_name(tmp_path: Path, key: str, value: str) -> None:
    path = tmp_path / "model.bin"
    path.write_bytes(weights_file(random_weights(1), **{key: value}))
    with pytest.raises(OperatorError, match=f"{key.replace('_', '-')} is {value}"):
        read_marian(path)


@pytest.mark.parametrize("kept", [0, 10, 200, 5_000, -1])
def test_a_file_cut_short_is_refused(tmp_path: Path, kept: int) -> None:
    path = tmp_path / "model.bin"
    path.write_bytes(weights_file(random_weights(1))[:kept])
    with pytest.raises(OperatorError, match=r"^model.bin is not a Marian tiny model.*pip install") as caught:
        read_marian(path)
    assert "\n" not in str(caught.value)


def test_a_foreign_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "model.bin"
    path.write_bytes(b"PK\x03\x04" + bytes(range(256)) * 40)
    with pytest.raises(OperatorError, match="not a Marian tiny model"):
        read_marian(path)


def test_the_head_keeps_frequent_pieces_and_those_listed_often(tmp_path: Path) -> None:
    path = tmp_path / "lex.bin"
    path.write_bytes(shortlist_file(4, [7, 7, 7, 9, 9, 3, 8, 8, 8, 8]))
    columns = head_columns(read_shortlist(path), vocabulary=12, forbidden=1)
    assert columns.tolist() == [0, 2, 3, 7, 8]
    assert columns.dtype == np.int64


def test_a_source_piece_that_loses_a_tenth_of_its_translations_is_narrowed(tmp_path: Path) -> None:
    path = tmp_path / "lex.bin"
    path.write_bytes(shortlist_file(0, [*range(20), *range(10, 30)]))
    shortlist = read_shortlist(path)
    whole = np.arange(30)
    assert narrowed_pieces(shortlist, whole).tolist() == []
    assert narrowed_pieces(shortlist, whole[2:]).tolist() == []
    assert narrowed_pieces(shortlist, whole[3:]).tolist() == [0]
    assert narrowed_pieces(shortlist, whole[3:-3]).tolist() == [0, 1]


@pytest.mark.parametrize("data", [b"", b"x" * 47, shortlist_file(4, [1], magic=1), shortlist_file(4, [1, 2])[:-1]])
def test_a_damaged_shortlist_is_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "lex.bin"
    path.write_bytes(data)
    with pytest.raises(OperatorError, match="not a Marian shortlist"):
        read_shortlist(path)
