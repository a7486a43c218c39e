"""Who is turned away is told why in one line, whatever Kafka's client makes of it, and no secret is in it."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from confluent_kafka import Consumer, KafkaError, Producer
from msgspec.structs import replace

from schemas.errors import OperatorError
from schemas.settings import KafkaSettings
from schemas.topics import DEAD_LETTER, LISTING_UPDATED, LOGISTICS_EVENT, listing_localized, logistics_localized
from streams.acl import grant, missing
from streams.permissions import CHECKED, READ, Permission, Resource, permissions
from streams.publish import publish
from streams.topics import partition_count
from tests.integration.security.deployment import Deployment, sealed, secret
from tests.integration.security.events import lines, listing
from tests.integration.security.secured import Authority

pytestmark = pytest.mark.integration
Kafka = dict[str, Any]
OUTPUT = listing_localized("pt-BR")


@dataclass
class Refusal:
    """What somebody does wrong, and what the one line about it must hold."""

    client: Callable[[Deployment], Kafka]
    words: tuple[str, ...]


def stranger(deployment: Deployment) -> str:
    return str(Authority(deployment.folder / "stranger").file)


def strange_certificate(deployment: Deployment) -> Kafka:
    theirs = Authority(deployment.folder / "stranger").certificate("dragoman-worker")
    return {**deployment.by_certificate("dragoman-worker"), "certificate_file": theirs}


def wrong_file(deployment: Deployment) -> Kafka:
    file = deployment.folder / "wrong.password"
    file.write_text(secret("wrong"))
    return {**deployment.by_password("dragoman-worker"), "password_file": file}


def strange_token(deployment: Deployment) -> Kafka:
    file = deployment.folder / "token"
    file.write_text(f"{secret('token')}.is.none")
    known = deployment.by_token("dragoman-worker")
    return {name: value for name, value in known.items() if not name.startswith("oauth_")} | {"oauth_token_file": file}


REFUSALS = {
    "password": Refusal(wrong_file, ("user dragoman-worker (SCRAM-SHA-512)", "DRAGOMAN_KAFKA__PASSWORD_FILE")),
    "name": Refusal(lambda d: d.by_password("dragoman-worker", username="nobody"), ("user nobody", "wrong name or")),
    "mechanism": Refusal(
        lambda d: d.by_password("dragoman-worker", sasl_mechanism="SCRAM-SHA-256"),
        ("does not take SCRAM-SHA-256", "DRAGOMAN_KAFKA__SASL_MECHANISM"),
    ),
    "authority": Refusal(
        lambda d: d.by_password("dragoman-worker", ca_file=stranger(d)),
        ("certificate is not signed by", "DRAGOMAN_KAFKA__CA_FILE"),
    ),
    "host": Refusal(
        lambda d: d.by_password("dragoman-worker", bootstrap=f"localhost:{d.broker.sasl_port}"),
        ("certificate is for another host", "DRAGOMAN_KAFKA__BOOTSTRAP"),
    ),
    "plaintext": Refusal(
        lambda d: {"bootstrap": d.broker.user("")["bootstrap"]},
        ("closes the connection", "DRAGOMAN_KAFKA__SECURITY_PROTOCOL=PLAINTEXT"),
    ),
    "no certificate": Refusal(
        lambda d: {**d.by_certificate("worker"), "certificate_file": d.broker.authority.file},
        ("cannot use kafka.certificate_file",),
    ),
    "certificate": Refusal(strange_certificate, ("closes the connection", "DRAGOMAN_KAFKA__CERTIFICATE_FILE")),
    "client secret": Refusal(
        lambda d: d.by_token("dragoman-worker", oauth_client_secret=secret("wrong")),
        ("gives client dragoman-worker no token: invalid_client",),
    ),
    "token": Refusal(strange_token, ("does not take the token: invalid_token",)),
    "endpoint": Refusal(
        lambda d: d.by_token("dragoman-worker", oauth_url="http://127.0.0.1:1/token"),
        ("no token from http://127.0.0.1:1/token", "DRAGOMAN_KAFKA__OAUTH_URL"),
    ),
    "no rights": Refusal(
        lambda d: d.by_password("stranger"), ("listing-updated", "user stranger may not see it", "dragoman acl")
    ),
}


@pytest.mark.parametrize("name", REFUSALS)
async def test_who_is_turned_away_is_told_why(deployment: Deployment, name: str):
    kafka = KafkaSettings(**REFUSALS[name].client(deployment))
    with pytest.raises(OperatorError) as error:
        await partition_count(kafka, LISTING_UPDATED)
    line = sealed(str(error.value))
    assert "\n" not in line
    for word in REFUSALS[name].words:
        assert word in line


def test_a_worker_that_is_turned_away_ends_with_that_line(deployment: Deployment):
    names = ("password", "token", "no rights")
    started = {name: deployment.worker(REFUSALS[name].client(deployment)) for name in names}
    for name, worker in started.items():
        status, said = worker.ended()
        *logged, last = said.splitlines()
        assert status == 2, said
        assert all(line.startswith("{") for line in logged), said  # no traceback
        assert last.startswith("dragoman: "), said
        assert all(word in last for word in REFUSALS[name].words), said


def test_the_doctor_says_so_too_and_shows_no_secret(deployment: Deployment):
    wrong = {**deployment.broker.user("dragoman-worker"), "password": secret("wrong")}
    code, printed = deployment.dragoman(wrong, "doctor")
    assert code == 1
    assert "the broker refuses user dragoman-worker (SCRAM-SHA-512): wrong name or password" in printed
    assert "-> put DRAGOMAN_KAFKA__USERNAME and DRAGOMAN_KAFKA__PASSWORD_FILE (or _PASSWORD) right" in printed
    code, printed = deployment.dragoman(wrong, "doctor", "--settings", "--json")
    shown = json.loads(printed)
    assert {shown[name]["value"] for name in ("kafka.password", "hub.token")} == {"********"}
    assert shown["kafka.ca_file"]["value"] == wrong["ca_file"]


def test_the_doctor_looks_at_the_rights_of_workers(deployment: Deployment):
    admin = deployment.by_password("admin")
    count = sum(one.service == "worker" for one in permissions(deployment.settings(admin)))
    assert f"workers have all {count}" in deployment.dragoman(admin, "doctor")[1]
    nobody = {"DRAGOMAN_ACL__PRINCIPALS": '{"worker": "User:nobody"}'}
    assert f"workers lack {count}: topic listing-updated" in deployment.dragoman(admin, "doctor", **nobody)[1]


def without(name: str, wanted: list[Permission]) -> list[Permission]:
    """The rights of a worker that lacks some."""
    if name == "no-output":  # it may look at the topic, so that nothing is amiss until it has something to say
        return [replace(one, operations=READ + CHECKED) if one.name == OUTPUT else one for one in wanted]
    lacking = {"no-group": Resource.GROUP, "no-transactions": Resource.TRANSACTIONAL_ID}[name]
    return [one for one in wanted if one.resource is not lacking]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("no-group", "the group (dragoman)"),
        ("no-output", f"a topic ({OUTPUT}, for listing-updated[0])"),
        ("no-transactions", "a transactional id (dragoman-probe)"),
    ],
)
async def test_a_worker_that_lacks_a_right_says_which(deployment: Deployment, name: str, words: str):
    mine = deployment.settings(deployment.by_password(name), acl={"principals": {"worker": f"User:{name}"}})
    wanted = [one for one in permissions(mine) if one.service == "worker"]
    admin = deployment.broker.admin
    await grant(admin, without(name, wanted))
    assert await missing(admin, wanted) == [one for one in wanted if one not in without(name, wanted)]
    await publish(admin, LISTING_UPDATED, lines(listing(f"L-{name}")))
    status, said = deployment.worker(deployment.by_password(name)).ended()
    last = said.splitlines()[-1]
    assert (status, last.partition(" ")[0]) == (2, "dragoman:"), said
    assert f"does not allow user {name} to use {words}; `dragoman acl`" in last, said


def stock_client(deployment: Deployment, name: str, **options: Any) -> dict[str, Any]:
    """Settings of somebody else's client: what it may do is the broker's decision, not ours."""
    return {
        "bootstrap.servers": deployment.broker.user(name)["bootstrap"],
        "security.protocol": "SASL_SSL",
        "ssl.ca.location": str(deployment.broker.authority.file),
        "sasl.mechanism": "SCRAM-SHA-512",
        "sasl.username": name,
        "sasl.password": secret(name),
        **options,
    }


def first(deployment: Deployment, name: str, topic: str, group: str) -> bytes | int:
    """The value of the first record of a topic that is there for all to commit to, or the code of what it meets."""
    consumer = Consumer(stock_client(deployment, name, **{"group.id": group, "auto.offset.reset": "earliest"}))
    try:
        consumer.subscribe([topic])
        message = consumer.poll(30)
        assert message is not None, "neither a record nor an error"
        return message.error().code() if message.error() else message.value()
    finally:
        consumer.close()


def test_a_partner_reads_its_own_topic_and_no_other(deployment: Deployment):
    mine, theirs = logistics_localized("acme"), logistics_localized("globex")
    errors: list[KafkaError] = []
    admin = Producer(stock_client(deployment, "admin"))
    for topic in (mine, theirs):
        admin.produce(topic, b"for one partner only", on_delivery=lambda error, _: errors.append(error))
    admin.flush(30)
    assert errors == [None, None]
    assert first(deployment, "partner-acme", mine, "partner-acme") == b"for one partner only"
    for other in (theirs, listing_localized("en"), LOGISTICS_EVENT, DEAD_LETTER):
        code = first(deployment, "partner-acme", other, "partner-acme")
        assert code == KafkaError.TOPIC_AUTHORIZATION_FAILED, other
    assert first(deployment, "partner-acme", mine, "partner-globex") == KafkaError.GROUP_AUTHORIZATION_FAILED
    forger = Producer(stock_client(deployment, "partner-acme"))
    forger.produce(mine, b"forged", on_delivery=lambda error, _: errors.append(error))
    forger.flush(30)
    assert errors[-1].code() == KafkaError.TOPIC_AUTHORIZATION_FAILED


def test_rights_are_shown_checked_and_granted(deployment: Deployment):
    admin = deployment.by_password("admin")
    code, printed = deployment.dragoman(admin, "acl", "--check")
    assert (code, printed) == (0, "0 of 79 missing\n")
    strangers = {"DRAGOMAN_ACL__PRINCIPALS": '{"partner.acme": "User:partner-acme-eu"}'}
    assert deployment.dragoman(admin, "acl", "--check", "--json", **strangers)[0] == 1
    assert deployment.dragoman(admin, "acl", "--apply", "--service", "partner.acme", **strangers)[0] == 0
    assert deployment.dragoman(admin, "acl", "--check", **strangers)[0] == 0
    code, printed = deployment.dragoman(deployment.by_password("dragoman-operator"), "acl", "--check")
    assert code == 2
    assert "does not let user dragoman-operator see or change rights" in printed
    assert printed.count("\n") == 1
