"""Any group, any topics, any history: every topic is spread, the sum too, and what need not move stays."""

from types import SimpleNamespace
from typing import Any, cast

from aiokafka import TopicPartition
from aiokafka.coordinator.assignors.sticky.sticky_assignor import StickyPartitionAssignor
from aiokafka.coordinator.protocol import ConsumerProtocolMemberMetadata
from hypothesis import given
from hypothesis import strategies as st

from streams.assignor import SpreadAssignor

Held = dict[str, set[TopicPartition]]

topics = st.dictionaries(st.sampled_from("abcde"), st.integers(1, 7), min_size=1)
members = st.sets(st.sampled_from(["w1", "w2", "w3", "w4", "w5", "w6"]), min_size=1)


def told(subscription: list[str], held: set[TopicPartition] | None) -> ConsumerProtocolMemberMetadata:
    """What a member sends when it joins; a fresh one has held nothing."""
    return SpreadAssignor._metadata(subscription, None if held is None else sorted(held))


def assign(sizes: dict[str, int], names: set[str], before: Held) -> Held:
    cluster = cast("Any", SimpleNamespace(partitions_for_topic=lambda topic: set(range(sizes[topic]))))
    joined = {name: told(sorted(sizes), before.get(name)) for name in names}
    return {name: set(share.partitions()) for name, share in SpreadAssignor.assign(cluster, joined).items()}


def counts(held: Held, topic: str) -> list[int]:
    return [sum(tp.topic == topic for tp in share) for share in held.values()]


def is_even(numbers: list[int]) -> bool:
    return max(numbers) - min(numbers) <= 1


def everything(sizes: dict[str, int]) -> list[TopicPartition]:
    return sorted(TopicPartition(topic, number) for topic, size in sizes.items() for number in range(size))


@given(topics, members, st.data())
def test_each_partition_has_one_holder_and_each_topic_and_the_sum_are_even(
    sizes: dict[str, int], names: set[str], data: st.DataObject
) -> None:
    claims = st.none() | st.sets(st.sampled_from(everything(sizes)))  # of any past, one of them perhaps asleep since
    held = assign(sizes, names, {name: claim for name in sorted(names) if (claim := data.draw(claims)) is not None})
    assert sorted(tp for share in held.values() for tp in share) == everything(sizes)
    assert all(is_even(counts(held, topic)) for topic in sizes)
    assert is_even([len(share) for share in held.values()])


@given(topics, members)
def test_nothing_moves_when_nothing_has_changed(sizes: dict[str, int], names: set[str]) -> None:
    held = assign(sizes, names, {})
    assert assign(sizes, names, held) == held


@given(topics, members, members)
def test_what_must_not_move_stays(sizes: dict[str, int], names: set[str], then: set[str]) -> None:
    """Who stays gives up no more of a topic than it has too many of it, and gets none back in exchange."""
    before = assign(sizes, names, {})
    after = assign(sizes, then, before)
    for name in names & then:
        for topic in sizes:
            had, has = ({tp for tp in held[name] if tp.topic == topic} for held in (before, after))
            assert has <= had or had <= has


def test_one_of_two_workers_has_half_of_the_listings() -> None:
    sizes = {"listing-updated": 4, "logistics-event": 4, "review-posted": 4}
    held = assign(sizes, {"one", "two"}, {"one": set(everything(sizes))})  # the second has just come
    assert [counts(held, topic) for topic in sizes] == [[2, 2]] * 3


def test_topics_that_only_some_know_and_topics_that_do_not_exist() -> None:
    """While workers with an agent more are rolled out, the old ones get nothing of its topic."""
    sizes: dict[str, int | None] = {"a": 4, "new": 3, "missing": None}
    cluster = cast("Any", SimpleNamespace(partitions_for_topic=lambda topic: set(range(sizes[topic] or 0)) or None))
    joined = {"old": told(["a"], None), "young": told(["a", "missing", "new"], None)}
    held = {name: share.partitions() for name, share in SpreadAssignor.assign(cluster, joined).items()}
    assert [tp.topic for tp in held["old"]] == ["a", "a"]
    assert [tp.topic for tp in held["young"]] == ["a", "a", "new", "new", "new"]


def test_it_understands_what_aiokafkas_sticky_assignor_says() -> None:
    assert SpreadAssignor.name == StickyPartitionAssignor.name  # a group refuses members without a name in common
    claims = {TopicPartition("a", 1), TopicPartition("a", 2)}
    sent = StickyPartitionAssignor._metadata(["a"], sorted(claims), 3)
    again = ConsumerProtocolMemberMetadata.decode(sent.encode())
    assert set(SpreadAssignor.parse_member_metadata(again).partitions) == claims
