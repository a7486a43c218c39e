"""Labels: names of attributes and what is said of them in a word are told by a table, never by a model.

A word without a sentence around it is what the models know least. An operator's glossary and corrections outrank it.
"""

import re
from functools import lru_cache
from importlib.resources import files
from typing import Final

import msgspec

from schemas.locales import cldr_of, parse_locale

_CHARS_MAX: Final = 80
_NAME_KINDS: Final = frozenset(("attribute_name",))
_VALUE_KINDS: Final = frozenset(("attribute_value",))
# In these "Cor: Preto" stands in one text; "Manga" alone may be a fruit there.
_BOTH_KINDS: Final = frozenset(("bullet", "html", "text", "review", "cell"))
CELL: Final = "cell"
"""The kind of a text that stands alone in a table: a name or a value."""
_BETWEEN: Final = re.compile(r"(\s*[/,|;+&]\s*)")
# "Chest (cm)": what it is measured in stays.
_UNIT: Final = re.compile(r"\s?\((?:cm|mm|m|in|kg|g|lb|oz|ml|l|W|V|Hz)\)\Z")
_COLON: Final = re.compile(r"\s*[:：]\s*")
# Countries that are as often a name or a cloth.
_NAMESAKES: Final = frozenset(
    ("jordan", "georgia", "chad", "jersey", "guernsey", "montserrat", "martinica", "jordânia")
)

_Concepts = dict[str, dict[str, str]]


@lru_cache(maxsize=1)
def _tables() -> dict[str, _Concepts]:
    data = files("localization.text").joinpath("labels.toml").read_bytes()
    return msgspec.toml.decode(data, type=dict[str, _Concepts])


@lru_cache(maxsize=256)
def _words(table: str, source: str, target: str) -> dict[str, str]:
    """What is shown in the target locale for each form of the source's language, folded; first come, first served."""
    words: dict[str, str] = {}
    for forms in _tables()[table].values():
        shown = next((forms[tag] for tag in _tags(target) if tag in forms), None)
        if shown is not None:
            for form in "|".join(forms[tag] for tag in _tags(source) if tag in forms).split("|"):
                words.setdefault(form.casefold(), shown.partition("|")[0])
    if table == "values":
        theirs = cldr_of(target).territories
        for code, name in cldr_of(source).territories.items():
            if code.isalpha() and code in theirs and name.casefold() not in _NAMESAKES:
                words.setdefault(name.casefold(), theirs[code])
    return words


def _tags(locale: str) -> tuple[str, str]:
    tag = parse_locale(locale)
    return f"{tag.language}-{tag.territory}", tag.language


def told(text: str, kind: str, source: str, target: str) -> str | None:
    """Return a name, a value, or both with a colon between them in the target locale; None where one is not known.

    `kind` is the field's. A list of values ("Preto/Branco") is told if each of them is known.
    """
    if len(text) > _CHARS_MAX:
        return None
    if kind in _NAME_KINDS:
        return _name(text, source, target)
    if kind in _VALUE_KINDS:
        return _value(text, source, target)
    if kind == CELL:
        alone = _name(text, source, target) or _value(text, source, target)
        if alone is not None:
            return alone
    head, rest = headed(text, kind, source, target) or ("", "")
    value = _value(rest, source, target) if rest else ""
    return None if not head or value is None else head + value


def headed(text: str, kind: str, source: str, target: str) -> tuple[str, str] | None:
    """Return the name that a text begins with in the target locale, with its colon, and what stands behind it."""
    colon = _COLON.search(text, 0, _CHARS_MAX) if kind in _BOTH_KINDS else None
    name = None if colon is None else _name(text[: colon.start()], source, target)
    return None if colon is None or name is None else (name + colon.group(), text[colon.end() :])


def _name(text: str, source: str, target: str) -> str | None:
    unit = _UNIT.search(text)
    bare, behind = (text[: unit.start()], unit.group()) if unit else (text, "")
    colon = ":" if bare.endswith(":") else ""
    shown = _words("names", source, target).get(bare.removesuffix(":").casefold())
    return None if shown is None else _dressed(shown, bare) + colon + behind


def _value(text: str, source: str, target: str) -> str | None:
    words = _words("values", source, target)
    whole = words.get(text.casefold())
    if whole is not None:
        return _dressed(whole, text)
    parts = _BETWEEN.split(text)
    shown = [words.get(part.casefold()) for part in parts[::2]]
    if len(parts) == 1 or None in shown:
        return None
    said = [_dressed(one or "", part) for one, part in zip(shown, parts[::2], strict=True)]
    return "".join(one + sign for one, sign in zip(said, (*parts[1::2], ""), strict=True))


def _dressed(shown: str, written: str) -> str:
    if written.isupper() and len(written) > 1:
        return shown.upper()
    return shown.lower() if written.islower() and not written[:1].isdigit() else shown
