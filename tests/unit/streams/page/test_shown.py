"""An output as the page shows it, from records as the worker writes them."""

import base64
import json

import pytest

from schemas.outputs import DEAD_LETTER_TYPE
from streams.page.outputs import letter_of
from streams.page.shown import CHARACTERS_MAX, TEXTS_MAX, Kind, shown, source_place
from tests.wire import KEYS, event_with, record, structured, to_json

PROVENANCE = {"model": "tiny-pt-en", "model_version": "b72d", "glossary_version": None, "pipeline_version": "1"}
SOURCE_HEADERS = (
    ("locale", b"en"),
    ("dragoman-source-topic", b"listing-updated"),
    ("dragoman-source-partition", b"2"),
    ("dragoman-source-offset", b"7"),
)


def field(text, origin="model", **more):
    return {"text": text, "origin": origin} | more


def listing(**changes):
    return {
        "listing_id": "L-1001",
        "locale": "en",
        "listing_version": 3,
        "status": "localized",
        "fields": {
            "title": field("Impact drill 650 W", model="tiny-pt-en@b72d"),
            "description": field("<p>Drill with case.</p>"),
            "bullets": [field("13 mm chuck"), field("2 m cable", "memory")],
            "attributes": [{"name": field("Power"), "value": field("650", "copied"), "unit": "W"}],
        },
        "price_display": "R$349.90",
        "provenance": PROVENANCE,
    } | changes


def review(**changes):
    return {
        "review_id": "R-55",
        "listing_id": "L-1001",
        "locale": "en",
        "review_version": 1,
        "title": "Very good",
        "body": "It came fast.",
        "original": "Chegou rápido.",
        "rating": 4,
        "machine_translated": True,
        "provenance": PROVENANCE,
    } | changes


def parcel(**changes):
    return {
        "event_id": "E-9",
        "shipment_id": "SH-2",
        "tracking_number": "9400",
        "locale": "en",
        "canonical_status": "arrived_destination",
        "severity": "info",
        "action_required": False,
        "headline": "Arrived",
        "explanation": "It is in the country of destination.",
        "occurred_at": "2026-03-03T13:15:00Z",
        "local_time": "March 3, 2026, 10:15 AM",
        "is_latest": True,
        "provenance": PROVENANCE | {"model": None},
    } | changes


def output(topic, value, key=b"L-1001", headers=SOURCE_HEADERS):
    return record(topic, value if value is None else to_json(value), key, headers, timestamp=1_772_000_000_500)


def source(topic, value=None, headers=()):
    return record(topic, event_with(topic) if value is None else value, KEYS[topic], headers)


def test_a_listings_texts_stand_beside_those_they_were_made_from():
    event = shown(output("listing-localized.en", listing()), source("listing-updated"))
    assert event.kind is Kind.LISTING
    assert [(text.name, text.before, text.after, text.origin) for text in event.texts] == [
        ("title", "Furadeira de impacto 650 W", "Impact drill 650 W", "model"),
        ("description", "<p>Furadeira com maleta.</p>", "<p>Drill with case.</p>", "model"),
        ("bullet 1", "Mandril de 13 mm", "13 mm chuck", "model"),
        ("bullet 2", "Cabo de 2 m", "2 m cable", "memory"),
        ("attribute 1 name", "Potência", "Power", "model"),
        ("attribute 1 value", "650", "650", "copied"),
    ]
    assert event.texts[0].model == "tiny-pt-en@b72d"
    assert event.facts == ("R$349.90",)
    assert event.place == "listing-localized.en/2/41"
    assert event.source == "listing-updated/2/7"
    assert event.seconds == 0.5
    assert not event.fallback


def test_the_source_may_be_in_an_envelope_or_gone():
    headers = (("content-type", b"application/cloudevents+json"),)
    wrapped = source("listing-updated", structured("listing-updated"), headers)
    assert shown(output("listing-localized.en", listing()), wrapped).texts[0].before == "Furadeira de impacto 650 W"
    alone = shown(output("listing-localized.en", listing()))
    assert (alone.texts[0].before, alone.texts[0].after, alone.seconds) == ("", "Impact drill 650 W", None)
    broken = shown(output("listing-localized.en", listing()), source("listing-updated", b"{"))
    assert broken.texts[0].before == ""


