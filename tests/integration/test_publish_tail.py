import json
import os
import signal
import subprocess
import sys
import uuid
from contextlib import aclosing
from pathlib import Path

import pytest
from aiokafka import AIOKafkaProducer

from schemas.codec import decode
from schemas.contracts import LISTING_CONTRACT
from schemas.errors import OperatorError
from schemas.topics import LISTING_UPDATED, TopicSpec, listing_localized
from streams.publish import publish
from streams.tail import tail
from streams.topics import create_topics

pytestmark = pytest.mark.integration
DRAGOMAN = Path(sys.executable).with_name("dragoman")
IDLE_S = 1.0


def listing(identity):
    event = {"listing_id": identity, "seller_id": "s-1", "marketplace": "example", "version": 1}
    return event | {"title": "Garden hose", "bullets": ["20 m"], "updated_at": "2026-03-03T10:00:00Z"}


async def lines(*values):
    for value in values:
        yield value if isinstance(value, bytes) else json.dumps(value).encode() + b"\n"


async def everything(broker, topic, **options):
    async with aclosing(tail(broker, topic, from_beginning=True, timeout_s=IDLE_S, **options)) as records:
        return [record async for record in records]


def dragoman(broker, *arguments, code=0, **options):
    environment = os.environ | {"DRAGOMAN_KAFKA__BOOTSTRAP": broker}
    command = [DRAGOMAN, *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, check=False, timeout=60, **options)
    assert done.returncode == code, done.stderr.decode()
    return done


@pytest.fixture
async def listings(broker):
    await create_topics(broker, [TopicSpec(LISTING_UPDATED, 4, compacted=True)], 1)
    return LISTING_UPDATED


@pytest.fixture
async def topic(broker):
    name = f"own-{uuid.uuid4().hex[:8]}"
    await create_topics(broker, [TopicSpec(name, 2)], 1)
    return name


async def test_events_arrive_as_the_contract_wants_them(broker, listings):
    mine = f"L-{uuid.uuid4().hex[:8]}"
    sent = await publish(broker, listings, lines(listing(mine), b"\n", {"key": mine, "value": None}))
    assert (sent.sent, sent.events, sent.tombstones, sent.undecoded) == (2, 1, 1, 0)
    event, tombstone = [record for record in await everything(broker, listings) if record.key == mine.encode()]
    assert event.partition == tombstone.partition
    received = decode(LISTING_CONTRACT, event, limit_bytes=1_000_000)
    assert received.event.listing_id == mine
    assert received.ce_source == "dragoman-publish"
    assert decode(LISTING_CONTRACT, tombstone, limit_bytes=1_000_000).event.key == mine


async def test_bad_records_arrive_byte_for_byte(broker, listings):
    mine = f"bad-{uuid.uuid4().hex[:8]}"
    raw = b'{"listing_id": "' + mine.encode() + b'", '
    sent = await publish(
        broker,
        listings,
        lines(raw + b"\n", {"key": mine, "value_base64": "/wA=", "headers": None}, {"key": mine, "value": "text"}),
    )
    assert (sent.sent, sent.undecoded) == (3, 3)
    seen = await everything(broker, listings)
    (broken,) = [record for record in seen if record.value == raw]
    assert broken.key.startswith(b"no-key-")
    binary, text = [record for record in seen if record.key == mine.encode()]
    assert (binary.value, binary.headers) == (b"\xff\x00", ())
    assert text.value == b"text"
    assert dict(text.headers)["ce_type"] == b"dragoman.listing-updated.v1"


async def test_a_compacted_topic_takes_no_record_without_a_key(broker, listings):
    with pytest.raises(OperatorError, match="line 1 was refused: a compacted topic takes no record without a key"):
        await publish(broker, listings, lines({"key": None, "value": "text"}))


async def test_records_stay_in_order_and_all_arrive(broker, topic):
    count = 3000
    values = [{"key": f"k{n % 7}", "value": {"n": n}} for n in range(count)]
    sent = await publish(broker, topic, lines(*values))
    assert sent.sent == count
    seen = await everything(broker, topic)
    by_key = {}
    for record in seen:
        by_key.setdefault(record.key, []).append(json.loads(record.value)["n"])
    assert sum(len(numbers) for numbers in by_key.values()) == count
    assert all(numbers == sorted(numbers) for numbers in by_key.values())


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ({"key": "k", "value_base64": "not base64!"}, "line 2: value_base64 is not base64"),
        ({"key": "k", "value": {}, "headers": {"a": 1}}, "line 2: headers must be"),
        ({"topic": "elsewhere", "key": "k", "value": {}}, "line 2: its record is for topic elsewhere"),
        ({"key": "k", "value": "x" * 2_000_000}, "line 2 was refused: .*TooLarge"),
    ],
)
async def test_a_line_at_fault_is_named(broker, topic, line, reason):
    with pytest.raises(OperatorError, match=reason) as caught:
        await publish(broker, topic, lines({"key": "k", "value": {}}, line))
    assert "\n" not in str(caught.value)


