"""Protected: names, addresses, codes and signs that nobody translates come through as they were written."""

import re
from functools import lru_cache
from typing import Final

from localization.gate.addresses import same_for_readers
from localization.gate.case import Case
from localization.gate.prose import prose
from localization.protection.spans import VERBATIM, Found, SpanKind, find_spans
from localization.text.segment import TAG
from schemas.locales import parse_locale

# What is laws of their own: placeholders, tags; a VERSION is a number.
_ELSEWHERE: Final = frozenset((SpanKind.PLACEHOLDER, SpanKind.MARKUP, SpanKind.TERM, SpanKind.VERSION))
_KINDS: Final = VERBATIM - _ELSEWHERE
# What a language may hang on a foreign name. Everywhere: an apostrophe or a hyphen and small letters, a genitive s.
_ANYWHERE: Final = r"['’ʼ-]\w{1,8}|s"
_ENDINGS: Final = {
    "tr": r"[nsyt]?[aeıioöuü]\w{0,5}|[dtl][aeıiuü]\w{0,6}",
    "fi": r"i?(?:n|a|ä|ss[aä]|st[aä]|ll[aä]|lt[aä]|lle|ksi|n[aä]|in|en|on|un|än|iin|een|hin|hen|i[aä])\w{0,4}",
    "et": r"i?(?:t|d|st|s|le|lt|l|ga|ks|sse|ni|na|ta|te)",
    "hu": r"[aeoöuüáéíóőú]?\w{1,5}",
    "pl": r"(?:a|u|em|iem|owi|ie|ów|om|ami|ach|y|i|ę|ą|owy|owe|owa|owego)",
    "cs": r"(?:a|u|em|ovi|e|ů|y|i|ům|ech|ou|ový|ové)",
    "sk": r"(?:a|u|om|ovi|e|ov|y|i|ou)",
    "sl": r"(?:a|u|om|em|i|ov|e)",
    "hr": r"(?:a|u|om|em|i|e|ov)",
    "sr": r"(?:a|u|om|em|i|e)",
    "ro": r"(?:ul|ului|uri|urile|ului|a|ei|e|i|le|lor)",
    "sv": r"(?:en|et|n|ens|ar|er)",
    "da": r"(?:en|et|ens|er|e)",
    "nb": r"(?:en|et|ens|er|e)",
    "de": r"(?:es|en|e)",
    "lt": r"(?:as|o|ui|e|u|ai)",
    "lv": r"(?:s|a|am|u|ā)",
    "ru": r"[а-я]{1,4}",
    "uk": r"[а-яіїє]{1,4}",
}
# Neither letter nor digit: "for <name> for" is no word said twice.
_NAME_SIGN: Final = "¤"
# A file's name is its translator's to choose ("archivo.pdf"), and no address.
_FILE: Final = re.compile(
    r"[\w-]+\.(?:pdf|png|jpe?g|gif|svg|txt|html?|xml|xlsx?|csv|tsv|docx?|od[tsp]|pptx?|zip|tar|gz|exe|py|js|css|json|md|mp[34]"
    r"|avi|mov|dvi|ps|tiff?|conf|cfg|ini|sh|log|po|bak|wav|ogg|ya?ml|toml|sql|rtf|bmp|webp|epub)"
)
_SENTENCE_SIGNS: Final = '।؟۔。、，！？”“’»」』"'
_JOINED_SCRIPT: Final = re.compile(r"[\u0590-\u06ff\u0900-\u0dff\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


def loses_protected(case: Case) -> bool:
    """Whether a protected term, an address, a code or an emoji of the source is not shown as it was written."""
    if case.protected:
        said = case.source.casefold()
        named = (term for term in case.protected if term.strip() and term.casefold() in said)
        if any(_loses(term, case) for term in named):
            return True
    return any(not _comes_through(one, case) for one in spans(case.source))


def _loses(term: str, case: Case) -> bool:
    """Whether a term is not shown; what stands in an address or a tag is shown to nobody."""
    said = prose(case.source)
    if _whole(term, said):
        return not _shown(term, said, prose(case.translation), case.target_locale)
    return _whole(term, case.source) and not _shown(term, case.source, case.translation, case.target_locale)


@lru_cache(maxsize=4096)
def _as_word(term: str, endings: str) -> re.Pattern[str]:
    """The term as a word of its own: no letter before it, at most an ending behind it."""
    before = r"(?<![^\W_])(?<![^\W_]_)" if term[0].isalnum() else ""
    # "zabbix.conf.php" and "zabbix_init" are names of their own.
    apart = r"(?![^\W_]|_[^\W_]|\.[a-z0-9])"
    behind = (rf"(?:(?:{endings}))?" if endings else "") + apart
    body = r"\s+".join(map(re.escape, term.split()))
    return re.compile(f"{before}{body}{behind if term[-1].isalnum() else ''}", re.IGNORECASE)


def _whole(term: str, source: str) -> bool:
    """Whether the source says the term as a word of its own, in any capitals: a ring in small letters is no Ring."""
    found = _as_word(term, "").finditer(_spaced(source))
    return any(term.islower() or not one.group().islower() for one in found)


def _shown(term: str, source: str, translation: str, target: str) -> bool:
    language = parse_locale(target).language
    endings = "|".join(filter(None, (_ENDINGS.get(language), _ANYWHERE)))
    allowed = {term, term.upper()} | {found.group() for found in _as_word(term, "").finditer(source)}
    shown = _spaced(translation)
    for found in _as_word(term, endings).finditer(shown):
        said = " ".join(found.group().split())
        if any(said.startswith(form) for form in allowed):
            return True
    return False


def _spaced(text: str) -> str:
    """The text with spaces between letters of scripts that are written without them and all others."""
    if text.isascii() or _JOINED_SCRIPT.search(text) is None:
        return text
    return _JOINED_SCRIPT.sub(" ", text)


@lru_cache(maxsize=512)
def spans(text: str) -> tuple[str, ...]:
    """The stretches of a text that nobody changes, but for protected terms, placeholders and tags."""
    found = _found(text)
    return tuple(text[one.start : one.end].rstrip(_SENTENCE_SIGNS) for one in found if _nobodys(one, text))


def _nobodys(one: Found, text: str) -> bool:
    """Whether a span is nobody's to change: "https://" alone is a word, and "%#terms%#" marks a link, no hashtag."""
    if one.kind not in _KINDS or text[one.start : one.end].rstrip(_SENTENCE_SIGNS).endswith("://"):
        return False
    if one.kind in {SpanKind.URL, SpanKind.CODE} and _FILE.fullmatch(text, one.start, one.end):
        return False
    return one.kind is not SpanKind.HANDLE or not text.startswith("%", max(one.start - 1, 0))


def _comes_through(span: str, case: Case) -> bool:
    if span in case.translation:
        return True
    if span.casefold().strip("\ufe0f") in case.translation.casefold():
        return True
    return "://" in span and same_for_readers(span, case) in (
        same_for_readers(one, case) for one in spans(case.translation)
    )


@lru_cache(maxsize=512)
def without_names(text: str, terms: tuple[str, ...]) -> str:
    """The text with a sign for each span that another law holds: its words and numbers are its translator's own."""
    found = _found(text)
    if terms:
        found = tuple(sorted((*found, *(one for one in find_spans(text, terms) if one.kind is SpanKind.TERM))))
    parts, at = [], 0
    for span in found:
        if span.kind in VERBATIM and span.start >= at:
            parts += [text[at : span.start], _NAME_SIGN]
            at = span.end
    return TAG.sub("", "".join((*parts, text[at:])))


@lru_cache(maxsize=512)
def _found(text: str) -> tuple[Found, ...]:
    return tuple(find_spans(text))
