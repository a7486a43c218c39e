"""What is recalled for another text holds that text's numbers, whatever they are, and nobody else's."""

from decimal import Decimal

from babel.numbers import format_decimal
from hypothesis import given
from hypothesis import strategies as st

from localization.memory import Key, Memory, Verdict
from localization.memory.forms import form_of
from localization.protection.masking import mask, restore
from localization.text.numerals import NUMERAL, value

PAIRS = (("en", "pt-BR"), ("pt-BR", "en"), ("en", "pl"), ("de", "fr"), ("en", "zh-CN"), ("fr", "en"))
WORDS = ("Pack", "of", "case", "QK710", "A4", "CAPA", "capa", "cm", "x", "-", "/", "(", ")", "%", "")

amounts = st.decimals(0, 10_000_000, allow_nan=False, places=0) | st.decimals(0, 99_999, allow_nan=False, places=2)
shapes = st.lists(st.sampled_from((*WORDS, None)), min_size=1, max_size=8).filter(lambda shape: None in shape)


def written(amount: Decimal, locale: str) -> str:
    return format_decimal(amount, locale=locale.replace("-", "_"), decimal_quantization=False)


def text_of(shape, numbers) -> str:
    numbers = iter(numbers)
    return " ".join(next(numbers) if word is None else word for word in shape)


def worth(text: str, locale: str) -> list[Decimal]:
    return [Decimal(value(number, locale)) for number in NUMERAL.findall(text)]


@given(st.data(), shapes, st.sampled_from(PAIRS))
def test_a_text_of_the_same_form_gets_its_own_numbers(data, shape, pair):
    source, target = pair
    count = shape.count(None)
    told, asked = (data.draw(st.lists(amounts, min_size=count, max_size=count)) for _ in range(2))
    order = data.draw(st.permutations(range(count)))

    def said(numbers):
        """The source with its numbers, and a translation of it that moves them."""
        first = text_of(shape, [written(number, source) for number in numbers])
        moved = iter(order)
        words = [written(numbers[next(moved)], target) if word is None else word.lower() for word in shape]
        return first, " ".join(words).replace("qk710", "QK710")

    known, shown = said(told)
    memory = Memory(10)
    memory.remember(Key(source, target, known, "v", "p"), Verdict(shown))
    assert memory.recall(Key(source, target, known, "v", "p")).output == shown
    other, wanted = said(asked)
    verdict = memory.recall(Key(source, target, other, "v", "p"))
    if verdict is not None:
        assert worth(verdict.output.replace("a4", "A4"), target) == worth(wanted.replace("a4", "A4"), target)


@given(shapes, st.lists(amounts, min_size=8, max_size=8), st.lists(amounts, min_size=8, max_size=8))
def test_a_strict_verdict_restores_the_numbers_of_its_text_or_nothing(shape, told, asked):
    texts = [text_of(shape, [written(number, "en") for number in numbers]) for numbers in (told, asked)]
    keys = [Key("en", "pt-BR", mask(text, ()).text, "v", "p") for text in texts]
    strict = [mask(text, (), strict=True) for text in texts]
    memory = Memory(10)
    memory.remember(keys[0], Verdict(strict[0].text, strict=True))
    verdict = memory.recall(keys[1])
    if verdict is not None:
        shown = restore(strict[1], verdict.output, "en", "pt-BR")
        assert shown is None or worth(shown, "pt-BR") == worth(texts[1], "en")


@given(st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=80), st.sampled_from(PAIRS))
def test_any_text_has_a_form_and_is_remembered_as_it_is(text, pair):
    form = form_of(text, *pair)
    assert len(form.numbers) <= len(text)
    memory = Memory(10)
    memory.remember(Key(*pair, text, "v", "p"), Verdict(text))
    assert memory.recall(Key(*pair, text, "v", "p")) == Verdict(text)
    assert Memory(10).recall(Key(*pair, text, "v", "p")) is None
