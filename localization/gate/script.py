"""Script: a reader sees the letters of the reader's language, and no broken ones."""

import re
from functools import lru_cache
from typing import Final

from localization.gate.case import Case
from localization.gate.lexicon import script_of_locale
from localization.gate.prose import prose

_RANGES: Final = {
    "Latn": r"A-Za-z\u00aa\u00ba\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u1e00-\u1eff\uff21-\uff3a\uff41-\uff5a",
    "Cyrl": r"\u0400-\u052f",
    "Grek": r"\u0370-\u03e1\u03f0-\u03ff\u1f00-\u1fff",
    "Arab": r"\u0620-\u064a\u066e-\u06d3\u06fa-\u06ff\u0750-\u077f\ufb50-\ufbb1\ufe70-\ufefc",
    "Hebr": r"\u05d0-\u05f2\ufb1d-\ufb4f",
    "Deva": r"\u0900-\u0963\u0966-\u097f",
    "Thai": r"\u0e01-\u0e5b",
    "Hani": r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff",
    "Kana": r"\u3041-\u3096\u30a1-\u30fa\uff66-\uff9d",
    "Hang": r"\u1100-\u11ff\u3131-\u318e\uac00-\ud7a3",
}
_PARTS: Final = {
    "Jpan": ("Kana", "Hani"),
    "Kore": ("Hang", "Hani"),
    "Hans": ("Hani",),
    "Hant": ("Hani",),
}
_LATIN_WORD: Final = re.compile(r"[A-Za-zÀ-ÖØ-öø-ɏ]{2,}")
_SMALL_WORD: Final = re.compile(r"(?<![\w./='\"_-])[a-zà-öø-ÿ]{3,}(?![\w/='\"_-])")
_PLAIN_WORD: Final = re.compile(r"(?<![\w./='\"_-])[A-Za-zÀ-ÖØ-öø-ɏ]{2,}(?![\w/='\"_-])")
# Letters of two alphabets that look alike, in one word: "Dоg" with a Cyrillic letter.
_MIXED: Final = re.compile(r"[A-Za-z][а-яёіїєА-ЯЁІα-ωΑ-Ω]|[а-яёіїєА-ЯЁІα-ωΑ-Ω][A-Za-z]")
_WORDS: Final = re.compile(r"[^\W\d_]+")
# The replacement character, C1 controls, and UTF-8 that was read as Latin-1 or Windows-1252.
_LATE: Final = r"[\x80-\xbf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]"
# The same of the languages of Central Europe, inside a word; quotation marks and dashes may stand behind a letter.
_LATE_INSIDE: Final = r"[\x80-\x9f¡-¿€‚ƒ„…†‡ˆ‰Š‹ŒŽ™š›œžŸ]"
_BROKEN: Final = re.compile(
    rf"[\ufffd\x80-\x84\x86-\x9f]|[ÂÃ]{_LATE}|[à-ï]{_LATE}{{2}}|Ð[°-¿]Ñ|(?<=[a-z])[ÄÅ]{_LATE_INSIDE}"
    rf"|[ÄÅ][\x80-\x9f¡-¿€ƒ†‡ˆ‰‹Œ™œŸ](?=[a-z])"
)
# No writing system has these; a terminal obeys some of them.
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
# Written in Latin letters as well as in those that CLDR names first, where the tag does not say which.
_ALSO_LATIN: Final = frozenset(("sr", "uz"))
_HAN: Final = re.compile(r"[㐀-鿿]")
_VARIANT_SHARE: Final = 0.04


def misses_script(case: Case) -> bool:
    """Whether letters are of a script that is neither the target's nor the source's own, missing, mixed or broken."""
    script = script_of_locale(case.target_locale)
    if _CONTROL.search(case.translation) and not _CONTROL.search(case.source):
        return True
    if script == "Latn" and case.translation.isascii():
        return False
    if _BROKEN.search(case.translation) and not _BROKEN.search(case.source):
        return True
    if script not in _RANGES and script not in _PARTS:
        return False
    shown, source = prose(case.translation), prose(case.source)
    if script == "Cyrl" and case.target_locale.split("-")[0] in _ALSO_LATIN and _leaves_it_open(case, shown):
        script = "Latn"
    if _foreign(script).search(shown) and _intrudes(shown, source, script):
        return True
    return script != "Latn" and _misses_own(shown, source, script)


def _leaves_it_open(case: Case, shown: str) -> bool:
    """Whether the tag names no script and the text keeps to Latin letters."""
    return case.target_locale.count("Cyrl") == 0 and _own("Cyrl").search(shown) is None


def _misses_own(shown: str, source: str, script: str) -> bool:
    if _own(script).search(shown) is None:
        return _small_words(source) and _small_words(shown)
    if script in {"Hans", "Hant"}:
        return _other_variant(shown, source, script)
    return _drowned(shown, source, script) or (script in {"Cyrl", "Grek"} and _mixes(shown, source))


@lru_cache(maxsize=64)
def _own(script: str) -> re.Pattern[str]:
    return re.compile(f"[{''.join(_RANGES[part] for part in _PARTS.get(script, (script,)))}]")


@lru_cache(maxsize=64)
def _foreign(script: str) -> re.Pattern[str]:
    """A run of letters that are neither Latin nor of the script; a single Greek letter is a sign (µ, Ω, π)."""
    own = {"Latn", *_PARTS.get(script, (script,))}
    others = "".join(letters for name, letters in _RANGES.items() if name not in own and name != "Grek")
    greek = "" if "Grek" in own else f"|[{_RANGES['Grek']}]{{2,}}"
    return re.compile(f"[{others}]+{greek}")


def _intrudes(shown: str, source: str, script: str) -> bool:
    return any(run not in source for run in _foreign(script).findall(shown))


def _small_words(text: str) -> bool:
    """Whether a text says something in small Latin letters: capitals may be names, and so may a single word."""
    return _SMALL_WORD.search(text) is not None and len(_PLAIN_WORD.findall(text)) > 1


def _drowned(shown: str, source: str, script: str) -> bool:
    """Whether most words are Latin ones that are no names of the source."""
    foreign = [word for word in _LATIN_WORD.findall(shown) if word not in source]
    if len(foreign) < 3:
        return False
    own = sum(len(word) for word in _WORDS.findall(shown) if _own(script).match(word))
    return sum(map(len, foreign)) > own


def _mixes(shown: str, source: str) -> bool:
    return any(found not in source for found in _MIXED.findall(shown))


def _other_variant(shown: str, source: str, script: str) -> bool:
    """Whether Chinese characters are of the other tradition: of one that its reader does not write."""
    wrong = _traditional() if script == "Hans" else _simplified()
    found = [char for char in _HAN.findall(shown) if char in wrong and char not in source]
    return len(found) > 0 and len(found) >= _VARIANT_SHARE * len(_HAN.findall(shown))


@lru_cache(maxsize=1)
def _simplified() -> frozenset[str]:
    """Characters of GB 2312 that Big5 has not."""
    return frozenset(char for char in _encodable("gb2312") - _encodable("big5hkscs"))


@lru_cache(maxsize=1)
def _traditional() -> frozenset[str]:
    """Characters of Big5 that GB 2312 has not, but GBK has: the rare ones are of both traditions."""
    return frozenset((_encodable("big5") & _encodable("gbk")) - _encodable("gb2312"))


@lru_cache(maxsize=8)
def _encodable(codec: str) -> frozenset[str]:
    return frozenset(char for char in map(chr, range(0x4E00, 0xA000)) if char.encode(codec, "ignore"))
