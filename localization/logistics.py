"""What a carrier's code means: status by table, words by curated phrase, time by CLDR. No model is asked.

The tables are `vocabularies/<vocabulary>.toml`, the words `phrases/<locale>.ftl`, the sentences that carriers write all
the time `carrier_texts.toml`; docs/logistics.md says where each table's facts come from and how the doubtful ones were
decided.
"""

import contextlib
from datetime import datetime
from functools import lru_cache
from importlib.resources import files
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from babel import Locale as CldrLocale
from babel import UnknownLocaleError, dates
from babel.core import get_global
from msgspec import Struct

from localization.carrier_codes import Mapped, Table, table, vocabulary_named
from localization.clean import folded
from localization.wording import NO_FACTS, PHRASE_LOCALES, Facts, wording
from schemas.locales import fallback_chain, parse_locale, same_language
from schemas.outputs import CanonicalStatus, Severity
from schemas.reasons import Warn

__all__ = ["PHRASE_LOCALES", "URGENCY", "Facts", "Mapped", "Phrase", "canonical", "local_time", "phrase"]

UNKNOWN_SUB_CODE: Final = f"{Warn.UNKNOWN_CODE}:sub_code"

# What an estimated or planned event leaves of the status it names: the fact itself is still to come.
EXPECTED: Final[dict[CanonicalStatus, CanonicalStatus]] = {
    "pending": "pending",
    "info_received": "info_received",
    "picked_up": "info_received",
    "returning": "returning",
    "returned": "returning",
}
CLASSIFIER_NOTES: Final = {"EST": "estimated", "PLN": "planned"}

# How much it matters to the addressee, and whether the parcel or its refund waits for them.
URGENCY: Final[dict[CanonicalStatus, tuple[Severity, bool]]] = {
    "pending": ("info", False),
    "info_received": ("info", False),
    "picked_up": ("info", False),
    "in_transit": ("info", False),
    "departed_origin": ("info", False),
    "arrived_destination": ("info", False),
    "customs_processing": ("info", False),
    "customs_released": ("info", False),
    "customs_action_required": ("attention", True),
    "out_for_delivery": ("info", False),
    "available_for_pickup": ("attention", True),
    "attempt_failed": ("attention", True),
    "delivered": ("info", False),
    "delayed": ("attention", False),
    "damaged": ("problem", True),
    "lost": ("problem", True),
    "refused": ("attention", False),
    "address_problem": ("problem", True),
    "security_hold": ("attention", False),
    "returning": ("attention", False),
    "returned": ("attention", False),
    "expired": ("attention", False),
    "cancelled": ("attention", False),
}


class Phrase(Struct, frozen=True):
    """What the addressee reads. `action` is None where there is nothing to do; `locale` is the one really used."""

    headline: str
    explanation: str
    action: str | None
    severity: Severity
    action_required: bool
    locale: str
    warnings: tuple[str, ...] = ()


def canonical(vocabulary: str, code: str | None, sub_code: str | None, classifier: str = "ACT") -> Mapped:
    """Say what a carrier's code means; never raises, and never says `delivered` unless the table does.

    The sub code refines the code. An unknown code is `in_transit`, an unknown sub code leaves its code's status; both
    are marked. Anything but classifier ACT has not happened yet: see `not_yet`.
    """
    name = vocabulary_named(vocabulary)
    if name is None:
        mapped = Mapped("in_transit", None, (Warn.UNKNOWN_VOCABULARY.value,))
    else:
        mapped = _looked_up(table(name), (code or "").strip(), (sub_code or "").strip())
    return mapped if classifier.strip().upper() == "ACT" else not_yet(mapped, classifier)


def not_yet(mapped: Mapped, classifier: str) -> Mapped:
    """Turn what is estimated or planned into what is true today, noted in `sub_status`.

    A delivery to come is `in_transit`, a pickup to come `info_received`, a return to come `returning`; what only tells
    of data stays. `sub_status` becomes `estimated` or `planned` (`not_actual` for a classifier nobody defined).
    """
    note = CLASSIFIER_NOTES.get(classifier.strip().upper(), "not_actual")
    return Mapped(EXPECTED.get(mapped.status, "in_transit"), note, mapped.warnings)


def _looked_up(codes: Table, code: str, sub_code: str) -> Mapped:
    own_key = codes.key(sub_code, codes.own)
    own = None if own_key is None else codes.own[own_key]
    if not code and own is not None:
        return own
    main = codes.meaning(code)
    if main is None:
        return Mapped("in_transit", None, (Warn.UNKNOWN_CODE.value,))
    if not sub_code:
        return main
    refined = codes.refinement(code, sub_code, main)
    if refined is not None:
        return refined
    if main.status == "delivered" and own is not None:
        main = own  # the sub code belongs to another code: where the two disagree, nothing was delivered
    return Mapped(main.status, main.sub_status, (UNKNOWN_SUB_CODE,))


