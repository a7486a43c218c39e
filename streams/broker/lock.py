"""The lock of the broker's jars: what is fetched, how large it is and what it must hash to.

`python -m streams.broker.lock 4.1.2` resolves a version anew and rewrites the file; no address stands in it, because
jgo knows where to look.
"""

import hashlib
import sys
import tempfile
from pathlib import Path
from typing import Final

from msgspec import Struct

LOCK_FILE: Final = Path(__file__).with_name("jars.lock")
SLF4J_SIMPLE: Final = "org.slf4j:slf4j-simple:1.7.36"  # the simplest binding of the slf4j that Kafka 4.1 asks for
# Nothing that the broker or StorageTool loads refers to these (constant pools of all classes were searched): macros of
# the Scala compiler, output formats of other tools, annotations, XML rules of commons-validator, OAuth, log4j's engine.
NOT_NEEDED: Final = frozenset(
    {
        "commons-beanutils",
        "commons-collections",
        "commons-digester",
        "commons-logging",
        "jackson-dataformat-csv",
        "jackson-dataformat-yaml",
        "jackson-datatype-jdk8",
        "jose4j",
        "jspecify",
        "log4j-core",
        "scala-reflect",
        "snakeyaml",
    }
)


class Jar(Struct, frozen=True):
    """One locked jar; `size` in bytes, `sha256` in hex."""

    group: str
    artifact: str
    version: str
    sha256: str
    size: int

    @property
    def filename(self) -> str:
        """Name of the file in a Maven repository and in the cache."""
        return f"{self.artifact}-{self.version}.jar"


def read_lock(path: Path = LOCK_FILE) -> list[Jar]:
    """The jars of a lock file, one a line: `group:artifact:version sha256 size`; `#` starts a comment."""
    jars = []
    for line in path.read_text("utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        coordinate, digest, size = line.split()
        group, artifact, version = coordinate.split(":")
        jars.append(Jar(group, artifact, version, digest, int(size)))
    return jars


def kafka_version(jars: list[Jar]) -> str:
    """Version of Apache Kafka in a lock."""
    return next(jar.version for jar in jars if jar.artifact == "kafka-clients")


def sha256_of(path: Path) -> str:
    """Digest of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_lock(version: str, path: Path = LOCK_FILE) -> list[Jar]:
    """Resolve Apache Kafka `version` with jgo, fetch every jar and write their digests to `path`."""
    from jgo.maven import MavenContext  # noqa: PLC0415  (an extra; only this function needs it)

    with tempfile.TemporaryDirectory() as repo:
        context = MavenContext(repo_cache=Path(repo))
        wanted = [context.create_dependency(f"org.apache.kafka:kafka_2.13:{version}")]
        wanted.append(context.create_dependency(SLF4J_SIMPLE))
        inputs, transitive = context.resolver.resolve(wanted)
        artifacts = [d.artifact for d in inputs + [d for d in transitive if d.scope in {"compile", "runtime"}]]
        jars = []
        for artifact in artifacts:
            if artifact.artifactId not in NOT_NEEDED:
                file = artifact.resolve()
                digest, size = sha256_of(file), file.stat().st_size
                jars.append(Jar(artifact.groupId, artifact.artifactId, artifact.version, digest, size))
    jars.sort(key=lambda jar: (jar.group, jar.artifact))
    lines = [f"{jar.group}:{jar.artifact}:{jar.version} {jar.sha256} {jar.size}" for jar in jars]
    heading = f"# Apache Kafka {version}: the jars of a broker. Written by `python -m streams.broker.lock {version}`."
    path.write_text("\n".join([heading, *lines]) + "\n", "utf-8")
    return jars


if __name__ == "__main__":
    write_lock(sys.argv[1])
