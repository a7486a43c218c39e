"""Casing: capitals and Title Case go to the model as it reads best, and what comes back is dressed again.

Sentence case repairs 10 of 11 texts in capitals on the bundled models ("CORRA!" became "HEART!"). A label in small
letters ("battery life") repairs more: of 40 labels pt-en got 8 wrong as written ("Saia" became "Get Out"), 3 in small
letters; en-pt gains two and loses two. Of 65 Title Case titles, pt-en reads 22 better and 5 worse in sentence case
("Freio A Disco" became "Brake The Disco"); en-pt gains as many and loses the capitals of names nobody protected
("samsung galáxia"), so it is done only where capitals come back: in titles of English.
"""

import re
from enum import Enum
from functools import lru_cache
from typing import Final

from localization.protection.masking import SENTINEL
from schemas.locales import cldr_of

_WORD: Final = re.compile(r"[^\W\d_]+")
_CHUNK: Final = re.compile(r"\S+")
# Stand-ins and codes hold digits; a stop means a sentence; anything else is no plain label.
_NO_LABEL: Final = re.compile(r"[^\w\s'’/&-]|[\d_]")
_LABEL_WORDS_MAX: Final = 4
_LABEL_CHARS_MAX: Final = 60
# Fewer capitals in a row are a name as often as a title.
_TITLE_WORDS_MIN: Final = 3
# A whole word of a title, with its hyphens; "20W", "QK710" and "iPhone" are none.
_TITLE_WORD: Final = re.compile(r"(?<![\w.])[^\W\d_]+(?:['’-][^\W\d_]+)*(?![\w])")
# "Moto G52", "Galaxy A54": the word before a model's number belongs to the name.
_BEFORE_CODE: Final = re.compile(r"\s[A-Z]+-?\d")
# A sentence within: what stands behind its stop keeps its capital.
_STOP: Final = re.compile(r"[.!?]\s")
# One letter is a size or a type (Tipo A), but for these between words.
_LETTERS: Final[dict[str, frozenset[str]]] = {"pt": frozenset("AEOÀ"), "es": frozenset("AEOY"), "fr": frozenset("À")}
_TYPED: Final = re.compile(r"(?:tipo|classe|clase|vitamina?e?|usb|type|tamanho|talla|taille)\s\Z", re.IGNORECASE)
# What a title of these languages writes small; titles of other languages are written like sentences.
_SMALL_WORDS: Final = (
    "a an and as at but by for from in into nor of on or per the to up via vs with without x cm mm ml kg oz lb lbs pcs "
    "ft yd km"
)
_SMALL: Final = {"en": frozenset(_SMALL_WORDS.split())}
_ARTICLES: Final[dict[str, frozenset[str]]] = {
    "en": frozenset(("the", "a", "an", "one")),
    "pt": frozenset(("o", "a", "os", "as", "um", "uma")),
    "es": frozenset(("el", "la", "los", "las", "un", "una")),
    "fr": frozenset(("le", "la", "les", "un", "une")),
    "it": frozenset(("il", "lo", "la", "i", "gli", "le", "un", "una")),
    "de": frozenset(("der", "die", "das", "ein", "eine")),
}
# Said once is enough for a model, and it makes nothing else of it: "Maravilhoso!!!!!" was "Thank you for sharing!".
_MARKS: Final = re.compile(r"[!?]+")
_SHOUTED: Final = re.compile(r"[!?]{2}")
# "10th" is asked and "10a" comes back; what is a name stays under its own language: "Junk (em inglês)".
_ORDINAL: Final = re.compile(r"\d(?:st|nd|rd|th)\b")
_ORDINAL_SAID: Final = re.compile(r"(?<=\d)[oa](?![\wºª])")
_ORDINALS: Final = frozenset(("pt", "es", "it"))
_GLOSS: Final = re.compile(r" \((?:em|en|in) [^\W\d_]{4,12}\)")
# The models' own spacing: "Women 's", "Black / White".
_APART: Final = re.compile(r"(?<=\w) ['’](?=s\b)")
# The models' vocabulary has no raised figures: "180 g/m2".
_RAISED: Final = {"²": re.compile(r"(?<=[kcdm]m)2\b|(?<=\bm)2\b"), "³": re.compile(r"(?<=[kcdm]m)3\b|(?<=\bm)3\b")}
_DASH: Final = re.compile(r" [–—] ")
_ANY_DASH: Final = re.compile(r" [-–—] ")
_SLASHED: Final = re.compile(r"(?<=\S) ?/ (?=\S)|(?<=\S) /(?=\S)")


