"""Chinese in simplified or traditional characters, or Japanese without kana: what Han characters alone can tell.

The national character sets say who writes a character: GB 2312 (mainland China), Big5 (Taiwan, Hong Kong) and
JIS X 0208 (Japan, through Shift JIS). Python carries their tables.
"""

from functools import cache, lru_cache
from typing import Final

from msgspec import Struct

from localization.data_lines import data_lines

# Small words of Chinese sentences; Japanese has no use for these characters.
_CHINESE_WORDS: Final = frozenset("這这你們们嗎吗吧呢您她没很还让给哪")


class Han(Struct, frozen=True):
    """`language` zh or ja with its `probability`; `script` Hans, Hant or None where the characters are common."""

    language: str
    script: str | None
    probability: float


def read_han(text: str) -> Han:
    """Tell who writes these Han characters; a text in kana or hangul is not asked about."""
    chars = [char for char in text if "\u3400" <= char <= "\u9fff"]
    simplified = sum(1 for char in chars if _simplified(char))
    traditional = sum(1 for char in chars if _traditional(char))
    script = "Hans" if simplified > traditional else "Hant" if traditional > simplified else None
    foreign = sum(1 for char in chars if not _in(char, "shift_jis"))
    if foreign:
        return Han("zh", script, 1.0 if foreign > 1 or len(chars) < 6 else 0.95)
    if not _CHINESE_WORDS.isdisjoint(chars):
        return Han("zh", script, 0.95)
    # Japan's reform simplified other characters than China's: one text with both kinds is neither Chinese.
    if (simplified and traditional) or any(map(_japanese, chars)):
        return Han("ja", None, 0.95)
    known = _words()
    runs = {text[at : at + 2] for at in range(len(text) - 1)}
    ours, theirs = (sum(word in known[one] for word in runs) for one in ("ja", "zh"))
    if ours != theirs:
        return Han(
            "ja" if ours > theirs else "zh", None if ours > theirs else script, 0.9 if ours + theirs > 1 else 0.75
        )
    # Every character is common to China and Japan: Japanese without a kana is short, Chinese is always without.
    return Han("zh", script, 0.55 if len(chars) < 6 else 0.7)


@lru_cache(maxsize=16_384)
def _in(char: str, codec: str) -> bool:
    try:
        char.encode(codec)
    except UnicodeEncodeError:
        return False
    return True


@lru_cache(maxsize=16_384)
def _simplified(char: str) -> bool:
    return _in(char, "gb2312") and not _in(char, "big5")


@lru_cache(maxsize=16_384)
def _traditional(char: str) -> bool:
    return _in(char, "big5") and not _in(char, "gb2312")


@lru_cache(maxsize=16_384)
def _japanese(char: str) -> bool:
    return _in(char, "shift_jis") and not _in(char, "big5") and not _in(char, "gb2312")


@cache
def _words() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {"ja": set(), "zh": set()}
    for line in data_lines("localization.detection", "han.tsv"):
        language, words = line.split("\t")
        found[language].update(words.split())
    return {language: frozenset(words) for language, words in found.items()}
