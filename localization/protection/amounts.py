"""Spans that say how much, how big or when: money, measures, dimensions, sizes, dates, times, percentages, ranges."""

import re
from typing import Final

from localization.protection.span_kinds import NOT_AFTER_WORD, NOT_BEFORE_WORD, SpanKind

_ISO: Final = (
    "USD|EUR|GBP|BRL|JPY|CNY|RMB|MXN|CAD|AUD|NZD|CHF|INR|PLN|CZK|HUF|RON|BGN|SEK|NOK|DKK|ISK|TRY|RUB|UAH|KRW|TWD|HKD"
    "|SGD|THB|VND|IDR|MYR|PHP|ILS|AED|SAR|EGP|ZAR|ARS|CLP|COP|PEN|UYU"
)
_SIGNS: Final = "$€£¥₹₩₺₽฿₫₪₴₦₱₡₲₸"
_PLAIN: Final = r"\d+(?:[.,]\d+)*"
_AMOUNT: Final = r"(?:\d{1,3}(?:[ \u00a0\u202f'’]\d{3})+(?:[.,]\d+)?|\d+(?:[.,\u00a0\u202f]\d+)*)"
_TO: Final = r"\s?[-–—~]\s?"
_BEFORE: Final = rf"(?:(?:US|CA?|AU?|NZ|HK|NT|MX|Mex|R|S)\$|S/\.?|RM|Rs\.?|Rp\.?|Kč|Fr\.|(?:{_ISO})(?![A-Za-z]))"
_AFTER: Final = rf"(?:R\$|US\$|[{_SIGNS}](?!\d)|zł|Kč|kr\.?|Ft|lei|лв\.?|руб\.?|грн\.?|TL|(?:{_ISO})){NOT_BEFORE_WORD}"
# Symbols of length that are the same in every Latin script; a box is measured in these.
_LENGTH: Final = r"(?:[Mm]m|[Cc]m|dm|km|m|ft|in|px|\"|″|''|”|cm³|m²|m³)"
_EDGE: Final = rf"\d+(?:[.,]\d+)*(?:\s?{_LENGTH}(?![A-Za-z]))?"
_DIMENSIONS: Final = (
    rf"(?!0x[0-9A-Fa-f]){_EDGE}(?:\s?[xX×✕]\s?{_EDGE}){{1,3}}{NOT_BEFORE_WORD}|\d+(?:[.,]\d+)?(?:[X*]\d+(?:[.,]\d+)?){{1,3}}"
    rf"(?:\s?(?:{_LENGTH}|[CM]?M|IN))?{NOT_BEFORE_WORD}"
)
_MERIDIEM: Final = r"(?:[ap]m|[AP]M|[ap]\.\s?m\.)"
_TIME: Final = (
    rf"\d{{1,2}}(?::\d{{2}}){{1,2}}(?:\s?{_MERIDIEM})?{NOT_BEFORE_WORD}(?!:\d)|\d{{1,2}}\s?{_MERIDIEM}{NOT_BEFORE_WORD}"
    rf"|\d{{1,2}}h\d{{2}}{NOT_BEFORE_WORD}"
)
_DAY: Final = r"(?:0?[1-9]|[12]\d|3[01])"
_CLOCK: Final = r"\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?"
_DATE: Final = (
    rf"(?:\d{{4}}-{_DAY}-{_DAY}|\d{{4}}/{_DAY}/{_DAY}|\d{{4}}\.{_DAY}\.{_DAY}|{_DAY}-{_DAY}-(?:\d{{4}}|\d\d)"
    rf"|{_DAY}/{_DAY}/(?:\d{{4}}|\d\d)|{_DAY}\.{_DAY}\.(?:\d{{4}}|\d\d))(?:[T ]{_CLOCK})?(?![\w/-])(?!\.\d)"
    # Day and month alone: 24/7 and fractions are neither.
    rf"|(?!24/7|[1-9]/\d(?!\d)|[1-9]/(?:10|12|16)(?!\d)){_DAY}/{_DAY}(?![\w/-])"
)
# The models turn "2 in" into "2 em"; "2 in 1" is no measure.
_INCHES: Final = (
    r"\s?in(?=[.,;)]|\Z|\s[x×|/·•+]\s|\s(?:and|or|by|long|wide|tall|high|deep|thick)\b)|(?:″|''|”|\")(?=[\s,.;x)]|\Z)"
)
# A number in quotation marks is no measure in inches.
_IMPERIAL: Final = rf"(?<![\"“„”+-])\d+(?:[.,]\d+)?(?:\s?(?:ft|lbs?|oz|fl\.? ?oz|sq\.? ?ft){NOT_BEFORE_WORD}|{_INCHES})"

