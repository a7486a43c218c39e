"""Segment: a text becomes sentences, each a request of its own; what stands between them is kept verbatim.

Joined sentences lose the space after the stop in the bundled models, so one sentence is one request. A line end always
ends a segment: sellers write lists that way. Nothing is ever cut off: what a model finds too long is split here.
"""

import re
from collections.abc import Iterator
from typing import Final

import sentencex
from msgspec import Struct

from localization.text.abbreviations import stays_open

# Inline tags travel through a block's text as single private-use characters; cleaning takes foreign ones out.
TAG_OPEN_FIRST: Final = 0xE000
TAG_CLOSE_FIRST: Final = 0xEC00
TAG_VOID_FIRST: Final = 0xF800
TAG_LAST: Final = 0xF8FF
TAG: Final = re.compile("[\ue000-\uf8ff]")
TAGS: Final = re.compile("[\ue000-\uf8ff]+")

EMOJI: Final = (
    "(?:[\U0001f000-\U0001faff\u2600-\u27bf\u2b00-\u2bff\u231a-\u23ff\u3030\u303d\u3297\u3299]"
    "[\ufe0f\u200d\u20e3\U0001f3fb-\U0001f3ff]*|[0-9#*]\ufe0f?\u20e3)"
)
# A title or a bullet longer than this is prose: it is segmented after all.
WHOLE_CHARS_MAX: Final = 240
# Pieces of shorter sentences say too little to be translated alone.
CLAUSES_CHARS_MIN: Final = 60

_LEAD: Final = re.compile(
    rf"(?:\s|[•·▪▫►▶●○■□◆◇★☆→⇒➔|]|{EMOJI}|(?:[-–—*+>~=]+|\d{{1,2}}[.)])(?=\s))*(?:[-–—*+>~=_]+\Z)?"
)
# Faces that are typed: the models drop them or read them as brackets.
_FACE: Final = r"(?<!\S)(?:[:;=]['-]?[()DPpO3*/|]|<3+|\^_?\^)"
_TRAIL: Final = re.compile(rf"(?:\s|[•·▪▫►▶●○■□◆◇★☆→⇒➔|]|(?<=\s)[-–—*~=]+|{EMOJI}|{_FACE})+\Z")
_PLAIN_END: Final = frozenset(".!?,;:)\"'”’%")
_FACE_SIGNS: Final = frozenset(":;=<'-_^3")
# What sellers put between things that are no sentence: the models drop it or what stands behind it.
_PARTING: Final = re.compile(r"\s+[|•▪●■◆★☆✓✔](?=\s)")
# "PREMIUM MATERIAL: Made of", "SOFT – Our", "HOT SALE!!! Smart": capitals that end before small letters are a heading.
_HEADING: Final = re.compile(r"[^\n]{4,60}?(?:[:：](?=\s|[^\W\d_])|\s[-–—](?=\s)|[!?]+(?=\s))")
_SHOUTED: Final = re.compile(r"[^\W\d_]{4}")
_SMALL: Final = re.compile(r"[^\W\d_A-Z]{3}")
_SMALL_WORD: Final = re.compile(r"(?<!\w)[^\W\d_A-Z]{4,}")
_SENTENCE_WORDS_MIN: Final = 4
# "P: Busto 86": a row of sizes, unless it is asked or answered.
_SIZE_ROW: Final = re.compile(r"\s*(?:PP|P|M|G{1,3}|EG|X{0,3}[SLG]|\d?X[SL])\s?[:=]\s+(?=[^?]*\d)(?![^?]*\?)")
# "【Upgraded】Phone": brackets of headings; square ones hold a placeholder where there is but one word.
_BRACKETED: Final = re.compile(
    r"(\W*[【〖])([^【】〖〗\n]{2,60})([】〗])|([^\w\[]*\[)([^\[\]\n]{2,60}\s[^\[\]\n]{2,60})(\])(?!\()"
)
# "1.5 kg. Size": sentencex takes a unit with a stop for an abbreviation.
_UNIT_END: Final = re.compile(
    r"(?<=\d)\s?(?:[kmµ]?g|[kmcd]?m|[mc]?l|lbs?|oz|in|ft|кг|г|см|мм|м|л|[kM]?W|V|Hz|GB|TB)\.\s+(?=[^\W\d_a-zà-ÿа-я]|[¿¡\d])"
)
# What no sentence begins with; a quote that is said or thought goes on in Japanese.
_GOES_ON: Final = re.compile(r"[:;,)\]…]|と|って|という")
_CLAUSE: Final = re.compile(r"(?<=[;:,–—])\s+|(?<=[。，；：、])|\s+(?=[-–—(]\s?)")
_WORDY: Final = re.compile(r"[^\W_]")
_SPACE: Final = re.compile(r"\s+")


class Segment(Struct, frozen=True):
    """One request: `lead + text + trail` is the source again. `text` is empty where nothing can be translated."""

    lead: str
    text: str
    trail: str


def segment(text: str, language: str, *, whole: bool) -> list[Segment]:
    """Split a cleaned text into segments whose joined parts are the text again.

    `whole`: a title, bullet or attribute stays one segment per line unless it is as long as prose.
    """
    segments = []
    for line in text.splitlines(keepends=True):
        head, rest = _head(line, whole=whole)
        segments.extend(head)
        if whole and len(rest) <= WHOLE_CHARS_MAX:
            segments.extend(trimmed(part) for part in _parted(rest))
        else:
            segments.extend(trimmed(sentence) for sentence in _sentences(rest, language))
    return segments


