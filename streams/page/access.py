"""Who may look at the page, and what browsers may do with it: one list of middlewares, in the order they are asked.

A page on loopback is reached by every program of the machine, and by every site that the user's browser shows, as soon
as that site's name resolves to 127.0.0.1 (DNS rebinding). So a request must name the loopback; with a token it must
bring that, or the cookie that the token was exchanged for.
"""

import secrets
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Final

from aiohttp import web
from aiohttp.typedefs import Middleware
from pydantic import SecretStr

from schemas.errors import OperatorError
from schemas.security import is_loopback
from schemas.settings import PageSettings
from streams.access import same, shown

COOKIE: Final = "dragoman_page"
SESSIONS_MAX: Final = 64
OPEN_PATHS: Final = frozenset({"/live"})  # for an orchestrator's probe; it says nothing of anybody's data
HEADERS: Final = {
    # Nothing from elsewhere, no inline script or style, no `eval`, and no string that becomes markup.
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), interest-cohort=()",
    "Cache-Control": "no-store",
}

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def middlewares(settings: PageSettings) -> list[Middleware]:
    """The middlewares of the page's server. Raises OperatorError where others could look without a token."""
    asked: list[Middleware] = [hardened]
    if settings.token is not None:
        asked.append(Sessions(settings.token).middleware)
    elif not is_loopback(settings.host):
        raise OperatorError(
            f"the page shows customers' texts: {settings.host} needs a token (DRAGOMAN_PAGE__TOKEN), 127.0.0.1 none"
        )
    if is_loopback(settings.host):
        asked.append(only_loopback_names)
    return asked


@web.middleware
async def hardened(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Put HEADERS on every answer. A stream has sent its own before this sees it: `events` uses the same."""
    try:
        response = await handler(request)
    except web.HTTPException as error:
        error.headers.update(HEADERS)
        raise
    if not response.prepared:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
    return response


@web.middleware
async def only_loopback_names(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse a request that was sent to another name than the loopback's."""
    host = request.headers.get("Host", "")
    name = host[: host.index("]") + 1] if host.startswith("[") and "]" in host else host.partition(":")[0]
    if not is_loopback(name):
        raise web.HTTPMisdirectedRequest(text="this page answers to localhost and 127.0.0.1 only\n")
    return await handler(request)


class Sessions:
    """Asks for the token: as `Authorization: Bearer`, as a cookie, or as `/?token=`, which gives the cookie.

    The cookie is a number of its own: the token itself is kept by no browser.
    """

    def __init__(self, token: SecretStr) -> None:
        self._token = token
        self._sessions: deque[str] = deque(maxlen=SESSIONS_MAX)

    @web.middleware
    async def middleware(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Let through who may look; 401 for everybody else."""
        if request.path in OPEN_PATHS or self._is_known(request):
            return await handler(request)
        if request.path == "/" and self._is_token(request.query.get("token", "")):
            session = secrets.token_urlsafe(32)
            self._sessions.append(session)
            answer = web.HTTPSeeOther("/")  # the token leaves the address bar
            answer.set_cookie(COOKIE, session, httponly=True, samesite="Strict", secure=request.secure, path="/")
            raise answer
        raise web.HTTPUnauthorized(
            text="open this page with ?token=..., or send Authorization: Bearer\n",
            headers={"WWW-Authenticate": 'Bearer realm="dragoman"'},
        )

    def _is_known(self, request: web.Request) -> bool:
        if self._is_token(shown(request)):
            return True
        cookie = request.cookies.get(COOKIE, "")
        return any(same(cookie, session) for session in self._sessions)

    def _is_token(self, said: str | None) -> bool:
        return same(said, self._token.get_secret_value())