def phrase(status: CanonicalStatus, locale: str, facts: Facts = NO_FACTS) -> Phrase:
    """Return the curated words for a status in the nearest locale that has them, with what is known beyond it.

    Nearest by CLDR's parent locales: es-AR reads es-MX's, pt-AO pt-PT's, zh-HK zh-TW's. A language without words is
    served in English and marked. Raises UnknownLocale.
    """
    used, marked = phrase_locale(locale)
    words = wording(used).words(status, facts)
    severity, action_required = URGENCY[status]
    warnings = (Warn.PHRASE_LOCALE_FALLBACK.value,) if marked else ()
    return Phrase(words.headline, words.explanation, words.action, severity, action_required, used, warnings)


@lru_cache(maxsize=1024)
def phrase_locale(locale: str) -> tuple[str, bool]:
    """Return the catalogue that serves `locale`, and whether the reader must be told that it is not their own."""
    wanted = str(parse_locale(locale))
    chains = {known: fallback_chain(known) for known in PHRASE_LOCALES}
    for step in fallback_chain(wanted):
        used = next((known for known, chain in chains.items() if step in chain), None)
        if used is not None:
            return used, not (same_language(wanted, used) or wanted in chains[used])
    return "en", True


class CarrierText(Struct, frozen=True):
    """What a carrier's sentence says: a status, or a detail that the catalogues have a sentence for."""

    says: str
    status: bool


def carrier_text(text: str, language: str) -> CarrierText | None:
    """Return what a carrier's whole text says, where it is one that carriers write all the time; no model is asked."""
    says = _carrier_texts().get(language, {}).get(_bare(text))
    return None if says is None else CarrierText(says.removeprefix("detail-"), not says.startswith("detail-"))


def curated(said: CarrierText, locale: str) -> str:
    """Return the curated words of a carrier's text: the status's headline, or the detail's sentence."""
    words = wording(phrase_locale(locale)[0])
    if said.status:
        return words.words(msgspec.convert(said.says, CanonicalStatus)).headline
    return words.detail(said.says)


def _bare(text: str) -> str:
    """Letters and digits only, in small letters: carriers differ in the rest."""
    return "".join(char for char in folded(text).casefold() if char.isalnum())


@lru_cache(maxsize=1)
def _carrier_texts() -> dict[str, dict[str, str]]:
    data = files("localization").joinpath("carrier_texts.toml").read_bytes()
    tables = msgspec.toml.decode(data, type=dict[str, dict[str, str]])
    return {language: {_bare(text): says for text, says in table.items()} for language, table in tables.items()}


def at_place(occurred_at: datetime, country: str | None) -> datetime:
    """Return the time as the clock of its place showed it, where that is certain.

    A carrier that writes UTC names no place's clock: a country whose zones all agree at that moment (tzdata) says which
    it was. Any other offset is the carrier's own, and stays.
    """
    if country is None or occurred_at.utcoffset():
        return occurred_at
    clocks = {occurred_at.astimezone(zone).utcoffset(): zone for zone in _zones(country)}
    return occurred_at.astimezone(next(iter(clocks.values()))) if len(clocks) == 1 else occurred_at


@lru_cache(maxsize=256)
def _zones(country: str) -> tuple[ZoneInfo, ...]:
    zones = []
    for name, territory in get_global("zone_territories").items():
        if territory == country:
            with contextlib.suppress(ZoneInfoNotFoundError):
                zones.append(ZoneInfo(name))
    return tuple(zones)


def place_name(country: str, city: str | None, locale: str) -> str:
    """Name a place for a reader: the town as the carrier wrote it, the country as CLDR calls it in the locale."""
    shown = _cldr(locale).territories.get(country, country)
    return f"{city}, {shown}" if city else str(shown)


def local_time(occurred_at: datetime, locale: str) -> str:
    """Format date, time and UTC offset of an event as its place's clock showed it, in the reader's customary form.

    Raises ValueError for a time without an offset, and UnknownLocale.
    """
    if occurred_at.utcoffset() is None:
        raise ValueError("occurred_at must carry its UTC offset")
    cldr = _cldr(locale)
    # The long date names the month, so that 3/4 is never read as 4/3.
    date = dates.format_date(occurred_at.date(), "long", locale=cldr)
    time = dates.format_time(occurred_at, "short", tzinfo=occurred_at.tzinfo, locale=cldr)
    pattern = str(dates.get_datetime_format("medium", locale=cldr)).replace("'", "")
    return f"{pattern.format(time, date)} {dates.get_timezone_gmt(occurred_at, 'long', locale=cldr)}"


@lru_cache(maxsize=256)
def _cldr(locale: str) -> CldrLocale:
    tag = parse_locale(locale)
    try:
        return CldrLocale.parse(str(tag), sep="-")
    except (UnknownLocaleError, ValueError):  # a valid combination that CLDR has no data for (`en-CN`)
        return CldrLocale(tag.language)
