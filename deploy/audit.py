"""Known faults of what is locked: pip-audit over every lock, against OSV.

`python deploy/audit.py [--url URL] [LOCK...]`. It asks the service for each package by name and version, so it needs
the network; `--url` names a mirror of OSV's query API. Exit code 0 when nothing is known, 1 when something is, 2 with
one line when the service cannot be asked: an audit that did not happen is no clean one.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parents[1]
TOOL: Final = Path(sys.executable).with_name("pip-audit")
OFFLINE: Final = ("--disable-pip", "--progress-spinner", "off")  # the locks say it all: nothing is resolved or built


class NotAudited(Exception):
    """The service gave no answer; the message is one line."""


def faults(lock: Path, url: str | None) -> Iterator[tuple[str, str, str, str]]:
    """Yield name, version, id and the versions that mend it, of each known fault; raises NotAudited."""
    mirror = ["--osv-url", url] if url else []
    command = [str(TOOL), "--vulnerability-service", "osv", *mirror, *OFFLINE, "--format", "json", "-r", str(lock)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  (a fixed program)
    try:
        told: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise NotAudited(f"{lock.name} is not audited: {last[:300]}") from None
    for package in told["dependencies"]:
        if "skip_reason" in package:
            raise NotAudited(f"{lock.name} is not audited: {package['name']}: {package['skip_reason']}")
        for fault in package["vulns"]:
            yield package["name"], package["version"], fault["id"], ", ".join(fault["fix_versions"]) or "none yet"


def main() -> int:
    """Audit and tell."""
    parser = argparse.ArgumentParser(description="Known faults of what is locked.")
    parser.add_argument("--url", help="query address of a mirror of OSV")
    parser.add_argument("locks", nargs="*", type=Path, default=sorted((ROOT / "requirements").glob("*.lock")))
    given = parser.parse_args()
    try:
        found = {fault for lock in given.locks for fault in faults(lock, given.url)}
    except NotAudited as error:
        sys.stderr.write(f"audit: {error}; is the vulnerability service reachable (--url names a mirror)?\n")
        return 2
    for name, version, fault, mended in sorted(found):
        sys.stdout.write(f"{name} {version}: {fault}, mended in {mended}\n")
    sys.stdout.write(f"{len(found)} known faults in {len(given.locks)} locks\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
