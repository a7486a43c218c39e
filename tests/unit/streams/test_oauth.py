"""Tokens from a real endpoint on loopback, under a clock of our own."""

import asyncio
import logging
from collections.abc import Iterator

import aiokafka.conn
import pytest
from aiokafka.errors import KafkaConnectionError, SaslAuthenticationFailed

from schemas.security import KafkaSecurity
from streams.oauth import CheckedOAuth, ClientCredentials, token_provider
from tests.integration.security.tokens import Issuer

SECRET = "canary &%+ ü"  # noqa: S105  (what Basic would mangle if it were not encoded first)


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    made = Issuer({"me": SECRET}, life_s=100)
    yield made
    made.close()


def settings(issuer: Issuer, **others) -> KafkaSecurity:
    return KafkaSecurity(
        security_protocol="SASL_PLAINTEXT",
        sasl_mechanism="OAUTHBEARER",
        **{"oauth_url": issuer.url, "oauth_client_id": "me", "oauth_client_secret": SECRET, **others},
    )


async def test_a_token_is_shared_and_renewed_before_it_ends(issuer):
    clock = Clock()
    provider = ClientCredentials(settings(issuer, oauth_scope="kafka read"), clock)
    first = set(await asyncio.gather(*(provider.token() for _ in range(20))))
    assert len(first) == 1
    assert issuer.asked == [{"grant_type": "client_credentials", "scope": "kafka read"}]
    clock.now = 79
    assert {await provider.token()} == first
    clock.now = 81
    await provider.token()
    assert len(issuer.asked) == 2


async def test_an_endpoint_that_is_away_matters_when_the_old_token_has_ended(issuer, caplog):
    clock = Clock()
    provider = ClientCredentials(settings(issuer), clock)
    token = await provider.token()
    issuer.close()
    clock.now = 99
    assert await provider.token() == token
    clock.now = 100
    with pytest.raises(KafkaConnectionError, match="no token from"):
        await provider.token()


async def test_a_refusal_quotes_no_secret_though_the_endpoint_does(issuer, caplog):
    caplog.set_level(logging.DEBUG)
    wrong = "canary-wrong"
    with pytest.raises(SaslAuthenticationFailed, match="gives client me no token: invalid_client") as error:
        await ClientCredentials(settings(issuer, oauth_client_secret=wrong)).token()
    assert wrong not in f"{error.value!r} {error.value.__cause__!r} {caplog.text}"


async def test_clients_of_the_same_settings_have_one_provider_and_a_file_is_read_again(issuer, tmp_path):
    assert token_provider(settings(issuer)) is token_provider(settings(issuer))
    assert token_provider(settings(issuer)) is not token_provider(settings(issuer, oauth_scope="other"))
    file = tmp_path / "token"
    held = token_provider(
        KafkaSecurity(security_protocol="SASL_SSL", sasl_mechanism="OAUTHBEARER", oauth_token_file=file)
    )
    for token in ("one", "two"):
        file.write_text(f"{token}\n")
        assert await held.token() == token


async def test_a_broker_that_does_not_take_the_token_is_heard(issuer):
    assert aiokafka.conn.OAuthAuthenticator is CheckedOAuth
    for answer, said in ((b'{"status":"invalid_token"}', "invalid_token"), (b"?", "does not say why")):
        talk = CheckedOAuth(sasl_oauth_token_provider=ClientCredentials(settings(issuer)))
        assert (await talk.step(None))[0].startswith(b"n,,\x01auth=Bearer ")
        with pytest.raises(SaslAuthenticationFailed, match=said):
            await talk.step(answer)
    talk = CheckedOAuth(sasl_oauth_token_provider=ClientCredentials(settings(issuer)))
    await talk.step(None)
    assert await talk.step(b"") is None
