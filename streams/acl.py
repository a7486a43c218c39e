"""Granting rights at the broker. Nothing is taken away: rights that others have granted stay.

aiokafka has Kafka's requests for ACLs and no method that sends them.
"""

import asyncio
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import for_code
from aiokafka.protocol.admin import CreateAclsRequest, DescribeAclsRequest

from schemas.errors import OperatorError
from schemas.settings import KafkaSettings
from streams.connection import address
from streams.permissions import Operation, Permission, Resource
from streams.reach import admin_client, broker_errors
from streams.refusals import who

# Codes of the protocol: org.apache.kafka.common.acl.AclOperation, resource.ResourceType, resource.PatternType.
ANY: Final = 1
ALLOW: Final = 3
LITERAL, PREFIXED = 3, 4
EVERY_HOST: Final = "*"
OPERATIONS: Final = {
    Operation.READ: 3,
    Operation.WRITE: 4,
    Operation.CREATE: 5,
    Operation.DELETE: 6,
    Operation.DESCRIBE: 8,
    Operation.DESCRIBE_CONFIGS: 10,
}
RESOURCES: Final = {Resource.TOPIC: 2, Resource.GROUP: 3, Resource.TRANSACTIONAL_ID: 5}
TIMEOUT_S: Final = 60.0
SECURITY_DISABLED: Final = 54


class _Grant(NamedTuple):
    """One ACL as the protocol has it."""

    resource: int
    name: str
    pattern: int
    principal: str
    host: str
    operation: int
    allows: int


async def missing(kafka: KafkaSettings, wanted: Sequence[Permission]) -> list[Permission]:
    """Return the rights that nobody has granted yet; raises OperatorError where ACLs cannot be read."""
    with broker_errors(kafka):
        async with admin_client(kafka, kafka.request_timeout_s) as client, asyncio.timeout(TIMEOUT_S):
            return _lacking(wanted, await _granted(client, kafka))


async def grant(kafka: KafkaSettings, wanted: Sequence[Permission]) -> list[Permission]:
    """Grant what is missing, and return it. Raises OperatorError where ACLs cannot be read or changed."""
    with broker_errors(kafka):
        async with admin_client(kafka, kafka.request_timeout_s) as client, asyncio.timeout(TIMEOUT_S):
            lacking = _lacking(wanted, await _granted(client, kafka))
            for one in _grants(lacking):
                answer = await client._send_to_controller(CreateAclsRequest(*one))  # noqa: SLF001  (see above)
                for code, message in answer.creation_responses:
                    _require_allowed(kafka, code, message)
            return lacking


async def _granted(client: AIOKafkaAdminClient, kafka: KafkaSettings) -> set[_Grant]:
    everything = DescribeAclsRequest(ANY, None, ANY, None, None, ANY, ANY)
    answer = await client._send_request(everything)  # noqa: SLF001  (see above)
    _require_allowed(kafka, answer.error_code, answer.error_message)
    return {
        _Grant(kind, name, pattern, *acl) for kind, name, pattern, acls in answer.resources for acl in map(tuple, acls)
    }


def _lacking(wanted: Iterable[Permission], granted: set[_Grant]) -> list[Permission]:
    return [one for one in wanted if not granted.issuperset(_grants([one]))]


def _grants(wanted: Iterable[Permission]) -> list[_Grant]:
    return [
        _Grant(
            RESOURCES[one.resource],
            one.name,
            PREFIXED if one.prefixed else LITERAL,
            one.principal,
            EVERY_HOST,
            OPERATIONS[operation],
            ALLOW,
        )
        for one in wanted
        for operation in one.operations
    ]


def _require_allowed(kafka: KafkaSettings, code: int, message: str | None) -> None:
    if code == 0:
        return
    if code == SECURITY_DISABLED:
        raise OperatorError(f"Kafka at {address(kafka)} has no authorizer; set authorizer.class.name there")
    reason = message or for_code(code).__name__
    raise OperatorError(
        f"Kafka at {address(kafka)} does not let {who(kafka)} see or change rights ({reason});"
        " seeing takes Describe on the cluster, changing Alter"
    )
