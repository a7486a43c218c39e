"""Spans that machines read: addresses of the net, placeholders of every common style, mark-up, file names."""

import re
from collections.abc import Callable, Iterator
from typing import Final

from localization.protection.span_kinds import NOT_AFTER_WORD, NOT_BEFORE_WORD, WORD, Found, SpanKind

Proof = Callable[[re.Match[str]], SpanKind | None]
_PRIVATE_USE: Final = "\ue000-\uf8ff"  # inline tags stand there
# What ends an address in running text: quotation marks and stops of any script, and scripts without spaces.
_STOPS: Final = "\u00ab\u00bb\u2018-\u201f\u2026\u060c\u061b\u061f\u06d4\u0964\u0965"
_OUTSIDE: Final = rf"\s<>|\"'{_STOPS}{_PRIVATE_USE}\u2e80-\uffff"
_PATH: Final = rf"[^{_OUTSIDE}]*[^{_OUTSIDE}.,;:!?)\]}}/]/?"
# Ends of domains that are no words of a language: "bom.de novo" misses a space, `loja.com` does not.
_SURE_ENDS: Final = (
    "com|net|org|edu|gov|io|app|shop|store|info|biz|dev|online|site|blog|cloud|tech|example"
    "|(?:com?|org|net|gov|edu|ac)\\.[a-z]{2}|br|uk|jp|cn|kr|pl|ru|cz|nl|fr|dk|ch"
)
# With a path behind them, these are domains too.
_PATH_ENDS: Final = (
    f"{_SURE_ENDS}|de|es|it|pt|eu|at|be|se|no|fi|ie|ca|au|nz|mx|ar|cl|in|tr|gr|hu|ro|ua|za|il|us|me|co|to|ly|ai|tv|gl"
    "|ee|link|page|test"
)
_HOST: Final = r"(?<![\w@.-])(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+"
_URL: Final = re.compile(
    rf"(?:https?|ftp)://{_PATH}|{NOT_AFTER_WORD}www\.{_PATH}"
    rf"|{_HOST}(?:(?:{_PATH_ENDS})/{_PATH}|(?:{_PATH_ENDS})/(?!\w)|(?:{_SURE_ENDS})(?![\w-])(?!\.\w))",
    re.IGNORECASE | re.ASCII,
)
_EMAIL: Final = re.compile(r"[A-Za-z0-9._%+-]{1,64}@(?:[A-Za-z0-9\u00c0-\u024f-]{1,63}\.)+[A-Za-z]{2,24}")
_FILE: Final = re.compile(
    rf"{NOT_AFTER_WORD}(?<!\.)[\w-]+\.(?:pdf|zip|docx?|xlsx?|pptx?|csv|txt|jpe?g|png|gif|svg|webp|mp[34]|exe|dmg|apk|json"
    rf"|xml|html?|js|py|sh|conf|ini|toml|ya?ml|po)(?![\w-])(?!\.\w)",
    re.IGNORECASE | re.ASCII,
)
_DOTTED: Final = re.compile(r"\.[A-Za-z]{2}")


def addresses(text: str) -> Iterator[Found]:
    """Yield URLs, bare domains, e-mails and file names, in no order; they do not overlap."""
    taken: list[tuple[int, int]] = []
    for kind, pattern, sign in _ADDRESSES:
        if sign not in text:
            continue
        for match in pattern.finditer(text):
            start, end = match.span()
            if all(end <= first or last <= start for first, last in taken):
                taken.append((start, end))
                yield Found(start, end, kind)


_ADDRESSES: Final = (
    (SpanKind.EMAIL, _EMAIL, "@"),
    (SpanKind.URL, _URL, "."),
    (SpanKind.URL, re.compile(rf"https?://{_PATH}", re.IGNORECASE), "://"),
    (SpanKind.CODE, _FILE, "."),
)


def may_hold_address(text: str) -> bool:
    """Whether a text has a dot with letters behind it, or a scheme: anything else has no address in it."""
    return "://" in text or ("." in text and _DOTTED.search(text) is not None)


# Names of HTML, Pango and XLIFF, and what shops call their fields. Letters alone, digits, and what has an attribute or
# an end are tags whatever they say.
_NAMES: Final = (
    "br hr em img div span bold strong italic small big sub sup tt code kbd pre var samp font label link button input"
    " ul ol li dl dt dd table tbody thead tr td th caption h1 h2 h3 h4 h5 h6 html head body style script section"
    " article header footer nav figure blockquote abbr cite del ins mark time video audio svg iframe form select center"
    " strike bdi bdo xliff bpt ept ph it mrk name username first_name last_name email user url price amount"
)
_TAGS: Final = frozenset(_NAMES.split())
_TAG_NAME: Final = re.compile(r"</?(\w+)([^<>]*)>")


def _of_tag(match: re.Match[str]) -> SpanKind:
    """Name what stands in angle brackets: mark-up, or a slot (`<file>`) whose name a translator translates."""
    named = _TAG_NAME.match(match.group())
    if named is None:
        return SpanKind.SLOT
    name, rest = named.groups()
    known = len(name) == 1 or name.isdigit() or name.lower() in _TAGS or "_" in name
    marked = "=" in rest or rest.endswith("/") or match.group()[1] == "/" or f"</{name}>" in match.string
    return SpanKind.MARKUP if known or marked else SpanKind.SLOT


