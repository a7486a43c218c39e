"""Every client reaches Kafka through `connection`, and what it makes of the settings."""

import ast
import ssl
from pathlib import Path

import pytest
import trustme
from pydantic import SecretStr

from schemas.errors import OperatorError
from schemas.settings import KafkaSettings
from streams.connection import connection

ROOT = Path(__file__).parents[3]
ROOMS = ("streams", "cli")
CLIENTS = {"AIOKafkaConsumer", "AIOKafkaProducer", "AIOKafkaAdminClient", "AIOKafkaClient"}
# Who says where a broker is to people, or has started it itself.
SAYS_ADDRESSES = {"streams/connection.py", "streams/reach.py", "cli/acl.py", "cli/demo.py", "cli/kafka.py"}


def trees():
    for room in ROOMS:
        for file in sorted((ROOT / room).rglob("*.py")):
            yield file.relative_to(ROOT).as_posix(), ast.parse(file.read_text())


def faults(name: str, tree: ast.AST) -> list[str]:
    """Where a module goes around `connection`: clients without it, and addresses taken out of the settings."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) in CLIENTS:
            spread = [word.value for word in node.keywords if word.arg is None and isinstance(word.value, ast.Call)]
            if not any(getattr(call.func, "id", "") == "connection" for call in spread):
                found.append(f"{name}:{node.lineno}: a client that does not take connection(...)")
        if isinstance(node, ast.Attribute) and node.attr == "bootstrap" and name not in SAYS_ADDRESSES:
            found.append(f"{name}:{node.lineno}: an address without the security that belongs to it")
    return found


def test_no_client_goes_around_the_connection():
    checked = {name: tree for name, tree in trees() if not name.startswith("streams/broker/")}
    assert [fault for name, tree in checked.items() for fault in faults(name, tree)] == []
    assert sum("connection" in ast.dump(tree) for tree in checked.values()) > 10, "nothing was looked at"


@pytest.mark.parametrize(
    "line", ["AIOKafkaConsumer(bootstrap_servers=a)", "AIOKafkaProducer(**options)", "k.bootstrap"]
)
def test_who_goes_around_it_is_found(line):
    assert len(faults("streams/any.py", ast.parse(line))) == 1


def secured(**settings) -> KafkaSettings:
    return KafkaSettings(security_protocol="SASL_SSL", username="u", password="p", **settings)  # noqa: S106


def test_a_plain_address_asks_for_nothing():
    assert connection("127.0.0.1:1") == {"bootstrap_servers": "127.0.0.1:1"}
    assert connection(KafkaSettings())["security_protocol"] == "PLAINTEXT"


def test_certificates_are_demanded_and_hosts_compared():
    context = connection(secured())["ssl_context"]
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
    assert context.minimum_version >= ssl.TLSVersion.TLSv1_2
    careless = connection(secured(check_hostname=False))["ssl_context"]
    assert careless.verify_mode is ssl.CERT_REQUIRED
    assert not careless.check_hostname


def test_only_the_named_authority_is_trusted_and_a_renewed_file_is_taken_up(tmp_path):
    file = tmp_path / "ca.pem"
    first = trustme.CA(organization_name="first")
    first.cert_pem.write_to_path(file)
    settings = secured(ca_file=file)
    context = connection(settings)["ssl_context"]
    assert [str(ca["subject"]) for ca in context.get_ca_certs() if "first" in str(ca)] != []
    assert len(context.get_ca_certs()) == 1
    assert connection(settings)["ssl_context"] is context, "every client would read it again"
    trustme.CA(organization_name="second").cert_pem.write_to_path(file)
    assert "second" in str(connection(settings)["ssl_context"].get_ca_certs())


def test_a_password_file_is_read_for_each_client(tmp_path):
    file = tmp_path / "password"
    settings = KafkaSettings(security_protocol="SASL_PLAINTEXT", username="u", password_file=file)
    for password in ("one", "two"):
        file.write_text(f"{password}\n")
        assert connection(settings)["sasl_plain_password"] == password
    file.write_text("\n")
    with pytest.raises(OperatorError, match=f"password_file {file} is empty"):
        connection(settings)
    file.unlink()
    with pytest.raises(OperatorError, match=r"cannot read kafka\.password_file"):
        connection(settings)


def test_a_key_that_is_locked_never_asks_at_the_terminal(tmp_path):
    from cryptography.hazmat.primitives.serialization import (
        BestAvailableEncryption,
        Encoding,
        PrivateFormat,
        load_pem_private_key,
    )

    issued = trustme.CA().issue_cert("127.0.0.1")
    key = load_pem_private_key(issued.private_key_pem.bytes(), None)
    locked = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"open sesame"))
    file = tmp_path / "mine.pem"
    file.write_bytes(locked + issued.cert_chain_pems[0].bytes())
    with pytest.raises(OperatorError, match=r"cannot use kafka\.certificate_file"):
        connection(secured(certificate_file=file))
    assert connection(secured(certificate_file=file, key_password=SecretStr("open sesame")))["ssl_context"]
