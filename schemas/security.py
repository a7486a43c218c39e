"""How a client proves to Kafka who it is, how it knows that it talks to Kafka, and who the services are there."""

from ipaddress import ip_address
from pathlib import Path
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator

from schemas.secrets import require_one
from schemas.sections import Section

Protocol = Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"]
Mechanism = Literal["SCRAM-SHA-512", "SCRAM-SHA-256", "OAUTHBEARER"]


class KafkaSecurity(Section):
    """TLS and SASL of every connection to Kafka. Files are read again for each new client."""

    security_protocol: Protocol = Field(default="PLAINTEXT", description="as Kafka's clients name it")
    ca_file: Path | None = Field(
        default=None, description="PEM of whoever signed the brokers' certificates; default: what this machine trusts"
    )
    certificate_file: Path | None = Field(default=None, description="PEM of our own certificate, for mTLS")
    key_file: Path | None = Field(default=None, description="PEM of its key; default: it stands in certificate_file")
    key_password: SecretStr | None = Field(default=None, description="of an encrypted key")
    key_password_file: Path | None = None
    check_hostname: bool = Field(default=True, description="refuse a broker whose certificate names another host")
    sasl_mechanism: Mechanism = "SCRAM-SHA-512"
    username: str | None = Field(default=None, min_length=1, description="for SCRAM")
    password: SecretStr | None = Field(default=None, description="for SCRAM")
    password_file: Path | None = None
    oauth_url: str | None = Field(default=None, description="token endpoint, for OAUTHBEARER with client credentials")
    oauth_client_id: str | None = Field(default=None, min_length=1)
    oauth_client_secret: SecretStr | None = None
    oauth_client_secret_file: Path | None = None
    oauth_scope: str | None = Field(default=None, description="scopes to ask for, separated by spaces")
    oauth_ca_file: Path | None = Field(
        default=None, description="PEM of whoever signed the endpoint's certificate; default: what this machine trusts"
    )
    oauth_token_file: Path | None = Field(
        default=None, description="a token that something else keeps fresh, instead of an endpoint"
    )

    @property
    def uses_tls(self) -> bool:
        """Whether connections are encrypted and the broker has to show a certificate."""
        return self.security_protocol in {"SSL", "SASL_SSL"}

    @property
    def uses_sasl(self) -> bool:
        """Whether the broker is told who we are by SASL."""
        return self.security_protocol in {"SASL_PLAINTEXT", "SASL_SSL"}

    @model_validator(mode="after")
    def _complete(self) -> Self:
        for secret in ("key_password", "password", "oauth_client_secret"):
            require_one(self.__dict__, secret)
        if self.key_file and not self.certificate_file:
            raise ValueError("key_file is the key of no certificate: set certificate_file")
        if self.oauth_url is not None and not _is_safe(self.oauth_url):
            raise ValueError("oauth_url must be https:// without a name in it (http:// on loopback only)")
        if self.uses_sasl:
            (self._require_token if self.sasl_mechanism == "OAUTHBEARER" else self._require_password)()
        return self

    def _require_password(self) -> None:
        if not self.username or not (self.password or self.password_file):
            raise ValueError(f"{self.sasl_mechanism} needs username, and password or password_file")

    def _require_token(self) -> None:
        if (self.oauth_url is None) == (self.oauth_token_file is None):
            raise ValueError("OAUTHBEARER needs oauth_url or oauth_token_file, one of them")
        secret = self.oauth_client_secret or self.oauth_client_secret_file
        if self.oauth_url is not None and not (self.oauth_client_id and secret):
            raise ValueError("oauth_url needs oauth_client_id, and oauth_client_secret or oauth_client_secret_file")


class AclSettings(Section):
    """Who the services are to Kafka: `dragoman acl` makes their rights."""

    principals: dict[str, str] = Field(
        default_factory=dict, description="service to Kafka principal (User:name); the others are User:dragoman-worker"
    )

    @field_validator("principals")
    @classmethod
    def _typed(cls, value: dict[str, str]) -> dict[str, str]:
        for principal in value.values():
            kind, _, name = principal.partition(":")
            if not kind or not name:
                raise ValueError(f"{principal!r} is no principal: write User:{principal}")
        return value


def _is_safe(url: str) -> bool:
    """Whether a secret may be sent there, and none stands in it: addresses are shown and logged."""
    parts = urlsplit(url)
    schemes = {"https", "http"} if is_loopback(parts.hostname or "") else {"https"}
    return bool(parts.hostname) and parts.username is None and parts.scheme in schemes


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach what listens on `host`."""
    if host.lower() == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
