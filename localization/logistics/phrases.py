"""The words for a parcel's status in the reader's language, and for what carriers write all the time.

The words are `catalogues/<locale>.ftl`, the carriers' sentences `carrier_texts.toml`.
"""

from functools import lru_cache
from importlib.resources import files
from typing import Final

import msgspec
from msgspec import Struct

from localization.logistics.wording import NO_FACTS, PHRASE_LOCALES, Facts, wording
from localization.text.clean import folded
from schemas.locales import fallback_chain, parse_locale, same_language
from schemas.outputs import CanonicalStatus, Severity
from schemas.reasons import Warn

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
    data = files("localization.logistics").joinpath("carrier_texts.toml").read_bytes()
    tables = msgspec.toml.decode(data, type=dict[str, dict[str, str]])
    return {language: {_bare(text): says for text, says in table.items()} for language, table in tables.items()}
