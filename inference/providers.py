"""Which execution provider runs a model, and whether the installed ONNX Runtime can be trusted at all."""

import platform
from importlib import metadata
from pathlib import Path
from typing import Final

import onnxruntime as ort

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
    """Open a graph and return it with the provider that is really active.

    `device`: auto, cpu or cuda, what the settings want. `accelerated`: whether the graph has kernels off the CPU; the
    int8 graphs have none. The choice is reported: a wish for CUDA that ended on the CPU must not pass unseen.
    """
    wanted = [CPU]
    if accelerated and device != "cpu" and CUDA in ort.get_available_providers():
        wanted = [CUDA, CPU]
    try:
        session = ort.InferenceSession(str(path), _options(), providers=wanted)
    except Exception as error:  # ONNX Runtime's errors have no base class of their own
        reason = str(error).partition("\n")[0]
        raise OperatorError(
            f"ONNX Runtime {ort.__version__} cannot open {path.name} of model {model} ({reason}): "
            f"`dragoman models build --force {model}`, or install the version that dragoman asks for"
        ) from error
    # The list of available providers names CUDA even where its libraries cannot be loaded; the session knows.
    provider = session.get_providers()[0]
    reporter(ProviderChosen(model=model, provider=provider, wanted=device))
    return session, provider


def products_saturate(cpuinfo: Path = _CPUINFO, machine: str | None = None) -> bool:
    """Whether this CPU cuts sums of two u8 x s8 products off at 16 bits: x86 that does not say it has VNNI."""
    if (machine or platform.machine()).lower() not in _X86:
        return False
    try:
        return "vnni" not in cpuinfo.read_text("ascii", errors="replace")
    except OSError:
        return True


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
