"""Base images where the hub is out of reach: Debian, Python, Apache Kafka and Prometheus, under their usual names.

`python deploy/images/build.py` makes what is missing and prints the names; an image that can be pulled is pulled. Needs
a Docker engine and, to build, root and debootstrap. Kafka's jars and its Java are those of the embedded broker, Python
and Prometheus are Debian's, so the latter has Debian's version for its name.
"""

import contextlib
import hashlib
import os
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import docker
from docker.constants import DEFAULT_UNIX_SOCKET
from docker.errors import APIError, BuildError, DockerException, ImageNotFound
from docker.utils import kwargs_from_env

from schemas.errors import OperatorError
from streams.broker.jars import ensure_jars
from streams.broker.lock import Jar, kafka_version, read_lock
from streams.broker.server import find_java

DEBIAN: Final = "debian:bookworm-slim"
PYTHON: Final = "python:3.11-slim"
PROMETHEUS: Final = "prom/prometheus:v3.5.0"  # a release with long support
PROMETHEUS_OF_DEBIAN: Final = "prom/prometheus:v2.42.0"
SOURCE_LABEL: Final = "dragoman.source"  # on what is built here: the digest of what it was built from
KAFKA_FOLDER: Final = Path(__file__).with_name("kafka")
PYTHON_FOLDER: Final = Path(__file__).with_name("python")
PROMETHEUS_FOLDER: Final = Path(__file__).with_name("prometheus")
AUTHORITIES: Final = "ca-certificates.crt"
WRAPPER_LOCK: Final = Path(__file__).with_name("kafka.lock")
ENGINE_TIMEOUT_S: Final = 300
LEFT_OUT: Final = ("./var/cache/apt/*", "./var/lib/apt/lists/*", "./usr/share/doc/*", "./usr/share/man/*")


def kafka_image() -> str:
    """Name of the image of the Kafka that this project runs on."""
    return f"apache/kafka:{kafka_version(read_lock())}"


def ensure_images() -> str:
    """Have Kafka's image; returns its name. Raises OperatorError with one line when it cannot be had."""
    name = kafka_image()
    with _engine() as engine:
        if not _is_current(engine, name, _kafka_source()):
            _ensure(engine, name, _build_kafka)
    return name


def ensure_python() -> str:
    """Have the image that Dragoman's is built on; returns its name. Raises OperatorError like `ensure_images`."""
    with _engine() as engine:
        if not _is_current(engine, PYTHON, _source(PYTHON_FOLDER, _authorities().read_bytes())):
            _ensure(engine, PYTHON, _build_python)
    return PYTHON


def ensure_prometheus() -> str:
    """Have an image of Prometheus; returns the name of the one that could be had. Raises OperatorError."""
    with _engine() as engine:
        if _is_current(engine, PROMETHEUS, ""):
            return PROMETHEUS
        if _is_current(engine, PROMETHEUS_OF_DEBIAN, _source(PROMETHEUS_FOLDER)):
            return PROMETHEUS_OF_DEBIAN
        try:
            engine.images.pull(*PROMETHEUS.split(":"))
        except (APIError, ImageNotFound):
            _build_prometheus(engine, PROMETHEUS_OF_DEBIAN)
            return PROMETHEUS_OF_DEBIAN
        return PROMETHEUS


@contextlib.contextmanager
def _engine() -> Iterator[docker.DockerClient]:
    """The engine; its faults become one line."""
    try:
        _knock()
        with contextlib.closing(docker.from_env(timeout=ENGINE_TIMEOUT_S)) as engine:
            yield engine
    except (DockerException, OSError) as error:
        raise OperatorError(f"no Docker engine to be used: {' '.join(str(error).split())[:200]}") from error


def _knock() -> None:
    """Raise OSError where nobody listens: docker's own client would leave its socket open."""
    address = kwargs_from_env().get("base_url", DEFAULT_UNIX_SOCKET)
    _, _, path = address.partition("unix://")
    if path:
        with socket.socket(socket.AF_UNIX) as door:
            door.connect(path)


def _is_current(engine: docker.DockerClient, name: str, source: str) -> bool:
    """Whether the image is here, and is the official one or what would be built now."""
    try:
        return engine.images.get(name).labels.get(SOURCE_LABEL, source) == source
    except ImageNotFound:
        return False


