"""Additions: an address, a code, a name or a sign that nobody wrote."""

import re
from functools import lru_cache
from typing import Final

from localization.data_lines import data_lines
from localization.gate.addresses import same_for_readers
from localization.gate.case import Case
from localization.gate.length import excess
from localization.gate.lexicon import script_of_locale
from localization.gate.prose import prose, sentences
from localization.gate.protected import spans

_TERM_CHARS_MIN: Final = 2
# iPhone, eBay, YouTube, WhatsApp: no dictionary writes words so.
_CAMEL: Final = re.compile(r"(?<![\w])(?:[a-z]{1,2}[A-Z][a-z]{2,}|[A-Z][a-z]+[A-Z][a-z]+)(?![\w])")
_NAME: Final = re.compile(r"(?<![^\W_])[A-Z][A-Za-z0-9&'’.-]*[A-Za-z0-9]")
_PHONE: Final = re.compile(
    r"(?<![\w.,/-])(?:\+\d[\d ().-]{7,17}\d|\(?0?\d{2,4}\)[\s-]?\d{3,5}[\s-]?\d{3,4})(?![\w.,/-]*\d)"
)
_BETWEEN: Final = re.compile(r"[\s_&.-]+")
# Where another writer begins a sentence.
_HALF_STOP: Final = re.compile(r"[;:–—；：]|\s-\s")
# In spreads of the length ratio.
_LONGER: Final = 1.6
_DIGIT: Final = re.compile(r"\d")


def adds(case: Case) -> bool:
    """Whether the translation shows a URL, e-mail, phone, code, emoji, brand or protected term of its own."""
    source = case.source.casefold()
    if any(_stranger(span, source) and not _is_localized(span, case) for span in spans(case.translation)):
        return True
    return _adds_name(case, source) or _adds_phone(case) or _adds_sentence(case)


def _stranger(span: str, source: str) -> bool:
    said = span.casefold().strip("\ufe0f")
    return said not in source and _squeezed(said) not in _squeezed(source)


def _is_localized(span: str, case: Case) -> bool:
    return "://" in span and same_for_readers(span, case) in (same_for_readers(one, case) for one in spans(case.source))


def _squeezed(text: str) -> str:
    """Without what people put between the parts of a code or a name: "JPEG 2000", "open-source"."""
    return _BETWEEN.sub("", text)


def _adds_sentence(case: Case) -> bool:
    """Whether there is a sentence more, and so much more text that it is none of the source's own, parted."""
    parts = sentences(case.translation)
    if parts == 1 or excess(case) <= _LONGER:
        return False
    return parts > sentences(case.source) + len(_HALF_STOP.findall(prose(case.source)))


def _adds_phone(case: Case) -> bool:
    if "+" not in case.translation and "(" not in case.translation:
        return False
    known = "".join(_DIGIT.findall(case.source))
    return any("".join(_DIGIT.findall(found)) not in known for found in _PHONE.findall(case.translation))


def _adds_name(case: Case, source: str) -> bool:
    """Whether a brand, a word in a brand's spelling or one of the case's own terms appears from nowhere."""
    shown = prose(case.translation)
    for term in case.protected:
        if len(term) >= _TERM_CHARS_MIN and term in shown and term.casefold() not in source and _as_word(term, shown):
            return True
    for name in _NAME.findall(shown):
        if name.casefold() not in source and name in _brands():
            return True
    if script_of_locale(case.source_locale) != "Latn":
        # "포스트스크립트" is PostScript.
        return False
    # An ending may hang on it: "PostScriptu".
    return any(
        _squeezed(name.casefold()[: max(5, len(name) - 4)]) not in _squeezed(source) for name in _CAMEL.findall(shown)
    )


def _as_word(term: str, text: str) -> bool:
    return re.search(rf"(?<![^\W_]){re.escape(term)}(?![^\W_])", text) is not None


@lru_cache(maxsize=1)
def _brands() -> frozenset[str]:
    """Brands that are no words of a language; capitals as their owners write them, and all capitals."""
    names = {name for line in data_lines("localization.gate", "brands.txt") for name in line.split()}
    return frozenset(names | {name.upper() for name in names})
