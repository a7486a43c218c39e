"""The curated catalogues of a parcel's status: complete, of the right shape, in the locale's own words and script."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date
from functools import lru_cache
from typing import Final, get_args
from unicodedata import category, name

import pytest
from babel import Locale
from fluent.syntax import ast, parse
from fluent.syntax.serializer import serialize_pattern
from fluent.syntax.visitor import Visitor

from localization.logistics.wording import (
    ACTION_CHARACTERS_MAX,
    EXPECTING,
    PHRASE_LOCALES,
    REFERRED,
    Facts,
    catalogue_text,
    wording,
)
from schemas.outputs import CanonicalStatus

STATUSES: Final = get_args(CanonicalStatus)
NUMBER: Final = "RR123456785CN"
HEADLINE_CHARACTERS_MAX: Final = 60
# Of the 220 characters that a text may have, so that a fact finds room behind it.
TEXT_CHARACTERS_MAX: Final = 150
ENGLISH: Final = catalogue_text("en")
COMMENT: Final = ENGLISH.splitlines()[0]
DAYS: Final = (1, 2, 5, 11, 21)
# Numbers of days a delivery can be off by; the plural forms that these take must be named.
DAYS_OFF: Final = range(1, 61)
DETAILS: Final = tuple(
    found.removeprefix("detail-") for found in re.findall(r"^(detail-\S+) = ", ENGLISH, flags=re.MULTILINE)
)
STOPS: Final = {"zh": "。", "ja": "。", "hi": "।", "th": ""}
SCRIPTS: Final = {
    "ru": ("CYRILLIC",),
    "uk": ("CYRILLIC",),
    "el": ("GREEK",),
    "ar": ("ARABIC",),
    "he": ("HEBREW",),
    "hi": ("DEVANAGARI",),
    "ja": ("HIRAGANA", "KATAKANA", "CJK"),
    "ko": ("HANGUL",),
    "zh": ("CJK",),
    "th": ("THAI",),
}
# A national character set holds what its language is written with: Big5 has no simplified characters, GB 2312 no
# traditional ones, ISO 8859-16 no cedilla in place of Romanian's comma, KOI8-R no Ukrainian letters.
REPERTOIRES: Final = {
    "es": "iso8859_1",
    "es-MX": "iso8859_1",
    "pt-BR": "iso8859_1",
    "pt-PT": "iso8859_1",
    "fr": "iso8859_15",
    "de": "iso8859_1",
    "it": "iso8859_1",
    "nl": "iso8859_1",
    "pl": "iso8859_2",
    "cs": "iso8859_2",
    "sk": "iso8859_2",
    "hu": "iso8859_2",
    "sv": "iso8859_1",
    "da": "iso8859_1",
    "nb": "iso8859_1",
    "fi": "iso8859_1",
    "ro": "iso8859_16",
    "tr": "iso8859_9",
    "ru": "koi8_r",
    "uk": "koi8_u",
    "el": "iso8859_7",
    "ar": "iso8859_6",
    "he": "iso8859_8",
    "ja": "shift_jis",
    "ko": "euc_kr",
    "zh-CN": "gb2312",
    "zh-TW": "big5",
    "id": "ascii",
    "th": "tis_620",
}


def cldr(locale: str) -> Locale:
    return Locale.parse(locale, sep="-")


class Placed(Visitor):
    """Names of the placeables and the choices by number in a pattern."""

    def __init__(self, pattern: ast.Pattern) -> None:
        self.names: set[str] = set()
        self.choices: list[ast.SelectExpression] = []
        self.visit(pattern)

    def visit_VariableReference(self, node: ast.VariableReference) -> None:  # noqa: N802 - named by fluent.syntax
        self.names.add(node.id.name)

    def visit_SelectExpression(self, node: ast.SelectExpression) -> None:  # noqa: N802 - named by fluent.syntax
        self.choices.append(node)
        self.generic_visit(node)


@lru_cache(maxsize=64)
def patterns(text: str) -> dict[str, ast.Pattern]:
    """Return a catalogue's patterns, `status` for a value and `status.action` for an attribute."""
    found: dict[str, ast.Pattern] = {}
    for entry in parse(text).body:
        if isinstance(entry, ast.Message) and entry.value is not None:
            found[entry.id.name] = entry.value
            found |= {f"{entry.id.name}.{attribute.id.name}": attribute.value for attribute in entry.attributes}
    return found


def shape_faults(text: str, locale: str) -> Iterator[str]:
    if not text.startswith(f"{COMMENT}\n"):
        yield f"{locale}: first line is not the one of en"
    body = parse(text).body
    yield from (f"{locale}: junk {entry.content}" for entry in body if isinstance(entry, ast.Junk))
    written = Counter(entry.id.name for entry in body if isinstance(entry, ast.Message))
    yield from (f"{locale}: {message} written {times} times" for message, times in written.items() if times > 1)
    ours, english = patterns(text), patterns(ENGLISH)
    yield from (f"{locale}: {where} is in one catalogue only" for where in ours.keys() ^ english.keys())
    for where in ours.keys() & english.keys():
        if Placed(ours[where]).names != Placed(english[where]).names:
            yield f"{locale}: placeables of {where}"


