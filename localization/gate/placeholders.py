"""Placeholders: what a program fills in must be there again, under its own name, as often as it was."""

import re
from collections import Counter
from functools import lru_cache
from typing import Final

from msgspec import Struct

from localization.gate.case import Case
from localization.gate.lexicon import language_of

# Cheap precondition: no placeholder of any style is without one of these.
_MAYBE: Final = re.compile(r"[{%$]|\[\[|\[[A-Za-z]+_|\*\||##\w|__\w|[:@]\w|%\w")
# In this order: the first that matches at a place has it.
_STYLES: Final = (
    r"\{%.{0,80}?%\}",  # Jinja, Twig and Django statements
    r"<%.{0,80}?%>",  # ERB, EJS
    r"\$t\([^()\n]{1,120}\)",  # i18next nesting
    r"\{\{\{[^{}\n]{1,60}\}\}\}|\{\{[^{}\n]{0,60}\}\}",  # Mustache, Angular, i18next
    r"[$%#@]\{[^{}\n]{1,60}\}",  # JavaScript, Rails, Ruby
    r"\{\s*[\w.$#\[\]'\"/@-]{0,60}\s*(?:[!:|,][^{}\n]{0,40})?\}",  # Python, .NET, ICU
    r"\[\[[^\[\]\n]{1,60}\]\]",
    r"\[/?[a-z]+(?:_[a-z]+)+(?:\s[^\[\]\n]{0,60})?\]",  # shortcodes
    r"\[[A-Z]+(?:_[A-Z0-9]+)+\]|\*\|[A-Za-z0-9_:]{1,40}\|\*|##[A-Za-z]\w{1,40}##",  # mail merge
    r"%\(\w{1,60}\)[-#0 +]{0,3}\d{0,3}(?:\.\d+)?[a-zA-Z]",  # Python's named printf
    r"%s(?=[^\W\d_][^%\n]{0,80}%s(?![A-Za-z0-9_]))",  # around the text of a link: "%sFind out why%s."
    r"%[A-Za-z_]\w{1,40}(?:[.-]\w{1,40}){0,4}%",  # Symfony
    r"(?<![\d%])%(?:d(?=[A-Z])|\.\d+f(?=[a-zA-Z]))|(?<![A-Za-z0-9_%])%[1-9](?=[x×х]%\d|[A-Z][a-z])",  # before a unit
    r"(?<![\d%])%(?:\d{1,2}\$)?[-+0#']{0,2}\d{0,3}(?:\.(?:\d+|\*))?(?:hh?|ll?|[jzt])?[sdifucxXoeEgGp@](?![A-Za-z0-9_])",
    r"(?:(?<![A-Za-z0-9_%])|(?<=%\d[x×х]))%(?:L?\d{1,2}|n)(?![A-Za-z0-9_$%]|[.,]\d)",  # Qt
    r"(?<![A-Za-z0-9_$])\$(?!(?:US|CA|CAD|AU|AUD|NZ|HK|MX|SG|USD)\b)[A-Za-z_][A-Za-z0-9_]{0,40}",  # shell, PHP
    r"(?<![\w:/.@])[:@][a-z_][a-z0-9_]{0,40}(?![A-Za-z0-9_:@/-]|\.[A-Za-z0-9_])",  # Laravel, Drupal
    r"(?<!\w)__\w{1,40}?__(?!\w)",
)
PLACEHOLDER: Final = re.compile("|".join(_STYLES))
# A date's format: its letters and order are the reader's, not the program's.
_STRFTIME: Final = re.compile(r"%[-_0^#]?[YmHMSBbAajyIpeZ]\b")
_FORMAT_LETTER: Final = re.compile(r"%[-_0^#]?[a-zA-Z]")
_PRINTF: Final = re.compile(r"%(?:(\d{1,2})\$)?(.+)", re.DOTALL)
_POSITIONAL: Final = re.compile(r"%\d{1,2}\$")
_ICU: Final = re.compile(r"\{\s*([\w.]+)\s*,\s*(plural|select|selectordinal)\s*,")
_ICU_ARM: Final = re.compile(r"(?:^|(?<=[\s}]))(=\d+|\w+)\s*\{")
_PRINTF_ONE: Final = re.compile(
    r"%(?:\d{1,2}\$)?[-+0#']{0,2}\d{0,3}(?:\.(?:\d+|\*))?(?:hh?|ll?|[jzt])?[sdifucxXoeEgGp@]"
)
_QT_NUMBER: Final = re.compile(r"%\d{1,2}")
_PERCENT_FIRST: Final = frozenset(("tr", "eu"))
# A wiki's link: its target is fixed, its text is not.
_WIKI_TEXT: Final = re.compile(r"\|[^\[\]]*(?=\]\])")
# Two percent signs print one, where text is formatted; one alone breaks it.
_LONE_PERCENT: Final = re.compile(r"(?<![%\w])\d+\s?%(?![%\w(.{$-])")
_PLURAL_BAR: Final = re.compile(r"\s\|\s|\w\|\w")
_SPACE: Final = re.compile(r"\s+")


