"""Pairs: which number of a translation is which of the source's, and whether two of them changed places."""

from collections.abc import Sequence
from typing import Final

from localization.gate.quantities.conversion import agree as measures_agree
from localization.gate.quantities.conversion import dimension
from localization.gate.quantities.reading import Number

# Verb-last and modifier-first languages put "3 of 10" as "10 of-which 3": order binds only inside a range there.
_REORDERS: Final = frozenset(
    (
        "az",
        "eu",
        "fa",
        "fi",
        "hi",
        "hu",
        "ja",
        "ka",
        "kk",
        "ko",
        "ky",
        "mn",
        "mr",
        "my",
        "ne",
        "ta",
        "te",
        "tr",
        "uz",
        "zh",
    )
)


def paired(
    left: list[Number], right: list[Number], pairs: list[tuple[Number, Number]]
) -> tuple[list[Number], list[Number]]:
    """Pair numbers of one value: those of one kind first, then of unknown kind, then of another kind.

    Pairs are added to `pairs`; what has no like on the other side is returned.
    """
    places = {id(n): at for side in (left, right) for at, n in enumerate(side)}
    for fits in (_same_kind, _open_kind, _any_kind):
        rest: list[Number] = []
        for one in left:
            like = [n for n in right if not one.values.isdisjoint(n.values) and fits(one, n)]
            other = min(like, key=lambda n: abs(places[id(one)] - places[id(n)]), default=None)
            if other is None:
                rest.append(one)
            else:
                right = [n for n in right if n is not other]
                pairs.append((one, other))
        left = rest
    return left, right


def out_of_order(pairs: Sequence[tuple[Number, Number]], languages: set[str]) -> bool:
    """Whether numbers of one kind changed places, where grammar does not move them."""
    ordered = sorted(pairs, key=lambda pair: (pair[0].start, pair[1].start))
    reorders = not _REORDERS.isdisjoint(languages)
    for at, (one, place) in enumerate(ordered):
        for two, later in ordered[at + 1 :]:
            if later.start < place.start and _alike(one, two):
                beside = two is ordered[at + 1][0] and one.linked and later.linked
                if beside or not reorders:
                    return True
    return False


def _alike(one: Number, two: Number) -> bool:
    if one.named or two.named:
        return False
    return one.values.isdisjoint(two.values) and (one.binds == two.binds or not one.binds or not two.binds)


def _same_kind(one: Number, two: Number) -> bool:
    return (not one.binds and not two.binds) or not one.binds.isdisjoint(two.binds)


def _open_kind(one: Number, two: Number) -> bool:
    return not one.binds or not two.binds


def _any_kind(one: Number, two: Number) -> bool:
    return True


def agree(one: Number, two: Number) -> bool:
    """Whether one number is the other in another unit."""
    if not one.binds.isdisjoint(two.binds) or dimension(one.binds).isdisjoint(dimension(two.binds)):
        return False
    return any(
        measures_agree(a, one.binds, b, two.binds)
        for a in one.values
        for b in two.values
        if "/" not in a and "/" not in b and a.count(".") < 2 and b.count(".") < 2
    )


def exploded(numbers: Sequence[Number]) -> list[Number]:
    """Fractions as the two numbers they are written with: "4/5 stars" is "4 von 5 Sternen"."""
    found: list[Number] = []
    for one in numbers:
        if one.parts:
            found.extend(Number(one.start, one.end, frozenset({part}), one.binds) for part in one.parts)
        else:
            found.append(one)
    return found