# What follows a whole-number size: a list goes on, or nothing does. "UK 20 years" is no size.
_NO_NOUN: Final = rf"{NOT_BEFORE_WORD}(?!\s[^\W\d_]{{4}})(?!\.\d)"
_SHOE: Final = r"\d{1,2}(?:[.,]5|½)?"
_SYSTEM: Final = r"(?:EU|US|UK|BR|IT|FR|JP|DE|AU|MX|CN)"
_LETTERS: Final = r"(?:[2-6]XL|[2-6]XS|X{1,4}[SL]|[SML]|PP|GG|XG|EG|[PG])"
_SURE_LETTERS: Final = r"(?:[2-6]XL|[2-6]XS|X{1,4}[SL])"
CAPITAL_SIZES: Final = (
    rf"{_SYSTEM}\s?\d{{1,2}}(?:[.,]5|½){NOT_BEFORE_WORD}(?!\s?[-–/])|{_SYSTEM}(?:\s{_SHOE}|\d\d(?:[.,]5|½)?)(?:\s?[-–/]\s?{_SHOE}(?!\s?{_SYSTEM}))?{_NO_NOUN}"
    rf"|W\d{{2}}\s?[/x ]?\s?L\d{{2}}{NOT_BEFORE_WORD}"
    rf"|{_LETTERS}(?:\s?[/|·-]\s?{_LETTERS})+{NOT_BEFORE_WORD}|{_LETTERS}(?:, {_LETTERS}){{2,}}{NOT_BEFORE_WORD}"
    rf"|{_SURE_LETTERS}{NOT_BEFORE_WORD}(?!-)"
)
DIGIT_SIZES: Final = (
    rf"\d{{3}}/\d{{2,3}}\s?Z?R\s?\d{{2}}(?:\s\d{{2,3}}[A-Z])?{NOT_BEFORE_WORD}"  # tyres, ISO 4000-1
    rf"|\d{{1,2}}\s?[-–/]\s?\d{{1,2}}\s?[MT]{NOT_BEFORE_WORD}"  # babies: months, toddlers
    rf"|\d{{1,2}}(?:[.,]5)?\s(?:EU|US|UK|BR){_NO_NOUN}"
    rf"|{_SURE_LETTERS}(?:\s?[/|·-]\s?{_LETTERS})*{NOT_BEFORE_WORD}(?!-)"
)
BRA: Final = rf"(?:2[8]|3[02468]|4[02468]|[6-9][05]|1[0-2][05])(?:A{{1,2}}|B|C|D{{1,3}}|E|F|G){NOT_BEFORE_WORD}"
"""A band with a cup, in a text that says what it sells."""
LINGERIE: Final = re.compile(
    r"\bbras?\b|bralette|sutiã|soutien|\bBH\b|sujetador|brasier|reggiseno|biustonosz|\bcups?\b|\btaça|\bcopa\b|bonnet",
    re.IGNORECASE,
)
_UNITS: Final = (
    r"mAh|kWh|[kMG]?Hz|[kMGT]B|[KMGT]iB|[MG]bps|mm|cm|dm|km|kg|mg|ml|mL|cl|kW|Wh|mV|mA|Ah|dB|rpm|fps|MP|px|dpi|lm|lx"
    r"|kPa|Pa|bar|Nm|°C|°F|cm²|m²|m³|[mglLWVAKNJ]"
)
DATES: Final = _DATE
TIMES: Final = _TIME
MONEY_BEFORE: Final = rf"{_BEFORE}\s?-?{_AMOUNT}(?:{_TO}(?:{_BEFORE})?\s?{_PLAIN})?"
MONEY_SIGN: Final = rf"{NOT_AFTER_WORD}[{_SIGNS}]\s?-?{_AMOUNT}(?:{_TO}[{_SIGNS}]\s?{_PLAIN}|[-–]\d+(?:[.,]\d+)*)?"
MONEY_AFTER: Final = rf"{_AMOUNT}(?:{_TO}{_PLAIN})?\s?{_AFTER}"
MONEY_SMALL: Final = re.compile(rf"{NOT_AFTER_WORD}kr\.?\s?{_AMOUNT}")
"""`kr 200`: the one sign in small letters that stands before its amount."""
CURRENCY_SIGNS: Final = _SIGNS
# In this order: the first that matches at a place has it.
DIGIT_AMOUNTS: Final[tuple[tuple[SpanKind, str], ...]] = (
    (SpanKind.DATE, _DATE),
    (SpanKind.TIME, _TIME),
    (SpanKind.SIZE, DIGIT_SIZES),
    (SpanKind.DIMENSIONS, _DIMENSIONS),
    (SpanKind.MONEY, MONEY_AFTER),
    (SpanKind.IMPERIAL, _IMPERIAL),
)
_NUMERAL: Final = r"\d+(?:[.,\u00a0\u202f'’]\d+)*"
PLAIN_NUMBERS: Final[tuple[tuple[SpanKind, str], ...]] = (
    (SpanKind.PERCENT, rf"{_NUMERAL}(?:{_TO}{_NUMERAL})?\s?[%‰٪]"),
    (SpanKind.MEASURE, rf"{_NUMERAL}(?:{_TO}{_NUMERAL})?[\s\u00a0]?(?:{_UNITS})(?![{'A-Za-z0-9_°'}²³])"),
    (SpanKind.RANGE, rf"{_NUMERAL}{_TO}{_NUMERAL}(?![-\d])"),
    (SpanKind.NUMBER, _NUMERAL),
)
"""Plain numbers: what is found when they are asked for too."""
