"""Who may read what a worker serves over HTTP: anybody on loopback, or whoever knows a token."""

import hmac
from collections.abc import Collection
from typing import Final

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from schemas.errors import OperatorError
from schemas.secrets import read_secret
from schemas.security import is_loopback
from schemas.settings import HttpSettings

SCHEME: Final = "Bearer"


def required_token(http: HttpSettings) -> str | None:
    """Return the token that readers must know, None where none is asked for.

    Raises OperatorError when others than this machine could read without one and nobody has said that they may.
    """
    token = token_of(http)
    if token is not None or http.open or is_loopback(http.host):
        return token
    raise OperatorError(
        f"http.host {http.host} lets other machines read /metrics: set DRAGOMAN_HTTP__TOKEN_FILE (or _TOKEN), or"
        " DRAGOMAN_HTTP__OPEN=true where something else keeps strangers out, a NetworkPolicy say"
    )


def token_of(http: HttpSettings) -> str | None:
    """Return the token that the settings name, for whoever reads from a worker; None when there is none."""
    return read_secret(http.token, http.token_file, "http.token")


def bearer(token: str | None) -> dict[str, str]:
    """Return the headers with which a reader shows its token."""
    return {} if token is None else {"Authorization": f"{SCHEME} {token}"}


def shown(request: web.Request) -> str | None:
    """Return the token that a request shows in its header; None where it shows none."""
    scheme, _, said = request.headers.get("Authorization", "").partition(" ")
    return said.strip() if scheme.lower() == SCHEME.lower() else None


def same(said: str | None, secret: str) -> bool:
    """Whether a secret was said; takes as long wherever the two differ."""
    return said is not None and hmac.compare_digest(said.encode("utf-8", "surrogateescape"), secret.encode())


def only_with(token: str | None, *, anybody: Collection[str] = ()) -> list[Middleware]:
    """Return the middlewares of an application: none, or one that answers 401 to whoever does not know `token`.

    The paths in `anybody` are for all.
    """
    if token is None:
        return []

    @web.middleware
    async def gate(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path in anybody or same(shown(request), token):
            return await handler(request)
        refusal = {"WWW-Authenticate": SCHEME, "Cache-Control": "no-store"}
        return web.Response(status=401, text="a token is needed\n", headers=refusal)

    return [gate]