class Slots(Struct, frozen=True):
    """The placeholders of a text. `named` by count, `printf` in order of writing, `inside` an ICU arm or plural form.

    `forms` are the ICU arguments with their types and the arms of each `select`.
    """

    named: Counter[str]
    printf: tuple[str, ...]
    positional: bool
    inside: frozenset[str]
    forms: frozenset[tuple[str, str, frozenset[str]]]


_NONE: Final = Slots(Counter(), (), False, frozenset(), frozenset())


def changes_placeholders(case: Case) -> bool:
    """Whether a placeholder is missing, altered, invented, or no longer in the order that unnamed ones need."""
    before, after = slots(case.source), slots(case.translation)
    if _unescapes(case):
        return True
    if before is after or _percents(case):
        return False
    if before.forms != after.forms or before.inside != after.inside:
        return True
    return before.named != after.named or not _same_printf(before, after)


def _unescapes(case: Case) -> bool:
    """Whether a doubled percent sign behind a number came back as one."""
    if "%%" not in case.source:
        return False
    return _LONE_PERCENT.search(case.translation) is not None and _LONE_PERCENT.search(case.source) is None


def _percents(case: Case) -> bool:
    """Whether the one placeholder found is a percentage of a language that writes the sign first: "%8"."""
    found = [*PLACEHOLDER.findall(case.source), *PLACEHOLDER.findall(case.translation)]
    if len(found) != 1 or _QT_NUMBER.fullmatch(found[0]) is None:
        return False
    return not _PERCENT_FIRST.isdisjoint((language_of(case.source_locale), language_of(case.target_locale)))


def _same_printf(before: Slots, after: Slots) -> bool:
    """Unnamed arguments are taken in order, unless the translation numbers them."""
    if before.printf == after.printf and before.positional == after.positional:
        return True
    if len(before.printf) != len(after.printf):
        return False
    return _by_number(before) == _by_number(after)


def _by_number(found: Slots) -> list[tuple[int, str]]:
    numbered = []
    for at, one in enumerate(found.printf, 1):
        match = _PRINTF.fullmatch(one)
        if match is None:
            return []
        numbered.append((int(match.group(1) or at), match.group(2)))
    return sorted(numbered)


@lru_cache(maxsize=512)
def slots(text: str) -> Slots:
    """Read the placeholders of a text, ICU messages by their skeleton."""
    if _MAYBE.search(text) is None:
        return _NONE
    outside, forms, arms = _without_icu(text) if _ICU.search(text) else (text, set(), [])
    plural = _PLURAL_BAR.search(outside) is not None
    named: Counter[str] = Counter()
    printf: list[str] = []
    inside: set[str] = set()
    date = len(_STRFTIME.findall(outside)) > 0 and "%" in outside
    for one in PLACEHOLDER.findall(outside):
        if date and _FORMAT_LETTER.fullmatch(one):
            continue
        if plural:
            inside.add(_bare(one))
        elif _PRINTF_ONE.fullmatch(one):
            printf.append(one)
        else:
            named[_bare(one)] += 1
    for arm in arms:
        found = slots(arm)
        inside |= found.inside | set(found.named) | set(found.printf)
        forms |= found.forms
    if not (named or printf or inside or forms):
        return _NONE
    positional = any(_POSITIONAL.match(one) for one in printf)
    return Slots(named, tuple(printf), positional, frozenset(inside), frozenset(forms))


def _bare(placeholder: str) -> str:
    return _SPACE.sub("", _WIKI_TEXT.sub("", placeholder) if placeholder.startswith("[[") else placeholder)


def _without_icu(text: str) -> tuple[str, set[tuple[str, str, frozenset[str]]], list[str]]:
    """Take ICU plurals and selects out: the rest, their skeletons, and the texts of their arms."""
    rest, forms, arms, at = [], set(), [], 0
    while (match := _ICU.search(text, at)) is not None:
        end = _closing(text, match.start())
        if end is None:
            break
        rest.append(text[at : match.start()])
        labels = []
        for arm in _arms(text[match.end() : end]):
            labels.append(arm[0])
            arms.append(arm[1])
        # The plural categories are the reader's language's own; a select's are the program's.
        kept = frozenset(labels) if match.group(2) == "select" else frozenset({"other"} & set(labels))
        forms.add((match.group(1), match.group(2), kept))
        at = end + 1
    rest.append(text[at:])
    return " ".join(rest), forms, arms


def _arms(body: str) -> list[tuple[str, str]]:
    found, at = [], 0
    while (match := _ICU_ARM.search(body, at)) is not None:
        end = _closing(body, match.end() - 1)
        if end is None:
            break
        found.append((match.group(1), body[match.end() : end]))
        at = end + 1
    return found


def _closing(text: str, start: int) -> int | None:
    """Where the brace that opens at `start` closes."""
    depth = 0
    for at in range(start, len(text)):
        if text[at] == "{":
            depth += 1
        elif text[at] == "}":
            depth -= 1
            if not depth:
                return at
    return None


def without_placeholders(text: str) -> str:
    """The prose of a text: a sign where a placeholder stands, the arms of ICU messages without their skeleton."""
    if _MAYBE.search(text) is None:
        return text
    if _ICU.search(text):
        rest, _, arms = _without_icu(text)
        text = " ".join((rest, *map(without_placeholders, arms)))
    return PLACEHOLDER.sub("¤", text)
