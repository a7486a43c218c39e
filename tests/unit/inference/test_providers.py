"""The provider really active is the one reported, and two ONNX Runtimes side by side are refused."""

from pathlib import Path

import numpy as np
import onnxruntime as ort
import pytest

from inference.graphs.builder import FLOAT, GraphBuilder, write_model
from inference.providers import CPU, open_session, products_saturate, require_one_runtime
from schemas.errors import OperatorError
from schemas.report import ProviderChosen, Report


def fake_distribution(folder: Path, name: str, version: str) -> None:
    info = folder / f"{name.replace('-', '_')}-{version}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")


def test_the_one_runtime_installed_is_named() -> None:
    assert require_one_runtime() == f"onnxruntime {ort.__version__}"


def test_two_runtimes_are_refused_with_the_commands_that_repair_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_distribution(tmp_path, "onnxruntime-gpu", "9.9.9")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(OperatorError) as caught:
        require_one_runtime()
    message = str(caught.value)
    assert "pip uninstall -y onnxruntime onnxruntime-gpu" in message
    assert "pip install --no-deps onnxruntime-gpu==9.9.9" in message
    assert "\n" not in message


def doubling_graph(folder: Path) -> Path:
    graph = GraphBuilder("double")
    x = graph.input("x", FLOAT, ["N"])
    graph.node("Mul", x, graph.constant(2.0), out=graph.output("y", FLOAT, ["N"]))
    write_model(graph.model(), folder, "double")
    return folder / "double.onnx"


@pytest.mark.parametrize(("device", "accelerated"), [("auto", True), ("cpu", True), ("cuda", True), ("cuda", False)])
def test_the_report_says_what_the_session_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, device: str, accelerated: bool
) -> None:
    reports: list[Report] = []
    session, provider = open_session(
        doubling_graph(tmp_path), model="m", device=device, accelerated=accelerated, reporter=reports.append
    )
    assert provider == session.get_providers()[0]
    assert reports == [ProviderChosen(model="m", provider=provider, wanted=device)]
    if not accelerated or device == "cpu":
        assert provider == CPU
    np.testing.assert_array_equal(session.run(None, {"x": np.ones(3, np.float32)})[0], [2, 2, 2])


def test_a_graph_that_cannot_be_opened_is_one_line(tmp_path: Path) -> None:
    path = tmp_path / "encoder.onnx"
    path.write_bytes(b"no graph\n")
    with pytest.raises(OperatorError, match=r"cannot open encoder\.onnx of model m .*models build --force m") as caught:
        open_session(path, model="m", device="auto", accelerated=True, reporter=[].append)
    assert "\n" not in str(caught.value)


def test_cuda_listed_but_not_loadable_is_reported_as_cpu(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What onnxruntime-gpu does on a machine without CUDA: the list names it, the session falls back."""
    real = ort.InferenceSession
    asked: list[list[str]] = []

    def falls_back(path: str, options: ort.SessionOptions, providers: list[str]) -> ort.InferenceSession:
        asked.append(providers)
        return real(path, options, providers=[CPU])

    monkeypatch.setattr(ort, "get_available_providers", lambda: ["CUDAExecutionProvider", CPU])
    monkeypatch.setattr(ort, "InferenceSession", falls_back)
    reports: list[Report] = []
    _, provider = open_session(
        doubling_graph(tmp_path), model="m", device="auto", accelerated=True, reporter=reports.append
    )
    assert asked == [["CUDAExecutionProvider", CPU]]
    assert provider == CPU
    assert reports == [ProviderChosen(model="m", provider=CPU, wanted="auto")]


@pytest.mark.parametrize(
    ("flags", "machine", "expected"),
    [
        ("flags : avx2 avx512f avx512_vnni", "x86_64", False),
        ("flags : avx2 avx_vnni", "AMD64", False),
        ("flags : avx2 fma", "x86_64", True),
        (None, "AMD64", True),
        (None, "arm64", False),
        ("Features : asimd", "aarch64", False),
    ],
)
def test_saturating_cpus_are_recognised(tmp_path: Path, flags: str | None, machine: str, expected: bool) -> None:
    cpuinfo = tmp_path / "cpuinfo"
    if flags is not None:
        cpuinfo.write_text(flags)
    assert products_saturate(cpuinfo, machine) is expected
