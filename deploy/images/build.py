"""Base images where the hub is out of reach: `debian:bookworm-slim` and `apache/kafka`, under their usual names.

`python deploy/images/build.py` makes what is missing and prints the names; an image that can be pulled is pulled. Needs
a Docker engine and, to build, root and debootstrap. Kafka's jars and its Java are those of the embedded broker.
"""

import contextlib
import hashlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable
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
SOURCE_LABEL: Final = "dragoman.source"  # on what is built here: the digest of what it was built from
KAFKA_FOLDER: Final = Path(__file__).with_name("kafka")
WRAPPER_LOCK: Final = Path(__file__).with_name("kafka.lock")
ENGINE_TIMEOUT_S: Final = 300
LEFT_OUT: Final = ("./var/cache/apt/*", "./var/lib/apt/lists/*", "./usr/share/doc/*", "./usr/share/man/*")


def kafka_image() -> str:
    """Name of the image of the Kafka that this project runs on."""
    return f"apache/kafka:{kafka_version(read_lock())}"


def ensure_images() -> str:
    """Have both images; returns the name of Kafka's. Raises OperatorError with one line when one cannot be had."""
    name = kafka_image()
    try:
        _knock()
        with contextlib.closing(docker.from_env(timeout=ENGINE_TIMEOUT_S)) as engine:
            if not _is_current(engine, name, _kafka_source()):
                _ensure(engine, name, _build_kafka)
    except (DockerException, OSError) as error:
        raise OperatorError(f"no Docker engine to be used: {' '.join(str(error).split())[:200]}") from error
    return name


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
    try:
        engine.images.get(DEBIAN)
    except ImageNotFound:
        _ensure(engine, DEBIAN, _build_debian)
    with tempfile.TemporaryDirectory(prefix="dragoman-image-") as folder:
        context = Path(folder) / "context"
        shutil.copytree(KAFKA_FOLDER, context)
        shutil.copytree(find_java().parents[1], context / "java", symlinks=True)
        (context / "libs").mkdir()
        for jar in ensure_jars(jars=_jars()):
            shutil.copy(jar, context / "libs")
        try:
            engine.images.build(path=str(context), tag=name, labels={SOURCE_LABEL: _kafka_source()}, rm=True)
        except BuildError as error:
            raise OperatorError(f"{name} cannot be built: {error.msg}") from error


def _kafka_source() -> str:
    """Digest of what Kafka's image is built from: the files here, the jars, the Java."""
    digest = hashlib.sha256()
    for file in sorted(path for path in KAFKA_FOLDER.rglob("*") if path.is_file()):
        digest.update(file.relative_to(KAFKA_FOLDER).as_posix().encode() + b"\0" + file.read_bytes() + b"\0")
    for jar in _jars():
        digest.update(jar.sha256.encode())
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
        sys.stdout.write(f"{ensure_images()}\n")
    except OperatorError as error:
        sys.stderr.write(f"images: {error}\n")
        sys.exit(2)
