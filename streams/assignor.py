"""Who gets which partition: every topic spread over all workers, and what stays where it is.

The sticky assignor of aiokafka evens out how many partitions a member has, whatever they are of: one of two workers may
have all listings and the other all parcels, so that a worker more, added because listings lag, may bring nothing. Here
each topic is even by itself, and the sum is as well. What a member says of itself is the same as in aiokafka's, under
the same name, so that old and new workers can be in one group while they are rolled.
"""

from collections.abc import Mapping

from aiokafka.cluster import ClusterMetadata
from aiokafka.coordinator.assignors.sticky.sticky_assignor import StickyPartitionAssignor
from aiokafka.coordinator.protocol import ConsumerProtocolMemberAssignment, ConsumerProtocolMemberMetadata

Shares = dict[str, list[int]]
"""The partitions of one topic by member."""


class SpreadAssignor(StickyPartitionAssignor):  # type: ignore[misc]  # aiokafka is untyped
    """Gives each member as many partitions of each topic as any other, or one more, and moves few."""

    @classmethod
    def assign(
        cls, cluster: ClusterMetadata, members: Mapping[str, ConsumerProtocolMemberMetadata]
    ) -> dict[str, ConsumerProtocolMemberAssignment]:
        """Return what each member gets; a topic that the cluster does not know is nobody's yet."""
        told = {name: cls.parse_member_metadata(members[name]) for name in sorted(members)}
        shares: dict[str, list[tuple[str, list[int]]]] = {name: [] for name in told}
        loads = dict.fromkeys(told, 0)
        for topic in sorted({topic for member in told.values() for topic in member.subscription}):
            partitions = sorted(cluster.partitions_for_topic(topic) or ())
            had = {
                name: [tp.partition for tp in member.partitions if tp.topic == topic]
                for name, member in told.items()
                if topic in member.subscription
            }
            for name, share in spread(partitions, had, loads).items():
                loads[name] += len(share)
                if share:
                    shares[name].append((topic, share))
        return {name: ConsumerProtocolMemberAssignment(cls.version, share, b"") for name, share in shares.items()}


def spread(partitions: list[int], had: Shares, loads: Mapping[str, int]) -> Shares:
    """Share one topic out. `had`: what members of it had; `loads`: how many partitions of other topics each has.

    Where it does not come out even, those with the fewest get one more, and among them those who had more before.
    """
    kept: Shares = {}
    free = set(partitions)
    for name in had:  # two may claim the same, one of them having slept through a rebalance
        kept[name] = sorted(free.intersection(had[name]))
        free.difference_update(kept[name])
    each, more = divmod(len(partitions), len(had))
    ranked = sorted(had, key=lambda name: (loads[name], -len(kept[name]), name))
    room = {name: each + (rank < more) for rank, name in enumerate(ranked)}
    for name, share in kept.items():
        free.update(share[room[name] :])
        del share[room[name] :]
    left = iter(sorted(free))
    for name in ranked:
        kept[name] += [next(left) for _ in range(room[name] - len(kept[name]))]
    return {name: sorted(share) for name, share in kept.items()}
