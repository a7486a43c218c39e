"""Personal data in what people write: found by rule and by the bundled tagger, kept out of memory, logs and insights.

Rules find what has a form or a check digit; the tagger finds names and addresses, in Latin scripts only and only where
a text may hold one. What is found is protected like a brand: it comes through a translation unchanged, and the memory
sees a stand-in.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import StrEnum
from typing import Final

import phonenumbers
from msgspec import Struct
from stdnum import iban, luhn
from stdnum.br import cnpj, cpf

from inference.pool import Pool
from inference.requests import Entity, PoisonText, Priority
from schemas.locales import parse_locale


class Personal(StrEnum):
    """What kind of personal data it is; also what stands in its place where it is redacted."""

    NAME = "name"
    EMAIL = "email"
    PHONE = "phone"
    ADDRESS = "address"
    TAX_ID = "tax_id"
    CARD = "card"
    BANK_ACCOUNT = "bank_account"
    ORDER_NUMBER = "order_number"
    IDENTITY = "identity"


class Finding(Struct, frozen=True, order=True):
    """Personal data at `start` to `end` of a text."""

    start: int
    end: int
    kind: Personal


_EMAIL: Final = re.compile(r"[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+")
_DIGITS: Final = re.compile(r"(?<![\w.])\d(?:[ .-]?\d){12,18}(?![\w])")
_TAX: Final = re.compile(r"(?<![\w.])(?:\d{3}\.?\d{3}\.?\d{3}-?\d{2}|\d{2}\.?\d{3}\.?\d{3}/?\d{4}-?\d{2})(?![\w])")
_IBAN: Final = re.compile(r"(?<!\w)[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?!\w)")
_SSN: Final = re.compile(r"(?<![\w-])\d{3}-\d{2}-\d{4}(?![\w-])")
# An order by its word, in the languages of the shops that are served, or by a marketplace's own form.
_ORDER_WORDS: Final = (
    r"order|pedido|encomenda|compra|orden|commande|bestellung|bestellnummer|auftrag|ordine|zamówieni\w*|заказ\w*|siparişi?"
    r"|bestelling|订单号?|訂單|注文(?:番号)?|주문(?:번호)?"
)
_ORDER: Final = re.compile(
    rf"(?:{_ORDER_WORDS})\s?(?:number|no\.?|id|nr\.?|n[º°.]|n[uú]mero|núm\.?|numéro|nummer|号|号码)?\s?[#:：]?\s?"
    r"(?P<number>#?(?=(?:[A-Z-]*\d){4})[A-Z0-9]+(?:-[A-Z0-9]+)*)(?!\w)",
    re.IGNORECASE,
)
_MARKETPLACE_ORDER: Final = re.compile(r"(?<![\w-])\d{3}-\d{7}-\d{7}(?![\w-])")
_MAYBE: Final = re.compile(r"\d|@")
_PHONE_DIGITS_MIN: Final = 7
# The tagger is asked where a text holds a word that looks like a name, or a number that may be a house's.
_MAYBE_NAME: Final = re.compile(
    r"(?<=[^\W\d_],\s|[^\W\d_]\w\s)[A-ZÀ-Þ][^\W\d_A-ZÀ-Þ]+|[A-ZÀ-Þ][a-zß-ÿ]+\s\d|\d\s[A-ZÀ-Þ][a-zß-ÿ]"
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


def by_rule(text: str, locale: str | None = None) -> list[Finding]:
    """Return what rules find in a text, in order and apart; phones are read as in the locale's country."""
    if _MAYBE.search(text) is None:
        return []
    found = [*_formed(text), *_phones(text, locale)]
    return _apart(found)


def redacted(text: str, findings: Iterable[Finding]) -> str:
    """Return the text with each finding replaced by its kind in brackets."""
    parts, at = [], 0
    for finding in sorted(findings):
        parts += [text[at : finding.start], f"[{finding.kind}]"]
        at = finding.end
    return "".join((*parts, text[at:]))


async def find(
    text: str, locale: str | None, pool: Pool, priority: Priority, keep: Sequence[str] = ()
) -> list[Finding]:
    """Return the personal data of a text, in order and apart; `keep` are brands, which are nobody's name.

    Without a tagging model, and in other scripts than Latin, only what rules find. Raises RequestTimeout and PoolDead.
    """
    found = by_rule(text, locale)
    if pool.tagging_model is None or _MAYBE_NAME.search(_without(text, keep)) is None:
        return found
    try:
        tagging = await pool.tag(text, priority=priority)
    except PoisonText:
        return found
    return _apart([*found, *_named(text, tagging.entities, keep)])


def _is_tax_id(text: str) -> bool:
    return bool(cpf.is_valid(text) or cnpj.is_valid(text))


def _is_card(text: str) -> bool:
    digits = re.sub(r"\D", "", text)
    return bool(luhn.is_valid(digits)) and digits[0] in "3456" and len(set(digits)) > 1


def _always(_text: str) -> bool:
    return True


# What has a form of its own; check digits tell it from other numbers of that form.
_FORMS: Final[tuple[tuple[Personal, re.Pattern[str], Callable[[str], bool]], ...]] = (
    (Personal.EMAIL, _EMAIL, _always),
    (Personal.TAX_ID, _TAX, _is_tax_id),
    (Personal.CARD, _DIGITS, _is_card),
    (Personal.BANK_ACCOUNT, _IBAN, lambda text: bool(iban.is_valid(text))),
    (Personal.IDENTITY, _SSN, _always),
    (Personal.ORDER_NUMBER, _MARKETPLACE_ORDER, _always),
)


def _formed(text: str) -> Iterator[Finding]:
    for kind, pattern, valid in _FORMS:
        for match in pattern.finditer(text):
            if valid(match.group()):
                yield Finding(*match.span(), kind)
    for match in _ORDER.finditer(text):
        yield Finding(*match.span("number"), Personal.ORDER_NUMBER)


def _phones(text: str, locale: str | None) -> Iterator[Finding]:
    if sum(map(str.isdigit, text)) < _PHONE_DIGITS_MIN:
        return
    region = parse_locale(locale).territory if locale else None
    for match in phonenumbers.PhoneNumberMatcher(text, region):
        yield Finding(match.start, match.end, Personal.PHONE)


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


def _apart(found: list[Finding]) -> list[Finding]:
    """Of findings that overlap the first and longest stays; parts of one name or address become one."""
    apart: list[Finding] = []
    for finding in sorted(found, key=lambda one: (one.start, -one.end)):
        last = apart[-1] if apart else None
        if last is not None and finding.start < last.end:
            continue
        joins = last is not None and finding.kind is last.kind and finding.kind in {Personal.NAME, Personal.ADDRESS}
        if joins and last is not None and finding.start - last.end <= (1 if finding.kind is Personal.NAME else 2):
            apart[-1] = Finding(last.start, finding.end, finding.kind)
        else:
            apart.append(finding)
    return apart
