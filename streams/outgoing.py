"""What leaves with a transaction: outputs, changes of state and dead letters, encoded, and held to what topics take."""

from datetime import UTC, datetime
from typing import Any

from agents.base import Output
from localization.privacy.rules import without_personal
from schemas.codec import encode
from schemas.dead_letters import dead_letter
from schemas.envelope import output_headers
from schemas.errors import Refused
from schemas.reasons import Reason, Stage
from schemas.topics import DEAD_LETTER, changelog
from streams.changelog import OFFSET_HEADER, SOURCE_HEADER
from streams.limits import Limits
from streams.transaction import Message
from streams.window import Slot


def output_message(slot: Slot, output: Output, pipeline_version: str, limits: Limits) -> Message:
    """Encode one output of a record; raises Refused when its topic does not take it."""
    assert slot.received is not None  # noqa: S101  (for the type checker; a slot without it is refused)
    headers = output_headers(
        slot.received,
        slot.record,
        ce_type=output.ce_type,
        locale=output.locale,
        subject=output.subject,
        basis=pipeline_version if output.basis is None else output.basis,
        tombstone=output.value is None,
    )
    value = None if output.value is None else encode(output.value)
    return _fitting(Message(output.topic, output.key.encode(), value, headers), limits)


def change_message(topic: str, key: str, state: Any, source: int, next_offset: int, limits: Limits) -> Message:
    """Encode the new state of a key of `topic`, with the offset of its record, `source`, and the lane's own.

    Raises Refused when the changelog does not take it.
    """
    headers = [(OFFSET_HEADER, b"%d" % next_offset), (SOURCE_HEADER, b"%d" % source)]
    value = None if state is None else encode(state)
    return _fitting(Message(changelog(topic), key.encode(), value, headers), limits)


def letter_message(slot: Slot, refused: Refused, app_version: str, limits: Limits) -> Message:
    """Return the record as it came, with the reason, for `dead-letter`; what is said of it quotes nobody."""
    said = without_personal(refused.message)
    key, value, headers = dead_letter(
        slot.record,
        Refused(refused.stage, refused.reason, said, retryable=refused.retryable),
        now=datetime.now(UTC),
        app_version=app_version,
        attempts=slot.attempts,
        limit_bytes=limits.topics[DEAD_LETTER],
    )
    return Message(DEAD_LETTER, key, value, headers)


def _fitting(message: Message, limits: Limits) -> Message:
    """Return the message, or refuse what its topic does not take."""
    limit = limits.topics.get(message.topic)
    if limit is None:
        raise Refused(Stage.EMIT, Reason.SETTLE_FAILED, f"there is no topic {message.topic}", retryable=True)
    if not message.fits(limit):
        raise Refused(Stage.EMIT, Reason.OUTPUT_TOO_LARGE, f"{message.size()} bytes for {message.topic}")
    return message