def _ensure(engine: docker.DockerClient, name: str, build: Callable[[docker.DockerClient, str], None]) -> None:
    repository, _, tag = name.partition(":")
    try:
        engine.images.pull(repository, tag)
    except (APIError, ImageNotFound):  # the hub is out of reach, or has no such version
        build(engine, name)


def _build_debian(engine: docker.DockerClient, name: str) -> None:
    """Import a minimal Debian; slim only in that it holds no documentation."""
    debootstrap = shutil.which("debootstrap") or shutil.which("debootstrap", path="/usr/sbin")
    if debootstrap is None or os.geteuid() != 0:
        raise OperatorError(f"{name} can neither be pulled nor built: building takes root and debootstrap")
    repository, _, tag = name.partition(":")
    with tempfile.TemporaryDirectory(prefix="dragoman-image-") as folder:
        root, archive = Path(folder) / "root", Path(folder) / "root.tar"
        _run([debootstrap, "--variant=minbase", tag.removesuffix("-slim"), str(root)])
        _run(["tar", "-C", str(root), *(f"--exclude={path}" for path in LEFT_OUT), "-cf", str(archive), "."])
        engine.api.import_image(str(archive), repository=repository, tag=tag)


def _build_kafka(engine: docker.DockerClient, name: str) -> None:
    """Build what the official image is, from Kafka's jars."""
    with _context(KAFKA_FOLDER) as context:
        shutil.copytree(find_java().parents[1], context / "java", symlinks=True)
        (context / "libs").mkdir()
        for jar in ensure_jars(jars=_jars()):
            shutil.copy(jar, context / "libs")
        _build(engine, name, context, _kafka_source())


def _build_python(engine: docker.DockerClient, name: str) -> None:
    with _context(PYTHON_FOLDER) as context:
        shutil.copy(_authorities(), context / AUTHORITIES)
        _build(engine, name, context, _source(PYTHON_FOLDER, _authorities().read_bytes()))


def _build_prometheus(engine: docker.DockerClient, name: str) -> None:
    with _context(PROMETHEUS_FOLDER) as context:
        _build(engine, name, context, _source(PROMETHEUS_FOLDER))


@contextlib.contextmanager
def _context(folder: Path) -> Iterator[Path]:
    """A copy of an image's folder, to which more may be added."""
    with tempfile.TemporaryDirectory(prefix="dragoman-image-") as temporary:
        yield Path(shutil.copytree(folder, Path(temporary) / "context"))


def _build(engine: docker.DockerClient, name: str, context: Path, source: str) -> None:
    """Build on Debian. Over the machine's own network: packages are fetched as this machine fetches them."""
    try:
        engine.images.get(DEBIAN)
    except ImageNotFound:
        _ensure(engine, DEBIAN, _build_debian)
    try:
        engine.images.build(path=str(context), tag=name, labels={SOURCE_LABEL: source}, rm=True, network_mode="host")
    except BuildError as error:
        raise OperatorError(f"{name} cannot be built: {error.msg}") from error


def _authorities() -> Path:
    """The file of certificate authorities that this machine trusts."""
    file = ssl.get_default_verify_paths().cafile
    if file is None:
        raise OperatorError("this machine has no file of certificate authorities: install ca-certificates")
    return Path(file)


def _kafka_source() -> str:
    """Digest of what Kafka's image is built from: the files here, the jars, the Java."""
    return _source(KAFKA_FOLDER, *(jar.sha256.encode() for jar in _jars()))


def _source(folder: Path, *more: bytes) -> str:
    """Digest of what an image is built from: the files of its folder, and what is added to them."""
    digest = hashlib.sha256()
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        digest.update(file.relative_to(folder).as_posix().encode() + b"\0" + file.read_bytes() + b"\0")
    for part in more:
        digest.update(part)
    return digest.hexdigest()


def _jars() -> list[Jar]:
    return [*read_lock(), *read_lock(WRAPPER_LOCK)]


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  (fixed programs)
    if done.returncode:
        last = (done.stderr or done.stdout).strip().splitlines()[-1:]
        raise OperatorError(f"{command[0]} failed: {' '.join(last)}")


if __name__ == "__main__":
    try:
        for image in (ensure_images(), ensure_python(), ensure_prometheus()):
            sys.stdout.write(f"{image}\n")
    except OperatorError as error:
        sys.stderr.write(f"images: {error}\n")
        sys.exit(2)
