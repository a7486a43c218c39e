"""Why Kafka turns us away, in words that say what to do: aiokafka's own are for its authors.

Only what is certain is said. The remedies name settings by their variables; `dragoman doctor` splits a line at "; ".
"""

from collections.abc import Sequence
from typing import Final

from aiokafka.errors import (
    ClusterAuthorizationFailedError,
    GroupAuthorizationFailedError,
    TopicAuthorizationFailedError,
    TransactionalIdAuthorizationFailed,
)

from schemas.errors import OperatorError
from schemas.settings import KafkaSettings
from streams.connection import Where, address

FORBIDDEN: Final = (
    ClusterAuthorizationFailedError,
    GroupAuthorizationFailedError,
    TopicAuthorizationFailedError,
    TransactionalIdAuthorizationFailed,
)
_OBJECTS: Final = dict(zip(FORBIDDEN, ("the cluster", "the group", "a topic", "a transactional id"), strict=True))
_PROTOCOL: Final = "DRAGOMAN_KAFKA__SECURITY_PROTOCOL"


def forbidden(kafka: Where, error: BaseException, doing: str = "") -> OperatorError:
    """Return the line for what an ACL does not allow; `error` is one of FORBIDDEN."""
    what = _OBJECTS.get(type(error), "this")
    told = str(error).rpartition("] ")[2].removeprefix(type(error).__name__).strip(": {}'")
    named = ", ".join(dict.fromkeys(word for word in (told, doing) if word))
    return OperatorError(
        f"Kafka at {address(kafka)} does not allow {who(kafka)} to use {what}{f' ({named})' if named else ''};"
        " `dragoman acl` lists the rights of each service"
    )


def who(kafka: Where) -> str:
    """Return what this process calls itself towards the broker; for people to read."""
    if isinstance(kafka, str) or kafka.security_protocol == "PLAINTEXT":
        return "a client without a name"
    if not kafka.uses_sasl:
        return f"the holder of {kafka.certificate_file}" if kafka.certificate_file else "a client without a certificate"
    if kafka.sasl_mechanism == "OAUTHBEARER":
        return f"OAuth client {kafka.oauth_client_id}" if kafka.oauth_client_id else "the token's owner"
    return f"user {kafka.username}"


def perhaps_hidden(kafka: Where) -> str:
    """Return what to add where a topic is missing: who may not describe it is told that there is none."""
    if isinstance(kafka, str) or kafka.security_protocol == "PLAINTEXT":
        return ""
    return f" (if it is there, {who(kafka)} may not see it: `dragoman acl`)"


def explain(complaints: Sequence[str], kafka: Where) -> str | None:
    """Return what the client's complaints (oldest first) mean and, after "; ", what to do; None where none is known."""
    for said in reversed(complaints):
        if told := _explain(said, kafka):
            return told
    # A connection that was closed a while ago explains nothing: only the last word counts.
    return _hung_up(kafka) if complaints and complaints[-1].endswith(" closed") else None


def _explain(said: str, kafka: Where) -> str | None:
    settings = KafkaSettings() if isinstance(kafka, str) else kafka
    if "SaslAuthenticationFailed" in said:
        return _not_authenticated(said.partition("SaslAuthenticationFailed: ")[2], settings)
    if "no token from" in said:
        token = said[said.index("no token from") :]
        return f"{token}; is DRAGOMAN_KAFKA__OAUTH_URL right, and the endpoint up?"
    if "UnsupportedSaslMechanism" in said or "IllegalSaslState" in said:
        remedy = f"set DRAGOMAN_KAFKA__SASL_MECHANISM or {_PROTOCOL} to what its listener takes"
        return f"the broker does not take {settings.sasl_mechanism} there; {remedy}"
    if "[SSL" in said:
        return _no_tls(said, settings)
    return None


def _not_authenticated(told: str, kafka: KafkaSettings) -> str:
    if kafka.sasl_mechanism == "OAUTHBEARER":
        return f"{told}; look at the settings kafka.oauth_* and at what the broker expects of a token"
    remedy = "put DRAGOMAN_KAFKA__USERNAME and DRAGOMAN_KAFKA__PASSWORD_FILE (or _PASSWORD) right"
    return f"the broker refuses {who(kafka)} ({kafka.sasl_mechanism}): wrong name or password; {remedy}"


def _no_tls(said: str, kafka: KafkaSettings) -> str:
    if "CERTIFICATE_VERIFY_FAILED" not in said:
        return f"TLS fails ({_reason(said)}); is {_PROTOCOL}={kafka.security_protocol} what that port speaks?"
    if "mismatch" in said:
        host = "name the broker in DRAGOMAN_KAFKA__BOOTSTRAP as its certificate does"
        return f"the broker's certificate is for another host; {host}"
    if "expired" in said or "not yet valid" in said:
        return "the broker's certificate is not valid now; renew it, or set this machine's clock"
    trusted = kafka.ca_file or "this machine's authorities"
    remedy = "set DRAGOMAN_KAFKA__CA_FILE to the certificate of whoever signed the broker's"
    return f"the broker's certificate is not signed by {trusted}; {remedy}"


def _hung_up(kafka: Where) -> str:
    """A broker that closes the connection says no reason: it wants TLS, SASL, or a certificate that it trusts."""
    settings = KafkaSettings() if isinstance(kafka, str) else kafka
    if settings.security_protocol == "SSL":
        wanted = "another certificate than ours" if settings.certificate_file else "a certificate of ours"
        wanted = f"does it want {wanted} (DRAGOMAN_KAFKA__CERTIFICATE_FILE), or {_PROTOCOL}=SASL_SSL?"
    else:
        wanted = f"is {_PROTOCOL}={settings.security_protocol} what that port speaks?"
    return f"the broker closes the connection; {wanted}"


def _reason(said: str) -> str:
    return said.partition("[SSL")[2].partition("]")[2].partition("(_ssl")[0].strip() or "no reason given"
