"""Who an event is for: the locales it is published in, out of those asked for and those served."""

from functools import lru_cache

from msgspec import Struct

from schemas.errors import Refused
from schemas.locales import fallback_chain, parse_locale, same_locale
from schemas.reasons import Reason, Stage, Warn


class Audience(Struct, frozen=True):
    """`locales` are served tags, each once, in the order asked for.

    `warnings` name the tags nobody serves (`locale_not_served`) and those that another region answers for
    (`region_fallback`).
    """

    locales: tuple[str, ...]
    warnings: tuple[str, ...] = ()


def audience(wanted: tuple[str, ...] | None, served: tuple[str, ...]) -> Audience:
    """Match the locales a producer asks for to those served; none or an empty list asks for all of them."""
    matched: dict[str, None] = {}
    marks: dict[str, None] = {}
    for tag in wanted or served:
        locale = serving(tag, served)
        if locale is None:
            marks[f"{Warn.LOCALE_NOT_SERVED}:{parse_locale(tag)}"] = None
        else:
            matched[locale] = None
            if _elsewhere(tag, locale):
                marks[f"{Warn.REGION_FALLBACK}:{parse_locale(tag)}"] = None
    return Audience(tuple(matched), tuple(marks))


def readers(wanted: tuple[str, ...] | None, served: tuple[str, ...]) -> Audience:
    """As `audience`; raises Refused where nobody is left to read the event."""
    found = audience(wanted, served)
    if not found.locales:
        raise Refused(Stage.LOCALIZE, Reason.LOCALE_NOT_SERVED, "no locale asked for is served", retryable=True)
    return found


def serving(tag: str, served: tuple[str, ...]) -> str | None:
    """Return the served locale that answers for `tag`, or None.

    The nearest by CLDR's parents (`schemas.locales.fallback_chain`): the tag itself, else what it falls back to
    (`es-MX` to `es-419`, then `es`), else one that falls back to it or to the same (`en-GB` is answered by `en-AU`
    before `en-US`), the first of equals in the order of the settings. Never one in another script: `zh-TW` is not
    answered by `zh-CN`.
    """
    return min(
        (locale for locale in served if _steps(tag, locale) is not None),
        key=lambda locale: _steps(tag, locale) or (False, 0, 0),
        default=None,
    )


@lru_cache(maxsize=4096)
def _steps(asked: str, offered: str) -> tuple[bool, int, int] | None:
    """Whether `offered` is off the chain of `asked`, and how many steps each goes to where they meet; None: nowhere."""
    theirs = fallback_chain(offered)
    for steps, tag in enumerate(fallback_chain(asked)):
        if tag in theirs:
            return not same_locale(tag, offered), steps, theirs.index(tag)
    return None


def _elsewhere(asked: str, offered: str) -> bool:
    """Whether a reader of one region is answered in the words of another."""
    steps = _steps(asked, offered)
    return steps is not None and steps[0] and not any(same_locale(asked, tag) for tag in fallback_chain(offered))
