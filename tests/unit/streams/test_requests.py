from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from aiokafka import TopicPartition
from msgspec.structs import replace

from schemas.codec import encode
from schemas.relocalization import Relocalization, read_request
from schemas.settings import KafkaSettings
from schemas.topics import LISTING_UPDATED, LOGISTICS_EVENT
from streams.requests import Requests

PARTITIONS = {LISTING_UPDATED: 2, LOGISTICS_EVENT: 2}
GOOD = Relocalization(
    id="20260101-0000-ab",
    topic=LISTING_UPDATED,
    begins=(0, 5),
    ends=(9, 5),
    created_at=datetime(2026, 1, 1, tzinfo=UTC),
)


def row(request, value=b"", key=None):
    return SimpleNamespace(key=key or request.id.encode(), value=encode(request) if value == b"" else value, offset=3)


def test_a_request_comes_back_as_it_was_written():
    asked = replace(GOOD, locales=("fr",), category="c", rate=2.5)
    assert read_request(asked.id.encode(), encode(asked), PARTITIONS) == asked
    assert GOOD.busy_partitions == 1


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (b"", "malformed|truncated"),
        (b"[]", "Expected `object`"),
        (b"\xff\xfe", "malformed|UTF-8|invalid"),
        (encode(replace(GOOD, id="Bad id")), "id"),
        (encode(replace(GOOD, topic="nowhere")), "'nowhere' cannot be replayed"),
        (encode(replace(GOOD, topic=LOGISTICS_EVENT)), "cannot be replayed"),
        (encode(replace(GOOD, ends=(9,))), "2 partitions"),
        (encode(replace(GOOD, begins=(0,), ends=(9,))), "2 partitions"),
        (encode(replace(GOOD, begins=(0, 6))), "ends before it begins"),
        (encode(replace(GOOD, begins=(-1, 5))), "begins"),
        (encode(replace(GOOD, rate=0.0)), "rate"),
    ],
)
def test_what_is_no_request_says_why_in_one_line(value, said):
    with pytest.raises(ValueError, match=said) as caught:
        read_request(GOOD.id.encode(), value, PARTITIONS)
    assert "\n" not in str(caught.value)


def test_a_key_that_is_not_its_id_is_none():
    with pytest.raises(ValueError, match="key"):
        read_request(b"other", encode(GOOD), PARTITIONS)


async def test_requests_stand_until_they_are_taken_back_and_bad_ones_are_passed_over():
    requests = Requests(KafkaSettings(partitions=PARTITIONS))
    later = replace(GOOD, id="later", created_at=datetime(2026, 1, 2, tzinfo=UTC))
    news = requests.news
    requests.take([row(later), row(GOOD, b"{"), row(GOOD, b"x", b"\xff"), row(GOOD)])
    assert news.is_set()
    assert not requests.news.is_set()
    busy, empty = TopicPartition(LISTING_UPDATED, 0), TopicPartition(LISTING_UPDATED, 1)
    assert requests.standing(busy) == [GOOD, later]
    assert requests.standing(empty) == []
    requests.take([row(GOOD, None), row(replace(GOOD, id="never"), None)])
    assert requests.standing(busy) == [later]
    assert not requests.stands(GOOD)
    other = replace(later, rate=1.0)
    requests.take([row(other)])
    assert not requests.stands(later)
    assert requests.stands(other)
