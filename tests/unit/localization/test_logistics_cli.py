"""`dragoman logistics` as machines and people call it."""

import json

import pytest
from typer.testing import CliRunner

from cli.logistics import app
from localization.logistics.carrier_codes import VOCABULARIES
from schemas.errors import OperatorError


def call(*arguments, stdin=None):
    return CliRunner().invoke(app, arguments, input=stdin, catch_exceptions=False)


def test_one_code_answers_one_object():
    answer = json.loads(call("map", "--vocabulary", "upu", "--code", "EMH", "--json").stdout)
    assert answer == {
        "vocabulary": "upu",
        "code": "EMH",
        "sub_code": None,
        "status": "attempt_failed",
        "sub_status": None,
        "warnings": [],
    }


def test_a_locale_adds_the_phrase():
    arguments = (
        "map",
        "--vocabulary",
        "iata_fsu",
        "--code",
        "DIS",
        "--sub-code",
        "MSCA",
        "--locale",
        "ca",
        "--json",
    )
    answer = json.loads(call(*arguments).stdout)
    assert (answer["status"], answer["sub_status"]) == ("lost", "goods_missing")
    assert answer["phrase"]["locale"] == "en"
    assert answer["phrase"]["warnings"] == ["phrase_locale_fallback"]
    assert answer["phrase"]["action_required"] is True


def test_people_get_a_table():
    shown = call("map", "-v", "upu", "-c", "EMI", "-l", "de").stdout
    assert "delivered" in shown
    assert "Zugestellt" in shown


def test_estimated_delivery_is_not_delivered():
    answer = json.loads(call("map", "-v", "upu", "-c", "EMI", "--classifier", "EST", "--json").stdout)
    assert (answer["status"], answer["sub_status"]) == ("in_transit", "estimated")


def test_a_file_keeps_its_lines_in_order_with_what_they_had(tmp_path):
    file = tmp_path / "codes.jsonl"
    file.write_bytes(
        b'\xef\xbb\xbf{"vocabulary": "upu", "code": "EMI", "id": 123456789012345678901234567890}\r\n\n'
        b'{"vocabulary": "17track", "code": 40}\n'
        b'{"vocabulary": "aftership", "code": "Exception", "sub_code": "Exception_011", "note": "\xc3\xa9"}\n'
        b'{"vocabulary": "ups", "code": "D"}\n'
        b'{"vocabulary": "easypost"}'
    )
    lines = [json.loads(line) for line in call("map", "--file", str(file)).stdout.splitlines()]
    statuses = ["delivered", "delivered", "returned", "in_transit", "in_transit"]
    assert [line["status"] for line in lines] == statuses
    assert lines[0]["id"] == 123456789012345678901234567890
    assert lines[2]["note"] == "é"
    assert lines[3]["warnings"] == ["unknown_vocabulary"]
    assert lines[4]["warnings"] == ["unknown_code"]


def test_standard_input_is_read():
    shown = call("map", "--file", "-", stdin='{"vocabulary": "upu", "code": "EDH"}\n').stdout
    assert json.loads(shown)["status"] == "available_for_pickup"


@pytest.mark.parametrize(
    "bad",
    [
        "nope",
        "[1]",
        '{"code": "EMI"}',
        '{"vocabulary": "upu", "code": true}',
        '{"vocabulary": 1}',
        '{"vocabulary": "upu"',
        "\udcff",
    ],
)
def test_a_bad_line_is_named(tmp_path, bad):
    file = tmp_path / "codes.jsonl"
    good = '{"vocabulary": "upu", "code": "EMI"}'
    file.write_bytes(f"{good}\n\n{bad}\n{good}\n".encode("utf-8", "surrogateescape"))
    with pytest.raises(OperatorError, match="line 3: "):
        call("map", "--file", str(file))


@pytest.mark.parametrize(
    "arguments",
    [
        ("map",),
        ("map", "--code", "EMI"),
        ("map", "--vocabulary", "upu"),
        ("map", "--vocabulary", "nope", "--code", "EMI"),
        ("map", "--vocabulary", "upu", "--code", "EMI", "--locale", "qq-QQQ"),
        ("map", "--file", "absent.jsonl"),
        ("map", "--file", "x", "--code", "EMI"),
        ("phrases", "--locale", "qq"),
    ],
)
def test_an_operators_mistake_is_one_line(arguments):
    with pytest.raises(OperatorError) as caught:
        call(*arguments)
    assert "\n" not in str(caught.value)


def test_vocabularies_are_listed():
    rows = json.loads(call("vocabularies", "--json").stdout)
    assert [row["vocabulary"] for row in rows] == list(VOCABULARIES)
    assert all(row["codes"] >= 9 for row in rows)
    assert "EMSEVT" in call("vocabularies").stdout


def test_phrases_are_shown():
    rows = json.loads(call("phrases", "--locale", "fr", "--json").stdout)
    assert len(rows) == 23
    assert {"status": "delivered", "headline": "Livré"}.items() <= next(
        r for r in rows if r["status"] == "delivered"
    ).items()
    assert "delivered" in call("phrases", "--locale", "fr").stdout
