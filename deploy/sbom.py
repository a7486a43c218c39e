"""What a deployment consists of, as a CycloneDX document: the locked packages as installed, and Kafka's jars.

`python deploy/sbom.py [FILE]` writes it (default build/sbom.cdx.json). Versions, licences and who needs whom are told
by this environment, digests by the locks. What only tests and tools need is left out. Two runs write the same bytes.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from streams.broker.lock import read_lock

ROOT: Final = Path(__file__).parents[1]
LOCKS: Final = ("core.lock", "weights.lock")
FILE: Final = Path("build/sbom.cdx.json")
VERSION: Final = SchemaVersion.V1_6
TOOL: Final = Path(sys.executable).with_name("cyclonedx-py")


def locked(file: Path) -> dict[str, tuple[str, list[str]]]:
    """Return version and SHA-256 digests of every package of a lock, by its normalized name."""
    found: dict[str, tuple[str, list[str]]] = {}
    for line in file.read_text("utf-8").splitlines():
        if "==" in line and not line.startswith((" ", "#")):
            name, _, rest = line.partition("==")
            digests: list[str] = []
            found[name.partition("[")[0]] = rest.split()[0], digests
        elif "--hash=sha256:" in line:
            digests.append(line.partition("sha256:")[2].split()[0])
    return found


def packages(environment: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the components of the environment that the locks name; each file that may have been taken is told."""
    wanted = {name: entry for lock in LOCKS for name, entry in locked(ROOT / "requirements" / lock).items()}
    kept = []
    for component in environment["components"]:
        version, digests = wanted.get(_normalized(component["name"]), (None, []))
        if version == component["version"]:
            files = [
                {"type": "distribution", "url": component["purl"], "hashes": [{"alg": "SHA-256", "content": digest}]}
                for digest in digests
            ]
            kept.append({**component, "externalReferences": files})
    return kept


def jars() -> list[dict[str, Any]]:
    """Return the jars of the embedded Apache Kafka."""
    return [
        {
            "type": "library",
            "bom-ref": f"{jar.group}:{jar.artifact}",
            "group": jar.group,
            "name": jar.artifact,
            "version": jar.version,
            "purl": f"pkg:maven/{jar.group}/{jar.artifact}@{jar.version}",
            "hashes": [{"alg": "SHA-256", "content": jar.sha256}],
        }
        for jar in read_lock()
    ]


def document() -> dict[str, Any]:
    """Return the whole document."""
    command = [
        str(TOOL),
        "environment",
        sys.prefix,
        "--pyproject",
        str(ROOT / "pyproject.toml"),
        "--output-reproducible",
    ]
    done = subprocess.run([*command, "--sv", "1.6"], capture_output=True, text=True, check=True)  # noqa: S603
    made: dict[str, Any] = json.loads(done.stdout)
    made["components"] = [*packages(made), *jars()]
    kept = {component["bom-ref"] for component in made["components"]} | {made["metadata"]["component"]["bom-ref"]}
    made["dependencies"] = [
        {**one, "dependsOn": [ref for ref in one.get("dependsOn", ()) if ref in kept]}
        for one in made["dependencies"]
        if one["ref"] in kept
    ]
    return made


def _normalized(name: str) -> str:
    """A name as PEP 503 and the locks have it."""
    return name.lower().replace("_", "-").replace(".", "-")


def main() -> None:
    """Write the document and say where it is; raises RuntimeError when it is not what CycloneDX's schema asks for."""
    file = Path(sys.argv[1]) if len(sys.argv) > 1 else FILE
    file.parent.mkdir(parents=True, exist_ok=True)
    made = document()
    if fault := JsonStrictValidator(VERSION).validate_str(json.dumps(made)):
        raise RuntimeError(f"the SBOM is not valid: {fault}")
    file.write_text(json.dumps(made, indent=1, sort_keys=True) + "\n", "utf-8")
    sys.stdout.write(f"{file}: {len(made['components'])} components\n")


if __name__ == "__main__":
    main()