@pytest.mark.parametrize(
    ("topic", "value", "expected"),
    [
        ("listing-localized.en", listing(warnings=["pair_unavailable"]), True),
        ("listing-localized.en", listing(fields=listing()["fields"] | {"title": field("x", "copied", warnings=["gate_numbers"])}), True),
        ("listing-localized.en", listing(status="passthrough"), False),  # the source is in the reader's own language
        ("listing-localized.en", listing(warnings=["glossary_missed"]), False),
        ("review-localized.en", review(warnings=["gate_sentiment:body"]), True),
        ("logistics-localized.default", parcel(warnings=["phrase_locale_fallback"]), True),
        ("logistics-localized.default", parcel(warnings=["unknown_code"]), False),
    ],
)  # fmt: skip
def test_a_fallback_is_marked(topic, value, expected):
    assert shown(output(topic, value)).fallback is expected


def test_reviews_and_parcels():
    event = shown(output("review-localized.en", review()), source("review-posted"))
    assert [(text.name, text.before, text.after) for text in event.texts] == [
        ("title", "Muito boa", "Very good"),
        ("body", "Chegou rápido.", "It came fast."),
    ]
    assert event.facts == ("4 of 5",)
    told = parcel(detail="It is here.", original="Está aqui.", eta="2026-03-05T00:00:00Z", delay_days=2)
    event = shown(output("logistics-localized.acme", told, b"SH-2"), source("logistics-event"))
    assert [(text.name, text.before, text.after) for text in event.texts] == [
        ("headline", "upu EMD", "Arrived"),
        ("explanation", "", "It is in the country of destination."),
        ("detail", "Está aqui.", "It is here."),
    ]
    assert event.facts == ("correios", "9400")
    assert (event.step.eta, event.step.delay_days) == ("2026-03-05T00:00:00+00:00", 2)


def test_a_tombstone_is_told_as_withdrawn():
    event = shown(output("listing-localized.en", None))
    assert (event.gone, event.key, event.locale, event.texts) == (True, "L-1001", "en", ())


@pytest.mark.parametrize("value", [b"{", b"\xff", b"[]", b'{"listing_id": 3}'])
def test_what_somebody_else_has_written_is_passed_over(value):
    assert shown(record("listing-localized.en", value, b"k")) is None
    assert shown(record("item-embedding", b"{}", b"k")) is None


def test_texts_are_bounded_and_a_cut_is_told():
    many = [field("bullet")] * 1000
    value = listing(fields={"title": field("x" * 100_000), "description": field("short"), "bullets": many})
    event = shown(output("listing-localized.en", value))
    assert len(event.texts) == TEXTS_MAX
    assert (len(event.texts[0].after), event.texts[0].cut, event.texts[1].cut) == (CHARACTERS_MAX, True, False)


@pytest.mark.parametrize("headers", [(), (("dragoman-source-topic", None),), (*SOURCE_HEADERS[:3], ("dragoman-source-offset", b"x"))])  # fmt: skip
def test_an_output_may_name_no_source(headers):
    assert source_place(record("listing-localized.en", b"{}", b"k", headers)) is None


def test_of_a_dead_letter_nothing_of_its_payload_is_shown():
    letter = {"value": base64.b64encode(b"secret").decode(), "message": "secret"}
    headers = (("dragoman-stage", b"decode"), ("dragoman-reason", b"not_json"), ("ce_type", DEAD_LETTER_TYPE.encode()))
    found = letter_of(record("dead-letter", json.dumps(letter).encode(), b"k", (*headers, *SOURCE_HEADERS)))
    assert (found.stage, found.reason, found.topic, found.partition, found.offset) == ("decode", "not_json", "listing-updated", 2, 7)  # fmt: skip