class Casing(Enum):
    """How a masked text is written."""

    AS_WRITTEN = "as_written"
    CAPITALS = "capitals"
    LABEL = "label"
    TITLE = "title"


def casing_of(masked: str) -> Casing:
    """Return the casing of a text with its stand-ins.

    Capitals: one word of five letters, or two of three, and no small letter. Label: up to four words, each long one
    capitalised, no digit, stand-in or stop. Title: three capitalised words or more and no long small one.
    """
    if masked.isupper():
        lengths = sorted(map(len, _WORD.findall(SENTINEL.sub(" ", masked))))
        shouted = bool(lengths) and (lengths[-1] >= 5 or (len(lengths) > 1 and lengths[-2] >= 3))
        return Casing.CAPITALS if shouted else Casing.AS_WRITTEN
    if _is_label(masked):
        return Casing.LABEL
    return Casing.TITLE if _is_title(masked) else Casing.AS_WRITTEN


def _is_label(masked: str) -> bool:
    if len(masked) > _LABEL_CHARS_MAX or not masked[:1].isupper() or _NO_LABEL.search(masked):
        return False
    words = masked.split()
    titled = all(word[0].isupper() or len(word) <= 3 for word in words) and any(word.istitle() for word in words)
    return titled and len(words) <= _LABEL_WORDS_MAX


def _is_title(masked: str) -> bool:
    if masked.endswith((".", "!", "?")):
        return False
    capitals = 0
    for match in _TITLE_WORD.finditer(masked):
        word = match.group()
        if word.islower() and len(word) > 3:
            return False
        capitals += len(word) > 1 and word.istitle()
    return capitals >= _TITLE_WORDS_MIN


def to_model(masked: str, casing: Casing, *, again: bool = False, languages: tuple[str, str] = ("", "")) -> str:
    """Return what the model is asked; `languages` are the source's and the target's.

    Asked again, a label gets a full stop, which keeps it from doubling words, and a title is asked as it is written.
    """
    if _SHOUTED.search(masked):
        masked = _MARKS.sub(lambda marks: "".join(dict.fromkeys(marks.group())), masked)
    if casing is Casing.CAPITALS:
        return _sentence_case(masked)
    if casing is Casing.LABEL:
        # "Made in Italy" is more of a sentence than of a label.
        named = not _names(languages[0]).isdisjoint(masked.split())
        small = masked if named else _CHUNK.sub(_small, masked)
        return f"{small}." if again else small
    if casing is Casing.TITLE and not again and languages[1] in _SMALL:
        return _untitled(masked, languages[0])
    return masked


def to_reader(
    output: str, masked: str, casing: Casing, *, again: bool = False, languages: tuple[str, str] = ("", "")
) -> str:
    """Dress the model's output as the masked source was; stand-ins are capitals and stay what they are.

    `languages` are the source's and the target's: a label gets no article that its source has not, and a title is
    written as titles of the target's language are.
    """
    output = _joined(output, masked)
    if languages[1] in _ORDINALS and _ORDINAL.search(masked):
        output = _ORDINAL_SAID.sub(lambda sign: "º" if sign.group() == "o" else "ª", output)
    if casing is Casing.CAPITALS:
        return output.upper()
    if casing is Casing.LABEL:
        output = _bare(output.removesuffix(".") if again else output, masked, languages)
    if casing is Casing.TITLE and not again:
        output = _titled(output, languages[1])
    # "iPhone" keeps its own first letter, "the" gets a capital.
    if masked[:1].isupper() and output.partition(" ")[0].islower():
        return output[0].upper() + output[1:]
    return output


