"""The data files themselves, read here without the code that serves them."""

import tomllib
from importlib.resources import files
from typing import get_args

import msgspec
import pytest

from localization.logistics.carrier_codes import table
from localization.logistics.phrases import URGENCY
from localization.logistics.wording import PHRASE_LOCALES, wording
from schemas.events import Vocabulary
from schemas.outputs import CanonicalStatus

STATUSES = set(get_args(CanonicalStatus))
VOCABULARIES = get_args(Vocabulary)
ROOM = files("localization.logistics")

# Everything that may be shown as delivered. A change here is a change of what customers are told: argue it.
DELIVERED = {
    ("canonical", "delivered", ""),
    ("iata_fsu", "DLV", ""),
    ("iata_fsu", "DDL", ""),
    ("upu", "EMI", ""),
    ("17track", "Delivered", ""),
    ("17track", "40", ""),
    ("17track", "Delivered", "Delivered_Other"),
    ("aftership", "Delivered", ""),
    ("aftership", "Delivered", "Delivered_001"),
    ("aftership", "Delivered", "Delivered_002"),
    ("aftership", "Delivered", "Delivered_003"),
    ("aftership", "Delivered", "Delivered_004"),
    ("aftership", "Delivered", "Delivered_005"),
    ("easypost", "delivered", ""),
    ("easypost", "delivered", "arrived_at_destination"),
}
# Words that promise a time or a result, or scold the reader, have no place in a status text.
PROMISES = {
    "en": ("will arrive", "tomorrow", "guarantee", "your fault"),
    "pt-BR": ("vai chegar", "chegará", "amanhã", "garant"),
    "es": ("llegará", "mañana", "garantiz"),
    "fr": ("arrivera", "demain", "garanti"),
    "de": ("wird morgen", "morgen", "garantier"),
    "zh-CN": ("明天", "保证", "一定"),
}
FORMS_OF_ADDRESS = {  # the informal address, which no text may slip into
    "en": (),
    "pt-BR": (" tu ", " teu ", " tua ", " vosso"),
    "es": (" tu ", " tus ", " vos ", " vuestro"),
    "fr": (" tu ", " ton ", " ta ", " tes "),
    "de": (" du ", " dein ", " deine ", " dir "),
    "zh-CN": ("你",),
}


def rows(vocabulary):
    data = tomllib.loads(ROOM.joinpath("vocabularies", f"{vocabulary}.toml").read_text("utf-8"))
    for code, value in data["codes"].items():
        yield code, "", value
    for code, group in data.get("sub_codes", {}).items():
        for sub_code, value in group.items():
            yield code, sub_code, value


def words(locale):
    catalogue = wording(locale)
    told = {status: catalogue.words(status) for status in STATUSES}
    return {
        status: {name: text for name, text in msgspec.structs.asdict(said).items() if text is not None}
        for status, said in told.items()
    }


def test_every_vocabulary_of_the_event_has_its_file_and_no_file_is_astray():
    assert {path.name for path in ROOM.joinpath("vocabularies").iterdir()} == {f"{v}.toml" for v in VOCABULARIES}
    assert {path.name for path in ROOM.joinpath("catalogues").iterdir()} == {f"{v}.ftl" for v in PHRASE_LOCALES}


@pytest.mark.parametrize("vocabulary", VOCABULARIES)
def test_every_code_leads_to_a_status(vocabulary):
    told = list(rows(vocabulary))
    assert len(told) >= 20
    for code, sub_code, value in told:
        status = value.partition(":")[0]
        assert status in STATUSES or (value == "same" and sub_code), (code, sub_code, value)
    table(vocabulary)


@pytest.mark.parametrize("vocabulary", VOCABULARIES)
def test_no_code_is_told_twice(vocabulary):
    squeezed = [
        tuple(part.lower().replace("_", "").replace(" ", "") for part in (code, sub_code))
        for code, sub_code, _ in rows(vocabulary)
    ]
    assert len(squeezed) == len(set(squeezed))


def test_exactly_these_codes_are_delivered():
    told = {
        (vocabulary, code, sub_code)
        for vocabulary in VOCABULARIES
        for code, sub_code, value in rows(vocabulary)
        if value.startswith("delivered")
    }
    assert told == DELIVERED


def test_same_is_never_a_way_to_be_delivered():
    kept = {(v, code, sub) for v in VOCABULARIES for code, sub, value in rows(v) if value == "same" and code != "*"}
    assert kept == set()


def test_every_status_has_its_urgency():
    assert set(URGENCY) == STATUSES


@pytest.mark.parametrize("locale", PROMISES)
def test_words_are_calm_formal_and_complete(locale):
    for status, entry in words(locale).items():
        for text in entry.values():
            assert text == text.strip(), status
            assert not set(text) & set("{}%<>!！[]"), status
            assert not any(word in text.lower() for word in PROMISES[locale]), status
            assert not any(word in f" {text.lower()} " for word in FORMS_OF_ADDRESS[locale]), status
