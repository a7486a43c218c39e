"""An Apache Kafka that demands to know who asks: TLS everywhere, SCRAM, signed tokens or certificates, and ACLs.

Without an ACL nobody may do anything, but for two: the broker itself and `admin`.
"""

import ssl
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

import trustme
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key

from schemas.settings import KafkaSettings
from streams.broker.config import HOST, JVM_FLAGS, cluster_id, server_properties
from streams.broker.jars import ensure_jars
from streams.broker.lock import read_lock
from streams.broker.server import READY_TIMEOUT_S, Broker, _ports
from streams.broker.server import find_java as java

OAUTH_JARS = Path(__file__).with_name("oauth.lock")
AUDIENCE = "kafka"
LOGIN = "org.apache.kafka.common.security"


class Authority:
    """Signs certificates; `folder` holds `ca.pem` and, for each name, `<name>.pem`: key and certificate."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._ca = trustme.CA()
        self.folder = folder
        self.file = folder / "ca.pem"
        self._ca.cert_pem.write_to_path(self.file)

    def certificate(self, name: str, host: str = HOST) -> Path:
        """Issue one and return its file: a PKCS#8 key, which Kafka insists on, and the chain."""
        issued = self._ca.issue_cert(host, common_name=name)
        key = load_pem_private_key(issued.private_key_pem.bytes(), None)
        plain = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        file = self.folder / f"{name}.pem"
        file.write_bytes(plain + b"".join(part.bytes() for part in issued.cert_chain_pems))
        return file


class SecuredBroker(Broker):
    """The broker of this project's tests with other listeners; `sasl` and `mtls` say where they are."""

    users: Mapping[str, str]
    sasl_port: int
    authority: Authority

    @classmethod
    def launch(
        cls, folder: Path, users: Mapping[str, str], keys_url: str, *, host: str = HOST, extra: Mapping[str, str] = {}
    ) -> "SecuredBroker":
        """Start one with SCRAM `users` (name to password) that believes tokens signed by the keys at `keys_url`."""
        jars = [*ensure_jars(), *ensure_jars(jars=[*read_lock(), *read_lock(OAUTH_JARS)])]
        port, controller_port = _ports(None, None)
        allowed = f"-Dorg.apache.kafka.sasl.oauthbearer.allowed.urls={keys_url}"
        command = [str(java()), *JVM_FLAGS, allowed, "-cp", ":".join(dict.fromkeys(map(str, jars)))]
        broker = cls(folder, temporary=False, port=port, controller_port=controller_port, command=command)
        broker.users, broker.sasl_port = users, _ports(None, None)[0]
        broker.authority = Authority(folder / "tls")
        certificate = broker.authority.certificate("broker", host)
        try:
            with broker._claimed() as claim:
                broker._format(_properties(broker, certificate, keys_url) | dict(extra))
                broker._launch(claim)
        except BaseException:
            broker.stop(timeout_s=0)
            raise
        return broker

    def _format(self, properties: Mapping[str, str]) -> None:
        text = server_properties(self.data_dir / "logs", self.port, self.controller_port, dict(properties))
        (self.data_dir / "server.properties").write_text(text, "ascii")
        scram = [f"SCRAM-SHA-512=[name={name},password={password}]" for name, password in self.users.items()]
        tool = ["kafka.tools.StorageTool", "format", "-t", cluster_id(), "-c", "server.properties"]
        added = [word for entry in scram for word in ("--add-scram", entry)]
        done = subprocess.run([*self._command, *tool, *added], cwd=self.data_dir, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr.decode()

    def _await_ready(self, process: subprocess.Popen[bytes], log_from: int) -> None:
        """Wait until the broker shows its certificate: it speaks no plaintext."""
        context = ssl.create_default_context(cafile=self.authority.file)
        context.check_hostname = False
        deadline = time.monotonic() + READY_TIMEOUT_S
        while True:
            assert process.poll() is None, self.log_file.read_text()
            assert time.monotonic() < deadline, self.log_file.read_text()
            try:
                ssl.get_server_certificate((HOST, self.sasl_port), timeout=1)
            except OSError:
                time.sleep(0.05)
            else:
                return

    def user(self, name: str, **settings: object) -> dict[str, object]:
        """Settings (section `kafka`) of a client that knows a user's password."""
        return {
            "bootstrap": f"{HOST}:{self.sasl_port}",
            "security_protocol": "SASL_SSL",
            "ca_file": str(self.authority.file),
            "username": name,
            "password": self.users.get(name, "unknown"),
            **settings,
        }

    def certified(self, name: str) -> dict[str, object]:
        """Settings of a client that shows a certificate."""
        return {
            "bootstrap": f"{HOST}:{self.port}",
            "security_protocol": "SSL",
            "ca_file": str(self.authority.file),
            "certificate_file": str(self.authority.certificate(name)),
        }

    @property
    def admin(self) -> KafkaSettings:
        """Who may do anything."""
        return KafkaSettings(**self.user("admin"))


def _properties(broker: SecuredBroker, certificate: Path, keys_url: str) -> dict[str, str]:
    sasl, mtls = f"SASL://{HOST}:{broker.sasl_port}", f"MTLS://{HOST}:{broker.port}"
    tokens = "listener.name.sasl.oauthbearer.sasl"
    return {
        "listeners": f"{sasl},{mtls},CONTROLLER://{HOST}:{broker.controller_port}",
        "advertised.listeners": f"{sasl},{mtls}",
        "listener.security.protocol.map": "SASL:SASL_SSL,MTLS:SSL,CONTROLLER:SSL",
        "inter.broker.listener.name": "MTLS",
        "listener.name.mtls.ssl.client.auth": "required",
        "listener.name.controller.ssl.client.auth": "required",
        "ssl.keystore.type": "PEM",
        "ssl.keystore.location": str(certificate),
        "ssl.truststore.type": "PEM",
        "ssl.truststore.location": str(broker.authority.file),
        "ssl.principal.mapping.rules": "RULE:^CN=([^,]+).*$/$1/,DEFAULT",
        "sasl.enabled.mechanisms": "SCRAM-SHA-512,OAUTHBEARER",
        "listener.name.sasl.scram-sha-512.sasl.jaas.config": f"{LOGIN}.scram.ScramLoginModule required;",
        f"{tokens}.jaas.config": f"{LOGIN}.oauthbearer.OAuthBearerLoginModule required;",
        f"{tokens}.server.callback.handler.class": f"{LOGIN}.oauthbearer.OAuthBearerValidatorCallbackHandler",
        "sasl.oauthbearer.jwks.endpoint.url": keys_url,
        "sasl.oauthbearer.expected.audience": AUDIENCE,
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "allow.everyone.if.no.acl.found": "false",
        "super.users": "User:broker;User:admin",
    }
