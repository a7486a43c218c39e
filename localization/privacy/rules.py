"""Personal data that has a form or a check digit, found by rule; and how it is redacted."""

import re
from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum
from typing import Final

from msgspec import Struct
from stdnum import iban, luhn
from stdnum.br import cnpj, cpf

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


def by_rule(text: str, locale: str | None = None) -> list[Finding]:
    """Return what rules find in a text, in order and apart; phones are read as in the locale's country."""
    if _MAYBE.search(text) is None:
        return []
    found = [*_formed(text), *_phones(text, locale)]
    return apart(found)


# What a log line may quote of a payload and what is never part of our own words, numbers or addresses.
_UNMISTAKABLE: Final = frozenset((Personal.EMAIL, Personal.TAX_ID, Personal.CARD, Personal.BANK_ACCOUNT))


def without_personal(text: str) -> str:
    """Return a text for a log or a report, redacted of what can be nothing but personal data."""
    return redacted(text, (one for one in by_rule(text) if one.kind in _UNMISTAKABLE))


def redacted(text: str, findings: Iterable[Finding]) -> str:
    """Return the text with each finding replaced by its kind in brackets."""
    parts, at = [], 0
    for finding in sorted(findings):
        parts += [text[at : finding.start], f"[{finding.kind}]"]
        at = finding.end
    return "".join((*parts, text[at:]))


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
    import phonenumbers  # noqa: PLC0415  (a sixth of a second, which commands that meet no phone need not wait for)

    region = parse_locale(locale).territory if locale else None
    for match in phonenumbers.PhoneNumberMatcher(text, region):
        yield Finding(match.start, match.end, Personal.PHONE)


def apart(found: list[Finding]) -> list[Finding]:
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
