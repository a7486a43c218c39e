"""Who may read what a process serves over HTTP: anybody on loopback, or whoever knows a token.

A browser, which cannot send a header of its own, may give the token once in the address (`?token=...`): it is put in a
cookie that scripts cannot read, and taken out of the address at once.
"""

import hmac
from collections.abc import Collection
from typing import Final

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from schemas.errors import OperatorError
from schemas.secrets import read_secret
from schemas.security import is_loopback
from schemas.settings import HttpSettings

SCHEME: Final = "Bearer "
COOKIE: Final = "dragoman-token"
COOKIE_AGE_S: Final = 12 * 3600


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
    return {} if token is None else {"Authorization": SCHEME + token}


def only_with(token: str | None, *, anybody: Collection[str] = (), browsers: bool = False) -> list[Middleware]:
    """Return the middlewares of an application: none, or one that answers 401 to whoever does not know `token`.

    The paths in `anybody` are for all. `browsers`: a token in the address is taken too, and kept in a cookie.
    """
    if token is None:
        return []
    known = token.encode()

    def knows(given: str | None) -> bool:
        return given is not None and hmac.compare_digest(given.encode("utf-8", "surrogateescape"), known)

    @web.middleware
    async def gate(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path in anybody or knows(_shown(request, browsers=browsers)):
            return await handler(request)
        if browsers and request.method == "GET" and knows(request.query.get("token")):
            return _remembered(request, token)
        refusal = {"WWW-Authenticate": SCHEME.strip(), "Cache-Control": "no-store"}
        return web.Response(status=401, text="a token is needed\n", headers=refusal)

    return [gate]


def _shown(request: web.Request, *, browsers: bool) -> str | None:
    header = request.headers.get("Authorization", "")
    if header[: len(SCHEME)].lower() == SCHEME.lower():
        return header[len(SCHEME) :].strip()
    return request.cookies.get(COOKIE) if browsers else None


def _remembered(request: web.Request, token: str) -> web.Response:
    """Send the browser to the same address without the token, which stays in no history and no log."""
    target = request.rel_url.without_query_params("token")
    answer = web.Response(status=303, headers={"Location": str(target), "Cache-Control": "no-store"})
    secure = request.secure
    answer.set_cookie(COOKIE, token, max_age=COOKIE_AGE_S, httponly=True, samesite="Strict", secure=secure)
    return answer
