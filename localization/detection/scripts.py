"""Which scripts a text is written in, and which a language is written in; scripts are ISO 15924 codes."""

import unicodedata
from collections import Counter
from functools import lru_cache
from typing import Final

from babel.core import get_global

# How the Unicode names of a script's characters begin, where that is not the script's own English name.
_NAMED: Final = {
    "LATIN": "Latn",
    "CJK": "Hani",
    "HIRAGANA": "Kana",
    "KATAKANA": "Kana",
    "HALFWIDTH": "Kana",
    "HANGUL": "Hang",
    "CYRILLIC": "Cyrl",
    "ARABIC": "Arab",
    "HEBREW": "Hebr",
    "GREEK": "Grek",
    "DEVANAGARI": "Deva",
    "BENGALI": "Beng",
    "GURMUKHI": "Guru",
    "GUJARATI": "Gujr",
    "ORIYA": "Orya",
    "TAMIL": "Taml",
    "TELUGU": "Telu",
    "KANNADA": "Knda",
    "MALAYALAM": "Mlym",
    "SINHALA": "Sinh",
    "THAI": "Thai",
    "LAO": "Laoo",
    "TIBETAN": "Tibt",
    "MYANMAR": "Mymr",
    "GEORGIAN": "Geor",
    "ARMENIAN": "Armn",
    "ETHIOPIC": "Ethi",
    "KHMER": "Khmr",
    "MONGOLIAN": "Mong",
    "THAANA": "Thaa",
    "SYRIAC": "Syrc",
    "CHEROKEE": "Cher",
    "CANADIAN": "Cans",
    "TIFINAGH": "Tfng",
}
# One writing system may need several scripts: ISO 15924 has codes for the mixtures.
_MIXTURES: Final = {
    "Jpan": frozenset(("Kana", "Hani")),
    "Kore": frozenset(("Hang", "Hani")),
    "Hans": frozenset(("Hani",)),
    "Hant": frozenset(("Hani",)),
}
# Written in a second script by many; CLDR's likely subtags name only the first.
_ALSO: Final = {
    "sr": frozenset(("Latn",)),
    "az": frozenset(("Cyrl",)),
    "uz": frozenset(("Cyrl",)),
    "kk": frozenset(("Latn",)),
    "ku": frozenset(("Arab",)),
    "tt": frozenset(("Latn",)),
    "mn": frozenset(("Mong",)),
    "pa": frozenset(("Arab",)),
}


@lru_cache(maxsize=8192)
def script_of(char: str) -> str | None:
    """The script of one letter; None for what is no letter. A letter of a script that is not listed is `Zyyy`."""
    if not char.isalpha():
        return None
    if char < "\u0250":
        return "Latn"
    return _NAMED.get(unicodedata.name(char, "?").split(" ", 1)[0], "Zyyy")


def scripts_in(text: str) -> Counter[str]:
    """How many letters of each script, most first; kana are one script."""
    found: Counter[str] = Counter()
    for char, times in Counter(text).items():
        script = script_of(char)
        if script is not None:
            found[script] += times
    return found


@lru_cache(maxsize=512)
def scripts_of(language: str) -> frozenset[str]:
    """The scripts a language is written in, by CLDR's likely subtags; empty when CLDR does not say."""
    likely = str(get_global("likely_subtags").get(language, ""))
    script = next((part for part in likely.split("_") if len(part) == 4 and part.isalpha()), "")
    if not script:
        return frozenset()
    return _MIXTURES.get(script, frozenset((script,))) | _ALSO.get(language, frozenset())
