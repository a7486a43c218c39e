"""The provider really active is the one reported, and two ONNX Runtimes side by side are refused."""

from pathlib import Path

import numpy as np
import onnxruntime as ort
import pytest
from numpy.typing import NDArray

from inference.graphs.builder import FLOAT, INT64, GraphBuilder, write_model
from inference.providers import (
    CPU,
    CUDA,
    Device,
    Wish,
    device_of,
    gpu_fault,
    open_session,
    open_sessions,
    products_saturate,
    require_one_runtime,
)
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


@pytest.mark.parametrize(
    ("device", "accelerated", "reason"),
    [
        ("auto", True, ""),
        ("auto", False, ""),
        ("cpu", True, ""),
        ("cuda", True, "this ONNX Runtime is built without CUDA: install requirements/gpu.lock"),
        ("cuda:1", True, "this ONNX Runtime is built without CUDA: install requirements/gpu.lock"),
        ("cuda", False, "it is not built in float16, which a GPU needs: `dragoman models convert --precision fp16`"),
    ],
)
def test_the_report_says_what_the_session_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, device: str, accelerated: bool, reason: str
) -> None:
    monkeypatch.setattr(ort, "get_available_providers", lambda: [CPU])
    reports: list[Report] = []
    session, provider = open_session(
        doubling_graph(tmp_path), model="m", device=device, accelerated=accelerated, reporter=reports.append
    )
    assert provider == session.get_providers()[0] == CPU
    assert reports == [ProviderChosen(model="m", provider=CPU, wanted=device.partition(":")[0], reason=reason)]
    np.testing.assert_array_equal(session.run(None, {"x": np.ones(3, np.float32)})[0], [2, 2, 2])
    assert device_of(session) == Device("cpu", 0)


def test_a_graph_that_cannot_be_opened_is_one_line(tmp_path: Path) -> None:
    path = tmp_path / "encoder.onnx"
    path.write_bytes(b"no graph\n")
    with pytest.raises(OperatorError, match=r"cannot open encoder\.onnx of model m .*models build --force m") as caught:
        open_session(path, model="m", device="auto", accelerated=True, reporter=[].append)
    assert "\n" not in str(caught.value)


