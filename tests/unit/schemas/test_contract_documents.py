"""The generated contracts: in step with the code, and true of what is really read and written."""

import orjson
import pytest
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from schemas.catalogue import MESSAGES
from schemas.codec import decode, encode
from schemas.contracts import CONTRACTS
from schemas.dead_letters import dead_letter
from schemas.envelope import data_schema
from schemas.errors import OperatorError, Refused
from schemas.generation import CHECKED_IN, contracts, drifted, export, named
from schemas.json_schema import message_schema
from schemas.reasons import Reason
from tests.contract.bad_field_cases import BAD_FIELDS
from tests.property.test_codec import NOW
from tests.wire import EVENTS, KEYS, LIMIT_BYTES, event_with, record

VALIDATORS = {message.name: Draft202012Validator(message_schema(message)) for message in MESSAGES}
INPUT_VALIDATORS = {message.topic: VALIDATORS[message.name] for message in MESSAGES if message.action == "receive"}
SCHEMA_REASONS = {Reason.MISSING_FIELD, Reason.WRONG_TYPE, Reason.INVALID_VALUE}
# `format` is an annotation in JSON Schema, and a number beyond all floats is one that parsers disagree on.
BEYOND_SCHEMA = {
    "time without an offset",
    "a date only",
    "month 13",
    "time in words",
    "before year 1 in UTC",
    "after year 9999 in UTC",
    "version beyond floats",
}


def test_the_checked_in_contracts_are_what_the_code_says():
    assert drifted(CHECKED_IN) == [], "run `dragoman schema export`"


def test_drift_is_seen(tmp_path):
    export(tmp_path)
    assert drifted(tmp_path) == []
    (tmp_path / "asyncapi.json").write_bytes(b"{}")
    (tmp_path / "dead-letter.v1.schema.json").unlink()
    (tmp_path / "stray.json").write_bytes(b"{}")
    assert drifted(tmp_path) == ["asyncapi.json", "dead-letter.v1.schema.json", "stray.json"]
    assert len(drifted(tmp_path / "nowhere")) == len(contracts())


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: message.name)
def test_a_schema_is_sound_and_takes_its_example_as_encoded(message):
    schema = message_schema(message)
    Draft202012Validator.check_schema(schema)
    assert schema["$id"] == data_schema(message.ce_type)
    VALIDATORS[message.name].validate(orjson.loads(encode(message.example)))
    with pytest.raises(ValidationError):
        VALIDATORS[message.name].validate({})


@pytest.mark.parametrize("topic", EVENTS)
def test_an_example_is_an_event_that_the_codec_takes(topic):
    example = next(message.example for message in MESSAGES if message.topic == topic)
    key = CONTRACTS[topic].record_key(example).encode()
    assert decode(CONTRACTS[topic], record(topic, encode(example), key), limit_bytes=LIMIT_BYTES).event == example


@pytest.mark.parametrize("topic", EVENTS)
def test_schema_and_codec_agree_on_a_valid_event(topic):
    value = event_with(topic, x_extra=1)
    INPUT_VALIDATORS[topic].validate(orjson.loads(value))
    decode(CONTRACTS[topic], record(topic, value, KEYS[topic]), limit_bytes=LIMIT_BYTES)


SAYABLE = [case for case in BAD_FIELDS if case.reason in SCHEMA_REASONS and case.name not in BEYOND_SCHEMA]


@pytest.mark.parametrize("case", SAYABLE, ids=lambda case: f"{case.topic}: {case.name}")
def test_the_schema_refuses_what_the_codec_refuses(case):
    with pytest.raises(ValidationError):
        INPUT_VALIDATORS[case.topic].validate(orjson.loads(case.value))


def test_a_real_dead_letter_follows_its_schema():
    read = record("review-posted", b"\xff", b"k", (("a", None), ("b", b"\x00")))
    with pytest.raises(Refused) as caught:
        decode(CONTRACTS["review-posted"], read, limit_bytes=LIMIT_BYTES)
    for limit in (10**6, 16_384):
        _, value, _ = dead_letter(read, caught.value, now=NOW, app_version="0.1.0", limit_bytes=limit)
        VALIDATORS["dead-letter.v1"].validate(orjson.loads(value))


def test_a_contract_is_found_by_any_of_its_names():
    assert named("listing-updated") == named("listing-updated.v1") == named("dragoman.listing-updated.v1")
    assert named("asyncapi")["asyncapi"] == "3.0.0"
    with pytest.raises(OperatorError, match="choose one of asyncapi, listing-updated"):
        named("listing")
