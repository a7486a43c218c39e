"""Personal data in a text, by rule and by the bundled tagger.

The tagger finds names and addresses, in Latin scripts only and only where a text may hold one. What is found is
protected like a brand: it comes through a translation unchanged, and the memory sees a stand-in.
"""

import re
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from hashlib import blake2b
from typing import Final

from inference.pool import Pool
from inference.requests import Entity, PoisonText, Priority
from localization.privacy.rules import Finding, Personal, apart, by_rule

# The tagger is asked where a text holds a word that looks like a name, or a number that may be a house's.
_MAYBE_NAME: Final = re.compile(
    r"(?:(?<=[^\W\d_]\s)|(?<=[^\W\d_],\s))[A-ZÀ-Þ][^\W\d_A-ZÀ-Þ]+"
    r"|[A-ZÀ-Þ][a-zß-ÿ]+\s\d|\d\s[A-ZÀ-Þ][a-zß-ÿ]|\b[A-ZÀ-Þ]\.?\s[A-ZÀ-Þ]{2,}"
)
_LATIN: Final = re.compile(r"[A-Za-zÀ-ɏ]")
# Identities are numbers like many others: the tagger must be sure. A name taken wrongly only stays as it was written.
_SURE: Final = 0.85
_NAMES: Final = frozenset(("GIVEN_NAME", "SURNAME"))
_STREETS: Final = frozenset(("STREET_NAME", "SECONDARY_ADDRESS"))
_NEAR_STREET: Final = frozenset(("BUILDING_NUMBER", "ZIP_CODE", "CITY", "STATE"))
_IDENTITIES: Final = frozenset(("GOVERNMENT_ID", "PASSPORT", "DRIVERS_LICENSE", "TAX_ID"))
# A street, its number, town and postcode stand this near each other, characters.
_ADDRESS_GAP_MAX: Final = 6
# Positions of a few findings: some hundred bytes a text.
ENTRIES_MAX: Final = 8192


class Search:
    """Finds personal data, once a text: what was found in texts seen lately is kept by their hash, as positions only.

    One event loop owns it.
    """

    def __init__(self, pool: Pool, entries_max: int = ENTRIES_MAX) -> None:
        self._pool = pool
        self._entries_max = entries_max
        self._seen: OrderedDict[bytes, tuple[Finding, ...]] = OrderedDict()

    async def find(
        self, text: str, locale: str | None, priority: Priority, keep: Sequence[str] = ()
    ) -> tuple[Finding, ...]:
        """Return the personal data of a text, in order and apart; `keep` are brands, which are nobody's name.

        Without a tagging model, and in other scripts than Latin, only what rules find. Raises RequestTimeout and
        PoolDead.
        """
        key = blake2b("\0".join((text, locale or "", *keep)).encode(errors="replace"), digest_size=16).digest()
        found = self._seen.get(key)
        if found is None:
            found = self._seen[key] = tuple(await _find(text, locale, self._pool, priority, keep))
        self._seen.move_to_end(key)
        if len(self._seen) > self._entries_max:
            self._seen.popitem(last=False)
        return found


async def _find(
    text: str, locale: str | None, pool: Pool, priority: Priority, keep: Sequence[str] = ()
) -> list[Finding]:
    found = by_rule(text, locale)
    if pool.tagging_model is None or _MAYBE_NAME.search(_without(text, keep)) is None:
        return found
    try:
        tagging = await pool.tag(text, priority=priority)
    except PoisonText:
        return found
    return apart([*found, *_named(text, tagging.entities, keep)])


def _named(text: str, entities: Sequence[Entity], keep: Sequence[str]) -> Iterator[Finding]:
    """What the tagger says of people and where they live; a town alone is nobody's address."""
    streets = [one for one in entities if one.label in _STREETS]
    for one in entities:
        shown = text[one.start : one.end]
        if one.label in _NAMES:
            # The tagger reads small and capital letters alike; a name that nobody capitalised is a word.
            if any(map(str.isupper, shown)) and not any(shown in term for term in keep):
                yield Finding(one.start, _word_end(text, one.end), Personal.NAME)
        elif one.label in _STREETS or (one.label in _NEAR_STREET and any(_near(one, street) for street in streets)):
            yield Finding(one.start, one.end, Personal.ADDRESS)
        elif one.label in _IDENTITIES and one.score >= _SURE and any(map(str.isdigit, shown)):
            yield Finding(one.start, one.end, Personal.IDENTITY)
        elif one.label == "BANK_ACCOUNT" and one.score >= _SURE and any(map(str.isdigit, shown)):
            yield Finding(one.start, one.end, Personal.BANK_ACCOUNT)


def _word_end(text: str, at: int) -> int:
    """The tagger may stop inside a word that it knows in part only."""
    while at < len(text) and text[at].isalnum() and text[at - 1].isalnum():
        at += 1
    return at


def _near(one: Entity, street: Entity) -> bool:
    return max(one.start - street.end, street.start - one.end) <= _ADDRESS_GAP_MAX


def _without(text: str, terms: Sequence[str]) -> str:
    for term in terms:
        text = text.replace(term, "")
    return text if _LATIN.search(text) else ""
