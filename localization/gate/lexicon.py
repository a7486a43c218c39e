"""Lexicons: what the laws know of single languages, read once from the files beside them."""

import tomllib
from functools import lru_cache
from importlib.resources import files
from typing import Any, Final

from schemas.locales import parse_locale, written_in

_SAME: Final = {"no": "nb", "nn": "nb", "iw": "he", "in": "id", "ms": "id", "cmn": "zh", "yue": "zh"}
# Written without spaces between words.
UNSPACED: Final = frozenset(("zh", "ja", "th", "lo", "km", "my"))
# Words stand without a space before or behind them: Korean writes particles and endings to the word.
JOINED: Final = UNSPACED | {"ko"}


@lru_cache(maxsize=4096)
def language_of(locale: str) -> str:
    """The language whose lexicons serve a locale."""
    language = parse_locale(locale).language
    return _SAME.get(language, language)


@lru_cache(maxsize=4096)
def script_of_locale(locale: str) -> str:
    """The script that texts of a locale are in, ISO 15924; empty when CLDR does not say."""
    return written_in(parse_locale(locale)) or ""


@lru_cache(maxsize=16)
def table(name: str) -> dict[str, Any]:
    """The lexicon `name`, a table for each language."""
    return tomllib.loads(files("localization.gate").joinpath("data", f"{name}.toml").read_text("utf-8"))


def folded(pattern: str) -> str:
    """Letters as str.casefold leaves them, in a pattern that str.casefold would break."""
    return pattern.replace("ς", "σ").replace("ß", "ss")


@lru_cache(maxsize=128)
def opening_words(language: str) -> frozenset[str]:
    """Words that no finished text ends with; empty for a language without a list."""
    return frozenset(table("function_words").get(language, {}).get("opening", "").split())


@lru_cache(maxsize=128)
def function_words(language: str) -> frozenset[str]:
    """Articles, prepositions, pronouns, auxiliaries; empty for a language without a list."""
    return opening_words(language) | frozenset(table("function_words").get(language, {}).get("other", "").split())


@lru_cache(maxsize=1)
def speakers() -> dict[str, tuple[str, ...]]:
    """Function word -> the languages that have it."""
    found: dict[str, tuple[str, ...]] = {}
    for language in table("function_words"):
        for word in function_words(language):
            found[word] = (*found.get(word, ()), language)
    return found