async def test_a_topic_that_is_not_there_is_one_line(broker):
    with pytest.raises(OperatorError, match="topic nowhere does not exist"):
        await publish(broker, "nowhere", lines({"a": 1}))
    with pytest.raises(OperatorError, match="topic nowhere does not exist"):
        await everything(broker, "nowhere")


async def test_tail_shows_committed_records_only_and_the_source_beside_its_output(broker, listings):
    mine = f"L-{uuid.uuid4().hex[:8]}"
    output = listing_localized(f"x{uuid.uuid4().hex[:8]}")
    await create_topics(broker, [TopicSpec(output, 4)], 1)
    await publish(broker, listings, lines(listing(mine)))
    (source,) = [record for record in await everything(broker, listings) if record.key == mine.encode()]
    headers = [("dragoman-source-topic", source.topic.encode())]
    headers += [("dragoman-source-partition", b"%d" % source.partition)]
    lost = [*headers, ("dragoman-source-offset", b"%d" % (source.offset + 10_000))]
    headers += [("dragoman-source-offset", b"%d" % source.offset)]
    title = {"text": "Mangueira de jardim", "origin": "model"}
    value = json.dumps({"listing_id": mine, "status": "localized", "fields": {"title": title, "description": title}})
    producer = AIOKafkaProducer(bootstrap_servers=broker, transactional_id=f"tx-{uuid.uuid4()}")
    await producer.start()
    try:
        await producer.begin_transaction()
        await producer.send_and_wait(output, b"aborted", partition=0)
        await producer.abort_transaction()
        async with producer.transaction():
            await producer.send_and_wait(output, value.encode(), mine.encode(), partition=0, headers=headers)
            await producer.send_and_wait(output, value.encode(), mine.encode(), partition=0, headers=lost)
    finally:
        await producer.stop()
    found, gone = await everything(broker, output)
    assert found.source == source.value
    assert gone.source is None

    shown = dragoman(broker, "tail", output, "--from-beginning", "--count", "1").stdout.decode()
    assert "Garden hose" in shown
    assert "Mangueira de jardim" in shown
    as_json = dragoman(broker, "tail", output, "--from-beginning", "--count", "1", "--json").stdout
    assert json.loads(as_json)["source"]["title"] == "Garden hose"


def test_the_commands_from_a_file_and_from_standard_input(broker, topic, tmp_path):
    file = tmp_path / "events.jsonl"
    file.write_text('{"key": "a", "value": {"n": 1}}\n{"key": "b", "value": "\\u001b[31mred"}\n')
    assert json.loads(dragoman(broker, "publish", topic, str(file), "--json").stdout)["sent"] == 2
    piped = dragoman(broker, "publish", topic, "-", "--rate", "1000", input=b'{"n": 3}\n{"n": 4}')
    assert b"sent 2 records" in piped.stdout
    shown = dragoman(broker, "tail", topic, "--from-beginning", "--count", "4", "--json").stdout
    assert len(shown.splitlines()) == 4
    assert b"\x1b" not in dragoman(broker, "tail", topic, "--from-beginning", "--count", "4").stdout
    few = dragoman(broker, "tail", topic, "--from-beginning", "--count", "9", "--timeout", str(IDLE_S), code=1)
    assert b"4 of 9 records came" in few.stderr
    absent = dragoman(broker, "publish", topic, str(tmp_path / "absent"), code=2)
    assert absent.stderr.count(b"\n") == 1


def test_tail_ends_cleanly_on_ctrl_c(broker, topic, tmp_path):
    file = tmp_path / "events.jsonl"
    file.write_text('{"n": 1}\n')
    dragoman(broker, "publish", topic, str(file))
    environment = os.environ | {"DRAGOMAN_KAFKA__BOOTSTRAP": broker}
    command = [DRAGOMAN, "tail", topic, "--from-beginning", "--json"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        _, complaints = process.communicate(timeout=30)
    assert (process.returncode, complaints) == (0, b"")
