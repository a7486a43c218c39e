"""Glossary: terms with a fixed translation, one pair of locales at a time. `glossary_file.py` reads them."""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Final

from msgspec import Struct

from localization.protection.glossary_forms import forms_of, is_plural_only, plural_of
from localization.protection.span_kinds import WORD
from schemas.locales import LocaleTag, UnknownLocale, parse_locale, written_in

# A word, or a sign: Han, kana and Thai are matched sign by sign. Spaces and hyphens part words and are no matter.
_TOKEN: Final = re.compile(rf"[{WORD}]+|[^\s\-‐‑]")
_TOKEN_OR_DASH: Final = re.compile(rf"{_TOKEN.pattern}|(?<=\s)[-–—](?=\s)")
_FINGERPRINT_CHARS: Final = 12


class Entry(Struct, frozen=True, order=True):
    """A term and what is shown for it. `forms`: other spellings of the term, each with its own translation.

    `case_sensitive`: the term is meant as it is written (`Ring`, not `ring`).
    """

    source_locale: str
    target_locale: str
    term: str
    translation: str
    case_sensitive: bool = False
    forms: tuple[tuple[str, str], ...] = ()
    note: str = ""
    line: int = 0

    @property
    def untranslated(self) -> bool:
        """Whether the term is to stay as it is."""
        return self.term == self.translation


class Hit(Struct, frozen=True, order=True):
    """A term in a text, `start` to `end`, and what is to be shown for it, dressed as the term is in the text."""

    start: int
    end: int
    translation: str
    entry: Entry


class _Phrase(Struct, frozen=True):
    """One spelling of a term as its words, folded."""

    words: tuple[str, ...]
    written: tuple[str, ...]
    translation: str
    entry: Entry


class PairGlossary:
    """The entries that serve one pair of locales. Immutable; safe to share."""

    def __init__(self, entries: Sequence[Entry] = ()) -> None:
        self.entries = tuple(entries)
        self._phrases: dict[str, list[_Phrase]] = {}
        for phrase in _phrases(entries):
            self._phrases.setdefault(phrase.words[0], []).append(phrase)
        for phrases in self._phrases.values():
            phrases.sort(key=lambda phrase: (-len(phrase.words), not phrase.entry.case_sensitive))

    def __bool__(self) -> bool:
        return bool(self.entries)

    def find(self, text: str) -> list[Hit]:
        """Return the terms in a text in order, apart from each other, the longest at each place."""
        if not self._phrases:
            return []
        tokens = [(match.group(), match.start(), match.end()) for match in _TOKEN.finditer(text)]
        folded = [token.casefold() for token, _, _ in tokens]
        hits, at = [], 0
        while at < len(tokens):
            phrase = next((one for one in self._phrases.get(folded[at], ()) if _stands(one, tokens, folded, at)), None)
            if phrase is None:
                at += 1
                continue
            last = at + len(phrase.words)
            start, end = tokens[at][1], tokens[last - 1][2]
            hits.append(Hit(start, end, _dressed(phrase, text[start:end]), phrase.entry))
            at = last
        return hits

    def matching(self, text: str) -> Mapping[str, str]:
        """Return the terms as they occur in a text, each with what is to be shown for it."""
        return {text[hit.start : hit.end]: hit.translation for hit in self.find(text)}

    def exact(self, text: str) -> str | None:
        """Return the fixed translation of a text that is a term and nothing else."""
        bare = text.strip()
        hits = self.find(bare)
        whole = len(hits) == 1 and (hits[0].start, hits[0].end) == (0, len(bare))
        return text.replace(bare, hits[0].translation) if whole else None

    def fingerprint(self, text: str) -> str:
        """Return a hash of the entries that touch a text; empty when none does."""
        entries = {hit.entry for hit in self.find(text)}
        return _digest(entries) if entries else ""


