"""What leaves with a transaction, message by message."""

import msgspec
import pytest

from schemas.codec import decode
from schemas.contracts import LISTING_CONTRACT
from schemas.envelope import output_id
from schemas.errors import Refused
from schemas.reasons import Reason
from schemas.topics import LISTING_UPDATED, changelog
from streams.changelog import OFFSET_HEADER, SOURCE_HEADER
from streams.limits import Limits
from streams.outgoing import change_message, output_message
from streams.window import Slot
from tests.unit.streams.runner_kit import CHANGELOG, LIMITS, OUTPUT, Seen, record, shown


def slot_of(number: int) -> Slot:
    come = record(number)
    return Slot(come, received=decode(LISTING_CONTRACT, come, limit_bytes=10_000))


@pytest.mark.parametrize("basis", [None, "correction-7"])
def test_an_outputs_id_is_made_of_its_own_basis_or_the_pipelines(basis: str | None) -> None:
    slot = slot_of(3)
    output = msgspec.structs.replace(shown("k", Seen((3,))), basis=basis)
    headers = dict(output_message(slot, output, "pipeline-1", LIMITS).headers)
    assert slot.received is not None
    expected = output_id(slot.received.source_id, "t.v1", "en", basis or "pipeline-1")
    assert headers["ce_id"] == expected.encode()


def test_a_tombstone_has_no_value_and_no_content_type() -> None:
    gone, there = (output_message(slot_of(3), shown("k", value), "p", LIMITS) for value in (None, Seen()))
    assert (gone.value, "content-type" in dict(gone.headers)) == (None, False)
    assert (there.value is None, "content-type" in dict(there.headers)) == (False, True)


def test_a_change_says_what_it_was_made_of_and_where_the_lane_stands() -> None:
    change = change_message(LISTING_UPDATED, "k", Seen((3,)), 3, 9, LIMITS)
    assert (change.topic, change.key) == (changelog(LISTING_UPDATED), b"k")
    assert dict(change.headers) == {SOURCE_HEADER: b"3", OFFSET_HEADER: b"9"}
    assert change_message(LISTING_UPDATED, "k", None, 3, 9, LIMITS).value is None


@pytest.mark.parametrize(
    ("limits", "reason", "retryable"),
    [
        (Limits({CHANGELOG: 100_000}, 50_000), Reason.SETTLE_FAILED, True),  # the topic may be made yet
        (Limits({OUTPUT: 100, CHANGELOG: 100_000}, 50_000), Reason.OUTPUT_TOO_LARGE, False),
    ],
)
def test_what_its_topic_does_not_take_is_refused(limits: Limits, reason: Reason, retryable: bool) -> None:
    with pytest.raises(Refused) as refused:
        output_message(slot_of(3), shown("k", Seen((3,), "x" * 100)), "p", limits)
    assert (refused.value.reason, refused.value.retryable) == (reason, retryable)
