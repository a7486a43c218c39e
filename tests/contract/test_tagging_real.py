"""The bundled tagger of personal data with its real weights."""

import asyncio

import pytest

from inference.library.store import ModelStore
from inference.pool import Pool
from inference.requests import Priority
from localization.privacy.rules import redacted
from localization.privacy.search import Search
from schemas.settings import PoolSettings

pytestmark = pytest.mark.models

TEXTS = (
    (
        "en-US",
        "My name is John Smith and I live at 12 Baker Street, London.",
        "My name is [name] and I live at [address].",
    ),
    ("pt-BR", "Meu nome é Maria da Silva, CPF 529.982.247-25.", "Meu nome é [name], CPF [tax_id]."),
    ("de-DE", "Mein Name ist Hans Müller aus Berlin.", "Mein Name ist [name] aus Berlin."),
    ("en-US", "Fits my iPhone 13 Pro Max and the Samsung Galaxy. Bought in Texas.", None),
    ("en-US", "I love my Instant Pot and the Ring doorbell, 5 stars.", None),
    ("pt-BR", "Muito bom, chegou antes do prazo. Amei a cor!", None),
)


@pytest.fixture
async def pool():
    async with Pool(ModelStore().load(PoolSettings(), names=("rampart-personal-data",)), PoolSettings()) as pool:
        yield pool


async def test_names_and_addresses_are_found_and_brands_are_not(pool):
    for locale, text, shown in TEXTS:
        assert redacted(text, await Search(pool).find(text, locale, Priority.REVIEW)) == (shown or text)


async def test_a_text_is_read_alike_alone_and_in_company(pool):
    texts = [text for _, text, _ in TEXTS] + ["Great case. " * 90 + "Ask John Smith about it."]
    alone = [await pool.tag(text) for text in texts]
    together = await asyncio.gather(*(pool.tag(text) for text in texts))
    for text, one, other in zip(texts, alone, together, strict=True):
        assert [(e.label, e.start, e.end) for e in one.entities] == [
            (e.label, e.start, e.end) for e in other.entities
        ], text
    assert [texts[-1][e.start : e.end] for e in together[-1].entities] == ["John", "Smith"]