def _head(line: str, *, whole: bool) -> tuple[list[Segment], str]:
    """Take the headings off a line: one in brackets, one in capitals before what is not."""
    head = []
    bracketed = _BRACKETED.match(line) if "【" in line or "〖" in line or (whole and "[" in line) else None
    if bracketed is not None and bracketed.end() < len(line.rstrip()):
        opening, said, closing = (group for group in bracketed.groups() if group is not None)
        inner = trimmed(said)
        head.append(Segment(opening + inner.lead, inner.text, inner.trail + closing))
        line = line[bracketed.end() :]
    row = _SIZE_ROW.match(line)
    if row is not None:
        return [*head, Segment(row.group(), "", "")], line[row.end() :]
    heading = _HEADING.match(line)
    if heading is not None and heading.group().isupper() and _SHOUTED.search(heading.group()):
        rest = line[heading.end() :]
        # Before a dash it may as well be a name, unless a sentence follows: "NATURA EKOS - Sabonete".
        dashed = heading.group()[-1] in "-–—"
        spoken = len(_SMALL_WORD.findall(rest)) >= _SENTENCE_WORDS_MIN if dashed else _SMALL.search(rest)
        # "SALE!" alone says too little.
        called = heading.group()[-1] in "!?" and len(heading.group().split()) == 1
        if spoken and not called and not TAG.search(heading.group()):
            head.append(trimmed(heading.group()))
            line = rest
    return head, line


def _parted(line: str) -> Iterator[str]:
    at = 0
    for sign in _PARTING.finditer(line):
        if _WORDY.search(line, at, sign.start()):
            yield line[at : sign.end()]
            at = sign.end()
    if at < len(line) or not line:
        yield line[at:]


def trimmed(text: str) -> Segment:
    """Take spaces, list marks, emoji and the tags that stand outside off both ends of a text."""
    start, end = 0, len(text)
    while True:
        first, last = start, end
        if start < end and not text[start].isalpha():
            start = min(_LEAD.match(text, start, end).end(), end)  # type: ignore[union-attr]  # matches the empty text
        plain = start < end and (text[end - 1].isalnum() or text[end - 1] in _PLAIN_END)
        if start < end and (not plain or text[end - 2 : end - 1] in _FACE_SIGNS):
            found = _TRAIL.search(text, start, end)
            end = found.start() if found else end
        start, end = _outer_tags(text, start, end)
        if (start, end) == (first, last):
            return Segment(text[:start], text[start:end], text[end:])


def _outer_tags(text: str, start: int, end: int) -> tuple[int, int]:
    """Step over tags at the edges, but not over one whose partner stands inside."""
    while start < end and TAG.match(text[start]) and not _partner_inside(text, start, end, text[start]):
        start += 1
    while start < end and TAG.match(text[end - 1]) and not _partner_inside(text, start, end, text[end - 1]):
        end -= 1
    if start < end and TAG.match(text[start]) and partner(text[start]) == text[end - 1]:
        return start + 1, end - 1
    return start, end


def partner(tag: str) -> str:
    """Return the closing tag of an opening one and the other way round; a void tag is its own partner."""
    code = ord(tag)
    if code >= TAG_VOID_FIRST:
        return tag
    distance = TAG_CLOSE_FIRST - TAG_OPEN_FIRST
    return chr(code - distance if code >= TAG_CLOSE_FIRST else code + distance)


def _partner_inside(text: str, start: int, end: int, tag: str) -> bool:
    other = partner(tag)
    return other != tag and text.find(other, start, end) != -1


def is_closing(tag: str) -> bool:
    """Whether a tag character closes an element."""
    return TAG_CLOSE_FIRST <= ord(tag) < TAG_VOID_FIRST


def _sentences(line: str, language: str) -> Iterator[str]:
    """Sentence boundaries are found without tags; a tag on a boundary closes behind it or opens after it."""
    bare = TAG.sub("", line)
    sentences = _bordered(sentencex.segment(language, bare), language)
    if not bare or "".join(sentences) != bare:
        yield line
        return
    if len(bare) == len(line):
        yield from sentences
        return
    at = 0
    for number, sentence in enumerate(sentences):
        begin, left = at, len(sentence)
        while left:
            left -= TAG.match(line[at]) is None
            at += 1
        while at < len(line) and is_closing(line[at]):
            at += 1
        yield line[begin:] if number == len(sentences) - 1 else line[begin:at]


def _bordered(pieces: list[str], language: str) -> list[str]:
    """Mend the borders: none behind what sellers shorten, one behind a measure that ends its sentence."""
    sentences: list[str] = []
    for piece in pieces:
        if sentences and (_GOES_ON.match(piece) or stays_open(sentences[-1], language)):
            sentences[-1] += piece
        else:
            sentences.append(piece)
    return [part for sentence in sentences for part in _after_units(sentence)]


def _after_units(sentence: str) -> Iterator[str]:
    at = 0
    for match in _UNIT_END.finditer(sentence):
        yield sentence[at : match.end()]
        at = match.end()
    if at < len(sentence):
        yield sentence[at:]


def has_clauses(text: str) -> bool:
    """Whether a sentence is long enough, and has a clause border near its middle, to be understood in two pieces."""
    if len(text) < CLAUSES_CHARS_MIN:
        return False
    return any(0.25 < match.start() / len(text) < 0.75 for match in _CLAUSE.finditer(text))


def halves(text: str) -> tuple[str, str, str] | None:
    """Split a text that is too long near its middle: left, what stands between, right. None when it has no border.

    A clause border in the middle half is preferred to a plain space.
    """
    middle = len(text) / 2
    for border in (_CLAUSE, _SPACE):
        found = [match for match in border.finditer(text) if match.start() > 0 and match.end() < len(text)]
        if border is _CLAUSE:
            found = [match for match in found if 0.25 < match.start() / len(text) < 0.75]
        if found:
            best = min(found, key=lambda match: abs(match.start() - middle))
            return text[: best.start()], best.group(), text[best.end() :]
    return None
