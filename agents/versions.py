"""What a versioned fact (a listing, a review) may still say: stale, repeated, changed or withdrawn.

Producers deliver at least once and partitions keep their order per key, so the version alone decides: it may only
grow, and a delete wins over an upsert of its own version.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from msgspec import Struct

from agents.base import KEEP, Outcome, Output
from agents.marks import bare
from schemas.reasons import Drop, Warn


class Edition(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The newest known edition of a fact. Its size is bounded by the number of locales served.

    `fields`: a short hash per part of the content. `bases`: by locale, what its output was made from besides the event
    (agents/basis.py). `published`: locales ever published. `live`: those whose topic holds a text now. A deleted fact
    keeps its version, so that a stale upsert stays dropped. `pipeline` is what states kept before there were bases.
    """

    version: int
    pipeline: str = ""
    fields: dict[str, str] = {}
    bases: dict[str, str] = {}
    published: tuple[str, ...] = ()
    live: tuple[str, ...] = ()
    deleted: bool = False


S = TypeVar("S", bound=Edition)


class Verdict(Struct, frozen=True):
    """Whether an event goes on to the outputs (`dropped` is None), for which locales, and what to mark on them."""

    dropped: Drop | None = None
    warnings: tuple[str, ...] = ()
    locales: tuple[str, ...] = ()


def overtakes(younger: int | None, older: int | None) -> bool:
    """Whether an event must not be told any more because a younger record of its key is there; None: no version.

    State does not answer for all. Of a listing that never was shown a tombstone leaves no trace, so an old event would
    bring it back. And its topic is compacted: put behind the new event, the old one would take its place for good, and
    a relocalization would find it alone.
    """
    return younger is None or older is None or younger >= older


GO_ON = Verdict()


def judge_upsert(known: Edition | None, version: int, fields: dict[str, str], bases: Mapping[str, str]) -> Verdict:
    """Compare an upsert with the newest known edition; `bases` holds its locales, each with what it is made from.

    The same version with the same content is a repeat, except for the locales whose basis has changed since and those
    that hold no text yet: these are told again, and the others left alone.
    """
    everyone = tuple(bases)
    if known is None or version > known.version:
        return Verdict(locales=everyone)
    if version < known.version or known.deleted:
        return Verdict(Drop.STALE)
    if fields != known.fields:
        return Verdict(warnings=(Warn.SAME_VERSION_OTHER_CONTENT.value,), locales=everyone)
    changed = tuple(
        locale
        for locale, basis in bases.items()
        if locale not in known.live or basis != known.bases.get(locale, known.pipeline)
    )
    repeated = not changed and bases.keys() == set(known.live)
    return Verdict(Drop.DUPLICATE) if repeated else Verdict(locales=changed)


def left_out(known: Edition | None, locales: Sequence[str]) -> list[str]:
    """Return the locales that show a fact and are not asked for any more.

    They get a tombstone: a compacted topic would show the old text, or the old price, for ever.
    """
    return [locale for locale in (known.live if known else ()) if locale not in locales]


def judge_delete(known: Edition | None, version: int | None) -> Verdict:
    """Compare a delete with the newest known edition; `version` None is a tombstone record, which always counts.

    `unchanged` means that no reader has anything to forget; a newer version is still worth keeping.
    """
    if known is None:
        return Verdict(Drop.UNCHANGED)
    if version is not None and version < known.version:
        return Verdict(Drop.STALE)
    if known.deleted:
        return Verdict(Drop.DUPLICATE if version == known.version else Drop.UNCHANGED)
    if version == known.version:
        return Verdict(warnings=(Warn.SAME_VERSION_OTHER_CONTENT.value,))
    return GO_ON


def withdraw(
    kind: type[S], known: S | None, version: int | None, tombstones: Callable[[S], tuple[Output, ...]]
) -> Outcome[S]:
    """Tell everybody who was ever shown a fact that it is gone; `version` None is a tombstone record.

    `tombstones` gives what is told of the edition that readers hold. The version stays known, so that a stale upsert
    stays dropped.
    """
    verdict = judge_delete(known, version)
    if known is None:
        # A delete that overtakes its fact: the upserts it outdates must stay dropped when they come.
        unseen = KEEP if version is None else kind(version=version, deleted=True)
        return Outcome(dropped=verdict.dropped, state=unseen)
    gone = kind(version=known.version if version is None else version, published=known.published, deleted=True)
    if verdict.dropped:
        return Outcome(dropped=verdict.dropped, state=gone if gone.version > known.version else KEEP)
    return Outcome(outputs=tombstones(known), state=gone, warnings=bare(verdict.warnings))
