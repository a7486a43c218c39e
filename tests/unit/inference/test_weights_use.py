"""Reading the embedding model's archive."""

from pathlib import Path

import numpy as np
import pytest

from inference.graphs.use import read_use
from schemas.errors import OperatorError


def archive(path: Path) -> bytes:
    np.savez_compressed(path, eps=np.float32(1e-6), d0=np.arange(4000, dtype=np.float32))
    return path.read_bytes()


def test_arrays_come_back(tmp_path: Path) -> None:
    archive(tmp_path / "weights.npz")
    read = read_use(tmp_path / "weights.npz")
    np.testing.assert_array_equal(read["d0"], np.arange(4000))


@pytest.mark.parametrize("share", [0.0, 0.01, 0.5, 0.99])
def test_an_archive_cut_short_is_refused(tmp_path: Path, share: float) -> None:
    data = archive(tmp_path / "weights.npz")
    (tmp_path / "weights.npz").write_bytes(data[: int(len(data) * share)])
    with pytest.raises(OperatorError, match="pip install --force-reinstall") as caught:
        read_use(tmp_path / "weights.npz")
    assert "\n" not in str(caught.value)


def test_a_flipped_bit_is_refused(tmp_path: Path) -> None:
    data = bytearray(archive(tmp_path / "weights.npz"))
    data[len(data) // 2] ^= 0xFF
    (tmp_path / "weights.npz").write_bytes(data)
    with pytest.raises(OperatorError, match="cannot be read"):
        read_use(tmp_path / "weights.npz")


def test_pickled_objects_are_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "weights.npz", d0=np.array([object()], dtype=object))
    with pytest.raises(OperatorError, match="cannot be read"):
        read_use(tmp_path / "weights.npz")
