"""Faults in what must come through as it is: placeholders, tags, brands, codes, addresses, emoji."""

import html
import re
from random import Random
from typing import Any, Final

from bench.planting.line import EMAIL, PLACEHOLDER, TAG, URL, Edit, Line, changed, choice, free, put, shared, without

_NAME: Final = re.compile(r"[A-Za-z]\w*")
_HREF: Final = re.compile(r"""(?<=href=["'])[^"']+(?=["'])""")
_ENTITY: Final = re.compile(r"&(?:amp|nbsp|lt|gt|quot|copy|reg|eacute|mdash|#\d+);")
_EMOJI: Final = re.compile(
    "[\U0001f300-\U0001faff\u2600-\u27bf](?:\ufe0f|\u200d[\U0001f300-\U0001faff\u2600-\u27bf]\ufe0f?)*"
)
_SKU: Final = re.compile(r"\b(?=[A-Z0-9-]*\d)(?=[A-Z0-9-]*[A-Z])[A-Z0-9]{2,}(?:-[A-Z0-9]+)+\b")
_GTIN: Final = re.compile(r"(?<!\d)(?:\d{13}|\d{8}|\d{12})(?!\d)")
_PHONE: Final = re.compile(r"\+\d{1,3}[\s\d()-]{7,16}\d|\(\d{2,3}\)\s?\d{3,5}-\d{4}|\b0800[\s-]\d{3}[\s-]\d{4}")
_TRACKING: Final = re.compile(r"\b[A-Z]{2}\d{9}[A-Z]{2}\b|\b1Z[0-9A-Z]{16}\b")
_HASH: Final = re.compile(r"(?<!\w)#(?=\d{3,})")
_OTHER_BRANDS: Final = ("Samsung", "Nike", "Philips", "Adidas", "Sony", "Bosch", "Canon")


def _one(line: Line, pattern: re.Pattern[str], rng: Random) -> re.Match[str] | None:
    return choice(rng, list(shared(line, pattern)))


def _digit_turned(code: str, rng: Random) -> str:
    at = rng.choice([i for i, sign in enumerate(code) if sign.isdigit()])
    return put(code, (at, at + 1), str((int(code[at]) + rng.randint(1, 9)) % 10))


def placeholder_dropped(line: Line, rng: Random) -> dict[str, Any] | None:
    """A placeholder is lost."""
    m = _one(line, PLACEHOLDER, rng)
    return None if m is None else changed(line, without(line["translation"], m.span()))


def placeholder_renamed(line: Line, rng: Random) -> dict[str, Any] | None:
    """The name in a placeholder is another, a translated one say."""
    m = _one(line, PLACEHOLDER, rng)
    if m is None or (name := _NAME.search(m.group())) is None or len(name.group()) < 3:
        return None
    new = rng.choice([name.group() + "s", name.group().swapcase(), "nome", "valor", name.group()[:-1]])
    if new == name.group():
        return None
    return changed(line, put(line["translation"], m.span(), put(m.group(), name.span(), new)))


def placeholder_doubled(line: Line, rng: Random) -> dict[str, Any] | None:
    """A placeholder stands twice."""
    m = _one(line, PLACEHOLDER, rng)
    return None if m is None else changed(line, put(line["translation"], (m.end(), m.end()), " " + m.group()))


def placeholder_invented(line: Line, rng: Random) -> dict[str, Any] | None:
    """A placeholder is there that the source has not."""
    text = line["translation"]
    new = rng.choice(("{count}", "%(name)s", "{{product}}", "%s", "{0}"))
    places = [m.end() for m in free(text, re.compile(r"(?<=\w)(?=[ .])"))]
    return (
        None
        if new in line["source"] or not places
        else changed(line, put(text, (at := rng.choice(places), at), " " + new))
    )


def placeholder_broken(line: Line, rng: Random) -> dict[str, Any] | None:
    """A placeholder is no longer one: a brace is lost, a space stands inside, its letter is gone."""
    m = _one(line, PLACEHOLDER, rng)
    if m is None or len(m.group()) < 3:
        return None
    old = m.group()
    broken = [old[1:], old[:-1]] if "{" in old else [old.replace("%(", "% ("), old[:-1], old.replace(")", "")]
    return changed(line, put(line["translation"], m.span(), rng.choice([b for b in broken if b != old])))


def tag_dropped(line: Line, rng: Random) -> dict[str, Any] | None:
    """An element is lost, its text is not."""
    text = line["translation"]
    pairs = list(re.finditer(r"<([A-Za-z][A-Za-z0-9]*)(?:\s[^<>]*)?>(.*?)</\1>", text, re.DOTALL))
    m = choice(rng, pairs)
    return None if m is None else changed(line, put(text, m.span(), m.group(2)))


def tag_unclosed(line: Line, rng: Random) -> dict[str, Any] | None:
    """An end tag is lost."""
    m = choice(rng, [m for m in TAG.finditer(line["translation"]) if m.group().startswith("</")])
    return None if m is None else changed(line, put(line["translation"], m.span(), ""))


def tag_crossed(line: Line, rng: Random) -> dict[str, Any] | None:
    """Two end tags of one another's elements change places, or an end tag stands before its start."""
    text = line["translation"]
    m = choice(rng, list(re.finditer(r"<([A-Za-z]\w*)(?:\s[^<>]*)?>([^<>]+)</\1>", text)))
    if m is None:
        return None
    end, start = f"</{m.group(1)}>", m.group()[: m.start(2) - m.start()]
    return changed(line, put(text, m.span(), end + m.group(2) + start))


