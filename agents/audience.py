"""Who an event is for: the locales it is published in, out of those asked for and those served."""

from msgspec import Struct

from schemas.locales import LocaleTag, parse_locale, same_language
from schemas.reasons import Warn


class Audience(Struct, frozen=True):
    """`locales` are served tags, each once, in the order asked for; `warnings` name the tags nobody serves."""

    locales: tuple[str, ...]
    warnings: tuple[str, ...] = ()


def audience(wanted: tuple[str, ...] | None, served: tuple[str, ...]) -> Audience:
    """Match the locales a producer asks for to those served; none or an empty list asks for all of them."""
    matched: dict[str, None] = {}
    unserved: dict[str, None] = {}
    for tag in wanted or served:
        locale = serving(tag, served)
        if locale is None:
            unserved[f"{Warn.LOCALE_NOT_SERVED}:{parse_locale(tag)}"] = None
        else:
            matched[locale] = None
    return Audience(tuple(matched), tuple(unserved))


def serving(tag: str, served: tuple[str, ...]) -> str | None:
    """Return the served locale that answers for `tag`, or None.

    The exact tag, else one of the same language in the same script: first the one without a territory (`en-GB` is
    answered by `en`), then the first in the order of the settings (`pt` is answered by `pt-BR`, `zh-TW` by none when
    only `zh-CN` is served: it is written in another script).
    """
    asked = parse_locale(tag)
    candidates = [locale for locale in served if same_language(tag, locale)]
    return min(candidates, key=lambda locale: _distance(asked, parse_locale(locale)), default=None)


def _distance(asked: LocaleTag, offered: LocaleTag) -> int:
    if asked.territory == offered.territory:
        return 0
    return 1 if offered.territory is None else 2
