"""The codes by which models name languages, and which of them stands for a locale."""

from collections.abc import Iterable, Mapping
from typing import Final

from babel.core import get_global

from schemas.errors import OperatorError
from schemas.locales import LocaleTag, UnknownLocale, parse_locale, written_in

# The languages of M2M100's checkpoints in the order of their ids, which follow the vocabulary; the second list is that
# of its WMT21 checkpoints. Folders written by transformers 5 name a list instead of holding it.
LISTS: Final[Mapping[str, str]] = {
    "m2m100": (
        "af am ar ast az ba be bg bn br bs ca ceb cs cy da de el en es et fa ff fi fr fy ga gd gl gu ha he hi hr ht hu "
        "hy id ig ilo is it ja jv ka kk km kn ko lb lg ln lo lt lv mg mk ml mn mr ms my ne nl no ns oc or pa pl ps pt "
        "ro ru sd si sk sl so sq sr ss su sv sw ta th tl tn tr uk ur uz vi wo xh yi yo zh zu"
    ),
    "wmt21": "en ha is ja cs ru zh de",
}
# What CLDR has no alias for: ISO 639-3 codes of a language that is commonly meant by another code, and codes of old.
_ALIASES: Final = {
    "pbt": "ps",
    "prs": "fa",
    "ckb": "ku",
    "nob": "no",
    "nb": "no",
    "ns": "nso",
    "pob": "pt-BR",
}
# A script and the mixed one that holds it.
_SAME_SCRIPT: Final = {"Hang": "Kore", "Hira": "Jpan"}


def code_for(locale: str, codes: Iterable[str]) -> str:
    """Return the one of a model's codes (`de`, `deu_Latn`, `pt_br`, `cmn_Hans`) that stands for a locale.

    The territory decides between several, then the script, then the shorter code. Raises OperatorError when none does.
    """
    fitting = [rank for code in codes if (rank := _rank(code, parse_locale(locale))) is not None]
    if not fitting:
        raise OperatorError(f"the model has no language {locale}: it may have it under another code, `{locale}=CODE`")
    return min(fitting)[-1]


def _rank(code: str, wanted: LocaleTag) -> tuple[bool, bool, bool, int, str] | None:
    """Return how well a code stands for a locale, the best being the least, or None when it does not at all."""
    language, script, territory = _read(code)
    if language != _language(wanted.language):
        return None
    own = written_in(wanted)
    if script and own and _SAME_SCRIPT.get(script, script) != own:
        return None
    if territory and wanted.territory and territory != wanted.territory:
        return None
    same = territory is not None and territory == wanted.territory
    return not same, territory is not None, script is None, len(code), code


def _read(code: str) -> tuple[str, str | None, str | None]:
    """Return (language, script, territory) of a model's code."""
    try:
        parsed = parse_locale(_ALIASES.get(code, code))
    except UnknownLocale:
        language, *rest = code.split("_")
        return _language(language), next((part for part in rest if len(part) == 4), None), None
    return _language(parsed.language), parsed.script, parsed.territory


def _language(code: str) -> str:
    """Return the usual code of a language: `deu` is `de`, `arb` is `ar`."""
    alias = str(_ALIASES.get(code) or get_global("language_aliases").get(code) or code)
    return alias.replace("-", "_").partition("_")[0]