def _small(chunk: re.Match[str]) -> str:
    """A word in small letters; one letter behind a word is a size: "Tamanho P"."""
    last = chunk.end() == len(chunk.string) and chunk.start() > 0 and len(chunk.group()) == 1
    return chunk.group().lower() if chunk.group().istitle() and not last else chunk.group()


@lru_cache(maxsize=64)
def _names(language: str) -> frozenset[str]:
    """Countries of one word by CLDR."""
    return frozenset(cldr_of(language).territories.values()) if language else frozenset()


def _untitled(masked: str, language: str) -> str:
    """Sentence case for a title: the first word, names before a model's number and single letters stay."""
    letters = _LETTERS.get(language, frozenset())

    def small(match: re.Match[str]) -> str:
        word, start = match.group(), match.start()
        if start == 0 or _STOP.match(masked, start - 2) or _BEFORE_CODE.match(masked, match.end()):
            return word
        if len(word) == 1:
            linking = word in letters and masked[start - 1] == " " == masked[match.end() : match.end() + 1]
            return word.lower() if linking and not _TYPED.search(masked, 0, start) else word
        titled = all(part.istitle() or part.islower() for part in re.split("['’-]", word) if part)
        return word.lower() if titled and word not in _names(language) else word

    return _TITLE_WORD.sub(small, masked)


def _titled(output: str, language: str) -> str:
    small = _SMALL.get(language)
    if small is None:
        return output

    def title(match: re.Match[str]) -> str:
        word = match.group()
        if not word.islower() or word in small or len(word) == 1:
            return word
        return "-".join(part[:1].upper() + part[1:] for part in word.split("-"))

    return _TITLE_WORD.sub(title, output)


def _bare(output: str, masked: str, languages: tuple[str, str]) -> str:
    """A label without the article that the model put before it: "A cor" for "Color"."""
    source, target = languages
    head, _, rest = output.partition(" ")
    if not rest or head.lower() not in _ARTICLES.get(target, ()):
        return output
    first = masked.partition(" ")[0].lower()
    return output if first in _ARTICLES.get(source, (first,)) else rest


def _joined(output: str, masked: str) -> str:
    """Undo the models' own habits of spaces, marks and dashes: they are as they were in the source."""
    if " '" in output or " ’" in output:
        output = _APART.sub(lambda match: match.group()[1:], output)
    for sign, digit in _RAISED.items():
        if sign in masked and sign not in output:
            output = digit.sub(sign, output)
    if " (" in output and "(" not in masked:
        output = _GLOSS.sub("", output)
    dashes = _DASH.findall(masked)
    if dashes and " - " in output and len(dashes) == len(_ANY_DASH.findall(output)):
        output = _ANY_DASH.sub(lambda _: dashes.pop(0), output)
    if _SHOUTED.search(masked):
        marks = _MARKS.findall(masked)
        if len(marks) == len(_MARKS.findall(output)):
            output = _MARKS.sub(lambda _: marks.pop(0), output)
    if "/" in masked and " /" not in masked and "/ " not in masked:
        output = _SLASHED.sub("/", output)
    return output


def _sentence_case(text: str) -> str:
    parts, at = [], 0
    for match in SENTINEL.finditer(text):
        parts += [text[at : match.start()].lower(), match.group()]
        at = match.end()
    lowered = "".join((*parts, text[at:].lower()))
    first = _WORD.search(lowered)
    if first is None or SENTINEL.match(lowered, first.start()):
        return lowered
    return lowered[: first.start()] + lowered[first.start()].upper() + lowered[first.start() + 1 :]
