"""Chinese in simplified or traditional characters, or Japanese without kana: what Han characters alone can tell.

The national character sets say who writes a character: GB 2312 (mainland China), Big5 (Taiwan, Hong Kong) and
JIS X 0208 (Japan, through Shift JIS). Python carries their tables.
"""

from functools import cache, lru_cache
from importlib.resources import files

from msgspec import Struct


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
    if any(_japanese(char) for char in chars):
        return Han("ja", None, 0.95)
    words = sum(word in text for word in _japanese_words())
    if words:
        return Han("ja", None, 0.75 if words > 1 or traditional else 0.6)
    # Every character is common to China and Japan: Japanese without a kana is short, Chinese is always without.
    return Han("zh", script, 0.8 if len(chars) < 6 else 0.9)


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
def _japanese_words() -> tuple[str, ...]:
    lines = files("localization.detect_data").joinpath("japanese.txt").read_text("utf-8").splitlines()
    return tuple(word for line in lines if not line.startswith("#") for word in line.split())
