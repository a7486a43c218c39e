"""Measures in the reader's own system beside what was written: "30 cm (11.8 in)".

Words and formats of units are CLDR's (Babel), the arithmetic is pint's. A reader of the United States, Liberia or
Myanmar gets customary units, everybody else metric ones (CLDR's measurementSystem; Britain is told miles as
they are). What says both already, and what is only a name (a 3.5 mm plug), is left alone.
"""

import re
from collections.abc import Iterable
from decimal import Decimal
from functools import lru_cache
from typing import Final

from babel import Locale
from babel.numbers import format_decimal
from babel.units import format_unit
from msgspec import Struct

from localization.conversion import converted
from localization.measures.names import is_name
from localization.text.numerals import NUMERAL, value
from schemas.locales import cldr_of, parse_locale
from schemas.outputs import Measurement

CUSTOMARY: Final = frozenset(("US", "LR", "MM"))
# What readers of Britain use every day beside the metric system.
_BRITISH: Final = frozenset(("length-mile", "speed-mile-per-hour"))


class Conversion(Struct, frozen=True):
    """How a unit is told to readers of the other system: CLDR's id and pint's name of it. `least` is worth telling."""

    pint: str
    to: str
    to_pint: str
    least: float = 0.0


# Millimetres below ten are plugs, screws and lenses: names rather than lengths.
METRIC: Final[dict[str, Conversion]] = {
    "length-millimeter": Conversion("millimeter", "length-inch", "inch", least=10),
    "length-centimeter": Conversion("centimeter", "length-inch", "inch"),
    "length-meter": Conversion("meter", "length-foot", "foot"),
    "length-kilometer": Conversion("kilometer", "length-mile", "mile"),
    "mass-gram": Conversion("gram", "mass-ounce", "ounce"),
    "mass-kilogram": Conversion("kilogram", "mass-pound", "pound"),
    "volume-milliliter": Conversion("milliliter", "volume-fluid-ounce", "fluid_ounce"),
    "volume-centiliter": Conversion("centiliter", "volume-fluid-ounce", "fluid_ounce"),
    "volume-liter": Conversion("liter", "volume-fluid-ounce", "fluid_ounce"),
    "temperature-celsius": Conversion("degC", "temperature-fahrenheit", "degF"),
    "area-square-centimeter": Conversion("centimeter**2", "area-square-inch", "inch**2"),
    "area-square-meter": Conversion("meter**2", "area-square-foot", "foot**2"),
    "speed-kilometer-per-hour": Conversion("kilometer/hour", "speed-mile-per-hour", "mile/hour"),
}
CUSTOMARY_UNITS: Final[dict[str, Conversion]] = {
    "length-inch": Conversion("inch", "length-centimeter", "centimeter"),
    "length-foot": Conversion("foot", "length-meter", "meter"),
    "length-yard": Conversion("yard", "length-meter", "meter"),
    "length-mile": Conversion("mile", "length-kilometer", "kilometer"),
    "mass-ounce": Conversion("ounce", "mass-gram", "gram"),
    "mass-pound": Conversion("pound", "mass-kilogram", "kilogram"),
    "volume-fluid-ounce": Conversion("fluid_ounce", "volume-milliliter", "milliliter"),
    "volume-gallon": Conversion("gallon", "volume-liter", "liter"),
    "temperature-fahrenheit": Conversion("degF", "temperature-celsius", "degC"),
    "area-square-inch": Conversion("inch**2", "area-square-centimeter", "centimeter**2"),
    "area-square-foot": Conversion("foot**2", "area-square-meter", "meter**2"),
    "speed-mile-per-hour": Conversion("mile/hour", "speed-kilometer-per-hour", "kilometer/hour"),
}
_KNOWN: Final = {**METRIC, **CUSTOMARY_UNITS}
# How sellers of any language write them; CLDR adds the words of the locale.
_FORMS: Final[dict[str, str]] = {
    "length-millimeter": "mm",
    "length-centimeter": "cm",
    "length-meter": "m",
    "length-kilometer": "km",
    "mass-gram": "g",
    "mass-kilogram": "kg",
    "volume-milliliter": "ml|mL",
    "volume-centiliter": "cl",
    "volume-liter": "l|L",
    "temperature-celsius": "°C|ºC",
    "area-square-centimeter": "cm²|cm2",
    "area-square-meter": "m²|m2",
    "speed-kilometer-per-hour": "km/h",
    "length-inch": 'in|in.|"|″|”|inch|inches',
    "length-foot": "ft|ft.",
    "length-yard": "yd",
    "length-mile": "mi",
    "mass-ounce": "oz|oz.",
    "mass-pound": "lb|lbs|lb.|lbs.",
    "volume-fluid-ounce": "fl oz|fl. oz.",
    "volume-gallon": "gal",
    "temperature-fahrenheit": "°F|ºF",
    "area-square-inch": "in²|sq in",
    "area-square-foot": "ft²|sq ft|sq. ft.",
    "speed-mile-per-hour": "mph",
}
_SYMBOLS: Final = {form: unit for unit, forms in _FORMS.items() for form in forms.split("|")}
# "2 in 1", "3 in stock": no inches.
_INCHES_END: Final = r"(?=[.,;:)\]]|\Z|\s*[x×|/·•+-]|\s+(?:and|or|by|long|wide|tall|high|deep|thick|e|y|et|und|ou|o)\b)"
# Scripts without spaces go on after a unit; "5 m/s" is another unit.
_UNIT_END: Final = r"(?![0-9A-Za-zÀ-ӿ²³]|/[^\W\d_])"
_BETWEEN: Final = r"(?:\s?(?:[x×*]|-|–|—)\s?|\s(?:to|a|à|até|bis)\s)"
# A box that tells its unit with each edge: 12" x 8" x 4".
_EDGES: Final = re.compile(r"\s?[x×*]\s?")
_LETTER: Final = re.compile(r"[^\W\d_]")
_OTHER: Final = re.compile(r"\s?[(/=]\s?(?:ca\. |approx\. |aprox\. |≈ ?|~ ?)?")
_QUOTE: Final = re.compile('"')
_BOTH: Final = re.compile(rf"\s?[(/]\s?(?:ca\. |approx\. |≈ ?|~ ?)?{NUMERAL.pattern}")