def plural_faults(text: str, locale: str) -> Iterator[str]:
    """Every plural form that 1 to 60 days can take is named; one that several numbers share shows the number."""
    form = cldr(locale).plural_form
    sharing = Counter(form(days) for days in DAYS_OFF)
    for where, pattern in patterns(text).items():
        placed = Placed(pattern)
        if "days" not in placed.names or set(sharing) == {"other"}:
            yield from (f"{locale}: needless choice in {where}" for _ in placed.choices)
            continue
        named = {variant_name(variant): variant for choice in placed.choices for variant in choice.variants}
        yield from (f"{locale}: {where} lacks [{missing}]" for missing in sharing.keys() - named.keys())
        yield from (f"{locale}: {where} knows no [{odd}]" for odd in named.keys() - form.tags - {"other"})
        for key, variant in named.items():
            if sharing[key] > 1 and "days" not in Placed(variant.value).names:
                yield f"{locale}: [{key}] of {where} hides the number"


def variant_name(variant: ast.Variant) -> str:
    return variant.key.name if isinstance(variant.key, ast.Identifier) else variant.key.value


def text_faults(text: str, locale: str) -> Iterator[str]:
    """Lengths, stops and signs of what is written, placeables left out."""
    stop = STOPS.get(cldr(locale).language, ".")
    headlines = Counter(serialize_pattern(patterns(text)[status]) for status in STATUSES if status in patterns(text))
    yield from (f"{locale}: headline {line} stands for {times}" for line, times in headlines.items() if times > 1)
    for where, pattern in patterns(text).items():
        words = plain(pattern)
        if where in STATUSES:
            if len(words) > HEADLINE_CHARACTERS_MAX or words.endswith((".", "。", "।", ":")):
                yield f"{locale}: headline of {where}"
            if words[0].islower():
                yield f"{locale}: headline of {where} begins small"
        elif len(words) > TEXT_CHARACTERS_MAX:
            yield f"{locale}: {where} has {len(words)} characters"
        elif not words.endswith((stop, "—")) or (stop != "." and words.endswith(".")):
            yield f"{locale}: {where} has no stop"
        if re.search(r"[!！¡?？\t]|TODO|\s\s|\.\.|\s[.,;।。，、]", words) or {category(sign) for sign in words} & {
            "So",
            "Cf",
        }:
            yield f"{locale}: a sign in {where} that no sentence here needs"


def plain(pattern: ast.Pattern) -> str:
    """Return the words of a pattern, its longest variants in, a dash for each placeable."""
    parts = []
    for element in pattern.elements:
        if isinstance(element, ast.TextElement):
            parts.append(element.value)
        elif isinstance(element.expression, ast.SelectExpression):
            parts.append(max((plain(variant.value) for variant in element.expression.variants), key=len))
        else:
            parts.append("—")
    return "".join(parts)


def language_faults(text: str, locale: str) -> Iterator[str]:
    scripts = SCRIPTS.get(cldr(locale).language, ("LATIN",))
    english = {run for pattern in patterns(ENGLISH).values() for run in runs(plain(pattern))}
    for where, pattern in patterns(text).items():
        words = plain(pattern).replace("—", "")
        if not any(name(sign, "").startswith(script) for sign in words for script in scripts):
            yield f"{locale}: {where} is in another script"
        if scripts != ("LATIN",) and re.search(r"[A-Za-z]{4,}", words):
            yield f"{locale}: a Latin word in {where}"
        if words.encode(REPERTOIRES.get(locale, "utf-8"), "replace").count(b"?") > words.count("?"):
            yield f"{locale}: a letter in {where} that {locale} is not written with"
        if locale != "en" and english & set(runs(plain(pattern))):
            yield f"{locale}: English words in {where}"


def runs(words: str) -> list[tuple[str, ...]]:
    """Return every four words that follow each other."""
    split = re.findall(r"\w+", words.lower())
    return [tuple(split[start : start + 4]) for start in range(len(split) - 3)]


CHECKS: Final[tuple[Callable[[str, str], Iterator[str]], ...]] = (
    shape_faults,
    plural_faults,
    text_faults,
    language_faults,
)


@pytest.mark.parametrize("locale", PHRASE_LOCALES)
@pytest.mark.parametrize("check", CHECKS)
def test_catalogue_has_no_faults(locale, check):
    assert list(check(catalogue_text(locale), locale)) == []


def test_english_is_complete():
    assert set(STATUSES) <= patterns(ENGLISH).keys()
    assert {f"{status}.explanation" for status in STATUSES} <= patterns(ENGLISH).keys()