class Runtime:
    """Stands in for the GPU build of ONNX Runtime: what was asked of it, and what comes of asking for CUDA."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *, fails: str = "", loads: bool = False) -> None:
        self.fails = fails
        self.loads = loads
        self.asked: list[list[object]] = []
        self.options: list[ort.SessionOptions] = []
        self._real = ort.InferenceSession
        monkeypatch.setattr(ort, "get_available_providers", lambda: [CUDA, CPU])
        monkeypatch.setattr(ort, "InferenceSession", self.open)
        monkeypatch.setattr(ort, "preload_dlls", self.preload)
        monkeypatch.setattr(ort, "set_default_logger_severity", lambda _: None)

    def preload(self) -> None:
        if not self.loads:
            print("Failed to load libcublasLt.so.13: no such file\nPlease follow a page")  # noqa: T201  (as ONNX Runtime does)

    def open(
        self, path: Path | bytes, options: ort.SessionOptions, providers: list[object], enable_fallback: int = 1
    ) -> "ort.InferenceSession | OnGpu":
        self.asked.append(providers)
        self.options.append(options)
        wants_cuda = providers != [CPU]
        if wants_cuda and self.fails:
            assert not enable_fallback, "ONNX Runtime's own fallback prints on standard output"
            raise RuntimeError(self.fails)
        session = self._real(path, options, providers=[CPU])
        return OnGpu(session) if wants_cuda and self.loads else session


class OnGpu:
    """A session that says it is on a GPU. What it was given to compute on the CPU is the real record of a session."""

    def __init__(self, session: ort.InferenceSession) -> None:
        self._session = session

    def get_providers(self) -> list[str]:
        return [CUDA, CPU]

    def get_provider_options(self) -> dict[str, dict[str, str]]:
        return {CUDA: {"device_id": "1"}, CPU: {}}

    def run(self, outputs: list[str], feeds: dict[str, NDArray[np.float32]]) -> list[NDArray[np.float32]]:
        return self._session.run(outputs, feeds)

    def get_provider_graph_assignment_info(self) -> object:
        return self._session.get_provider_graph_assignment_info()


@pytest.mark.parametrize("device", ["auto", "cuda"])
def test_cuda_that_cannot_be_loaded_is_a_fallback_with_its_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], device: str
) -> None:
    """What onnxruntime-gpu does on a machine without CUDA: the list names it, the session is on the CPU."""
    runtime = Runtime(monkeypatch)
    reports: list[Report] = []
    session, provider = open_session(
        doubling_graph(tmp_path), model="m", device=device, accelerated=True, reporter=reports.append
    )
    assert [name for name, _ in runtime.asked[0][:-1]] == [CUDA]
    assert provider == CPU
    assert session.run(None, {"x": np.ones(1, np.float32)})[0] == 2
    reason = "Failed to load libcublasLt.so.13: no such file"
    assert reports == [ProviderChosen(model="m", provider=CPU, wanted="cuda", reason=reason)]
    assert capsys.readouterr().out == ""


def test_cuda_that_fails_is_a_fallback_with_its_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    where = "/onnxruntime_src/onnxruntime/core/providers/cuda/cuda_call.cc:129 CudaCall "
    Runtime(monkeypatch, fails=f"{where}CUDA failure 100: no CUDA-capable device is detected ; GPU=0 ; hostname=h")
    reports: list[Report] = []
    session, provider = open_session(
        doubling_graph(tmp_path), model="m", device="auto", accelerated=True, reporter=reports.append
    )
    assert provider == CPU
    assert session.run(None, {"x": np.ones(1, np.float32)})[0] == 2
    reason = "CUDA failure 100: no CUDA-capable device is detected"
    assert reports == [ProviderChosen(model="m", provider=CPU, wanted="cuda", reason=reason)]


def test_what_a_session_on_a_gpu_computes_on_the_cpu_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runtime = Runtime(monkeypatch, loads=True)
    reports: list[Report] = []
    graph, wish = doubling_graph(tmp_path), Wish("cuda:1", 1.5)
    sessions, provider = open_sessions([graph, graph], model="m", wish=wish, accelerated=True, reporter=reports.append)
    assert provider == CUDA
    assert reports == [ProviderChosen(model="m", provider=CUDA, wanted="cuda", strays=("Mul x2",))]
    assert [device_of(session) for session in sessions] == [Device("cuda", 1)] * 2
    ((name, options), last) = runtime.asked[0]
    assert (name, last) == (CUDA, CPU)
    assert options["device_id"] == "1"
    assert options["gpu_mem_limit"] == str(3 << 29)
    assert options["arena_extend_strategy"] == "kSameAsRequested"
    assert runtime.options[0].get_session_config_entry("session.record_ep_graph_assignment_info") == "1"


def test_a_model_of_which_one_graph_is_on_the_cpu_is_on_the_cpu(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What happens when a GPU's memory holds the first graph and not the second."""
    runtime = Runtime(monkeypatch, loads=True)
    reports: list[Report] = []

    def second_fails(path: Path, *rest: object, **more: object) -> object:
        runtime.fails = "CUDA failure 2: out of memory ; GPU=0" if runtime.asked else ""
        return runtime.open(path, *rest, **more)

    monkeypatch.setattr(ort, "InferenceSession", second_fails)
    graph = doubling_graph(tmp_path)
    sessions, provider = open_sessions(
        [graph, graph], model="m", wish=Wish("cuda"), accelerated=True, reporter=reports.append
    )
    assert [device_of(session).kind for session in sessions] == ["cuda", "cpu"]
    assert provider == CPU
    reason = "CUDA failure 2: out of memory"
    assert reports == [ProviderChosen(model="m", provider=CPU, wanted="cuda", reason=reason, strays=("Mul x1",))]


def test_no_limit_of_memory_unless_one_is_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    runtime = Runtime(monkeypatch, loads=True)
    open_session(doubling_graph(tmp_path), model="m", device="auto", accelerated=True, reporter=[].append)
    assert "gpu_mem_limit" not in runtime.asked[0][0][1]


def test_int8_is_not_offered_to_the_gpu(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    runtime = Runtime(monkeypatch, loads=True)
    reports: list[Report] = []
    open_session(doubling_graph(tmp_path), model="m", device="auto", accelerated=False, reporter=reports.append)
    assert runtime.asked == [[CPU]]
    assert reports == [ProviderChosen(model="m", provider=CPU, wanted="auto")]


def test_shapes_on_the_cpu_are_no_strays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Runtime(monkeypatch, loads=True)
    graph = GraphBuilder("shape")
    size = graph.node("Shape", graph.input("x", FLOAT, ["N"]))
    graph.node("Sub", size, graph.constant([1], np.int64), out=graph.output("y", INT64, [1]))
    write_model(graph.model(), tmp_path, "shape")
    reports: list[Report] = []
    open_session(tmp_path / "shape.onnx", model="m", device="cuda", accelerated=True, reporter=reports.append)
    assert reports == [ProviderChosen(model="m", provider=CUDA, wanted="cuda")]


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


def test_a_trial_says_whether_a_gpu_computes(monkeypatch: pytest.MonkeyPatch) -> None:
    assert gpu_fault(Wish("cuda")) == "this ONNX Runtime is built without CUDA: install requirements/gpu.lock"
    with monkeypatch.context() as patch:
        Runtime(patch, fails="CUDA failure 100: no CUDA-capable device is detected ; GPU=0")
        assert gpu_fault(Wish("cuda")) == "CUDA failure 100: no CUDA-capable device is detected"
    Runtime(monkeypatch, loads=True)
    assert not gpu_fault(Wish("auto"))
    monkeypatch.setattr(OnGpu, "run", lambda *_: [np.zeros(1, np.float32)])
    assert gpu_fault(Wish("auto")) == "21 and 21 are 0 there"
