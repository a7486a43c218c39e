"""Tokens for SASL OAUTHBEARER: fetched with client credentials and renewed in time, or read from a file."""

import asyncio
import base64
import ssl
import time
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Final
from urllib.parse import quote_plus
from weakref import WeakKeyDictionary

import aiohttp
import aiokafka.conn
import msgspec
import structlog
from aiokafka.abc import AbstractTokenProvider
from aiokafka.conn import OAuthAuthenticator
from aiokafka.errors import KafkaConnectionError, KafkaError, SaslAuthenticationFailed
from msgspec import Struct

from schemas.errors import OperatorError
from schemas.secrets import read_secret
from schemas.security import KafkaSecurity

log = structlog.get_logger(__name__)

TIMEOUT_S: Final = 10.0
RENEW_AT: Final = 0.8  # of a token's life: what is left bridges an endpoint that is away for a while
LIFE_S: Final = 300.0  # of a token whose endpoint does not say (RFC 6749, 5.1 lets it)
REFUSED: Final = frozenset({400, 401, 403})


class _Answer(Struct):
    """RFC 6749, 5.1 and 5.2: a token, or why there is none."""

    access_token: str = ""
    expires_in: float | None = None
    error: str = ""


class _Verdict(Struct):
    status: str = "it does not say why"


class _Token(Struct, frozen=True):
    value: str
    renew_at: float
    ends_at: float


class CheckedOAuth(OAuthAuthenticator):  # type: ignore[misc]  # aiokafka is untyped
    """aiokafka's half of OAUTHBEARER, and what it leaves out: hearing that the broker does not take the token.

    A broker says so in an answer without an error code (RFC 7628, 3.2.2); unheard, the next request fails instead, and
    nobody learns why.
    """

    async def step(self, payload: bytes | None) -> tuple[bytes, bool] | None:
        """Raise SaslAuthenticationFailed when `payload`, the broker's answer to the token, is not empty."""
        if self._token_sent and payload:
            try:
                status = msgspec.json.decode(payload, type=_Verdict).status
            except msgspec.MsgspecError:
                status = "it does not say why"
            raise SaslAuthenticationFailed(f"the broker does not take the token: {status}")
        answer: tuple[bytes, bool] | None = await super().step(payload)
        return answer


aiokafka.conn.OAuthAuthenticator = CheckedOAuth


class FileTokens(AbstractTokenProvider):  # type: ignore[misc]  # aiokafka is untyped
    """The token that stands in a file now; something else keeps it fresh."""

    def __init__(self, file: Path) -> None:
        self._file = file

    async def token(self) -> str:
        """Return it; raises SaslAuthenticationFailed when there is none."""
        try:
            return read_secret(None, self._file, "kafka.oauth_token") or ""
        except OperatorError as error:
            raise SaslAuthenticationFailed(str(error)) from error


class ClientCredentials(AbstractTokenProvider):  # type: ignore[misc]
    """Fetches a token (RFC 6749, 4.4) and gives it to every client until it is due; safe on several event loops.

    The secret is read again for each fetch. A renewal that fails is no fault while the old token lives.
    """

    def __init__(self, security: KafkaSecurity, clock: Callable[[], float] = time.monotonic) -> None:
        self._security = security
        self._clock = clock
        self._held: _Token | None = None
        self._locks: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Lock] = WeakKeyDictionary()

    async def token(self) -> str:
        """Return a token that is still good; raises KafkaError, which quotes neither it nor the secret."""
        async with self._locks.setdefault(asyncio.get_running_loop(), asyncio.Lock()):
            held, now = self._held, self._clock()
            if held is not None and now < held.renew_at:
                return held.value
            try:
                self._held = await self._fetch()
            except KafkaError as error:
                if held is None or now >= held.ends_at:
                    raise
                log.warning("token_not_renewed", error=str(error), consequence="the old one is used while it is good")
                return held.value
            return self._held.value

    async def _fetch(self) -> _Token:
        asked_at = self._clock()
        url = str(self._security.oauth_url)
        try:
            status, body = await self._ask(url)
            answer = msgspec.json.decode(body, type=_Answer)
        except OperatorError as error:
            raise SaslAuthenticationFailed(str(error)) from error
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise KafkaConnectionError(f"no token from {url}: {error or type(error).__name__}") from error
        except msgspec.MsgspecError:  # its text may quote what was answered
            raise KafkaConnectionError(f"no token from {url}: status {status}, and the answer is none") from None
        if status in REFUSED:
            reason = answer.error if answer.error.replace("_", "").isalnum() else f"status {status}"
            raise SaslAuthenticationFailed(f"{url} gives client {self._security.oauth_client_id} no token: {reason}")
        if not answer.access_token:
            raise KafkaConnectionError(f"no token from {url}: status {status}")
        life_s = LIFE_S if answer.expires_in is None else answer.expires_in
        return _Token(answer.access_token, asked_at + RENEW_AT * life_s, asked_at + life_s)

    async def _ask(self, url: str) -> tuple[int, bytes]:
        security = self._security
        given, file = security.oauth_client_secret, security.oauth_client_secret_file
        secret = read_secret(given, file, "kafka.oauth_client_secret")
        form = {"grant_type": "client_credentials"}
        if security.oauth_scope:
            form["scope"] = security.oauth_scope
        tls = ssl.create_default_context(cafile=security.oauth_ca_file)
        who = f"{quote_plus(str(security.oauth_client_id))}:{quote_plus(secret or '')}"  # RFC 6749, 2.3.1
        headers = {"Authorization": f"Basic {base64.b64encode(who.encode()).decode()}"}
        limit = aiohttp.ClientTimeout(total=TIMEOUT_S)
        async with (
            aiohttp.ClientSession(timeout=limit, headers=headers, connector=aiohttp.TCPConnector(ssl=tls)) as session,
            session.post(url, data=form, allow_redirects=False) as response,
        ):
            return response.status, await response.read()


def token_provider(security: KafkaSecurity) -> AbstractTokenProvider:
    """Return the provider of these settings: one for all clients of a process, so that they share a token."""
    return _provider(KafkaSecurity(**{name: getattr(security, name) for name in KafkaSecurity.model_fields}))


@lru_cache(maxsize=8)
def _provider(security: KafkaSecurity) -> AbstractTokenProvider:
    if security.oauth_token_file is not None:
        return FileTokens(security.oauth_token_file)
    return ClientCredentials(security)