def tag_replaced(line: Line, rng: Random) -> dict[str, Any] | None:
    """An element is another one."""
    text = line["translation"]
    m = choice(rng, list(re.finditer(r"<(b|i|em|strong|p|code|h1|li|u)>([^<>]+)</\1>", text)))
    if m is None:
        return None
    new = rng.choice([name for name in ("b", "i", "em", "strong", "code") if name != m.group(1)])
    return changed(line, put(text, m.span(), f"<{new}>{m.group(2)}</{new}>"))


def href_changed(line: Line, rng: Random) -> dict[str, Any] | None:
    """A link leads elsewhere."""
    m = _one(line, _HREF, rng)
    if m is None:
        return None
    return changed(line, put(line["translation"], m.span(), rng.choice(("#", "https://example.org/", m.group() + "x"))))


def entity_broken(line: Line, rng: Random) -> dict[str, Any] | None:
    """A character reference is no longer one, and shows."""
    m = choice(rng, list(_ENTITY.finditer(line["translation"])))
    if m is None or not _ENTITY.search(line["source"]) or m.group() == html.unescape(m.group()):
        return None
    name = m.group()[1:-1]
    return changed(line, put(line["translation"], m.span(), rng.choice((f"& {name};", f"&{name} ;", f"&amp;{name};"))))


def brand_misspelt(line: Line, rng: Random) -> dict[str, Any] | None:
    """A letter of a brand is another, or two change places."""
    name = choice(rng, _protected(line))
    if name is None:
        return None
    at = rng.choice([i for i in range(1, len(name) - 1) if name[i].isalpha() and name[i + 1].isalpha()] or [0])
    new = name[:at] + name[at + 1] + name[at] + name[at + 2 :] if at else name[1:]
    return changed(line, line["translation"].replace(name, new))


def brand_dropped(line: Line, rng: Random) -> dict[str, Any] | None:
    """A brand is lost."""
    name = choice(rng, _protected(line))
    if name is None:
        return None
    at = line["translation"].index(name)
    return changed(line, without(line["translation"], (at, at + len(name))))


def brand_replaced(line: Line, rng: Random) -> dict[str, Any] | None:
    """A brand is another one."""
    name = choice(rng, _protected(line))
    if name is None:
        return None
    return changed(line, line["translation"].replace(name, rng.choice([b for b in _OTHER_BRANDS if b not in name])))


def _protected(line: Line) -> list[str]:
    return [n for n in line.get("protected", ()) if n in line["source"] and n in line["translation"] and len(n) > 2]


def sku_changed(line: Line, rng: Random) -> dict[str, Any] | None:
    """A sign of an article number is another."""
    m = _one(line, _SKU, rng)
    return None if m is None else changed(line, put(line["translation"], m.span(), _digit_turned(m.group(), rng)))


def gtin_changed(line: Line, rng: Random) -> dict[str, Any] | None:
    """A digit of a bar code is another."""
    m = _one(line, _GTIN, rng)
    return None if m is None else changed(line, put(line["translation"], m.span(), _digit_turned(m.group(), rng)))


def tracking_changed(line: Line, rng: Random) -> dict[str, Any] | None:
    """A sign of a tracking number is another."""
    m = _one(line, _TRACKING, rng)
    return None if m is None else changed(line, put(line["translation"], m.span(), _digit_turned(m.group(), rng)))


def url_changed(line: Line, rng: Random) -> dict[str, Any] | None:
    """A letter of an address is lost, or its end."""
    m = _one(line, URL, rng)
    if m is None or len(m.group()) < 14:
        return None
    old = m.group().rstrip(".")
    at = rng.randrange(9, len(old) - 1)
    new = rng.choice((old[:at] + old[at + 1 :], old[:at], old.replace("https:", "https :").replace("http:", "http :")))
    return changed(line, put(line["translation"], (m.start(), m.start() + len(old)), new))


def url_dropped(line: Line, rng: Random) -> dict[str, Any] | None:
    """An address is lost."""
    m = _one(line, URL, rng)
    return None if m is None else changed(line, without(line["translation"], m.span()))


def email_changed(line: Line, rng: Random) -> dict[str, Any] | None:
    """An e-mail address loses its sign or a letter."""
    m = _one(line, EMAIL, rng)
    if m is None:
        return None
    old = m.group()
    return changed(
        line, put(line["translation"], m.span(), rng.choice((old.replace("@", " "), old[1:], old.replace("@", " @ "))))
    )


def phone_changed(line: Line, rng: Random) -> dict[str, Any] | None:
    """A digit of a telephone number is another."""
    m = _one(line, _PHONE, rng)
    return None if m is None else changed(line, put(line["translation"], m.span(), _digit_turned(m.group(), rng)))


def phone_dropped(line: Line, rng: Random) -> dict[str, Any] | None:
    """A telephone number is lost."""
    m = _one(line, _PHONE, rng)
    return None if m is None else changed(line, without(line["translation"], m.span()))


def emoji_dropped(line: Line, rng: Random) -> dict[str, Any] | None:
    """An emoji is lost."""
    m = _one(line, _EMOJI, rng)
    return None if m is None else changed(line, without(line["translation"], m.span()))


EDITS: Final[dict[str, Edit]] = {
    edit.__name__: edit
    for edit in (
        placeholder_dropped, placeholder_renamed, placeholder_doubled, placeholder_invented, placeholder_broken,
        tag_dropped, tag_unclosed, tag_crossed, tag_replaced, href_changed, entity_broken, brand_misspelt,
        brand_dropped, brand_replaced, sku_changed, gtin_changed, tracking_changed, url_changed, url_dropped,
        email_changed, phone_changed, phone_dropped, emoji_dropped,
    )
}  # fmt: skip
