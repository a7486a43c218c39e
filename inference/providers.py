"""Which execution provider runs a model, and whether the installed ONNX Runtime can be trusted at all."""

import platform
import re
from collections import Counter
from collections.abc import Sequence
from contextlib import redirect_stdout
from importlib import metadata
from io import StringIO
from pathlib import Path
from typing import Any, Final

import numpy as np
import onnx
import onnxruntime as ort
from msgspec import Struct

from inference.graphs.builder import FLOAT, GraphBuilder
from schemas.errors import OperatorError
from schemas.report import ProviderChosen, Reporter

CPU: Final = "CPUExecutionProvider"
CUDA: Final = "CUDAExecutionProvider"
# Distributions that ship the same package folder: of two installed, the files of the later one win.
RUNTIMES: Final = (
    "onnxruntime",
    "onnxruntime-gpu",
    "onnxruntime-directml",
    "onnxruntime-openvino",
    "onnxruntime-qnn",
    "onnxruntime-rocm",
)
_ERRORS_ONLY: Final = 3
_X86: Final = ("x86_64", "amd64")
_CPUINFO: Final = Path("/proc/cpuinfo")
_BYTES_PER_GB: Final = 1 << 30
# What matters in a message that begins with a path and a function's name: "CUDA failure 100: no device is detected".
_CUDA_FAILURE: Final = re.compile(r"\w+ failure \d+: [^;]*[^; ]")
# ONNX Runtime computes with shapes on the CPU on purpose: they are known there.
_SHAPES: Final = frozenset({"Shape", "Size"})


class Device(Struct, frozen=True):
    """Where tensors are: `kind` as ONNX Runtime names it, cpu or cuda, and `index`, which of several."""

    kind: str = "cpu"
    index: int = 0


class Wish(Struct, frozen=True):
    """What the settings want: `device` auto, cpu, cuda or cuda:N; `memory_gb` bounds the arena of a session on a GPU.

    Under `auto` an ONNX Runtime that is built for CUDA is itself a wish for CUDA: nobody installs it for the CPU.
    """

    device: str = "auto"
    memory_gb: float | None = None

    @property
    def cuda(self) -> bool:
        """Whether models should run on a GPU."""
        return self.device.startswith("cuda") or (self.device == "auto" and CUDA in ort.get_available_providers())

    @property
    def gpu(self) -> Device:
        """Return the GPU that is meant."""
        return Device("cuda", int(self.device.partition(":")[2] or 0))


def require_one_runtime() -> str:
    """Return `name version` of the ONNX Runtime distribution; raises OperatorError when two stand side by side."""
    found = {}
    for name in RUNTIMES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    if len(found) > 1:
        keep = next(name for name in found if name != "onnxruntime")
        raise OperatorError(
            f"{' and '.join(found)} are installed side by side and overwrite each other: run "
            f"`pip uninstall -y {' '.join(found)}` and then `pip install --no-deps {keep}=={found[keep]}` "
            f"(without a GPU: onnxruntime)"
        )
    return " ".join(next(iter(found.items()), ("onnxruntime", ort.__version__)))


def open_session(
    path: Path, *, model: str, device: str, accelerated: bool, reporter: Reporter
) -> tuple[ort.InferenceSession, str]:
    """Open one graph; see `open_sessions`."""
    sessions, provider = open_sessions(
        [path], model=model, wish=Wish(device), accelerated=accelerated, reporter=reporter
    )
    return sessions[0], provider


def open_sessions(
    paths: Sequence[Path], *, model: str, wish: Wish, accelerated: bool, reporter: Reporter
) -> tuple[list[ort.InferenceSession], str]:
    """Open the graphs of a model and return them with the provider that is really active: the CPU's if any is there.

    `accelerated`: whether the graphs have kernels off the CPU. The choice is reported once for all, with the operators
    that a session on a GPU computes on the CPU all the same, and with the reason for another choice than wished:
    neither must pass unseen.
    """
    sessions, reasons = [], []
    for path in paths:
        session, reason = _on_gpu(path, wish) if wish.cuda and accelerated else (None, _why_not(wish))
        sessions.append(_on_cpu(path, model) if session is None else session)
        reasons.append(reason)
    strays = sum(map(_strays_of, sessions, paths), Counter[str]())
    providers = {session.get_providers()[0] for session in sessions}
    provider = CPU if CPU in providers else providers.pop()
    wanted = wish.gpu.kind if wish.cuda and (accelerated or wish.device != "auto") else wish.device
    reason = next((reason for reason in reasons if reason), "")
    told = tuple(f"{operator} x{count}" for operator, count in sorted(strays.items()))
    reporter(ProviderChosen(model=model, provider=provider, wanted=wanted, reason=reason, strays=told))
    return sessions, provider


def gpu_fault(wish: Wish) -> str:
    """Compute something on the GPU that is wished for; return why it cannot, empty when it can."""
    graph = GraphBuilder("trial")
    doubled = graph.output("doubled", FLOAT, [1])
    graph.node("Add", graph.input("x", FLOAT, [1]), "x", out=doubled)
    session, reason = _on_gpu(graph.model().SerializeToString(), wish)
    if session is None:
        return reason
    (found,) = session.run([doubled], {"x": np.full(1, 21, np.float32)})
    return "" if found == 2 * 21 else f"21 and 21 are {found[0]:g} there"


def device_of(session: ort.InferenceSession) -> Device:
    """Return where a session wants its inputs."""
    if session.get_providers()[0] != CUDA:
        return Device()
    return Device("cuda", int(session.get_provider_options()[CUDA]["device_id"]))


