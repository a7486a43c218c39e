"""A token endpoint and its keys, on loopback: what an identity provider is to Kafka and to a client."""

import base64
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote_plus

from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256

AUDIENCE = "kafka"


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _number(value: int) -> str:
    return _text(value.to_bytes((value.bit_length() + 7) // 8, "big"))


class Issuer:
    """Gives tokens to `clients` (id to secret) that live `life_s`; `asked` are the forms it was sent."""

    def __init__(self, clients: dict[str, str], life_s: float = 300) -> None:
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.clients = clients
        self.life_s = life_s
        self.asked: list[dict[str, str]] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def keys(self) -> dict[str, Any]:
        public = self._key.public_key().public_numbers()
        return {
            "keys": [
                {"kty": "RSA", "kid": "1", "use": "sig", "alg": "RS256", "n": _number(public.n), "e": _number(public.e)}
            ]
        }

    def token(self, subject: str) -> str:
        now = int(time.time())
        claims = {"sub": subject, "aud": AUDIENCE, "iat": now, "exp": now + int(self.life_s)}
        parts = ".".join(_text(json.dumps(part).encode()) for part in ({"alg": "RS256", "kid": "1"}, claims))
        return f"{parts}.{_text(self._key.sign(parts.encode(), padding.PKCS1v15(), SHA256()))}"

    def answer(self, authorization: str, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        self.asked.append(form)
        given = base64.b64decode(authorization.removeprefix("Basic ")).decode()
        name, secret = map(unquote_plus, given.split(":"))  # RFC 6749, 2.3.1: encoded before they are joined
        if self.clients.get(name) != secret:
            return 401, {"error": "invalid_client", "error_description": f"not {secret}"}
        return 200, {"access_token": self.token(name), "token_type": "bearer", "expires_in": self.life_s}

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        issuer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._send(200, issuer.keys())

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                form = {name: values[0] for name, values in parse_qs(body).items()}
                self._send(*issuer.answer(self.headers["Authorization"], form))

            def _send(self, status: int, document: dict[str, Any]) -> None:
                body = json.dumps(document).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        return Handler
