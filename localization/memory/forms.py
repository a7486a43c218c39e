r"""Forms: what two texts have in common that differ in nothing but their numbers and their capitals.

`Pack of 3` and `Pack of 5` have one form, and so have `BATTERY LIFE` and `Battery life`; `Pack of 1` has another,
because English and Portuguese say it in the singular. A slot `\0n\0` stands for the nth number; no cleaned text holds
that character.
"""

import re
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Final

from msgspec import Struct

from localization.text.casing import Casing, casing_of, to_model, to_reader
from localization.text.numerals import NUMERAL, rewrite, value
from schemas.locales import cldr_of, parse_locale

# The digits of a stand-in (QK710) or of a name (A4) are no number.
_NUMBER: Final = re.compile(rf"(?<!\w)(?:{NUMERAL.pattern})")
_SLOT: Final = re.compile("\0(\\d+)\0")
# What is written to a number without a space, perhaps behind a sign: "10er", "5'te", "8-inch".
_GLUED: Final = re.compile(r"['’:-]?[^\W\d_\u3040-\u30ff\u3400-\u9fff]+")
_GLUED_SLOT: Final = re.compile(f"\0\\d+\0({_GLUED.pattern})")
_WORD_BEFORE: Final = re.compile(r"([^\W\d_]+['’]?)[\s\u00a0]*\Z")
# Words whose form depends on the sound a number begins with: "an 8", "7 u 8", "gli 11", "az 5".
_SOUNDING: Final = {
    "en": frozenset({"a", "an"}),
    "es": frozenset({"o", "u"}),
    "it": frozenset({"il", "lo", "l'", "i", "gli"})
    | {stem + end for stem in ("de", "a", "da", "ne", "su") for end in ("l", "llo", "ll'", "i", "gli")},
    "ca": frozenset({"el", "l'", "del", "al", "d'"}),
    "hu": frozenset({"a", "az"}),
}
_OPERANDS_MAX: Final = 20  # digits; what is longer is a code, and CLDR's rules would count it for nothing


class Form(Struct, frozen=True):
    """A text without its numbers: `text` has slots and, at its end, what CLDR calls each number in both languages."""

    text: str
    numbers: tuple[str, ...]


class Dress(Struct, frozen=True):
    """A masked segment without its capitals, and whether it had them.

    `large`: its first letter is a capital. A translation made for `large` may hold a capital that only its first place
    explains, so it serves none that begins small; the other way round is dressed.
    """

    text: str
    casing: Casing
    large: bool


def undressed(segment: str) -> Dress:
    """Return a masked segment as the model would read it in a sentence, in small letters at the front."""
    casing = casing_of(segment)
    asked = to_model(segment, casing)
    return Dress(asked[:1].lower() + asked[1:], casing, segment[:1].isupper())


def dressed(output: str, segment: str, dress: Dress) -> str:
    """Return an output in the capitals of the segment it is shown for."""
    return to_reader(output, segment, dress.casing)


def form_of(text: str, source: str, target: str) -> Form:
    """Return the form of a text between two locales. Numbers that CLDR cannot count stay in the text."""
    parts: list[str] = []
    numbers: list[str] = []
    counted: list[str] = []
    at = 0
    for match in _NUMBER.finditer(text):
        number = match.group()
        categories = _categories(number, source, target)
        if categories is None:
            continue
        parts += [text[at : match.start()], _slot(len(numbers))]
        numbers.append(number)
        counted.append(categories)
        at = match.end()
    if not numbers:
        return Form(text, ())
    return Form("".join((*parts, text[at:], *counted)), tuple(numbers))


def template(form: Form, output: str, source: str, target: str) -> str | None:
    """Return `output` with the form's slots in it, or None where nobody can say which number went where.

    Each number must stand once in the source and once, written in the target's way, in the output; the output may hold
    no other. No word around it may depend on how the number is said: an article ("an 8-inch pan"), an ending ("5er").
    """
    if not form.numbers:
        return output
    if not _stands_alone(form, output, target):
        return None
    written = [rewrite(number, source, target) for number in form.numbers]
    slots = {number: place for place, number in enumerate(written)}
    found = [match.group() for match in _NUMBER.finditer(output)]
    if len(slots) < len(written) or sorted(found) != sorted(written) or _alike(form.numbers, source):
        return None
    return _NUMBER.sub(lambda match: _slot(slots[match.group()]), output)


def filled(shape: str, numbers: Sequence[str], source: str, target: str) -> str:
    """Put numbers into the slots of a template, written in the target's way."""
    if not numbers:
        return shape
    return _SLOT.sub(lambda match: rewrite(numbers[int(match.group(1))], source, target), shape)


def _slot(place: int) -> str:
    return f"\0{place}\0"


def _stands_alone(form: Form, output: str, target: str) -> bool:
    """Whether the words around the output's numbers would be the same around others.

    An ending that is glued to a number is kept where the source has it too (`5kg`); Han and kana do not inflect.
    """
    sounding = _SOUNDING.get(parse_locale(target).language, frozenset())
    kept = {match.group(1) for match in _GLUED_SLOT.finditer(form.text)}
    for match in _NUMBER.finditer(output):
        before = _WORD_BEFORE.search(output, 0, match.start())
        if before is not None and before.group(1).lower().replace("’", "'") in sounding:
            return False
        glued = _GLUED.match(output, match.end())
        if glued is not None and glued.group() not in kept:
            return False
    return True


def _alike(numbers: Sequence[str], source: str) -> bool:
    """Whether one number stands twice, perhaps written in two ways."""
    return len({Decimal(value(number, source)) for number in numbers}) < len(numbers)


@lru_cache(maxsize=65_536)
def _categories(number: str, source: str, target: str) -> str | None:
    """CLDR's plural categories of a number in both locales; None for what is no number to it."""
    try:
        amount = Decimal(value(number, source))
    except InvalidOperation:
        return None
    if len(number) > _OPERANDS_MAX:
        return None
    return f"\0{cldr_of(source).plural_form(amount)}\0{cldr_of(target).plural_form(amount)}"
