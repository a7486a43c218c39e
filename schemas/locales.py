"""BCP-47 locale tags, checked against CLDR's list of languages, scripts and territories."""

import contextlib
import re
from functools import lru_cache
from typing import Final

from babel import Locale as CldrLocale
from babel import UnknownLocaleError
from babel.core import get_global
from msgspec import Struct

# RFC 5646, section 2.1, as far as language, script and region go. It keeps POSIX names (`en_US.UTF-8`) and CLDR's
# `root` away from babel, which takes them.
_WELL_FORMED: Final = re.compile(r"(?!root\b)[a-z]{2,8}(?:[-_][a-z0-9]{1,8})*", re.IGNORECASE | re.ASCII)


class UnknownLocale(ValueError):
    """The tag is not well formed, or names a language, script or territory that CLDR does not know."""


class LocaleTag(Struct, frozen=True):
    """A parsed tag: `language` ISO 639, `script` ISO 15924 or None, `territory` ISO 3166-1 / UN M.49 or None."""

    language: str
    script: str | None = None
    territory: str | None = None

    def __str__(self) -> str:
        """The tag in canonical case, joined by hyphens."""
        return "-".join(part for part in (self.language, self.script, self.territory) if part)


@lru_cache(maxsize=4096)
def parse_locale(tag: str) -> LocaleTag:
    """Parse and check a BCP-47 tag (`pt-BR`, `zh-Hant-TW`, `pt_br`); raises UnknownLocale."""
    if not _WELL_FORMED.fullmatch(tag):
        raise UnknownLocale(f"no BCP-47 tag: {tag[:40]!r}")
    try:
        parsed = CldrLocale.parse(tag.replace("_", "-"), sep="-", resolve_likely_subtags=False)
    except (UnknownLocaleError, ValueError, TypeError):
        # CLDR has no data file for every valid combination (`en-CN`): check the parts against its name tables.
        return _parse_parts(tag)
    return LocaleTag(parsed.language, parsed.script, parsed.territory)


def _parse_parts(tag: str) -> LocaleTag:
    parts = tag.replace("_", "-").split("-")
    names = CldrLocale("en")
    language = parts[0].lower()
    script = territory = None
    if language not in names.languages:
        # A retired or a three-letter code of a language that has a shorter one (`iw`, `eng`).
        alias = get_global("language_aliases").get(language)
        if alias is None:
            raise UnknownLocale(f"unknown language in locale {tag[:40]!r}")
        language = str(alias).split("_", 1)[0]
    for part in parts[1:]:
        if part.title() in names.scripts and script is None and territory is None:
            script = part.title()
        elif part.upper() in names.territories and territory is None:
            territory = part.upper()
        else:
            raise UnknownLocale(f"unknown subtag in locale {tag[:40]!r}")
    return LocaleTag(language, script, territory)


def written_in(tag: LocaleTag) -> str | None:
    """The script of a tag: its own, else CLDR's likely one (`zh-TW` Hant, `zh-CN` Hans, `sr` Cyrl)."""
    if tag.script:
        return tag.script
    likely = get_global("likely_subtags")
    full = likely.get(f"{tag.language}_{tag.territory}") or likely.get(tag.language)
    return str(full).split("_")[1] if full else None


@lru_cache(maxsize=1024)
def own_cldr(tag: str) -> CldrLocale | None:
    """The CLDR data of a locale, or of its language (`en-CN`); None where CLDR has neither."""
    asked = parse_locale(tag)
    for name in (str(asked), asked.language):
        with contextlib.suppress(UnknownLocaleError, ValueError):
            return CldrLocale.parse(name, sep="-")
    return None


def cldr_of(tag: str) -> CldrLocale:
    """The CLDR data that serve a locale: its own, else English's."""
    return own_cldr(tag) or CldrLocale("en")


def same_language(one: str, other: str) -> bool:
    """Whether two tags name one language in one script: text may then be shown as it is."""
    a, b = parse_locale(one), parse_locale(other)
    return a.language == b.language and written_in(a) == written_in(b)


@lru_cache(maxsize=4096)
def same_locale(one: str, other: str) -> bool:
    """Whether two tags name one locale, however they are spelt: `zh_hant_tw` is `zh-TW`."""
    return _shortest(parse_locale(one)) == _shortest(parse_locale(other))


@lru_cache(maxsize=4096)
def fallback_chain(tag: str) -> tuple[str, ...]:
    """The tags whose text may stand in for `tag`, nearest first, itself at the head; raises UnknownLocale.

    CLDR's parent locales (UTS #35, "Parent Locales"): `es-MX`, `es-419`, `es`; `en-AU`, `en-001`, `en`; `zh-MO`,
    `zh-Hant-HK`, `zh-Hant`. What is written in another script than its bare language never falls to it: `zh-TW` ends at
    `zh-Hant`, for `zh` is simplified. A script that goes without saying is left out (`zh-Hans-CN`, `zh-CN`, `zh`).
    """
    asked = parse_locale(tag)
    chain = [str(asked)]
    at: LocaleTag | None = _shortest(asked)
    while at is not None:
        chain.append(str(at))
        at = _parent(at)
    return tuple(dict.fromkeys(chain))


def _shortest(tag: LocaleTag) -> LocaleTag:
    unsaid = LocaleTag(tag.language, None, tag.territory)
    return unsaid if written_in(unsaid) == written_in(tag) else tag


def _named_parent(tag: LocaleTag) -> str | None:
    named = get_global("parent_exceptions").get(str(tag).replace("-", "_"))
    return None if named is None else str(named)


def _parent(tag: LocaleTag) -> LocaleTag | None:
    """CLDR's parent of a tag, else the tag without its territory, in the same script."""
    named = _named_parent(tag) or _named_parent(LocaleTag(tag.language, written_in(tag), tag.territory))
    if named is not None:
        parent = _shortest(parse_locale(named))
        # Haitian readers do not read French; Norwegian is the one language that CLDR names by its family.
        return parent if parent.language in {tag.language, "no"} else None
    if tag.territory is None:
        return None
    bare = LocaleTag(tag.language)
    return bare if written_in(bare) == written_in(tag) else LocaleTag(tag.language, written_in(tag))