class Measure(Struct, frozen=True):
    """A measure in a text: `numerals` as written, what stands `between` them (a box, a range), CLDR's id of the unit.

    `start` and `end` are positions in the text; `below` zero is the first of them.
    """

    start: int
    end: int
    numerals: tuple[str, ...]
    between: tuple[str, ...]
    unit: str
    below: bool = False


def customary(locale: str) -> bool:
    """Whether readers of a locale think in inches and pounds; a language alone says nothing and counts as metric."""
    return parse_locale(locale).territory in CUSTOMARY


def find(text: str, locale: str) -> list[Measure]:
    """Return the measures of a text that can be told in another system, in order."""
    if not any(map(str.isdigit, text)):
        return []
    words, pattern = _lexicon(locale)
    return _boxes(
        text,
        [
            Measure(
                match.start(),
                match.end(),
                tuple(NUMERAL.findall(match.group(1))),
                tuple(NUMERAL.split(match.group(1))[1:-1]),
                words.get(match.group(2)) or words[match.group(2).lower()],
                not match.group(1)[0].isdigit(),
            )
            for match in pattern.finditer(text)
            if match.group(2) != '"' or not _closes(text, match.end() - 1)
        ],
    )


def _boxes(text: str, found: list[Measure]) -> list[Measure]:
    joined: list[Measure] = []
    for measure in found:
        last = joined[-1] if joined else None
        edge = None if last is None or last.unit != measure.unit else _EDGES.fullmatch(text, last.end, measure.start)
        if last is None or edge is None:
            joined.append(measure)
            continue
        numerals, between = (*last.numerals, *measure.numerals), (*last.between, edge.group(), *measure.between)
        joined[-1] = Measure(last.start, measure.end, numerals, between, measure.unit, last.below)
    return joined


def _closes(text: str, at: int) -> bool:
    """Whether the mark behind a number closes a quotation; one behind a number opens none: 4.7" to 6.8"."""
    is_open = False
    for mark in _QUOTE.finditer(text, 0, at):
        is_open = not is_open and not text[mark.start() - 1 : mark.start()].isdigit()
    return is_open


def annotated(text: str, locale: str) -> str:
    """Return a text with every measure of the other system told in the reader's too, unless it says both already."""
    parts, at = [], 0
    measures = find(text, locale)
    for number, measure in enumerate(measures):
        told = _told(measure, locale, locale)
        if (
            told is None
            or _BOTH.match(text, measure.end)
            or (number and _is_other(text, measures[number - 1], measure))
        ):
            continue
        boxed = any("x" in sign or "×" in sign or "*" in sign for sign in measure.between)
        if not boxed and is_name(text, measure.start, measure.end, measure.unit, locale):
            continue
        inside = text.count("(", 0, measure.start) > text.count(")", 0, measure.start)
        parts += [text[at : measure.end], f" / {told}" if inside else f" ({told})"]
        at = measure.end
    return "".join((*parts, text[at:]))


