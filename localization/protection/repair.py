"""Repair: a stand-in that the model misspelt, doubled or swallowed is put right where it is certain what it was.

Certain is: its own letters and digits with a space, a hyphen or small letters; the same one twice in a row, or once
more behind the sentence; one of two neighbours said in the other's place; one of two that stood side by side gone; one
at the edge of a text behind a dash, a comma or a bar gone. Everything else is no repair, and the gate has its way.
"""

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

# A name with gaps in it, in small letters, or with a letter of its neighbours stuck to it.
_LOOSE_NAME: Final = re.compile(r"[Qq]\s?[Kk]\s?[-–]?\s?([7-9])\s?(\d)\s?(\d)(?!\d)(?![A-Za-z]*\d)")
_GLUED_BEFORE: Final = re.compile(r"(?<=[^\W_])(?=QK[7-9]\d\d(?!\d))")
_GLUED_AFTER: Final = re.compile(r"(?<![A-Za-z0-9])(QK[7-9]\d\d)(?=[a-zà-ÿ])(?!s\b)")
_GROWN: Final = re.compile(r"(?<![A-Za-z0-9])(QK[7-9]\d\d)(\d{1,4})(?![A-Za-z0-9])")
_LEFT_OVER: Final = re.compile(r"[Qq]\s?[Kk]\s?-?\s?\d")
_PLURAL: Final = re.compile(r"(?<![A-Za-z0-9])(QK[7-9]\d\d)s\b")
# What stands where a stand-in was meant: a name with a digit too many or too few, or a stand-in.
_SLOT: Final = re.compile(r"(?<![A-Za-z0-9])QK\d{1,5}(?![A-Za-z0-9])|(?<![\d.,])\d\d\d(?![\d%])(?![.,]\d)")
_RUN: Final = re.compile(r"\d+")
_EDGE_BEFORE: Final = re.compile(r"(\s[-–—|/•·]\s|[,:;]\s)\Z")
_EDGE_AFTER: Final = re.compile(r"\A(\s?[-–—|/•·:]\s|,\s)")


def repaired(asked: str, stand_ins: Sequence[str], output: str) -> str | None:
    """Return the output with each stand-in of `asked` exactly once, or None where that is not certain.

    `stand_ins` are in the order of `asked`.
    """
    text = _respelled(output, frozenset(stand_ins), asked)
    text = _parted(text, frozenset(stand_ins), asked)
    for step in (_slots_in_order, _doubles_out, _neighbours_in, _edges_in):
        if _is_whole(asked, stand_ins, text):
            return text
        text = step(asked, stand_ins, text)
    return text if _is_whole(asked, stand_ins, text) else None


def _is_whole(asked: str, stand_ins: Sequence[str], text: str) -> bool:
    """Whether each stand-in is there once, and nothing else that looks like one and was not asked."""
    slots = _slots(text, stand_ins, asked)
    if Counter(slot.group() for slot in slots) != Counter(stand_ins):
        return False
    return _left_over(text, slots) <= _left_over(asked, _slots(asked, stand_ins, asked))


def _left_over(text: str, slots: Sequence[re.Match[str]]) -> int:
    """How many pieces of a text look like a stand-in and are none."""
    return len(_LEFT_OVER.findall(text)) - sum(slot.group()[0] == "Q" for slot in slots)


def _slots(text: str, stand_ins: Sequence[str], asked: str) -> list[re.Match[str]]:
    """The stand-ins of a text and what was misspelt from one; numbers that are none are left out."""
    known = frozenset(stand_ins)
    return [
        match
        for match in _SLOT.finditer(text)
        if match.group() in known or (match.group()[0] == "Q" and match.group() not in asked)
    ]


def _respelled(output: str, known: frozenset[str], asked: str) -> str:
    if "k" not in output and "K" not in output:
        return output

    def spell(match: re.Match[str]) -> str:
        name = "QK" + "".join(match.groups())
        return name if name in known and match.group() not in asked else match.group()

    text = _LOOSE_NAME.sub(spell, output)
    text = _GLUED_BEFORE.sub(" ", text)
    text = _GLUED_AFTER.sub(r"\1 ", text)
    return _PLURAL.sub(r"\1", text)


def _parted(text: str, known: frozenset[str], asked: str) -> str:
    """Take digits off a name: a number that was asked and is said nowhere else, or nothing."""

    def part(match: re.Match[str]) -> str:
        name, digits = match.groups()
        if name not in known or match.group() in asked:
            return match.group()
        missing = Counter(_RUN.findall(asked))[digits] > Counter(_RUN.findall(text))[digits]
        return f"{name} {digits}" if missing else name

    return _GROWN.sub(part, text)


