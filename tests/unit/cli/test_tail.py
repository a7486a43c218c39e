import io
import json

import pytest
from rich.console import Console

from cli.tail import _rendered, as_json, side_by_side
from streams.tail import Seen

SOURCE = {
    "title": "Hose",
    "description": "Long",
    "bullets": ["20 m"],
    "attributes": [{"name": "Colour", "value": "Green"}],
}


def field(text, origin="model", **more):
    return {"text": text, "origin": origin} | more


LISTING = {
    "listing_id": "L1",
    "status": "partial",
    "fields": {
        "title": field("Mangueira"),
        "description": field("Long", "copied", warnings=["numbers_differ"]),
        "bullets": [field("20 m"), field("novo")],
        "attributes": [{"name": field("Cor"), "value": field("Verde")}],
    },
}


def seen(topic, value, source=None, key=b"L1"):
    return Seen(topic=topic, partition=1, offset=7, timestamp=0, key=key, value=value, headers=(), source=source)


def test_every_text_of_a_listing_stands_beside_its_source():
    assert side_by_side("listing-localized.pt-BR", LISTING, SOURCE) == [
        ("title", "Hose", "Mangueira", "model"),
        ("description", "Long", "Long", "copied, numbers_differ"),
        ("bullet 1", "20 m", "20 m", "model"),
        ("bullet 2", "", "novo", "model"),
        ("attribute 1 name", "Colour", "Cor", "model"),
        ("attribute 1 value", "Green", "Verde", "model"),
    ]


def test_without_its_source_the_texts_are_still_shown():
    rows = side_by_side("listing-localized.pt-BR", LISTING, None)
    assert [(before, after) for _, before, after, _ in rows][:2] == [("", "Mangueira"), ("", "Long")]


def test_a_review_carries_its_original():
    value = {"title": "Ótimo", "body": "Muito bom", "original": "Very good", "machine_translated": True, "rating": 5}
    assert side_by_side("review-localized.pt-BR", value, {"title": "Great"}) == [
        ("title", "Great", "Ótimo", ""),
        ("body", "Very good", "Muito bom", "machine translated"),
    ]


@pytest.mark.parametrize(("detail", "beside"), [("Porta fechada", "detail"), (None, "headline")])
def test_a_parcels_original_stands_beside_what_was_made_of_it(detail, beside):
    value = {"headline": "A caminho", "explanation": "…", "detail": detail, "original": "Door closed"}
    rows = side_by_side("logistics-localized.default", value, None)
    assert [name for name, before, _, _ in rows if before] == [beside]
    assert len(rows) == (3 if detail else 2)


@pytest.mark.parametrize(
    ("value", "document"),
    [(b'{"a": 1}', {"a": 1}), (b"text", "text"), (b"\xff", {"base64": "/w=="}), (None, None)],
)
def test_json_holds_any_bytes(value, document):
    line = as_json(seen("any", value))
    assert json.loads(json.dumps(line))["value"] == document


@pytest.mark.parametrize(
    "value", [None, b"\x1b[31mred\x07", json.dumps(LISTING).replace("Mangueira", "\\u001b]0;x").encode(), b"[1]", b"7"]
)
def test_nothing_of_a_payload_reaches_the_terminal_as_a_command(value):
    screen = Console(file=io.StringIO(), width=100)
    screen.print(*_rendered(seen("listing-localized.pt-BR", value, json.dumps(SOURCE).encode(), key=b"\x1b[2J")))
    assert "\x1b" not in screen.file.getvalue()
    assert "listing-localized.pt-BR/1/7" in screen.file.getvalue()