def _is_other(text: str, first: Measure, second: Measure) -> bool:
    """Whether a measure is what the one before it comes to in its own system: "1.5 m (5 ft)"."""
    if (first.unit in METRIC) == (second.unit in METRIC) or first.unit.split("-")[0] != second.unit.split("-")[0]:
        return False
    return _OTHER.fullmatch(text, first.end, second.start) is not None


def measurements(texts: Iterable[str], source_locale: str, target_locale: str) -> tuple[Measurement, ...]:
    """Return every measure of the source texts, each once: as written, and as readers of the target locale write it.

    The display shows both systems where theirs is the other one.
    """
    shown: dict[str, str] = {}
    for text in texts:
        for measure in find(text, source_locale):
            written = text[measure.start : measure.end]
            own = _formatted(measure, _values(measure, source_locale), target_locale)
            told = _told(measure, source_locale, target_locale)
            shown.setdefault(written, own if told is None else f"{own} ({told})")
    return tuple(Measurement(source, display) for source, display in shown.items())


def _told(measure: Measure, source_locale: str, target_locale: str) -> str | None:
    """A measure in the system of the target locale's readers; None where it is in theirs already, or but a name."""
    conversion = (METRIC if customary(target_locale) else CUSTOMARY_UNITS).get(measure.unit)
    if conversion is None or (measure.unit in _BRITISH and parse_locale(target_locale).territory == "GB"):
        return None
    values = _values(measure, source_locale)
    if max(map(abs, values)) < Decimal(conversion.least):
        return None
    told = [_rounded(converted(float(one), conversion.pint, conversion.to_pint)) for one in values]
    return _formatted(Measure(0, 0, measure.numerals, measure.between, conversion.to), told, target_locale)


def _formatted(measure: Measure, values: list[Decimal], locale: str) -> str:
    """Values, with what stood between them, and the unit's short form, as CLDR has it for the last of them."""
    last = format_unit(values[-1], measure.unit, length="short", locale=cldr_of(locale))
    pieces = zip(values, measure.between, strict=False)
    before = [format_decimal(one, locale=cldr_of(locale)) + separator for one, separator in pieces]
    return "".join(before) + last


def _values(measure: Measure, locale: str) -> list[Decimal]:
    values = [Decimal(_worth(numeral, locale)) for numeral in measure.numerals]
    return [-values[0], *values[1:]] if measure.below else values


def _worth(numeral: str, locale: str) -> str:
    worth = value(numeral, locale)
    return worth if worth.replace(".", "", 1).isdecimal() else "0"


def _rounded(number: float) -> Decimal:
    """One decimal below a hundred, none above; a small one keeps two figures."""
    if abs(number) >= 100:
        return Decimal(round(number))
    shown = Decimal(f"{number:.1f}" if abs(number) >= 1 else f"{number:.2g}")
    return shown.to_integral_value() if shown == shown.to_integral_value() else shown


@lru_cache(maxsize=64)
def _lexicon(locale: str) -> tuple[dict[str, str], re.Pattern[str]]:
    """Every way to write a unit in a locale, and the pattern of numerals with one of them behind."""
    words = {**_words(cldr_of(locale)), **_SYMBOLS}
    words.update({word.lower(): unit for word, unit in words.items() if word.lower() not in words and len(word) > 1})
    forms = sorted(words, key=len, reverse=True)
    units = "|".join(re.escape(form) + (_INCHES_END if form == "in" else _UNIT_END) for form in forms)
    number = NUMERAL.pattern
    start = r"(?<![0-9A-Za-z.,±-])(?<!\d[/*×])((?:(?<![^\s(])[-−])?"
    pattern = rf"{start}{number}(?:{_BETWEEN}{number}){{0,2}})[\s\u00a0-]?({units})"
    return words, re.compile(pattern)


def _words(locale: Locale) -> dict[str, str]:
    """The locale's own words, in every plural form that these numbers ask for."""
    words = {}
    for unit in _KNOWN:
        for length in ("long", "short"):
            for number in (1, 2, 5, 11, Decimal("1.5")):
                word = re.sub(
                    r"[\d.,\u0660-\u0669\u06f0-\u06f9٫]+", "", format_unit(number, unit, length=length, locale=locale)
                )
                if _LETTER.search(word):
                    words[word.strip()] = unit
    return words
