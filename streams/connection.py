"""How every client of this project reaches Kafka: one place makes what aiokafka is given, TLS and SASL included."""

import ssl
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from schemas.errors import OperatorError
from schemas.secrets import read_secret
from schemas.security import KafkaSecurity
from schemas.settings import KafkaSettings
from streams.oauth import token_provider

CONTEXTS_MAX: Final = 8

Where = KafkaSettings | str
"""The settings of a broker. A plain `host:port` is one that asks for nothing: the embedded one, and those of tests."""


def address(kafka: Where) -> str:
    """Return `host:port`, several joined by commas: for people to read."""
    return kafka if isinstance(kafka, str) else kafka.bootstrap


def connection(kafka: Where) -> dict[str, Any]:
    """Return what every aiokafka client takes to reach the broker: its address, and who we are.

    Files of certificates and secrets are read now: a client that is made later takes up what has been renewed. Raises
    OperatorError, which quotes no secret, for a file that cannot be used.
    """
    if isinstance(kafka, str):
        return {"bootstrap_servers": kafka}
    options: dict[str, Any] = {"bootstrap_servers": kafka.bootstrap, "security_protocol": kafka.security_protocol}
    if kafka.uses_tls:
        options["ssl_context"] = tls_context(kafka)
    if kafka.uses_sasl:
        options |= {"sasl_mechanism": kafka.sasl_mechanism} | _credentials(kafka)
    return options


def _credentials(kafka: KafkaSettings) -> dict[str, Any]:
    if kafka.sasl_mechanism == "OAUTHBEARER":
        return {"sasl_oauth_token_provider": token_provider(kafka)}
    return {
        "sasl_plain_username": kafka.username,
        "sasl_plain_password": read_secret(kafka.password, kafka.password_file, "kafka.password"),
    }


def tls_context(security: KafkaSecurity) -> ssl.SSLContext:
    """Return a context that trusts `ca_file` alone, or this machine's authorities, and shows our certificate.

    The same one for all clients until a file changes. Raises OperatorError for a file that cannot be used.
    """
    named = (security.ca_file, security.certificate_file, security.key_file)
    stamps = tuple(_stamp(file) for file in named)
    password = read_secret(security.key_password, security.key_password_file, "kafka.key_password")
    return _context(*named, password, security.check_hostname, stamps)


@lru_cache(maxsize=CONTEXTS_MAX)
def _context(
    ca: Path | None,
    certificate: Path | None,
    key: Path | None,
    password: str | None,
    check_hostname: bool,
    stamps: tuple[int | None, ...],
) -> ssl.SSLContext:
    """Make a context; `stamps` only tell one state of the files from another."""
    try:
        context = ssl.create_default_context(cafile=ca)
    except (ssl.SSLError, OSError) as error:
        raise OperatorError(f"kafka.ca_file {ca} holds no certificate in PEM: {_short(error)}") from error
    context.check_hostname = check_hostname
    if certificate is not None:
        try:  # without the function OpenSSL would ask for a password at the terminal
            context.load_cert_chain(certificate, key, lambda: password or "")
        except (ssl.SSLError, OSError, ValueError) as error:
            named = f"kafka.certificate_file {certificate}" + (f" with kafka.key_file {key}" if key else "")
            hint = "is the key its own, and kafka.key_password right?"
            raise OperatorError(f"cannot use {named}: {_short(error)}; {hint}") from error
    return context


def _stamp(file: Path | None) -> int | None:
    try:
        return None if file is None else file.stat().st_mtime_ns
    except OSError as error:
        raise OperatorError(f"cannot read {file}: {error.strerror}") from error


def _short(error: Exception) -> str:
    return (getattr(error, "reason", None) or getattr(error, "strerror", None) or str(error)).lower().replace("_", " ")