@pytest.mark.parametrize("locale", PHRASE_LOCALES)
@pytest.mark.parametrize("year", [2025, 2024], ids=["same year", "another year"])
def test_each_fact_is_told_in_a_sentence(locale, year):
    words = wording(locale)
    stop = STOPS.get(cldr(locale).language, ".")
    known = {"date": words.day(date(2025, 12, 5), year), "place": "Curitiba", "tracking": NUMBER, "carrier": "Correios"}
    for where, pattern in patterns(catalogue_text(locale)).items():
        message, _, attribute = where.partition(".")
        written = words.bundle.get_message(message)
        for days in DAYS:
            pattern_of = written.attributes[attribute] if attribute else written.value
            spoken, errors = words.bundle.format_pattern(pattern_of, known | {"days": days})
            assert errors == []
            assert all(known[placed] in spoken for placed in Placed(pattern).names - {"days"})
            assert where in STATUSES or (spoken.endswith(stop) and ".." not in spoken)


@pytest.mark.parametrize("locale", PHRASE_LOCALES)
def test_the_number_of_days_is_told_and_tells_late_from_early(locale):
    words = wording(locale)
    told = {
        days: words.words("delayed", Facts(expected=date(2025, 12, 7), days_late=days, year=2025)).explanation
        for off in DAYS
        for days in (off, -off)
    }
    assert len(set(told.values())) == len(told)
    for days, text in told.items():
        assert abs(days) in (1, 2) or re.search(rf"(?<!\d){abs(days)}(?!\d)", text)


@pytest.mark.parametrize("locale", PHRASE_LOCALES)
def test_the_day_and_the_tracking_number_fit_behind_every_text(locale):
    words = wording(locale)
    expected = Facts(expected=date(2025, 12, 25), days_late=11, happened=date(2025, 11, 28), year=2025)
    day = words.day(date(2025, 12, 25), 2025)
    held = Facts(held_until=date(2025, 12, 25), tracking=NUMBER, year=2025)
    for status in STATUSES:
        assert (day in words.words(status, expected).explanation) == (status in EXPECTING)
        assert (day in words.words(status, held).explanation) == (status == "available_for_pickup")
        told = words.words(status, held).action or ""
        assert len(told) <= ACTION_CHARACTERS_MAX
        assert (NUMBER in told) == (status in REFERRED)


@pytest.mark.parametrize("locale", PHRASE_LOCALES)
def test_each_detail_is_a_sentence_of_its_own(locale):
    details = [wording(locale).detail(detail) for detail in DETAILS]
    assert len(set(details)) == len(DETAILS) >= 16


@pytest.mark.parametrize(("one", "other"), [("pt-BR", "pt-PT"), ("es", "es-MX"), ("zh-CN", "zh-TW")])
def test_a_country_has_words_of_its_own(one, other):
    ours, theirs = patterns(catalogue_text(one)), patterns(catalogue_text(other))
    same = sum(plain(ours[where]) == plain(theirs[where]) for where in ours)
    assert same < len(ours) / 3


@pytest.mark.parametrize(
    ("locale", "written", "instead", "fault"),
    [
        ("de", r"\n    \.dated = [^\n]*", "", "delivered.dated is in one catalogue only"),
        ("ja", r"\ndetail-strike = [^\n]*", "", "detail-strike is in one catalogue only"),
        ("fr", r"\nplace = ", "\nplace ", "junk"),
        ("nl", r"\{ \$tracking \}", "{ $number }", "placeables of reference"),
        ("ru", r"\n        \[few\] [^\n]*", "", "expected-later lacks [few]"),
        ("ar", r"\n        \[two\] [^\n]*", "", "expected-earlier lacks [two]"),
        ("uk", r"\[few\] \{ \$days \} дні", "[few] дні", "hides the number"),
        ("es", r"\[one\]", "[single]", "knows no [single]"),
        ("it", r"\ndelivered = Consegnato", "\ndelivered = In consegna", "stands for 2"),
        ("pl", r"\ndelivered = Doręczona", "\ndelivered = Doręczona.", "headline of delivered"),
        ("sv", r"\ndelivered = ", f"\ndelivered = {'Levererat ' * 6}", "headline of delivered"),
        ("tr", r"\ndetail-strike = ", f"\ndetail-strike = {'Grev var, ' * 22}", "detail-strike has"),
        ("hi", r"(detail-strike = [^\n]*)।", r"\1", "detail-strike has no stop"),
        ("da", r"(detail-strike = [^\n]*)\.", r"\1.!", "a sign in detail-strike"),
        ("el", r"detail-strike = ", "detail-strike = Strike: ", "a Latin word in detail-strike"),
        ("he", r"detail-strike = [^\n]*", "detail-strike = OK.", "detail-strike is in another script"),
        ("zh-TW", r"detail-strike = ", "detail-strike = 罢工。", "a letter in detail-strike"),
        ("ro", r"ș", "ş", "a letter in"),
        ("fi", r"detail-strike = ", "detail-strike = A strike is holding. ", "English words in detail-strike"),
    ],
)
def test_a_planted_fault_is_found(locale, written, instead, fault):
    sound = catalogue_text(locale)
    broken, times = re.subn(written, instead, sound)
    assert times >= 1
    found = [told for check in CHECKS for told in check(broken, locale)]
    assert any(fault in told for told in found), found