class Glossary:
    """All entries of an operator. `version` changes with any of them; an empty glossary has none."""

    def __init__(self, entries: Sequence[Entry] = ()) -> None:
        self.entries = tuple(entries)
        self.version = _digest(set(entries)) if entries else None
        self._pairs: dict[tuple[str, str], PairGlossary] = {}

    def for_pair(self, source_locale: str, target_locale: str) -> PairGlossary:
        """Return what serves a pair. An entry for `pt` serves pt-BR too, one for pt-BR does not serve pt-PT.

        A source's region is no matter, its script is; where two entries serve a term, the nearer locales have it.
        """
        key = (source_locale, target_locale)
        if key not in self._pairs:
            self._pairs[key] = PairGlossary(tuple(self._serving(*key)))
        return self._pairs[key]

    def fingerprint(self, text: str, source_locale: str, target_locale: str) -> str:
        """Return a hash of the entries that touch a text between two locales; empty when none does."""
        return self.for_pair(source_locale, target_locale).fingerprint(text)

    def _serving(self, source: str, target: str) -> Iterator[Entry]:
        ranked = []
        for entry in self.entries:
            near = _nearness(entry.target_locale, target), _nearness(entry.source_locale, source, source=True)
            if None not in near:
                ranked.append((near, entry))
        taken: set[tuple[str, bool]] = set()
        for _, entry in sorted(ranked, key=lambda one: one[0], reverse=True):
            key = (entry.term if entry.case_sensitive else entry.term.casefold(), entry.case_sensitive)
            if key not in taken:
                taken.add(key)
                yield entry


@lru_cache(maxsize=4096)
def _nearness(entry: str, asked: str, *, source: bool = False) -> int | None:
    """How near an entry's locale is to the one asked for; None: it does not serve it."""
    try:
        own, other = parse_locale(entry), parse_locale(asked)
    except UnknownLocale:
        return None
    if own.language != other.language or written_in(own) != written_in(other):
        return None
    if own.territory == other.territory:
        return 2
    return 1 if source or _general(own) or _general(other) else None


def _general(tag: LocaleTag) -> bool:
    return tag.territory is None


def _phrases(entries: Sequence[Entry]) -> Iterator[_Phrase]:
    """Every spelling once: what the file says goes before what a rule makes."""
    listed = [(form, to, entry) for entry in entries for form, to in ((entry.term, entry.translation), *entry.forms)]
    made = []
    for entry in entries:
        language = _language(entry.source_locale)
        made += [(form, _made(entry, form, language), entry) for form in forms_of(entry.term, language)]
    taken: set[tuple[tuple[str, ...], bool]] = set()
    for form, translation, entry in (*listed, *made):
        written = tuple(_TOKEN.findall(form))
        words = tuple(word.casefold() for word in written)
        if words and (words, entry.case_sensitive) not in taken:
            taken.add((words, entry.case_sensitive))
            yield _Phrase(words, written, translation, entry)


def _made(entry: Entry, form: str, language: str) -> str:
    """What a plural that a rule made is shown as; of a name that stays, itself."""
    if entry.untranslated:
        return form
    return (
        plural_of(entry.translation, _language(entry.target_locale)) if is_plural_only(language) else entry.translation
    )


def _language(locale: str) -> str:
    return parse_locale(locale).language


def _stands(phrase: _Phrase, tokens: Sequence[tuple[str, int, int]], folded: Sequence[str], at: int) -> bool:
    last = at + len(phrase.words)
    if tuple(folded[at:last]) != phrase.words:
        return False
    return not phrase.entry.case_sensitive or all(
        token == word for (token, _, _), word in zip(tokens[at:last], phrase.written, strict=True)
    )


def _dressed(phrase: _Phrase, found: str) -> str:
    """A term in capitals is shown in capitals, one with a capital first with a capital first."""
    shown, entry = phrase.translation, phrase.entry
    if entry.untranslated:
        return found if not entry.case_sensitive else shown
    if entry.case_sensitive:
        return shown
    if found.isupper() and len(found) > 1 and not entry.term.isupper():
        return shown.upper()
    if found[:1].isupper() and entry.term[:1].islower() and shown[:1].islower():
        return shown[:1].upper() + shown[1:]
    return shown


def stands_together(translation: str, shown: str) -> bool:
    """Whether the words of a fixed translation are said side by side, in whatever form.

    A model bends what is written in its source, and now and then tears it apart ("almofada - decorativa").
    """
    words = _TOKEN.findall(translation.casefold())
    said = _TOKEN_OR_DASH.findall(shown.casefold())
    stems = [word[: max(3, len(word) * 2 // 3)] for word in words]
    return any(
        all(word.startswith(stem) for word, stem in zip(said[at : at + len(stems)], stems, strict=True))
        for at in range(len(said) - len(stems) + 1)
    )


def _digest(entries: set[Entry]) -> str:
    """A hash of what is shown; lines and notes are no matter."""
    facts = sorted(
        (one.source_locale, one.target_locale, one.term, one.translation, one.case_sensitive, one.forms)
        for one in entries
    )
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:_FINGERPRINT_CHARS]
