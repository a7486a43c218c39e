"""What a carrier's code means: status by table, words by curated phrase, time by CLDR. No model is asked.

The tables are `vocabularies/<vocabulary>.toml`, the words `phrases/<locale>.toml`; docs/logistics.md says where each
table's facts come from and how the doubtful ones were decided.
"""

from datetime import datetime
from functools import lru_cache
from importlib.resources import files
from typing import Final

import msgspec
from babel import Locale as CldrLocale
from babel import UnknownLocaleError, dates
from msgspec import Struct

from localization.carrier_codes import Mapped, Table, table, vocabulary_named
from schemas.locales import LocaleTag, parse_locale
from schemas.outputs import CanonicalStatus, Severity
from schemas.reasons import Warn

__all__ = ["PHRASE_LOCALES", "URGENCY", "Mapped", "Phrase", "canonical", "local_time", "phrase", "phrase_locale"]

PHRASE_LOCALES: Final = ("en", "pt-BR", "es", "fr", "de", "zh-CN")
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

# Where Chinese without a script subtag is written in Traditional characters.
TRADITIONAL: Final = frozenset({"TW", "HK", "MO"})


class Phrase(Struct, frozen=True):
    """What the addressee reads. `action` is None where there is nothing to do; `locale` is the one really used."""

    headline: str
    explanation: str
    action: str | None
    severity: Severity
    action_required: bool
    locale: str
    warnings: tuple[str, ...] = ()


class Words(Struct, frozen=True, forbid_unknown_fields=True):
    """One status in one `phrases/*.toml`."""

    headline: str
    explanation: str
    action: str | None = None


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


@lru_cache(maxsize=1024)
def phrase(status: CanonicalStatus, locale: str) -> Phrase:
    """Return the curated words for a status in the nearest locale that has them.

    A region of the same written language is served silently (en-GB, es-MX, fr-CA); other Portuguese, Traditional
    Chinese and a language without phrases (served in English) are marked. Raises UnknownLocale.
    """
    used, marked = phrase_locale(locale)
    words = catalogue(used)[status]
    severity, action_required = URGENCY[status]
    warnings = (Warn.PHRASE_LOCALE_FALLBACK.value,) if marked else ()
    return Phrase(words.headline, words.explanation, words.action, severity, action_required, used, warnings)


def phrase_locale(locale: str) -> tuple[str, bool]:
    """Return the catalogue that serves `locale`, and whether the reader must be told that it is not their own."""
    wanted = parse_locale(locale)
    used = next((known for known in PHRASE_LOCALES if parse_locale(known).language == wanted.language), None)
    return (used, _differs(wanted)) if used else ("en", True)


def _differs(wanted: LocaleTag) -> bool:
    if wanted.language == "zh":
        script = wanted.script or ("Hant" if wanted.territory in TRADITIONAL else "Hans")
        return script != "Hans"
    if wanted.language == "pt" and wanted.territory not in {None, "BR"}:
        return True
    return wanted.script not in {None, "Latn"}


@lru_cache(maxsize=len(PHRASE_LOCALES))
def catalogue(locale: str) -> dict[CanonicalStatus, Words]:
    """Return all phrases of one of PHRASE_LOCALES, read once."""
    data = files("localization").joinpath("phrases", f"{locale}.toml").read_bytes()
    return msgspec.toml.decode(data, type=dict[CanonicalStatus, Words])


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
