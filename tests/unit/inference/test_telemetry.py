"""ONNX Runtime must not report its use: importing it through `inference` leaves no session id behind."""

import subprocess
import sys
from pathlib import Path

import pytest


def session_ids(code: str, folder: Path) -> list[Path]:
    """Run `code` without any variable that would by itself silence the telemetry (CI does, for one)."""
    root = Path(__file__).parents[3]
    env = {"TMPDIR": str(folder), "HOME": str(folder), "PYTHONPATH": str(root)}
    subprocess.run([sys.executable, "-c", code], env=env, check=True)
    return list(folder.glob(".ses"))


def test_by_itself_it_does(tmp_path: Path) -> None:
    """The control: when this fails, the official build has stopped, or writes elsewhere."""
    if not session_ids("import onnxruntime", tmp_path):
        pytest.fail("ONNX Runtime left no session id: look whether inference/__init__.py is still needed, and tested")


def test_through_inference_it_does_not(tmp_path: Path) -> None:
    assert session_ids("import inference.providers", tmp_path) == []
