"""What each service may do at Kafka, and no more: the rights that `dragoman acl` shows, prints and applies.

A right to read or write includes the right to describe (Kafka's own rule). Names are literal but where Dragoman makes
names up as it goes: the transactional ids of lanes and the groups of replays.
"""

from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import Final

from msgspec import Struct

from schemas import topics as t
from schemas.errors import OperatorError
from schemas.relocalization import progress_group
from schemas.settings import Settings
from streams.letters.producer import TRANSACTIONAL_ID as REPLAYS
from streams.transaction import PROBE, transactional_id


class Operation(StrEnum):
    """What may be done, as `kafka-acls` names it."""

    READ = "Read"
    WRITE = "Write"
    CREATE = "Create"
    DELETE = "Delete"
    DESCRIBE = "Describe"
    DESCRIBE_CONFIGS = "DescribeConfigs"


class Resource(StrEnum):
    """What it may be done to, as `kafka-acls` names it."""

    TOPIC = "topic"
    GROUP = "group"
    TRANSACTIONAL_ID = "transactional-id"


class Permission(Struct, frozen=True):
    """One service's rights to one resource, from any host; `prefixed`: to all whose names begin so."""

    service: str
    principal: str
    resource: Resource
    name: str
    operations: tuple[Operation, ...]
    prefixed: bool = False


Right = tuple[Resource, str, tuple[Operation, ...], bool]
READ, WRITE, DESCRIBE = (Operation.READ,), (Operation.WRITE,), (Operation.DESCRIBE,)
BOTH: Final = READ + WRITE
CHECKED: Final = (Operation.DESCRIBE_CONFIGS,)  # a worker looks at its topics before it starts
RENEWED: Final = (Operation.DELETE,)  # `dragoman offsets reset --with-state` makes state anew
MANAGED: Final = (Operation.CREATE, Operation.DESCRIBE_CONFIGS)  # `dragoman topics`
WORKER, PAGE, OPERATOR, PRODUCER, SEARCH = "worker", "page", "operator", "producer", "search"


def permissions(settings: Settings) -> list[Permission]:
    """Return the rights of every service of this deployment; raises OperatorError for a principal of none.

    Services: worker, page, operator, producer (of inputs), search (of embeddings), `storefront.<locale>`,
    `partner.<id>`. A reader's group has the name of its principal by default: `storefront-<locale>`, `partner-<id>`.
    """
    found = dict(_services(settings))
    strangers = settings.acl.principals.keys() - found.keys()
    if strangers:
        raise OperatorError(f"acl.principals: there is no service {min(strangers)}, only {', '.join(sorted(found))}")
    named = {service: settings.acl.principals.get(service, f"User:{account(service)}") for service in found}
    return [
        Permission(service, named[service], resource, name, operations, prefixed)
        for service, rights in found.items()
        for resource, name, operations, prefixed in rights
    ]


def account(service: str) -> str:
    """Return the name that a service's principal has unless the settings say otherwise; also its readers' group."""
    kind, _, which = service.partition(".")
    return f"{kind}-{which}" if which else f"dragoman-{service}"


def _services(settings: Settings) -> Iterator[tuple[str, list[Right]]]:
    local, group = settings.localization, settings.kafka.group
    shown = [spec.name for spec in settings.topics() if _is_shown(spec.name)]
    yield WORKER, [*_worker(shown, group)]
    read = _topics((*t.INPUTS, *shown, t.ITEM_EMBEDDING, t.DEAD_LETTER), READ)
    yield PAGE, [*read, _group(group, DESCRIBE)]
    yield OPERATOR, [*_operator(settings, shown, group)]
    yield PRODUCER, [*_topics(t.INPUTS, WRITE)]
    yield SEARCH, _reader(SEARCH, [t.ITEM_EMBEDDING])
    for locale in local.locales:
        own = [t.listing_localized(locale), t.review_localized(locale)]
        yield f"storefront.{locale}", _reader(f"storefront.{locale}", own)
    for partner in local.partners:
        yield f"partner.{partner}", _reader(f"partner.{partner}", [t.logistics_localized(partner)])


def _worker(shown: Iterable[str], group: str) -> Iterator[Right]:
    yield from _topics((*t.INPUTS, t.RELOCALIZE), READ + CHECKED)
    yield from _topics((*shown, t.ITEM_EMBEDDING, t.DEAD_LETTER), WRITE + CHECKED)
    yield from _topics((*map(t.changelog, t.INPUTS), t.TRANSLATION_MEMORY, t.TRANSLATION_CORRECTIONS), BOTH + CHECKED)
    yield from _topics((t.DEAD_LETTER_LEDGER,), DESCRIBE + CHECKED)
    yield _group(group, READ)
    yield _group(progress_group(group, ""), READ, prefixed=True)
    for topic in t.INPUTS:
        yield Resource.TRANSACTIONAL_ID, transactional_id(group, topic, ""), WRITE, True
    yield Resource.TRANSACTIONAL_ID, f"{group}-{PROBE}", WRITE, False


def _operator(settings: Settings, shown: Iterable[str], group: str) -> Iterator[Right]:
    written = {*t.INPUTS, t.RELOCALIZE, t.DEAD_LETTER_LEDGER}
    state = set(map(t.changelog, t.INPUTS))
    read = {*shown, t.ITEM_EMBEDDING, t.DEAD_LETTER, t.TRANSLATION_MEMORY, t.TRANSLATION_CORRECTIONS}
    for spec in settings.topics():
        rights = BOTH if spec.name in written else READ if spec.name in read else DESCRIBE
        renewed = RENEWED if spec.name in state else ()
        yield from _topics((spec.name,), rights + MANAGED + renewed)
    yield _group(group, READ)
    yield _group(progress_group(group, ""), DESCRIBE, prefixed=True)
    yield Resource.TRANSACTIONAL_ID, REPLAYS, WRITE, False


def _reader(service: str, topics: Iterable[str]) -> list[Right]:
    return [*_topics(topics, READ), _group(account(service), READ)]


def _is_shown(topic: str) -> bool:
    """Whether readers outside see the topic, each its own."""
    return topic.startswith(
        tuple(name("") for name in (t.listing_localized, t.review_localized, t.logistics_localized))
    )


def _topics(names: Iterable[str], operations: tuple[Operation, ...]) -> Iterator[Right]:
    return ((Resource.TOPIC, name, operations, False) for name in names)


def _group(name: str, operations: tuple[Operation, ...], *, prefixed: bool = False) -> Right:
    return Resource.GROUP, name, operations, prefixed


def commands(wanted: Iterable[Permission], bootstrap: str) -> Iterator[list[str]]:
    """Yield the calls of Kafka's own `kafka-acls.sh` that grant the rights, a list of arguments each."""
    for one in wanted:
        operations = [word for operation in one.operations for word in ("--operation", operation)]
        pattern = ["--resource-pattern-type", "prefixed"] if one.prefixed else []
        yield [
            *("kafka-acls.sh", "--bootstrap-server", bootstrap, "--command-config", "admin.properties", "--add"),
            *("--allow-principal", one.principal, *operations, f"--{one.resource}", one.name, *pattern),
        ]
