"""Topics of a cluster whose brokers do not hear of a new one at the same moment."""

from types import SimpleNamespace

from aiokafka.errors import UnknownTopicOrPartitionError

from schemas.topics import TopicSpec
from streams.topics import _compare

NEW, OLD = TopicSpec("new", 1), TopicSpec("old", 1)


class Brokers:
    """One lists both topics; another, asked for their settings, knows only the old one."""

    async def describe_topics(self):
        return [{"topic": spec.name, "partitions": [0]} for spec in (NEW, OLD)]

    async def describe_configs(self, resources):
        unknown = (UnknownTopicOrPartitionError.errno, "", 2, NEW.name, [])
        known = (0, "", 2, OLD.name, list(OLD.configs().items()))
        return [SimpleNamespace(resources=[unknown, known])]


async def test_one_that_a_broker_has_not_heard_of_is_missing_still() -> None:
    results = await _compare(Brokers(), [NEW, OLD])
    assert [(result.name, result.state) for result in results] == [("new", "missing"), ("old", "ok")]
