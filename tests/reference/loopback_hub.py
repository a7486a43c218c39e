"""A hub on loopback: the paths and headers that huggingface_hub asks for, over folders on disk; it can misbehave.

Large files lie elsewhere, as the hub's do: what is asked for them is redirected, with their digest and size.
"""

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

LARGE_BYTES = 10_000  # files from here on are listed as large ones, with a SHA-256


class LoopbackHub:
    """Repositories are folders `root/owner/name`; all have one commit."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.commit = hashlib.sha1(str(root).encode(), usedforsecurity=False).hexdigest()
        self.gated: set[str] = set()
        self.token: str | None = None
        self.cut_after: dict[str, int] = {}  # path -> bytes sent before the connection is dropped, once
        self.swapped: dict[str, bytes] = {}  # path -> other content than what is listed, of the same length
        self.status: int | None = None
        self.requests: list[tuple[str, str, str | None]] = []  # method, path, Range
        self.authorizations: set[str | None] = set()
        self.endpoint = ""

    def listing(self, repository: str) -> dict[str, object]:
        folder = self.root / repository
        siblings = []
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            content = path.read_bytes()
            blob = hashlib.sha1(f"blob {len(content)}\0".encode() + content, usedforsecurity=False).hexdigest()
            entry: dict[str, object] = {
                "rfilename": path.relative_to(folder).as_posix(),
                "size": len(content),
                "blobId": blob,
            }
            if len(content) >= LARGE_BYTES:
                digest = hashlib.sha256(content).hexdigest()
                entry["lfs"] = {"sha256": digest, "size": len(content), "pointerSize": 134}
            siblings.append(entry)
        return {"_id": "1", "id": repository, "modelId": repository, "sha": self.commit, "siblings": siblings}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    hub: LoopbackHub

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def do_GET(self) -> None:
        self._answer(body=True)

    def log_message(self, *_: object) -> None:
        """Requests are kept in `hub.requests`."""

    def _answer(self, *, body: bool) -> None:
        path = unquote(urlsplit(self.path).path)
        self.hub.requests.append((self.command, path, self.headers.get("Range")))
        self.hub.authorizations.add(self.headers.get("Authorization"))
        if self.hub.status is not None:
            self._error(self.hub.status, "")
        elif path.startswith("/api/models/"):
            self._info(path.removeprefix("/api/models/"))
        else:
            elsewhere = path.startswith("/store/")
            repository, _, rest = path.removeprefix("/store").removeprefix("/").partition("/resolve/")
            self._file(repository, *rest.split("/", 1), body=body, elsewhere=elsewhere)

    def _info(self, path: str) -> None:
        repository, _, revision = path.partition("/revision/")
        if self._may_see(repository, revision or "main"):
            self._send(200, json.dumps(self.hub.listing(repository)).encode(), {"Content-Type": "application/json"})

    def _file(self, repository: str, revision: str, name: str, *, body: bool, elsewhere: bool) -> None:
        if not elsewhere and not self._may_see(repository, revision):
            return
        path = self.hub.root / repository / name
        if not path.is_file():
            self._error(404, "EntryNotFound", {"X-Repo-Commit": self.hub.commit})
            return
        content = path.read_bytes()
        etag = hashlib.sha256(content).hexdigest()
        content = self.hub.swapped.get(name, content)
        headers = {"ETag": f'"{etag}"', "X-Repo-Commit": self.hub.commit, "Accept-Ranges": "bytes"}
        if len(content) >= LARGE_BYTES and not elsewhere:
            linked = {"X-Linked-ETag": headers.pop("ETag"), "X-Linked-Size": str(len(content))}
            place = f"{self.hub.endpoint}/store/{repository}/resolve/{self.hub.commit}/{name}"
            self._send(302, b"", {**headers, **linked, "Location": place}, body=body)
            return
        start = int((self.headers.get("Range") or "bytes=0-").removeprefix("bytes=").partition("-")[0])
        if start:
            headers["Content-Range"] = f"bytes {start}-{len(content) - 1}/{len(content)}"
        cut = self.hub.cut_after.pop(name, None) if body else None
        self._send(206 if start else 200, content[start:], headers, body=body, cut=cut)

    def _may_see(self, repository: str, revision: str) -> bool:
        if not (self.hub.root / repository).is_dir():
            self._error(404, "RepoNotFound")
        elif repository in self.hub.gated and self.headers.get("Authorization") != f"Bearer {self.hub.token}":
            self._error(401, "GatedRepo")
        elif revision not in {"main", "v1", self.hub.commit}:
            self._error(404, "RevisionNotFound")
        else:
            return True
        return False

    def _error(self, status: int, code: str, headers: dict[str, str] | None = None) -> None:
        self._send(status, b"{}", {**({"X-Error-Code": code} if code else {}), **(headers or {})})

    def _send(
        self, status: int, content: bytes, headers: dict[str, str], *, body: bool = True, cut: int | None = None
    ) -> None:
        self.send_response(status)
        for key, value in headers.items():
            self.send_header(key, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if body and self.command != "HEAD":
            self.wfile.write(content[:cut])
        if cut is not None:
            self.close_connection = True


@contextmanager
def serving(root: Path) -> Iterator[LoopbackHub]:
    hub = LoopbackHub(root)
    handler = type("Handler", (_Handler,), {"hub": hub})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    hub.endpoint = f"http://127.0.0.1:{server.server_port}"
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
