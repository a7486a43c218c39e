"""Whatever is written: no error, no lost tag, no lost term, and a copy is the source."""

import re

from hypothesis import given, settings
from hypothesis import strategies as st
from justhtml import JustHTML

from localization.localizer import FieldKind
from localization.protection.masking import mask, restore
from localization.text.clean import clean
from localization.text.markup import parse, render, sanitize
from localization.text.segment import segment
from tests.unit.localization.fakes import FakePool, localized

ODD = st.sampled_from(
    [
        "\u200b",
        "\u200d",
        "\ue000",
        "QK710",
        "731",
        "{x}",
        "%s",
        "<b>",
        "</b>",
        "&amp;",
        "👍",
        "Ã©",
        "$5",
        "1,5",
        "\n",
        ". ",
        "\ud800",
    ]
)
TEXTS = st.lists(st.one_of(ODD, st.text(max_size=12)), max_size=12).map("".join)
WORDS = st.lists(
    st.sampled_from(["soft", "warm", "box.", "Great", "2", "cm", "Ring", "$9.99", "a@b.co", "RING", "and", "👍"]),
    max_size=12,
).map(" ".join)
HTML = st.recursive(
    WORDS.map(lambda text: text.replace("&", "&amp;")),
    lambda inner: st.builds(
        lambda tag, parts: f"<{tag}>{' '.join(parts)}</{tag}>",
        st.sampled_from(["p", "b", "i", "li", "ul", "span", "div", "em", "h2", "code", "pre"]),
        st.lists(inner, max_size=3),
    ),
    max_leaves=8,
)
LOCALES = st.sampled_from(["en", "pt-BR", "en-GB", "de", "zh-CN", None])


def mangling(pick: int):
    """A model that does the worst: drops, doubles, changes or keeps, by the text's own length."""

    def answer(text, decoding):
        return (text, "", text * 2, text[::-1], re.sub(r"\d", "7", text), text.replace("QK710", ""))[
            (pick + len(text)) % 6
        ]

    return answer


@given(TEXTS, st.sampled_from(list(FieldKind)), LOCALES, LOCALES.filter(bool), st.integers(0, 5))
@settings(deadline=None)
async def test_any_text_ends_in_a_field(text, kind, locale, target, pick):
    field = await localized(FakePool(mangling(pick)), text, kind, locale=locale, target=target)
    if field.origin == "copied" and kind is not FieldKind.HTML and "mojibake_repaired" not in field.warnings:
        assert field.text == text


@given(TEXTS)
def test_cleaning_twice_is_cleaning_once(text):
    once = clean(text).text
    assert clean(once).text == once or clean(once).repaired


@given(TEXTS.map(lambda text: clean(text).text), st.booleans())
def test_segments_joined_are_the_text(text, whole):
    assert "".join(one.lead + one.text + one.trail for one in segment(text, "en", whole=whole)) == text


@given(TEXTS.map(lambda text: clean(text).text), st.booleans())
def test_what_is_masked_and_untouched_comes_back(text, strict):
    masked = mask(text, ("Ring", "a"), strict=strict)
    assert restore(masked, masked.text, "en", "en") in {text, None}


@given(st.one_of(HTML, TEXTS))
@settings(deadline=None)
def test_parsed_html_renders_to_itself(html):
    safe = sanitize(clean(html).text).html
    if safe == html:  # a text given back as it was need not be in the parser's own spelling
        safe = sanitize(safe + "<p></p>").html
    assert "".join(part if isinstance(part, str) else render(part, part.text) for part in parse(safe)) == safe


def tree(html):
    return sorted(re.findall(r"</?[a-z0-9]+", JustHTML(html, fragment=True, sanitize=False).to_html(pretty=False)))


@given(HTML, st.integers(0, 5))
@settings(deadline=None)
async def test_tags_out_are_tags_in(html, pick):
    field = await localized(FakePool(mangling(pick)), html, FieldKind.HTML)
    assert tree(field.text) == tree(sanitize(html).html)


@given(WORDS, st.integers(0, 5))
@settings(deadline=None)
async def test_protected_terms_are_there_or_the_text_is_the_source(text, pick):
    field = await localized(FakePool(mangling(pick)), text, protected=("Ring",))
    for span in ("Ring", "RING", "a@b.co"):
        assert len(re.findall(rf"\b{span}\b", field.text)) == len(re.findall(rf"\b{span}\b", text))
