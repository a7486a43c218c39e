"""The whole localization on the bundled models: what is ordinary passes, what must survive survives."""

import csv
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from inference.library.store import ModelStore
from inference.pool import Pool
from inference.requests import Priority
from localization.gate.case import Case
from localization.gate.judge import judge
from localization.localizer import FieldKind, Localizer, Source
from localization.protection.spans import find_spans
from localization.together import together
from schemas.outputs import LocalizedField
from schemas.settings import LocalizationSettings, PoolSettings

pytestmark = pytest.mark.models

DATA = Path(__file__).parent.parent / "data"
DIRECTIONS = (("en", "pt-BR"), ("pt-BR", "en"))
TERMS = ("Ring", "Shark", "Echo", "Instant Pot", "Positivo", "Samsung", "Galaxy", "Galaxy Buds")
# The goal is under 2% of ordinary sentences refused; measured 0 of 163 in both directions.
REFUSED_MAX = 0.02


def rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


@pytest.fixture(scope="module")
def models():
    return ModelStore().load(PoolSettings(), names=("tiny-en-pt", "tiny-pt-en"))


@pytest.fixture
async def localizer(models) -> AsyncIterator[Localizer]:
    async with Pool(models, PoolSettings()) as pool:
        yield Localizer(pool, LocalizationSettings(), "test")


async def localize(localizer: Localizer, texts: list[str], source: str, target: str) -> list[LocalizedField]:
    sources = [Source(text, FieldKind.TEXT, source, TERMS) for text in texts]
    return list(await together(localizer.localize(one, target, Priority.LISTING) for one in sources))


@pytest.mark.parametrize(("source", "target"), DIRECTIONS)
async def test_ordinary_sentences_are_hardly_ever_refused(localizer, source, target):
    column = "source" if source == "en" else "reference"
    texts = [row[column] for row in rows("commerce-en-pt.tsv")]
    fields = await localize(localizer, texts, source, target)
    refused = [(text, field.warnings) for text, field in zip(texts, fields, strict=True) if field.warnings]
    assert len(texts) >= 150
    assert len(refused) < REFUSED_MAX * len(texts), refused
    assert all(field.origin == "model" for field in fields if not field.warnings)


@pytest.mark.parametrize(("source", "target"), DIRECTIONS)
async def test_protected_spans_survive_the_real_model(localizer, source, target):
    chosen = [row for row in rows("commerce-spans.tsv") if row["locale"] == source]
    fields = await localize(localizer, [row["text"] for row in chosen], source, target)
    lost = [
        (span, field.text)
        for row, field in zip(chosen, fields, strict=True)
        for span in row["spans"].split("|")
        # A number sent as it is may lose the space before its unit and keep its own decimal sign.
        if not any(form in field.text for form in (span, span.replace(" ", ""), span.replace(",", ".")))
    ]
    assert lost == []
    assert sum(field.origin == "model" for field in fields) >= len(fields) - 1


async def test_html_keeps_its_tags_on_the_real_model(localizer):
    html = (
        '<h2>Why <em>you</em> will love it</h2><p>It is <strong>really</strong> good for <a href="https://x.example/?a=1&amp;b=2">'
        "your phone</a>.<br>Try it <i>today</i>!</p><ul><li>Soft &amp; warm</li><li><b>Size:</b> 10 cm</li></ul>"
    )
    field = await localizer.localize(Source(html, FieldKind.HTML, "en"), "pt-BR", Priority.LISTING)
    assert (field.origin, field.warnings) == ("model", ())
    for tag in (
        "<em>",
        "</em>",
        "<strong>",
        '<a href="https://x.example/?a=1&amp;b=2">',
        "<br>",
        "<i>",
        "<b>Tamanho:</b> 10 cm",
    ):
        assert field.text.count(tag) == 1


async def test_a_second_look_at_the_same_listing_asks_nothing(localizer):
    source = Source("A soft cotton shirt. It costs $20 today.", FieldKind.TEXT, "en")
    dearer = Source("A soft cotton shirt. It costs $25.90 today.", FieldKind.TEXT, "en")
    first = await localizer.localize(source, "pt-BR", Priority.LISTING)
    second = await localizer.localize(dearer, "pt-BR", Priority.LISTING)
    assert (first.origin, second.origin) == ("model", "memory")
    assert second.text == first.text.replace("$20", "$25,90")


@pytest.mark.parametrize(("source", "target"), DIRECTIONS)
async def test_damage_done_to_real_translations_is_found(localizer, source, target):
    """Each real translation with numbers, damaged in three ways, must be refused."""
    column = "source" if source == "en" else "reference"
    texts = [row[column] for row in rows("commerce-en-pt.tsv") if any(map(str.isdigit, row[column]))]
    fields = await localize(localizer, texts, source, target)
    passed = []
    for text, field in zip(texts, fields, strict=True):
        for damaged in (_other_digit(field.text), _without_digits(field.text), f"{field.text} {field.text}"):
            case = Case(source=text, translation=damaged, source_locale=source, target_locale=target)
            if not find_spans(text) and not judge(case):
                passed.append((text, damaged))
    assert passed == []


def _other_digit(text: str) -> str:
    at = next(index for index, char in enumerate(text) if char.isdigit())
    return text[:at] + str((int(text[at]) + 1) % 10) + text[at + 1 :]


def _without_digits(text: str) -> str:
    return "".join(char for char in text if not char.isdigit())
