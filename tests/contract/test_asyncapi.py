"""The AsyncAPI document before AsyncAPI's own parser; it must also be seen to find faults."""

import copy
import json
import subprocess
from pathlib import Path

import pytest
from jsonschema import Draft7Validator
from jsonschema.exceptions import ValidationError

from schemas.asyncapi import TOMBSTONE, document
from schemas.generation import ASYNCAPI_FILE, CHECKED_IN
from schemas.topics import INPUTS, topic_specs
from tests.npm import check_lock, install

PARSER = Path(__file__).parent / "asyncapi"
ERROR, WARNING = 0, 1


@pytest.fixture(scope="module")
def judge(tmp_path_factory):
    """Runs the parser over documents. Its packages are installed once, from the lock."""
    node = install(PARSER, "AsyncAPI's parser")

    def run(*documents):
        paths = []
        for value in documents:
            paths.append(tmp_path_factory.mktemp("asyncapi") / "asyncapi.json")
            paths[-1].write_text(json.dumps(value), "utf-8")
        done = subprocess.run(
            [node, "check.mjs", *paths], cwd=PARSER, capture_output=True, text=True, timeout=120, check=False
        )
        assert done.stdout, done.stderr
        return done.returncode, json.loads(done.stdout)

    return run


def test_the_document_is_sound_for_asyncapis_own_parser(judge):
    code, [result] = judge(json.loads((CHECKED_IN / ASYNCAPI_FILE).read_bytes()))
    assert [found for found in result["diagnostics"] if found["severity"] <= WARNING] == []
    assert code == 0
    assert len(result["operations"]) == len(result["channels"]) == 11


def broken(path, value):
    faulty = copy.deepcopy(document())
    *parents, last = path
    place = faulty
    for name in parents:
        place = place[name]
    place[last] = value
    return faulty


FAULTS = {
    "an operation on no channel": broken(("operations", "sendDeadLetter", "channel"), {"$ref": "#/channels/none"}),
    "an unknown action": broken(("operations", "sendDeadLetter", "action"), "publish"),
    "a message of another channel": broken(
        ("operations", "sendDeadLetter", "messages"), [{"$ref": "#/channels/itemEmbedding/messages/ItemEmbedding"}]
    ),
    "a schema that is none": broken(("components", "schemas", "Price", "type"), "money"),
    "a parameter that is not told": broken(("channels", "listingLocalized", "parameters"), {}),
}


def test_the_parser_finds_faults_put_into_the_document(judge):
    code, results = judge(*FAULTS.values())
    assert code == 1
    silent = [name for name, result in zip(FAULTS, results, strict=True) if not faults(result)]
    assert silent == []


def faults(result):
    return [found for found in result["diagnostics"] if found["severity"] == ERROR]


@pytest.mark.parametrize("name", [name for name in document()["components"]["messages"] if name != TOMBSTONE])
def test_an_example_follows_the_documents_own_schemas(name):
    """The parser does not hold the examples of version 3 to their schemas."""
    components = document()["components"]
    message = components["messages"][name]
    [example] = message["examples"]
    for part in ("headers", "payload") if "headers" in message else ("payload",):
        validator = Draft7Validator(message[part] | {"components": components})
        validator.validate(example[part])
        with pytest.raises(ValidationError):
            validator.validate([])


def test_every_public_topic_has_a_channel_with_its_settings():
    channels = {channel["address"]: channel for channel in document()["channels"].values()}
    specs = topic_specs(dict.fromkeys(INPUTS, 1), ("{locale}",), ("{partner_id}",))
    public = {spec.name: spec for spec in specs if not spec.name.startswith("dragoman-")}
    assert channels.keys() == public.keys()
    for name, spec in public.items():
        settings = channels[name]["bindings"]["kafka"]["topicConfiguration"]
        told = {key: ",".join(value) if isinstance(value, list) else str(value) for key, value in settings.items()}
        assert told == spec.configs()


def test_the_lock_names_no_address():
    check_lock(PARSER)
