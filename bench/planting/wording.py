"""Faults in what the words say: negation, repetition, loss, addition, language and script."""

import re
import unicodedata
from collections.abc import Sequence
from random import Random
from typing import Any, Final

from bench.planting.line import UNSPACED, Edit, Line, changed, choice, free, language, put, sentences, words_of
from bench.planting.tongues import (
    CYRILLIC,
    GLOSSARY,
    LATIN,
    LOOKALIKES,
    NEGATED,
    NEGATIONS,
    NEGATIVE,
    PROFANE,
)

_SENTENCE_CHARS_MIN: Final = 25
_CLAUSE: Final = re.compile(r"[,;\uff0c\u3001\uff1b\u060c]\s?")


def negation_dropped(line: Line, rng: Random) -> dict[str, Any] | None:
    """A sentence no longer says not; both texts say it once."""
    drop = NEGATIONS.get(language(line["target_locale"]))
    if drop is None or not _negative_once(line["source"], line["source_locale"]):
        return None
    text = line["translation"]
    found = free(text, drop[0])
    if len(found) != 1 or not _negative_once(text, line["target_locale"]):
        return None
    new = found[0].expand(drop[1])
    if found[0].start() == 0:
        new = new[:1].upper() + new[1:] if new else new
    edited = text[: found[0].start()] + new + text[found[0].end() :]
    return changed(line, edited[:1].upper() + edited[1:] if text[:1].isupper() else edited)


def negation_added(line: Line, rng: Random) -> dict[str, Any] | None:
    """A sentence says not, which no one said."""
    add = NEGATED.get(language(line["target_locale"]))
    if add is None or any(_negatives(line[key], line[where]) for key, where in _SIDES):
        return None
    found = free(line["translation"], add[0])
    if len(found) != 1 or line["translation"].rstrip().endswith("?"):
        return None
    new = found[0].expand(add[1])
    return changed(line, line["translation"][: found[0].start()] + new + line["translation"][found[0].end() :])


_SIDES: Final = (("source", "source_locale"), ("translation", "target_locale"))


def _negatives(text: str, locale: str) -> int:
    """Words that deny; 99 where the language has no list."""
    pattern = NEGATIVE.get(language(locale))
    return 99 if pattern is None else len(pattern.findall(text))


def _negative_once(text: str, locale: str) -> bool:
    return _negatives(text, locale) == 1


def looped(line: Line, rng: Random) -> dict[str, Any] | None:
    """The last words come again and again."""
    words = line["translation"].split(" ")
    if len(words) < 4 or line["target_locale"] in UNSPACED:
        text = line["translation"]
        if line["target_locale"] not in UNSPACED or len(text) < 10:
            return None
        return changed(line, text + text[-6:] * rng.randint(3, 8))
    tail = " ".join(words[-rng.randint(2, 4) :])
    return changed(line, " ".join([*words, *[tail] * rng.randint(3, 8)]))


def word_doubled(line: Line, rng: Random) -> dict[str, Any] | None:
    """A word stands twice."""
    if line["target_locale"] in UNSPACED:
        return None
    text = line["translation"]
    spaced = [m for m in words_of(line) if len(m.group()) >= 4 and text[m.end() : m.end() + 1] in {" ", ""}]
    m = choice(rng, [m for m in spaced if text[m.start() - 1 : m.start()] in {" ", ""}])
    return None if m is None else changed(line, put(text, (m.end(), m.end()), " " + m.group()))


def stuttered(line: Line, rng: Random) -> dict[str, Any] | None:
    """A word does not end."""
    m = choice(rng, [m for m in words_of(line) if len(m.group()) >= 4])
    return (
        None
        if m is None
        else changed(line, put(line["translation"], (m.end(), m.end()), m.group()[-2:] * rng.randint(8, 30)))
    )


def truncated(line: Line, rng: Random) -> dict[str, Any] | None:
    """The text breaks off in the middle."""
    text = line["translation"]
    if line["target_locale"] in UNSPACED:
        return None if len(text) < 24 else changed(line, text[: int(len(text) * rng.uniform(0.25, 0.5))])
    words = text.split(" ")
    return None if len(words) < 8 else changed(line, " ".join(words[: int(len(words) * rng.uniform(0.25, 0.5))]))


def clause_lost(line: Line, rng: Random) -> dict[str, Any] | None:
    """What stands after a comma is lost; at least a third of the text."""
    text = line["translation"].rstrip()
    if not _CLAUSE.search(line["source"]) or len(sentences(text)) != 1:
        return None
    cuts = [m.start() for m in free(text, _CLAUSE) if 0.3 * len(text) < m.start() < 0.6 * len(text)]
    end = text[-1] if text[-1] in ".!?\u3002\uff01\uff1f" else ""
    return None if not cuts or len(text) < _SENTENCE_CHARS_MIN * 2 else changed(line, text[: rng.choice(cuts)] + end)


def sentence_lost(line: Line, rng: Random) -> dict[str, Any] | None:
    """One sentence of several is lost."""
    before, after = sentences(line["source"]), sentences(line["translation"])
    long = [
        n
        for n, one in enumerate(after)
        if len(one) >= (10 if line["target_locale"] in UNSPACED else _SENTENCE_CHARS_MIN)
    ]
    if len(before) != len(after) or len(after) < 2 or not long:
        return None
    gone = rng.choice(long)
    space = "" if line["target_locale"] in UNSPACED else " "
    return changed(line, space.join(one for n, one in enumerate(after) if n != gone))


