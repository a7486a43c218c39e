"""What a lane tells of itself when asked; the lanes fill it in, metrics and health read it."""

from msgspec import Struct


class LaneStatus(Struct, frozen=True):
    """One input partition of this worker, now.

    `position` is the next offset to commit and `fetched` the next to be taken from the broker, None while the lane
    opens; `in_flight` counts records taken and not yet committed; `oldest_unfinished_s` is monotonic time.
    `restored` is how far its state is read, 0 to 1. `replay_left` counts the offsets that a replay has yet to pass,
    None without one.
    """

    topic: str
    partition: int
    state: str
    position: int | None
    fetched: int | None
    in_flight: int
    oldest_unfinished_s: float
    reopens: int
    restored: float = 1.0
    replay_left: int | None = None