def _slots_in_order(asked: str, stand_ins: Sequence[str], text: str) -> str:
    """As many as were asked, in their order but for one, and that one says its neighbour's name or none at all."""
    slots = _slots(text, stand_ins, asked)
    said = [slot.group() for slot in slots]
    wrong = [at for at, (one, other) in enumerate(zip(said, stand_ins, strict=False)) if one != other]
    if len(said) != len(stand_ins) or len(wrong) != 1:
        return text
    at = wrong[0]
    stray = said[at] not in stand_ins
    beside = any(
        _close(asked, stand_ins, min(at, near))
        and 0 <= near < len(said)
        and said[near] == said[at]
        and _apart(text, slots[min(at, near)], slots[max(at, near)]) == ""
        for near in (at - 1, at + 1)
    )
    if not (stray or beside):
        return text
    return text[: slots[at].start()] + stand_ins[at] + text[slots[at].end() :]


def _close(asked: str, stand_ins: Sequence[str], left: int) -> bool:
    """Whether a stand-in and the next have one word between them at most."""
    return 0 <= left < len(stand_ins) - 1 and len(_between(asked, stand_ins, left).split()) <= 1


def _between(asked: str, stand_ins: Sequence[str], left: int) -> str:
    slots = _slots(asked, stand_ins, asked)
    if len(slots) != len(stand_ins):
        return asked
    return asked[slots[left].end() : slots[left + 1].start()]


def _doubles_out(asked: str, stand_ins: Sequence[str], text: str) -> str:
    """The same one twice in a row is one; so is one that is said again behind the end of the sentence."""
    slots = _slots(text, stand_ins, asked)
    for first, second in pairwise(slots):
        if first.group() == second.group() and _apart(text, first, second) == "":
            text = text[: first.end()] + text[second.end() :]
            return _doubles_out(asked, stand_ins, text)
    said = [slot.group() for slot in slots]
    again = len(said) > 1 and said[-1] in said[:-1] and text[slots[-1].end() :].strip(" .!?") == ""
    before = text[: slots[-1].start()].rstrip() if again else ""
    ended = before.endswith((".", "!", "?")) or (asked.endswith(stand_ins[-1]) and before.endswith(stand_ins[-1]))
    if again and ended and tuple(said[:-1]) == tuple(stand_ins):
        return before + text[slots[-1].end() :].lstrip(" ")
    return text


def _apart(text: str, first: re.Match[str], second: re.Match[str]) -> str:
    return text[first.end() : second.start()].strip()


def _remains(asked: str, stand_ins: Sequence[str], text: str) -> bool:
    """Whether a text has digits that were neither asked nor stand for anything: what is left of a stand-in, perhaps."""
    known = frozenset(stand_ins)
    left = Counter(_RUN.findall(text)) - Counter(_RUN.findall(asked))
    return any(run not in known and f"QK{run}" not in known for run in left)


def _neighbours_in(asked: str, stand_ins: Sequence[str], text: str) -> str:
    """One that stood beside another with nothing but a space between them goes beside it again."""
    if _remains(asked, stand_ins, text):
        return text
    for at, (left, right) in enumerate(pairwise(stand_ins)):
        between = _between(asked, stand_ins, at)
        said = [slot.group() for slot in _slots(text, stand_ins, asked)]
        if between.strip() or said.count(left) + said.count(right) != 1:
            continue
        here = next(slot for slot in _slots(text, stand_ins, asked) if slot.group() in {left, right})
        text = text[: here.start()] + f"{left}{between}{right}" + text[here.end() :]
    return text


def _edges_in(asked: str, stand_ins: Sequence[str], text: str) -> str:
    """One at the edge of a text, parted from it by a sign, goes to that edge again."""
    if _remains(asked, stand_ins, text):
        return text
    said = {slot.group() for slot in _slots(text, stand_ins, asked)}
    first, last = stand_ins[0], stand_ins[-1]
    if last not in said and asked.endswith(last):
        sign = _EDGE_BEFORE.search(asked[: -len(last)])
        if sign is not None:
            text = f"{text.rstrip(' -–—|/•·,:;')}{sign.group()}{last}"
    if first not in said and asked.startswith(first):
        sign = _EDGE_AFTER.search(asked[len(first) :])
        if sign is not None:
            text = f"{first}{sign.group()}{text.lstrip(' -–—|/•·,:;')}"
    return text
