"""Cases for the gate as people write them in JSON lines: keys, types and locale tags in any common spelling."""

from contextlib import suppress
from typing import Any, Final

from babel.core import get_global

from localization.gate.case import Case
from schemas.locales import UnknownLocale, parse_locale

_TEXTS: Final = ("source", "translation")
_LOCALES: Final = ("source_locale", "target_locale")


class BadCase(ValueError):
    """What a line lacks, or has of the wrong type; the message says which key."""


def read_case(said: dict[str, Any]) -> Case:
    """Read a case from a line's keys; raises BadCase. A key with null is one left out, other keys are not looked at."""
    for key in (*_TEXTS, *_LOCALES):
        if not isinstance(said.get(key), str):
            raise BadCase(f"`{key}` must be a string" if key in said else f"needs `{key}`")
    return Case(
        source=said["source"],
        translation=said["translation"],
        source_locale=_locale(said["source_locale"], "source_locale"),
        target_locale=_locale(said["target_locale"], "target_locale"),
        field=_text(said, "field", "text"),
        format="html" if "html" in _text(said, "format", "text").lower() else "text",
        protected=_protected(said.get("protected")),
        glossary=_glossary(said.get("glossary")),
        rating=_rating(said.get("rating")),
    )


def _text(said: dict[str, Any], key: str, default: str) -> str:
    value = said.get(key)
    if value is None:
        return default
    if not isinstance(value, str):
        raise BadCase(f"`{key}` must be a string")
    return value


def _locale(tag: str, key: str) -> str:
    """The tag as BCP 47 has it: `pt_br`, `de_DE.UTF-8`, `sr@latin` and the three letters of ISO 639-2 are read too.

    Of a tag with a region or script that nobody knows (`sr-SP`, `ca-valencia`) the language is left.
    """
    bare, _, variant = tag.strip().partition(".")[0].partition("@")
    parts = bare.replace("_", "-").split("-")
    parts[0] = str(get_global("language_aliases").get(parts[0].lower(), parts[0])).split("_")[0]
    if variant.lower() in {"latin", "cyrillic"} and len(parts) == 1:
        parts.append({"latin": "Latn", "cyrillic": "Cyrl"}[variant.lower()])
    try:
        return str(parse_locale("-".join(parts)))
    except UnknownLocale as error:
        for kept in range(len(parts) - 1, 0, -1):
            with suppress(UnknownLocale):
                return str(parse_locale("-".join(parts[:kept])))
        raise BadCase(f"`{key}`: {error}") from error


def _protected(value: Any) -> tuple[str, ...]:
    terms = [value] if isinstance(value, str) else value or []
    if not isinstance(terms, list) or not all(isinstance(term, str) for term in terms):
        raise BadCase("`protected` must be a list of strings")
    return tuple(term for term in terms if term.strip())


def _glossary(value: Any) -> dict[str, str]:
    terms = value or {}
    if not isinstance(terms, dict) or not all(isinstance(fixed, str) for fixed in terms.values()):
        raise BadCase("`glossary` must be an object of strings: term and its fixed translation")
    return {term: fixed for term, fixed in terms.items() if term.strip() and fixed.strip()}


def _rating(value: Any) -> int | None:
    if value is None:
        return None
    if isinstance(value, str):
        with suppress(ValueError):
            value = float(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 5:
        raise BadCase("`rating` must be a number from 1 to 5")
    return round(value)