def untranslated(line: Line, rng: Random) -> dict[str, Any] | None:
    """The source stands where the translation should."""
    plain = " ".join(m.group() for m in free(line["source"], re.compile(r"[^\W\d_]+")))
    if len(plain.split()) < 4 and not (line["source_locale"] in UNSPACED and len(plain) >= 8):
        return None
    return changed(line, line["source"])


def partly_untranslated(line: Line, rng: Random) -> dict[str, Any] | None:
    """One sentence of several stands as in the source."""
    before, after = sentences(line["source"]), sentences(line["translation"])
    if len(before) != len(after) or len(after) < 2 or "format" in line:
        return None
    long = [n for n, one in enumerate(before) if len(one) >= (12 if line["source_locale"] in UNSPACED else 30)]
    if not long:
        return None
    at = rng.choice(long)
    return changed(line, " ".join([*after[:at], before[at], *after[at + 1 :]]))


def transliterated(line: Line, rng: Random) -> dict[str, Any] | None:
    """The right words in the wrong script."""
    lang, text = language(line["target_locale"]), line["translation"]
    if len(words_of(line)) < 3:
        return None
    if lang in {"ru", "uk", "bg"}:
        return changed(line, _mapped(text, CYRILLIC))
    if lang in {"en", "pt", "es", "fr", "de", "it", "nl", "pl", "cs", "sv", "da", "fi", "nb", "ro", "hu", "tr", "id"}:
        words = "".join(
            _mapped(_unaccented(text[a:b]), LATIN) if inside else text[a:b] for a, b, inside in _pieces(line)
        )
        return changed(line, words)
    return None


def _pieces(line: Line) -> list[tuple[int, int, bool]]:
    """The translation as spans that are words, or are not."""
    out, at = [], 0
    for m in words_of(line):
        out += [(at, m.start(), False), (m.start(), m.end(), True)]
        at = m.end()
    return [*out, (at, len(line["translation"]), False)]


def _mapped(text: str, table: dict[str, str]) -> str:
    signs = [
        table.get(sign.lower(), sign) if sign.islower() else table.get(sign.lower(), sign).capitalize() for sign in text
    ]
    return "".join(signs)


def _unaccented(text: str) -> str:
    return "".join(sign for sign in unicodedata.normalize("NFD", text) if not unicodedata.combining(sign))


def homoglyphs(line: Line, rng: Random) -> dict[str, Any] | None:
    """Letters of another script that look the same."""
    words = [m for m in words_of(line) if sum(sign in LOOKALIKES for sign in m.group()) >= 2]
    if not words:
        return None
    text = line["translation"]
    for m in sorted(rng.sample(words, min(len(words), rng.randint(1, 3))), key=lambda m: -m.start()):
        signs = [LOOKALIKES.get(sign, sign) if rng.random() < 0.7 else sign for sign in m.group()]
        if all(sign in LOOKALIKES for sign in m.group()):
            signs[0] = m.group()[0]
        text = put(text, m.span(), "".join(signs))
    return changed(line, text)


def mojibake(line: Line, rng: Random) -> dict[str, Any] | None:
    """UTF-8 that was read as another code."""
    text = line["translation"]
    if sum(sign > "\x7f" and sign.isalpha() for sign in text) < 2:
        return None
    return changed(line, text.encode().decode(rng.choice(("cp1252", "latin-1")), "replace"))


def emptied(line: Line, rng: Random) -> dict[str, Any] | None:
    """Nothing is left but space or a stop."""
    return changed(line, rng.choice(("", " ", "\u200b", "\u00a0", "...", "-", "\n")))


def profaned(line: Line, rng: Random) -> dict[str, Any] | None:
    """A word that no shop would show."""
    words = PROFANE.get(language(line["target_locale"]))
    if not words:
        return None
    text, word = line["translation"], rng.choice(words)
    if line["target_locale"] in UNSPACED:
        return changed(line, word + text)
    m = choice(rng, free(text, re.compile(r"(?<=\w) (?=\w)")))
    return None if m is None else changed(line, put(text, m.span(), f" {word} "))


def term_missed(line: Line, rng: Random) -> dict[str, Any] | None:
    """Another word stands where the glossary has one; the glossary comes with the line."""
    found: list[tuple[str, str, re.Match[str], str]] = []
    for term, fixed, stem, other in _terms(line):
        if m := choice(rng, free(line["translation"], stem)):
            found.append((term, fixed, m, other))
    if not found:
        return None
    term, fixed, m, other = rng.choice(found)
    text = re.sub(re.escape(m.group()), other, line["translation"])
    return {"translation": text, "glossary": {term: fixed}} if text != line["translation"] else None


def _terms(line: Line) -> Sequence[tuple[str, str, re.Pattern[str], str]]:
    """Terms that the source has: term, its fixed translation, how that looks inflected, another word."""
    if line["source_locale"] != "en":
        return ()
    rows = GLOSSARY.get(line["target_locale"], {})
    return [
        (term, fixed, re.compile(stem, re.IGNORECASE), other)
        for term, (fixed, stem, other) in rows.items()
        if re.search(rf"\b{term}s?\b", line["source"], re.IGNORECASE)
    ]


EDITS: Final[dict[str, Edit]] = {
    edit.__name__: edit
    for edit in (
        negation_dropped, negation_added, looped, word_doubled, stuttered, truncated, clause_lost, sentence_lost,
        untranslated, partly_untranslated, transliterated, homoglyphs, mojibake, emptied, profaned, term_missed,
    )
}  # fmt: skip