def open_helper(graph: onnx.ModelProto, beside: ort.InferenceSession) -> ort.InferenceSession:
    """Open a small graph of ours on the device of another session, with the same options."""
    providers: list[Any] = [CPU]
    if beside.get_providers()[0] == CUDA:
        providers = [(CUDA, beside.get_provider_options()[CUDA]), CPU]
    return ort.InferenceSession(graph.SerializeToString(), _options(), providers=providers, enable_fallback=0)


def _strays_of(session: ort.InferenceSession, path: Path) -> Counter[str]:
    """Return how many nodes of which operators a session on a GPU computes on the CPU; those of shapes belong there.

    Read from the assignment that ONNX Runtime records when asked to (see `_on_gpu`). Its other way,
    `session.disable_cpu_ep_fallback`, refuses such a graph whole and does not say which operators it is about.
    """
    if session.get_providers()[0] == CPU:
        return Counter()
    parts = [part for part in session.get_provider_graph_assignment_info() if part.ep_name == CPU]
    nodes = [node for part in parts for node in part.get_nodes()]
    shapes = _shape_nodes(path) if nodes else frozenset()
    return Counter(node.op_type for node in nodes if node.name not in shapes)


def _shape_nodes(path: Path) -> frozenset[str]:
    """Return the names of nodes that compute with nothing but shapes and constants."""
    graph = onnx.load(path, load_external_data=False).graph
    known = {"", *(constant.name for constant in graph.initializer)}
    nodes = set()
    for node in graph.node:
        if node.op_type in _SHAPES or known.issuperset(node.input):
            nodes.add(node.name)
            known.update(node.output)
    return frozenset(nodes)


def products_saturate(cpuinfo: Path = _CPUINFO, machine: str | None = None) -> bool:
    """Whether this CPU cuts sums of two u8 x s8 products off at 16 bits: x86 that does not say it has VNNI."""
    if (machine or platform.machine()).lower() not in _X86:
        return False
    try:
        return "vnni" not in cpuinfo.read_text("ascii", errors="replace")
    except OSError:
        return True


def multiplies_tiles(cpuinfo: Path = _CPUINFO) -> bool:
    """Whether this CPU multiplies bytes in tiles (AMX), six times as many a second as floats."""
    try:
        return "amx_int8" in cpuinfo.read_text("ascii", errors="replace")
    except OSError:
        return False


def _why_not(wish: Wish) -> str:
    """Say why a graph without kernels off the CPU is not on the GPU that was asked for by name."""
    return (
        "it is not built in float16, which a GPU needs: `dragoman models convert --precision fp16`"
        if wish.device.startswith("cuda")
        else ""
    )


def _on_gpu(graph: Path | bytes, wish: Wish) -> tuple[ort.InferenceSession | None, str]:
    """Return a session on the GPU, or None and the reason."""
    if CUDA not in ort.get_available_providers():
        return None, "this ONNX Runtime is built without CUDA: install requirements/gpu.lock"
    options = _options()
    options.add_session_config_entry("session.record_ep_graph_assignment_info", "1")
    # Warnings of the process at large: of plugins that are not asked for, of a rule that our ScatterND keeps.
    ort.set_default_logger_severity(_ERRORS_ONLY)
    said = StringIO()
    try:
        with redirect_stdout(said):
            ort.preload_dlls()
        session = ort.InferenceSession(graph, options, providers=[(CUDA, _cuda_options(wish)), CPU], enable_fallback=0)
    except Exception as error:  # noqa: BLE001  (ONNX Runtime's errors have no base class of their own)
        said_so = _CUDA_FAILURE.search(str(error))
        return None, said_so[0] if said_so else _first_line(error)
    # The list of available providers names CUDA even where its libraries cannot be loaded; the session knows.
    if session.get_providers()[0] != CUDA:
        return None, said.getvalue().partition("\n")[0] or "ONNX Runtime cannot load CUDA 13, see the line above"
    return session, ""


def _on_cpu(path: Path, model: str) -> ort.InferenceSession:
    try:
        return ort.InferenceSession(str(path), _options(), providers=[CPU])
    except Exception as error:  # ONNX Runtime's errors have no base class of their own
        raise OperatorError(
            f"ONNX Runtime {ort.__version__} cannot open {path.name} of model {model} ({_first_line(error)}): "
            f"`dragoman models build --force {model}`, or install the version that dragoman asks for"
        ) from error


def _first_line(error: BaseException) -> str:
    return str(error).partition("\n")[0]


def _cuda_options(wish: Wish) -> dict[str, str]:
    """Return the CUDA provider's options, in the words of ONNX Runtime's documentation of that provider."""
    options = {
        "device_id": str(wish.gpu.index),
        # Powers of two, the default, reserve up to twice what is used.
        "arena_extend_strategy": "kSameAsRequested",
        # The default tries every algorithm of a convolution at its first run, with all the memory it can get.
        "cudnn_conv_algo_search": "HEURISTIC",
        # Float32 stays float32: embeddings are compared with those that other machines made.
        "use_tf32": "0",
        # Fused norms add up in float32; float16 sums lose what fp16 models were measured with.
        "enable_skip_layer_norm_strict_mode": "1",
    }
    if wish.memory_gb is not None:
        options["gpu_mem_limit"] = str(int(wish.memory_gb * _BYTES_PER_GB))
    return options


def _options() -> ort.SessionOptions:
    options = ort.SessionOptions()
    # One thread a run: the pool's own threads share a session, and a run of small matrices loses by being split.
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = _ERRORS_ONLY
    if products_saturate():
        # Unsigned times unsigned gives the same numbers everywhere, at less than half the speed.
        options.add_session_config_entry("session.x64quantprecision", "1")
    return options