# One level of braces in another, for `{count, plural, one {# item} other {{n} items}}`.
_BRACED: Final = r"\{(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*\}"
# C's printf with position, flags, width, precision and length; Python's `%(name)s`; Objective-C's `%@`. A percentage
# is none: "20%d", "% d". Two small letters may follow ("%dpx"), a word may not ("%discount").
_PRINTF: Final = (
    r"(?<![\d%])%(?:\d{1,2}\$)?[-+#0']{0,3}(?:\d{1,3}|\*)?(?:\.(?:\d{1,3}|\*))?"
    r"(?:(?:hh|h|ll|l|j|z|L|I64|I32)?[sdiufFeEgGxXoc@]|<PRI\w{2,12}>)"
    r"(?![a-z]{3})(?!\d)|%\(\w{1,60}\)[-+#0 ]{0,3}\d{0,3}(?:\.\d{1,2})?[sdiufFeEgGxXr]"
)
_RAILS: Final = (
    "name|count|attribute|value|values|email|url|date|time|number|total|price|amount|id|user|username|order|min|max|size"
    "|seconds|minutes|hours|days|other|link|title|product|quantity|[a-z]+(?:_[a-z]+)+"
)
# By the sign that a placeholder begins with; in this order.
SIGNED: Final[dict[str, tuple[tuple[SpanKind | Proof, str], ...]]] = {
    "{": (
        (
            SpanKind.PLACEHOLDER,
            r"\{%[^{}\n]{0,200}%\}|\{#[^{}\n]{0,200}#\}|\{\{\{[^{}\n]{0,80}\}\}\}|\{\{[^{}\n]{0,80}\}\}",
        ),
        (SpanKind.PLACEHOLDER, rf"(?=\{{\s*\$?\w+\s*(?:,\s*(?:plural|select|selectordinal)\s*,|->)){_BRACED}"),
        (SpanKind.PLACEHOLDER, r"\{[^{}\n]{0,60}\}"),
    ),
    "%": (
        (SpanKind.PLACEHOLDER, r"%\{[^{}\n]{1,60}\}"),
        (SpanKind.PLACEHOLDER, r"(?<!\d)%[A-Za-z_]\w{1,40}%(?!\w)"),
        (SpanKind.PLACEHOLDER, _PRINTF),
        # Qt counts from one, which tells its %2 from Turkish percentages (%20).
        (SpanKind.PLACEHOLDER, rf"(?<![\d%])%L?1{NOT_BEFORE_WORD}(?!\$|[%.,]\d)|(?<![\w%])%n{NOT_BEFORE_WORD}"),
    ),
    "$": (
        (SpanKind.PLACEHOLDER, r"\$\{[^{}\n]{1,60}\}|\$\([\w.]{1,60}\)"),
        (SpanKind.PLACEHOLDER, rf"(?<!\w)\$[a-z_]\w{{2,40}}{NOT_BEFORE_WORD}"),
    ),
    "#": (
        (SpanKind.PLACEHOLDER, r"#\{[^{}\n]{1,60}\}|##\w{2,40}##"),
        (
            SpanKind.COLOUR,
            rf"{NOT_AFTER_WORD}#(?:[0-9A-Fa-f]{{8}}|[0-9A-Fa-f]{{6}}|[0-9A-Fa-f]{{3}}(?<=[A-Fa-f]))(?!\w)",
        ),
        # "#1 in sales" is a rank, and every language has its own sign for it.
        (SpanKind.NUMBER, rf"{NOT_AFTER_WORD}#\d{{1,2}}(?![\d\w-])"),
        (SpanKind.HANDLE, rf"{NOT_AFTER_WORD}(?<!%)#\w+(?:-\w+)*"),
    ),
    "@": ((SpanKind.HANDLE, rf"{NOT_AFTER_WORD}@[{WORD}]+(?:[.-][{WORD}]+)*"),),
    "[": ((SpanKind.PLACEHOLDER, r"\[\[[^\[\]\n]{0,60}\]\]|\[%\w{1,40}%\]|\[[A-Za-z]+(?:_[A-Za-z0-9]+)+\]"),),
    "<": (
        (SpanKind.PLACEHOLDER, r"<%[^%\n]{0,100}%>"),
        (SpanKind.MARKUP, r"<!--[^\n]{0,200}?-->"),
        (_of_tag, r"</?\w[^<>\n]{0,100}>"),
    ),
    "&": ((SpanKind.MARKUP, r"&(?:[A-Za-z]\w{1,7}|#\d{1,6}|#x[0-9A-Fa-f]{1,6});"),),
    "*": ((SpanKind.PLACEHOLDER, r"\*\|[^|\n]{1,40}\|\*"),),
    "_": ((SpanKind.PLACEHOLDER, rf"{NOT_AFTER_WORD}__[A-Za-z]\w{{0,40}}?__{NOT_BEFORE_WORD}"),),
    ":": (
        (SpanKind.EMOJI, r"(?<![\w:]):[a-z][a-z0-9_+-]{1,30}:(?![\w:])"),
        (SpanKind.PLACEHOLDER, rf"(?<![\w:/.]):(?:{_RAILS})(?![\w:-])"),
    ),
}
QT_FURTHER: Final = re.compile(rf"(?<![\d%])%L?[2-9]{NOT_BEFORE_WORD}(?!\$|[%.,]\d)")
"""Qt's further places, in a text that has the first."""
